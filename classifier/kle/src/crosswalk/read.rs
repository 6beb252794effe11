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
        let first = lines(&text).next().ok_or(NotCrosswalk)?;
        let header = Columns::read(first.1).ok_or(NotCrosswalk)?;
        let kle = header.find(KLE).ok_or(NotCrosswalk)?;
        let facet = header.find(FACET);
        // An own list may call its codes anything: without a known name they are the first column.
        let code = header.find(CODE).unwrap_or(if kle == 0 { 1 } else { 0 });
        let mut targets: BTreeMap<String, BTreeSet<Target>> = BTreeMap::new();
        for (line, fields) in header.rows(&text) {
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
    // A title behind the number may have commas of its own: pieces without a number at their head are words.
    let pieces = field.split([';', ',', '|']).map(|piece| piece.trim());
    pieces
        .map(|piece| piece.split_once(char::is_whitespace).map_or(piece, |(number, _)| number))
        .filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))
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

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Kode;KLE;Facet\n\
        M-1;09.10.04;K02\n\
        m-1;09.10.08;K02\n\
        M-2;\"09.10.04;09.10.08\n\";\n\
        M-3;09.10.04 Tang, tare og andet;\n\
        M-4;Ikke med i KLE;\n\
        ;09.10.04;\n\
        M-5;9.10;X\n\
        kort\n";

    fn targets(crosswalk: &Crosswalk, code: &str) -> Option<Vec<String>> {
        let told = |target: &Target| match target.facet {
            Some(facet) => format!("{}+{facet}", target.subject),
            None => target.subject.to_string(),
        };
        Some(crosswalk.to_kle(code)?.targets.iter().map(told).collect())
    }

    #[test]
    fn an_own_list_leads_to_subjects_and_facets_and_back() {
        let (list, reports) =
            Crosswalk::read(TABLE.as_bytes(), "Journalplan", Scheme::Own("region".into())).unwrap();
        for (code, expected) in [
            ("M-1", Some(vec!["09.10.04+K02", "09.10.08+K02"])),
            (" m-2 ", Some(vec!["09.10.04", "09.10.08"])),
            ("M-3", Some(vec!["09.10.04"])),
            ("M-4", Some(vec![])),
            ("M-5", Some(vec![])),
            ("M-6", None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(targets(&list, code), expected, "{code}");
        }
        let back: Vec<&str> = list.to_codes(crate::Subject::parse("09.10.08").unwrap()).collect();
        assert_eq!(back, ["m-1", "m-2"]);
        let codes: Vec<&str> = reports.iter().map(|report| report.fault.code()).collect();
        assert_eq!(codes, ["bad-code", "bad-number", "bad-number", "short-row"]);
        assert_eq!(Crosswalk::from_bytes(&list.to_bytes()).unwrap(), list);
    }

    #[test]
    fn a_form_task_that_is_not_listed_goes_by_the_nearest_above_that_leads_somewhere() {
        let table = "form_number\tkle_number\n02.05\t09.10\n02.05.05\tIkke med i KLE\nM-1\t09\n";
        let (form, reports) = Crosswalk::read(table.as_bytes(), "FORM", Scheme::Form).unwrap();
        let broader = form.to_kle("02.05.05.10").unwrap();
        assert_eq!((broader.code, broader.broader), ("02.05", true));
        assert_eq!(broader.only().map(|target| target.subject.to_string()).as_deref(), Some("09.10"));
        assert!(form.to_kle("02.05.05").unwrap().targets.is_empty());
        assert_eq!((form.to_kle("03"), form.to_kle("tang")), (None, None));
        assert_eq!(reports.len(), 1);
    }

    #[test]
    fn a_file_without_a_column_of_kle_numbers_is_no_crosswalk() {
        for text in ["", "Kode;Titel\n1;2", "KLE\n09.10", "Kære kommune"] {
            assert_eq!(
                Crosswalk::read(text.as_bytes(), "x", Scheme::Form).err(),
                Some(NotCrosswalk),
                "{text}"
            );
        }
    }
}
