//! The door: what no feed may bring in.
//!
//! Feeds of staff carry CPR numbers, in fields of their own and now and then inside a name, a login or a title. The fields
//! are never read; every text that is read passes here, where whatever looks like a CPR number is taken out. It is taken
//! out before anything is compared, stored, shown or put into an error.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// What stands where a CPR number stood.
const GAP: &str = "[CPR udeladt]";

/// A text from outside without CPR numbers and without blanks at its ends.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clean(String);

impl Clean {
    /// Takes a text through the door.
    pub fn new(text: &str) -> Self {
        Self(without_cpr(text.trim()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, unless it is empty.
    pub fn filled(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }

    /// The text as a pointer to something: lower case, since systems write the same UUID in both.
    pub fn key(&self) -> Option<String> {
        self.identity().map(str::to_lowercase)
    }

    /// The text as an identity: not empty, and nothing was taken out of it.
    pub fn identity(&self) -> Option<&str> {
        self.filled().filter(|text| !text.contains(GAP))
    }
}

impl fmt::Debug for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::new(&std::borrow::Cow::<str>::deserialize(from)?))
    }
}

/// The text with every CPR number taken out.
pub fn without_cpr(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let stands_alone = !before.is_some_and(char::is_alphanumeric);
        let taken = if stands_alone { cpr_at_head(rest) } else { None };
        let length = match taken {
            Some(length) => {
                out.push_str(GAP);
                length
            }
            None => {
                out.push(first);
                first.len_utf8()
            }
        };
        before = rest[..length].chars().next_back();
        rest = &rest[length..];
    }
    out
}

/// The length of the CPR number that a text begins with: a day, a month, a year and four digits, in one run or with one
/// sign or blank before the last four. The day may be raised by 60, as in replacement numbers.
fn cpr_at_head(text: &str) -> Option<usize> {
    let day_of_birth = text.get(..6).filter(|digits| all_digits(digits))?;
    let mut behind = &text[6..];
    let mut length = 10;
    if let Some(sign) =
        behind.chars().next().filter(|sign| matches!(sign, '-' | ' ' | '–' | '/' | '.' | '\u{a0}'))
    {
        behind = &behind[sign.len_utf8()..];
        length += sign.len_utf8();
    }
    behind.get(..4).filter(|digits| all_digits(digits))?;
    if behind[4..].chars().next().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let day: u8 = day_of_birth[..2].parse().ok()?;
    let month: u8 = day_of_birth[2..4].parse().ok()?;
    ((1..=31).contains(&day) || (61..=91).contains(&day)).then_some(())?;
    (1..=12).contains(&month).then_some(length)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cpr_numbers_are_taken_out_and_everything_else_stays() {
        for (text, expected) in [
            ("0101901234", GAP),
            ("010190-1234", GAP),
            ("Mette (010190 1234)", "Mette ([CPR udeladt])"),
            ("610190–1234", GAP),
            ("a 010190-1234 b 311299.4321", "a [CPR udeladt] b [CPR udeladt]"),
        ] {
            assert_eq!(without_cpr(text), expected);
        }
        for kept in [
            "4bee0127-a3a3-419a-8bcc-d1b81d21c5b5",
            "00000000-0000-4000-8000-010190123400",
            "27.18.04",
            "12345678",
            "5798000000012",
            "991399-1234",
            "x0101901234",
            "2026-11-20",
            "Ærø æ 1",
        ] {
            assert_eq!(without_cpr(kept), kept);
        }
    }

    #[test]
    fn a_text_from_which_something_was_taken_is_no_identity() {
        assert_eq!(Clean::new(" 0101901234 ").identity(), None);
        assert_eq!(Clean::new(" vmort ").identity(), Some("vmort"));
        assert_eq!(format!("{:?}", Clean::new("Viggo")), "…");
    }

    proptest! {
        #[test]
        fn a_number_between_other_words_never_passes(
            day in 1u8..=31, month in 1u8..=12, year in 0u8..100, serial in 0u16..10_000,
            before in "[a-zæøå ,(]{0,8}[ (]", after in "[ ),;][a-z0-9 ]{0,8}",
        ) {
            let number = format!("{day:02}{month:02}{year:02}{serial:04}");
            let out = without_cpr(&format!("{before}{number}{after}"));
            prop_assert!(!out.contains(&number), "{out}");
        }

        #[test]
        fn no_text_makes_it_fall_over(text in ".{0,40}") {
            let once = without_cpr(&text);
            prop_assert_eq!(without_cpr(&once), once.clone());
        }
    }
}
