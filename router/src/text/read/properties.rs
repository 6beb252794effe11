//! What holds for any bytes: the readers of our own neither panic nor write more than they may.

use proptest::prelude::*;

use super::super::format::Format;
use super::super::page::Page;
use super::by_format;

const ROOM: usize = 300;

fn check(format: Format, bytes: &[u8]) {
    let mut page = Page::new(ROOM);
    let _ = by_format(format, bytes, &mut page);
    assert!(page.into_text().len() <= ROOM);
}

/// Bytes in which the words of a format are likely.
fn likely(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
        "[ -~æøå]{0,10}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const RTF: &[&str] = &[
    "{\\rtf1",
    "{",
    "}",
    "\\'e6",
    "\\'",
    "\\u230?",
    "\\u-10179",
    "\\uc2 ",
    "\\par ",
    "\\bin3 ",
    "\\bin99999999999 ",
    "\\*",
    "\\fonttbl",
    "\\ansicpg1252",
    "\\ansicpg932",
    "\\page",
    "\\~",
    "\\\\",
    "\\-999999999999999999999",
];

const HTML: &[&str] = &[
    "<p>",
    "</p>",
    "<div hidden>",
    "</div>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<blockquote>",
    "</blockquote>",
    "&aelig;",
    "&#",
    "&#x110000;",
    "<br/>",
    "<style",
    "<![CDATA[",
    "<td>",
    "<span style=\"display:none\">",
    "</span>",
    "<",
    ">",
    "charset=utf-16",
];

const EML: &[&str] = &[
    "Subject: Brev\r\n",
    "Content-Type: text/html\r\n",
    "\r\n\r\n",
    "--x\r\n",
    "Content-Type: multipart/mixed; boundary=x\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "=C3=A6",
    "=?utf-8?q?=C3=A6?=",
    "Content-Type: application/pkcs7-mime\r\n",
];

proptest! {
    #[test]
    fn rich_text_is_read_within_bounds(bytes in likely(RTF)) {
        check(Format::Rtf, &bytes);
    }

    #[test]
    fn html_is_read_within_bounds(bytes in likely(HTML)) {
        check(Format::Html, &bytes);
    }

    #[test]
    fn mails_are_read_within_bounds(bytes in likely(EML)) {
        check(Format::Eml, &bytes);
    }

    #[test]
    fn any_bytes_are_read_within_bounds(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for format in [Format::Txt, Format::Html, Format::Rtf, Format::Eml, Format::Docx, Format::Odt, Format::Xlsx] {
            check(format, &bytes);
        }
    }
}
