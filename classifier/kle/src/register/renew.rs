//! Renewing: a new edition takes over, and nothing known before is forgotten.
//!
//! A number that the new edition no longer lists is closed on its day, never deleted (`spec/kle.md` §5).

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
    let mut rows: Vec<Entry<K>> = Vec::new();
    for mut row in Vec::from(new).into_iter().filter(|row| !row.implied) {
        // A number that had ended and is listed again without a date begins anew now.
        let before = old.of(row.number);
        let had_ended = before.iter().all(|row| row.expired.is_some_and(|expired| expired <= date));
        if row.created.is_none() && row.expired.is_none() && had_ended && !before.is_empty() {
            row.created = Some(date);
        }
        rows.push(row);
    }
    let listed: std::collections::BTreeSet<K> =
        rows.iter().filter(|row| row.applies(date)).map(|row| row.number).collect();
    for mut row in old.iter().filter(|row| !row.implied).cloned() {
        if row.applies(date) && !listed.contains(&row.number) && !row.is_local() {
            row.expired = Some(date);
        }
        rows.push(row);
    }
    let mut table = Table::from(rows);
    table.imply_parents();
    table
}
