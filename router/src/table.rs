//! Tables to be taken out: as CSV or Excel for people's spreadsheets, as PDF to print or keep.
//!
//! CSV is written as a Danish Excel opens it by a double click: semicolons, UTF-8 with its mark. A cell that a spreadsheet
//! would take for a formula is written as text in both: names in a table come from outside.

mod pdf;

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// A table with a row of headings.
pub struct Table {
    /// Name of the sheet.
    pub name: &'static str,
    /// Headings.
    pub columns: &'static [&'static str],
    /// Rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A count.
    Count(u64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Neither `.csv`, `.xlsx` nor `.pdf`.
    #[error("Filen skal ende på .csv, .xlsx eller .pdf, så det kan ses, om den er CSV, Excel eller PDF.")]
    Ending,
    /// The file cannot be written.
    #[error("{0} kan ikke skrives: {1}.")]
    Unwritable(String, String),
}

impl Table {
    /// Can a table be written to a file of this name? Asked before the work of making it.
    pub fn check(file: &Path) -> Result<(), TableError> {
        ending(file).map(|_| ())
    }

    /// Writes the table to a file, in the format that its name ends with.
    pub fn write(&self, file: &Path) -> Result<(), TableError> {
        let bytes = self.bytes(ending(file)?).map_err(|error| unwritable(file, error.as_ref()))?;
        std::fs::write(file, bytes).map_err(|error| unwritable(file, &error))
    }

    /// The table as it stands in a file with this ending.
    pub fn bytes(&self, ending: Ending) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(match ending {
            Ending::Csv => self.csv()?,
            Ending::Xlsx => self.xlsx()?,
            Ending::Pdf => pdf::pdf(self),
        })
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut bytes = "\u{feff}".as_bytes().to_vec();
        let mut table = csv::WriterBuilder::new().delimiter(b';').from_writer(&mut bytes);
        table.write_record(self.columns)?;
        for row in &self.rows {
            table.write_record(row.iter().map(Cell::plain))?;
        }
        table.flush()?;
        drop(table);
        Ok(bytes)
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name(self.name)?;
        let bold = Format::new().set_bold();
        for (column, heading) in (0u16..).zip(self.columns) {
            sheet.write_string_with_format(0, column, *heading, &bold)?;
        }
        for (row, cells) in (1u32..).zip(&self.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(row, column, text)?,
                    Cell::Count(count) => sheet.write_number(row, column, *count as f64)?,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        if let (Ok(rows), Ok(columns)) = (u32::try_from(self.rows.len()), u16::try_from(self.columns.len())) {
            sheet.autofilter(0, 0, rows, columns.saturating_sub(1))?;
        }
        sheet.autofit();
        book.save_to_buffer()
    }
}

impl Cell {
    /// The cell as it is read on paper.
    fn shown(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// The cell in CSV. What begins as a formula does gets an apostrophe, which spreadsheets take for "this is text".
    fn plain(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What a table's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Text with semicolons.
    Csv,
    /// Excel.
    Xlsx,
    /// On paper.
    Pdf,
}

impl Ending {
    /// The ending of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// The MIME type of a file.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
        }
    }

    /// The ending of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Pdf].into_iter().find(|ending| ending.as_str() == word)
    }
}

fn ending(file: &Path) -> Result<Ending, TableError> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some(ending) if ending.eq_ignore_ascii_case("csv") => Ok(Ending::Csv),
        Some(ending) if ending.eq_ignore_ascii_case("xlsx") => Ok(Ending::Xlsx),
        Some(ending) if ending.eq_ignore_ascii_case("pdf") => Ok(Ending::Pdf),
        _ => Err(TableError::Ending),
    }
}

fn unwritable(file: &Path, error: &dyn std::error::Error) -> TableError {
    TableError::Unwritable(file.display().to_string(), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |a: &str, n: u64| vec![a.into(), n.into()];
        Table {
            name: "Prøve", columns: &["Navn", "Antal"], rows: vec![row("Æble; pære", 3), row("=1+1", 0)]
        }
    }

    #[test]
    fn csv_opens_in_a_danish_spreadsheet_and_holds_no_formula() {
        let text = String::from_utf8(table().csv().expect("written")).expect("UTF-8");
        assert_eq!(text, "\u{feff}Navn;Antal\n\"Æble; pære\";3\n'=1+1;0\n");
    }

    #[test]
    fn excel_reads_back_what_was_written() {
        use calamine::Reader;
        let bytes = table().xlsx().expect("written");
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range("Prøve").expect("the sheet");
        let cell = |row, column| range.get_value((row, column)).map(ToString::to_string);
        assert_eq!(cell(0, 1).as_deref(), Some("Antal"));
        assert_eq!((cell(1, 0).as_deref(), cell(1, 1).as_deref()), (Some("Æble; pære"), Some("3")));
        assert_eq!(cell(2, 0).as_deref(), Some("=1+1"));
        assert!(book.worksheet_formula("Prøve").expect("the sheet").is_empty());
    }

    #[test]
    fn only_csv_excel_and_pdf_are_written() {
        assert!(Table::check(Path::new("a.CSV")).is_ok() && Table::check(Path::new("a.xlsx")).is_ok());
        assert!(Table::check(Path::new("a.pdf")).is_ok());
        assert!(Table::check(Path::new("a.xls")).is_err() && Table::check(Path::new("csv")).is_err());
    }
}
