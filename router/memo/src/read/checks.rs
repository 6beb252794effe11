//! Checks: rules about a message as a whole, and codes that no table of elements can hold.

use std::io::BufRead;

use super::Reader;
use crate::contents::Contents;
use crate::lexical;
use crate::model::{Action, Body, Message, MessageType};
use crate::remark::{Remark, RemarkCode};

/// What a reader may be asked to do. Source: `memo-format.md` §3.11.
const ACTION_CODES: [&str; 8] = [
    "AFTALE",
    "BETALING",
    "SELVBETJENING",
    "INFORMATION",
    "UNDERSKRIV",
    "BEKRAEFT",
    "FORBEREDELSE",
    "TILMELDING",
];

impl<R: BufRead, C: Contents> Reader<'_, R, C> {
    pub(super) fn check(&mut self, message: &Message) {
        let header = &message.header;
        match (&header.message_type, &message.body) {
            (MessageType::NemSms, body) => {
                if header.notification.as_deref().is_none_or(|text| lexical::trim(text).is_empty()) {
                    self.note(RemarkCode::NoNotification, "memo:MessageHeader/memo:notification");
                }
                if body.is_some() {
                    self.note(RemarkCode::DocumentsInNemSms, "memo:MessageBody");
                }
            }
            (MessageType::DigitalPost, None) => self.note(RemarkCode::NoDocuments, "memo:MessageBody"),
            _ => {}
        }

        let (sender, recipient) = (&header.sender, &header.recipient);
        self.check_identity("memo:Sender", "memo:senderID", &sender.sender_id, &sender.id_type);
        if let Some(representative) = &sender.representative {
            let (id, id_type) = (&representative.representative_id, &representative.id_type);
            self.check_identity("memo:Sender/memo:Representative", "memo:representativeID", id, id_type);
        }
        self.check_identity(
            "memo:Recipient",
            "memo:recipientID",
            &recipient.recipient_id,
            &recipient.id_type,
        );
        if let Some(point) = &recipient.contact_point
            && lexical::uuid(&point.contact_point_id).is_none()
        {
            let path = "memo:MessageHeader/memo:Recipient/memo:ContactPoint/memo:contactPointID";
            self.note(RemarkCode::ContactPointPattern, path);
        }
        if let Some(body) = &message.body {
            self.check_actions(body);
        }
    }

    /// An identity of so many digits as its type has. What is missing has been remarked already.
    fn check_identity(&mut self, party: &str, element: &str, id: &str, id_type: &str) {
        let (id, id_type) = (lexical::trim(id), lexical::trim(id_type));
        if id.is_empty() || id_type.is_empty() {
            return;
        }
        let digits = if id_type.eq_ignore_ascii_case("CPR") {
            10
        } else if id_type.eq_ignore_ascii_case("CVR") {
            8
        } else {
            return self.note(RemarkCode::UnknownCode, &format!("memo:MessageHeader/{party}/memo:idType"));
        };
        if id.len() != digits || !id.bytes().all(|b| b.is_ascii_digit()) {
            self.note(RemarkCode::IdentityPattern, &format!("memo:MessageHeader/{party}/{element}"));
        }
    }

    fn check_actions(&mut self, body: &Body) {
        let main = body.main_document.as_slice();
        for (name, documents) in
            [("memo:MainDocument", main), ("memo:AdditionalDocument", &body.additional_documents)]
        {
            for (at, document) in documents.iter().enumerate() {
                for (nth, action) in document.actions.iter().enumerate() {
                    let path = || {
                        format!("memo:MessageBody/{}/{}", numbered(name, at), numbered("memo:Action", nth))
                    };
                    self.check_action(action, path);
                }
            }
        }
    }

    fn check_action(&mut self, action: &Action, path: impl Fn() -> String) {
        let code = lexical::trim(&action.action_code);
        if !code.is_empty() && !ACTION_CODES.contains(&code) {
            self.note(RemarkCode::UnknownCode, &format!("{}/memo:actionCode", path()));
        }
        if action.reservation.is_some() && action.entry_point.is_some() {
            self.note(RemarkCode::OnlyOneOf, &path());
        }
    }

    fn note(&mut self, code: RemarkCode, path: &str) {
        if self.may_remark() {
            self.remarks.push(Remark::new(code, path.to_owned()));
        }
    }
}

fn numbered(name: &str, at: usize) -> String {
    if at == 0 { name.to_owned() } else { format!("{name}[{}]", at + 1) }
}
