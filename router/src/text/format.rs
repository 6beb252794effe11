//! Formats: what Digital Post lets a document be (`file_types.csv`), and what a document's bytes say it is.

use serde::{Deserialize, Serialize};

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $word:literal, [$($mime:literal),*], [$($extension:literal),*];)*) => {
        /// The format of a document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Format { $($(#[$doc])* $name),* }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Format] = &[$(Format::$name),*];

            /// The word on the command line and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            fn of_mime(mime: &str) -> Option<Self> {
                match mime { $($($mime)|* => Some(Self::$name),)* _ => None }
            }

            fn of_extension(extension: &str) -> Option<Self> {
                match extension { $($($extension)|* => Some(Self::$name),)* _ => None }
            }
        }
    };
}

formats! {
    /// Plain text.
    Txt = "txt", ["text/plain"], ["txt", "text", "md", "csv"];
    /// HTML.
    Html = "html", ["text/html", "application/xhtml+xml"], ["html", "htm", "xhtml"];
    /// PDF.
    Pdf = "pdf", ["application/pdf"], ["pdf"];
    /// Word since 2007.
    Docx = "docx", ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"], ["docx"];
    /// OpenDocument text.
    Odt = "odt", ["application/vnd.oasis.opendocument.text"], ["odt"];
    /// Excel since 2007.
    Xlsx = "xlsx", ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], ["xlsx"];
    /// OpenDocument spreadsheet.
    Ods = "ods", ["application/vnd.oasis.opendocument.spreadsheet"], ["ods"];
    /// Excel before 2007.
    Xls = "xls", ["application/vnd.ms-excel"], ["xls"];
    /// Rich text.
    Rtf = "rtf", ["application/rtf", "text/rtf"], ["rtf"];
    /// A mail.
    Eml = "eml", ["message/rfc822"], ["eml"];
    /// A picture.
    Picture = "picture",
        ["image/bmp", "image/gif", "image/jpeg", "image/png", "image/tiff"],
        ["bmp", "gif", "jpg", "jpeg", "png", "tif", "tiff"];
    /// Word before 2007; not read.
    Doc = "doc", ["application/msword"], ["doc"];
}

impl Format {
    /// What the sender says of a document: the name's ending where it is a known one, for one MIME type stands for both Word and
    /// rich text; else the MIME type.
    pub fn declared(mime: &str, name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        ending.and_then(|ending| Self::of_extension(&ending)).or_else(|| Self::of_mime(&mime))
    }

    /// The format of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }

    /// Is a beginning of such a document a document?
    pub(super) fn can_be_cut(self) -> bool {
        matches!(self, Self::Txt | Self::Html | Self::Rtf | Self::Eml)
    }
}

/// What the first bytes of a document show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// This format.
    Format(Format),
    /// A ZIP: Word, Excel or OpenDocument, by what is in it.
    Zip,
    /// A compound file: Word or Excel before 2007, or an encrypted newer one.
    Compound,
    /// Characters, of whatever format.
    Text,
    /// Something else.
    Other,
}

/// Bytes that are enough to see.
pub(super) const FIRST: usize = 4096;

/// Looks at the first bytes of a document.
pub(super) fn seen(first: &[u8]) -> Seen {
    const MAGIC: [(&[u8], Seen); 11] = [
        (b"PK\x03\x04", Seen::Zip),
        (b"PK\x05\x06", Seen::Zip),
        (&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], Seen::Compound),
        (b"{\\rtf", Seen::Format(Format::Rtf)),
        (&[0xff, 0xd8, 0xff], Seen::Format(Format::Picture)),
        (b"\x89PNG\r\n\x1a\n", Seen::Format(Format::Picture)),
        (b"GIF87a", Seen::Format(Format::Picture)),
        (b"GIF89a", Seen::Format(Format::Picture)),
        (b"II*\0", Seen::Format(Format::Picture)),
        (b"MM\0*", Seen::Format(Format::Picture)),
        (b"BM", Seen::Other),
    ];
    let first = &first[..first.len().min(FIRST)];
    // A PDF may have something before its head.
    if find(&first[..first.len().min(1024)], b"%PDF-").is_some() {
        return Seen::Format(Format::Pdf);
    }
    let known = MAGIC.iter().find(|(magic, _)| first.starts_with(magic));
    match known {
        Some((b"BM", _)) if is_bitmap(first) => Seen::Format(Format::Picture),
        Some((b"BM", _)) | None if is_text(first) => seen_text(first),
        Some((_, seen)) => *seen,
        None => Seen::Other,
    }
}

