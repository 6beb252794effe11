//! Words that state somebody's health, treatment, disability or dependency.
//!
//! A word counts only near a person: the sender, somebody spoken of, a name. `health.tsv` holds whole words,
//! beginnings and endings (`kræft*`, `*kræft`), what may stand before them, and parts of the body; what takes several words
//! is among the [`phrases`].

use std::collections::HashSet;
use std::sync::LazyLock;

use super::lexicon::Flags;
use super::page::{Page, is_space};
use super::phrases;
use super::spans::{Kind, Mark, taken};

struct Lexicon {
    words: HashSet<&'static str>,
    heads: Vec<&'static str>,
    tails: HashSet<&'static str>,
    /// Lengths of the tails, each once.
    tail_lengths: Vec<usize>,
    body: HashSet<&'static str>,
    before: HashSet<&'static str>,
    person: HashSet<&'static str>,
    /// What may stand before `for`, `af`, `mod` and the word.
    about: HashSet<&'static str>,
    not: Vec<&'static str>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let list = |name: &str| {
        let line = include_str!("health.tsv").lines().find(|line| line.split('\t').next() == Some(name));
        line.and_then(|line| line.split_once('\t')).map_or("", |(_, list)| list).split_whitespace()
    };
    let tails: HashSet<&str> =
        list("stem").filter_map(|stem| stem.trim_end_matches('*').strip_prefix('*')).collect();
    let mut tail_lengths: Vec<usize> = tails.iter().map(|tail| tail.len()).collect();
    tail_lengths.sort_unstable();
    tail_lengths.dedup();
    Lexicon {
        words: list("word").collect(),
        heads: list("stem")
            .filter_map(|stem| stem.strip_suffix('*'))
            .map(|stem| stem.trim_start_matches('*'))
            .collect(),
        tails,
        tail_lengths,
        body: list("body").collect(),
        before: list("before").collect(),
        person: list("person").collect(),
        about: list("about").collect(),
        not: list("not").collect(),
    }
});

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    let lexicon = &*LEXICON;
    let persons = Persons::of(page, marks);
    let mut at = 0;
    while at < page.words.len() {
        if let Some(last) = lexicon.said(page, at).filter(|_| persons.near(at)) {
            let (first, last) = statement(page, lexicon, at, last);
            let range = page.range(first, last);
            if !taken(marks, &range) {
                marks.push(Mark::new(range, Kind::Health));
            }
            at = last;
        }
        at += 1;
    }
}

impl phrases::Words for Lexicon {
    fn is_body(&self, low: &str) -> bool {
        self.body.contains(low)
    }

    fn is_health(&self, low: &str) -> bool {
        self.is_health(low)
    }
}

impl Lexicon {
    /// The last word of what is said of somebody's health here: a phrase, or a word.
    fn said(&self, page: &Page<'_>, at: usize) -> Option<usize> {
        let word = || (!page.words[at].digit && self.is_health(page.low(at))).then_some(at);
        phrases::last_of(page, self, at).or_else(word)
    }

    fn is_health(&self, low: &str) -> bool {
        if self.words.contains(low) {
            return true;
        }
        if low.len() < 7 || self.not.iter().any(|end| low.ends_with(end)) {
            return false;
        }
        let ends = self.tail_lengths.iter().any(|len| {
            low.len()
                .checked_sub(*len)
                .and_then(|at| low.get(at..))
                .is_some_and(|end| self.tails.contains(end))
        });
        ends || self.heads.iter().any(|head| low.starts_with(head))
    }
}

/// How many sentences after a person was spoken of are still about that person: records are written in short ones.
const SENTENCES: usize = 2;

/// Which sentences speak of a person, themselves or in those before; and the sentence of every word.
struct Persons {
    spoken_of: Vec<bool>,
    sentence: Vec<usize>,
}

impl Persons {
    /// A first or third person, a relative, a name or a CPR number.
    fn of(page: &Page<'_>, marks: &[Mark]) -> Self {
        let mut sentence = Vec::with_capacity(page.words.len());
        let mut spoken_of = vec![false];
        for (at, word) in page.words.iter().enumerate() {
            // An abbreviation ends no sentence; what has been masked may begin one.
            let begins = word.capital || page.small || page.gap_before(at).contains('[');
            if word.sentence_start && at > 0 && begins {
                spoken_of.push(false);
            }
            let own = spoken_of.len() - 1;
            sentence.push(own);
            spoken_of[own] |= LEXICON.person.contains(page.low(at)) || page.flags(at).any(Flags::RELATION);
        }
        for mark in marks.iter().filter(|mark| matches!(mark.kind, Kind::Name | Kind::Cpr)) {
            let word = page.words.partition_point(|word| word.range.end <= mark.range.start);
            if let Some(own) = sentence.get(word) {
                spoken_of[*own] = true;
            }
        }
        Self { spoken_of, sentence }
    }

