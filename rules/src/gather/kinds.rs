//! Kinds of message, sender and recipient; the KLE mark; refused files.

use memo::{Message, ReplyData};

use super::parties::{PartyIdType, identity};
use crate::{MarkedSubject, MessageKind, Policy, RecipientKind, SenderKind};

/// New, answer or forward.
///
/// A sender's own return data does not make a letter an answer: it is the entry for this very message, without a
/// `replyUUID` (`spec/memo-format.md` §3.9).
pub fn message_kind(policy: &Policy, message: &Message) -> MessageKind {
    let header = &message.header;
    if header.forward_data.is_some() {
        return MessageKind::Forward;
    }
    let answers = |entry: &ReplyData| {
        entry.reply_uuid.is_some()
            || match entry.message_uuid {
                Some(uuid) => uuid != header.message_uuid,
                // Without a UUID the entry can not be told from the sender's own, unless it bears our name.
                None => bears_our_name(policy, entry),
            }
    };
    if header.reply_data.iter().any(answers) { MessageKind::Reply } else { MessageKind::New }
}

fn bears_our_name(policy: &Policy, entry: &ReplyData) -> bool {
    let authority = policy.authority();
    entry.generating_system_id.as_deref().is_some_and(|system| authority.is_our_system(system))
        || entry.sender_id.as_deref().is_some_and(|id| authority.is_ours(id.trim()))
}

/// What kind of sender.
pub fn sender_kind(policy: &Policy, message: &Message) -> SenderKind {
    let sender = &message.header.sender;
    match identity(&sender.sender_id, &sender.id_type) {
        Some((_, PartyIdType::Cpr)) => SenderKind::Citizen,
        Some((cvr, PartyIdType::Cvr)) if policy.authority().is_ours(&cvr) => SenderKind::Ourselves,
        Some((cvr, PartyIdType::Cvr)) if policy.authority().is_known_authority(&cvr) => SenderKind::Authority,
        Some((_, PartyIdType::Cvr)) => SenderKind::Company,
        None => SenderKind::Unknown,
    }
}

/// Is the message for us? Anything that is neither CPR nor CVR counts as no recipient.
pub fn recipient_kind(policy: &Policy, message: &Message) -> RecipientKind {
    let recipient = &message.header.recipient;
    match identity(&recipient.recipient_id, &recipient.id_type) {
        Some((cvr, PartyIdType::Cvr)) if policy.authority().is_ours(&cvr) => RecipientKind::Ours,
        Some(_) => RecipientKind::Foreign,
        None => RecipientKind::Missing,
    }
}

/// The KLE mark, when a subject can be read from it.
pub fn marked_subject(policy: &Policy, message: &Message) -> Option<MarkedSubject> {
    let mark = read_mark(message)?;
    Some(MarkedSubject {
        subject: mark.subject?,
        facet: mark.facet,
        ours: message.header.forward_data.is_none() || first_sender_is_us(policy, message),
        remark: mark.remark(),
    })
}

/// The KLE mark as it could be read; `None` when there is no mark.
pub(crate) fn read_mark(message: &Message) -> Option<kle::Normalised> {
    let mark = message.header.content_data.as_ref()?.kle.as_ref()?;
    Some(kle::normalise(&mark.subject_key, mark.activity_facet.as_deref()))
}

/// Was the forwarded letter ours? MeMo gives the first sender as a name only.
pub(crate) fn first_sender_is_us(policy: &Policy, message: &Message) -> bool {
    let forward = message.header.forward_data.as_ref();
    forward.is_some_and(|forward| policy.authority().is_our_name(&forward.original_sender))
}

/// Is there a document of a kind that the authority does not accept, by the extension of its file name?
pub fn has_forbidden_file(policy: &Policy, message: &Message) -> bool {
    let Some(body) = &message.body else { return false };
    let documents =
        body.main_document.iter().chain(&body.additional_documents).chain(&body.technical_documents);
    documents.flat_map(|document| &document.files).any(|file| {
        let name = file.filename.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
        name.rsplit_once('.').is_some_and(|(_, extension)| {
            policy.forbidden_extensions.contains(extension.trim().to_lowercase().as_str())
        })
    })
}
