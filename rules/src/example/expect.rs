//! What must happen to an example's message.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{At, Findings, Table};
use crate::{Annotations, Decider, Decision, Journaling, Outcome, Question, fold};

/// What must happen. What is not given may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expect {
    /// The rule under which the example stands, or the one named, has its say (or has not).
    pub(crate) rule: Option<(String, bool)>,
    /// No rule decides.
    pub(crate) passes: bool,
    pub(crate) desk: bool,
    pub(crate) hold: bool,
    pub(crate) unit: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) webhook: Option<String>,
    pub(crate) case: Option<String>,
    pub(crate) tags: Vec<String>,
}

/// `expect` as read.
pub(super) enum ExpectDraft {
    /// `desk`, `hold`, `passes`, or the id of a rule or a unit.
    Word(At<String>),
    Table(Expect, Vec<(&'static str, At<String>)>),
}

impl ExpectDraft {
    pub(super) fn read(table: &Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let value = table.value("expect")?;
        if !matches!(value.get_ref(), toml::de::DeValue::Table(_)) {
            return table.text("expect", findings).map(Self::Word);
        }
        let table = table.table("expect", "expect", findings)?;
        let ids = ["rule", "unit"];
        let ids = ids.into_iter().filter_map(|key| Some((key, table.text(key, findings)?))).collect();
        let mut text = |key| table.text(key, findings).map(|text| text.value);
        let expect = Expect {
            person: text("person"),
            role: text("role"),
            queue: text("queue"),
            webhook: text("webhook"),
            case: text("case"),
            tags: table.texts("tags", findings).into_iter().map(|tag| tag.value).collect(),
            ..Expect::default()
        };
        table.finish(findings);
        Some(Self::Table(expect, ids))
    }

    /// What is meant, once all rules and units are known. `under`: the rule that the example stands under.
    pub(super) fn meant(
        self,
        under: Option<&str>,
        rules: &BTreeSet<&str>,
        units: &BTreeMap<String, crate::Unit>,
        findings: &mut Findings<'_>,
    ) -> Expect {
        let mut check = |id: &At<String>, known: bool, all: &mut dyn Iterator<Item = &str>| {
            if !known {
                let near = fold::nearest(&id.value, all).map(|near| format!("Mente du »{near}«?"));
                let advice = near.unwrap_or_else(|| {
                    "Skriv id på en regel eller en enhed, eller \"desk\", \"hold\" eller \"passes\""
                        .to_owned()
                });
                let what = format!("eksemplet venter »{}«, som ikke findes", id.value);
                findings.add(id.place, "unknown-expect", what, advice);
            }
        };
        let of_rule = |matches| under.map(|rule| (rule.to_owned(), matches));
        match self {
            Self::Word(word) => match word.value.as_str() {
                "desk" => Expect { desk: true, ..Expect::default() },
                "hold" => Expect { hold: true, ..Expect::default() },
                "passes" => Expect { passes: under.is_none(), rule: of_rule(false), ..Expect::default() },
                id if rules.contains(id) => Expect { rule: Some((word.value, true)), ..Expect::default() },
                id => {
                    let mut all = rules.iter().copied().chain(units.keys().map(String::as_str));
                    check(&word, units.contains_key(id), &mut all);
                    Expect { unit: Some(word.value), rule: of_rule(true), ..Expect::default() }
                }
            },
            Self::Table(mut expect, ids) => {
                expect.rule = of_rule(true);
                for (key, id) in ids {
                    if key == "rule" {
                        check(&id, rules.contains(id.value.as_str()), &mut rules.iter().copied());
                        expect.rule = Some((id.value, true));
                    } else {
                        check(&id, units.contains_key(&id.value), &mut units.keys().map(String::as_str));
                        expect.unit = Some(id.value);
                    }
                }
                expect
            }
        }
    }
}

impl Expect {
    /// Is the decision as expected? `has_say` tells whether a rule decided or annotated the message.
    pub(super) fn is_met(&self, decision: &Decision, has_say: impl Fn(&str) -> bool) -> bool {
        let hand_over = match &decision.outcome {
            Outcome::HandOver(hand_over) => Some(hand_over),
            Outcome::Ask(_) | Outcome::Close(_) | Outcome::Split(_) => None,
        };
        let same =
            |wanted: &Option<String>, found: Option<&String>| wanted.is_none() || wanted.as_ref() == found;
        let held = matches!(decision.outcome, Outcome::Ask(Question::Hold(_) | Question::HeldByRule));
        let further = &decision.further;
        self.rule.as_ref().is_none_or(|(rule, wanted)| has_say(rule) == *wanted)
            && !(self.passes && matches!(decision.decider, Decider::Rule(_)))
            && (!self.desk || (hand_over.is_none() && !held))
            && (!self.hold || held)
            && same(&self.unit, hand_over.map(|hand_over| &hand_over.unit))
            && same(&self.person, hand_over.and_then(|hand_over| hand_over.person.as_ref()))
            && same(&self.role, further.role.as_ref())
            && same(&self.queue, further.queue.as_ref())
            && self.webhook.as_ref().is_none_or(|webhook| further.webhooks.contains(webhook))
            && same(&self.case, hand_over.and_then(|hand_over| case(&hand_over.journal)).as_ref())
            && self.has_tags(&decision.annotations)
    }

    fn has_tags(&self, annotations: &Annotations) -> bool {
        self.tags.iter().all(|tag| annotations.tags.contains(tag))
    }

    /// A Danish clause: what was expected.
    pub(super) fn wording(&self) -> String {
        let mut parts = Vec::new();
        if let Some((rule, wanted)) = &self.rule {
            let verb = if *wanted { "passer" } else { "ikke passer" };
            parts.push(format!("reglen »{rule}« {verb}"));
        }
        let flags = [
            (self.passes, "ingen regel afgør den"),
            (self.desk, "postfordeleren spørges"),
            (self.hold, "den holdes tilbage"),
        ];
        parts.extend(flags.into_iter().filter(|(given, _)| *given).map(|(_, text)| text.to_owned()));
        let values = [
            ("enheden", &self.unit),
            ("personen", &self.person),
            ("rollen", &self.role),
            ("robotkøen", &self.queue),
            ("webhooken", &self.webhook),
            ("sagen", &self.case),
        ];
        parts.extend(values.iter().filter_map(|(noun, value)| Some(format!("{noun} »{}«", value.as_ref()?))));
        parts.extend(self.tags.iter().map(|tag| format!("mærket »{tag}«")));
        parts.join(", ")
    }
}

/// Where the letter is journaled, in the words that an example uses.
fn case(journal: &Journaling) -> Option<String> {
    Some(match journal {
        Journaling::OnCase(number) | Journaling::ReopenCase(number) | Journaling::CollectingCase(number) => {
            number.clone()
        }
        Journaling::NewCase { .. } => "new".to_owned(),
        Journaling::LeftToHandler => "handler".to_owned(),
        Journaling::NotJournaled(_) => "never".to_owned(),
    })
}
