//! Reading documents: one file per format. Everything here runs in the child process alone.

mod archive;
mod docx;
mod eml;
pub(super) mod html;
mod odf;
mod pdf;
mod rtf;
mod scan;
mod sheet;
pub(super) mod txt;
mod xml;

#[cfg(test)]
mod properties;

use super::format::{self, Format, Seen};
use super::page::{Page, Read, Stop};
use super::remark::Remark;

/// Reads a document onto a page; answers what it turned out to be.
///
/// What the bytes show wins over what the sender said; characters alone are what the sender said.
pub(super) fn document(bytes: &[u8], declared: Option<Format>, page: &mut Page) -> (Option<Format>, Read) {
    let found = match is(bytes, declared) {
        Ok(format) => format,
        Err(remark) => return (None, Err(Stop::Because(remark))),
    };
    if declared.is_some_and(|declared| declared != found) {
        page.note(Remark::OtherFormat);
    }
    let read = by_format(found, bytes, page);
    (Some(found), read)
}

fn by_format(format: Format, bytes: &[u8], page: &mut Page) -> Read {
    match format {
        Format::Txt => txt::read(bytes, page),
        Format::Html => html::read(bytes, page),
        Format::Pdf => pdf::read(bytes, page),
        Format::Docx => docx::read(bytes, page),
        Format::Odt => odf::read_text(bytes, page),
        Format::Ods => odf::read_sheets(bytes, page),
        Format::Xlsx => sheet::read_xlsx(bytes, page),
        Format::Xls => sheet::read_xls(bytes, page),
        Format::Rtf => rtf::read(bytes, page),
        Format::Eml => eml::read(bytes, page),
        Format::Picture => Err(Stop::Because(Remark::Picture)),
        Format::Doc => Err(Stop::Because(Remark::UnknownFormat)),
    }
}

/// What a document is.
fn is(bytes: &[u8], declared: Option<Format>) -> Result<Format, Remark> {
    match format::seen(bytes) {
        Seen::Format(Format::Html) if declared == Some(Format::Txt) => Ok(Format::Html),
        Seen::Format(format) => Ok(format),
        Seen::Zip => archive::kind(bytes),
        Seen::Compound => compound(bytes),
        Seen::Text => match declared {
            Some(format @ (Format::Txt | Format::Html | Format::Eml)) => Ok(format),
            // A document of another kind whose first bytes are gone is characters by chance.
            _ if bytes.is_empty() => Err(Remark::Empty),
            _ => Ok(Format::Txt),
        },
        Seen::Other => Err(Remark::UnknownFormat),
    }
}

/// Tells compound files apart by the names in their directory.
fn compound(bytes: &[u8]) -> Result<Format, Remark> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        format::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        Err(Remark::Encrypted)
    } else if has("WordDocument") {
        Ok(Format::Doc)
    } else if has("Workbook") || has("Book") {
        Ok(Format::Xls)
    } else {
        Err(Remark::UnknownFormat)
    }
}
