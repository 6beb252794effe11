//! A sheet: headings and rows of cells, out of a CSV file or a workbook.

use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use jiff::civil::Date;
use kle::Subject;

use super::super::super::door::Clean;
use super::super::SourceError;

/// A table: headings, and rows with the number each has in its file.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<(usize, Row)>,
}

/// Cells of one row.
pub(super) type Row = Vec<Cell>;

/// What stands in a cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text, and what is as good as text.
    Text(Clean),
    /// A number in a workbook.
    Number(f64),
    /// A day in a workbook.
    Day(Date),
}

impl Cell {
    fn of(data: &Data) -> Self {
        match data {
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                Self::Text(Clean::new(text))
            }
            Data::Int(number) => Self::Number(*number as f64),
            Data::Float(number) => Self::Number(*number),
            Data::Bool(yes) => Self::Text(Clean::new(if *yes { "ja" } else { "nej" })),
            Data::DateTime(time) => {
                let (year, month, day, ..) = time.to_ymd_hms_milli();
                let date =
                    i16::try_from(year).ok().and_then(|year| Date::new(year, month as i8, day as i8).ok());
                date.map_or_else(|| Self::Text(Clean::default()), Self::Day)
            }
            Data::Error(_) | Data::Empty => Self::Text(Clean::default()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.as_str().is_empty())
    }

    /// The cell as text; a whole number without decimals. A number of ten digits may be a CPR number like any text.
    pub(super) fn text(&self) -> Clean {
        match self {
            Self::Text(text) => text.clone(),
            // A spreadsheet drops the zero that many CPR numbers begin with.
            Self::Number(number) if number.fract() == 0.0 && (1e8..1e9).contains(number) => {
                match Clean::new(&format!("{number:010.0}")) {
                    taken if taken.identity().is_none() => taken,
                    _ => Clean::new(&number.to_string()),
                }
            }
            Self::Number(number) => Clean::new(&number.to_string()),
            Self::Day(day) => Clean::new(&day.to_string()),
        }
    }

    pub(super) fn date(&self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(*day),
            Self::Text(text) => danish_date(text.as_str()),
            Self::Number(_) => None,
        }
    }

    /// A KLE number. A spreadsheet that takes it for a number has lost its last zero, which can be put back; one that takes
    /// it for a whole number may have lost a group, and a day is beyond repair.
    pub(super) fn subject(&self) -> Result<Subject, &'static str> {
        const NONE: &str = "KLE skal være et nummer som 27, 27.18 eller 27.18.04";
        match self {
            Self::Text(text) => Subject::parse(text.as_str()).map_err(|_| NONE),
            Self::Number(number) if (0.0..100.0).contains(number) => {
                let text =
                    if number.fract() == 0.0 { format!("{number:02.0}") } else { format!("{number:05.2}") };
                let exact = text.parse() == Ok(*number);
                Subject::parse(&text).ok().filter(|_| exact).ok_or(NONE)
            }
            Self::Number(_) => Err(NONE),
            Self::Day(_) => {
                Err("regnearket har gjort KLE til en dato; formatér kolonnen som tekst, og skriv det igen")
            }
        }
    }
}

/// `2026-12-31`, or day, month and year in the Danish order with full stops, hyphens or slashes between.
fn danish_date(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T']).next().unwrap_or(text);
    let parts: Vec<i16> = text.split(['-', '.', '/']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match parts[..] {
        [year, month, day] if year >= 1900 => (year, month, day),
        [day, month, year] if year >= 1900 => (year, month, day),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Opens a table. In a workbook it is the sheet with one of these names, or the only one there is.
pub(super) fn open(file: &Path, names: &[&str], max_bytes: u64) -> Result<Sheet, SourceError> {
    let fault = |why: String| SourceError::File { file: file.to_owned(), why };
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file);
    opened
        .and_then(|opened| opened.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| fault(format!("filen kan ikke læses ({error})")))?;
    if bytes.len() as u64 > max_bytes {
        return Err(fault("filen er større end organisation.service.max_bytes".to_owned()));
    }
    // A workbook is a ZIP archive, whatever it is called.
    let sheet = if bytes.starts_with(b"PK\x03\x04") { workbook(bytes, names) } else { csv(&bytes) };
    let sheet = sheet.map_err(|why| fault(why.to_owned()))?;
    if sheet.headings.iter().all(String::is_empty) {
        return Err(fault("der er ingen overskrifter i første række".to_owned()));
    }
    Ok(sheet)
}

fn workbook(bytes: Vec<u8>, names: &[&str]) -> Result<Sheet, &'static str> {
    const UNREADABLE: &str = "det er ikke en Excel-fil (.xlsx), der kan læses";
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| UNREADABLE)?;
    let sheets = book.sheet_names();
    let named = |sheet: &&String| names.contains(&sheet.trim().to_lowercase().as_str());
    let name = match (sheets.iter().find(named), &sheets[..]) {
        (Some(name), _) => name,
        (None, [only]) => only,
        _ => {
            return Err(
                "der er intet ark med det ventede navn (Enheder, Medarbejdere, Ansvar, Kontaktpunkter)",
            );
        }
    };
    let range = book.worksheet_range(name).map_err(|_| UNREADABLE)?;
    let first = range.start().map_or(0, |(row, _)| row as usize) + 1;
    let mut rows = range.rows();
    let headings =
        rows.next().unwrap_or_default().iter().map(|cell| Cell::of(cell).text().as_str().to_owned());
    Ok(Sheet {
        headings: headings.collect(),
        rows: rows
            .enumerate()
            .map(|(at, row)| (first + 1 + at, row.iter().map(Cell::of).collect::<Row>()))
            .filter(|(_, row)| !row.iter().all(Cell::is_empty))
            .collect(),
    })
}

