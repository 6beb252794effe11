//! The corpus: messages beside what the reader makes of them, and the ones too large to keep.

mod common;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::{Full, Outcome, Trickle, document, parse, read, read_both_ways, write};
use memo::{Limits, ReadError};
use serde_json::Value;

#[test]
fn every_message_of_the_corpus_is_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.extension().is_some_and(|extension| extension == "xml"));
    cases.sort();
    assert!(!cases.is_empty(), "the corpus has no cases");
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let outcome = read_both_ways(&fs::read(&case).unwrap());
        assert_eq!(outcome.is_err(), name.starts_with("x-"), "{name}: {:?}", outcome.as_ref().err());
        if let Ok((reading, contents)) = &outcome {
            let again = read_both_ways(write(&reading.message, contents).as_bytes()).unwrap();
            assert!(
                again.0.message == reading.message && again.1 == *contents,
                "{name} does not come out as it went in"
            );
        }
        let found = told(&outcome);
        let expectation = case.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expectation, &found).unwrap();
        } else if fs::read_to_string(&expectation).unwrap_or_default() != found {
            wrong.push(format!("--- {name}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "not as expected (UPDATE=1 accepts):\n{}", wrong.join("\n"));
}

/// An outcome as the corpus writes it.
fn told(outcome: &Outcome) -> String {
    let (reading, contents) = match outcome {
        Ok(read) => read,
        Err(reason) => return format!("not memo: {reason}\n"),
    };
    let mut told = String::new();
    for remark in &reading.remarks {
        let severity = format!("{:?}", remark.severity).to_lowercase();
        writeln!(told, "{severity} {} {}\n    {}", remark.code.as_str(), remark.path, remark.text).unwrap();
    }
    tell(&serde_json::to_value(&reading.message).unwrap(), "", &mut told);
    for content in contents {
        writeln!(told, "content: {:?}", String::from_utf8_lossy(content)).unwrap();
    }
    told
}

/// Every field that says something.
fn tell(value: &Value, path: &str, told: &mut String) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| tell(value, &format!("{path}.{name}"), told))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| tell(item, &format!("{path}[{at}]"), told));
        }
        value => writeln!(told, "{} = {value}", path.trim_start_matches('.')).unwrap(),
    }
}

/// A short message around something in its header, and around a content.
fn around(header: &str, content: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let letter = fs::read_to_string(folder.join("brev-1.2.xml")).unwrap();
    let letter = letter.replacen("<memo:Sender>", &format!("{header}<memo:Sender>"), 1);
    letter.replacen("SGVqIG1lZCBqZXI=", content, 1).into_bytes()
}

fn reason(bytes: &[u8]) -> String {
    read(bytes).map(|_| ()).expect_err("it asks too much")
}

#[test]
fn a_million_nested_elements_are_refused() {
    let nested = format!("{}{}", "<a>".repeat(1_000_000), "</a>".repeat(1_000_000));
    assert_eq!(reason(&around(&nested, "")), "too-deep");
    assert_eq!(reason(&[b"<a>".repeat(1_000_000), b"</a>".repeat(1_000_000)].concat()), "wrong-root");
    let known = "<memo:Sender>".repeat(1_000_000);
    assert_eq!(reason(&around(&known, "")), "too-deep");
}

#[test]
fn an_attribute_of_ten_megabytes_is_refused() {
    let attribute = format!("<memo:a b=\"{}\"/>", "x".repeat(10_000_000));
    assert_eq!(reason(&around(&attribute, "")), "text-too-long");
}

#[test]
fn what_is_too_long_or_too_many_is_refused() {
    let long = "x".repeat(300_000);
    assert_eq!(reason(&around(&format!("<memo:{long}/>"), "")), "text-too-long");
    assert_eq!(reason(&around(&format!("<memo:{}/>", &long[..300]), "")), "name-too-long");
    assert_eq!(reason(&around(&format!("<!--{long}-->"), "")), "text-too-long");
    assert_eq!(
        reason(&around(&format!("<memo:notification>{long}</memo:notification>"), "")),
        "text-too-long"
    );
    assert_eq!(
        reason(&around(&format!("<memo:notification>{}</memo:notification>", &long[..70_000]), "")),
        "text-too-long"
    );
    let attributes: String = (0..65).map(|at| format!(" a{at}=\"\"")).collect();
    assert_eq!(reason(&around(&format!("<memo:a{attributes}/>"), "")), "too-many-attributes");
    assert_eq!(reason(&around(&"<memo:a/>".repeat(60_000), "")), "too-many-elements");
    assert_eq!(reason(&around(&"<memo:ReplyData></memo:ReplyData>".repeat(60_000), "")), "too-many-elements");
    let texts = format!("<memo:ReplyData><memo:comment>{}</memo:comment></memo:ReplyData>", &long[..60_000]);
    assert_eq!(reason(&around(&texts.repeat(100), "")), "text-too-long");
}

