//! Health said in several words: "ondt i ryggen", "svært ved at trække vejret".
//!
//! Each line of `health_phrases.txt` is a phrase, word by word: `a|b` is either word, `?` after it says that it may be
//! missing. `{body}` is a part of the body, `{health}` a health word, `{number}` a number, `{of}` one or two words such as
//! "min venstre", `{can't}` something that only bad health keeps people from, `{when}` "på torsdag", "i morgen". A phrase
//! goes over no mark but spaces.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::page::{Page, is_space};

/// What the phrases need to know of single words.
pub(super) trait Words {
    fn is_body(&self, low: &str) -> bool;
    fn is_health(&self, low: &str) -> bool;
}

struct Part {
    what: What,
    optional: bool,
}

enum What {
    Words(Vec<&'static str>),
    Body,
    Health,
    Number,
    Of,
    Cannot,
    When,
}

struct Phrases {
    all: Vec<Vec<Part>>,
    /// Phrases by their first word.
    by_word: HashMap<&'static str, Vec<usize>>,
    /// Phrases that begin with a part of the body.
    by_body: Vec<usize>,
}

/// Words before a part of the body.
const OF: [&str; 16] = [
    "min", "mit", "mine", "sin", "sit", "sine", "hans", "hendes", "den", "det", "de", "begge", "venstre",
    "højre", "en", "et",
];

/// What a person with bad health cannot do, or only with trouble. Left out is what people say of other matters as well: "kan
/// ikke se, hvorfor", "kan ikke huske, hvornår".
const CANNOT: &str = "\
    trække vejret|få vejret|sove om natten|sove|falde i søvn|synke|holde på vandet|holde urinen|holde afføringen|\
    lade vandet|holde balancen|rejse sig|rejse mig|rejse sig selv|stå på benene|stå op ret længe|stå ret længe|\
    gå på trapper|gå på trappen|gå selv|gå uden støtte|gå uden hjælp|gå uden rollator|gå uden stok|gå ret langt|\
    gå ret meget|gå længere|gå mere|gå og stå|gå langt|bevæge sig|bevæge mig|bevæge sig rundt|komme ud af sengen|\
    komme op af sengen|komme op ad trappen|komme op ad trapperne|komme i bad selv|komme på toilettet|komme rundt selv|\
    finde ord|finde ordene|finde ord for ting|koncentrere sig|koncentrere mig|tale længere|tale rent|tage tøj på|\
    vaske sig|vaske mig|løfte armen|løfte armene|bruge armen|bruge armene|bruge benene|bruge hånden|bruge hænderne|\
    bruge fingrene|støtte på benet|støtte på foden|klare toiletbesøg|gå|høre|se|huske|spise|tale|stå";
/// Of [`CANNOT`], what means bad health only where nothing follows or "svært ved at" stands before.
const ALONE: [&str; 4] = ["gå", "spise", "tale", "stå"];
/// What means bad health only where "svært ved at" stands before and the sentence ends.
const VAGUE: [&str; 3] = ["høre", "se", "huske"];

const WHEN: [&[&str]; 12] = [
    &["i", "morgen"],
    &["i", "næste", "uge"],
    &["i", "denne", "uge"],
    &["næste", "uge"],
    &["på", "mandag"],
    &["på", "tirsdag"],
    &["på", "onsdag"],
    &["på", "torsdag"],
    &["på", "fredag"],
    &["til", "foråret"],
    &["til", "efteråret"],
    &["snart"],
];

static CANNOT_DO: LazyLock<Vec<Vec<&'static str>>> =
    LazyLock::new(|| CANNOT.split('|').map(|doing| doing.split_whitespace().collect()).collect());

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let lines = include_str!("health_phrases.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all: Vec<Vec<Part>> = lines.map(|line| line.split_whitespace().map(part).collect()).collect();
    let (mut by_word, mut by_body): (HashMap<_, Vec<usize>>, Vec<usize>) = Default::default();
    for (number, phrase) in all.iter().enumerate() {
        match phrase.first().map(|part| &part.what) {
            Some(What::Words(words)) => {
                words.iter().for_each(|word| by_word.entry(*word).or_default().push(number));
            }
            _ => by_body.push(number),
        }
    }
    Phrases { all, by_word, by_body }
});

