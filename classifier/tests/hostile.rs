//! Whatever text arrives, features are found in bounded space, and without panic.

use classifier::LetterText;
use classifier::features::{MAX_WORDS, Vocabulary, terms, words};
use proptest::prelude::*;

fn vocabulary() -> Vocabulary {
    let body = "Kære kommune, hullet i vejen er blevet større, og nu er cyklen gået i stykker.";
    Vocabulary::learn([LetterText { label: "Vejen", body }], 1)
}

proptest! {
    #[test]
    fn any_text_becomes_a_sound_vector(label in any::<String>(), body in "(?s).{0,600}") {
        let vector = vocabulary().vector(&LetterText { label: &label, body: &body });
        prop_assert!(vector.features.is_sorted());
        prop_assert_eq!(vector.features.len(), vector.weights.len());
        prop_assert!((0.0..=1.0).contains(&vector.known));
        let square: f32 = vector.weights.iter().map(|weight| weight * weight).sum();
        prop_assert!(vector.is_empty() || (square - 1.0).abs() < 1e-4, "{}", square);
    }

    #[test]
    fn words_stand_where_they_say(text in any::<String>()) {
        for word in words(&text) {
            prop_assert!(text.get(word.span.clone()).is_some_and(|word| !word.is_empty()), "{:?}", word.span);
        }
    }

    #[test]
    fn case_changes_nothing(text in "[a-zæøåA-ZÆØÅ0-9 .,§\n]{0,200}") {
        let vocabulary = vocabulary();
        let upper = text.to_uppercase();
        let vector = |body| vocabulary.vector(&LetterText { label: "", body });
        prop_assert_eq!(vector(&text), vector(&upper));
    }
}

#[test]
fn a_megabyte_of_anything_gives_a_bounded_number_of_terms() {
    for unit in ["å", "å ", "hej\u{200d}", "\u{300}", "§§§ ", "0 "] {
        let text = unit.repeat(1_000_000 / unit.len());
        let mut count = 0;
        terms(&LetterText { label: &text, body: &text }, |_| count += 1);
        assert!(count <= 2 * MAX_WORDS * 150, "{unit:?}: {count}");
    }
}
