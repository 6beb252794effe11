//! Halves: a letter read half by half, so that two matters in one letter show.
//!
//! Read as a whole, such a letter is about whatever has the stronger words, and nothing tells of the other matter.

/// Letters with fewer words have no halves: each would say too little.
const FEWEST_WORDS: usize = 24;

/// The two halves of a letter's body, parted between sentences where it can be; `None` for a short one.
pub(crate) fn halves(body: &str) -> Option<[&str; 2]> {
    let starts: Vec<usize> =
        body.split_whitespace().map(|word| word.as_ptr() as usize - body.as_ptr() as usize).collect();
    if starts.len() < FEWEST_WORDS {
        return None;
    }
    let middle = starts.len() / 2;
    // Within the middle third, the beginning of a sentence nearest to the middle.
    let reach = 0..=starts.len() / 6;
    let near = reach.flat_map(|away| [middle - away, middle + away]);
    let begins = |at: &usize| body[..starts[*at]].trim_end().ends_with(['.', '!', '?', ':']);
    let at = starts[near.into_iter().find(begins).unwrap_or(middle)];
    Some([&body[..at], &body[at..]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_parted_between_sentences() {
        let one = "Vi søger om plads i børnehaven til vores søn, som bliver tre år.";
        let other = "Desuden er lygten på vejen uden for vores hus gået ud igen, hilsen os.";
        let body = format!("{one} {other}");
        assert_eq!(halves(&body), Some([format!("{one} ").as_str(), other]));
        let without_sentences = "ord ".repeat(FEWEST_WORDS);
        let [first, second] = halves(&without_sentences).expect("halves");
        assert_eq!((first.len(), second.len()), (48, 48));
        assert_eq!(halves("Se vedhæftede."), None);
    }
}
