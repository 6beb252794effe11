//! Rich text: control words, characters in hex and Unicode, and the groups that hold no text.
//!
//! Written after *Rich Text Format (RTF) Specification 1.9.1*. Groups may be nested as deep as anybody likes: a group is one
//! entry on a list, and nothing here calls itself.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::super::page::{Page, Read, Stop};
use super::super::remark::Remark;

/// Groups inside groups that are followed; the deepest that Word writes is below 100.
const DEEPEST: usize = 10_000;

/// Groups whose content is not the letter's text.
const NOT_TEXT: [&str; 44] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "mmathPr",
    "filetbl",
    "revtbl",
    "fldinst",
    "bkmkstart",
    "bkmkend",
    "template",
    "userprops",
    "docvar",
    "pgptbl",
    "wgrffmtfilter",
    "passwordhash",
    "falt",
    "panose",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "annotation",
    "atnid",
    "atnauthor",
    "atndate",
    "shpinst",
    "nonshppict",
];

/// What holds inside a group.
#[derive(Clone, Copy)]
struct Group {
    /// Its content is text.
    shown: bool,
    /// Bytes that stand in for one Unicode character.
    stand_ins: u32,
}

struct Reader<'a, 'p> {
    bytes: &'a [u8],
    at: usize,
    groups: Vec<Group>,
    encoding: &'static Encoding,
    /// Bytes of text whose characters are not yet known: some take two.
    pending: Vec<u8>,
    /// The first half of a character beyond the basic plane.
    high: Option<u16>,
    /// Characters still to be passed over after a Unicode one.
    pass: u32,
    page: &'p mut Page,
}

/// Puts the text of a rich text on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    let mut reader = Reader {
        bytes,
        at: 0,
        groups: vec![Group { shown: true, stand_ins: 1 }],
        encoding: WINDOWS_1252,
        pending: Vec::new(),
        high: None,
        pass: 0,
        page,
    };
    while let Some(byte) = reader.next() {
        reader.take(byte)?;
    }
    reader.settle()?;
    if reader.groups.len() > 1 { Err(Stop::Because(Remark::Damaged)) } else { Ok(()) }
}

impl Reader<'_, '_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn group(&mut self) -> &mut Group {
        // There is always one: the outermost is never closed.
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn take(&mut self, byte: u8) -> Read {
        match byte {
            b'{' => {
                self.settle()?;
                self.pass = 0;
                if self.groups.len() >= DEEPEST {
                    return Err(Stop::Because(Remark::TooDeep));
                }
                let inherited = *self.group();
                self.groups.push(inherited);
                Ok(())
            }
            b'}' => {
                self.settle()?;
                self.pass = 0;
                if self.groups.len() > 1 {
                    self.groups.pop();
                }
                Ok(())
            }
            b'\\' => self.control(),
            b'\r' | b'\n' | 0 => Ok(()),
            byte => self.text(byte),
        }
    }

    fn control(&mut self) -> Read {
        match self.next() {
            Some(byte) if byte.is_ascii_alphabetic() => self.word(self.at - 1),
            Some(b'\'') => {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(hex);
                self.at += if hex.is_some() { 2 } else { 0 };
                hex.map_or(Ok(()), |byte| self.text(byte))
            }
            Some(b'*') => {
                // "May be ignored by who does not know it": what we know to be text never begins so.
                self.group().shown = false;
                Ok(())
            }
            Some(b'~') => self.char(' '),
            Some(b'_') => self.char('-'),
            // A place where the word may be broken, not a hyphen.
            Some(b'-') | None => Ok(()),
            Some(b'\r' | b'\n') => self.break_line(),
            Some(byte) => self.text(byte),
        }
    }

