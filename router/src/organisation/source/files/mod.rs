//! Tables: units, people, duties and contact points in CSV or Excel files, as somebody keeps them by hand or a system
//! writes them at night.
//!
//! Headings are read leniently, rows strictly: a row that makes no sense stops the reading, and all of them are told at
//! once with file and line. What is told never repeats a row of people.

mod columns;
mod sheet;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use kle::{Facet, FacetPattern, Subject};

use super::super::snapshot::{Absence, ContactPoint, Duty, Membership, Person, Reading, Role, Unit};
use super::SourceError;
use crate::config::OrganisationFiles;
use columns::{Column, Columns};
use sheet::{Cell, Row, Sheet, open};

/// Reads the tables that are named in the configuration.
pub(super) fn read(files: &OrganisationFiles, max_bytes: u64) -> Result<Reading, SourceError> {
    let mut tables = Tables::default();
    let units = files.units_file.as_deref().ok_or(SourceError::NotSet("organisation.files.units_file"))?;
    tables.each(units, &UNITS, max_bytes, Tables::unit)?;
    for (file, kind, take) in [
        (&files.people_file, &PEOPLE, Tables::person as fn(&mut Tables, &Line<'_>) -> Option<()>),
        (&files.duties_file, &DUTIES, Tables::duty),
        (&files.contact_points_file, &CONTACT_POINTS, Tables::contact_point),
    ] {
        if let Some(file) = file {
            tables.each(file, kind, max_bytes, take)?;
        }
    }
    tables.check_pointers();
    if tables.faults.is_empty() { Ok(tables.reading) } else { Err(SourceError::Rows(tables.faults)) }
}

/// A kind of table: its sheet's name in a workbook, and its columns.
struct KindOfTable {
    sheets: &'static [&'static str],
    columns: &'static [Column],
}

const ID: Column = Column::required("Id", &["id", "uuid", "nøgle", "kode"]);

static UNITS: KindOfTable = KindOfTable {
    sheets: &["enheder", "enhed", "organisation"],
    columns: &[
        ID.also(&["enhedsid", "enhed", "enhedskode", "enhedsuuid"]),
        Column::required("Navn", &["navn", "enhedsnavn", "betegnelse"]),
        Column::optional(
            "Overordnet",
            &["overordnet", "overordnetid", "overordnetenhed", "forælder", "hørerunder"],
        ),
        Column::optional("Nedlagt", &["nedlagt", "lukket"]),
        Column::optional("Efterfølger", &["efterfølger", "efterfølgerid", "afløstaf"]),
        Column::optional("Gyldig fra", &["gyldigfra", "fra", "aktivfra", "startdato"]),
        Column::optional("Gyldig til", &["gyldigtil", "til", "aktivtil", "slutdato"]),
    ],
};

static PEOPLE: KindOfTable = KindOfTable {
    sheets: &["medarbejdere", "medarbejder", "personer", "personale"],
    columns: &[
        ID.also(&["brugernavn", "brugerid", "initialer", "ident", "medarbejderid", "login"]),
        Column::required("Navn", &["navn", "medarbejder", "fuldenavn"]),
        Column::required("Enhed", &["enhed", "enheder", "enhedsid", "afdeling"]),
        Column::optional("E-mail", &["email", "mail", "mailadresse", "epost"]),
        Column::optional("Fravær fra", &["fraværfra", "fraværendefra"]),
        Column::optional("Fravær til", &["fraværtil", "fraværendetil"]),
        Column::optional("Stedfortræder", &["stedfortræder", "stedfortræderid", "vikar"]),
        Column::optional("Fratrådt", &["fratrådt", "fratrædelsesdato", "fratrådtdato", "slutdato"]),
    ],
};

static DUTIES: KindOfTable = KindOfTable {
    sheets: &["ansvar", "opgaver", "kle"],
    columns: &[
        KLE_REQUIRED,
        Column::required("Enhed", &["enhed", "enhedsid", "ansvarligenhed"]),
        FACET,
        Column::optional("Rolle", &["rolle", "art", "aspekt", "ansvarstype"]),
    ],
};

static CONTACT_POINTS: KindOfTable = KindOfTable {
    sheets: &["kontaktpunkter", "kontaktpunkt", "kontaktstruktur"],
    columns: &[
        ID.also(&["kontaktpunkt", "kontaktpunktid"]),
        Column::optional("Navn", &["navn", "betegnelse"]),
        Column::optional("KLE", KLE_WORDS),
        FACET,
        Column::optional("Enhed", &["enhed", "enhedsid"]),
    ],
};

const KLE_WORDS: &[&str] = &["kle", "klenr", "klenummer", "kleemne", "emne", "emnenummer", "emnenr"];
const KLE_REQUIRED: Column = Column::required("KLE", KLE_WORDS);
const FACET: Column =
    Column::optional("Facet", &["facet", "handlingsfacet", "handlingsfacetter", "facetter"]);

/// What was read so far, and what was wrong.
#[derive(Default)]
struct Tables {
    reading: Reading,
    faults: Vec<String>,
    /// Where units were named by other rows, to be checked when all units are read.
    pointers: Vec<(String, String)>,
    /// The same for people.
    deputies: Vec<(String, String)>,
    /// Where each unit, person and contact point stands.
    lines: BTreeMap<(&'static str, String), String>,
}

/// One row on its way in.
struct Line<'r> {
    columns: &'r Columns,
    row: &'r Row,
    /// `fil.csv:12`, for what is told about it.
    place: String,
}

impl Line<'_> {
    fn cell(&self, title: &str) -> Option<&Cell> {
        self.columns.place(title).and_then(|place| self.row.get(place)).filter(|cell| !cell.is_empty())
    }

    fn text(&self, title: &str) -> Option<String> {
        self.cell(title).map(|cell| cell.text().as_str().to_owned())
    }
}

