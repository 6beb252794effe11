//! What the index spares us: rules that can not match are not asked.

use memo::{Header, Message, Sender};

use super::*;
use crate::rule::Looked;
use crate::{Facts, MarkedSubject, Policy, RecipientKind};

const BASE: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n";

fn policy(rules: impl Iterator<Item = String>) -> Policy {
    let rules: String = rules
        .enumerate()
        .map(|(n, when)| format!("[[rule]]\nid = \"r{n}\"\ntitle = \"R\"\nthen = \"desk\"\nwhen = {when}\n"))
        .collect();
    Policy::load(&[("base", BASE), ("rules", rules.as_str())], "1").unwrap()
}

/// A letter from 10000007 with the title »Klage over vej 7« and the mark 27.18.04 G01.
fn letter() -> Facts {
    Facts {
        message: Message {
            header: Header {
                label: "Klage over vej 7".to_owned(),
                sender: Sender {
                    sender_id: "10000007".to_owned(),
                    id_type: "CVR".to_owned(),
                    ..Sender::default()
                },
                ..Header::default()
            },
            ..Message::default()
        },
        remarks: Vec::new(),
        available_at: jiff::Timestamp::UNIX_EPOCH,
        size: 1,
        kind: MessageKind::New,
        sender: SenderKind::Company,
        recipient: RecipientKind::Ours,
        subject: Some(MarkedSubject {
            subject: "27.18.04".parse().unwrap(),
            facet: Some("G01".parse().unwrap()),
            ours: true,
            remark: None,
        }),
        named_cases: Vec::new(),
        holds: Vec::new(),
        text: String::new(),
        suggestions: Vec::new(),
        technical: Vec::new(),
        judgement: None,
        glimpse: None,
    }
}

fn asked(policy: &Policy) -> Vec<usize> {
    let facts = letter();
    policy.index.look_up(&Looked::at(&facts, true)).others().collect()
}

#[test]
fn a_rule_is_asked_when_the_letter_has_its_keys_and_not_otherwise() {
    for (when, expected) in [
        (r#"{ kle = "27" }"#, true),
        (r#"{ kle = "28" }"#, false),
        (r#"{ kle = "27.18.04", facet = "G" }"#, true),
        (r#"{ kle = "27.18", facet = "G01" }"#, true),
        (r#"{ kle = "27.18", facet = "K" }"#, false),
        (r#"{ facet = ["K", "G"] }"#, true),
        (r#"{ facet = "K02" }"#, false),
        (r#"{ kind = "new" }"#, true),
        (r#"{ kind = ["reply", "forward"] }"#, false),
        (r#"{ sender = "citizen" }"#, false),
        (r#"{ words = "klage over" }"#, true),
        (r#"{ words = ["over", "under"] }"#, true),
        (r#"{ text_words = "klage" }"#, false),
        (r#"{ words = "lage" }"#, false),
        (r#"{ kle_exact = "27.18.04" }"#, true),
        (r#"{ kle_exact = ["28.00.00", "27.18.05"] }"#, false),
        (r#"{ sender_cvr = "10000007" }"#, true),
        (r#"{ sender_cvr = ["10000008", "10000009"] }"#, false),
        (r#"{ field = "Sender.senderID", equals = "10000007" }"#, true),
        (r#"{ field = "Sender.senderID", equals = "10000008" }"#, false),
        (r#"{ field = "Recipient.recipientID", equals = "10000007" }"#, false),
        (r#"{ field = "label", prefix = "klage" }"#, true),
        (r#"{ field = "label", prefix = "over" }"#, false),
        (r#"{ field = "label", contains = "OVER V" }"#, true),
        (r#"{ field = "messageCode", contains = "over" }"#, false),
        (r#"{ field = "messageCode", matches = "^x" }"#, false),
        (r#"{ field = "messageCode", present = true }"#, false),
        (r#"{ field = "messageCode", present = false }"#, true),
        // All: the rarest part decides. Any: every part counts. Not: nothing is known.
        (r#"{ kind = "new", label_words = "ros" }"#, false),
        (r#"{ any = [{ label_words = "ros" }, { kle = "28" }] }"#, false),
        (r#"{ any = [{ label_words = "ros" }, { kle = "27" }] }"#, true),
        (r#"{ any = [{ label_words = "ros" }, { field = "messageCode", present = false }] }"#, true),
        (r#"{ not = { kle = "27" } }"#, true),
    ] {
        let asked = asked(&policy([when.to_owned()].into_iter()));
        assert_eq!(!asked.is_empty(), expected, "{when}");
    }
}

#[test]
fn of_ten_thousand_rules_a_handful_is_asked() {
    let when = |n: usize| match n % 4 {
        0 => format!(r#"{{ field = "Sender.senderID", equals = "{}" }}"#, 10_000_000 + n),
        1 => format!(r#"{{ kle = "27.{:02}.{:02}", kind = "new" }}"#, n / 400, n / 4 % 100),
        2 => format!(r#"{{ label_words = ["vej {n}", "sti {n}"], sender = "company" }}"#),
        // What all ask for tells nothing: the other part does.
        _ => format!(
            r#"{{ all = [{{ label_words = "klage" }}, {{ field = "messageCode", equals = "K{n}" }}] }}"#
        ),
    };
    let asked = asked(&policy((0..10_000).map(when)));
    assert!(asked.len() <= 5, "{} rules are asked", asked.len());
    assert!(asked.is_sorted());
}

#[test]
fn a_rule_is_filed_where_the_fewest_letters_lead() {
    let policy = policy((0..100).map(|n| format!(r#"{{ kle = "27.18.04", label_words = "ord{n}" }}"#)));
    assert!(asked(&policy).is_empty());
}
