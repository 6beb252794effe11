//! Letters made to order, as MeMo 1.2.

use memo::{
    Body, CaseId, ContactPoint, ContentData, Document, File, ForwardData, KleData, Message, MessageType,
    ReplyData,
};
use uuid::Uuid;

/// A letter being made.
#[derive(Clone)]
pub struct Letter {
    message: Message,
    contents: Vec<Vec<u8>>,
}

/// A message UUID (version 4) that is the same for the same number.
pub fn uuid(number: u64) -> Uuid {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    bytes[0] = 0xaa;
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

impl Letter {
    /// A letter from a citizen to the authority in tests, with one plain document.
    pub fn from_citizen(number: u64, cpr: &str, name: &str) -> Self {
        let mut message = Message { version: "1.2".into(), ..Message::default() };
        let header = &mut message.header;
        header.message_type = MessageType::DigitalPost;
        header.message_uuid = uuid(number);
        header.label = format!("Henvendelse nr. {number}");
        header.sender.sender_id = cpr.into();
        header.sender.id_type = "CPR".into();
        header.sender.label = name.into();
        header.recipient.recipient_id = crate::world::CVR.into();
        header.recipient.id_type = "CVR".into();
        header.recipient.label = Some("Sandby Kommune".into());
        message.body = Some(Body { created: "2026-11-20T07:30:00Z".parse().ok(), ..Body::default() });
        let mut letter = Self { message, contents: Vec::new() };
        let main = letter.document(
            "Brev",
            "brev.txt",
            "text/plain",
            format!("Kære kommune. Sag nr. {number}.").into_bytes(),
        );
        if let Some(body) = &mut letter.message.body {
            body.main_document = Some(main);
        }
        letter
    }

    fn document(&mut self, label: &str, filename: &str, format: &str, content: Vec<u8>) -> Document {
        let file = File {
            encoding_format: format.into(),
            filename: filename.into(),
            language: "da".into(),
            content: u32::try_from(self.contents.len()).expect("few documents"),
            size: content.len() as u64,
        };
        self.contents.push(content);
        Document { label: Some(label.into()), files: vec![file], ..Document::default() }
    }

    /// Another title.
    #[must_use]
    pub fn label(mut self, label: &str) -> Self {
        self.message.header.label = label.into();
        self
    }

    /// Another file name of the main document.
    #[must_use]
    pub fn named(mut self, filename: &str) -> Self {
        let body = self.message.body.as_mut();
        if let Some(file) =
            body.and_then(|body| body.main_document.as_mut()).and_then(|main| main.files.first_mut())
        {
            file.filename = filename.into();
        }
        self
    }

    /// Another text of the main document.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.contents[0] = text.into();
        if let Some(file) = self
            .message
            .body
            .as_mut()
            .and_then(|body| body.main_document.as_mut())
            .and_then(|main| main.files.first_mut())
        {
            file.size = text.len() as u64;
        }
        self
    }

    /// A further document.
    #[must_use]
    pub fn attachment(mut self, label: &str, filename: &str, format: &str, content: Vec<u8>) -> Self {
        let document = self.document(label, filename, format, content);
        if let Some(body) = &mut self.message.body {
            body.additional_documents.push(document);
        }
        self
    }

    /// A document for machines.
    #[must_use]
    pub fn technical(mut self, label: &str, filename: &str, content: Vec<u8>) -> Self {
        let document = self.document(label, filename, "text/xml", content);
        if let Some(body) = &mut self.message.body {
            body.technical_documents.push(document);
        }
        self
    }

    /// To this contact point.
    #[must_use]
    pub fn contact_point(mut self, id: &str) -> Self {
        self.message.header.recipient.contact_point =
            Some(ContactPoint { contact_point_id: id.into(), ..ContactPoint::default() });
        self
    }

    /// To another authority.
    #[must_use]
    pub fn to(mut self, cvr: &str) -> Self {
        self.message.header.recipient.recipient_id = cvr.into();
        self
    }

    fn content_data(&mut self) -> &mut ContentData {
        self.message.header.content_data.get_or_insert_with(ContentData::default)
    }

    /// With a KLE mark.
    #[must_use]
    pub fn kle(mut self, subject: &str, facet: Option<&str>) -> Self {
        self.content_data().kle = Some(KleData {
            subject_key: subject.into(),
            version: "2026".into(),
            activity_facet: facet.map(str::to_owned),
            label: "emne".into(),
        });
        self
    }

    /// With a case number of this system.
    #[must_use]
    pub fn case(mut self, number: &str, system: &str) -> Self {
        self.content_data().case_id = Some(CaseId { case_id: number.into(), case_system: system.into() });
        self
    }

    /// An answer to our letter, with the return data that a client sends.
    #[must_use]
    pub fn answering(mut self, ours: Uuid, case: Option<&str>, system: Option<&str>) -> Self {
        let own = self.message.header.message_uuid;
        self.message.header.reply_data = vec![
            ReplyData {
                message_uuid: Some(ours),
                case_id: case.map(str::to_owned),
                generating_system_id: system.map(str::to_owned),
                ..ReplyData::default()
            },
            ReplyData { message_uuid: Some(own), reply_uuid: Some(ours), ..ReplyData::default() },
        ];
        self
    }

    /// A letter received from somebody else, passed on.
    #[must_use]
    pub fn forwarding(mut self, original: Uuid, sender: &str) -> Self {
        self.message.header.forward_data = Some(ForwardData {
            message_uuid: Some(original),
            original_message_date: "2026-11-01T09:00:00Z".parse().ok(),
            original_sender: sender.into(),
            ..ForwardData::default()
        });
        self
    }

    /// Changes whatever else a test needs.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Message)) -> Self {
        change(&mut self.message);
        self
    }

    /// The bytes of the letter.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut contents = |number: u32| -> std::io::Result<Box<dyn std::io::Read + '_>> {
            Ok(Box::new(self.contents[number as usize].as_slice()))
        };
        memo::write(&self.message, &mut contents, &mut out).expect("memory takes it");
        out
    }
}
