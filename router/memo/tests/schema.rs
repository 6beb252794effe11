//! Every element of the schema is read and written: what goes in comes out, in the same order and with the same text.

mod common;

use common::{Node, Row, document, parse, read_both_ways, rows, write};
use proptest::prelude::*;

/// A value that fits its element and is like no other in the message.
fn value(row: &Row, number: usize) -> String {
    match (row.kind.as_str(), row.name()) {
        (_, "memo:messageType") => "DIGITALPOST".into(),
        (_, "memo:idType") => "CVR".into(),
        (_, "memo:senderID" | "memo:recipientID" | "memo:representativeID") => format!("{number:08}"),
        (_, "memo:contactPointID") => format!("241d39f6-998e-4929-b198-{number:012}"),
        (_, "memo:actionCode") => "AFTALE".into(),
        ("text", _) if row.constraint.starts_with("UUID") => format!("8c2ea15d-61fb-4ba9-9366-{number:012}"),
        ("text", _) if row.constraint == "max 7 characters" => format!("L{number:06}"),
        ("boolean", _) => "true".into(),
        ("dateTime", _) => format!("2025-01-01T00:00:{:02}.{number:03}1Z", number % 60),
        ("date", _) => "2025-02-28".into(),
        ("long", _) => number.to_string(),
        ("language", _) => "da".into(),
        ("base64Binary", _) => format!("{number:08}"),
        ("anyURI", _) => format!("https://eksempel.dk/{number}"),
        _ => format!("{} {number}", row.name().replace(':', " ")),
    }
}

/// The tree below a path; `times` says how often each element stands.
fn grow(
    rows: &[Row],
    row: &Row,
    times: &mut impl FnMut(&Row) -> u32,
    text: &mut impl FnMut(&Row) -> String,
) -> Node {
    let mut node = Node { name: row.name().to_owned(), text: String::new(), children: Vec::new() };
    if row.kind != "element" {
        node.text = text(row);
        return node;
    }
    for child in rows.iter().filter(|child| child.is_child_of(&row.path)) {
        for _ in 0..times(child) {
            node.children.push(grow(rows, child, times, text));
        }
    }
    // The schema's one choice: an appointment or a link.
    if node.children.iter().any(|child| child.name == "memo:Reservation") {
        node.children.retain(|child| child.name != "memo:EntryPoint");
    }
    node
}

#[test]
fn every_element_of_1_1_and_1_2_is_read_and_written() {
    for version in ["1.1", "1.2"] {
        let rows = rows(version);
        let mut seen = std::collections::HashSet::new();
        // Once with every appointment, once with every link.
        for without in ["memo:EntryPoint", "memo:Reservation"] {
            let mut number = 0;
            let mut times = |row: &Row| if row.name() == without { 0 } else { row.most.min(2) };
            let mut text = |row: &Row| {
                number += 1;
                value(row, number)
            };
            let tree = grow(&rows, &rows[0], &mut times, &mut text);
            let (reading, contents) = read_both_ways(document(&tree, version).as_bytes()).unwrap();
            assert_eq!(reading.remarks, [], "MeMo {version} without {without}");
            let written = parse(&write(&reading.message, &contents));
            assert_eq!(written.flat(), tree.flat(), "MeMo {version} without {without}");
            assert_eq!(reading.message.version, version);
            seen.extend(tree.flat().into_iter().map(|(path, _)| format!("/{path}")));
        }
        let unseen: Vec<_> =
            rows.iter().filter(|row| !seen.contains(&row.path)).map(|row| &row.path).collect();
        assert!(unseen.is_empty(), "not tried: {unseen:?}");
    }
}

#[test]
fn the_root_attributes_are_read_and_written() {
    let rows = rows("1.1");
    let mut text = |row: &Row| value(row, 1);
    let tree = grow(&rows, &rows[0], &mut |row| row.least, &mut text);
    let (reading, contents) = read_both_ways(document(&tree, "1.1").as_bytes()).unwrap();
    assert_eq!(reading.message.schema_version.as_deref(), Some("1.1.0"));
    let written = write(&reading.message, &contents);
    assert!(written.contains(r#" memoVersion="1.1" memoSchVersion="1.1.0">"#), "{written}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any selection of elements with any text that XML can hold.
    #[test]
    fn a_generated_message_comes_out_as_it_went_in(
        choices in prop::collection::vec(0_u32..4, 400),
        texts in prop::collection::vec("[ -~æøåÆØÅé€\u{10348}\t\n\r&<>\"']{0,40}", 1..40),
        new in any::<bool>(),
    ) {
        let version = if new { "1.2" } else { "1.1" };
        let rows = rows(version);
        let mut choice = choices.into_iter().cycle();
        let mut times = |row: &Row| choice.next().unwrap_or(0).clamp(row.least, row.most.min(3));
        let mut texts = texts.into_iter().enumerate().cycle();
        let mut text = |row: &Row| {
            let (number, text) = texts.next().unwrap();
            let free = row.constraint == "max 256 characters" && row.kind == "text" || row.constraint.ends_with("512 characters");
            if free { text } else { value(row, number) }
        };
        let tree = grow(&rows, &rows[0], &mut times, &mut text);
        let (reading, contents) = read_both_ways(document(&tree, version).as_bytes()).unwrap();
        let written = write(&reading.message, &contents);
        prop_assert_eq!(parse(&written).flat(), tree.flat());
        let again = read_both_ways(written.as_bytes()).unwrap();
        prop_assert!(again == (reading, contents));
    }
}
