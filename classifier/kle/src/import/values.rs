//! Values: numbers, dates and codes as the feeds write them, read leniently and reported.

use std::str::FromStr;

use jiff::civil::Date;

use super::{Fault, Place, Reports};
use crate::normal::facet_at;
use crate::register::read_date;
use crate::{FacetPattern, Subject};

/// A number; blanks and a trailing full stop are left out (`15. 00.` in KL's spreadsheets).
pub(crate) fn number(text: &str, place: &Place, reports: &mut Reports) -> Option<Subject> {
    let tidy: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect();
    let tidy = tidy.strip_suffix('.').unwrap_or(&tidy);
    if tidy.is_empty() {
        reports.add(Fault::NoNumber, place.clone());
        return None;
    }
    let Ok(number) = Subject::parse(tidy) else {
        reports.add(Fault::BadNumber, place.clone());
        return None;
    };
    if tidy.len() != text.trim().len() {
        reports.add(Fault::TidiedNumber, place.clone().with(number));
    }
    Some(number)
}

/// A facet or the letter of its category, in either case and with Å in one or two characters.
pub(crate) fn facet(text: &str, place: &Place, reports: &mut Reports) -> Option<FacetPattern> {
    let text = text.trim();
    if text.is_empty() {
        reports.add(Fault::NoNumber, place.clone());
        return None;
    }
    let one =
        facet_at(text).filter(|(_, length)| *length == text.len()).map(|(facet, _)| FacetPattern::One(facet));
    let found = one.or_else(|| FacetPattern::parse(&text.to_uppercase()).ok());
    if found.is_none() {
        reports.add(Fault::BadNumber, place.clone());
    }
    found
}

/// A date; empty is none.
pub(crate) fn date(text: &str, place: &Place, reports: &mut Reports) -> Option<Date> {
    let found = read_date(text);
    if found.is_none() && !text.trim().is_empty() {
        reports.add(Fault::BadDate, place.clone());
    }
    found
}

/// A code that reads itself, such as a UUID; empty is none.
pub(crate) fn code<T: FromStr>(text: &str, fault: Fault, place: &Place, reports: &mut Reports) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let found = text.parse().ok();
    if found.is_none() {
        reports.add(fault, place.clone());
    }
    found
}
