//! The canary's letters: the same person, number and sentence in every field that takes a text.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journeys::letters::{Letter, uuid};

/// Whose letters these are.
pub(super) const CPR: &str = "7207841963";

/// Somebody who is protected.
pub(super) const GUARDED: &str = "8112905527";

pub(super) const NAME: &str = "Kanarina Gulfjersen";

/// What is written wherever a text can stand.
pub(super) const TEXT: &str =
    "Kanarina Gulfjersen, 720784-1963 (7207841963): papegøjens fløjtetoner er havetrappens hemmelighed";

/// Number of the letter that is journaled on its case.
pub(super) const ANSWER: u64 = 2;

/// An open and a closed case of that person, a letter sent, and somebody protected.
pub(super) const CASES: &str = r#"
protected = ["811290-5527"]

[[case]]
number = "28.03.00-G01-7-26"
title = "Kanarina Gulfjersen, 720784-1963 (7207841963): papegøjens fløjtetoner er havetrappens hemmelighed"
kle = "28.03.00"
facet = "G01"
unit = "plads"
party = [{ cpr = "7207841963", name = "Kanarina Gulfjersen", primary = true }]

[[case]]
number = "28.03.00-G01-8-26"
title = "Kanarina Gulfjersen"
open = false
unit = "boern"
party = [{ cpr = "720784-1963", name = "Kanarina Gulfjersen" }, { cpr = "8112905527", name = "Kanarina Gulfjersen" }]

[[sent-letter]]
message_uuid = "aa000000-0000-4000-8000-000000002328"
message_id = "Kanarina Gulfjersen"
case = "28.03.00-G01-7-26"
"#;

fn letter(number: u64) -> Letter {
    Letter::from_citizen(number, CPR, NAME)
        .label(TEXT)
        .text(TEXT)
        .attachment(TEXT, &format!("{TEXT}.pdf"), "application/pdf", TEXT.into())
        .technical(TEXT, "../../../7207841963/Gulfjersen.xml", TEXT.into())
}

fn answer(number: u64) -> Letter {
    letter(number).answering(uuid(9000), Some(CPR), Some(TEXT)).with(|message| {
        for entry in &mut message.header.reply_data {
            entry.comment = Some(TEXT.into());
            entry.additional = vec![memo::LabelledValue { label: "Sagsnummer".into(), value: TEXT.into() }];
        }
    })
}

/// A letter with the canary where a contact point asks for a case number, as people fill it in.
fn with_contact_info(number: u64) -> Letter {
    letter(number).contact_point("5c9e0b6a-12f4-4d0e-8a35-0c7c1c0b7d22").with(|message| {
        if let Some(point) = &mut message.header.recipient.contact_point {
            let info = |value: &str| memo::LabelledValue { label: "Sagsnummer".into(), value: value.into() };
            point.label = Some(TEXT.into());
            point.contact_info = vec![info("720784-1963"), info("Kanarina Gulfjersen 720784-1963")];
        }
    })
}

/// Letters that come one at a time over the wire.
pub(super) fn pushed(number: u64) -> Vec<u8> {
    letter(50 + number).bytes()
}

/// A container: a letter, half a letter, and entries with telling names.
pub(super) fn container() -> Vec<u8> {
    let (whole, other) = (letter(70).bytes(), letter(71).bytes());
    let named = format!("{NAME} {CPR}.xml");
    let mut out = Vec::new();
    memo::container::write(
        [(named.as_str(), whole.as_slice()), ("Gulfjersen.xml", &other[..other.len() / 2]), ("tom.xml", b"")],
        &mut out,
    )
    .expect("memory takes it");
    out
}

