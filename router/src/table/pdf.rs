//! A table as PDF: on A4 across, its headings on every page, to be printed or kept with a case.
//!
//! Set in Helvetica, one of the fonts that every reader has, in the encoding of Western Europe. A letter that it lacks becomes a
//! question mark: whoever needs each sign as it was takes the table as CSV.

use std::collections::VecDeque;

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::{Cell, Table};

/// Points: A4 across.
const PAGE: (f32, f32) = (842.0, 595.0);
const MARGIN: f32 = 36.0;
const SIZE: f32 = 8.0;
const LEADING: f32 = 10.0;
/// Between two columns, and between two rows.
const GAP: (f32, f32) = (8.0, 3.0);
const TITLE: f32 = 12.0;
/// What sums of widths differ by when they are added in another order.
const ROUNDED: f32 = 0.05;
/// Where the rows of a page begin and end.
const TOP: f32 = PAGE.1 - MARGIN - TITLE - LEADING;
const BOTTOM: f32 = MARGIN + LEADING * 1.5;
/// No column is wider than this before the rest has its room.
const WIDEST: f32 = 240.0;

const PLAIN: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");

/// Widths of Helvetica's letters from the blank to the tilde, in thousandths of the size (Adobe's metrics of the font).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// Those beyond are taken for as wide as the widest Danish letters, so that nothing runs into the next column.
const WIDE: u16 = 889;

/// A row as it is set: the lines of each of its cells.
struct Row {
    cells: Vec<Vec<Vec<u8>>>,
    height: f32,
}

/// The table as a PDF file.
pub(super) fn pdf(table: &Table) -> Vec<u8> {
    let widths = columns(table);
    let head = row(table.columns.iter().map(|name| (*name).to_owned()), &widths);
    let mut rows: VecDeque<Row> =
        table.rows.iter().map(|cells| row(cells.iter().map(Cell::shown), &widths)).collect();
    let mut pages: Vec<Vec<Row>> = Vec::new();
    loop {
        let mut room = TOP - BOTTOM - head.height;
        let mut page = Vec::new();
        // A row higher than a page is cut off at its foot, not asked for again for ever.
        while let Some(next) = rows.pop_front_if(|next| next.height <= room || page.is_empty()) {
            room -= next.height;
            page.push(next);
        }
        pages.push(page);
        if rows.is_empty() {
            break;
        }
    }
    written(table.name, &head, &pages, &widths)
}

/// Widths of the columns: as wide as their widest cell, then shrunk together to the page.
fn columns(table: &Table) -> Vec<f32> {
    let widest = |column: usize| {
        let cells =
            table.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(&western(&cell.shown())));
        let head = table.columns.get(column).map_or(0.0, |name| width(&western(name)) * 1.1);
        cells.fold(head, f32::max).clamp(SIZE * 2.0, WIDEST)
    };
    let natural: Vec<f32> = (0..table.columns.len()).map(widest).collect();
    let room = PAGE.0 - 2.0 * MARGIN - GAP.0 * natural.len().saturating_sub(1) as f32;
    let sum: f32 = natural.iter().sum();
    let shrunk = (room / sum).min(1.0);
    natural.into_iter().map(|width| width * shrunk).collect()
}

fn row(cells: impl Iterator<Item = String>, widths: &[f32]) -> Row {
    let cells: Vec<Vec<Vec<u8>>> =
        cells.zip(widths).map(|(cell, width)| lines(&western(&cell), *width)).collect();
    let highest = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
    Row { cells, height: highest as f32 * LEADING + GAP.1 }
}

/// A text in lines that fit a width; a word that is too long is broken.
fn lines(text: &[u8], room: f32) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    for word in text.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()) {
        let blank = if line.is_empty() { 0.0 } else { width(b" ") };
        if !line.is_empty() && width(&line) + blank + width(word) > room + ROUNDED {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(b' ');
        }
        for byte in word {
            if !line.is_empty() && width(&line) + width(&[*byte]) > room + ROUNDED {
                lines.push(std::mem::take(&mut line));
            }
            line.push(*byte);
        }
    }
    lines.push(line);
    lines
}

fn width(text: &[u8]) -> f32 {
    let of =
        |byte: &u8| usize::from(*byte).checked_sub(32).and_then(|at| WIDTHS.get(at)).copied().unwrap_or(WIDE);
    text.iter().map(|byte| f32::from(of(byte))).sum::<f32>() * SIZE / 1000.0
}

