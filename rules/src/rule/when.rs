//! `when`: a condition as it is read. Every key of the table is a condition, and all of them must hold.

use std::collections::BTreeSet;

use super::case_state::CaseState;
use super::condition::{Condition, SenderCvrs, Where};
use super::deadline::Within;
use super::document::DocumentPattern;
use super::keys;
use super::operator::Operator;
use super::pair::Pair;
use super::received::Received;
use super::subject::SubjectPattern;
use super::suggested::Suggested;
use super::text::TextPattern;
use crate::policy::{Findings, Table, cvr, facets};
use crate::{MessageKind, SenderKind, fields, fold};

/// Keys that are short for one field being one of some values. Those of `ContentData` are marks of the sender's world.
pub(crate) const FIELD_KEYS: [(&str, &str); 21] = [
    ("contact_point", "Recipient.ContactPoint.contactPointID"),
    ("contact_group", "Recipient.ContactPoint.contactGroup"),
    ("attention_person", "Recipient.AttentionData.AttentionPerson.personID"),
    ("attention_email", "Recipient.AttentionData.EMail.emailAddress"),
    ("p_number", "Recipient.AttentionData.ProductionUnit.productionUnitNumber"),
    ("gln", "Recipient.AttentionData.GlobalLocationNumber.globalLocationNumber"),
    ("se_number", "Recipient.AttentionData.SEnumber.seNumber"),
    ("sor", "Recipient.AttentionData.SORdata.sorIdentifier"),
    ("eid", "Recipient.AttentionData.EID.eID"),
    ("representative", "Sender.Representative.representativeID"),
    ("generating_system", "Sender.AttentionData.GeneratingSystem.generatingSystemID"),
    ("message_code", "messageCode"),
    ("post_type", "postType"),
    ("vehicle", "ContentData.MotorVehicle.licenseNumber"),
    ("property", "ContentData.PropertyNumber.propertyNumber"),
    ("about_p_number", "ContentData.ProductionUnit.productionUnitNumber"),
    ("education", "ContentData.Education.educationCode"),
    ("zip_code", "ContentData.Address.zipCode"),
    ("form", "ContentData.FORMdata.taskKey"),
    ("language", "Document.language"),
    ("extension", "Document.extension"),
];

/// Keys that are short for a field being true or false.
const FLAG_KEYS: [(&str, &str); 3] =
    [("legal_notification", "legalNotification"), ("mandatory", "mandatory"), ("may_reply", "reply")];

/// Keys that are short for an operator on one field.
const OPERATOR_KEYS: [(&str, &str); 2] = [("documents", "Document.count"), ("sender_name", "Sender.label")];

const WORD_KEYS: [(&str, Where); 3] =
    [("words", Where::Anywhere), ("label_words", Where::Label), ("text_words", Where::Text)];

const PATTERN_KEYS: [(&str, Where); 3] =
    [("pattern", Where::Anywhere), ("label_pattern", Where::Label), ("text_pattern", Where::Text)];

/// The conditions found in one table, and how many keys they came from.
#[derive(Default)]
struct Found {
    keys: usize,
    conditions: Vec<Condition>,
}

impl Found {
    /// A key stood there; the condition is missing when it could not be read.
    fn key(&mut self, condition: Option<Condition>) {
        self.keys += 1;
        self.conditions.extend(condition);
    }
}