fn csv(bytes: &[u8]) -> Result<Sheet, &'static str> {
    const UNREADABLE: &str = "det er ikke en tabel, der kan læses";
    if bytes.contains(&0) {
        return Err(UNREADABLE);
    }
    let text = decoded(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut headings, mut rows) = (None, Vec::new());
    for record in reader.records() {
        let record = record.map_err(|_| UNREADABLE)?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        if headings.is_none() {
            headings = Some(record.iter().map(str::to_owned).collect());
            continue;
        }
        let row: Row = record.iter().map(|text| Cell::Text(Clean::new(text))).collect();
        if !row.iter().all(Cell::is_empty) {
            rows.push((line, row));
        }
    }
    Ok(Sheet { headings: headings.ok_or("filen er tom")?, rows })
}

/// UTF-8, with or without a mark at its head; anything else is what Danish Windows writes.
fn decoded(bytes: &[u8]) -> String {
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bare) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bare).0.into_owned(),
    }
}

/// The sign that the headings are separated by.
fn delimiter(text: &str) -> u8 {
    let headings = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |sign: &u8| headings.bytes().filter(|byte| byte == sign).count();
    [b';', b'\t', b','].into_iter().rev().max_by_key(count).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_whatever_wrote_them() {
        for bytes in [
            "Id;Navn\nb;Børn, og unge\n".as_bytes(),
            b"Id\tNavn\r\nb\tB\xf8rn, og unge\r\n",
            "\u{feff}Id,Navn\n\nb,\"Børn, og unge\"\n".as_bytes(),
        ] {
            let sheet = csv(bytes).expect("a table");
            assert_eq!(sheet.headings, ["Id", "Navn"]);
            let texts: Vec<Clean> = sheet.rows[0].1.iter().map(Cell::text).collect();
            assert_eq!(texts[1].as_str(), "Børn, og unge");
        }
        assert!(csv(b"\x00\x01\x02").is_err());
    }

    #[test]
    fn days_are_read_in_the_danish_order() {
        for text in [
            "31-12-2026",
            "31.12.2026",
            "31/12/2026",
            "2026-12-31",
            "2026-12-31T00:00:00",
            "31-12-2026 08:00",
        ] {
            assert_eq!(danish_date(text), Some(jiff::civil::date(2026, 12, 31)), "{text}");
        }
        for text in ["12-31-2026", "31-12", "31-12-26", "i morgen", "2026-13-01"] {
            assert_eq!(danish_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_kle_number_that_a_spreadsheet_took_for_a_number_is_put_right() {
        for (number, expected) in [(27.18, "27.18"), (27.1, "27.10"), (5.0, "05"), (0.01, "00.01")] {
            assert_eq!(
                Cell::Number(number).subject().map(|subject| subject.to_string()),
                Ok(expected.to_owned())
            );
        }
        assert!(Cell::Number(27.181).subject().is_err());
        assert!(Cell::Day(jiff::civil::date(2004, 3, 28)).subject().is_err());
    }

    #[test]
    fn a_cpr_number_is_seen_when_the_spreadsheet_took_it_for_a_number() {
        assert_eq!(Cell::Number(101_901_234.0).text().identity(), None);
        assert_eq!(Cell::Number(1_003_901_234.0).text().identity(), None);
        assert_eq!(Cell::Number(4711.0).text().identity(), Some("4711"));
    }
}
