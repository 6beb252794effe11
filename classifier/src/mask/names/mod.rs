//! Names of persons.
//!
//! A name begins where a given name stands, where two capitalised words end in a surname, or after words that
//! stand before names (*min datter*, *sagsbehandler*, *jeg hedder*); greetings and signatures may hold any word
//! that is no ordinary one. What has been a name once is one everywhere in the letter. Companies and roads that
//! bear a person's name are left.

mod cue;
mod extent;

use std::collections::HashSet;

use super::known::Known;
use super::lexicon::Flags;
use super::page::{Page, fold, is_space};
use super::spans::{Kind, Mark, taken};
use cue::{Cue, cue_before, is_initial, may_begin, surely};
use extent::{BEGINS, end_of_name, of_company_or_road, without_genitive};

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

/// The words of a name, in small letters.
fn parts(name: &str) -> Vec<String> {
    let low = fold(name);
    low.split(|char: char| !char.is_alphanumeric())
        .filter(|part| part.chars().count() > 1)
        .map(str::to_owned)
        .collect()
}
