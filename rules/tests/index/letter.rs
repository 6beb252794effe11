//! Letters at random: few values, so that rules match them; forwarded ones with marks that are ours and that are not.

use jiff::Timestamp;
use memo::{
    AdditionalContentData, ContactPoint, ContentData, ForwardData, Header, Message, MotorVehicle, Recipient,
    ReplyData, Sender,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use rules::{Facts, MarkedSubject, MessageKind, RecipientKind, SenderKind};

const TEXTS: [&str; 10] = [
    "",
    "Klage over bil",
    "klage, over Aabenraa Allé 17",
    "over",
    "Åbenrå",
    "KLAGE OVER",
    "bilklage",
    "b ABC 12345678",
    "a a17",
    "  17 ",
];
const VALUES: [&str; 11] =
    ["12345678", " 87654321", "årsopg", "true", "AB12345", "ab12345 B", "Klage over", "b", "", "0", "12"];

fn texts() -> impl Strategy<Value = String> {
    let joined = prop::collection::vec(select(&TEXTS), 0..4).prop_map(|texts| texts.join(" "));
    // Letters that the naive reader knows how to fold.
    prop_oneof![9 => joined, 1 => "[ a-cA-CæøåÆØÅéÉ0-9.,–]{0,12}"]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(&VALUES).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

fn mark() -> impl Strategy<Value = MarkedSubject> {
    let subjects =
        select(vec!["27", "27.18", "27.18.04", "27.18.05", "27.36.04", "28.06.04", "32.18.04", "00"]);
    let facets = of(select(vec!["G01", "G02", "K02", "P19"]));
    (subjects, facets, prop::bool::weighted(0.7)).prop_map(|(subject, facet, ours)| MarkedSubject {
        subject: subject.parse().unwrap(),
        facet: facet.map(|facet| facet.parse().unwrap()),
        ours,
        remark: None,
    })
}

fn content() -> impl Strategy<Value = ContentData> {
    (of(value()), prop::collection::vec(value(), 0..3)).prop_map(|(license, values)| ContentData {
        motor_vehicle: license
            .map(|license_number| MotorVehicle { license_number, ..MotorVehicle::default() }),
        additional: values
            .into_iter()
            .map(|value| AdditionalContentData { value, ..AdditionalContentData::default() })
            .collect(),
        ..ContentData::default()
    })
}

fn header() -> impl Strategy<Value = Header> {
    let forward = of(select(vec!["Sandby Kommune", "Fjernby Kommune", ""]));
    let cases = prop::collection::vec(of(value()), 0..3);
    (texts(), value(), of(value()), of(any::<bool>()), of(value()), of(content()), forward, cases).prop_map(
        |(label, sender_id, message_code, reply, point, content_data, forward, cases)| Header {
            label,
            sender: Sender { sender_id, ..Sender::default() },
            message_code,
            reply,
            recipient: Recipient {
                contact_point: point
                    .map(|contact_point_id| ContactPoint { contact_point_id, ..ContactPoint::default() }),
                ..Recipient::default()
            },
            content_data,
            forward_data: forward
                .map(|sender| ForwardData { original_sender: sender.to_owned(), ..ForwardData::default() }),
            reply_data: cases
                .into_iter()
                .map(|case_id| ReplyData { case_id, ..ReplyData::default() })
                .collect(),
            ..Header::default()
        },
    )
}

/// Facts of a letter that no other step than the rules holds back or decides.
pub(crate) fn letter() -> impl Strategy<Value = Facts> {
    let senders = select(vec![
        SenderKind::Citizen,
        SenderKind::Company,
        SenderKind::Authority,
        SenderKind::Ourselves,
        SenderKind::Unknown,
    ]);
    let kinds = select(vec![MessageKind::New, MessageKind::Reply, MessageKind::Forward]);
    (header(), texts(), kinds, senders, of(mark()), any::<bool>()).prop_map(
        |(header, text, kind, sender, subject, body)| Facts {
            message: Message {
                header,
                body: body.then(|| memo::Body {
                    main_document: Some(memo::Document::default()),
                    ..memo::Body::default()
                }),
                ..Message::default()
            },
            remarks: Vec::new(),
            available_at: Timestamp::UNIX_EPOCH,
            size: 1,
            kind,
            sender,
            recipient: RecipientKind::Ours,
            subject,
            named_cases: Vec::new(),
            holds: Vec::new(),
            text,
            suggestions: Vec::new(),
            technical: Vec::new(),
            judgement: None,
            glimpse: None,
        },
    )
}
