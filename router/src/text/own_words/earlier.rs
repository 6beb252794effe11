//! Earlier letters: quoted below an answer, or forwarded.
//!
//! Four forms are known: lines that begin with `>`; an attribution ("Den 3. marts 2026 skrev …:") with the quote below it; a
//! separator ("-----Oprindelig meddelelse-----"); and a head ("Fra: … Sendt: … Til: … Emne: …"). After a separator or a
//! head everything to the end is the earlier letter.

use super::Kind;
use super::lines::{Line, folded};

/// An earlier letter that goes on to the end.
pub(super) struct Body {
    /// First line below its head, counted within the letter.
    pub(super) begins: usize,
    /// It may have been passed on rather than answered.
    pub(super) may_be_forwarded: bool,
}

/// Words of a separator line, dashes and blanks around them taken away.
const SEPARATORS: [&str; 12] = [
    "oprindelig meddelelse",
    "oprindelig besked",
    "original meddelelse",
    "original message",
    "oprindelig mail",
    "videresendt besked",
    "videresendt meddelelse",
    "forwarded message",
    "start på videresendt besked:",
    "start på videresendt meddelelse:",
    "begin forwarded message:",
    "besked videresendt fra",
];

/// Fields that open a head.
const FROM: [&str; 3] = ["fra", "from", "afsender"];

/// Fields that follow in a head.
const FIELDS: [&str; 16] = [
    "sendt",
    "sent",
    "dato",
    "date",
    "til",
    "to",
    "cc",
    "kopi",
    "emne",
    "subject",
    "vedr",
    "svar til",
    "reply-to",
    "modtaget",
    "vedhæftet",
    "attachments",
];

/// Lines in which the fields of a head must stand.
const HEAD: usize = 8;

/// Marks earlier letters; answers with the one that goes on to the end, if there is one.
pub(super) fn mark(lines: &mut [Line<'_>]) -> Option<Body> {
    for at in 0..lines.len() {
        if !lines[at].is_open() {
            continue;
        }
        if lines[at].text.starts_with('>') {
            lines[at].kind = Some(Kind::EarlierLetter);
            continue;
        }
        let head = separator(lines, at).or_else(|| head(lines, at));
        if let Some(begins) = head {
            set_aside(&mut lines[at..]);
            return Some(Body { begins, may_be_forwarded: true });
        }
        if let Some(begins) = attribution(lines, at) {
            let quoted = lines[begins..].iter().find(|line| line.is_open());
            if quoted.is_some_and(|line| line.text.starts_with('>')) {
                // Answers may stand between the quoted lines: those alone are set aside.
                set_aside(&mut lines[at..begins]);
                continue;
            }
            set_aside(&mut lines[at..]);
            return Some(Body { begins, may_be_forwarded: false });
        }
    }
    None
}

fn set_aside(lines: &mut [Line<'_>]) {
    lines
        .iter_mut()
        .filter(|line| line.kind.is_none())
        .for_each(|line| line.kind = Some(Kind::EarlierLetter));
}

/// A separator at this line; answers where the earlier letter begins, its head passed.
fn separator(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let folded = folded(lines[at].text);
    let words = folded.trim_matches(['-', '_', '*', '=', ' ']);
    let framed = words.len() < folded.trim().len() || words.ends_with(':');
    if framed && SEPARATORS.contains(&words) {
        return Some(past_head(lines, at + 1));
    }
    let rule = folded.len() >= 10 && folded.chars().all(|char| matches!(char, '_' | '-' | '*' | '='));
    let next = (at + 1..lines.len().min(at + 4)).find(|next| !lines[*next].is_blank())?;
    if rule { head(lines, next) } else { None }
}

/// A head that opens at this line; answers where it ends.
fn head(lines: &[Line<'_>], at: usize) -> Option<usize> {
    if !FROM.contains(&field(lines[at].text)?.as_str()) {
        return None;
    }
    let below = &lines[at + 1..lines.len().min(at + 1 + HEAD)];
    let mut fields: Vec<String> = below.iter().filter_map(|line| field(line.text)).collect();
    fields.retain(|field| FIELDS.contains(&field.as_str()));
    fields.dedup();
    (fields.len() >= 2).then(|| past_head(lines, at))
}

/// The first line that belongs to no head.
fn past_head(lines: &[Line<'_>], from: usize) -> usize {
    let is_field = |line: &Line<'_>| {
        field(line.text)
            .is_some_and(|field| FROM.contains(&field.as_str()) || FIELDS.contains(&field.as_str()))
    };
    let reach = lines.len().min(from + HEAD + 2);
    let last = (from..reach).rfind(|at| is_field(&lines[*at]));
    last.map_or(from, |last| last + 1)
}

/// The name of the field that a line of a head begins with, in lower case: "*Fra:* Bo" gives "fra".
fn field(line: &str) -> Option<String> {
    let line = line.trim_start_matches(['*', ' ', '|']);
    let (name, _) = line.split_once(':')?;
    let name = folded(name.trim_end_matches(['*', ' ', '.']));
    (!name.is_empty() && name.len() <= 12).then_some(name)
}

/// "Den 3. marts 2026 skrev Sandby Kommune:" or "On Tue, Mar 3, 2026 at 10:12 AM Bo wrote:", on up to three lines;
/// answers where it ends. What somebody tells of a letter ("Den 3. marts skrev I til mig:") is none.
fn attribution(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let mut said = String::new();
    for (taken, line) in lines[at..].iter().take(3).enumerate() {
        if line.is_blank() {
            return None;
        }
        said.push(' ');
        said.push_str(line.text);
        if line.text.ends_with(':') {
            return is_attribution(said.trim()).then_some(at + taken + 1);
        }
    }
    None
}

/// Who tells of letters in a letter's own text.
const TELLERS: [&str; 12] = ["i", "jeg", "du", "vi", "han", "hun", "de", "dem", "man", "jeres", "min", "mit"];

fn is_attribution(said: &str) -> bool {
    let said = said.trim_start_matches('*');
    let folded = folded(said);
    if folded.chars().count() > 240 || !folded.contains(|char: char| char.is_ascii_digit()) {
        return false;
    }
    if let Some(before) = folded.strip_suffix("wrote:").or_else(|| folded.strip_suffix("skrev:")) {
        let teller = before.split_whitespace().next_back().unwrap_or_default();
        return dated(before) && !TELLERS.contains(&teller);
    }
    let Some((before, writer)) = said.split_once(" skrev ") else { return false };
    let teller = self::folded(writer.split([' ', ',', ':']).next().unwrap_or_default());
    let named = writer.starts_with(|first: char| first.is_uppercase() || matches!(first, '"' | '<' | '\''));
    named
        && dated(&self::folded(before))
        && !TELLERS.contains(&teller.as_str())
        && writer.split_whitespace().count() <= 12
}

/// Does this end or begin with a date, as mail programs write it?
fn dated(text: &str) -> bool {
    let text = text.trim();
    let first = text.split_whitespace().next().unwrap_or_default().trim_end_matches(['.', ',']);
    let known = ["den", "on", "d", "man", "tir", "ons", "tor", "tors", "fre", "lør", "søn"];
    let day = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];
    let numbers = text.chars().filter(char::is_ascii_digit).count();
    numbers >= 3
        && (known.contains(&first) || day.contains(&first) || first.starts_with(|c: char| c.is_ascii_digit()))
}
