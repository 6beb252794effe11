//! Names of persons.
//!
//! A name begins where a given name stands, where two capitalised words end in a surname, or after words that
//! stand before names (*min datter*, *sagsbehandler*, *jeg hedder*); greetings and signatures may hold any word
//! that is no ordinary one. What has been a name once is one everywhere in the letter. Companies and roads that
//! bear a person's name are left.

use std::collections::HashSet;
use std::ops::Range;

use super::known::Known;
use super::lexicon::Flags;
use super::page::{Page, fold, is_space};
use super::spans::{Kind, Mark, taken};

const NAME: Flags = Flags::GIVEN.with(Flags::SURNAME);
/// What ends a name: ordinary words that are no names, companies, and the words about names.
const CUE: Flags =
    Flags::RELATION.with(Flags::TITLE).with(Flags::GREETING).with(Flags::CLOSING).with(Flags::SPEECH);
const MAX_WORDS: usize = 6;

pub(super) fn find(pages: &[Page<'_>; 2], marks: &mut [Vec<Mark>; 2], known: &Known) {
    let mut named: HashSet<String> = known.names.iter().flat_map(|name| parts(name)).collect();
    for (page, marks) in pages.iter().zip(marks.iter_mut()) {
        let mut finder = Finder { page, marks, named: &mut named };
        finder.signatures();
        finder.running_text();
    }
    for (page, marks) in pages.iter().zip(marks.iter_mut()) {
        again(page, marks, &named);
    }
}

struct Finder<'a, 'p> {
    page: &'a Page<'p>,
    marks: &'a mut Vec<Mark>,
    /// Words that have been part of a name, in small letters.
    named: &'a mut HashSet<String>,
}

impl Finder<'_, '_> {
    fn running_text(&mut self) {
        let mut at = 0;
        while at < self.page.words.len() {
            at = match self.name_from(at) {
                Some(last) => self.listed(last) + 1,
                None => at + 1,
            };
        }
    }

    /// Marks the name that begins here; its last word.
    fn name_from(&mut self, at: usize) -> Option<usize> {
        let page = self.page;
        if taken(self.marks, &page.words[at].range) {
            return None;
        }
        let cue = cue_before(page, at);
        if !may_begin(page, at, cue) {
            return None;
        }
        let last = end_of_name(page, at, cue, self.marks);
        if of_company_or_road(page, at, last) {
            return None;
        }
        self.mark(at, last);
        Some(last)
    }

    /// `og X`, `, X` after a name: another one, though nobody knows it. The last word of all.
    fn listed(&mut self, mut last: usize) -> usize {
        let page = self.page;
        while is_space(page.gap(last)) && matches!(page.low(last + 1), "og" | "samt" | "eller" | "and" | "&")
        {
            let next = last + 2;
            let fits = page
                .words
                .get(next)
                .is_some_and(|word| word.capital || page.small && page.flags(next).any(NAME))
                && is_space(page.gap(last + 1))
                && !page.flags(next).any(Flags::WORD.with(Flags::ORG).with(Flags::PLACE).with(CUE))
                && !taken(self.marks, &page.words[next].range);
            if !fits {
                break;
            }
            let end = end_of_name(page, next, Cue::Strong, self.marks);
            if of_company_or_road(page, next, end) {
                break;
            }
            self.mark(next, end);
            last = end;
        }
        last
    }

    fn mark(&mut self, first: usize, last: usize) {
        let page = self.page;
        for at in first..=last {
            let range = without_genitive(page, at);
            let low = &page.lower[range];
            if low.chars().count() > 1 && !page.flags(at).any(Flags::PARTICLE) {
                self.named.insert(low.to_owned());
            }
        }
        let mut first = first;
        while first > 0 && is_initial(page, first - 1) && matches!(page.gap(first - 1), "." | ". ") {
            first -= 1;
        }
        let mut end = without_genitive(page, last).end;
        if last > first && is_initial(page, last) && page.text[end..].starts_with('.') {
            end += 1;
        }
        let range = page.words[first].range.start..end;
        self.marks.push(Mark::new(range, Kind::Name));
    }

    /// Greetings, what follows a closing, and a last line that is a name.
    fn signatures(&mut self) {
        let page = self.page;
        for at in 0..page.words.len() {
            let flags = page.flags(at);
            if flags.any(Flags::CLOSING) && closes(page, at) {
                self.after_closing(at);
            } else if flags.any(Flags::GREETING) && page.words[at].line_start {
                self.greeting(at);
            }
        }
        self.last_line();
    }

    /// `kære lone`: all words up to the comma, unless they are ordinary ones.
    fn greeting(&mut self, at: usize) {
        let page = self.page;
        let mut first = at + 1;
        while page.flags(first).any(Flags::TITLE.with(Flags::GREETING))
            || matches!(page.low(first), "alle" | "du")
        {
            first += 1;
        }
        if page.words.get(first).is_none() || !is_space(page.gap(first - 1)) {
            return;
        }
        if taken(self.marks, &page.words[first].range) || page.words[first].digit {
            return;
        }
        let flags = page.flags(first);
        let ordinary = flags.any(Flags::WORD.with(Flags::ORG).with(Flags::PLACE)) && !surely(page, first);
        let named = page.words[first].capital || flags.any(NAME);
        if ordinary || !named {
            return;
        }
        let last = end_of_name(page, first, Cue::Signature, self.marks);
        if !of_company_or_road(page, first, last) {
            self.mark(first, last);
            self.listed(last);
        }
    }

    fn after_closing(&mut self, at: usize) {
        let page = self.page;
        let mut first = at + 1;
        while page.flags(first).any(Flags::CLOSING)
            || matches!(page.low(first), "fra" | "og" | "tak" | "from" | "dig" | "din")
        {
            first += 1;
        }
        if page.gap(first - 1).contains('[') {
            return;
        }
        let mut tries = 0;
        while first < page.words.len() && tries < 3 {
            let (_, line_end) = page.line(first);
            match self.signed(first, line_end) {
                Signed::Name => return,
                Signed::Other => {}
            }
            first = line_end + 1;
            tries += 1;
        }
    }

    /// Is a line somebody's name, perhaps with something after it?
    fn signed(&mut self, first: usize, line_end: usize) -> Signed {
        let page = self.page;
        let mut first = first;
        while first < line_end && page.flags(first).any(Flags::TITLE) && !page.flags(first).any(NAME) {
            first += 1;
        }
        let mut last = None;
        let mut sure = false;
        for at in first..=line_end.min(first + MAX_WORDS) {
            let (flags, word) = (page.flags(at), &page.words[at]);
            if word.digit || taken(self.marks, &word.range) || flags.any(Flags::ORG.with(Flags::CLOSING)) {
                if flags.any(Flags::ORG) && !flags.any(NAME) {
                    return Signed::Other;
                }
                break;
            }
            let surname = last.is_some() && word.capital && word.range.len() >= 4 && !flags.any(CUE);
            let stranger = surname && !page.loud && !BEGINS.contains(&page.low(at)) && !word.sentence_start;
            let ordinary = flags.any(Flags::WORD.with(CUE)) && !flags.any(NAME) && !stranger;
            let joining = flags.any(Flags::PARTICLE) || matches!(page.low(at), "og" | "&");
            if ordinary && !joining {
                break;
            }
            sure |= flags.any(Flags::GIVEN) || !flags.any(Flags::WORD) || flags.any(NAME) && word.capital;
            if !joining {
                last = Some(at);
            }
            let gap = page.gap(at);
            if !(is_space(gap) || matches!(gap, "-" | ". " | "." | " & ")) {
                break;
            }
        }
        match last {
            Some(last) if sure && !of_company_or_road(page, first, last) => {
                self.mark(first, last);
                Signed::Name
            }
            _ => Signed::Other,
        }
    }

    /// A last line of few words, one of which is a name, or one word that nobody knows.
    fn last_line(&mut self) {
        let page = self.page;
        let Some(end) = page.words.len().checked_sub(1) else { return };
        let (first, last) = page.line(end);
        if first == 0 || last - first > 3 {
            return;
        }
        let all = last > first && (first..=last).all(|at| page.words[at].capital && page.flags(at).any(NAME));
        let name =
            all || (first..=last).any(|at| page.flags(at).any(NAME) && !page.flags(at).any(Flags::WORD));
        let stranger = first == last && page.flags(first) == Flags::NONE && page.words[first].capital;
        let clean = (first..=last).all(|at| !page.words[at].digit && !page.flags(at).any(Flags::ORG));
        if (name || stranger) && clean && !page.text[page.words[end].range.end..].contains(['!', '?']) {
            self.signed(first, last);
        }
    }
}

enum Signed {
    Name,
    Other,
}

/// What the words before a place say about a name there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Cue {
    None,
    /// A capitalised word here is a name, unless it is an ordinary word.
    Strong,
    /// Any word here is, also in small letters.
    Signature,
}

