//! What a message says of itself: kinds, parties, and what must be looked up, in order of belief.

use memo::{
    CaseId, ContactPoint, ContentData, CprData, CvrData, ForwardData, Header, LabelledValue, Message,
    Recipient, ReplyData, Representative, Sender,
};
use rules::{
    Evidence, Lookup, MessageKind, PartyRole, Policy, RecipientKind, SenderKind, message_kind, parties,
    recipient_kind, references, sender_kind,
};
use uuid::Uuid;

const OWN: Uuid = Uuid::from_u128(1);
const LETTER: Uuid = Uuid::from_u128(2);
const FALSE: Uuid = Uuid::from_u128(3);

fn policy() -> Policy {
    Policy::load(&[("policy.toml", include_str!("../../tests/corpus/cascade/policy.toml"))], "1").unwrap()
}

fn message(header: Header) -> Message {
    Message { header: Header { message_uuid: OWN, ..header }, ..Message::default() }
}

fn replies(reply_data: Vec<ReplyData>) -> Message {
    message(Header { reply_data, ..Header::default() })
}

fn entry(message_uuid: Option<Uuid>, reply_uuid: Option<Uuid>) -> ReplyData {
    ReplyData { message_uuid, reply_uuid, ..ReplyData::default() }
}

#[test]
fn return_data_of_another_letter_makes_an_answer_and_ones_own_does_not() {
    let ours = ReplyData { generating_system_id: Some("sbsys".to_owned()), ..ReplyData::default() };
    for (name, entries, expected) in [
        ("none", vec![], MessageKind::New),
        ("own entry", vec![entry(Some(OWN), None)], MessageKind::New),
        ("own entry that answers", vec![entry(Some(OWN), Some(LETTER))], MessageKind::Reply),
        ("entry of another letter", vec![entry(Some(LETTER), None)], MessageKind::Reply),
        ("no uuid, nobody's", vec![entry(None, None)], MessageKind::New),
        ("no uuid, our system", vec![ours], MessageKind::Reply),
    ] {
        assert_eq!(message_kind(&policy(), &replies(entries)), expected, "{name}");
    }
    let forwarded = Header {
        forward_data: Some(ForwardData::default()),
        reply_data: vec![entry(Some(LETTER), None)],
        ..Header::default()
    };
    assert_eq!(message_kind(&policy(), &message(forwarded)), MessageKind::Forward);
}

#[test]
fn senders_and_recipients_are_told_apart_by_number_and_type() {
    for (id, id_type, as_sender, as_recipient) in [
        ("2211771212", "CPR", SenderKind::Citizen, RecipientKind::Foreign),
        ("221177-1212", "cpr", SenderKind::Citizen, RecipientKind::Foreign),
        ("11223344", "CVR", SenderKind::Company, RecipientKind::Foreign),
        ("87654321", "cvr", SenderKind::Authority, RecipientKind::Foreign),
        (" 12 34 56 78 ", "CVR", SenderKind::Ourselves, RecipientKind::Ours),
        ("12345679", "CVR", SenderKind::Ourselves, RecipientKind::Ours),
        ("12345678", "CPR", SenderKind::Unknown, RecipientKind::Missing),
        ("12345678", "Andet", SenderKind::Unknown, RecipientKind::Missing),
        ("ukendt", "CVR", SenderKind::Unknown, RecipientKind::Missing),
        ("", "", SenderKind::Unknown, RecipientKind::Missing),
    ] {
        let (id, id_type) = (id.to_owned(), id_type.to_owned());
        let message = message(Header {
            sender: Sender { sender_id: id.clone(), id_type: id_type.clone(), ..Sender::default() },
            recipient: Recipient {
                recipient_id: id.clone(),
                id_type: id_type.clone(),
                ..Recipient::default()
            },
            ..Header::default()
        });
        assert_eq!(sender_kind(&policy(), &message), as_sender, "{id:?} {id_type:?}");
        assert_eq!(recipient_kind(&policy(), &message), as_recipient, "{id:?} {id_type:?}");
    }
}

