//! An activity facet and patterns over facets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Handlingsfacet: a category letter and two digits, such as `G01` (common cases) or `A53` (access requests).
///
/// The 2.0 schema knows seven letters, the REST feed allows A to Å: so does this type (`spec/kle.md` §2).
#[doc(alias = "handlingsfacet")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet {
    category: char,
    number: u8,
}

/// The text is not a facet, or not a pattern of facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an activity facet of the form G01")]
pub struct NotFacet;

impl Facet {
    /// Reads the exact form: one capital letter A to Å and two digits.
    pub fn parse(text: &str) -> Result<Self, NotFacet> {
        let mut chars = text.chars();
        let (Some(category), Some(tens), Some(ones), None) =
            (chars.next(), chars.next(), chars.next(), chars.next())
        else {
            return Err(NotFacet);
        };
        if !is_category(category) {
            return Err(NotFacet);
        }
        let (Some(tens), Some(ones)) = (tens.to_digit(10), ones.to_digit(10)) else { return Err(NotFacet) };
        Ok(Self { category, number: (tens * 10 + ones) as u8 })
    }

    /// The category letter: `G` of `G01`.
    pub fn category(self) -> char {
        self.category
    }
}

pub(crate) fn is_category(letter: char) -> bool {
    letter.is_ascii_uppercase() || matches!(letter, 'Æ' | 'Ø' | 'Å')
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}", self.category, self.number)
    }
}

impl fmt::Debug for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Facet({self})")
    }
}

impl FromStr for Facet {
    type Err = NotFacet;

    fn from_str(text: &str) -> Result<Self, NotFacet> {
        Self::parse(text)
    }
}

impl Serialize for Facet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Facet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Which facets a rule or a responsibility speaks of: one (`K02`) or a whole category (`K`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetPattern {
    /// This facet.
    One(Facet),
    /// Every facet of the category with this letter.
    Category(char),
}

impl FacetPattern {
    /// Reads `K02`, or `K` for the whole category.
    pub fn parse(text: &str) -> Result<Self, NotFacet> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(letter), None) if is_category(letter) => Ok(Self::Category(letter)),
            _ => Facet::parse(text).map(Self::One),
        }
    }

    /// Does the pattern speak of this facet?
    pub fn matches(self, facet: Facet) -> bool {
        match self {
            Self::One(one) => one == facet,
            Self::Category(letter) => letter == facet.category,
        }
    }
}

impl fmt::Display for FacetPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(facet) => facet.fmt(f),
            Self::Category(letter) => write!(f, "{letter}"),
        }
    }
}

impl Serialize for FacetPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FacetPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_capital_letter_and_two_digits_is_a_facet() {
        for text in ["G01", "A53", "Ø34", "Å00", "Z99"] {
            assert_eq!(Facet::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "G", "G1", "g01", "G001", "[Tekst]", "101", "É01", "G0١"] {
            assert_eq!(Facet::parse(text), Err(NotFacet), "{text}");
        }
    }

    #[test]
    fn a_pattern_speaks_of_one_facet_or_a_category() {
        let complaint = Facet::parse("K02").unwrap();
        assert!(FacetPattern::parse("K02").unwrap().matches(complaint));
        assert!(FacetPattern::parse("K").unwrap().matches(complaint));
        assert!(!FacetPattern::parse("K03").unwrap().matches(complaint));
        assert!(!FacetPattern::parse("G").unwrap().matches(complaint));
        assert_eq!(FacetPattern::parse("k"), Err(NotFacet));
    }
}
