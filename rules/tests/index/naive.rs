//! The naive reader: takes every rule in order and reads its condition word by word, with nothing of the crate's own but
//! the facts.

use regex::Regex;
use rules::{Facts, MessageKind, SenderKind};

use crate::rule::{self, HOLD, Op, Rule, When};

/// The tags put on, and the number of the rule that decides.
pub(crate) fn decide(rules: &[Rule], facts: &Facts) -> (Vec<String>, Option<usize>) {
    let matches = |rule: &Rule| holds(&rule.when, facts, rule.forwarded_marks);
    let tags_of = |number: usize| rules[number].tag.then(|| rule::id(number));
    let held = rules.iter().position(|rule| rule.then == Some(HOLD) && matches(rule));
    if let Some(number) = held {
        return (tags_of(number).into_iter().collect(), Some(number));
    }
    let mut tags = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        if rule.then != Some(HOLD) && matches(rule) {
            tags.extend(tags_of(number));
            if rule.then.is_some() {
                return (tags, Some(number));
            }
        }
    }
    (tags, None)
}

fn holds(when: &When, facts: &Facts, forwarded_marks: bool) -> bool {
    let all_marks = forwarded_marks || marks_are_ours(facts);
    match when {
        When::All(parts) => parts.iter().all(|part| holds(part, facts, forwarded_marks)),
        When::Any(parts) => parts.iter().any(|part| holds(part, facts, forwarded_marks)),
        When::Not(part) => !holds(part, facts, forwarded_marks),
        When::Kle(subjects, facets) => facts.subject.as_ref().is_some_and(|mark| {
            let under = |start: &&str| mark.subject.to_string().starts_with(start);
            let facet = mark.facet.map(|facet| facet.to_string());
            (mark.ours || forwarded_marks)
                && (subjects.is_empty() || subjects.iter().any(under))
                && (facets.is_empty()
                    || facet.is_some_and(|facet| facets.iter().any(|start| facet.starts_with(start))))
        }),
        When::Kind(kinds) => kinds.contains(&match facts.kind {
            MessageKind::New => "new",
            MessageKind::Reply => "reply",
            MessageKind::Forward => "forward",
        }),
        When::Sender(kinds) => kinds.contains(&match facts.sender {
            SenderKind::Citizen => "citizen",
            SenderKind::Company => "company",
            SenderKind::Authority => "authority",
            SenderKind::Ourselves => "ourselves",
            SenderKind::Unknown => "unknown",
        }),
        When::Words(place, sought) => sought.iter().any(|word| {
            (*place != "text_words" && has_words(&facts.message.header.label, word))
                || (*place != "label_words" && has_words(&facts.text, word))
        }),
        When::Field(field, op) => {
            (all_marks || !field.starts_with("ContentData")) && satisfies(&values(field, facts), op)
        }
    }
}

/// A forwarded letter's marks are its first sender's, unless that was us.
fn marks_are_ours(facts: &Facts) -> bool {
    facts.kind != MessageKind::Forward
        || facts
            .message
            .header
            .forward_data
            .as_ref()
            .is_some_and(|forward| forward.original_sender == "Sandby Kommune")
}

fn has_words(text: &str, sought: &str) -> bool {
    let (text, sought) = (words(text), words(sought));
    text.windows(sought.len()).any(|window| window == sought)
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("aa", "å").replace('é', "e");
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn satisfies(values: &[String], op: &Op) -> bool {
    let folded = |text: &str| text.trim().to_lowercase();
    let any_pair = |wanted: &[&str], fits: fn(&str, &str) -> bool| {
        values.iter().any(|value| wanted.iter().any(|wanted| fits(&folded(value), &folded(wanted))))
    };
    match op {
        Op::OneOf(wanted) => any_pair(wanted, |value, wanted| value == wanted),
        Op::Prefix(wanted) => any_pair(wanted, |value, wanted| value.starts_with(wanted)),
        Op::Contains(wanted) => any_pair(wanted, |value, wanted| value.contains(wanted)),
        Op::Matches(pattern) => {
            let regex = Regex::new(pattern).expect("a pattern of ours");
            values.iter().any(|value| regex.is_match(value))
        }
        Op::Present(wanted) => values.iter().any(|value| !value.trim().is_empty()) == *wanted,
        Op::AtLeast(least) => {
            values.iter().any(|value| value.trim().parse::<u64>().is_ok_and(|number| number >= *least))
        }
    }
}

fn values(field: &str, facts: &Facts) -> Vec<String> {
    let header = &facts.message.header;
    let content = header.content_data.as_ref();
    match field {
        "Sender.senderID" => vec![header.sender.sender_id.clone()],
        "label" => vec![header.label.clone()],
        "text" => vec![facts.text.clone()],
        "messageCode" => header.message_code.iter().cloned().collect(),
        "reply" => vec![(header.reply == Some(true)).to_string()],
        "Recipient.ContactPoint.contactPointID" => {
            header.recipient.contact_point.iter().map(|point| point.contact_point_id.clone()).collect()
        }
        "ContentData.MotorVehicle.licenseNumber" => content
            .and_then(|content| content.motor_vehicle.as_ref())
            .map(|vehicle| vehicle.license_number.clone())
            .into_iter()
            .collect(),
        "ContentData.AdditionalContentData.contentDataValue" => {
            content.iter().flat_map(|content| &content.additional).map(|data| data.value.clone()).collect()
        }
        "ReplyData.caseID" => header.reply_data.iter().filter_map(|reply| reply.case_id.clone()).collect(),
        "Document.count" => {
            let body = facts.message.body.iter();
            vec![body.map(|body| usize::from(body.main_document.is_some())).sum::<usize>().to_string()]
        }
        other => panic!("the naive reader does not know {other}"),
    }
}
