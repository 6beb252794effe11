//! HTML: its words and lines. Scripts, styles and what is hidden are left out; a quotation keeps its sign.

use std::borrow::Cow;

use encoding_rs::Encoding;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::super::format::find;
use super::super::page::{Page, Read};
use super::txt;

/// Elements whose content nobody sees.
const UNSEEN: [&str; 10] =
    ["script", "style", "template", "title", "svg", "math", "object", "noframes", "canvas", "datalist"];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "aside",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "footer",
    "form",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "option",
    "section",
    "summary",
    "tr",
    "br",
];

/// Blocks with an empty line after them.
const PARAGRAPHS: [&str; 12] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote"];

/// Elements that have no end.
const VOID: [&str; 10] = ["br", "hr", "img", "input", "meta", "link", "area", "col", "wbr", "base"];

/// Puts the text of HTML in an unknown encoding on the page.
pub(super) fn read(bytes: &[u8], page: &mut Page) -> Read {
    read_text(&decoded(bytes), page)
}

/// The characters of HTML in an unknown encoding.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let declared =
        declared(bytes).filter(|_| std::str::from_utf8(bytes).is_err() && Encoding::for_bom(bytes).is_none());
    match declared {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => txt::decoded(bytes),
    }
}

/// Puts the text of HTML on the page.
pub(super) fn read_text(html: &str, page: &mut Page) -> Read {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut hidden: Option<Hidden> = None;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        if let Some(inside) = &mut hidden {
            if inside.ends_with(&token) {
                hidden = None;
            }
            continue;
        }
        match token {
            Token::StartTag(tag) => {
                hidden = Hidden::by(&tag);
                if hidden.is_none() {
                    start(name(&tag.name), page)?;
                }
            }
            Token::EndTag(tag) => end(name(&tag.name), page)?,
            Token::String(text) => page.flow(&String::from_utf8_lossy(&text.value))?,
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Ok(())
}

fn name(name: &[u8]) -> &str {
    std::str::from_utf8(name).unwrap_or_default()
}

fn start(tag: &str, page: &mut Page) -> Read {
    match tag {
        "blockquote" => page.begin_quotation(),
        "br" => page.put("\n"),
        "td" | "th" => {
            page.blank();
            Ok(())
        }
        tag if BLOCKS.contains(&tag) || PARAGRAPHS.contains(&tag) => page.end_line(),
        _ => Ok(()),
    }
}

fn end(tag: &str, page: &mut Page) -> Read {
    match tag {
        "blockquote" => page.end_quotation(),
        tag if PARAGRAPHS.contains(&tag) => page.end_paragraph(),
        tag if BLOCKS.contains(&tag) => page.end_line(),
        _ => Ok(()),
    }
}

/// Inside an element that nobody sees.
struct Hidden {
    name: Vec<u8>,
    /// Elements of this name that are open.
    open: usize,
}

impl Hidden {
    fn by(tag: &StartTag<()>) -> Option<Self> {
        let unseen = UNSEEN.contains(&name(&tag.name)) || is_styled_away(tag);
        let lasts = !tag.self_closing && !VOID.contains(&name(&tag.name));
        (unseen && lasts).then(|| Self { name: tag.name.to_vec(), open: 1 })
    }

    fn ends_with(&mut self, token: &Token) -> bool {
        match token {
            Token::StartTag(tag) if *tag.name == *self.name && !tag.self_closing => self.open += 1,
            Token::EndTag(tag) if *tag.name == *self.name => self.open -= 1,
            _ => {}
        }
        self.open == 0
    }
}

/// The `hidden` attribute, or a style that makes the element invisible.
fn is_styled_away(tag: &StartTag<()>) -> bool {
    if matches!(name(&tag.name), "html" | "body") {
        return false;
    }
    if tag.attributes.contains_key(b"hidden".as_slice()) {
        return true;
    }
    let Some(style) = tag.attributes.get(b"style".as_slice()) else { return false };
    let style = String::from_utf8_lossy(&style.value).to_ascii_lowercase().replace(char::is_whitespace, "");
    ["display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px"]
        .iter()
        .any(|hides| style.contains(hides))
}

/// The encoding that the document names for itself.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let at = find(&head, b"charset=")? + b"charset=".len();
    let label = head[at..].trim_ascii_start();
    let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
    let end = label
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\'' | b'>' | b';' | b'/' | b' '))
        .unwrap_or(label.len());
    Encoding::for_label(&label[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &[u8]) -> String {
        let mut page = Page::new(10_000);
        read(html, &mut page).unwrap();
        page.into_text()
    }

    #[test]
    fn html_gives_the_words_that_are_seen() {
        let cases = [
            (
                "<p>Kære&nbsp;kommune</p><STYLE>p{}</style><script>alert('x>y')</script><b>5 &lt; 6</b> slut<",
                "Kære kommune\n\n5 < 6 slut<",
            ),
            ("<div>en<br>to</div>tre", "en\nto\ntre"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<div style='display: none'>skjult<div>også</div></div>vist", "vist"),
            ("<span hidden>skjult</span>vist<img hidden>igen", "vistigen"),
            ("svar<blockquote>gammelt<br>brev</blockquote>slut", "svar\n> gammelt\n> brev\nslut"),
            ("<title>Dokument1</title><!-- hemmeligt -->&#229;&aelig;&oslash;", "åæø"),
            ("<p>aldrig lukket", "aldrig lukket"),
            ("", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(text(html.as_bytes()), expected, "{html}");
        }
    }

    #[test]
    fn the_encoding_it_names_counts_unless_it_is_utf_8() {
        assert_eq!(text(b"<meta charset=\"iso-8859-1\">bl\xe5"), "blå");
        assert_eq!(text("<meta charset='iso-8859-1'>blå".as_bytes()), "blå");
        assert_eq!(text(b"<meta http-equiv=x content='text/html; charset=windows-1251'>\xcf\xf0\xe8"), "При");
    }
}
