//! A diff: what changed between two editions, as data.
//!
//! An edition is a register on a day, so two days of one register can be compared as well as two registers.
//! What a source does not know is no change: a list of titles alone takes no retention codes away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use crate::register::{
    Basis, Edition, Ending, Entry, ErasureDeadline, Number, RetentionCode, Successor, Table, in_danish,
    same_title,
};
use crate::{FacetPattern, Subject};

/// What changed, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Changes to subjects on all levels.
    pub subjects: Vec<Change<Subject>>,
    /// Changes to facets and their categories.
    pub facets: Vec<Change<FacetPattern>>,
}

/// One change of one number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change<K> {
    /// The number.
    pub number: K,
    /// What happened to it.
    #[serde(flatten)]
    pub what: What<K>,
    /// Its title now, or the last it had.
    pub title: Option<String>,
}

/// What happened to a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum What<K> {
    /// It is new.
    Added,
    /// It had ended and applies again.
    Returned,
    /// It applies no more, and others took over.
    Moved {
        /// What applies instead.
        to: Vec<Successor<K>>,
    },
    /// It applies no more, and nothing is known to take over.
    Expired {
        /// The first day without it.
        on: Option<Date>,
    },
    /// The new edition does not even know that it was.
    Removed,
    /// Its title is another.
    Renamed {
        /// The title before.
        from: String,
        /// The title now.
        to: String,
    },
    /// Its retention code is another.
    Retention {
        /// The code before.
        from: RetentionCode,
        /// The code now.
        to: RetentionCode,
    },
    /// Its erasure deadline is another, or came or went.
    Erasure {
        /// The deadline before.
        from: Option<ErasureDeadline>,
        /// The deadline now.
        to: Option<ErasureDeadline>,
    },
    /// Its UUID is another. The number may mean something else now.
    Rekeyed {
        /// The UUID before.
        from: Uuid,
        /// The UUID now.
        to: Uuid,
    },
    /// Its end is announced, or announced for another year.
    Ending {
        /// When.
        when: Ending,
    },
}

/// What changed from one edition to another.
pub fn diff(old: Edition<'_>, new: Edition<'_>) -> Diff {
    Diff {
        subjects: changes(old.register.subjects(), old.date, new.register.subjects(), new.date),
        facets: changes(old.register.facets(), old.date, new.register.facets(), new.date),
    }
}

impl Diff {
    /// Is there nothing to tell?
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.facets.is_empty()
    }

    /// The subjects that apply no more: what rules, responsibilities and open cases should be looked through for.
    pub fn ended(&self) -> impl Iterator<Item = Subject> {
        let ended =
            |what: &What<Subject>| matches!(what, What::Moved { .. } | What::Expired { .. } | What::Removed);
        self.subjects.iter().filter(move |change| ended(&change.what)).map(|change| change.number)
    }
}

fn changes<K: Number>(old: &Table<K>, before: Date, new: &Table<K>, now: Date) -> Vec<Change<K>> {
    let numbers: BTreeSet<K> = old.numbers().chain(new.numbers()).collect();
    let by_uuid: BTreeMap<Uuid, K> = new
        .iter()
        .filter(|entry| entry.applies(now) && old.current(entry.number, before).is_none())
        .filter_map(|entry| Some((entry.uuid?, entry.number)))
        .collect();
    let mut found = Vec::new();
    for number in numbers {
        match (old.current(number, before), new.current(number, now)) {
            (None, None) => {}
            (None, Some(entry)) => found.push(come(old, entry, before)),
            (Some(entry), None) => found.push(gone(new, entry, now, &by_uuid)),
            (Some(one), Some(other)) => found.extend(altered(one, other)),
        }
    }
    found.sort();
    found
}

fn come<K: Number>(old: &Table<K>, entry: &Entry<K>, before: Date) -> Change<K> {
    let had_ended = |row: &Entry<K>| row.expired.is_some_and(|expired| expired <= before);
    let what = if old.of(entry.number).iter().any(had_ended) { What::Returned } else { What::Added };
    Change { number: entry.number, what, title: entry.title.clone() }
}

fn gone<K: Number>(new: &Table<K>, entry: &Entry<K>, now: Date, by_uuid: &BTreeMap<Uuid, K>) -> Change<K> {
    let mut to = new.successors(entry.number, now);
    let same_key = entry.uuid.and_then(|uuid| by_uuid.get(&uuid));
    if let (true, Some(&number)) = (to.is_empty(), same_key) {
        to.push(Successor { number, basis: Basis::Derived });
    }
    let what = match new.of(entry.number).last() {
        _ if !to.is_empty() => What::Moved { to },
        Some(row) => What::Expired { on: row.expired },
        None => What::Removed,
    };
    Change { number: entry.number, what, title: entry.title.clone() }
}

fn altered<K: Number>(one: &Entry<K>, other: &Entry<K>) -> Vec<Change<K>> {
    let mut whats = Vec::new();
    if let (Some(from), Some(to)) = (&one.title, &other.title)
        && !same_title(from, to)
    {
        whats.push(What::Renamed { from: from.clone(), to: to.clone() });
    }
    if let (Some(from), Some(to)) = (one.retention, other.retention) {
        if from != to {
            whats.push(What::Retention { from, to });
        }
        // Only a source with codes would have told the deadline.
        if one.erasure != other.erasure {
            whats.push(What::Erasure { from: one.erasure, to: other.erasure });
        }
    }
    if let (Some(from), Some(to)) = (one.uuid, other.uuid)
        && from != to
    {
        whats.push(What::Rekeyed { from, to });
    }
    if let Some(when) = other.ending.filter(|_| one.ending != other.ending) {
        whats.push(What::Ending { when });
    }
    let title = other.title.as_ref().or(one.title.as_ref());
    whats.into_iter().map(|what| Change { number: one.number, what, title: title.cloned() }).collect()
}

