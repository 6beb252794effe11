//! Readable text of a message, caught while its documents stream by.
//!
//! Only plain text and HTML, and only as much as a rule on words needs; other formats wait for text extraction.

use std::io;

use memo::{ContentPlace, Contents};

/// As much text as is kept of one message, in bytes.
const LIMIT: usize = 64 * 1024;

/// Catches text of `text/plain` and `text/html` contents.
#[derive(Default)]
pub(super) struct TextCatcher {
    current: Option<(Format, Vec<u8>)>,
    text: String,
}

#[derive(Clone, Copy)]
enum Format {
    Plain,
    Html,
}

impl Contents for TextCatcher {
    fn begin(&mut self, place: &ContentPlace) -> io::Result<()> {
        let format = place.encoding_format.to_ascii_lowercase();
        let format = match format.split(';').next().map(str::trim) {
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
    /// What was caught.
    pub(super) fn into_text(self) -> String {
        self.text
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
}
