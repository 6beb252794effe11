//! Text: bytes of a file as characters, and lines as fields.

use std::borrow::Cow;

/// UTF-8 without its mark, else Windows-1252, which every byte is a character of; and was it UTF-8?
///
/// A null byte tells that it is neither.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Cow<'_, str>, bool)> {
    if bytes.contains(&0) {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (Cow::Owned(bytes.iter().map(|&byte| windows_1252(byte)).collect()), false),
    })
}

/// The characters of 0x80 to 0x9F, as the WHATWG encoding standard has them.
const C1: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => C1[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Lines with their numbers from 1, without the empty ones that `\r\r\n` and the like leave.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n')
        .enumerate()
        .map(|(place, line)| (place + 1, line.trim_end_matches('\r')))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// A table with a header: which column is where.
pub(crate) struct Columns {
    separator: char,
    names: Vec<String>,
}

impl Columns {
    /// Reads a header line. The separator is the first of tab, semicolon and comma that it has.
    pub(crate) fn read(header: &str) -> Option<Self> {
        let separator = ['\t', ';', ','].into_iter().find(|&separator| header.contains(separator))?;
        let names = fields(header, separator).iter().map(|name| name.trim().to_lowercase()).collect();
        Some(Self { separator, names })
    }

    /// The place of the first column with one of these names.
    pub(crate) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|have| have == name))
    }

    /// The rows under the header with the numbers of their lines.
    pub(crate) fn rows<'a>(&self, text: &'a str) -> impl Iterator<Item = (usize, Vec<Cow<'a, str>>)> {
        let separator = self.separator;
        records(text, separator).skip(1).map(move |(line, record)| (line, fields(record, separator)))
    }
}

/// A quote that is still open after so many lines was no quote.
const LINES_IN_QUOTES: usize = 8;

/// Lines; one that opens a quote goes on to the line that closes it, as spreadsheets write cells with line breaks.
fn records(text: &str, separator: char) -> impl Iterator<Item = (usize, &str)> {
    let mut line = 0;
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let balanced = |end: usize| separator == '\t' || text[..end].matches('"').count() % 2 == 0;
        let ends = text.match_indices('\n').map(|(end, _)| end).chain([text.len()]);
        let mut ends = ends.take(LINES_IN_QUOTES).peekable();
        let first = ends.peek().copied()?;
        let end = ends.find(|&end| balanced(end)).unwrap_or(first);
        let at = line + 1;
        line += text[..end].matches('\n').count() + 1;
        rest = text.get(end + 1..);
        Some((at, text[..end].trim_end_matches('\r')))
    })
    .filter(|(_, record)| !record.trim().is_empty())
}

/// Takes a line apart. Quotes mean something between semicolons and commas; between tabs they are text.
fn fields(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    if separator == '\t' {
        return line.split(separator).map(Cow::Borrowed).collect();
    }
    let mut found = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (field, behind) = quoted(text, separator).unwrap_or_else(|| match text.split_once(separator) {
            Some((field, behind)) => (Cow::Borrowed(field), Some(behind)),
            None => (Cow::Borrowed(text), None),
        });
        found.push(field);
        rest = behind;
    }
    found
}

/// A field in quotes at the head and what follows its separator; `None` when the quotes are not in order.
fn quoted(text: &str, separator: char) -> Option<(Cow<'_, str>, Option<&str>)> {
    let inner = text.strip_prefix('"')?;
    let mut from = 0;
    loop {
        let end = from + inner[from..].find('"')?;
        let behind = &inner[end + 1..];
        if behind.starts_with('"') {
            from = end + 2;
            continue;
        }
        let field = &inner[..end];
        let field = if field.contains('"') { Cow::Owned(field.replace("\"\"", "\"")) } else { field.into() };
        return match behind.strip_prefix(separator) {
            Some(behind) => Some((field, Some(behind))),
            None if behind.is_empty() => Some((field, None)),
            None => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_windows_1252() {
        assert_eq!(decode("\u{feff}Sø".as_bytes()), Some(("Sø".into(), true)));
        assert_eq!(decode(b"S\xf8 \x96 vand"), Some(("Sø – vand".into(), false)));
        assert_eq!(decode(b"S\0"), None);
    }

    #[test]
    fn quotes_hold_a_field_together_when_they_are_in_order() {
        for (line, expected) in [
            ("05;\"00;84\"", vec!["05", "00;84"]),
            ("a;\"b \"\"c\"\"\";", vec!["a", "b \"c\"", ""]),
            ("a;\"b;c", vec!["a", "\"b", "c"]),
            ("\"a\"b;c", vec!["\"a\"b", "c"]),
            ("", vec![""]),
        ] {
            assert_eq!(fields(line, ';'), expected, "{line}");
        }
        assert_eq!(fields("\"a\t\"b", '\t'), ["\"a", "\"b"]);
    }

    #[test]
    fn a_quote_may_go_on_to_the_next_line_but_not_for_ever() {
        let read = |text| records(text, ';').collect::<Vec<_>>();
        assert_eq!(read("a;\"b\r\r\n\"\r\r\nc;d"), [(1, "a;\"b\r\r\n\""), (3, "c;d")]);
        let open = format!("a;\"b\n{}", "c;d\n".repeat(20));
        assert_eq!(read(&open).len(), 21);
    }

    #[test]
    fn lines_keep_their_numbers_when_empty_ones_fall_out() {
        assert_eq!(lines("a\r\r\n\r\nb\r\n").collect::<Vec<_>>(), [(1, "a"), (3, "b")]);
    }
}
