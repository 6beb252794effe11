//! The messages that are measured: invented, and always the same bytes.
//!
//! `large` is one document of 100 MB as it stands in the message; `letter` is an ordinary letter of 20 KB, most of it a
//! document; `marks` has 20 KB of elements and hardly any document, the hardest case for a parser.

use std::io::{self, Read};

use memo::*;

/// Bytes of Base64 in `large`.
pub const LARGE: usize = 100_000_000;

/// A message and the bytes of its documents.
pub struct Input {
    /// The message.
    pub message: Message,
    /// The bytes of its documents.
    pub contents: Vec<Vec<u8>>,
}

impl Input {
    /// By its name: `large`, `letter` or `marks`.
    pub fn named(name: &str) -> Option<Input> {
        match name {
            "large" => Some(letter(LARGE / 4 * 3)),
            "letter" => Some(letter(12_000)),
            "marks" => Some(marks()),
            _ => None,
        }
    }

    /// As it stands in a file.
    pub fn xml(&self) -> io::Result<Vec<u8>> {
        let mut xml = Vec::new();
        let mut contents =
            |at: u32| Ok(Box::new(self.contents[at as usize].as_slice()) as Box<dyn Read + '_>);
        write(&self.message, &mut contents, &mut xml)?;
        Ok(xml)
    }
}

/// An ordinary letter with a document of so many bytes.
fn letter(size: usize) -> Input {
    let mut message = Message { version: "1.2".into(), ..Message::default() };
    message.header = header();
    message.header.sender.attention = None;
    message.header.recipient.attention = None;
    message.header.content_data = Some(ContentData {
        cpr: Some(CprData { cpr_number: "0101901234".into(), name: some("Prøve Prøvesen") }),
        case_id: Some(CaseId { case_id: "2025-000123".into(), case_system: "Prøvesystem".into() }),
        kle: Some(kle()),
        ..ContentData::default()
    });
    message.body =
        Some(Body { created: time(), main_document: Some(document(0, vec![])), ..Body::default() });
    Input { message, contents: vec![noise(size)] }
}

/// Every mark there is, several times over.
fn marks() -> Input {
    let mut message = Message { version: "1.2".into(), ..Message::default() };
    message.header = header();
    message.header.content_data = Some(ContentData {
        cpr: Some(CprData { cpr_number: "0101901234".into(), name: some("Prøve Prøvesen") }),
        cvr: Some(CvrData { cvr_number: "12345678".into(), company_name: some("Prøvefirma ApS") }),
        property_number: some("123456"),
        case_id: Some(CaseId { case_id: "2025-000123".into(), case_system: "Prøvesystem".into() }),
        kle: Some(kle()),
        form: Some(FormData {
            task_key: "59.10.05.10".into(),
            version: "2.12".into(),
            activity_facet: some("A"),
            label: "Syn".into(),
        }),
        address: Some(address()),
        additional: (0..10)
            .map(|at| AdditionalContentData {
                data_type: some("Tekst"),
                name: format!("Oplysning {at}"),
                value: format!("Værdi {at}"),
            })
            .collect(),
        ..ContentData::default()
    });
    message.header.reply_data = (0..8).map(reply).collect();
    let action = Action {
        label: "Aftal en tid".into(),
        action_code: "AFTALE".into(),
        start: time(),
        end: time(),
        reservation: Some(Reservation {
            description: "Samtale om ansøgningen".into(),
            reservation_uuid: "5f0c1b9e-3d0a-4f7e-9a51-0d6d7f5b2c11".parse().ok(),
            summary: "Samtale".into(),
            location: "Rådhuset, lokale 12".into(),
            start: time(),
            end: time(),
            organizer_mail: some("post@eksempel.dk"),
            organizer_name: some("Borgerservice"),
        }),
        entry_point: None,
    };
    message.body = Some(Body {
        created: time(),
        main_document: Some(document(0, vec![action])),
        additional_documents: (1..6).map(|at| document(at, vec![])).collect(),
        technical_documents: vec![],
    });
    Input { message, contents: vec![noise(30); 6] }
}

fn header() -> Header {
    Header {
        message_uuid: uuid::Uuid::from_u128(0x8c2e_a15d_61fb_4ba9_9366_42f8_b194_c114),
        message_id: some("MSG-12345"),
        message_code: some("Pladsanvisning"),
        label: "Svar på ansøgning om plads i børnehave".into(),
        notification: some("Du har fået post fra kommunen"),
        reply: Some(true),
        mandatory: Some(false),
        legal_notification: Some(false),
        post_type: some("MYNDIGHEDSPOST"),
        sender: Sender {
            sender_id: "12345678".into(),
            id_type: "CVR".into(),
            label: "Prøvekøbing Kommune".into(),
            attention: Some(attention()),
            contact_point: Some(contact_point()),
            ..Sender::default()
        },
        recipient: Recipient {
            recipient_id: "87654321".into(),
            id_type: "CVR".into(),
            label: some("Prøvestrup Kommune"),
            attention: Some(attention()),
            contact_point: Some(contact_point()),
            ..Recipient::default()
        },
        ..Header::default()
    }
}

fn attention() -> AttentionData {
    AttentionData {
        person: Some(AttentionPerson { person_id: some("9000001234"), label: some("Prøve Prøvesen") }),
        production_unit: Some(ProductionUnit {
            number: "1234567890".into(),
            name: some("Børnehaven Prøven"),
        }),
        gln: Some(Gln { number: "5798000012345".into(), location: some("Rådhuset") }),
        email: Some(Email { address: "post@eksempel.dk".into(), related_agent: some("Prøve Prøvesen") }),
        se_number: Some(SeNumber { number: "12345678".into(), company_name: some("Prøvefirma ApS") }),
        telephone: Some(Telephone { number: "12345678".into(), related_agent: some("Prøve Prøvesen") }),
        eid: Some(Eid { eid: "CVR:12345678-RID:1234567890123".into(), label: some("Prøve Prøvesen") }),
        content_responsible: Some(ContentResponsible {
            id: some("22334455"),
            label: some("Børnehaven Prøven"),
        }),
        generating_system: Some(GeneratingSystem { id: "Sys-1234".into(), label: some("Postsystemet") }),
        sor: Some(Sor { identifier: "468031000016004".into(), entry_name: some("Klinikken") }),
        address: Some(address()),
        unstructured_address: None,
    }
}

fn address() -> Address {
    Address {
        address_label: some("Prøvegade"),
        house_number: some("7A"),
        door: some("th"),
        floor: some("3"),
        zip_code: some("9999"),
        city: some("Prøvekøbing"),
        country: some("DK"),
        ..Address::default()
    }
}

fn contact_point() -> ContactPoint {
    let info = |label: &str, value: &str| LabelledValue { label: label.into(), value: value.into() };
    ContactPoint {
        contact_group: some("22.33.44.55"),
        contact_point_id: "241d39f6-998e-4929-b198-ccacbbf4b330".into(),
        label: some("Pladsanvisningen"),
        contact_info: vec![info("Barnets CPR-nummer", "0101201234"), info("Barnets navn", "Prøve Prøvesen")],
    }
}

fn kle() -> KleData {
    KleData {
        subject_key: "28.09.40".into(),
        version: "Maj 2018".into(),
        activity_facet: some("G01"),
        label: "Pladsanvisning".into(),
    }
}

fn reply(at: u32) -> ReplyData {
    ReplyData {
        message_id: some("MSG-12345"),
        message_uuid: Some(uuid::Uuid::from_u128(0x8c2e_a15d_61fb_4ba9_9366_42f8_b194_0000 + u128::from(at))),
        reply_uuid: Some(uuid::Uuid::from_u128(0x8c2e_a15d_61fb_4ba9_9366_42f8_b194_c114)),
        sender_id: some("12345678"),
        recipient_id: some("0101901234"),
        case_id: some("2025-000123"),
        contact_point_id: some("241d39f6-998e-4929-b198-ccacbbf4b330"),
        generating_system_id: some("Sys-1234"),
        comment: some("Svar på vores brev"),
        additional: vec![LabelledValue { label: "Dokumentnummer".into(), value: "4711".into() }],
    }
}

fn document(content: u32, actions: Vec<Action>) -> Document {
    let file = File {
        encoding_format: "application/pdf".into(),
        filename: "Afgørelse om plads.pdf".into(),
        language: "da".into(),
        content,
        size: 0,
    };
    Document { id: some("456789"), label: some("Afgørelse"), files: vec![file], actions }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn time() -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(1_746_000_000).ok()
}

/// Bytes without a pattern, by a linear congruence: a compressed document looks no other way.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}
