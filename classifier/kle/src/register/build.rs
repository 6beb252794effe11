//! Building: several files become one register.
//!
//! The files are taken in the order they are given. The first that speaks of a number decides; later ones fill what
//! it left empty. So the authority's own list, or KL's feed, goes first and derived tables last.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::{Basis, Disagreement, Entry, Keywords, Number, Provenance, Register, Source, Successor, Table};
use crate::import::{Fault, Import, Place, Reference, Report, Reports, Row};
use crate::{FacetPattern, Subject};

impl Register {
    /// Makes one register of files. The remarks are those of the files and what putting them together showed.
    ///
    /// `edition` is what the caller knows when the files do not tell (OS2KLE text, TSV); `label` what to call it.
    pub fn build(parts: Vec<Import>, edition: Option<Date>, label: Option<String>) -> (Self, Vec<Report>) {
        let edition = edition.or_else(|| parts.iter().filter_map(|part| part.edition).max());
        let mut building = Building { edition, ..Building::default() };
        let sources = parts.into_iter().enumerate().map(|(file, part)| building.take(file, part)).collect();
        let label = label.or_else(|| edition.map(super::edition_label));
        building.finish(Provenance { label, edition, sources })
    }
}

#[derive(Default)]
struct Building {
    edition: Option<Date>,
    subjects: Table<Subject>,
    facets: Table<FacetPattern>,
    keywords: Vec<crate::Keyword>,
    replacements: Vec<(Reference, Subject, Basis, Place)>,
    reports: Reports,
}

impl Building {
    fn take(&mut self, file: usize, part: Import) -> Source {
        let source = Source {
            format: part.format,
            edition: part.edition,
            subjects: part.subjects.len(),
            facets: part.facets.len(),
            keywords: part.keywords.len(),
            replacements: part.replacements.len(),
            remarks: part.reports.len(),
        };
        let reports = part.reports.into_iter();
        self.reports
            .extend(reports.map(|Report { place, fault }| Report { place: place.in_file(file), fault }));
        // What an undated "no longer published" means depends on the edition.
        let edition = self.edition;
        add_all(&mut self.subjects, in_file(file, part.subjects), edition, &mut self.reports);
        add_all(&mut self.facets, in_file(file, part.facets), edition, &mut self.reports);
        self.keywords.extend(part.keywords);
        let replacements = part.replacements.into_iter();
        self.replacements
            .extend(replacements.map(|(old, new, basis, at)| (old, new, basis, at.in_file(file))));
        source
    }

    fn finish(mut self, provenance: Provenance) -> (Register, Vec<Report>) {
        self.replace();
        let implied = self.subjects.imply_parents() + self.facets.imply_parents();
        if implied > 0 {
            self.reports.add(Fault::ParentsImplied(implied), Place::default());
        }
        self.examine();
        let Self { subjects, facets, keywords, reports, .. } = self;
        let keywords = Keywords::from(keywords);
        (Register { provenance, subjects, facets, keywords }, reports.finish())
    }

    /// Hangs the replacements that stand apart on the rows they speak of.
    fn replace(&mut self) {
        let by_uuid: BTreeMap<Uuid, Subject> =
            self.subjects.iter().filter_map(|entry| Some((entry.uuid?, entry.number))).collect();
        for (old, number, basis, place) in std::mem::take(&mut self.replacements) {
            let old = match old {
                Reference::Number(old) => Some(old),
                Reference::Uuid(uuid) => by_uuid.get(&uuid).copied(),
            };
            match old.and_then(|old| self.subjects.latest_mut(old)) {
                Some(entry) if entry.number != number => entry.add_successor(Successor { number, basis }),
                Some(_) => self.reports.add(Fault::ReplacesItself, place),
                None => self.reports.add(Fault::ReplacesUnknown, place),
            }
        }
    }

    /// Looks for what no single row can show.
    fn examine(&mut self) {
        examine_successors(&self.subjects, &mut self.reports);
        examine_successors(&self.facets, &mut self.reports);
        let mut uuids: BTreeMap<Uuid, Subject> = BTreeMap::new();
        for entry in self.subjects.iter() {
            if let Some(uuid) = entry.uuid
                && *uuids.entry(uuid).or_insert(entry.number) != entry.number
            {
                self.reports.add(Fault::UuidShared, Place::number(entry.number));
            }
        }
        if self.subjects.is_empty() {
            return;
        }
        let mut unknown: Vec<Subject> = self.keywords.iter().filter_map(|keyword| keyword.subject).collect();
        unknown.sort();
        unknown.dedup();
        for number in unknown.into_iter().filter(|&number| self.subjects.of(number).is_empty()) {
            self.reports.add(Fault::KeywordOfUnknown, Place::number(number));
        }
    }
}

fn in_file<K>(file: usize, mut rows: Vec<Row<K>>) -> Vec<Row<K>> {
    rows.iter_mut().for_each(|row| row.place.file = Some(file));
    rows
}

fn add_all<K: Number>(
    table: &mut Table<K>,
    mut rows: Vec<Row<K>>,
    edition: Option<Date>,
    reports: &mut Reports,
) {
    // Current rows first, so that their beginning is known when an older period of the number comes.
    rows.sort_by_key(|row| (row.entry.expired.is_some() || row.withdrawn, row.place.line));
    let mut seen = BTreeSet::new();
    for Row { mut entry, withdrawn, place } in rows {
        if withdrawn && entry.expired.is_none() {
            entry.expired = edition;
            reports.add(
                if edition.is_some() { Fault::ExpiredUndated } else { Fault::ExpiredUnknown },
                place.clone(),
            );
            if edition.is_none() {
                continue;
            }
        }
        if entry.is_local() {
            reports.add(Fault::Local, place.clone());
        }
        if !seen.insert((entry.number, entry.created, entry.expired)) {
            reports.add(Fault::Twice, place.clone());
        }
        for disagreement in table.add(entry) {
            let fault = match disagreement {
                Disagreement::Title => Fault::TitleDisagrees,
                Disagreement::Validity => Fault::ValidityDisagrees,
                Disagreement::Uuid => Fault::UuidDisagrees,
            };
            reports.add(fault, place.clone());
        }
    }
}

fn examine_successors<K: Number>(table: &Table<K>, reports: &mut Reports) {
    let unknown = |entry: &&Entry<K>| entry.successors.iter().any(|next| table.of(next.number).is_empty());
    for entry in table.iter().filter(unknown) {
        reports.add(Fault::SuccessorUnknown, Place::number(entry.number));
    }
    for number in table.rings() {
        reports.add(Fault::SuccessorRing, Place::number(number));
    }
}
