//! What is known of the sender beforehand.

use super::digits::groups;
use super::page::{Page, fold};
use super::spans::{Kind, Mark};

/// The sender as the header of the message names them: masked wherever they occur. Holds personal data:
/// prints itself redacted.
#[derive(Clone, Default)]
pub struct Known {
    /// Names: the sender's, a representative's, an attention person's.
    pub names: Vec<String>,
    /// CPR and CVR numbers.
    pub numbers: Vec<String>,
    /// Addresses, each on one line.
    pub addresses: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} names)", self.names.len())
    }
}

impl Known {
    /// Marks all but the names, which the name finder is told.
    pub(super) fn find(&self, page: &Page<'_>, marks: &mut Vec<Mark>) {
        for (list, kind) in [(&self.addresses, Kind::Address), (&self.emails, Kind::Email)] {
            list.iter().for_each(|text| whole(page, text, kind, marks));
        }
        if self.numbers.is_empty() && self.phones.is_empty() {
            return;
        }
        let groups = groups(page.text);
        for (list, kind) in [(&self.numbers, Kind::Cpr), (&self.phones, Kind::Phone)] {
            for number in list {
                let digits: String = number.chars().filter(char::is_ascii_digit).collect();
                for at in 0..groups.len() {
                    if let Some(range) = same_digits(page.text, &groups[at..], &digits) {
                        let kind = if digits.len() == 8 && kind == Kind::Cpr { Kind::Other } else { kind };
                        marks.push(Mark::new(range, kind));
                    }
                }
            }
        }
    }
}

/// Marks a text wherever it stands, whatever its capitals.
fn whole(page: &Page<'_>, text: &str, kind: Kind, marks: &mut Vec<Mark>) {
    let text = fold(text.trim());
    if text.len() < 4 {
        return;
    }
    marks.extend(page.lower.match_indices(&text).map(|(at, _)| Mark::new(at..at + text.len(), kind)));
}

/// Do the groups begin with these digits, and end with them?
fn same_digits(text: &str, groups: &[super::digits::Group], digits: &str) -> Option<std::ops::Range<usize>> {
    let mut rest = digits;
    if digits.len() < 6 {
        return None;
    }
    let mut end = None;
    for group in groups {
        if end.is_some_and(|end: usize| group.start - end > 3) {
            return None;
        }
        rest = rest.strip_prefix(group.text(text))?;
        end = Some(group.end);
        if rest.is_empty() {
            return Some(groups.first()?.start..group.end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LetterText;
    use crate::mask::{find, masked};

    #[test]
    fn the_sender_is_masked_in_every_form() {
        let known = Known {
            names: vec!["Xanthor Quillebjelk".to_owned()],
            numbers: vec!["999999-1234".to_owned(), "11223344".to_owned()],
            addresses: vec!["Et Sted 3".to_owned()],
            phones: vec!["+45 12 34 56 78".to_owned(), "12345678".to_owned()],
            emails: vec!["x@y".to_owned()],
        };
        let body = "jeg er quillebjelk, 9999991234, CVR 11 22 33 44, et sted 3, 12 345678. Xanthors bil";
        let letter = LetterText { label: "", body };
        let found = find(&letter, &known);
        assert_eq!(
            masked(body, &found).as_str(),
            "jeg er [navn], [cpr], CVR [oplysning], [adresse], [telefon]. [navn]s bil"
        );
        assert_eq!(format!("{known:?}"), "Known(1 names)");
    }
}
