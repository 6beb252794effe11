//! Where a name begins: the word itself, and what the words before it say.

use super::{CUE, NAME};
use crate::mask::lexicon::Flags;
use crate::mask::page::{Page, is_space};

/// What the words before a place say about a name there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Cue {
    None,
    /// A capitalised word here is a name, unless it is an ordinary word.
    Strong,
    /// Any word here is, also in small letters.
    Signature,
}

/// A capital alone.
pub(super) fn is_initial(page: &Page<'_>, at: usize) -> bool {
    page.words
        .get(at)
        .is_some_and(|word| word.capital && word.range.len() <= 2 && page.low(at).chars().count() == 1)
}

pub(super) fn cue_before(page: &Page<'_>, at: usize) -> Cue {
    let Some(before) = at.checked_sub(1) else { return Cue::None };
    let gap = page.gap(before);
    if is_initial(page, before) && matches!(gap, ". " | ".") {
        return Cue::Strong;
    }
    let flags = page.flags(before);
    let near = is_space(gap)
        || matches!(gap, ": " | ", " | ". " | "/ " | "/" | ":" | " (" | " \"" | ": \"" | " - ")
            && !gap.contains('\n');
    if !near {
        return Cue::None;
    }
    let abbreviated = !gap.starts_with('.') || page.words[before].range.len() <= 4;
    let colon = gap.starts_with(':');
    let of = Flags::RELATION.with(Flags::TITLE).with(Flags::SPEECH);
    if flags.any(of)
        && abbreviated
        && (!gap.starts_with(", ") || flags.any(Flags::RELATION.with(Flags::TITLE)))
    {
        return Cue::Strong;
    }
    if is_space(gap) && flags.any(Flags::GREETING) && page.words[before].sentence_start {
        return Cue::Strong;
    }
    // `mor til X`, `snakkede med X`, `på vegne af X`
    let small = matches!(page.low(before), "til" | "med" | "af" | "for" | "er" | "som" | "hos");
    if !is_space(page.gap_before(before)) {
        return if colon && flags.any(Flags::SPEECH) { Cue::Strong } else { Cue::None };
    }
    let two = page.flags(before.saturating_sub(1));
    let talked = matches!(
        page.low_before(before, 1),
        "talt"
            | "talte"
            | "snakket"
            | "snakkede"
            | "taler"
            | "vegne"
            | "enke"
            | "møde"
            | "aftalt"
            | "kontakt"
            | "far"
            | "mor"
            | "søn"
            | "datter"
            | "navn"
            | "navnet"
            | "ansøgning"
            | "efter"
            | "bisidder"
            | "værge"
            | "hjælp"
            | "skrevet"
            | "aftale"
            | "svar"
            | "gift"
            | "bor"
            | "boet"
            | "samboende"
            | "født"
    );
    let related =
        two.any(Flags::RELATION) && matches!(page.low(before), "til" | "er" | "af" | "som" | "hedder");
    if is_space(gap) && small && (talked || related) || colon && flags.any(Flags::SPEECH) {
        return Cue::Strong;
    }
    Cue::None
}

/// A given name that is no ordinary word.
pub(super) fn surely(page: &Page<'_>, at: usize) -> bool {
    let flags = page.flags(at);
    flags.any(Flags::GIVEN)
        && page.words[at].capital
        && page.words.get(at).is_some_and(|word| word.range.len() > 1)
}

/// May a word be the first of a name?
pub(super) fn may_begin(page: &Page<'_>, at: usize, cue: Cue) -> bool {
    let (word, flags) = (&page.words[at], page.flags(at));
    if word.digit || word.range.len() < 2 || is_initial(page, at) {
        return false;
    }
    let next = page.words.get(at + 1).filter(|_| is_space(page.gap(at)) || page.gap(at) == "-");
    let next_flags = page.flags(at + 1);
    let ordinary = flags.any(Flags::WORD.with(Flags::ORG).with(Flags::PLACE).with(CUE));
    if !word.capital {
        let known = flags.any(NAME) && !ordinary && word.range.len() > 2;
        let called =
            matches!(page.low_before(at, 1), "hedder" | "hed" | "kaldes") && is_space(page.gap_before(at));
        if called && flags == Flags::NONE && word.range.len() > 3 {
            return true;
        }
        let with_surname = flags.any(Flags::GIVEN)
            && next.is_some()
            && next_flags.any(Flags::SURNAME)
            && !next_flags.any(Flags::WORD);
        return known && (with_surname || flags.any(Flags::GIVEN) && (cue != Cue::None || page.small));
    }
    let next_capital = next.is_some_and(|next| next.capital && (!next.capitals || word.capitals));
    let next_name = next_capital && next_flags.any(NAME) && !next_flags.any(Flags::ORG);
    if flags.any(Flags::GIVEN) && !ordinary {
        return !(word.capitals && word.range.len() <= 3 && !next_name);
    }
    if flags.any(Flags::GIVEN) && !flags.any(CUE) {
        // Also a word: Bo, Dag, Mark.
        return cue != Cue::None
            || !word.sentence_start && !flags.any(Flags::PLACE) && !word.capitals
            || next_name && !next_flags.any(Flags::WORD);
    }
    if ordinary && flags.any(Flags::SURNAME) && !flags.any(CUE.with(Flags::ORG).with(Flags::PLACE)) {
        let beside = page.low_before(at, 1);
        let alone = !word.sentence_start
            && !next_capital
            && page.words.get(at.wrapping_sub(1)).is_some_and(|before| !before.capital)
            && !matches!(
                beside,
                "og" | "i"
                    | "på"
                    | "ved"
                    | "fra"
                    | "til"
                    | "mod"
                    | "omkring"
                    | "af"
                    | "hos"
                    | "for"
                    | "under"
            );
        if !page.loud && (next_name && !next_flags.any(Flags::WORD) || alone && is_space(page.gap_before(at)))
        {
            return true;
        }
    }
    if ordinary {
        return flags.any(Flags::SURNAME)
            && !flags.any(CUE.with(Flags::ORG))
            && cue == Cue::Strong
            && !word.capitals
            && !word.sentence_start;
    }
    if cue != Cue::None {
        return !word.capitals || flags.any(NAME) || page.loud && cue == Cue::Strong;
    }
    let preposition = matches!(
        page.low_before(at, 1),
        "i" | "på" | "ved" | "fra" | "til" | "mod" | "omkring" | "af" | "hos"
    );
    if flags.any(Flags::SURNAME) && !word.capitals {
        let sen = page.low(at).ends_with("sen") || page.low(at).ends_with("gaard");
        return sen || !word.sentence_start && !preposition && !next_capital;
    }
    // Two strangers, the second of which is a surname.
    next_name
        && next_flags.any(Flags::SURNAME)
        && !next_flags.any(Flags::WORD)
        && !word.capitals
        && !preposition
}
