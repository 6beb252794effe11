//! Excel: the cells, row by row. Newer sheets are read cell by cell, however large they say they are.

use std::io::Cursor;

use calamine::{DataRef, DataType, Reader, Xls, XlsError, Xlsx, XlsxError};

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::archive::Archive;

/// Parts that the library unpacks whole, as Excel names them.
const UNPACKED_WHOLE: [&str; 3] = ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"];

/// Puts the cells of an Excel document since 2007 on the page.
pub(super) fn read_xlsx(bytes: &[u8], page: &mut Page) -> Read {
    let mut archive = Archive::open(bytes)?;
    for part in UNPACKED_WHOLE {
        archive.is_reasonable(part)?;
    }
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| of_xlsx(&error))?;
    for sheet in book.sheet_names() {
        page.put(&sheet)?;
        page.end_line()?;
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else { continue };
        let mut row = 0;
        while let Some(cell) = cells.next_cell().map_err(|error| of_xlsx(&error))? {
            if cell.get_position().0 != row {
                row = cell.get_position().0;
                page.end_line()?;
            }
            put_cell(cell.get_value(), page)?;
        }
        page.end_paragraph()?;
    }
    Ok(())
}

/// Puts the cells of an Excel document before 2007 on the page.
pub(super) fn read_xls(bytes: &[u8], page: &mut Page) -> Read {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Stop::Because(Remark::Encrypted),
        _ => Stop::Because(Remark::Damaged),
    })?;
    for (sheet, range) in book.worksheets() {
        page.put(&sheet)?;
        page.end_line()?;
        for row in range.rows() {
            for cell in row {
                if let Some(text) = cell.as_string() {
                    put_text(&text, page)?;
                }
            }
            page.end_line()?;
        }
        page.end_paragraph()?;
    }
    Ok(())
}

fn put_cell(cell: &DataRef<'_>, page: &mut Page) -> Read {
    match cell {
        DataRef::SharedString(text) => put_text(text, page),
        DataRef::String(text) => put_text(text, page),
        other => other.as_string().map_or(Ok(()), |text| put_text(&text, page)),
    }
}

fn put_text(text: &str, page: &mut Page) -> Read {
    page.flow(text)?;
    page.blank();
    Ok(())
}

fn of_xlsx(error: &XlsxError) -> Stop {
    Stop::Because(match error {
        XlsxError::Password => Remark::Encrypted,
        _ => Remark::Damaged,
    })
}
