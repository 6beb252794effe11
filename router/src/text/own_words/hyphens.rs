//! Hyphens: words that were broken at the end of a line become whole again.

use super::lines::Line;

/// Words after which a hyphen at the line's end stands for a word left out: "el- og varme".
const LEFT_OUT: [&str; 8] = ["og", "eller", "og/eller", "samt", "til", "and", "or", "men"];

/// What a hyphen at the end of a line means.
enum Hyphen {
    /// None, or a dash: the line ends here.
    Ends,
    /// The word goes on, and the hyphen was put there by the break.
    Broken,
    /// The word goes on, and the hyphen belongs to it: "EU-borgere".
    Own,
    /// A word is left out: "el- og varme".
    LeftOut,
}

/// The kept lines as one text.
pub(super) fn join(lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    let kept: Vec<&Line<'_>> = lines.iter().filter(|line| line.kind.is_none()).collect();
    let mut passed_over = false;
    for (at, line) in kept.iter().enumerate() {
        if std::mem::take(&mut passed_over) && line.is_blank() {
            continue;
        }
        // A print with wide lines may have an empty one between the halves of a word.
        let mut below = kept[at + 1..].iter().take(2);
        let next = below.find(|line| !line.is_blank()).map_or("", |next| next.text);
        match meaning(line.text, next) {
            Hyphen::Ends => {
                text.push_str(line.text);
                end_line(&mut text);
            }
            Hyphen::Broken => text.push_str(line.text.trim_end_matches(is_hyphen)),
            Hyphen::Own => text.push_str(line.text),
            Hyphen::LeftOut => {
                text.push_str(line.text);
                text.push(' ');
            }
        }
        passed_over = !text.ends_with('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// Ends a line; more than one blank line in a row is one.
fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

fn is_hyphen(char: char) -> bool {
    matches!(char, '-' | '\u{ad}' | '\u{2010}' | '\u{2011}')
}

fn meaning(line: &str, next: &str) -> Hyphen {
    let Some(hyphen) = line.chars().next_back().filter(|char| is_hyphen(*char)) else { return Hyphen::Ends };
    let before = &line[..line.len() - hyphen.len_utf8()];
    let stem = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let Some(first) = next.chars().next().filter(|_| !stem.is_empty()) else { return Hyphen::Ends };
    if hyphen == '\u{ad}' {
        return if first.is_alphabetic() { Hyphen::Broken } else { Hyphen::Ends };
    }
    let word = next.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    if LEFT_OUT.contains(&word) {
        return Hyphen::LeftOut;
    }
    let short = stem.chars().count() == 1;
    let capitals = stem.chars().count() > 1 && !stem.contains(char::is_lowercase);
    match first {
        first if first.is_lowercase() && !short && !capitals => Hyphen::Broken,
        first if first.is_alphanumeric() => Hyphen::Own,
        _ => Hyphen::Ends,
    }
}
