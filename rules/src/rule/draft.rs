//! A rule as it is read: TOML to condition and effect, every fault noted.

use super::Rule;
use super::condition::{Condition, Where};
use super::effect::{Annotate, RuleJournaling, Then, ThenDraft};
use super::operator::Operator;
use super::subject::SubjectPattern;
use crate::policy::{At, Findings, Known, Table, choice, facets, subject};
use crate::{MessageKind, SenderKind, fields, fold};

/// A rule as read, before units and people are checked.
pub(crate) struct RuleDraft {
    pub(crate) id: At<String>,
    title: String,
    forwarded_marks: bool,
    when: Condition,
    annotate: Option<Annotate>,
    then: Option<ThenDraft>,
}

/// Handing over, before unit and person are checked.
pub(super) struct HandOverDraft {
    unit: Option<At<String>>,
    person: Option<At<String>>,
    journal: RuleJournaling,
}

impl RuleDraft {
    pub(crate) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        let title = table.required("title", findings);
        let forwarded_marks = table.flag("forwarded_marks", findings);
        if !table.has("when") {
            table.missing("when");
        }
        let when = table.table("when", "when", findings).and_then(|when| condition(when, findings));
        let annotate = table.table("annotate", "annotate", findings).map(|a| Annotate::read(a, findings));
        let then = ThenDraft::read(&table, findings);
        if !table.has("then") && annotate.is_none() {
            let advice = "Tilføj then = { unit = \"…\" }, then = \"desk\" eller annotate = { … }";
            findings.add(table.place(), "no-effect", "reglen gør ingenting", advice);
        }
        table.finish(findings);
        Some(Self { id: id?, title: title?.value, forwarded_marks, when: when?, annotate, then })
    }

    pub(crate) fn into_rule(self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Rule> {
        let then = match self.then {
            None => None,
            Some(ThenDraft::Hold) => Some(Then::Hold),
            Some(ThenDraft::Desk) => Some(Then::Desk),
            Some(ThenDraft::HandOver(draft)) => Some(draft.checked(known, findings)?),
        };
        Some(Rule {
            id: self.id.value,
            title: self.title,
            forwarded_marks: self.forwarded_marks,
            when: self.when,
            annotate: self.annotate,
            then,
        })
    }
}

impl HandOverDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let unit = table.text("unit", findings);
        let person = table.text("person", findings);
        let journal = RuleJournaling::read(&table, findings);
        if !table.has("unit") && !table.has("person") {
            table.missing("unit");
        }
        table.finish(findings);
        Some(Self { unit, person, journal: journal? })
    }

    fn checked(self, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Then> {
        if let Some(unit) = &self.unit {
            known.unit(unit, findings);
        }
        if let Some(person) = &self.person {
            known.person(person, findings);
        }
        let person = self.person.map(|person| person.value);
        let unit = match self.unit {
            Some(unit) => unit.value,
            None => known.unit_of(person.as_deref()?)?,
        };
        Some(Then::HandOver { unit, person, journal: self.journal })
    }
}

/// A condition table: every key is a condition, and all of them must hold.
fn condition(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Condition> {
    let mut conditions = Vec::new();
    let mut keys = 0;
    for (key, join) in [("all", Condition::All as fn(_) -> _), ("any", Condition::Any)] {
        let parts = table.tables(key, key, findings);
        if !table.has(key) {
            continue;
        }
        keys += 1;
        if parts.is_empty() {
            findings.add(
                table.place(),
                "empty-list",
                format!("»{key}« er tom"),
                "Skriv mindst én betingelse",
            );
        }
        conditions.push(join(parts.into_iter().filter_map(|part| condition(part, findings)).collect()));
    }
    if let Some(part) = table.table("not", "not", findings) {
        keys += 1;
        conditions.extend(condition(part, findings).map(|part| Condition::Not(Box::new(part))));
    }
    if table.has("field") {
        keys += 1;
        conditions.extend(field(&table, findings));
    }
    if table.has("kle") || table.has("facet") {
        keys += 1;
        conditions.push(Condition::Subject(SubjectPattern {
            prefixes: table
                .texts("kle", findings)
                .into_iter()
                .filter_map(|s| subject(s, findings))
                .map(|s| s.value)
                .collect(),
            facets: table.texts("facet", findings).into_iter().filter_map(|f| facets(f, findings)).collect(),
        }));
    }
    let kinds = [("new", MessageKind::New), ("reply", MessageKind::Reply), ("forward", MessageKind::Forward)];
    if table.has("kind") {
        keys += 1;
        conditions.push(Condition::Kind(choices(&table, "kind", &kinds, findings)));
    }
    let senders = [
        ("citizen", SenderKind::Citizen),
        ("company", SenderKind::Company),
        ("authority", SenderKind::Authority),
        ("ourselves", SenderKind::Ourselves),
        ("unknown", SenderKind::Unknown),
    ];
    if table.has("sender") {
        keys += 1;
        conditions.push(Condition::Sender(choices(&table, "sender", &senders, findings)));
    }
    for (key, place) in
        [("words", Where::Anywhere), ("label_words", Where::Label), ("text_words", Where::Text)]
    {
        if table.has(key) {
            keys += 1;
            conditions.push(Condition::Words(words(&table, key, findings), place));
        }
    }
    if keys == 0 {
        let advice = "Skriv for eksempel when = { kle = \"27.18\" }";
        findings.add(table.place(), "empty-condition", "betingelsen er tom og ville passe på alt", advice);
    }
    table.finish(findings);
    match conditions.len() {
        1 => conditions.pop(),
        _ => Some(Condition::All(conditions)),
    }
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

fn choices<T: Copy>(
    table: &Table<'_>,
    key: &'static str,
    choices: &[(&'static str, T)],
    findings: &mut Findings<'_>,
) -> Vec<T> {
    table.some_texts(key, findings).iter().filter_map(|word| choice(key, word, choices, findings)).collect()
}

fn words(table: &Table<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for word in table.some_texts(key, findings) {
        let folded = fold::words(&word.value);
        if folded.trim().is_empty() {
            findings.add(
                word.place,
                "no-word",
                format!("»{}« er ikke et ord", word.value),
                "Skriv bogstaver eller tal",
            );
        } else {
            words.push(folded);
        }
    }
    words
}
