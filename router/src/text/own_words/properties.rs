//! What holds for any text: no panic, no word that was not there, never emptied, and ranges that fit.

use proptest::prelude::*;

use super::own_words;

/// Text in which the forms that are looked for are likely.
fn letter() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[ -~æøåÆØÅ\u{ad}]{0,40}",
        Just("Fra: Bo Prøve".to_owned()),
        Just("Sendt: 3. marts 2026 10:12".to_owned()),
        Just("Til: Sandby Kommune".to_owned()),
        Just("Emne: Carport".to_owned()),
        Just("-----Oprindelig meddelelse-----".to_owned()),
        Just("Den 3. marts 2026 skrev Bo Prøve:".to_owned()),
        Just("> citat".to_owned()),
        Just("-- ".to_owned()),
        Just("Med venlig hilsen".to_owned()),
        Just("Bo Prøve".to_owned()),
        Just("Tlf. 12 34 56 78".to_owned()),
        Just("Sendt fra min iPhone".to_owned()),
        Just("Side 2 af 4\u{c}".to_owned()),
        Just("Kom-".to_owned()),
        Just("munen svarede".to_owned()),
        Just(String::new()),
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.join("\n"))
}

fn check(text: &str) {
    let found = own_words(text);
    // Every letter of the answer stands in the text, in the same order.
    let mut there = text.chars();
    for char in found.text.chars().filter(|char| !char.is_whitespace()) {
        assert!(there.any(|other| other == char), "a character that was not there");
    }
    assert!(found.text.len() <= text.len() + 1);
    assert_eq!(text.contains(char::is_alphabetic), found.text.contains(char::is_alphabetic), "emptied");
    let mut end = 0;
    for one in &found.set_aside {
        assert!(one.range.start >= end && one.range.end > one.range.start, "{:?}", found.set_aside);
        assert!(text.get(one.range.clone()).is_some(), "a range inside a character");
        end = one.range.end;
    }
}

proptest! {
    #[test]
    fn letters_keep_their_own_words(text in letter()) {
        check(&text);
    }

    #[test]
    fn any_text_is_fit(text in any::<String>()) {
        check(&text);
    }
}