#[test]
fn a_long_text_that_is_passed_over_is_no_reason_to_refuse() {
    let long = format!("<memo:ny>{}</memo:ny>", "x".repeat(5_000_000));
    let (reading, _) = read(around(&long, "").as_slice()).unwrap();
    assert_eq!(reading.remarks[0].path, "memo:MessageHeader/memo:ny");
}

#[test]
fn a_message_beyond_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let message = around("", "");
    let with = |total| {
        let limits = Limits { total, ..Limits::default() };
        memo::read_with(&limits, message.as_slice(), &mut memo::Discard).map(|_| ()).map_err(|error| {
            match error {
                ReadError::NotMemo(not_memo) => not_memo.reason.as_str(),
                error => panic!("{error}"),
            }
        })
    };
    assert_eq!(with(message.len() as u64), Ok(()));
    assert_eq!(with(message.len() as u64 - 1), Err("too-large"));
    assert_eq!(with(700), Err("too-large"));
}

#[test]
fn remarks_end_at_their_limit_and_say_so() {
    let (reading, _) = read(around(&"<memo:ny/>".repeat(1_000), "").as_slice()).unwrap();
    assert_eq!(reading.remarks.len(), 201);
    assert_eq!(reading.remarks[200].code.as_str(), "more-remarks");
}

#[test]
fn a_large_content_is_handed_over_in_pieces_and_whole() {
    let bytes: Vec<u8> = (0..=255).cycle().take(1_000_003).collect();
    let line = base64_simd::STANDARD.encode_to_string(&bytes);
    let wrapped =
        line.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n");
    let indented = wrapped.replace("\r\n", "\n        ");
    let cdata = format!("<![CDATA[{line}]]>");
    for content in [line, wrapped, indented, cdata] {
        let message = around("", &content);
        for window in [message.len(), 8 * 1024, 65_537] {
            let (reading, contents) = read(Trickle(&message, window)).unwrap();
            assert_eq!(reading.remarks, []);
            assert!(contents == [bytes.as_slice()], "in windows of {window}");
        }
    }
}

#[test]
fn a_full_sink_is_not_the_fault_of_the_message() {
    let message = around("", &"QUJD".repeat(100_000));
    let error = memo::read(message.as_slice(), &mut Full(100_000)).unwrap_err();
    assert!(matches!(error, ReadError::Contents(error) if error.kind() == std::io::ErrorKind::StorageFull));
}

#[test]
fn a_source_that_fails_is_not_the_fault_of_the_message() {
    use std::io::{BufReader, Error, Read};
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(Error::other("the line went dead"))
        }
    }
    let message = around("", "");
    for length in [0, 10, 300, 900, message.len() - 3] {
        let source = BufReader::new(message[..length].chain(Broken));
        let error = memo::read(source, &mut memo::Discard).unwrap_err();
        assert!(matches!(error, ReadError::Source(_)), "after {length} bytes");
    }
}

#[test]
fn nothing_personal_is_printed() {
    let message = around("<memo:notification>KANARIEFUGL</memo:notification>", "");
    let (reading, _) = read(message.as_slice()).unwrap();
    let printed = format!("{reading:?} {:?} {:?}", reading.message.header, reading.message.body);
    for secret in ["KANARIEFUGL", "0101901234", "Prøvesen", "Ansøgning", "brev.txt"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    assert!(printed.contains("Message(5b1c…)"), "{printed}");
}

#[test]
fn a_character_that_xml_can_not_hold_is_not_written() {
    let (mut reading, _) = read(around("", "").as_slice()).unwrap();
    reading.message.header.label = "A\u{1}".into();
    let mut fetch = |_| Ok(Box::new(std::io::empty()) as Box<dyn std::io::Read>);
    let error = memo::write(&reading.message, &mut fetch, &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn the_tree_of_the_tests_is_the_tree_of_the_message() {
    let tree = parse("<a><b>x &amp; y</b><c/><d>\n</d></a>".replace("<c/>", "<c></c>").as_str());
    assert_eq!(parse(&document(&tree, "1.2")), tree);
}
