//! Tables with a header line: subjects, facets, keywords, replacements. Columns are found by name.

use std::borrow::Cow;

use super::format::{FACET, KEYWORD, NEW, NUMBER, OLD, TITLE};
use super::text::Columns;
use super::{Fault, Format, Gathered, Place, Reference, Reports, Row, values};
use crate::register::{Basis, Entry, Number};
use crate::{Keyword, Level, Subject};

/// One line of a table, its fields by column name.
struct Fields<'a> {
    columns: &'a Columns,
    fields: Vec<Cow<'a, str>>,
}

impl Fields<'_> {
    fn get(&self, names: &[&str]) -> &str {
        let place = self.columns.find(names);
        place.and_then(|place| self.fields.get(place)).map_or("", |field| field.trim())
    }
}

pub(super) fn read(format: Format, columns: &Columns, text: &str, out: &mut Gathered) -> Format {
    for (line, fields) in columns.rows(text) {
        let fields = Fields { columns, fields };
        let place = Place::line(line);
        if fields.fields.len() < 2 {
            out.reports.add(Fault::ShortRow, place);
            continue;
        }
        match format {
            Format::ReplacementTable => replacement(&fields, place, out),
            Format::KeywordTable => keyword(&fields, place, out),
            Format::FacetTable => facet(&fields, place, out),
            _ => subject(&fields, place, out),
        }
    }
    format
}

fn subject(fields: &Fields<'_>, place: Place, out: &mut Gathered) {
    let Some(number) = values::number(fields.get(NUMBER), &place, &mut out.reports) else { return };
    let place = place.with(number);
    let level = match fields.get(&["level", "niveau"]) {
        "hovedgruppe" => Some(Level::MainGroup),
        "gruppe" => Some(Level::Group),
        "emne" => Some(Level::Subject),
        _ => None,
    };
    if level.is_some_and(|level| level != number.level()) {
        out.reports.add(Fault::LevelDisagrees, place.clone());
    }
    let row = row(fields, number, place, &mut out.reports);
    Gathered::row(&mut out.reports, &mut out.subjects, row);
}

fn facet(fields: &Fields<'_>, place: Place, out: &mut Gathered) {
    let Some(number) = values::facet(fields.get(FACET), &place, &mut out.reports) else { return };
    let place = place.with(number);
    let row = row(fields, number, place, &mut out.reports);
    Gathered::row(&mut out.reports, &mut out.facets, row);
}

fn row<K: Number>(fields: &Fields<'_>, number: K, place: Place, reports: &mut Reports) -> Row<K> {
    let mut entry = Entry::new(number);
    let title = fields.get(TITLE);
    entry.set_title(title.strip_prefix(&format!("{number} - ")).unwrap_or(title));
    entry.created = values::date(fields.get(&["valid_from", "gyldig fra"]), &place, reports);
    let ended = fields.get(&["valid_to", "gyldig til"]);
    entry.expired = values::date(ended, &place, reports);
    entry.uuid = values::code(fields.get(&["uuid"]), Fault::BadUuid, &place, reports);
    // `B/P3650D`: the code, and the deadline when there is one.
    let retention = fields.get(&["retention", "bevaring"]);
    let (code, deadline) = retention.split_once('/').unwrap_or((retention, ""));
    entry.retention = values::code(code, Fault::BadRetention, &place, reports);
    entry.erasure = values::code(deadline, Fault::BadErasure, &place, reports);
    let withdrawn = !ended.is_empty() && entry.expired.is_none();
    Row { entry, withdrawn, place }
}

fn keyword(fields: &Fields<'_>, place: Place, out: &mut Gathered) {
    let (number, facet) = (fields.get(NUMBER), fields.get(FACET));
    let subject: Option<Subject> =
        (!number.is_empty()).then(|| values::number(number, &place, &mut out.reports)).flatten();
    let facet = (!facet.is_empty()).then(|| values::facet(facet, &place, &mut out.reports)).flatten();
    let (text, kind, unclosed) = Keyword::read(fields.get(KEYWORD));
    if text.is_empty() || (subject.is_none() && facet.is_none()) {
        return out.reports.add(Fault::KeywordIncomplete, place);
    }
    if unclosed {
        out.reports.add(Fault::KeywordUnclosed, place.clone());
    }
    let weight = values::code(fields.get(&["weight", "vægt"]), Fault::BadWeight, &place, &mut out.reports);
    out.keywords.push(Keyword { subject, facet, text, weight, kind });
}

fn replacement(fields: &Fields<'_>, place: Place, out: &mut Gathered) {
    let old = values::number(fields.get(OLD), &place, &mut out.reports);
    let new = values::number(fields.get(NEW), &place, &mut out.reports);
    let (Some(old), Some(new)) = (old, new) else { return };
    // Only KL's own word is more than a guess.
    let basis = match fields.get(&["basis", "grundlag"]) {
        "stated" | "kl" | "KL" => Basis::Stated,
        _ => Basis::Derived,
    };
    out.replacements.push((Reference::Number(old), new, basis, place.with(old)));
}