    /// A control word that begins at `start`, its number and the blank that ends it.
    fn word(&mut self, start: usize) -> Read {
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        let end = self.at;
        let signed = self.peek() == Some(b'-');
        let digits = self.at + usize::from(signed);
        let mut after = digits;
        while self.bytes.get(after).is_some_and(u8::is_ascii_digit) {
            after += 1;
        }
        let mut number = None;
        if after > digits {
            let value = self.bytes[digits..after]
                .iter()
                .take(9)
                .fold(0i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            number = Some(if signed { -value } else { value });
            self.at = after;
        }
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        let name = std::str::from_utf8(&self.bytes[start..end]).unwrap_or_default();
        self.obey(name, number)
    }

    fn obey(&mut self, name: &str, number: Option<i64>) -> Read {
        match name {
            "par" | "line" | "row" | "sect" => self.break_line(),
            "page" => {
                self.settle()?;
                if self.group().shown { self.page.end_sheet() } else { Ok(()) }
            }
            "tab" | "cell" | "nestcell" => self.char('\t'),
            "emdash" => self.char('—'),
            "endash" | "enspace" | "emspace" => self.char(if name == "endash" { '–' } else { ' ' }),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "bullet" => self.char('•'),
            "u" => self.unicode(number.unwrap_or_default()),
            "uc" => {
                self.group().stand_ins = u32::try_from(number.unwrap_or(1).clamp(0, 16)).unwrap_or(1);
                Ok(())
            }
            "ansicpg" => {
                self.settle()?;
                self.encoding = code_page(number.unwrap_or_default());
                Ok(())
            }
            // That many bytes follow which are no rich text.
            "bin" => {
                let length = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
                self.at = self.at.saturating_add(length).min(self.bytes.len());
                Ok(())
            }
            name if NOT_TEXT.contains(&name) => {
                self.settle()?;
                self.group().shown = false;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn unicode(&mut self, number: i64) -> Read {
        self.settle_bytes()?;
        self.pass = self.group().stand_ins;
        // Signed 16 bits, as Word writes them.
        let unit = (number & 0xffff) as u16;
        let decoded = match self.high.take() {
            Some(high) => char::decode_utf16([high, unit]).next(),
            None if (0xd800..0xdc00).contains(&unit) => {
                self.high = Some(unit);
                return Ok(());
            }
            None => char::decode_utf16([unit]).next(),
        };
        match decoded {
            Some(Ok(char)) => self.show(char),
            _ => Ok(()),
        }
    }

    /// A byte of text, in the document's code page.
    fn text(&mut self, byte: u8) -> Read {
        if self.pass > 0 {
            self.pass -= 1;
        } else if self.group().shown {
            self.pending.push(byte);
        }
        Ok(())
    }

    fn char(&mut self, char: char) -> Read {
        self.settle()?;
        self.show(char)
    }

    fn show(&mut self, char: char) -> Read {
        let mut buffer = [0; 4];
        if self.group().shown { self.page.put(char.encode_utf8(&mut buffer)) } else { Ok(()) }
    }

    fn break_line(&mut self) -> Read {
        self.settle()?;
        if self.group().shown { self.page.put("\n") } else { Ok(()) }
    }

    fn settle(&mut self) -> Read {
        self.high = None;
        self.settle_bytes()
    }

    fn settle_bytes(&mut self) -> Read {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        self.page.put(&self.encoding.decode_without_bom_handling(&pending).0)
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Windows code pages of European and other scripts; what is unknown is read as the Western one.
fn code_page(number: i64) -> &'static Encoding {
    match number {
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        65_001 => encoding_rs::UTF_8,
        10_000 => encoding_rs::MACINTOSH,
        number => Encoding::for_label(format!("windows-{number}").as_bytes()).unwrap_or(WINDOWS_1252),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rtf: &[u8]) -> (String, Read) {
        let mut page = Page::new(10_000);
        let read = read(rtf, &mut page);
        (page.into_text(), read)
    }

    #[test]
    fn characters_come_in_hex_in_unicode_and_as_they_are() {
        let cases: [(&[u8], &str); 9] = [
            (br"{\rtf1\ansi\ansicpg1252 K\'e6re kommune\par Hilsen}", "Kære kommune\nHilsen"),
            (br"{\rtf1\uc1 bl\u229?b\u230\'e6rgr\u248 ?d}", "blåbærgrød"),
            (br"{\rtf1\uc0 \u-10179\u-8706 smil}", "\u{1f5fe}smil"),
            (br"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}{\info{\author Bo}}Tekst}", "Tekst"),
            (br"{\rtf1 a\~b\_c\-d \{e\} \\ f}", "a b-cd {e} \\ f"),
            (br"{\rtf1\ansicpg1251 \'cf\'f0\'e8}", "При"),
            (b"{\\rtf1 en\r\n linje\\line to\\tab tre}", "en linje\nto\ttre"),
            (b"{\\rtf1 f\\bin5 }{}{}g}", "fg"),
            (br"{\rtf1{\header Sandby}{\field{\*\fldinst HYPERLINK x}{\fldrslt her}} slut}", "her slut"),
        ];
        for (rtf, expected) in cases {
            assert_eq!(text(rtf), (expected.to_owned(), Ok(())), "{}", String::from_utf8_lossy(rtf));
        }
    }

    #[test]
    fn a_document_that_ends_too_soon_is_damaged_and_read_so_far() {
        assert_eq!(text(br"{\rtf1 {\b halv"), ("halv".to_owned(), Err(Stop::Because(Remark::Damaged))));
        assert_eq!(text(br"{\rtf1 slut\'e").0, "slute");
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = [b"{\\rtf1 x".as_slice(), &b"{".repeat(1_000_000)].concat();
        assert_eq!(text(&deep), ("x".to_owned(), Err(Stop::Because(Remark::TooDeep))));
    }
}
