//! E-mail addresses, also with `(at)` or spaces about the sign.

use super::page::Page;
use super::spans::{Kind, Mark, taken};

const SIGNS: [&str; 6] = ["@", "(at)", "[at]", "(a)", "snabela", "snabel-a"];

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    for sign in SIGNS {
        for (at, _) in page.lower.match_indices(sign) {
            if let Some((start, end)) = around(&page.lower, at, at + sign.len())
                && !taken(marks, &(start..end))
            {
                marks.push(Mark::new(start..end, Kind::Email));
            }
        }
    }
}

/// The address that a sign is in: a local part, and a domain with a dot.
fn around(text: &str, sign: usize, after: usize) -> Option<(usize, usize)> {
    let before = text[..sign].strip_suffix(' ').unwrap_or(&text[..sign]);
    let start = before.char_indices().rev().take_while(|(_, char)| local(*char)).last()?.0;
    let start =
        start + before[start..].len() - before[start..].trim_start_matches(['.', '-', '\'', '+']).len();
    let blank = usize::from(text[after..].starts_with(' '));
    let domain = &text[after + blank..];
    let len = domain.find(|char| !in_domain(char)).unwrap_or(domain.len());
    let domain = domain[..len].trim_end_matches(['.', '-']);
    let (host, top) = domain.rsplit_once('.')?;
    let sound = start < before.len() && !host.is_empty() && top.len() >= 2 && !top.contains(char::is_numeric);
    sound.then_some((start, after + blank + domain.len()))
}

fn local(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '_' | '%' | '+' | '-' | '\'')
}

fn in_domain(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_whole() {
        for (text, whole) in [
            ("skriv til bo.ulv@post.dk.", Some("bo.ulv@post.dk")),
            ("<Bo_Ulv+1@a.b-c.org>", Some("Bo_Ulv+1@a.b-c.org")),
            ("bo (at) post.dk", Some("bo (at) post.dk")),
            ("søren@blåbær.dk, ring", Some("søren@blåbær.dk")),
            ("mød mig @ torvet", None),
            ("@post.dk", None),
            ("pris 3 @ 4.50", None),
        ] {
            let mut marks = Vec::new();
            find(&Page::read(text), &mut marks);
            assert_eq!(marks.first().map(|mark| &text[mark.range.clone()]), whole, "{text}");
        }
    }
}