/// A text in the encoding of Western Europe.
fn western(text: &str) -> Vec<u8> {
    let byte = |letter: char| {
        let mut buffer = [0; 4];
        let (bytes, _, unknown) = encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut buffer));
        if unknown { b'?' } else { bytes.first().copied().unwrap_or(b'?') }
    };
    text.chars().filter(|letter| !letter.is_control() || letter.is_whitespace()).map(byte).collect()
}

fn written(name: &str, head: &Row, pages: &[Vec<Row>], widths: &[f32]) -> Vec<u8> {
    let mut ids = 1..;
    let mut id = || Ref::new(ids.next().unwrap_or(i32::MAX));
    let (catalog, tree, info, plain, bold) = (id(), id(), id(), id(), id());
    let leaves: Vec<(Ref, Ref)> = pages.iter().map(|_| (id(), id())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr("da-DK"));
    pdf.document_info(info).title(TextStr(name));
    pdf.pages(tree)
        .kids(leaves.iter().map(|(page, _)| *page))
        .count(i32::try_from(leaves.len()).unwrap_or(0));
    for (font, base) in [(plain, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(font).base_font(Name(base)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (number, (rows, (page_id, content_id))) in pages.iter().zip(&leaves).enumerate() {
        let mut page = pdf.page(*page_id);
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(*content_id);
        let mut resources = page.resources();
        resources.fonts().pair(PLAIN, plain).pair(BOLD, bold);
        resources.finish();
        page.finish();
        let foot = format!("Side {} af {}", number + 1, pages.len());
        pdf.stream(*content_id, &drawn(name, &foot, head, rows, widths));
    }
    pdf.finish()
}

fn drawn(name: &str, foot: &str, head: &Row, rows: &[Row], widths: &[f32]) -> Vec<u8> {
    let mut page = Content::new();
    put(&mut page, BOLD, TITLE, (MARGIN, PAGE.1 - MARGIN - TITLE), &western(name));
    let mut y = TOP;
    set(&mut page, BOLD, head, widths, y);
    y -= head.height;
    page.set_line_width(0.5)
        .move_to(MARGIN, y + GAP.1 + 4.0)
        .line_to(PAGE.0 - MARGIN, y + GAP.1 + 4.0)
        .stroke();
    for row in rows {
        set(&mut page, PLAIN, row, widths, y);
        y -= row.height;
    }
    put(&mut page, PLAIN, SIZE, (MARGIN, MARGIN), &western(foot));
    page.finish().to_vec()
}

fn set(page: &mut Content, font: Name<'_>, row: &Row, widths: &[f32], y: f32) {
    let mut x = MARGIN;
    for (lines, width) in row.cells.iter().zip(widths) {
        for (number, line) in lines.iter().enumerate() {
            let at = y - SIZE - number as f32 * LEADING;
            if at >= BOTTOM - LEADING {
                put(page, font, SIZE, (x, at), line);
            }
        }
        x += width + GAP.0;
    }
}

fn put(page: &mut Content, font: Name<'_>, size: f32, (x, y): (f32, f32), text: &[u8]) {
    page.begin_text()
        .set_font(font, size)
        .set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y])
        .show(Str(text))
        .end_text();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_there_on_pages_with_headings() {
        let row = |number: u64| {
            vec![format!("Æblegrød på række {number}").into(), "langtord".repeat(60).into(), number.into()]
        };
        let table =
            Table { name: "Prøve", columns: &["Navn", "Ord", "Antal"], rows: (1..200).map(row).collect() };
        let bytes = pdf(&table);
        let text = pdf_extract::extract_text_from_mem(&bytes).expect("a PDF that is read");
        for number in [1, 57, 199] {
            assert!(text.contains(&format!("række {number}")), "{number}");
        }
        let pages = text.matches("Navn").count();
        assert!(pages > 3 && text.contains(&format!("Side {pages} af {pages}")), "{pages}");
    }

    #[test]
    fn an_empty_table_and_a_strange_letter_are_no_trouble() {
        let table = Table { name: "Tom", columns: &["a"], rows: Vec::new() };
        assert!(pdf_extract::extract_text_from_mem(&pdf(&table)).expect("a PDF").contains("Side 1 af 1"));
        assert_eq!(western("å→b\u{7}"), [0xe5, b'?', b'b']);
        assert_eq!(lines(b"", 10.0), [b""]);
    }
}
