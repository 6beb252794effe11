//! OpenDocument: the paragraphs of a text, the rows of a spreadsheet. Both are `content.xml`; a cell that is said to be repeated
//! a million times is read once.

use std::io::Read as _;

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::archive::Archive;
use super::xml::{self, Piece};

/// Elements whose text is not the document's: comments, deleted text, and what is drawn.
const NOT_TEXT: [&str; 4] = ["annotation", "tracked-changes", "forms", "desc"];

/// Puts the paragraphs of a text on the page.
pub(super) fn read_text(bytes: &[u8], page: &mut Page) -> Read {
    read(bytes, page, |page| page.end_line())
}

/// Puts the rows of a spreadsheet on the page.
pub(super) fn read_sheets(bytes: &[u8], page: &mut Page) -> Read {
    read(bytes, page, |page| {
        page.blank();
        Ok(())
    })
}

fn read(bytes: &[u8], page: &mut Page, end_of_paragraph: impl Fn(&mut Page) -> Read) -> Read {
    let mut archive = Archive::open(bytes)?;
    if is_encrypted(&mut archive)? {
        return Err(Stop::Because(Remark::Encrypted));
    }
    let Some(part) = archive.part("content.xml")? else { return Err(Stop::Because(Remark::Damaged)) };
    let (mut paragraphs, mut left_out) = (0usize, 0usize);
    xml::walk(part, page, |piece, page| match piece {
        Piece::Start(name, _) if NOT_TEXT.contains(&name) => {
            left_out += 1;
            Ok(())
        }
        Piece::End(name) if NOT_TEXT.contains(&name) => {
            left_out = left_out.saturating_sub(1);
            Ok(())
        }
        _ if left_out > 0 => Ok(()),
        Piece::Start("p" | "h", _) => {
            paragraphs += 1;
            Ok(())
        }
        Piece::End("p" | "h") => {
            paragraphs = paragraphs.saturating_sub(1);
            end_of_paragraph(page)
        }
        Piece::Text(text) if paragraphs > 0 => page.flow(text),
        Piece::Start("s" | "tab", _) => {
            page.blank();
            Ok(())
        }
        Piece::Start("line-break", _) | Piece::End("table-row") => page.end_line(),
        _ => Ok(()),
    })
}

/// The manifest says so of every part that is encrypted.
fn is_encrypted(archive: &mut Archive<'_>) -> Read<bool> {
    /// A manifest of a document of this size is complete well before.
    const ENOUGH: u64 = 1024 * 1024;
    let Some(part) = archive.part("META-INF/manifest.xml")? else { return Ok(false) };
    let mut manifest = Vec::new();
    let _ = part.take(ENOUGH).read_to_end(&mut manifest);
    Ok(super::super::format::find(&manifest, b"encryption-data").is_some())
}
