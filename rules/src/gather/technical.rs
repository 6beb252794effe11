//! Marks of technical documents: machine-readable content by agreement between sender and receiver.
//!
//! Element names and values are taken as they stand; what they mean is for the rules that ask about them.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::TechnicalMark;

/// Marks kept of one document: rules ask for a few, and the rest is in the document.
const MOST: usize = 200;

/// Elements inside each other; deeper ones are not marks.
const DEEPEST: usize = 16;

/// Characters kept of one value.
const LONGEST: usize = 512;

/// The marks of a technical document that is XML: every element that holds text and no elements, by its path from the
/// root. What is no XML has none; of what breaks off, those before the break.
pub fn technical_marks(document: &str, xml: &str) -> Vec<TechnicalMark> {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut marks = Vec::new();
    let mut text = String::new();
    while marks.len() < MOST {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
                if path.len() > DEEPEST {
                    break;
                }
            }
            Ok(Event::Text(piece)) => text.push_str(&piece),
            Ok(Event::CData(piece)) => text.push_str(&piece),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(c)) => text.push(c),
                _ => text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Ok(Event::End(_)) => {
                let value: String = text.trim().chars().take(LONGEST).collect();
                if !value.is_empty() {
                    marks.push(TechnicalMark { document: document.to_owned(), name: path.join("."), value });
                }
                text.clear();
                path.pop();
            }
            // No document type is followed: entities of the sender's own stay unread.
            Ok(Event::Eof | Event::DocType(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Vec<(String, String)> {
        technical_marks("data.xml", xml).into_iter().map(|mark| (mark.name, mark.value)).collect()
    }

    #[test]
    fn every_element_with_text_is_a_mark_by_its_path() {
        let xml = "<?xml version=\"1.0\"?><a:Ansoegning xmlns:a=\"x\"><Ydelse><Kode>K9</Kode><Navn>A &amp; B</Navn></Ydelse>\
                   <Ydelse><Kode> K10 </Kode></Ydelse><Tom/><Rest></Rest></a:Ansoegning>";
        let expected = [("Kode", "K9"), ("Navn", "A & B"), ("Kode", "K10")]
            .map(|(name, value)| (format!("Ansoegning.Ydelse.{name}"), value.to_owned()));
        assert_eq!(read(xml), expected);
    }

    #[test]
    fn what_is_no_xml_or_too_much_of_it_does_no_harm() {
        assert_eq!(read("hej"), []);
        assert_eq!(read("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), []);
        assert_eq!(read("<a><b>1</b><c>2").len(), 1);
        assert_eq!(read(&"<a>".repeat(100_000)), []);
        let many = format!("<a>{}</a>", "<b>1</b>".repeat(1_000));
        assert_eq!(read(&many).len(), MOST);
    }
}