/// "BM" also begins Danish words; a bitmap goes on with four bytes that are zero.
fn is_bitmap(first: &[u8]) -> bool {
    first.get(6..10) == Some(&[0; 4])
}

/// Characters of some encoding: UTF-16 has zeros, other texts have none.
fn is_text(first: &[u8]) -> bool {
    if first.starts_with(&[0xff, 0xfe])
        || first.starts_with(&[0xfe, 0xff])
        || super::read::txt::is_utf16(first)
    {
        return true;
    }
    let odd = first.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    !first.contains(&0) && odd * 50 <= first.len()
}

fn seen_text(first: &[u8]) -> Seen {
    let start = String::from_utf8_lossy(first)
        .trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t'])
        .to_ascii_lowercase();
    let html = ["<!doctype html", "<html", "<head", "<body"];
    if html.iter().any(|tag| start.starts_with(tag))
        || (start.starts_with("<?xml") && start.contains("<html"))
    {
        Seen::Format(Format::Html)
    } else {
        Seen::Text
    }
}

/// Where `needle` stands in `hay`.
pub(super) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_type_of_digital_post_is_known_by_its_ending_and_type() {
        let types = [
            ("pdf", "application/pdf", Format::Pdf),
            ("html", "text/html", Format::Html),
            ("txt", "text/plain", Format::Txt),
            ("doc", "application/msword", Format::Doc),
            ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Format::Docx),
            ("rtf", "application/msword", Format::Rtf),
            ("bmp", "image/bmp", Format::Picture),
            ("gif", "image/gif", Format::Picture),
            ("jpg", "image/jpeg", Format::Picture),
            ("png", "image/png", Format::Picture),
            ("tif", "image/tiff", Format::Picture),
            ("xls", "application/vnd.ms-excel", Format::Xls),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Format::Xlsx),
            ("odt", "application/vnd.oasis.opendocument.text", Format::Odt),
            ("ods", "application/vnd.oasis.opendocument.spreadsheet", Format::Ods),
        ];
        for (ending, mime, format) in types {
            assert_eq!(
                Format::declared(mime, &format!("Brev.{}", ending.to_uppercase())),
                Some(format),
                "{ending}"
            );
            assert_eq!(Format::declared("", &format!("a.b.{ending}")), Some(format), "{ending}");
        }
        assert_eq!(Format::declared("Text/HTML; charset=utf-8", "brev"), Some(Format::Html));
        assert_eq!(Format::declared("application/octet-stream", "brev.exe"), None);
    }

    #[test]
    fn bytes_show_what_a_document_is() {
        let cases: [(&[u8], Seen); 12] = [
            (b"%PDF-1.7\n", Seen::Format(Format::Pdf)),
            (b"\r\n%PDF-1.4", Seen::Format(Format::Pdf)),
            (b"PK\x03\x04....", Seen::Zip),
            (b"{\\rtf1\\ansi", Seen::Format(Format::Rtf)),
            (b"\xff\xd8\xff\xe0", Seen::Format(Format::Picture)),
            (b"BM\x36\x10\0\0\0\0\0\0", Seen::Format(Format::Picture)),
            (b"BM er et firma", Seen::Text),
            (b"\xef\xbb\xbf <!DOCTYPE HTML>", Seen::Format(Format::Html)),
            (b"K\0\xe6\0r\0e\0 \0k\0o\0", Seen::Text),
            (b"K\xe6re kommune", Seen::Text),
            (b"\x7fELF\x02\x01\x01\0\0\0", Seen::Other),
            (b"", Seen::Text),
        ];
        for (bytes, expected) in cases {
            assert_eq!(seen(bytes), expected, "{bytes:?}");
        }
    }
}