fn part(text: &'static str) -> Part {
    let optional = text.ends_with('?') || text.ends_with("?}");
    let bare = text.trim_end_matches("?}").trim_end_matches(['?', '}']);
    let what = match bare {
        "{body" => What::Body,
        "{health" => What::Health,
        "{number" => What::Number,
        "{of" => What::Of,
        "{can't" => What::Cannot,
        "{when" => What::When,
        words => What::Words(words.split('|').collect()),
    };
    Part { what, optional }
}

/// The last word of the longest phrase that begins with this word.
pub(super) fn last_of(page: &Page<'_>, words: &impl Words, at: usize) -> Option<usize> {
    let phrases = &*PHRASES;
    let low = page.low(at);
    let of_word = phrases.by_word.get(low).map_or(&[][..], Vec::as_slice);
    let of_body = if words.is_body(low) { &phrases.by_body[..] } else { &[] };
    let ends = of_word.iter().chain(of_body).filter_map(|number| end(page, words, &phrases.all[*number], at));
    ends.max().map(|end| end - 1)
}

/// The word after these parts when they stand here, with nothing but spaces between them.
fn end(page: &Page<'_>, words: &impl Words, parts: &[Part], at: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let whole = |len: &usize| (at..at + len - 1).all(|at| is_space(page.gap(at)));
    let taken = lengths(page, words, &part.what, at).into_iter().filter(whole);
    let with = taken.filter_map(|len| match is_space(page.gap(at + len - 1)) {
        true => end(page, words, rest, at + len),
        // Nothing may follow, and nothing has to.
        false => rest.iter().all(|part| part.optional).then_some(at + len),
    });
    with.max().or_else(|| part.optional.then(|| end(page, words, rest, at)).flatten())
}

/// How many words a part may take here.
fn lengths(page: &Page<'_>, words: &impl Words, what: &What, at: usize) -> Vec<usize> {
    let low = page.low(at);
    if low.is_empty() {
        return Vec::new();
    }
    let one = |fits: bool| if fits { vec![1] } else { vec![] };
    match what {
        What::Words(known) => one(known.contains(&low)),
        What::Body => one(words.is_body(low)),
        What::Health => one(words.is_health(low)),
        What::Number => one(page.words[at].digit),
        What::Of => match (OF.contains(&low), OF.contains(&page.low(at + 1))) {
            (true, true) => vec![1, 2],
            (fits, _) => one(fits),
        },
        What::Cannot => CANNOT_DO.iter().filter(|doing| cannot(page, doing, at)).map(Vec::len).collect(),
        What::When => WHEN.iter().filter(|when| stands(page, when, at)).map(|when| when.len()).collect(),
    }
}

fn cannot(page: &Page<'_>, doing: &[&str], at: usize) -> bool {
    let last = at + doing.len() - 1;
    let (goes_on, ends) = (is_space(page.gap(last)), matches!(page.after(last), None | Some('.' | '\n')));
    let hard = page.low_before(at, 1) == "at" && page.low_before(at, 2) == "ved";
    let means_health = match doing {
        [one] if VAGUE.contains(one) => ends && hard,
        [one] if ALONE.contains(one) => !goes_on || hard,
        _ => true,
    };
    stands(page, doing, at) && means_health
}

fn stands(page: &Page<'_>, words: &[&str], at: usize) -> bool {
    (0..).zip(words).all(|(offset, word)| page.low(at + offset) == *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_phrase() {
        for phrase in &PHRASES.all {
            assert!(phrase.len() > 1 && !phrase[0].optional, "a phrase begins with a word that is there");
            for part in phrase {
                if let What::Words(words) = &part.what {
                    assert!(
                        words.iter().all(|word| !word.is_empty() && !word.contains(['{', '}'])),
                        "{words:?}"
                    );
                }
            }
        }
    }
}
