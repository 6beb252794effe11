//! What the tests of this crate share: messages built from the schema table, and readers that differ in haste.

#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use std::io::{self, BufRead, Read};

use memo::{Contents, Limits, ReadError, Reading};

/// One row of `memo_elements.csv`.
pub struct Row {
    /// Path from the root, with the usual prefixes: `/memo:Message/memo:MessageHeader`.
    pub path: String,
    pub least: u32,
    pub most: u32,
    pub kind: String,
    pub constraint: String,
}

impl Row {
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn is_child_of(&self, parent: &str) -> bool {
        self.path.rsplit_once('/').is_some_and(|(above, _)| above == parent)
    }
}

/// The elements of a version, in the order of the schema.
pub fn rows(version: &str) -> Vec<Row> {
    let column = if version == "1.1" { 1 } else { 3 };
    let rows = include_str!("../data/memo_elements.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect::<Vec<_>>());
    rows.filter(|row| !row[0].contains('@') && row[column] != "-")
        .map(|row| Row {
            path: row[0].to_owned(),
            least: row[column].parse().unwrap(),
            most: if row[column + 1] == "n" { u32::MAX } else { row[column + 1].parse().unwrap() },
            kind: row[5].to_owned(),
            constraint: row[6].to_owned(),
        })
        .collect()
}

/// An element with its text, or its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    /// Every element with its path and text, in order.
    pub fn flat(&self) -> Vec<(String, String)> {
        let mut flat = vec![(self.name.clone(), self.text.clone())];
        for child in &self.children {
            flat.extend(child.flat().into_iter().map(|(path, text)| (format!("{}/{path}", self.name), text)));
        }
        flat
    }

    fn write(&self, out: &mut String, attributes: &str) {
        let escaped = quick_xml::escape::escape(self.text.as_str()).replace('\r', "&#13;");
        out.push_str(&format!("<{}{attributes}>{escaped}", self.name));
        self.children.iter().for_each(|child| child.write(out, ""));
        out.push_str(&format!("</{}>", self.name));
    }
}

const NAMESPACES: &str = r#" xmlns:memo="https://DigitalPost.dk/MeMo-1" xmlns:grd="https://data.gov.dk/model/core/" xmlns:kle="http://kle-online.dk/" xmlns:form="http://www.form-online.dk/" xmlns:dmv="https://motorregister.skat.dk/" xmlns:gln="https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/" xmlns:udd="https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#" xmlns:sor="https://services.nsi.dk/en/Services/SOR""#;

/// The root's attributes in a version.
pub fn root_attributes(version: &str) -> String {
    let schema = if version == "1.1" { r#" memoSchVersion="1.1.0""# } else { "" };
    format!(r#"{NAMESPACES} memoVersion="{version}"{schema}"#)
}

/// A tree as a document.
pub fn document(root: &Node, version: &str) -> String {
    let mut out = String::new();
    root.write(&mut out, &root_attributes(version));
    out
}

/// A document as a tree, read without this crate.
pub fn parse(document: &str) -> Node {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(document);
    let mut open = vec![Node { name: String::new(), text: String::new(), children: Vec::new() }];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(Node {
                    name: start.name().as_ref().into(),
                    text: String::new(),
                    children: Vec::new(),
                });
            }
            Event::End(_) => {
                let mut closed = open.pop().unwrap();
                if !closed.children.is_empty() {
                    closed.text.clear();
                }
                open.last_mut().unwrap().children.push(closed);
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let text = match name.resolve_char_ref().unwrap() {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name).unwrap().to_owned(),
                };
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::Eof => return open.pop().unwrap().children.pop().unwrap(),
            _ => {}
        }
    }
}

/// Shows its bytes so many at a time, so that nothing lies whole in a buffer.
pub struct Trickle<'a>(pub &'a [u8], pub usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let window = &self.0[..self.0.len().min(self.1).min(buffer.len())];
        buffer[..window.len()].copy_from_slice(window);
        self.0 = &self.0[window.len()..];
        Ok(window.len())
    }
}

impl BufRead for Trickle<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.0[..self.0.len().min(self.1)])
    }

    fn consume(&mut self, amount: usize) {
        self.0 = &self.0[amount..];
    }
}

/// A message and its contents, or the code why it is none.
pub type Outcome = Result<(Reading, Vec<Vec<u8>>), String>;

pub fn read(bytes: impl BufRead) -> Outcome {
    let mut contents = Vec::new();
    match memo::read_with(&Limits::default(), bytes, &mut contents) {
        Ok(reading) => Ok((reading, contents)),
        Err(ReadError::NotMemo(not_memo)) => Err(not_memo.reason.as_str().to_owned()),
        Err(error) => panic!("reading from memory failed: {error}"),
    }
}

/// Reads in haste and patiently; both must come to the same.
pub fn read_both_ways(bytes: &[u8]) -> Outcome {
    let hasty = read(bytes);
    for window in [1, 7, 100] {
        let patient = read(Trickle(bytes, window));
        assert!(
            hasty == patient,
            "in windows of {window} bytes the reading differs: {:?} and {:?}",
            summary(&hasty),
            summary(&patient)
        );
    }
    hasty
}

fn summary(outcome: &Outcome) -> Result<(&[memo::Remark], Vec<usize>, serde_json::Value), &String> {
    let (reading, contents) = outcome.as_ref()?;
    let message = serde_json::to_value(&reading.message).unwrap();
    Ok((&reading.remarks, contents.iter().map(Vec::len).collect(), message))
}

pub fn write(message: &memo::Message, contents: &[Vec<u8>]) -> String {
    let mut out = Vec::new();
    let mut fetch = |content: u32| Ok(Box::new(contents[content as usize].as_slice()) as Box<dyn Read + '_>);
    memo::write(message, &mut fetch, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A sink that is full after so many bytes.
pub struct Full(pub usize);

impl Contents for Full {
    fn begin(&mut self, _: &memo::ContentPlace) -> io::Result<()> {
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }

    fn end(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}
