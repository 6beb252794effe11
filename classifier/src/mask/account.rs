//! Bank accounts: registration number and account, IBAN, payment slip.

use std::ops::Range;

use super::digits::{Group, groups, in_word, is_join, labelled};
use super::page::{Page, is_space};
use super::spans::{Kind, Mark, taken};

pub(super) fn find(page: &Page<'_>, marks: &mut Vec<Mark>) {
    let text = page.text;
    let groups = groups(text);
    let found = slips(text)
        .chain(ibans(page))
        .chain((0..groups.len()).filter_map(|at| account(page, &groups, at)))
        .collect::<Vec<_>>();
    for range in found {
        if !taken(marks, &range) {
            marks.push(Mark::new(range, Kind::Account));
        }
    }
}

const ACCOUNT: &[&str] = &["konto", "nemkonto", "reg", "bank", "lønkonto", "account", "budgetkonto"];

/// Words before an account that is not called one.
const PAID: &[&str] =
    &["overfør", "udbetal", "indbetal", "tilbagefør", "betal", "stå", "ind", "til", "opsparing", "pension"];

/// Registration number and account, or an account alone after its name.
fn account(page: &Page<'_>, groups: &[Group], at: usize) -> Option<Range<usize>> {
    let text = page.text;
    let first = &groups[at];
    if in_word(text, first.start, first.end) {
        return None;
    }
    let named = labelled(page, first.start, ACCOUNT);
    if let Some(range) = with_registration(page, groups, at, named) {
        return Some(range);
    }
    let (last, digits) = run(text, groups, at);
    let sound = named && (6..=14).contains(&digits) && !labelled(page, first.start, &["reg"]);
    sound.then(|| first.start..groups[last].end)
}

/// Four digits of a bank and an account after them.
fn with_registration(page: &Page<'_>, groups: &[Group], at: usize, named: bool) -> Option<Range<usize>> {
    let text = page.text;
    let (first, next) = (&groups[at], groups.get(at + 1)?);
    let (last, digits) = run(text, groups, at + 1);
    let between = &text[first.end..next.start];
    if first.len() != 4 || !(5..=10).contains(&digits) {
        return None;
    }
    let joined = is_join(between);
    let sound = named && (is_account_gap(between) || joined)
        || joined && digits >= 7 && labelled(page, first.start, PAID)
        || joined && digits == 10 && !year(first.text(text))
        || is_account_gap(between) && between.contains("ont");
    sound.then(|| lead(page, first.start)..groups[last].end)
}

/// The groups that follow each other with only a space or hyphen between, and their digits in all.
fn run(text: &str, groups: &[Group], at: usize) -> (usize, usize) {
    let Some(first) = groups.get(at) else { return (at, 0) };
    let (mut last, mut digits) = (at, first.len());
    while let Some(next) = groups.get(last + 1) {
        if !is_join(&text[groups[last].end..next.start]) || digits + next.len() > 14 {
            break;
        }
        digits += next.len();
        last += 1;
    }
    (last, digits)
}

/// `, konto nr. `, ` / `: what stands between a registration number and its account.
fn is_account_gap(gap: &str) -> bool {
    let words = gap.split(|char: char| !char.is_alphabetic()).filter(|word| !word.is_empty());
    gap.len() < 30
        && !gap.contains('\n')
        && words.clone().all(|word| {
            matches!(
                word.to_lowercase().as_str(),
                "konto" | "kontonr" | "kontonummer" | "nr" | "og" | "nummer" | "kto"
            )
        })
        && (words.count() > 0 || gap.trim().chars().all(|char| matches!(char, '-' | '/' | ',' | '.')))
}

fn year(digits: &str) -> bool {
    digits.starts_with("19") || digits.starts_with("20")
}

/// Back over `reg.nr.`, so that the whole piece is one.
fn lead(page: &Page<'_>, start: usize) -> usize {
    let at = page.words.partition_point(|word| word.range.start < start);
    (at.saturating_sub(2)..at)
        .find(|at| page.low(*at).starts_with("reg") || page.low(*at) == "registreringsnummer")
        .map_or(start, |at| page.words[at].range.start)
}

/// `+71<000000012345675+12345678<`
fn slips(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices('+').filter_map(|(start, _)| {
        let rest = &text[start + 1..];
        let len = rest
            .find(|char: char| !(char.is_ascii_digit() || matches!(char, '+' | '<' | ' ')))
            .unwrap_or(rest.len());
        let slip = rest[..len].trim_end_matches([' ', '+']);
        let code = slip.len() > 3 && slip.bytes().take(2).all(|byte| byte.is_ascii_digit());
        let parted = code && matches!(slip.as_bytes()[2], b'<' | b' ');
        let digits = slip.bytes().filter(u8::is_ascii_digit).count();
        (parted && (slip.contains('<') && digits >= 10 || digits >= 18))
            .then(|| start..start + 1 + slip.len())
    })
}

/// Two letters, two check digits, up to thirty more in groups.
fn ibans<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Range<usize>> + 'p {
    (0..page.words.len()).filter_map(|at| {
        let head = page.low(at).as_bytes();
        let letters = head.len() >= 2 && head[..2].iter().all(u8::is_ascii_lowercase);
        let sound = letters
            && (head.len() >= 4 && head[2..4].iter().all(u8::is_ascii_digit) || head == b"dk")
            && head.iter().all(u8::is_ascii_alphanumeric);
        if !sound {
            return None;
        }
        let mut digits = page.low(at).to_owned();
        let mut last = at;
        while is_space(page.gap(last))
            && page.words[last + 1].digit
            && digits.len() + page.low(last + 1).len() <= 34
        {
            last += 1;
            digits.push_str(page.low(last));
        }
        let danish = digits.starts_with("dk") && digits.len() == 18;
        let named = page.low_before(at, 1) == "iban" || page.low_before(at, 2) == "iban";
        let grouped = page.words[at].capitals && digits.len() >= 18 && last > at;
        (digits.len() >= 15 && (danish || named || grouped || mod_97(&digits))).then(|| page.range(at, last))
    })
}

/// The check of ISO 13616: moved to the end, read as a number, the remainder by 97 is 1.
fn mod_97(iban: &str) -> bool {
    let (head, tail) = iban.split_at(4);
    let digit = |rest: u32, byte: u8| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'a'..=b'z' => (rest * 100 + u32::from(byte - b'a') + 10) % 97,
        _ => rest,
    };
    tail.bytes().chain(head.bytes()).fold(0, digit) == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tests::marked;

    #[test]
    fn accounts_are_found() {
        for (text, account) in [
            ("min konto 9041 4571129903 tak", "9041 4571129903"),
            ("konto 9041-4571129", "9041-4571129"),
            ("på reg. 9041 konto 4571129903.", "reg. 9041 konto 4571129903"),
            ("Reg.nr. 9041, kontonr. 45 71 12 99 03", "Reg.nr. 9041, kontonr. 45 71 12 99 03"),
            ("9041-0004571129", "9041-0004571129"),
            ("IBAN DK50 0040 0440 1162 43", "DK50 0040 0440 1162 43"),
            ("til DE89370400440532013000 nu", "DE89370400440532013000"),
            ("+71<000000012345675+12345678<", "+71<000000012345675+12345678<"),
            ("kontonummer: 4571129903", "4571129903"),
        ] {
            assert_eq!(marked(find, text), [account], "{text}");
        }
        for text in ["sag 2024-0004571129", "konto 12", "1234 5678", "kontakt 22419037", "AB12CD"] {
            assert!(marked(find, text).is_empty(), "{text}");
        }
    }
}