/// A capital alone.
fn is_initial(page: &Page<'_>, at: usize) -> bool {
    page.words
        .get(at)
        .is_some_and(|word| word.capital && word.range.len() <= 2 && page.low(at).chars().count() == 1)
}

fn cue_before(page: &Page<'_>, at: usize) -> Cue {
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
fn surely(page: &Page<'_>, at: usize) -> bool {
    let flags = page.flags(at);
    flags.any(Flags::GIVEN)
        && page.words[at].capital
        && page.words.get(at).is_some_and(|word| word.range.len() > 1)
}

/// May a word be the first of a name?
fn may_begin(page: &Page<'_>, at: usize, cue: Cue) -> bool {
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

/// Words that begin a sentence after a name where the full stop is missing.
const BEGINS: [&str; 24] = [
    "vores", "hvad", "hvor", "hvis", "hvornår", "hvordan", "dette", "mine", "efter", "hermed", "telefon",
    "mobil", "adresse", "dato", "emne", "også", "over", "under", "mail", "cand", "hendes", "vedr", "bilag",
    "denne",
];

/// The last word of a name that begins here.
fn end_of_name(page: &Page<'_>, first: usize, cue: Cue, marks: &[Mark]) -> usize {
    let mut last = first;
    while last + 1 < page.words.len() && last - first + 1 < MAX_WORDS {
        let (gap, next) = (page.gap(last), last + 1);
        let initial = page.words[last].range.len() <= 2 && gap == ". " || gap == ".";
        let glued = matches!(gap, "-" | "'" | "’" | "´");
        // `Poul "Pølse" Hermansen`
        let quoted =
            matches!(gap, " \"" | " ”" | " '" | " (") && matches!(page.gap(next), "\" " | "” " | "' " | ") ");
        if quoted && page.words[next].capital && page.words.get(next + 1).is_some_and(|word| word.capital) {
            last = next + 1;
            continue;
        }
        if !(is_space(gap) || glued || initial && page.words[last].capital) {
            break;
        }
        if taken(marks, &page.words[next].range) {
            break;
        }
        if page.flags(next).any(Flags::PARTICLE) && !page.words[next].capital {
            let after = page.words.get(next + 1);
            let part = is_space(page.gap(next)) || page.gap(next) == "-";
            let word = page.flags(next).any(Flags::WORD) && !page.flags(next + 1).any(Flags::SURNAME);
            if part && after.is_some_and(|after| after.capital) && !word && !matches!(page.low(next), "af") {
                last = next + 1;
                continue;
            }
            break;
        }
        if !continues(page, first, next, cue, glued) {
            break;
        }
        last = next;
    }
    last
}

fn continues(page: &Page<'_>, first: usize, next: usize, cue: Cue, glued: bool) -> bool {
    let (word, flags) = (&page.words[next], page.flags(next));
    if word.digit {
        return false;
    }
    let name = flags.any(NAME);
    if word.range.len() == 1 && page.gap(next) == "/" {
        return false;
    }
    if !word.capital {
        let small = !page.words[first].capital;
        return (small || glued) && name && !flags.any(Flags::WORD)
            || small && cue == Cue::Signature && flags == Flags::NONE;
    }
    if is_initial(page, next) && page.low(next) != "i" && page.gap(next) != "/" && !page.loud {
        return true;
    }
    if flags.any(Flags::ORG) && !flags.any(Flags::SURNAME) || flags.any(Flags::CLOSING.with(Flags::GREETING))
    {
        return false;
    }
    if flags.any(Flags::WORD) {
        // Also a word, but Danish gives no capital to words.
        let stranger = word.range.len() >= 4 && !page.loud && !BEGINS.contains(&page.low(next));
        let begins = word.sentence_start && !is_initial(page, next - 1);
        return (flags.any(NAME) || stranger) && !flags.any(CUE.with(Flags::PLACE)) && !begins;
    }
    // An initial, another name, or a stranger; but no abbreviation and no road with its number.
    let abbreviation = word.capitals && !page.words[first].capitals && !name;
    let road = page.words.get(next + 1).is_some_and(|after| after.digit) && is_space(page.gap(next)) && !name;
    let cue_or_place = flags.any(CUE.with(Flags::PLACE)) && !name;
    !(abbreviation || road || cue_or_place)
}

/// Does the name belong to a company, a road or an institution?
fn of_company_or_road(page: &Page<'_>, first: usize, last: usize) -> bool {
    const SUFFIXES: [&str; 14] = [
        "aps",
        "as",
        "ivs",
        "vej",
        "gade",
        "allé",
        "alle",
        "plads",
        "torv",
        "stræde",
        "boulevard",
        "park",
        "søn",
        "sønner",
    ];
    let next = last + 1;
    let gap = page.gap(last);
    let near = is_space(gap) || gap == " & " || gap == " og " || gap == "-";
    let low = page.low(next);
    if near
        && SUFFIXES.contains(&low)
        && (page.words[next].capital || matches!(low, "aps" | "ivs") || gap.contains('&'))
    {
        return true;
    }
    if near
        && page.words[next].capital
        && page.flags(next).any(Flags::ORG)
        && !page.flags(next).any(Flags::SURNAME)
    {
        return true;
    }
    let slashed =
        near && matches!(low, "a" | "i" | "k" | "p") && page.gap(next) == "/" && page.low(next + 1) == "s";
    let road = [
        "vej", "gade", "allé", "stræde", "vænget", "parken", "toften", "bakken", "skolen", "centret",
        "huset", "kirken", "hallen",
    ];
    let own = page.low(last);
    let ends = last >= first
        && road.iter().any(|end| own.len() > end.len() + 2 && own.ends_with(end))
        && !page.flags(last).any(NAME);
    // `Sct. Jørgens`, `firmaet Holm`
    let before = page.low_before(first, 1);
    let institution = is_space(page.gap_before(first))
        && (matches!(
            before,
            "sct"
                | "sankt"
                | "skt"
                | "firmaet"
                | "firma"
                | "selskabet"
                | "restaurant"
                | "hotel"
                | "café"
                | "cafe"
                | "ved"
        ) && before != "ved"
            || before.ends_with("firmaet")
            || before.ends_with("skolen")
            || before.ends_with("firma"))
        || page.gap_before(first) == ". " && matches!(before, "sct" | "skt");
    // `Munk & Wessel`: a firm, unless both are given names.
    let given = |at: usize| page.flags(at).any(Flags::GIVEN);
    let after = gap == " & "
        && page.words.get(next).is_some_and(|word| word.capital)
        && !(given(first) && given(next));
    let ahead = page.gap_before(first) == " & " && !(given(first) && given(first - 1));
    slashed || ends || institution || after || ahead
}

/// Does a word close a letter here: alone on its line, or before a name?
fn closes(page: &Page<'_>, at: usize) -> bool {
    let (first, last) = page.line(at);
    at - first <= 5 && last - at <= 8 || page.words[at].sentence_start || page.words.len() - at < 12
}

/// Marks every word that has been a name elsewhere.
fn again(page: &Page<'_>, marks: &mut Vec<Mark>, named: &HashSet<String>) {
    for at in 0..page.words.len() {
        let word = &page.words[at];
        let whole = word.range.clone();
        let low = &page.lower[whole.clone()];
        let range = if named.contains(low) {
            whole
        } else {
            let base = without_genitive(page, at);
            let stem = low.strip_suffix('s').filter(|stem| named.contains(*stem));
            match stem {
                Some(stem) => whole.start..whole.start + stem.len(),
                None if named.contains(&page.lower[base.clone()]) => base,
                None => continue,
            }
        };
        let flags = page.flags(at);
        let ordinary = flags.any(Flags::WORD.with(Flags::ORG).with(Flags::PLACE).with(CUE));
        let fits = if word.capital {
            !ordinary || !word.sentence_start
        } else {
            !ordinary && low.chars().count() > 2
        };
        if fits && !taken(marks, &range) && !(word.capital && of_company_or_road(page, at, at)) {
            marks.push(Mark::new(range, Kind::Name));
        }
    }
}

/// A word without the s of the genitive, when what is left is a name and the whole is none.
fn without_genitive(page: &Page<'_>, at: usize) -> Range<usize> {
    let range = page.words[at].range.clone();
    let low = &page.lower[range.clone()];
    match low.strip_suffix('s') {
        Some(stem)
            if !page.flags(at).any(NAME) && stem.len() > 2 && super::lexicon::look_up(stem).any(NAME) =>
        {
            range.start..range.start + stem.len()
        }
        _ => range,
    }
}

/// The words of a name, in small letters.
fn parts(name: &str) -> Vec<String> {
    let low = fold(name);
    low.split(|char: char| !char.is_alphanumeric())
        .filter(|part| part.chars().count() > 1)
        .map(str::to_owned)
        .collect()
}
