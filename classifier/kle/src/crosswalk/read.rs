//! Reading a crosswalk: a table with a header, one column of codes and one of KLE numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Crosswalk, FormTask, NotCrosswalk, Scheme, Target};
use crate::import::text::{Columns, decode, lines};
use crate::import::{Fault, Place, Report, Reports, values};
use crate::{Facet, FacetPattern};

const KLE: &[&str] = &["kle_number", "kle nummer", "kle-nummer", "kle", "emnenr", "kle_emne"];
const CODE: &[&str] = &["form_number", "formnummer", "form nummer", "form", "code", "kode", "nummer"];
const FACET: &[&str] = &["facet", "handlingsfacet", "handlingsfacetnr"];

impl Crosswalk {
    /// Reads a table separated by tabs, semicolons or commas, in UTF-8 or Windows-1252.
    ///
    /// A field may name several KLE numbers (`00.07.03;00.07.10`). Words instead of a number (`Ikke med i KLE`) say
    /// that there is none, which is worth knowing too.
    pub fn read(bytes: &[u8], name: &str, scheme: Scheme) -> Result<(Self, Vec<Report>), NotCrosswalk> {
        let (text, utf8) = decode(bytes).ok_or(NotCrosswalk)?;
        let mut reports = Reports::default();
        if !utf8 {
            reports.add(Fault::NotUtf8, Place::default());
        }
        let mut rows = lines(&text);
        let header = Columns::read(rows.next().ok_or(NotCrosswalk)?.1).ok_or(NotCrosswalk)?;
        let kle = header.find(KLE).ok_or(NotCrosswalk)?;
        let facet = header.find(FACET);
        // An own list may call its codes anything: without a known name they are the first column.
        let code = header.find(CODE).unwrap_or(if kle == 0 { 1 } else { 0 });
        let mut targets: BTreeMap<String, BTreeSet<Target>> = BTreeMap::new();
        for (line, row) in rows {
            let fields = header.row(row);
            let place = Place::line(line);
            let (Some(code), Some(kle)) = (fields.get(code), fields.get(kle)) else {
                reports.add(Fault::ShortRow, place);
                continue;
            };
            let Some(code) = scheme.code(code) else {
                reports.add(Fault::BadCode, place);
                continue;
            };
            let facet = facet.and_then(|facet| fields.get(facet)).filter(|facet| !facet.trim().is_empty());
            let facet = facet.and_then(|facet| one_facet(facet, &place, &mut reports));
            targets.entry(code).or_default().extend(read_targets(kle, facet, &place, &mut reports));
        }
        Ok((Self::new(name, scheme, targets), reports.finish()))
    }
}

fn read_targets(field: &str, facet: Option<Facet>, place: &Place, reports: &mut Reports) -> Vec<Target> {
    if !field.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let numbers = field.split([';', ',', '|']).filter(|number| !number.trim().is_empty());
    numbers
        .filter_map(|number| values::number(number, place, reports))
        .map(|subject| Target { subject, facet })
        .collect()
}

fn one_facet(text: &str, place: &Place, reports: &mut Reports) -> Option<Facet> {
    match values::facet(text, place, reports)? {
        FacetPattern::One(facet) => Some(facet),
        FacetPattern::Category(_) => {
            reports.add(Fault::BadNumber, place.clone());
            None
        }
    }
}

impl Scheme {
    /// A code as the table keeps it; `None` when it is none of this scheme.
    pub(super) fn code(&self, text: &str) -> Option<String> {
        let text = text.trim();
        match self {
            Self::Form => Some(FormTask::parse(text.trim_end_matches('.')).ok()?.to_string()),
            Self::Own(_) => (!text.is_empty()).then(|| text.to_lowercase()),
        }
    }
}
