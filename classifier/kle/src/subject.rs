//! A subject: main group, group or subject of KLE.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Emne: a KLE number on one of three levels, such as `27`, `27.18` or `27.18.04`.
///
/// Ordered as in the printed plan: a group before its subjects.
#[doc(alias = "emne")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Main group, group, subject; 0 where the level does not reach.
    parts: [u8; 3],
    level: Level,
}

/// The highest group or subject part that KL gives out. Source: `spec/kle.md` §2.
const LAST_CENTRAL: u8 = 79;

/// How deep a number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Hovedgruppe: `27`.
    #[doc(alias = "hovedgruppe")]
    MainGroup,
    /// Gruppe: `27.18`.
    #[doc(alias = "gruppe")]
    Group,
    /// Emne: `27.18.04`.
    #[doc(alias = "emne")]
    Subject,
}

/// The text is not a KLE number of the form `NN`, `NN.NN` or `NN.NN.NN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a KLE number of the form NN, NN.NN or NN.NN.NN")]
pub struct NotSubject;

impl Subject {
    /// Reads the exact form and nothing else: pairs of ASCII digits with full stops between.
    pub fn parse(text: &str) -> Result<Self, NotSubject> {
        let mut parts = [0; 3];
        let mut depth = 0;
        for piece in text.split('.') {
            let (&[tens, ones], true) = (piece.as_bytes(), depth < 3) else { return Err(NotSubject) };
            if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
                return Err(NotSubject);
            }
            parts[depth] = (tens - b'0') * 10 + (ones - b'0');
            depth += 1;
        }
        let level = match depth {
            1 => Level::MainGroup,
            2 => Level::Group,
            _ => Level::Subject,
        };
        Ok(Self { parts, level })
    }

    /// How deep the number goes.
    pub fn level(self) -> Level {
        self.level
    }

    /// The number of the main group, 0 to 99.
    pub fn main_group(self) -> u8 {
        self.parts[0]
    }

    /// Is it in the interval left to the authorities: a group or subject part above 79?
    ///
    /// They may add groups and subjects there, never main groups (`spec/kle.md` §2).
    pub fn is_local(self) -> bool {
        let [_, group, subject] = self.parts;
        group > LAST_CENTRAL || subject > LAST_CENTRAL
    }

    /// The number one level up; `None` for a main group.
    pub fn parent(self) -> Option<Self> {
        match self.level {
            Level::MainGroup => None,
            Level::Group => Some(Self { parts: [self.parts[0], 0, 0], level: Level::MainGroup }),
            Level::Subject => Some(Self { parts: [self.parts[0], self.parts[1], 0], level: Level::Group }),
        }
    }

    /// The number itself and everything above it, longest first: `27.18.04`, `27.18`, `27`.
    pub fn prefixes(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |subject| subject.parent())
    }

    /// Is `other` this number or below it? `27.18` contains `27.18.04` and itself.
    pub fn contains(self, other: Self) -> bool {
        let depth = self.level as usize + 1;
        other.level >= self.level && other.parts[..depth] == self.parts[..depth]
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [main, group, subject] = self.parts;
        match self.level {
            Level::MainGroup => write!(f, "{main:02}"),
            Level::Group => write!(f, "{main:02}.{group:02}"),
            Level::Subject => write!(f, "{main:02}.{group:02}.{subject:02}"),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({self})")
    }
}

impl FromStr for Subject {
    type Err = NotSubject;

    fn from_str(text: &str) -> Result<Self, NotSubject> {
        Self::parse(text)
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_subject() -> impl Strategy<Value = Subject> {
        prop::collection::vec(0u8..100, 1..=3).prop_map(|parts| {
            let text: Vec<String> = parts.iter().map(|part| format!("{part:02}")).collect();
            Subject::parse(&text.join(".")).unwrap()
        })
    }

    #[test]
    fn only_the_exact_form_is_a_subject() {
        for text in ["27", "27.18", "27.18.04", "00.01.00"] {
            assert_eq!(Subject::parse(text).unwrap().to_string(), text);
        }
        for text in
            ["", ".", "2", "27.", "27.1", "27.18.4", " 27", "27.18.04.01", "27-18", "a7", "27.18.04G01", "٢٧"]
        {
            assert_eq!(Subject::parse(text), Err(NotSubject), "{text}");
        }
    }

    #[test]
    fn numbers_above_79_are_local_but_main_groups_never_are() {
        for (text, local) in [
            ("27.80", true),
            ("27.79", false),
            ("27.18.80", true),
            ("27.85.01", true),
            ("85", false),
            ("85.15.70", false),
        ] {
            assert_eq!(Subject::parse(text).unwrap().is_local(), local, "{text}");
        }
    }

    #[test]
    fn a_group_stands_before_its_subjects() {
        let mut plan =
            ["27.18.04", "27.18", "28", "27", "27.18.00", "27.00"].map(|t| Subject::parse(t).unwrap());
        plan.sort();
        assert_eq!(plan.map(|s| s.to_string()), ["27", "27.00", "27.18", "27.18.00", "27.18.04", "28"]);
    }

    proptest! {
        #[test]
        fn reading_what_was_written_gives_the_same(subject in any_subject()) {
            prop_assert_eq!(Subject::parse(&subject.to_string()), Ok(subject));
            let json = serde_json::to_string(&subject).unwrap();
            prop_assert_eq!(serde_json::from_str::<Subject>(&json).unwrap(), subject);
        }

        #[test]
        fn prefixes_are_longest_first_and_each_contains_the_whole(subject in any_subject()) {
            let prefixes: Vec<Subject> = subject.prefixes().collect();
            prop_assert_eq!(prefixes.len(), subject.level() as usize + 1);
            prop_assert_eq!(prefixes[0], subject);
            prop_assert!(prefixes.is_sorted_by(|a, b| a.level() > b.level()));
            for prefix in prefixes {
                prop_assert!(prefix.contains(subject));
                prop_assert_eq!(subject.contains(prefix), subject == prefix);
            }
        }

        #[test]
        fn containing_is_a_prefix_of_the_text(a in any_subject(), b in any_subject()) {
            prop_assert_eq!(a.contains(b), b.to_string().starts_with(&a.to_string()));
        }

        #[test]
        fn no_text_makes_parsing_fall_over(text in ".{0,16}") {
            if let Ok(subject) = Subject::parse(&text) {
                prop_assert_eq!(subject.to_string(), text);
            }
        }
    }
}
