//! What numbers have in common: groups of digits, dates, and the word that stands before them.

use super::page::Page;

/// Are the first six digits a day, a month and a year? 60 may have been added to the day.
pub(super) fn date(digits: &[u8; 10]) -> bool {
    let pair = |at: usize| digits[at] * 10 + digits[at + 1];
    let (day, month, year) = (pair(0), pair(2), pair(4));
    let day = if day > 60 { day - 60 } else { day };
    let days = match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Do the words before a place name the number that begins there, as one of these? `nr.`, `nummer`, `er` and
/// the like are passed over.
pub(super) fn labelled(page: &Page<'_>, begin: usize, names: &[&str]) -> bool {
    let mut at = page.words.partition_point(|word| word.range.start < begin);
    let mut passed = 0;
    while let Some(before) = at.checked_sub(1) {
        let gap_end = page.words.get(at).map_or(page.text.len(), |word| word.range.start).min(begin);
        let gap = page.text.get(page.words[before].range.end..gap_end).unwrap_or("\n");
        if gap.contains(['\n', ';', '(']) || gap.contains(". ") && !gap.starts_with('.') || passed > 3 {
            return false;
        }
        let word = page.low(before);
        if names.iter().any(|name| is_label(word, name)) {
            return true;
        }
        if !matches!(
            word,
            "nr" | "nummer"
                | "no"
                | "er"
                | "på"
                | "med"
                | "id"
                | "min"
                | "mit"
                | "r"
                | "j"
                | "har"
                | "dk"
                | "i"
        ) && !word.bytes().all(|byte| byte.is_ascii_digit())
        {
            return false;
        }
        passed += 1;
        at = before;
    }
    false
}

/// Is a word the name of a number? Short names have to be whole.
fn is_label(word: &str, name: &str) -> bool {
    let rest = word.strip_prefix(name);
    let whole = matches!(rest, Some("" | "nr" | "nummer" | "s" | "en" | "et"));
    whole || name.len() > 3 && (rest.is_some() || word.ends_with("nr") && word.contains(name))
}

/// A run of digits and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn text<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start..self.end]
    }
}

/// All runs of ASCII digits.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        groups.push(Group { start, end: at });
    }
    groups
}

/// Is what stands between two groups of one number a space, a hyphen or a dot?
pub(super) fn is_join(gap: &str) -> bool {
    matches!(
        gap,
        " " | "\u{a0}"
            | "\u{202f}"
            | "\u{2009}"
            | "-"
            | "."
            | "\u{2011}"
            | "\u{2013}"
            | "\u{ad}"
            | " - "
            | "  "
    )
}

/// Is a group part of a word, such as `A12` or `12b`?
pub(super) fn in_word(text: &str, start: usize, end: usize) -> bool {
    let letter = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    letter(text[..start].chars().next_back()) || letter(text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_have_small_words_after_it() {
        for (text, is) in [
            ("CVR-nr. 12345678", true),
            ("CVR nummer er 12345678", true),
            ("cvr: 12345678", true),
            ("Vores cvr findes. Ring 12345678", false),
            ("12345678", false),
        ] {
            let page = Page::read(text);
            let begin = text.find("12345678").expect("a number");
            assert_eq!(labelled(&page, begin, &["cvr"]), is, "{text}");
        }
    }
}
