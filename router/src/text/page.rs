//! The page that readers write a document's text on: bounded, and without what cannot be seen.

use super::album::Album;
use super::remark::Remark;

/// Why a reader stopped before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The page is full.
    Full,
    /// The document cannot be read on; what was read before is on the page.
    Because(Remark),
}

/// What a reader answers.
pub(super) type Read<T = ()> = Result<T, Stop>;

/// Text of a document, as far as it is allowed to go.
pub(super) struct Page {
    text: String,
    /// Bytes that may stand on it.
    limit: usize,
    /// A blank is due before the next word of flowing text.
    blank_due: bool,
    /// Quotations that what follows stands in.
    quotations: usize,
    /// What is to be said of the document although it was read on.
    notes: Vec<Remark>,
    /// Pictures of sheets without text; none are kept where nobody recognises them.
    album: Option<Album>,
}

impl Page {
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, blank_due: false, quotations: 0, notes: Vec::new(), album: None }
    }

    /// The same page, with an album beside it.
    pub(super) fn with_album(self) -> Self {
        Self { album: Some(Album::default()), ..self }
    }

    /// Are pictures kept?
    pub(super) fn keeps_pictures(&self) -> bool {
        self.album.is_some()
    }

    /// Keeps a picture of what should stand here.
    pub(super) fn keep(&mut self, picture: Vec<u8>) {
        let at = self.text.len();
        if let Some(Err(remark)) = self.album.as_mut().map(|album| album.keep(at, picture)) {
            self.note(remark);
        }
    }

    /// Has a picture been kept?
    pub(super) fn has_pictures(&self) -> bool {
        self.album.as_ref().is_some_and(|album| !album.is_empty())
    }

    /// Text whose line breaks count.
    pub(super) fn put(&mut self, text: &str) -> Read {
        self.settle_blank()?;
        for char in text.chars().filter(|char| is_seen(*char)) {
            self.push(char)?;
        }
        Ok(())
    }

    /// Text that flows: any blanks are one blank.
    pub(super) fn flow(&mut self, text: &str) -> Read {
        for char in text.chars() {
            if char.is_whitespace() {
                self.blank();
            } else if is_seen(char) {
                self.settle_blank()?;
                self.push(char)?;
            }
        }
        Ok(())
    }

    /// A blank between words, if more words follow on the line.
    pub(super) fn blank(&mut self) {
        self.blank_due = !self.at_line_start();
    }

    /// Ends the line, unless it is empty.
    pub(super) fn end_line(&mut self) -> Read {
        self.blank_due = false;
        if self.at_line_start() { Ok(()) } else { self.push('\n') }
    }

    /// Ends the line and leaves one empty.
    pub(super) fn end_paragraph(&mut self) -> Read {
        self.end_line()?;
        if self.text.is_empty() || self.text.ends_with("\n\n") { Ok(()) } else { self.push('\n') }
    }

    /// Begins a new page of paper.
    pub(super) fn end_sheet(&mut self) -> Read {
        self.end_line()?;
        self.push(super::PAGE_BREAK)
    }

    /// A quotation begins: its lines get the sign that mails have for it.
    pub(super) fn begin_quotation(&mut self) -> Read {
        self.end_line()?;
        self.quotations += 1;
        Ok(())
    }

    /// A quotation ends.
    pub(super) fn end_quotation(&mut self) -> Read {
        self.end_line()?;
        self.quotations = self.quotations.saturating_sub(1);
        Ok(())
    }

    /// Says something of the document, once, and goes on.
    pub(super) fn note(&mut self, remark: Remark) {
        if !self.notes.contains(&remark) {
            self.notes.push(remark);
        }
    }

    /// Bytes that still fit.
    pub(super) fn room(&self) -> usize {
        self.limit.saturating_sub(self.text.len())
    }

    /// Has anything with letters or digits been written?
    pub(super) fn says_something(&self) -> bool {
        self.text.contains(char::is_alphanumeric)
    }

    /// The text, what is to be said of the document, and its pictures.
    pub(super) fn into_parts(mut self) -> (String, Vec<Remark>, Album) {
        self.text.truncate(self.text.trim_end().len());
        (self.text, self.notes, self.album.unwrap_or_default())
    }

    #[cfg(test)]
    pub(super) fn into_text(self) -> String {
        self.into_parts().0
    }

    fn at_line_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with(['\n', super::PAGE_BREAK])
    }

    fn settle_blank(&mut self) -> Read {
        if std::mem::take(&mut self.blank_due) { self.push(' ') } else { Ok(()) }
    }

    fn push(&mut self, char: char) -> Read {
        if self.quotations > 0 && char != '\n' && self.at_line_start() {
            self.push_within("> ")?;
        }
        let mut buffer = [0; 4];
        self.push_within(char.encode_utf8(&mut buffer))
    }

    fn push_within(&mut self, text: &str) -> Read {
        if self.text.len() + text.len() > self.limit {
            return Err(Stop::Full);
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// Control characters and private ones are no text; a line break, a tabulator and a page break are.
fn is_seen(char: char) -> bool {
    match char {
        '\n' | '\t' | super::PAGE_BREAK => true,
        '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        char => !char.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowing_text_has_single_blanks_and_its_lines() {
        let mut page = Page::new(100);
        page.flow("  Kære \n\t kommune ").unwrap();
        page.flow(" igen").unwrap();
        page.end_paragraph().unwrap();
        page.end_paragraph().unwrap();
        page.flow(" slut\u{0}\u{7} ").unwrap();
        assert_eq!(page.into_text(), "Kære kommune igen\n\nslut");
    }

    #[test]
    fn a_full_page_ends_before_a_character_that_does_not_fit() {
        let mut page = Page::new(4);
        assert_eq!(page.put("bræk"), Err(Stop::Full));
        assert_eq!(page.into_text(), "bræ");
    }
}
