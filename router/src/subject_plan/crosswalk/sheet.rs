//! A sheet of a workbook as text, so that it is read as any other table.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

use super::one_line;

/// The first sheet of a workbook as lines with tabs, each row on the line of its number.
pub(super) fn as_text(bytes: &[u8]) -> Result<String, String> {
    let unreadable = || "det er ikke en Excel-fil (.xlsx), der kan læses".to_owned();
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let name = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    let range = book.worksheet_range(&name).map_err(|_| unreadable())?;
    let mut text = "\n".repeat(range.start().map_or(0, |(row, _)| row as usize));
    for row in range.rows() {
        let cells: Vec<String> = row.iter().map(cell).collect();
        text.push_str(cells.join("\t").trim_end());
        text.push('\n');
    }
    Ok(text)
}

/// A cell as text. A spreadsheet that takes `02.10` for a number has lost zeros at both ends, which can be put back; one
/// that takes a number for a day has lost it.
fn cell(data: &Data) -> String {
    match data {
        Data::Int(number) => format!("{number:02}"),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:02.0}"),
        Data::Float(number) if (0.0..100.0).contains(number) => format!("{number:05.2}"),
        Data::DateTime(_) => "(dato)".to_owned(),
        other => one_line(&other.to_string()).trim().to_owned(),
    }
}
