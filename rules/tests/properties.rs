//! Properties of deciding: whatever the facts, a decision is made, explained, guarded and free of personal data.

use jiff::Timestamp;
use std::sync::LazyLock;

use memo::{
    AttentionData, AttentionPerson, CaseId, ContactPoint, ContentData, CprData, ForwardData, Header, KleData,
    LabelledValue, Message, MessageType, ProductionUnit, ReplyData, Sender,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use rules::*;
use uuid::Uuid;

const CPR: &str = "2211771212";
const NAME: &str = "Kanarie Kaninsen";

/// Loading compiles patterns, so it is done once.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let base = include_str!("../../tests/corpus/cascade/policy.toml");
    let rules = r#"
        [[rule]]
        id = "hold"
        title = "Hold søgsmål"
        when = { label_words = "søgsmål" }
        then = "hold"
        [[rule]]
        id = "tag"
        title = "Mærk"
        when = { any = [{ kle = "27" }, { field = "reply", equals = true }] }
        annotate = { tags = "x", deadline_days = 99999999999, sensitivity = "sensitive" }
        [[rule]]
        id = "named"
        title = "Navngiven"
        when = { all = [{ kind = ["reply", "forward"] }, { field = "Document.count", at_least = 1 }] }
        then = { unit = "jura", case = "named" }
        [[rule]]
        id = "new"
        title = "Ny"
        when = { all = [{ kle = "32", facet = "G" }, { not = { sender = "citizen" } }] }
        then = { unit = "ydelse", journal = "new-case" }
    "#;
    Policy::load(&[("policy.toml", base), ("rules.toml", rules)], "edition-1").unwrap()
});

fn uuids() -> impl Strategy<Value = Option<Uuid>> {
    select(vec![None, Some(Uuid::nil()), Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2))])
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![select(words).prop_map(str::to_owned), "\\PC{0,12}"]
}

fn reply_data() -> impl Strategy<Value = ReplyData> {
    let system = words(&["SBSYS", "NOVA", ""]);
    let case = words(&["2025-4711", "", CPR]);
    (uuids(), uuids(), of(system), of(case), of(words(&["12345678", "87654321", CPR])), of(words(&["m-1"])))
        .prop_map(|(message_uuid, reply_uuid, generating_system_id, case_id, sender_id, message_id)| {
            ReplyData {
                message_uuid,
                reply_uuid,
                generating_system_id,
                additional: vec![LabelledValue {
                    label: "Sagsnummer".to_owned(),
                    value: case_id.clone().unwrap_or_default(),
                }],
                case_id,
                sender_id,
                message_id,
                ..ReplyData::default()
            }
        })
}

fn content() -> impl Strategy<Value = ContentData> {
    let kle = words(&["27.18.04", "32.18.04-G01", "28", "00.00.00", "81.38.00", NAME]);
    (of(kle), of(words(&["G01", "K02", "[Tekst]"])), of(words(&["2025-4711", CPR])), of(words(&[CPR])))
        .prop_map(|(subject, activity_facet, case_id, cpr)| ContentData {
            kle: subject.map(|subject_key| KleData { subject_key, activity_facet, ..KleData::default() }),
            case_id: case_id.map(|case_id| CaseId { case_id, case_system: "SBSYS".to_owned() }),
            cpr: cpr.map(|cpr_number| CprData { cpr_number, name: Some(NAME.to_owned()) }),
            ..ContentData::default()
        })
}

