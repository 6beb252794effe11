//! Keeps personal data out of the trail: a CPR number is masked, a long text is cut.
//!
//! Masking rather than refusing: an event tells of something that has already happened, and must be written whatever a text holds.

/// The longest value an event keeps, in characters. Facts are short; letters are not facts.
pub const LONGEST: usize = 200;

/// The text as the trail may keep it: control characters become blanks, CPR numbers asterisks, and after [`LONGEST`] characters it ends.
pub fn fit(text: &str) -> String {
    let mut fitting: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Masked before it is cut, so that a cut cannot leave nine digits of a number standing.
    mask(&mut fitting);
    if fitting.len() > LONGEST {
        fitting.truncate(LONGEST - 1);
        fitting.push('…');
        // A longer number cut short can look like one too.
        mask(&mut fitting);
    }
    fitting.into_iter().collect()
}

/// Whether the trail may keep the text as it is.
pub fn fits(text: &str) -> bool {
    let mut chars = 0;
    let mut digits = 0;
    for c in text.chars() {
        if c.is_control() {
            return false;
        }
        chars += 1;
        digits += usize::from(c.is_ascii_digit());
    }
    chars <= LONGEST && (digits < 10 || !has_cpr(text))
}

fn has_cpr(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).any(|at| cpr_at(&chars, at).is_some())
}

fn mask(chars: &mut [char]) {
    let mut at = 0;
    while at < chars.len() {
        match cpr_at(chars, at) {
            Some(end) => {
                chars[at..end].iter_mut().filter(|c| c.is_ascii_digit()).for_each(|c| *c = '*');
                at = end;
            }
            None => at += 1,
        }
    }
}

/// Where a CPR number that starts at `at` ends: six digits that are a date, at most one separator, four digits.
///
/// Digits inside a longer number or inside a hexadecimal word (digests, UUIDs) are none; `CPR0101701234` is one.
fn cpr_at(chars: &[char], at: usize) -> Option<usize> {
    if at > 0 && chars[at - 1].is_ascii_digit() {
        return None;
    }
    let digit = |i: usize| chars.get(i).and_then(|c| c.to_digit(10));
    let mut date = [0; 6];
    for (i, place) in date.iter_mut().enumerate() {
        *place = digit(at + i)?;
    }
    let separated = matches!(chars.get(at + 6), Some('-' | ' ' | '.' | '/' | '–' | '\u{2011}'));
    let serial = at + 6 + usize::from(separated);
    let end = serial + 4;
    (serial..end).try_for_each(|i| digit(i).map(drop))?;
    let (day, month) = (date[0] * 10 + date[1], date[2] * 10 + date[3]);
    // Replacement numbers (erstatningspersonnummer) carry the day plus 60.
    let is_date = matches!(day, 1..=31 | 61..=91) && matches!(month, 1..=12);
    if !is_date || chars.get(end).is_some_and(char::is_ascii_digit) || is_inside_hex(chars, at, end) {
        return None;
    }
    Some(end)
}

fn is_inside_hex(chars: &[char], start: usize, end: usize) -> bool {
    let before = chars[..start].iter().rev().take_while(|c| c.is_alphanumeric());
    let after = chars[end..].iter().take_while(|c| c.is_alphanumeric());
    let mut around = before.chain(after).peekable();
    around.peek().is_some() && around.all(char::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_like_a_cpr_number_is_masked() {
        for (text, expected) in [
            ("0101701234", "**********"),
            ("010170-1234", "******-****"),
            ("borger 010170 1234 ringede", "borger ****** **** ringede"),
            ("CPR:610170.1234", "CPR:******.****"),
            ("cpr0101701234", "cpr**********"),
            ("010170-1234,311299-4321", "******-****,******-****"),
        ] {
            assert_eq!(fit(text), expected);
            assert!(!fits(text), "{text}");
        }
    }

    #[test]
    fn what_does_not_is_kept() {
        for text in [
            "",
            "27.18.04",
            "2026-03-01T10:12:13Z",
            "1767225600",
            "29189447",
            "20260301-1234567",
            "3f0101701234ab",
            "9d0101701234567890",
            "5e010170-1234-4101-8101-010170123456",
            "P1993388394",
        ] {
            assert_eq!(fit(text), text);
            assert!(fits(text), "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_a_line_break_becomes_a_blank() {
        assert_eq!(fit(&"æ".repeat(201)), format!("{}…", "æ".repeat(199)));
        assert_eq!(fit("a\nb\u{85}c"), "a b c");
        let cut_through = format!("{}0101701234", "x ".repeat(97));
        assert!(!fit(&cut_through).contains("01017"));
    }

    proptest! {
        #[test]
        fn what_fit_returns_fits_and_stays(text in "\\PC{0,40}[0-9 -]{0,14}\\PC{0,200}") {
            let fitting = fit(&text);
            prop_assert!(fits(&fitting));
            prop_assert_eq!(fit(&fitting), fitting);
        }

        #[test]
        fn digests_and_uuids_are_never_masked(bytes: [u8; 32]) {
            let digest: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
            prop_assert_eq!(fit(&digest), digest);
            let id = uuid::Uuid::from_slice(&bytes[..16]).unwrap().to_string();
            prop_assert_eq!(fit(&id), id);
        }
    }
}
