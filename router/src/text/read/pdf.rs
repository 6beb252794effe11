//! PDF: the layer of text, page by page. A page that the library stumbles over costs that page; one without text gives its
//! pictures, where somebody recognises them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{ConvertToFmt, Document, PlainTextOutput, output_doc_page};

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;
use super::scan;

/// Puts the text of a PDF on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    let document = guarded(|| Document::load_mem(bytes).ok()).flatten();
    let Some(mut document) = document else { return Err(Stop::Because(Remark::Damaged)) };
    // Many are locked against changes alone: those open with an empty password.
    if document.is_encrypted() && !guarded(|| document.decrypt("").is_ok()).unwrap_or_default() {
        return Err(Stop::Because(Remark::Encrypted));
    }
    let sheets = document.get_pages();
    if sheets.is_empty() {
        return Err(Stop::Because(Remark::Damaged));
    }
    let mut damaged = false;
    for (place, (number, id)) in sheets.into_iter().enumerate() {
        if place > 0 {
            page.end_sheet()?;
        }
        let read = sheet(&document, number, page)?;
        damaged |= !read.whole;
        if !read.says_something && page.keeps_pictures() {
            let pictures = guarded(|| scan::pictures(&document, id)).unwrap_or_default();
            pictures.into_iter().for_each(|picture| page.keep(picture));
        }
    }
    match (page.says_something() || page.has_pictures(), damaged) {
        (_, true) => Err(Stop::Because(Remark::Damaged)),
        (true, false) => Ok(()),
        (false, false) if has_pictures(&document) => Err(Stop::Because(Remark::Scanned)),
        (false, false) => Ok(()),
    }
}

/// What came of a sheet.
struct Sheet {
    /// It could be read to its end.
    whole: bool,
    /// It has a layer of text with letters or digits in it.
    says_something: bool,
}

/// Puts one sheet on the page.
fn sheet(document: &Document, number: u32, page: &mut Page) -> Read<Sheet> {
    let mut text = Text { text: String::new(), left: page.room() };
    let read = guarded(|| {
        let mut output = PlainTextOutput::new(Handed(&mut text));
        output_doc_page(document, &mut output, number).is_ok()
    });
    let full = text.left == 0;
    if read != Some(true) && !full && !text.text.contains(char::is_alphanumeric) {
        // Another reader of the same document, which knows less of fonts and stumbles less.
        if let Some(Ok(plain)) = guarded(|| document.extract_text(&[number])) {
            page.put(&plain)?;
            return Ok(Sheet { whole: false, says_something: plain.contains(char::is_alphanumeric) });
        }
    }
    page.put(text.text.trim_start())?;
    let says_something = text.text.contains(char::is_alphanumeric);
    if full { Err(Stop::Full) } else { Ok(Sheet { whole: read == Some(true), says_something }) }
}

/// Runs a library that may panic on what it did not expect.
fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

fn has_pictures(document: &Document) -> bool {
    document.objects.values().any(|object| {
        let kind = object.as_stream().ok().and_then(|stream| stream.dict.get(b"Subtype").ok());
        kind.and_then(|kind| kind.as_name().ok()) == Some(b"Image".as_slice())
    })
}

/// Text of a sheet, no more than the page has room for.
struct Text {
    text: String,
    left: usize,
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if text.len() > self.left {
            self.left = 0;
            return Err(std::fmt::Error);
        }
        self.left -= text.len();
        self.text.push_str(text);
        Ok(())
    }
}

/// Hands a text to the library.
struct Handed<'a>(&'a mut Text);

impl ConvertToFmt for Handed<'_> {
    type Writer = Self;

    fn convert(self) -> Self {
        self
    }
}

impl std::fmt::Write for Handed<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write_str(text)
    }
}
