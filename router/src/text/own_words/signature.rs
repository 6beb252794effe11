//! Signatures: a greeting, and the name and contact lines below it.

use super::Kind;
use super::lines::{Line, folded};

/// How letters are ended, in lower case; the longest first where one begins with another.
const GREETINGS: [&str; 27] = [
    "med venlig hilsen",
    "med venlige hilsner",
    "med venlig hilsner",
    "med de venligste hilsner",
    "med de bedste hilsner",
    "med kærlig hilsen",
    "med hilsen",
    "de bedste hilsner",
    "bedste hilsner",
    "mange venlige hilsner",
    "mange hilsner",
    "mange hilsener",
    "venlige hilsner",
    "venlig hilsen",
    "kærlig hilsen",
    "på forhånd tak og venlig hilsen",
    "hilsen",
    "hilsner",
    "mvh",
    "m.v.h.",
    "mvh.",
    "vh",
    "with kind regards",
    "kind regards",
    "best regards",
    "yours sincerely",
    "sincerely",
];

/// Words that may follow a greeting on its line: a name.
const NAME: usize = 5;

/// Lines below a greeting that are looked at.
const BLOCK: usize = 14;

/// Lines of a name, a title and a firm.
const NAMES: usize = 4;

/// Words of a contact line that holds no number or address.
const SHORT: usize = 6;

/// Marks the signature of a letter, and all that stands below `-- `.
pub(super) fn mark(lines: &mut [Line<'_>]) {
    let dashes = lines.iter().position(|line| line.is_open() && line.text == "--");
    if let Some(at) = dashes.filter(|at| lines[..*at].iter().any(Line::is_open)) {
        set_aside(&mut lines[at..]);
    }
    let greetings: Vec<usize> =
        (0..lines.len()).filter(|at| lines[*at].is_open() && is_greeting(lines[*at].text)).collect();
    for greeting in greetings {
        let end = block_end(lines, greeting);
        set_aside(&mut lines[greeting..end]);
    }
}

fn set_aside(lines: &mut [Line<'_>]) {
    lines.iter_mut().filter(|line| line.kind.is_none()).for_each(|line| line.kind = Some(Kind::Signature));
}

fn is_greeting(line: &str) -> bool {
    let line = folded(line);
    GREETINGS.iter().any(|greeting| {
        let Some(rest) = line.strip_prefix(greeting) else { return false };
        let apart = rest.is_empty() || rest.starts_with([',', ' ', '.', '!', ':', '/']);
        apart && rest.split_whitespace().count() <= NAME && !rest.trim_end().ends_with('?') && !has_verb(rest)
    })
}

/// A greeting inside a sentence: "hilsen til jer alle", "hilsen som I sendte".
fn has_verb(rest: &str) -> bool {
    let own = ["til", "som", "der", "jeg", "vil", "har", "kan", "skal", "er", "om", "at", "i", "på", "med"];
    rest.split([' ', ',']).any(|word| own.contains(&word))
}

/// The line after the name and contact lines below a greeting.
fn block_end(lines: &[Line<'_>], greeting: usize) -> usize {
    let mut end = greeting + 1;
    let mut names = NAMES;
    for (at, line) in lines.iter().enumerate().skip(greeting + 1).take(BLOCK) {
        if line.is_blank() || line.kind.is_some() {
            continue;
        }
        let may_name = names > 0 || lines[at + 1..].iter().take(NAMES).any(|below| is_contact(below.text));
        let names_somebody = may_name && is_short(line.text) && !is_postscript(line.text);
        if !(names_somebody || is_contact(line.text)) {
            break;
        }
        names = names.saturating_sub(1);
        end = at + 1;
        // These stand together; what comes after a gap must show what it is.
        if lines.get(at + 1).is_some_and(Line::is_blank) {
            names = 0;
        }
    }
    end
}

fn is_short(line: &str) -> bool {
    line.split_whitespace().count() <= SHORT && !line.ends_with(['.', '?', '!', ';']) && !line.ends_with(':')
}

fn is_postscript(line: &str) -> bool {
    let line = folded(line);
    ["ps", "p.s", "nb", "bilag", "vedhæftet", "vedlagt", "kopi"].iter().any(|start| line.starts_with(start))
}

/// A line with an address, a number or a name of a place, and little else.
fn is_contact(line: &str) -> bool {
    if is_postscript(line) || line.split_whitespace().count() > 10 {
        return false;
    }
    let folded = folded(line);
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    let named = [
        "tlf", "tel", "telefon", "mobil", "mob", "direkte", "e-mail", "email", "mail", "www.", "http", "cvr",
        "cpr", "ean", "adresse", "phone", "web", "fax", "dir.",
    ];
    let names = named.iter().any(|name| folded.starts_with(name));
    let address = folded.contains('@') || folded.contains("www.") || folded.contains("http");
    let number =
        (6..=16).contains(&digits) && folded.chars().filter(|char| char.is_alphabetic()).count() <= 12;
    let place = digits >= 4 && is_short(line) && starts_with_post_code(&folded);
    let street = (1..=6).contains(&digits) && is_short(line) && has_street(&folded);
    (names && !line.ends_with(['?', '!'])) || address || number || place || street
}

/// "8000 aarhus c", "dk-8000 aarhus c".
fn starts_with_post_code(line: &str) -> bool {
    let line = line.trim_start_matches("dk-");
    let code = line.split(' ').next().unwrap_or_default();
    code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_street(line: &str) -> bool {
    let ends = [
        "vej",
        "gade",
        "allé",
        "alle",
        "plads",
        "stræde",
        "vænget",
        "parken",
        "torv",
        "boulevard",
        "vænge",
        "toften",
    ];
    line.split([' ', ',']).any(|word| ends.iter().any(|end| word.ends_with(end)))
}
