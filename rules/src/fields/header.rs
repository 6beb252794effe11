//! Fields of the header itself, the two sides' own fields, forward data and return data.

use memo::{ForwardData, Message, MessageType, Recipient, ReplyData, Representative, Sender};

use super::{Field, flag, shown, table, text};
use crate::Facts;

fn message(facts: &Facts) -> Option<&Message> {
    Some(&facts.message)
}

fn sender(facts: &Facts) -> Option<&Sender> {
    Some(&facts.message.header.sender)
}

fn representative(facts: &Facts) -> Option<&Representative> {
    facts.message.header.sender.representative.as_ref()
}

fn recipient(facts: &Facts) -> Option<&Recipient> {
    Some(&facts.message.header.recipient)
}

fn forward(facts: &Facts) -> Option<&ForwardData> {
    facts.message.header.forward_data.as_ref()
}

fn replies(facts: &Facts) -> Option<&Vec<ReplyData>> {
    Some(&facts.message.header.reply_data)
}

pub(super) const FIELDS: &[Field] = table!("", message, {
    "memoVersion" => |m, v| text(&m.version, v),
    "memoSchVersion" => |m, v| text(&m.schema_version, v),
    "messageType" => |m, v| match &m.header.message_type {
        MessageType::DigitalPost => v("DIGITALPOST"),
        MessageType::NemSms => v("NEMSMS"),
        MessageType::Other(other) => v(other),
    },
    "messageUUID" => |m, v| shown(Some(m.header.message_uuid), v),
    "messageID" => |m, v| text(&m.header.message_id, v),
    "messageCode" => |m, v| text(&m.header.message_code, v),
    "label" => |m, v| text(&m.header.label, v),
    "notification" => |m, v| text(&m.header.notification, v),
    "additionalNotification" => |m, v| text(&m.header.additional_notification, v),
    "reply" => |m, v| flag(m.header.reply, v),
    "replyByDateTime" => |m, v| shown(m.header.reply_by, v),
    "doNotDeliverUntilDate" => |m, v| shown(m.header.do_not_deliver_until, v),
    "mandatory" => |m, v| flag(m.header.mandatory, v),
    "legalNotification" => |m, v| flag(m.header.legal_notification, v),
    "postType" => |m, v| text(&m.header.post_type, v),
});

pub(super) const SENDER: &[Field] = table!("Sender.", sender, {
    "senderID" => |s, v| text(&s.sender_id, v),
    "idType" => |s, v| text(&s.id_type, v),
    "idTypeLabel" => |s, v| text(&s.id_type_label, v),
    "label" => |s, v| text(&s.label, v),
});

pub(super) const REPRESENTATIVE: &[Field] = table!("Sender.Representative.", representative, {
    "representativeID" => |r, v| text(&r.representative_id, v),
    "idType" => |r, v| text(&r.id_type, v),
    "label" => |r, v| text(&r.label, v),
});

pub(super) const RECIPIENT: &[Field] = table!("Recipient.", recipient, {
    "recipientID" => |r, v| text(&r.recipient_id, v),
    "idType" => |r, v| text(&r.id_type, v),
    "idTypeLabel" => |r, v| text(&r.id_type_label, v),
    "label" => |r, v| text(&r.label, v),
});

pub(super) const FORWARD: &[Field] = table!("ForwardData.", forward, {
    "messageUUID" => |f, v| shown(f.message_uuid, v),
    "originalMessageDateTime" => |f, v| shown(f.original_message_date, v),
    "originalSender" => |f, v| text(&f.original_sender, v),
    "originalContentResponsible" => |f, v| text(&f.original_content_responsible, v),
    "originalRepresentative" => |f, v| text(&f.original_representative, v),
    "contactPointID" => |f, v| text(&f.contact_point_id, v),
    "comment" => |f, v| text(&f.comment, v),
});

pub(super) const REPLY: &[Field] = table!("ReplyData.", replies, {
    "messageID" => |all, v| all.iter().any(|r| text(&r.message_id, v)),
    "messageUUID" => |all, v| all.iter().any(|r| shown(r.message_uuid, v)),
    "replyUUID" => |all, v| all.iter().any(|r| shown(r.reply_uuid, v)),
    "senderID" => |all, v| all.iter().any(|r| text(&r.sender_id, v)),
    "recipientID" => |all, v| all.iter().any(|r| text(&r.recipient_id, v)),
    "caseID" => |all, v| all.iter().any(|r| text(&r.case_id, v)),
    "contactPointID" => |all, v| all.iter().any(|r| text(&r.contact_point_id, v)),
    "generatingSystemID" => |all, v| all.iter().any(|r| text(&r.generating_system_id, v)),
    "comment" => |all, v| all.iter().any(|r| text(&r.comment, v)),
    "AdditionalReplyData.label" => |all, v| all.iter().flat_map(|r| &r.additional).any(|a| text(&a.label, v)),
    "AdditionalReplyData.value" => |all, v| all.iter().flat_map(|r| &r.additional).any(|a| text(&a.value, v)),
});
