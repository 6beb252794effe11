//! Readable text of a message, caught while its documents stream by, and the marks of its technical documents.
//!
//! Only plain text, HTML and technical XML, and only as much as a rule needs; other formats wait for text extraction.

use std::io;

use memo::{ContentPlace, Contents, DocumentKind};
use rules::TechnicalMark;

/// As much text as is kept of one message, in bytes.
const LIMIT: usize = 64 * 1024;

/// Catches text of `text/plain` and `text/html` contents.
#[derive(Default)]
pub(super) struct TextCatcher {
    current: Option<(Format, Vec<u8>)>,
    text: String,
    technical: Vec<TechnicalMark>,
}

enum Format {
    Plain,
    Html,
    /// A technical document, by its file name.
    Technical(String),
}

/// Marks kept of one message.
const MARKS: usize = 500;

impl Contents for TextCatcher {
    fn begin(&mut self, place: &ContentPlace) -> io::Result<()> {
        let format = place.encoding_format.to_ascii_lowercase();
        let technical = place.kind == DocumentKind::Technical;
        let format = match format.split(';').next().map(str::trim) {
            Some("text/xml" | "application/xml") if technical => {
                Some(Format::Technical(place.filename.clone()))
            }
            Some("text/plain") => Some(Format::Plain),
            Some("text/html") => Some(Format::Html),
            _ => None,
        };
        self.current = format.map(|format| (format, Vec::new()));
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some((_, caught)) = &mut self.current {
            let room = LIMIT.saturating_sub(caught.len());
            caught.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok(())
    }

    fn end(&mut self, _: u64) -> io::Result<()> {
        if let Some((format, bytes)) = self.current.take() {
            let raw = String::from_utf8_lossy(&bytes);
            let room = LIMIT.saturating_sub(self.text.len());
            let plain = match format {
                Format::Plain => raw.into_owned(),
                Format::Html => without_tags(&raw),
                Format::Technical(name) => {
                    self.technical.extend(rules::technical_marks(&name, &raw));
                    self.technical.truncate(MARKS);
                    return Ok(());
                }
            };
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.extend(plain.chars().scan(0, |used, char| {
                *used += char.len_utf8();
                (*used < room).then_some(char)
            }));
        }
        Ok(())
    }
}

impl TextCatcher {
    /// What was caught: text, and the marks of technical documents.
    pub(super) fn caught(self) -> (String, Vec<TechnicalMark>) {
        (self.text, self.technical)
    }
}

/// Text between tags; what stands in `script` and `style` is not text.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        text.push(' ');
        let tag = &rest[open..];
        let hidden = ["script", "style"]
            .into_iter()
            .find(|name| tag.get(1..=name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        let end = match hidden {
            Some(name) => find_ignoring_case(tag, &format!("</{name}"))
                .and_then(|at| tag[at..].find('>').map(|end| at + end)),
            None => tag.find('>'),
        };
        match end {
            Some(end) => rest = &tag[end + 1..],
            // A tag that never ends: what stands in it is not text.
            None => rest = "",
        }
    }
    text.push_str(rest);
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_gives_its_words_and_nothing_else() {
        let html =
            "<p>Kære&nbsp;kommune</p><STYLE>p{}</style><script>alert('x>y')</script><b>5 &lt; 6</b> slut<";
        let words: Vec<String> = without_tags(html).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, ["Kære", "kommune", "5", "<", "6", "slut"]);
    }

    #[test]
    fn a_technical_document_gives_marks_and_no_text() {
        let mut catcher = TextCatcher::default();
        let place = ContentPlace {
            index: 0,
            kind: DocumentKind::Technical,
            document: 0,
            file: 0,
            encoding_format: "application/xml; charset=utf-8".to_owned(),
            filename: "data.xml".to_owned(),
        };
        catcher.begin(&place).unwrap();
        catcher.chunk(b"<Ansoegning><Kode>K9</Kode>").unwrap();
        catcher.chunk(b"</Ansoegning>").unwrap();
        catcher.end(40).unwrap();
        let (text, technical) = catcher.caught();
        assert_eq!(text, "");
        let marks: Vec<_> =
            technical.iter().map(|m| (m.document.as_str(), m.name.as_str(), m.value.as_str())).collect();
        assert_eq!(marks, [("data.xml", "Ansoegning.Kode", "K9")]);
    }
}