impl Tables {
    fn each(
        &mut self,
        file: &Path,
        kind: &KindOfTable,
        max_bytes: u64,
        take: fn(&mut Self, &Line<'_>) -> Option<()>,
    ) -> Result<(), SourceError> {
        let Sheet { headings, rows } = open(file, kind.sheets, max_bytes)?;
        let shown =
            file.file_name().map_or_else(|| file.display().to_string(), |name| name.display().to_string());
        let columns = Columns::find(&headings, kind.columns);
        for missing in columns.missing(kind.columns) {
            self.faults.push(format!("{shown}: kolonnen {missing} mangler"));
        }
        if columns.missing(kind.columns).next().is_some() {
            return Ok(());
        }
        for (number, row) in &rows {
            let line = Line { columns: &columns, row, place: format!("{shown}:{number}") };
            // What is wrong with it was noted on the way.
            let _ = take(self, &line);
        }
        Ok(())
    }

    fn fault<T>(&mut self, line: &Line<'_>, what: impl std::fmt::Display) -> Option<T> {
        self.faults.push(format!("{}: {what}", line.place));
        None
    }

    /// The row's identity: there, no CPR number, and not seen before in this kind of table.
    fn id(&mut self, kind: &'static str, line: &Line<'_>) -> Option<String> {
        let Some(cell) = line.cell("Id") else { return self.fault(line, "Id mangler") };
        let Some(id) = cell.text().key() else {
            return self.fault(line, "Id ligner et CPR-nummer; brug et brugernavn eller en anden nøgle");
        };
        if let Some(first) = self.lines.insert((kind, id.clone()), line.place.clone()) {
            return self.fault(line, format!("samme Id står også i {first}"));
        }
        Some(id)
    }

    fn unit(&mut self, line: &Line<'_>) -> Option<()> {
        let id = self.id("unit", line)?;
        let Some(name) = line.text("Navn") else { return self.fault(line, "Navn mangler") };
        let closed = self.yes(line, "Nedlagt")?;
        let (from, to) = (self.date(line, "Gyldig fra")?, self.date(line, "Gyldig til")?);
        let parent = self.pointer(line, "Overordnet");
        let successor = self.pointer(line, "Efterfølger");
        self.reading.snapshot.units.insert(id, Unit { name, parent, closed, successor, from, to });
        Some(())
    }

    fn person(&mut self, line: &Line<'_>) -> Option<()> {
        let id = self.id("person", line)?;
        let units = line.text("Enhed").unwrap_or_default();
        let units: Vec<String> = units
            .split([';', '|', ','])
            .map(|unit| unit.trim().to_lowercase())
            .filter(|unit| !unit.is_empty())
            .collect();
        if units.is_empty() {
            return self.fault(line, "Enhed mangler");
        }
        self.pointers.extend(units.iter().map(|unit| (unit.clone(), line.place.clone())));
        let (from, to) = (self.date(line, "Fravær fra")?, self.date(line, "Fravær til")?);
        let absence = match (from, to) {
            (None, Some(_)) => return self.fault(line, "Fravær til står uden Fravær fra"),
            (Some(from), Some(to)) if to < from => return self.fault(line, "Fravær til er før Fravær fra"),
            (from, to) => from.map(|from| Absence { from, to }),
        };
        let deputy = line.cell("Stedfortræder").and_then(|cell| cell.text().key());
        self.deputies.extend(deputy.iter().map(|deputy| (deputy.clone(), line.place.clone())));
        let person = Person {
            name: line.text("Navn").unwrap_or_default(),
            email: line.cell("E-mail").and_then(|cell| cell.text().identity().map(str::to_owned)),
            memberships: units.into_iter().map(|unit| Membership { unit, ..Membership::default() }).collect(),
            absences: absence.into_iter().collect(),
            deputy,
            left: self.date(line, "Fratrådt")?,
            inactive: false,
        };
        self.reading.snapshot.people.insert(id, person);
        Some(())
    }

    fn duty(&mut self, line: &Line<'_>) -> Option<()> {
        let Some(subject) = self.subject(line)? else { return self.fault(line, "KLE mangler") };
        let Some(unit) = self.pointer(line, "Enhed") else { return self.fault(line, "Enhed mangler") };
        let facets = match line.text("Facet") {
            None => None,
            Some(text) => match FacetPattern::parse(&text.to_uppercase()) {
                Ok(facets) => Some(facets),
                Err(_) => return self.fault(line, "Facet skal være som G01, eller som G for dem alle"),
            },
        };
        let role = match line.text("Rolle") {
            None => Role::Responsible,
            Some(word) => match Role::of_word(&word) {
                Some(role) => role,
                None => return self.fault(line, "Rolle skal være Ansvarlig, Udførende eller Indsigt"),
            },
        };
        self.reading.snapshot.duties.insert(Duty { subject, facets, unit, role });
        Some(())
    }

    fn contact_point(&mut self, line: &Line<'_>) -> Option<()> {
        let id = self.id("contact point", line)?;
        let subject = self.subject(line)?;
        let facet = match line.text("Facet") {
            None => None,
            Some(text) => match Facet::parse(&text.to_uppercase()) {
                Ok(facet) => Some(facet),
                Err(_) => return self.fault(line, "Facet skal være som G01"),
            },
        };
        let point = ContactPoint {
            name: line.text("Navn").unwrap_or_default(),
            subjects: subject.into_iter().collect(),
            facet,
            unit: self.pointer(line, "Enhed"),
        };
        self.reading.snapshot.contact_points.insert(id, point);
        Some(())
    }

    /// A KLE number; the outer `None` means that what stands there is none.
    fn subject(&mut self, line: &Line<'_>) -> Option<Option<Subject>> {
        let Some(cell) = line.cell("KLE") else { return Some(None) };
        match cell.subject() {
            Ok(subject) => Some(Some(subject)),
            Err(why) => self.fault(line, why),
        }
    }

    /// A unit's id; whether there is such a unit is asked when all are read.
    fn pointer(&mut self, line: &Line<'_>, title: &str) -> Option<String> {
        let unit = line.cell(title)?.text().key()?;
        self.pointers.push((unit.clone(), line.place.clone()));
        Some(unit)
    }

    /// A day; the outer `None` means that what stands there is none.
    fn date(&mut self, line: &Line<'_>, title: &str) -> Option<Option<Date>> {
        let Some(cell) = line.cell(title) else { return Some(None) };
        match cell.date() {
            Some(date) => Some(Some(date)),
            None => self.fault(line, format!("{title} skal være en dato som 31-12-2026 eller 2026-12-31")),
        }
    }

    fn yes(&mut self, line: &Line<'_>, title: &str) -> Option<bool> {
        match line.text(title).map(|word| word.to_lowercase()).as_deref() {
            None | Some("nej" | "n" | "0" | "falsk" | "false" | "nej.") => Some(false),
            Some("ja" | "j" | "1" | "x" | "sand" | "true") => Some(true),
            Some(_) => self.fault(line, format!("{title} skal være ja eller nej")),
        }
    }

    fn check_pointers(&mut self) {
        let snapshot = &self.reading.snapshot;
        for (unit, place) in &self.pointers {
            if !snapshot.units.contains_key(unit) {
                self.faults.push(format!("{place}: enheden {unit} findes ikke"));
            }
        }
        for (_, place) in self.deputies.iter().filter(|(deputy, _)| !snapshot.people.contains_key(deputy)) {
            self.faults.push(format!("{place}: stedfortræderen findes ikke"));
        }
    }
}
