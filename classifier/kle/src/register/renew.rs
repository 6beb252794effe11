//! Renewing: a new edition takes over, and nothing known before is forgotten.
//!
//! A number that the new edition no longer lists is closed on its day, never deleted (`spec/kle.md` §5).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Counts, Entry, Keywords, Number, Register, Table};

/// An edition with fewer than this many per cent of the present numbers is refused at first: most likely it was cut.
pub const PLAUSIBLE_SHARE: usize = 80;

/// The new edition lacks too much to be taken without a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the new edition has {new} of {old} present numbers, less than {PLAUSIBLE_SHARE} per cent")]
pub struct Implausible {
    /// How many numbers apply today.
    pub old: usize,
    /// How many of the new edition apply.
    pub new: usize,
}

/// Does a new edition look whole beside the present one?
pub fn check_plausible(old: &Register, new: &Register, date: Date) -> Result<(), Implausible> {
    let present = |register| {
        let counts = Counts::on(register, date);
        counts.main_groups + counts.groups + counts.subjects
    };
    let (old, new) = (present(old), present(new));
    let whole = new * 100 >= old * PLAUSIBLE_SHARE;
    // A file of facets or keywords alone says nothing about subjects.
    if whole || new == 0 { Ok(()) } else { Err(Implausible { old, new }) }
}

/// The new edition with all that the old one knew about the past.
///
/// A kind of content the new edition has nothing of (facets, keywords, subjects) is kept from the old one. Local
/// numbers are kept too: KL's feed does not know them, and only the authority's own list can end them.
pub fn renew(old: &Register, new: Register, date: Date) -> Register {
    let keywords = if new.keywords.all().is_empty() { old.keywords.clone() } else { new.keywords };
    Register {
        provenance: new.provenance,
        subjects: renewed(&old.subjects, new.subjects, date),
        facets: renewed(&old.facets, new.facets, date),
        keywords: Keywords::from(Vec::from(keywords)),
    }
}

fn renewed<K: Number>(old: &Table<K>, new: Table<K>, date: Date) -> Table<K> {
    if new.is_empty() {
        return old.clone();
    }
    let mut rows: Vec<Entry<K>> = Vec::from(new);
    let current = |rows: &[Entry<K>]| -> BTreeSet<K> {
        rows.iter().filter(|row| row.applies(date)).map(|row| row.number).collect()
    };
    // A group goes on while there are numbers below it, also when the new edition is a list of subjects alone.
    let standing = current(&rows);
    rows.retain(|row| !row.implied);
    rows.iter_mut().for_each(|row| begin_anew(row, old, date));
    let listed = current(&rows);
    let begun: BTreeSet<(K, Option<Date>)> = rows.iter().map(|row| (row.number, row.created)).collect();
    for mut row in old.iter().filter(|row| !row.implied).cloned() {
        let is_listed = listed.contains(&row.number);
        let later = row.created.is_some_and(|created| created > date);
        if row.applies(date) && !standing.contains(&row.number) && !row.is_local() {
            row.expired = Some(date);
        } else if later && is_listed && !begun.contains(&(row.number, row.created)) {
            // What was to begin later has begun already: only the new edition knows when.
            row.created = None;
        }
        rows.push(row);
    }
    let mut table = Table::from(rows);
    table.imply_parents();
    table
}

/// A number that had ended and is listed again without a date begins anew now.
fn begin_anew<K: Number>(row: &mut Entry<K>, old: &Table<K>, date: Date) {
    let ended = |row: &Entry<K>| row.expired.is_some_and(|expired| expired <= date);
    let had_ended = old.current(row.number, date).is_none() && old.of(row.number).iter().any(ended);
    if row.created.is_none() && row.expired.is_none() && had_ended {
        row.created = Some(date);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Standing, Subject, import};

    const DAY: Date = date(2024, 2, 1);

    fn register(rows: &[&str]) -> Register {
        let table = format!("number\ttitle\tvalid_from\tvalid_to\n{}", rows.join("\n"));
        Register::build(vec![import(table.as_bytes()).unwrap()], None, None).0
    }

    fn key(text: &str) -> Subject {
        Subject::parse(text).unwrap()
    }

    #[test]
    fn what_the_new_edition_no_longer_lists_is_closed_on_its_day_and_not_forgotten() {
        let old = register(&["09\tTang", "09.10\tGammel", "09.90\tEgen"]);
        let new = register(&["09\tTang og tare", "09.20\tNy"]);
        let renewed = renew(&old, new, DAY);
        let on = |number, date| renewed.subject(key(number), date);
        assert!(matches!(on("09.10", DAY), Standing::Expired { entry, .. } if entry.expired == Some(DAY)));
        assert!(on("09.10", date(2024, 1, 31)).is_current());
        assert!(on("09.90", DAY).is_current(), "only the authority ends its own numbers");
        assert!(on("09.20", DAY).is_current());
        assert_eq!(renewed.title(key("09"), DAY), Some("Tang og tare"));
    }

    #[test]
    fn a_list_of_subjects_alone_ends_no_group_that_has_some() {
        let old =
            register(&["09\tTang", "09.10\tTang", "09.10.04\tPlukning", "09.20\tTare", "09.20.04\tHøst"]);
        let renewed = renew(&old, register(&["09.10.04\tPlukning", "09.30.04\tTørring"]), DAY);
        let current = |number| renewed.subject(key(number), DAY).is_current();
        assert!(current("09") && current("09.10") && current("09.10.04") && current("09.30"));
        assert!(!current("09.20") && !current("09.20.04"));
        assert_eq!(renewed.title(key("09.10"), DAY), Some("Tang"));
        let again = register(&["09.10.04\tPlukning", "09.30.04\tTørring"]);
        assert_eq!(renew(&renewed, again, date(2024, 8, 1)).digest_input(), renewed.digest_input());
    }

    #[test]
    fn a_number_that_comes_back_begins_anew_and_keeps_its_past() {
        let old = register(&["09\tTang", "09.10\tGammel\t\t2019-08-01"]);
        let renewed = renew(&old, register(&["09\tTang", "09.10\tIgen"]), DAY);
        let on = |date| renewed.subject(key("09.10"), date).is_current();
        assert!(on(date(2019, 1, 1)) && !on(date(2020, 1, 1)) && on(DAY));
    }

    #[test]
    fn an_edition_that_lacks_a_fifth_is_not_plausible() {
        let rows: Vec<String> = (0..100).map(|number| format!("{number:02}\tTang")).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let old = register(&rows);
        assert_eq!(check_plausible(&old, &register(&rows[..80]), DAY), Ok(()));
        let cut = check_plausible(&old, &register(&rows[..79]), DAY);
        assert_eq!(cut, Err(Implausible { old: 100, new: 79 }));
    }
}
