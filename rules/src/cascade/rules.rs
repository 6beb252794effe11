//! Step 3, rules: in order, the first that matches and says what happens decides.

use std::fmt::Write as _;

use super::journaling::{self, About};
use super::{Asked, Verdict, hand_over};
use crate::rule::{RuleJournaling, Then};
use crate::{Decider, Journaling, Journals, Outcome, Question, Rule, Step};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let policy = asked.policy;
    // Rules that hold were asked in the first step.
    for rule in policy.rules().iter().filter(|rule| !rule.holds()) {
        if !rule.when.test(&asked.looked, rule.forwarded_marks) {
            continue;
        }
        if let Some(annotate) = &rule.annotate {
            annotate.put_on(&mut asked.annotations, asked.facts.available_at);
        }
        match &rule.then {
            None => {
                let text = format!("Reglen »{}« mærkede meddelelsen og lod de næste afgøre", rule.title);
                asked.line(Step::Rules, "rules.annotated", false, text);
            }
            Some(then) => {
                let (code, mut text, outcome) = carried(asked, rule, then);
                if let Some(crossed) = rule.when.crossed(&asked.looked) {
                    let _ = write!(text, " ({} svarer til KLE {})", crossed.mark, crossed.subject);
                }
                asked.line(Step::Rules, code, true, text);
                return Some(Verdict { decider: Decider::Rule(rule.id.clone()), outcome });
            }
        }
    }
    let text = match policy.rules().len() {
        0 => "Der er ingen regler".to_owned(),
        _ => "Ingen regel afgjorde meddelelsen".to_owned(),
    };
    asked.pass(Step::Rules, "rules.none", text)
}

fn carried(asked: &Asked<'_>, rule: &Rule, then: &Then) -> (&'static str, String, Outcome) {
    let title = &rule.title;
    match then {
        Then::Hold => (
            "rules.hold",
            format!("Reglen »{title}« holder meddelelsen tilbage"),
            Outcome::Ask(Question::HeldByRule),
        ),
        Then::Desk => {
            let text = format!("Reglen »{title}« sender meddelelsen til postfordeleren");
            ("rules.desk", text, Outcome::Ask(Question::SentByRule))
        }
        Then::HandOver { unit, person, journal } => {
            // Loading has checked that the unit exists and has an heir when it is closed.
            let open = asked.policy.open_unit(unit);
            let unit = open.map_or(unit.as_str(), |unit| unit.id.as_str());
            let journaling = journal_as(asked, unit, journal);
            let text = format!(
                "Reglen »{title}« giver meddelelsen til {}; {}",
                asked.unit_name(unit),
                journaling::wording(&journaling)
            );
            ("rules.matched", text, hand_over(unit, person.clone(), journaling))
        }
    }
}

fn journal_as(asked: &Asked<'_>, unit: &str, journal: &RuleJournaling) -> Journaling {
    let about = About::mark(asked);
    match journal {
        RuleJournaling::AsUnit => journaling::as_unit(asked, unit, &about),
        RuleJournaling::NamedCase => {
            journaling::safe_case(asked).map_or(Journaling::LeftToHandler, Journaling::OnCase)
        }
        RuleJournaling::OnCase(number) => Journaling::OnCase(number.clone()),
        RuleJournaling::NewCase { subject, facet } => {
            let about = match subject {
                Some(subject) => About { subject: Some(*subject), facet: *facet },
                None => about,
            };
            journaling::new_case(&about)
        }
        RuleJournaling::CollectingCase => match asked.policy.unit(unit).map(|unit| &unit.journals) {
            Some(Journals::CollectingCase(number)) => Journaling::CollectingCase(number.clone()),
            _ => Journaling::LeftToHandler,
        },
        RuleJournaling::LeftToHandler => Journaling::LeftToHandler,
        RuleJournaling::Never(reason) => Journaling::NotJournaled(reason.clone()),
    }
}