    fn near(&self, word: usize) -> bool {
        let own = self.sentence.get(word).copied().unwrap_or_default();
        self.spoken_of[own.saturating_sub(SENTENCES)..=own].contains(&true)
    }
}

/// The statement about a word or phrase: what is said before it, and the part of the body or the type after it.
fn statement(page: &Page<'_>, lexicon: &Lexicon, at: usize, mut last: usize) -> (usize, usize) {
    let mut first = at;
    while first > 0 && is_space(page.gap(first - 1)) && lexicon.before.contains(page.low(first - 1)) {
        first -= 1;
    }
    // `behandling for kræft`, `brud på hoften`
    if first > 1
        && is_space(page.gap(first - 1))
        && matches!(page.low(first - 1), "for" | "af" | "mod" | "med" | "på" | "i")
        && lexicon.about.contains(page.low(first - 2))
        && is_space(page.gap(first - 2))
    {
        first -= 2;
    }
    while is_space(page.gap(last)) {
        let next = page.low(last + 1);
        if page.words[last + 1].digit && matches!(page.low(last + 2), "mg" | "ml" | "enheder") {
            last += 2;
            continue;
        }
        if next == "i"
            && page.low(last + 2) == "uge"
            && page.words.get(last + 3).is_some_and(|word| word.digit)
        {
            last += 3;
            continue;
        }
        if next == "i" && matches!(page.low(last + 3), "uge" | "måned") && page.words[last + 2].digit {
            last += 3;
            continue;
        }
        if next == "i" && is_degree(page.low(last + 2), page.low(last + 3)) {
            last += 3;
            continue;
        }
        if lexicon.is_health(next) || lexicon.body.contains(next) {
            last += 1;
        } else if matches!(next, "i" | "med" | "for" | "og" | "mod" | "på" | "af") {
            let side = last
                + 2
                + usize::from(matches!(
                    page.low(last + 2),
                    "venstre" | "højre" | "begge" | "svær" | "min" | "mit" | "sin" | "en" | "et"
                ));
            let fits = lexicon.is_health(page.low(side)) || lexicon.body.contains(page.low(side));
            if !fits || !is_space(page.gap(last + 1)) || side > last + 2 && !is_space(page.gap(last + 2)) {
                break;
            }
            last = side;
        } else if next == "type" && page.low(last + 2).len() == 1 {
            last += 2;
        } else {
            break;
        }
    }
    (first, last.min(page.words.len().saturating_sub(1)))
}

/// "i lettere grad", "i sidste stadie"
fn is_degree(how: &str, of: &str) -> bool {
    matches!(
        how,
        "let" | "lettere" | "moderat" | "middelsvær" | "svær" | "sværere" | "høj" | "sidste" | "tidlig"
    ) && matches!(of, "grad" | "stadie" | "stadium" | "fase")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_masked_near_a_person_only() {
        for (text, health) in [
            ("Min mor har fremskreden demens og bor", "fremskreden demens"),
            ("han har diabetes type 2 nu", "diabetes type 2"),
            ("jeg er opereret i venstre knæ", "er opereret i venstre knæ"),
            ("hun fik lungekræft", "lungekræft"),
            ("jeg har haft ondt i ryggen i et år", "ondt i ryggen"),
            ("Far har svært ved at trække vejret nu, han", "svært ved at trække vejret"),
            ("hun har fået konstateret kræft i brystet, og", "har fået konstateret kræft i brystet"),
            ("jeg kan ikke længere gå på trapper", "kan ikke længere gå på trapper"),
            ("hans højre arm er brækket", "højre arm er brækket"),
            ("jeg kan ikke gå ind for forslaget", ""),
            ("jeg kan ikke se, hvem der bestemmer", ""),
            ("vi har svært ved at se, hvordan", ""),
            ("Hun har svært ved at se. Hun", "svært ved at se"),
            ("han har ondt. I ryggen af huset", ""),
            ("Vejen gør ondt værre for os", ""),
            ("Demenscaféen holder lukket", ""),
            ("En ny politik om kræft", ""),
        ] {
            let mut marks = Vec::new();
            find(&Page::read(text), &mut marks);
            assert_eq!(marks.first().map_or("", |mark| &text[mark.range.clone()]), health, "{text}");
        }
    }
}
