//! Plain text: which encoding it is in, and its characters.
//!
//! Windows-1252 holds all of ISO 8859-1's letters, so the two are one. A text of the old DOS code page (IBM 865, the Nordic
//! one) shows itself by its æ, ø and å, which are signs or nothing in Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::super::page::{Page, Read};

/// Puts a text of an unknown encoding on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    page.put(&decoded(bytes).replace("\r\n", "\n").replace('\r', "\n"))
}

/// The characters of a text.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match utf16(bytes) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => decoded_bytewise(bytes),
    }
}

fn decoded_bytewise(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        // Cut off inside a character.
        Err(error) if error.error_len().is_none() => {
            UTF_8.decode_without_bom_handling(&bytes[..error.valid_up_to()]).0
        }
        Err(_) if is_dos(bytes) => Cow::Owned(bytes.iter().map(|byte| dos(*byte)).collect()),
        // A few broken bytes in a text that is UTF-8 otherwise.
        Err(_) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Is this UTF-16 without a mark?
pub(in super::super) fn is_utf16(bytes: &[u8]) -> bool {
    utf16(bytes).is_some()
}

/// Letters of Latin script have a zero for their other half.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let first = &bytes[..bytes.len().min(4096) & !1];
    if first.len() < 8 {
        return None;
    }
    let zeros = |odd: usize| first.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let most = first.len() / 2 * 7 / 10;
    match (zeros(0), zeros(1)) {
        (0, low) if low > most => Some(UTF_16LE),
        (high, 0) if high > most => Some(UTF_16BE),
        _ => None,
    }
}

/// More whole characters of several bytes than broken ones.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken
}

/// Danish letters of IBM 865, none of which is a letter in Windows-1252.
const DOS: [(u8, char); 8] =
    [(0x91, 'æ'), (0x9b, 'ø'), (0x86, 'å'), (0x92, 'Æ'), (0x9d, 'Ø'), (0x8f, 'Å'), (0x82, 'é'), (0x81, 'ü')];

fn is_dos(bytes: &[u8]) -> bool {
    // Windows' quotation marks stand at the edge of a word, DOS's letters inside one or between two letters.
    let inside = |at: usize| {
        let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
        is_letter(at.checked_sub(1).and_then(|at| bytes.get(at))) && is_letter(bytes.get(at + 1))
    };
    let is_dos_letter = |byte: u8| DOS[..6].iter().any(|(letter, _)| *letter == byte);
    let windows = bytes.iter().filter(|byte| matches!(byte, 0xc0..)).count();
    // 0x92 is the apostrophe that Word writes: "det's".
    let dos =
        (0..bytes.len()).filter(|at| bytes[*at] != 0x92 && is_dos_letter(bytes[*at]) && inside(*at)).count();
    dos > windows
}

fn dos(byte: u8) -> char {
    match DOS.iter().find(|(letter, _)| *letter == byte) {
        Some((_, char)) => *char,
        None if byte.is_ascii() => byte.into(),
        None => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let cases: [(&[u8], &str); 10] = [
            (b"\xef\xbb\xbfbl\xc3\xa5", "blå"),
            (b"bl\xc3\xa5b\xc3\xa6rgr\xc3\xb8d", "blåbærgrød"),
            (b"bl\xe5b\xe6rgr\xf8d", "blåbærgrød"),
            (b"\xff\xfeb\0l\0\xe5\0", "blå"),
            (b"\xfe\xff\0b\0l\0\xe5", "blå"),
            (b"K\0\xe6\0r\0e\0 \0b\0y\0", "Kære by"),
            (b"\0K\0\xe6\0r\0e\0 \0b\0y", "Kære by"),
            (b"bl\x86b\x91rgr\x9bd", "blåbærgrød"),
            (b"Bo\x92s \x93citat\x94 \x96 5 \x80", "Bo’s “citat” – 5 €"),
            (b"", ""),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decoded(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_character_that_was_cut_off_does_not_change_the_encoding() {
        assert_eq!(decoded(b"bl\xc3\xa5b\xc3\xa6r\xc3"), "blåbær");
        assert_eq!(decoded("å æ ø \u{e9} og \u{fc}".as_bytes()), "å æ ø é og ü");
        assert_eq!(decoded(b"\xc3\xa5\xc3\xa6\xc3\xb8 \xff"), "åæø \u{fffd}");
    }
}
