//! Every format and every known fault, as small invented files with what must come of them beside them.
//!
//! `UPDATE=1` rewrites the expectations for review in the diff.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use kle::{Entry, Number, Register, import};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// What a file comes to: its format and edition, the entries, the keywords, the remarks.
fn told(bytes: &[u8]) -> String {
    let part = match import(bytes) {
        Ok(part) => part,
        Err(refused) => return format!("refused: {refused}\n"),
    };
    let mut text = format!("format {:?}\n", part.format);
    if let Some(edition) = part.edition {
        writeln!(text, "edition {edition}").unwrap();
    }
    let (register, reports) = Register::build(vec![part], None, None);
    register.subjects().iter().for_each(|entry| tell(&mut text, entry));
    register.facets().iter().for_each(|entry| tell(&mut text, entry));
    for keyword in register.keywords() {
        let subject = keyword.subject.map_or("-".into(), |subject| subject.to_string());
        let facet = keyword.facet.map_or("-".into(), |facet| facet.to_string());
        let weight = keyword.weight.map_or(String::new(), |weight| format!(" {weight}"));
        writeln!(text, "keyword {subject} {facet} {:?} {:?}{weight}", keyword.text, keyword.kind).unwrap();
    }
    for report in reports {
        let grave = if report.fault.is_grave() { "!!" } else { "!" };
        writeln!(text, "{grave} {report}").unwrap();
    }
    text
}

fn tell<K: Number>(text: &mut String, entry: &Entry<K>) {
    let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    write!(text, "{} {:?} ", entry.number, entry.title.as_deref().unwrap_or_default()).unwrap();
    write!(text, "{}..{}", day(entry.created), day(entry.expired)).unwrap();
    let list = |head: &str, items: Vec<String>| {
        if items.is_empty() { String::new() } else { format!(" {head} {}", items.join(" ")) }
    };
    text.push_str(&list("changed", entry.changed.iter().map(Date::to_string).collect()));
    let next = entry.successors.iter().map(|next| format!("{}({:?})", next.number, next.basis));
    text.push_str(&list("->", next.collect()));
    text.push_str(&list("code", entry.retention.iter().map(ToString::to_string).collect()));
    text.push_str(&list("erase", entry.erasure.iter().map(ToString::to_string).collect()));
    text.push_str(&list("ending", entry.ending.iter().map(|ending| format!("{ending:?}")).collect()));
    for (mark, is) in [
        ("uuid", entry.uuid.is_some()),
        ("reserved", entry.reserved),
        ("implied", entry.implied),
        ("local", entry.is_local()),
    ] {
        if is {
            write!(text, " {mark}").unwrap();
        }
    }
    text.push('\n');
}

#[test]
fn every_file_comes_to_what_stands_beside_it() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(corpus()).expect("the corpus").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "expected"));
    files.sort();
    assert!(files.len() >= 14, "a corpus without cases proves nothing");
    for file in files {
        let found = told(&std::fs::read(&file).expect("a file"));
        let beside = corpus().join(format!("{}.expected", file.file_name().unwrap().to_string_lossy()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &found).expect("an expectation");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, expected, "{}", file.display());
    }
}

#[test]
fn a_file_that_is_no_plan_is_refused() {
    use kle::NotKle::{Doctype, Empty, TooDeep, UnknownFormat};
    let deep = format!("<KLE-Emneplan>{}", "<p>".repeat(1_000));
    let deep_json = format!("{{\"Emne\": {}", "{\"a\": ".repeat(1_000));
    for (bytes, refused) in [
        ("", Empty),
        (" \n ", Empty),
        ("<html><body/></html>", UnknownFormat),
        ("<KLE", UnknownFormat),
        ("{}", UnknownFormat),
        ("{\"value\": []}", UnknownFormat),
        ("Kære kommune", UnknownFormat),
        ("a;b\n1;2", UnknownFormat),
        ("PK\u{3}\u{4}\0", UnknownFormat),
        ("<!DOCTYPE KLE-Emneplan [<!ENTITY a \"b\">]><KLE-Emneplan/>", Doctype),
        (&deep, TooDeep),
        (&deep_json, UnknownFormat),
    ] {
        let start: String = bytes.chars().take(40).collect();
        assert_eq!(import(bytes.as_bytes()).err(), Some(refused), "{start}");
    }
}
