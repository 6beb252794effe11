//! Sources: where a snapshot is read. One room for each; all of them only read.
//!
//! A source gives a whole snapshot or an error, never half of one: a page that does not come, an answer that cannot be read
//! and a row that makes no sense end the reading. Errors name the source and what to do; never an answer's text, a query, a
//! key, or anything about a person.

mod error;
mod http;

mod files;

mod contact_structure;
mod os2mo;
mod os2rollekatalog;
mod os2sofd;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kle::{Facet, Subject};

pub use error::SourceError;

use super::snapshot::{Duty, Reading, Role, Snapshot, Unit};
use crate::config::{Config, OrganisationSource};

/// Reads the organisation from the source in the configuration, and contact points from the contact structure if asked for.
pub async fn read(config: &Config, now: Timestamp) -> Result<Reading, SourceError> {
    let organisation = &config.organisation;
    let mut reading = match organisation.source {
        OrganisationSource::None => return Err(SourceError::NoSource),
        OrganisationSource::Files => files::read(&organisation.files, organisation.service.max_bytes)?,
        OrganisationSource::Os2mo => os2mo::read(organisation, now).await?,
        OrganisationSource::Os2rollekatalog => os2rollekatalog::read(organisation).await?,
        OrganisationSource::Os2sofd => os2sofd::read(organisation).await?,
    };
    reading.snapshot.source = organisation.source.as_str().to_owned();
    if let Some(id) = organisation.contact_structure.organisation_id {
        let more = contact_structure::read(config, id).await?;
        reading.snapshot.contact_points.extend(more.snapshot.contact_points);
        reading.remarks.extend(more.remarks);
    }
    tidy(&mut reading);
    Ok(reading)
}

/// Takes out what points at nothing, with a remark: a feed may well name a unit that it does not show.
pub(super) fn tidy(reading: &mut Reading) {
    let Reading { snapshot, remarks } = reading;
    let known: BTreeSet<String> = snapshot.units.keys().cloned().collect();
    for (id, unit) in &mut snapshot.units {
        for (pointer, what) in [(&mut unit.parent, "overordnet"), (&mut unit.successor, "efterfølger")] {
            if let Some(lost) = pointer.take_if(|other| other == id || !known.contains(other.as_str())) {
                remarks
                    .push(format!("enheden {id} har {what} {lost}, som ikke er i kilden; det springes over"));
            }
        }
    }
    break_circles(snapshot, remarks, "overordnede", |unit| &mut unit.parent);
    break_circles(snapshot, remarks, "efterfølgere", |unit| &mut unit.successor);
}

/// A circle of parents or successors is broken where it is found: the policy would take none of the units otherwise.
fn break_circles(
    snapshot: &mut Snapshot,
    remarks: &mut Vec<String>,
    what: &str,
    pointer: impl Fn(&mut Unit) -> &mut Option<String>,
) {
    let ids: Vec<String> = snapshot.units.keys().cloned().collect();
    for id in &ids {
        let mut at = id.clone();
        for _ in &ids {
            let Some(next) = snapshot.units.get_mut(&at).map(&pointer) else { break };
            match next.clone() {
                Some(following) if following == *id => {
                    *next = None;
                    remarks.push(format!("enheden {id} er i ring med sine egne {what}; ringen er brudt"));
                    break;
                }
                Some(following) => at = following,
                None => break,
            }
        }
    }
}

/// Marks on units, gathered from numbers as a source writes them.
struct Marks<'r> {
    reading: &'r mut Reading,
    /// How many texts on each unit were no KLE number.
    unread: BTreeMap<String, usize>,
}

impl<'r> Marks<'r> {
    fn new(reading: &'r mut Reading) -> Self {
        Self { reading, unread: BTreeMap::new() }
    }

    /// Notes a mark. What is no KLE number on one of its three levels marks nothing; a facet among the numbers is no fault.
    fn add(&mut self, unit: &str, number: &str, role: Role) {
        match Subject::parse(number.trim()) {
            Ok(subject) => {
                let duty = Duty { subject, facets: None, unit: unit.to_owned(), role };
                self.reading.snapshot.duties.insert(duty);
            }
            Err(_) if Facet::parse(number.trim()).is_ok() => {}
            Err(_) => *self.unread.entry(unit.to_owned()).or_default() += 1,
        }
    }

    fn finish(self) {
        let told = self.unread.into_iter().map(|(unit, count)| {
            format!("enheden {unit} har {count} mærker, der ikke er KLE-numre (27, 27.18 eller 27.18.04); de springes over")
        });
        self.reading.remarks.extend(told);
    }
}
