//! A record being read: one subject or facet, its fields still as text.

use uuid::Uuid;

use super::values::{code, date, facet, number};
use super::{Fault, Gathered, Place, Reference, Reports, Row};
use crate::register::{Basis, Entry, Number, Successor};
use crate::{FacetPattern, Keyword, KeywordKind, Level, Subject};

/// Which kind of record an element opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Subject(Level),
    /// A facet or a category of facets.
    Facet,
    /// A class of the common classification service: its key tells what it is.
    Class,
}

impl Kind {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "Hovedgruppe" => Some(Self::Subject(Level::MainGroup)),
            "Gruppe" => Some(Self::Subject(Level::Group)),
            "Emne" => Some(Self::Subject(Level::Subject)),
            "Handlingsfacet" | "HandlingsfacetKategori" => Some(Self::Facet),
            "Klasse" => Some(Self::Class),
            _ => None,
        }
    }
}

pub(super) struct Draft {
    kind: Kind,
    place: Place,
    pub(super) number: String,
    title: String,
    uuid: String,
    created: String,
    changed: Vec<String>,
    expired: String,
    successors: Vec<String>,
    replaces: Vec<String>,
    retention: String,
    erasure: String,
    withdrawn: bool,
    pub(super) keywords: Vec<KeywordDraft>,
}

/// A keyword being read.
#[derive(Default)]
pub(super) struct KeywordDraft {
    pub(super) text: String,
    subject: String,
    facet: String,
    former: bool,
    place: Place,
}

impl Draft {
    pub(super) fn new(kind: Kind, place: Place) -> Self {
        Self {
            kind,
            place,
            number: String::new(),
            title: String::new(),
            uuid: String::new(),
            created: String::new(),
            changed: Vec::new(),
            expired: String::new(),
            successors: Vec::new(),
            replaces: Vec::new(),
            retention: String::new(),
            erasure: String::new(),
            withdrawn: false,
            keywords: Vec::new(),
        }
    }

    /// Takes one field; tells whether it is one.
    pub(super) fn take(&mut self, name: &str, inside: &str, text: &str) -> bool {
        let text = text.to_owned();
        match name {
            "EmneNr" | "GruppeNr" | "HovedgruppeNr" | "HandlingsfacetNr" if inside == "AfloestAf" => {
                self.successors.push(text);
            }
            "EmneNr"
            | "GruppeNr"
            | "HovedgruppeNr"
            | "HandlingsfacetNr"
            | "HandlingsfacetKategoriNr"
            | "BrugervendtNoegle" => self.number = text,
            "EmneTitel"
            | "GruppeTitel"
            | "HovedgruppeTitel"
            | "HandlingsfacetTitel"
            | "HandlingsfacetKategoriTitel"
            | "Titel" => self.title = text,
            "UUID" => self.uuid = text,
            "OprettetDato" => self.created = text,
            "RettetDato" => self.changed.push(text),
            "UdgaaetDato" | "FlyttetDato" => self.expired = text,
            "AfloestAf" => self.successors.push(text),
            "Erstatter" => self.replaces.push(text),
            "BevaringJaevnfoerArkivloven" => self.retention = text,
            "SletningJaevnfoerPersondataloven" => self.erasure = text,
            "Tilstand" => self.withdrawn = matches!(text.as_str(), "false" | "0" | "IkkePubliceret"),
            _ => return false,
        }
        true
    }

    /// The record is read: into the rows with it. `above` is the number it stands under.
    pub(super) fn finish(self, above: Option<&str>, out: &mut Gathered) {
        let is_facet = match self.kind {
            Kind::Subject(_) => false,
            Kind::Facet => true,
            Kind::Class => self.number.trim_start().starts_with(char::is_alphabetic),
        };
        if is_facet {
            let Some(number) = facet(&self.number, &self.place, &mut out.reports) else { return };
            let (row, keywords) = self.row(number, above, facet, &mut out.reports);
            Gathered::row(&mut out.reports, &mut out.facets, row);
            finish_keywords(keywords, None, Some(number), out);
            return;
        }
        let Some(number) = number(&self.number, &self.place, &mut out.reports) else { return };
        let place = self.place.clone().with(number);
        if matches!(self.kind, Kind::Subject(level) if level != number.level()) {
            out.reports.add(Fault::LevelDisagrees, place.clone());
        }
        for replaced in &self.replaces {
            match replaced_by(replaced, &place, &mut out.reports) {
                Some(old) => out.replacements.push((old, number, Basis::Stated, place.clone())),
                None => out.reports.add(Fault::BadReplacement, place.clone()),
            }
        }
        let (row, keywords) = self.row(number, above, super::values::number, &mut out.reports);
        Gathered::row(&mut out.reports, &mut out.subjects, row);
        finish_keywords(keywords, Some(number), None, out);
    }