impl<K: Number> fmt::Display for Change<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.number)?;
        if let Some(title) = &self.title {
            write!(f, "»{title}« ")?;
        }
        match &self.what {
            What::Added => f.write_str("er nyt"),
            What::Returned => f.write_str("gælder igen"),
            What::Moved { to } => {
                let numbers: Vec<String> = to.iter().map(|next| next.number.to_string()).collect();
                write!(f, "er afløst af {}", numbers.join(" og "))
            }
            What::Expired { on: Some(day) } => write!(f, "udgik {}", in_danish(*day)),
            What::Expired { on: None } => f.write_str("gælder ikke længere"),
            What::Removed => f.write_str("findes ikke mere i emneplanen"),
            What::Renamed { from, .. } => write!(f, "hed »{from}«"),
            What::Retention { from, to } => write!(f, "har bevaringskode {to} mod før {from}"),
            What::Erasure { from, to } => {
                let period = |deadline: &Option<ErasureDeadline>| {
                    deadline.map_or("ingen".to_owned(), |deadline| deadline.to_string())
                };
                write!(f, "har slettefrist {} mod før {}", period(to), period(from))
            }
            What::Rekeyed { .. } => f.write_str("har fået en anden UUID; se efter, om det betyder det samme"),
            What::Ending { when: Ending::In(year) } => write!(f, "udgår i {year}"),
            What::Ending { when: Ending::SomeDay } => f.write_str("udgår"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Register, import};

    const DAY: Date = date(2024, 2, 1);

    fn register(tables: &[&str]) -> Register {
        let parts = tables.iter().map(|table| import(table.as_bytes()).unwrap()).collect();
        Register::build(parts, None, None).0
    }

    fn told<K: Number>(changes: &[Change<K>]) -> Vec<String> {
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_kind_of_change_is_told_once_and_in_order() {
        let old = register(&[
            "number\ttitle\tretention\tuuid\tvalid_to\n09\tTang\n09.10\tTang/tare\n\
             09.10.04\tFlyttet\n09.10.08\tUdgået\n09.10.12\tVæk\n09.10.16\tGammelt navn\n\
             09.10.20\tKode\tK/P5Y\n09.10.24\tNøgle\t\t00000000-0000-4000-8000-000000000001\n\
             09.10.28\tUkendt kode\tB\n09.10.32\tSnart\n09.10.36\tIgen\t\t\t2020-02-01\n\
             09.10.44\tSkifter nummer\t\t00000000-0000-4000-8000-000000000003\n",
            "facet\ttitle\tretention\nK02\tOpfundet\tK\nK03\tVæk\t\n",
        ]);
        let new = register(&[
            "number\ttitle\tretention\tuuid\tvalid_to\n09\tTang\n09.10\tTang / tare\n\
             09.10.04\tFlyttet\t\t\t2024-02-01\n09.10.08\tUdgået\t\t\t2024-02-01\n09.10.16\tNyt navn\n\
             09.10.20\tKode\tB\n09.10.24\tNøgle\t\t00000000-0000-4000-8000-000000000002\n\
             09.10.28\tUkendt kode\n09.10.32\tSnart [udgår 2027]\n09.10.36\tIgen\n09.10.40\tNy\n\
             09.10.48\tSkifter nummer\t\t00000000-0000-4000-8000-000000000003\n",
            "old_number\tnew_number\n09.10.04\t09.10.40\n",
            "facet\ttitle\tretention\nK02\tOpfundet\tK5\nK04\tNy\t\n",
        ]);
        let diff = diff(old.at(DAY), new.at(DAY));
        assert_eq!(
            told(&diff.subjects),
            [
                "09.10.04 »Flyttet« er afløst af 09.10.40",
                "09.10.08 »Udgået« udgik 1. februar 2024",
                "09.10.12 »Væk« findes ikke mere i emneplanen",
                "09.10.16 »Nyt navn« hed »Gammelt navn«",
                "09.10.20 »Kode« har bevaringskode B mod før K",
                "09.10.20 »Kode« har slettefrist ingen mod før P5Y",
                "09.10.24 »Nøgle« har fået en anden UUID; se efter, om det betyder det samme",
                "09.10.32 »Snart« udgår i 2027",
                "09.10.36 »Igen« gælder igen",
                "09.10.40 »Ny« er nyt",
                "09.10.44 »Skifter nummer« er afløst af 09.10.48",
                "09.10.48 »Skifter nummer« er nyt",
            ]
        );
        assert_eq!(
            told(&diff.facets),
            [
                "K02 »Opfundet« har bevaringskode K5 mod før K",
                "K03 »Væk« findes ikke mere i emneplanen",
                "K04 »Ny« er nyt",
            ]
        );
    }

    #[test]
    fn an_undated_end_falls_on_the_day_of_the_edition() {
        let classes = r#"[{"BrugervendtNoegle": "09.10.04", "Titel": "Gammel", "Tilstand": false,
            "UUID": "00000000-0000-4000-8000-000000000001"}, {"BrugervendtNoegle": "09.10.08",
            "Titel": "Ny", "Tilstand": true, "Erstatter": "00000000-0000-4000-8000-000000000001"}]"#;
        let part = import(classes.as_bytes()).unwrap();
        let (register, _) = Register::build(vec![part], Some(DAY), None);
        let diff = diff(register.at(date(2024, 1, 31)), register.at(DAY));
        assert_eq!(told(&diff.subjects), ["09.10.04 »Gammel« er afløst af 09.10.08"]);
    }
}