/// Reads a condition table.
pub(super) fn condition(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Condition> {
    let mut found = Found::default();
    joined(&table, &mut found, findings);
    marks(&table, &mut found, findings);
    senders(&table, &mut found, findings);
    texts(&table, &mut found, findings);
    short(&table, &mut found, findings);
    tables(&table, &mut found, findings);
    // What is misspelt is told as such, and not as missing.
    if found.keys == 0 && table.is_empty() {
        let advice = "Skriv for eksempel when = { kle = \"27.18\" }";
        findings.add(table.place(), "empty-condition", "betingelsen er tom og ville passe på alt", advice);
    }
    table.finish(findings);
    match found.conditions.len() {
        1 => found.conditions.pop(),
        _ => Some(Condition::All(found.conditions)),
    }
}

/// `all`, `any`, `not`.
fn joined(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    for (key, join) in [("all", Condition::All as fn(_) -> _), ("any", Condition::Any)] {
        let parts = table.tables(key, key, findings);
        if !table.has(key) {
            continue;
        }
        if parts.is_empty() {
            let what = format!("»{key}« er tom");
            findings.add(table.place(), "empty-list", what, "Skriv mindst én betingelse");
        }
        let parts = parts.into_iter().filter_map(|part| condition(part, findings)).collect();
        found.key(Some(join(parts)));
    }
    if table.has("not") {
        let part = table.table("not", "not", findings).and_then(|part| condition(part, findings));
        found.key(part.map(|part| Condition::Not(Box::new(part))));
    }
}

/// Fields, KLE, kind and case.
fn marks(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    if table.has("field") {
        found.key(field(table, findings));
    }
    if table.has("kle") || table.has("facet") {
        let prefixes = keys::subjects(table, "kle", findings);
        let texts = table.some_texts("facet", findings);
        let facets = texts.into_iter().filter_map(|f| facets(f, findings)).collect();
        found.key(Some(Condition::Subject(SubjectPattern { prefixes, facets })));
    }
    if table.has("kle_exact") {
        found.key(Some(Condition::SubjectExact(keys::subjects(table, "kle_exact", findings))));
    }
    if table.has("kle_marked") {
        found.key(Some(Condition::Marked(table.flag("kle_marked", findings))));
    }
    let kinds = [("new", MessageKind::New), ("reply", MessageKind::Reply), ("forward", MessageKind::Forward)];
    if table.has("kind") {
        found.key(Some(Condition::Kind(keys::choices(table, "kind", &kinds, findings))));
    }
    if table.has("named_case") {
        let states = keys::choices(table, "named_case", &CaseState::WORDS, findings);
        found.key(Some(Condition::NamedCase(states)));
    }
}

fn senders(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    if table.has("sender") {
        let senders = keys::choices(table, "sender", &SENDERS, findings);
        found.key(Some(Condition::Sender(senders)));
    }
    if table.has("sender_cvr") {
        let texts = table.some_texts("sender_cvr", findings);
        let cvrs = texts.into_iter().filter_map(|text| cvr(text, findings)).collect();
        found.key(Some(Condition::SenderCvr(SenderCvrs { cvrs, lists: Vec::new() })));
    }
    if table.has("sender_list") {
        let lists = table.some_texts("sender_list", findings);
        found.key(Some(Condition::SenderCvr(SenderCvrs { cvrs: BTreeSet::new(), lists })));
    }
}

/// What kinds of sender are called.
pub(crate) const SENDERS: [(&str, SenderKind); 5] = [
    ("citizen", SenderKind::Citizen),
    ("company", SenderKind::Company),
    ("authority", SenderKind::Authority),
    ("ourselves", SenderKind::Ourselves),
    ("unknown", SenderKind::Unknown),
];

fn texts(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    for (key, place) in WORD_KEYS {
        if table.has(key) {
            found.key(Some(Condition::Words(keys::folded(table, key, findings), place)));
        }
    }
    for (key, place) in PATTERN_KEYS {
        if table.has(key) {
            let pattern = table.text(key, findings).and_then(|text| TextPattern::read(&text, findings));
            found.key(pattern.map(|pattern| Condition::Pattern(pattern, place)));
        }
    }
}

/// Keys that are short for a condition on one field.
fn short(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    for (key, path) in FIELD_KEYS {
        if let (true, Some(field)) = (table.has(key), fields::find(path)) {
            let values = keys::plain(table, key, findings);
            found.key(Some(Condition::Field(field, Operator::OneOf(values))));
        }
    }
    for (key, path) in FLAG_KEYS {
        if let (true, Some(field)) = (table.has(key), fields::find(path)) {
            let flag = table.flag(key, findings).to_string();
            found.key(Some(Condition::Field(field, Operator::OneOf(vec![flag]))));
        }
    }
    for (key, path) in OPERATOR_KEYS {
        if let (true, Some(field)) = (table.has(key), fields::find(path)) {
            let operator = table.table(key, key, findings).and_then(|table| {
                let operator = Operator::read(&table, findings);
                table.finish(findings);
                operator
            });
            found.key(operator.map(|operator| Condition::Field(field, operator)));
        }
    }
}

/// Conditions with a table of their own.
fn tables(table: &Table<'_>, found: &mut Found, findings: &mut Findings<'_>) {
    Pair::read_all(table, findings, |pair| found.key(pair.map(Condition::Pair)));
    let mut own = |key: &'static str, read: fn(Table<'_>, &mut Findings<'_>) -> Option<Condition>| {
        if table.has(key) {
            found.key(table.table(key, key, findings).and_then(|table| read(table, findings)));
        }
    };
    own("document", |table, findings| DocumentPattern::read(table, findings).map(Condition::Document));
    own("suggested", |table, findings| Suggested::read(table, findings).map(Condition::Suggested));
    own("received", |table, findings| Received::read(table, findings).map(Condition::Received));
    own("deadline", |table, findings| Within::read(table, findings).map(Condition::Deadline));
}

fn field(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<Condition> {
    let path = table.text("field", findings);
    let operator = Operator::read(table, findings);
    let path = path?;
    let Some(field) = fields::find(&path.value) else {
        let advice = match fold::nearest(&path.value, fields::all().map(|field| field.path)) {
            Some(near) => format!("Mente du »{near}«?"),
            None => "Brug elementernes navne i MeMo, for eksempel »Sender.senderID« eller »label«".to_owned(),
        };
        findings.add(path.place, "unknown-field", format!("feltet »{}« findes ikke", path.value), advice);
        return None;
    };
    Some(Condition::Field(field, operator?))
}