#[test]
fn everything_a_message_points_at_is_looked_up_strongest_first_and_once() {
    let policy = policy();
    let our_entry = ReplyData {
        message_uuid: Some(LETTER),
        message_id: Some("FAG-1".to_owned()),
        case_id: Some("2025-4711".to_owned()),
        generating_system_id: Some("SBSYS".to_owned()),
        ..ReplyData::default()
    };
    let unsigned = ReplyData {
        message_uuid: Some(FALSE),
        case_id: Some("2025-4712".to_owned()),
        ..ReplyData::default()
    };
    let foreign = ReplyData {
        message_id: Some("X-1".to_owned()),
        case_id: Some("77".to_owned()),
        sender_id: Some("87654321".to_owned()),
        ..ReplyData::default()
    };
    let header = Header {
        label: "SV: sag 2025-4711 og 2025-4714".to_owned(),
        reply_data: vec![entry(Some(OWN), Some(LETTER)), foreign, unsigned, our_entry],
        content_data: Some(ContentData {
            case_id: Some(CaseId { case_id: "2025-4713".to_owned(), case_system: " SBSYS".to_owned() }),
            ..ContentData::default()
        }),
        recipient: Recipient {
            contact_point: Some(ContactPoint {
                contact_info: vec![LabelledValue { label: "Sagsnr.".to_owned(), value: "A/7".to_owned() }],
                ..ContactPoint::default()
            }),
            ..Recipient::default()
        },
        ..Header::default()
    };
    let found: Vec<(Evidence, String, bool)> = references(&policy, &message(header))
        .into_iter()
        .map(|reference| {
            let lookup = match reference.lookup {
                Lookup::SentLetter(uuid) => format!("letter {}", uuid.as_u128()),
                Lookup::SentMessageId(id) => format!("message {id}"),
                Lookup::CaseNumber(number) => format!("case {number}"),
                Lookup::PartyAndSubject { subject, .. } => format!("party and {subject}"),
            };
            (reference.evidence, lookup, reference.ours)
        })
        .collect();
    let expected = [
        (Evidence::AnswersOurLetter, "letter 2", true),
        (Evidence::AnswersOurLetter, "letter 3", true),
        (Evidence::OurSystemAndCase, "case 2025-4711", true),
        (Evidence::CaseInReplyData, "case 2025-4712", true),
        (Evidence::KnownMessageId, "message FAG-1", true),
        (Evidence::CaseIdOfOurSystem, "case 2025-4713", true),
        (Evidence::CaseInContactInfo, "case A/7", true),
        (Evidence::CaseInLabel, "case 2025-4714", true),
        (Evidence::CaseInReplyData, "case 77", false),
    ];
    assert_eq!(found, expected.map(|(evidence, lookup, ours)| (evidence, lookup.to_owned(), ours)));
}

#[test]
fn sender_representative_and_whom_it_is_about_are_parties_and_we_are_not() {
    let header = |forward_data| Header {
        sender: Sender {
            sender_id: "2211771212".to_owned(),
            id_type: "CPR".to_owned(),
            representative: Some(Representative {
                representative_id: "11223344".to_owned(),
                id_type: "cvr".to_owned(),
                ..Representative::default()
            }),
            ..Sender::default()
        },
        content_data: Some(ContentData {
            cpr: Some(CprData { cpr_number: "050515-1234".to_owned(), name: None }),
            cvr: Some(CvrData { cvr_number: "12345678".to_owned(), company_name: None }),
            ..ContentData::default()
        }),
        forward_data,
        ..Header::default()
    };
    let found = |header| -> Vec<(String, PartyRole)> {
        parties(&policy(), &message(header)).into_iter().map(|party| (party.id, party.role)).collect()
    };
    let sender = ("2211771212".to_owned(), PartyRole::Sender);
    let representative = ("11223344".to_owned(), PartyRole::Representative);
    let subject = ("0505151234".to_owned(), PartyRole::Subject);
    assert_eq!(found(header(None)), [sender.clone(), representative.clone(), subject]);
    assert_eq!(found(header(Some(ForwardData::default()))), [sender, representative]);
}