fn recipient() -> impl Strategy<Value = memo::Recipient> {
    let points = words(&["241d39f6-998e-4929-b198-ccacbbf4b330", "3f2a6f0e-4f6d-4b86-9f0e-6a1f0d5c2b11"]);
    let info = words(&["2025-4711", CPR, NAME]);
    let ids = words(&["12345678", "87654321", ""]);
    (ids, of((points, info)), of(words(&["AL-17", NAME])), of(words(&["1003378962"]))).prop_map(
        |(recipient_id, point, person, p_number)| memo::Recipient {
            recipient_id,
            id_type: "CVR".to_owned(),
            contact_point: point.map(|(contact_point_id, value)| ContactPoint {
                contact_point_id,
                contact_info: vec![LabelledValue { label: "Sagsnummer".to_owned(), value }],
                ..ContactPoint::default()
            }),
            attention: Some(AttentionData {
                person: person
                    .map(|id| AttentionPerson { person_id: Some(id), label: Some(NAME.to_owned()) }),
                production_unit: p_number.map(|number| ProductionUnit { number, name: None }),
                ..AttentionData::default()
            }),
            ..memo::Recipient::default()
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    let forward = of((uuids(), words(&["Sandby Kommune", "Prøvestyrelsen"])));
    let label = words(&["Søgsmål", "Sag 2025-4711", "Brev fra Kanarie Kaninsen 2211771212"]);
    let sender = (words(&[CPR, "87654321", "12345678"]), select(vec!["CPR", "cvr", "Andet"]));
    let replies = prop::collection::vec(reply_data(), 0..3);
    let kinds = select(vec![MessageType::DigitalPost, MessageType::DigitalPost, MessageType::NemSms]);
    (label, sender, recipient(), of(content()), forward, replies, kinds, any::<bool>()).prop_map(
        |(label, (sender_id, id_type), recipient, content_data, forward, reply_data, message_type, body)| {
            Message {
                header: Header {
                    message_type,
                    label,
                    sender: Sender {
                        sender_id,
                        id_type: id_type.to_owned(),
                        label: NAME.to_owned(),
                        ..Sender::default()
                    },
                    recipient,
                    content_data,
                    forward_data: forward.map(|(message_uuid, original_sender)| ForwardData {
                        message_uuid,
                        original_sender,
                        ..ForwardData::default()
                    }),
                    reply_data,
                    ..Header::default()
                },
                body: body.then(|| memo::Body {
                    main_document: Some(memo::Document::default()),
                    ..memo::Body::default()
                }),
                ..Message::default()
            }
        },
    )
}

fn found_case() -> impl Strategy<Value = Option<CaseFacts>> {
    let numbers = select(vec!["2025-4711", "2025-4712"]);
    let unit = of(select(vec!["plads", "boern", "ydelse", "social", "fremmed"]));
    of((numbers, any::<bool>(), any::<bool>(), of(Just("2025-5000")), unit, of(Just("anle")))).prop_map(
        |case| {
            case.map(|(number, open, sender_is_party, successor, unit, handler)| CaseFacts {
                number: number.to_owned(),
                open,
                successor: successor.map(str::to_owned),
                sender_is_party,
                unit: unit.map(str::to_owned),
                handler: handler.map(str::to_owned),
                subject: None,
            })
        },
    )
}

fn named_cases() -> impl Strategy<Value = Vec<NamedCase>> {
    let evidence = select(vec![
        Evidence::AnswersOurLetter,
        Evidence::OurSystemAndCase,
        Evidence::CaseInReplyData,
        Evidence::KnownMessageId,
        Evidence::CaseIdOfOurSystem,
        Evidence::CaseInContactInfo,
        Evidence::CaseInLabel,
        Evidence::PartyAndSubject,
    ]);
    let named = (evidence, prop::bool::weighted(0.8), found_case());
    prop::collection::vec(named, 0..4).prop_map(|named| {
        named
            .into_iter()
            .map(|(evidence, ours, found)| NamedCase { evidence, number: CPR.to_owned(), ours, found })
            .collect()
    })
}

/// Facts of a message, with a world and kinds that need not fit it: deciding must not lean on that.
fn facts() -> impl Strategy<Value = Facts> {
    let holds = prop::collection::vec(select(vec![Hold::ProtectedParty, Hold::DamagedDocument]), 0..2);
    let kinds = of((
        select(vec![MessageKind::New, MessageKind::Reply, MessageKind::Forward]),
        select(vec![SenderKind::Citizen, SenderKind::Authority, SenderKind::Unknown]),
    ));
    let confidence = prop_oneof![0.0f32..1.0, Just(f32::NAN), Just(f32::INFINITY)];
    let time = any::<i64>().prop_map(|s| Timestamp::from_second(s % 200_000_000_000).unwrap());
    (message(), named_cases(), prop::bool::weighted(0.1), holds, kinds, of(confidence), time).prop_map(
        |(message, named_cases, held, holds, kinds, confidence, available_at)| {
            let policy = &*POLICY;
            let own = (message_kind(policy, &message), sender_kind(policy, &message));
            let (kind, sender) = kinds.unwrap_or(own);
            Facts {
                remarks: Vec::new(),
                available_at,
                size: 1,
                kind,
                sender,
                recipient: recipient_kind(policy, &message),
                subject: marked_subject(policy, &message),
                named_cases,
                holds: if held { holds } else { Vec::new() },
                text: format!("{NAME} {CPR}"),
                suggestions: confidence
                    .map(|confidence| Suggestion {
                        subject: "28.06.04".parse().unwrap(),
                        confidence,
                        why: vec![],
                    })
                    .into_iter()
                    .collect(),
                technical: Vec::new(),
                judgement: None,
                glimpse: None,
                message,
            }
        },
    )
}

/// May a step journal on this case unseen? Exactly the guard of DESIGN §4, read naively.
fn may_journal(policy: &Policy, facts: &Facts, number: &str) -> bool {
    facts.named_cases.iter().filter(|named| named.ours).filter_map(|named| named.found.as_ref()).any(|case| {
        let closed_case = case.unit.as_deref().or(case.handler.as_deref().map(|_| "boern"));
        let policy_of_unit = closed_case.and_then(|unit| policy.open_unit(unit)).map(|unit| unit.closed_case);
        case.sender_is_party
            && match (case.open, &case.successor) {
                (true, _) => case.number == number,
                (false, Some(successor)) if successor == number => {
                    policy_of_unit == Some(ClosedCase::Successor)
                }
                // The handler's unit may answer for a case whose own unit is unknown.
                (false, _) => case.number == number && (policy_of_unit != Some(ClosedCase::Ask)),
            }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_decided_and_explained(facts in facts()) {
        let policy = &*POLICY;
        let decision = decide(policy, &facts);
        let again = decide(policy, &facts);
        prop_assert_eq!((&again.outcome, &again.trace), (&decision.outcome, &decision.trace));
        let lines = &decision.trace.lines;
        prop_assert!(lines.is_sorted_by_key(|line| line.step));
        prop_assert_eq!(lines.iter().position(|line| line.decided), Some(lines.len() - 1));
        let mut steps: Vec<usize> = lines.iter().map(|line| line.step as usize).collect();
        steps.dedup();
        prop_assert_eq!(&steps, &(0..steps.len()).collect::<Vec<_>>());
        prop_assert_eq!(&decision.trace.edition, "edition-1");
        match (&decision.decider, lines.last().unwrap().step) {
            (Decider::Step(step), last) => prop_assert_eq!(*step, last),
            (Decider::Rule(id), last) => {
                prop_assert!(matches!(last, Step::Rules | Step::Holds));
                prop_assert!(policy.rules().iter().any(|rule| rule.id == *id));
            }
            (Decider::Person(_), _) => prop_assert!(false, "nobody was asked"),
        }
        if let Outcome::HandOver(hand_over) = &decision.outcome {
            prop_assert_eq!(&policy.open_unit(&hand_over.unit).unwrap().id, &hand_over.unit);
            prop_assert!(facts.holds.is_empty());
            prop_assert_eq!(facts.recipient, RecipientKind::Ours);
            if let Journaling::OnCase(number) = &hand_over.journal {
                prop_assert!(may_journal(policy, &facts, number), "journaled on {number} without the guard");
            }
        }
    }

    #[test]
    fn a_trace_names_marks_and_rules_and_never_persons(facts in facts()) {
        let decision = decide(&POLICY, &facts);
        let said = serde_json::to_string(&(&decision.trace, &decision.suggestions)).unwrap();
        for secret in [CPR, "221177", "Kanarie", "Kaninsen"] {
            prop_assert!(!said.contains(secret), "{secret} in {said}");
        }
        let debugged = format!("{facts:?}");
        prop_assert!(!debugged.contains(CPR) && !debugged.contains("Kanarie"), "{debugged}");
    }

    #[test]
    fn references_are_distinct_and_the_strongest_stand_first(message in message()) {
        let policy = &*POLICY;
        let references = references(policy, &message);
        prop_assert!(references.is_sorted_by_key(|reference| (!reference.ours, reference.evidence)));
        for (index, reference) in references.iter().enumerate() {
            prop_assert!(references[..index].iter().all(|other| other.lookup != reference.lookup));
            if let Lookup::CaseNumber(number) = &reference.lookup {
                prop_assert!(!number.trim().is_empty() && number.chars().count() <= 64);
            }
        }
        let parties = parties(policy, &message);
        prop_assert!(parties.iter().all(|party| !policy.authority().is_ours(&party.id)));
    }

    #[test]
    fn facts_and_decisions_survive_being_stored(mut facts in facts()) {
        // JSON has no infinities; a classifier's calibrated probability is never one.
        facts.suggestions.retain(|suggestion| suggestion.confidence.is_finite());
        let policy = &*POLICY;
        let decision = decide(policy, &facts);
        let stored: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        prop_assert_eq!(&decide(policy, &stored), &decision);
        let stored: Decision = serde_json::from_str(&serde_json::to_string(&decision).unwrap()).unwrap();
        prop_assert_eq!(&stored, &decision);
    }
}