/// All files of the first delivery, by name.
pub(super) fn mail() -> BTreeMap<String, Vec<u8>> {
    let everything = everything(1).into_bytes();
    let answer = answer(ANSWER).bytes();
    let broken = String::from_utf8(letter(3).bytes()).expect("UTF-8");
    let at = broken.find("<memo:content>").map_or(0, |at| at + "<memo:content>".len());
    assert!(at > 0, "a letter has a content");
    let broken = [&broken[..at + 20], "!!", &broken[at + 20..]].concat();
    let utf16: Vec<u8> = String::from_utf8(letter(4).bytes())
        .expect("UTF-8")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let odd = String::from_utf8(letter(5).bytes()).expect("UTF-8").replacen(
        "<memo:Sender>",
        &format!(
            "<!-- {TEXT} --><?note {TEXT}?><memo:nyt maerke=\"{TEXT}\">{TEXT}</memo:nyt><memo:Sender>{TEXT}"
        ),
        1,
    );
    let sms = letter(6).with(|message| {
        message.header.message_type = memo::MessageType::NemSms;
        message.header.notification = Some(TEXT.into());
        message.body = None;
    });
    let mut files = BTreeMap::from([
        ("01-alt.xml".into(), everything.clone()),
        ("02-svar.xml".into(), answer.clone()),
        ("03-beskadiget.xml".into(), broken.into_bytes()),
        ("04-utf16.xml".into(), utf16),
        ("05-ukendte-felter.xml".into(), odd.into_bytes()),
        ("06-nemsms.xml".into(), sms.bytes()),
        ("07-fremmed.xml".into(), letter(7).to("99999999").bytes()),
        ("08-ny-sag.xml".into(), letter(8).kle("32.03.00", Some("G01")).bytes()),
        ("09-beskyttet.xml".into(), Letter::from_citizen(9, GUARDED, NAME).text(TEXT).bytes()),
        ("10-sagsnummer.xml".into(), with_contact_info(10).bytes()),
        (
            "11-stor.xml".into(),
            letter(11).attachment(TEXT, "stor.txt", "text/plain", TEXT.as_bytes().repeat(20_000)).bytes(),
        ),
        ("12-afbrudt.xml".into(), everything[..everything.len() * 2 / 3].to_vec()),
        ("13-fejlside.xml".into(), format!("<html><body>{TEXT}</body></html>").into_bytes()),
        (
            "14-andet-med-samme-id.xml".into(),
            self::answer(ANSWER).text("Noget andet om havetrappens hemmelighed").bytes(),
        ),
        ("15-samling.tar.lzma".into(), container()),
        ("16-for-stor.xml".into(), TEXT.as_bytes().repeat(60_000)),
        ("17-uventet.xml".into(), letter(17).bytes()),
    ]);
    files.insert(format!("18 {NAME} {CPR} igen.xml"), answer);
    files
}

/// The table of MeMo's elements: path, least and most in 1.1 and 1.2, kind, constraint.
const ELEMENTS: &str = include_str!("../../../router/memo/tests/data/memo_elements.csv");

/// A message with every element of MeMo 1.2, and the canary in every one that takes a text.
fn everything(number: u64) -> String {
    let rows: Vec<(&str, &str)> = ELEMENTS
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect::<Vec<_>>())
        .filter(|row| !row[0].contains('@') && row[3] != "-")
        .map(|row| (row[0], row[5]))
        .collect();
    let namespaces = Letter::from_citizen(number, CPR, NAME).bytes();
    let namespaces = String::from_utf8(namespaces).expect("UTF-8");
    let head = &namespaces[..namespaces.find("<memo:MessageHeader").expect("a header")];
    let mut out = head.to_owned();
    let planted = children(&rows, "/memo:Message", number, &mut out);
    assert!(planted > 100, "only {planted} texts are planted");
    out.push_str("</memo:Message>");
    out
}

fn children(rows: &[(&str, &str)], parent: &str, number: u64, out: &mut String) -> usize {
    let mut planted = 0;
    for (path, kind) in
        rows.iter().filter(|(path, _)| path.rsplit_once('/').is_some_and(|(above, _)| above == parent))
    {
        let name = path.rsplit('/').next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(out, "<{name}>");
        match value(path, kind, number) {
            Some(value) => out.push_str(&value),
            None if *kind == "text" => {
                out.push_str(TEXT);
                planted += 1;
            }
            None => planted += children(rows, path, number, out),
        }
        let _ = write!(out, "</{name}>");
    }
    planted
}

/// What stands in an element that takes no free text, or that must be right for the letter to come this far.
fn value(path: &str, kind: &str, number: u64) -> Option<String> {
    let name = path.rsplit(':').next().unwrap_or_default();
    let header = path.strip_prefix("/memo:Message/memo:MessageHeader/").unwrap_or_default();
    Some(match (header, name, kind) {
        ("memo:messageType", ..) => "DIGITALPOST".into(),
        ("memo:messageUUID", ..) => uuid(number).to_string(),
        ("memo:Sender/memo:senderID", ..) => CPR.into(),
        ("memo:Sender/memo:idType", ..) => "CPR".into(),
        ("memo:Recipient/memo:recipientID", ..) => "12345678".into(),
        ("memo:Recipient/memo:idType", ..) => "CVR".into(),
        (_, _, "boolean") => "true".into(),
        (_, _, "date") => "2026-01-01".into(),
        (_, _, "dateTime") => "2026-01-01T00:00:00Z".into(),
        (_, _, "long" | "decimal") => "7207841963".into(),
        (_, _, "language") => "da".into(),
        (_, _, "anyURI") => "https://example.dk/Gulfjersen/7207841963".into(),
        (_, _, "base64Binary") => STANDARD.encode(TEXT),
        _ => return None,
    })
}