    fn row<K: Number>(
        self,
        number: K,
        above: Option<&str>,
        read: fn(&str, &Place, &mut Reports) -> Option<K>,
        reports: &mut Reports,
    ) -> (Row<K>, Vec<KeywordDraft>) {
        let place = self.place.with(number);
        // A parent whose own number can not be read says nothing.
        let above = above.and_then(|above| read(above, &place, &mut Reports::default()));
        if above.is_some() && number.parent() != above {
            reports.add(Fault::NotBelowParent, place.clone());
        }
        let mut entry = Entry::new(number);
        let prefix = format!("{number} - ");
        entry.set_title(self.title.trim().strip_prefix(&prefix).unwrap_or(&self.title));
        entry.uuid = code(&self.uuid, Fault::BadUuid, &place, reports);
        entry.created = date(&self.created, &place, reports);
        entry.changed = self.changed.iter().filter_map(|text| date(text, &place, reports)).collect();
        entry.expired = date(&self.expired, &place, reports);
        entry.retention = code(&self.retention, Fault::BadRetention, &place, reports);
        entry.erasure = code(&self.erasure, Fault::BadErasure, &place, reports);
        for text in &self.successors {
            match read(text, &place, &mut Reports::default()) {
                Some(next) if next == number => reports.add(Fault::ReplacesItself, place.clone()),
                Some(next) => entry.add_successor(Successor { number: next, basis: Basis::Stated }),
                None => reports.add(Fault::BadReplacement, place.clone()),
            }
        }
        // An end whose date can not be read is an end all the same.
        let withdrawn = self.withdrawn || (!self.expired.trim().is_empty() && entry.expired.is_none());
        (Row { entry, withdrawn, place }, self.keywords)
    }
}

fn replaced_by(text: &str, place: &Place, reports: &mut Reports) -> Option<Reference> {
    if let Ok(uuid) = text.trim().parse::<Uuid>() {
        return Some(Reference::Uuid(uuid));
    }
    number(text, place, reports).map(Reference::Number)
}

fn finish_keywords(
    keywords: Vec<KeywordDraft>,
    subject: Option<Subject>,
    facet: Option<FacetPattern>,
    out: &mut Gathered,
) {
    for keyword in keywords {
        keyword.finish(subject, facet, out);
    }
}

impl KeywordDraft {
    pub(super) fn at(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Takes one field; tells whether it is one.
    pub(super) fn take(&mut self, name: &str, text: &str) -> bool {
        match name {
            "Tekst" => self.text = text.to_owned(),
            "EmneNr" | "GruppeNr" | "HovedgruppeNr" => self.subject = text.to_owned(),
            "HandlingsfacetNr" | "HandlingsfacetKategoriNr" => self.facet = text.to_owned(),
            "UdgaaetDato" => self.former = true,
            "Orden" | "OprettetDato" | "RettetDato" | "UUID" => {}
            _ if name.ends_with("Stikord") => self.text = text.to_owned(),
            _ => return false,
        }
        true
    }

    /// The keyword is read; what it does not say itself, the record it stands in does.
    pub(super) fn finish(self, subject: Option<Subject>, of: Option<FacetPattern>, out: &mut Gathered) {
        let place = subject.map_or(self.place.clone(), |subject| self.place.clone().with(subject));
        let (text, kind, unclosed) = Keyword::read(&self.text);
        if unclosed {
            out.reports.add(Fault::KeywordUnclosed, place.clone());
        }
        let own = |text: &str| !text.trim().is_empty();
        let subject =
            if own(&self.subject) { number(&self.subject, &place, &mut out.reports) } else { subject };
        let facet = if own(&self.facet) { facet(&self.facet, &place, &mut out.reports) } else { of };
        if text.is_empty() || (subject.is_none() && facet.is_none()) {
            return out.reports.add(Fault::KeywordIncomplete, place);
        }
        let kind = if self.former { KeywordKind::Former } else { kind };
        out.keywords.push(Keyword { subject, facet, text, weight: None, kind });
    }
}
