//! Step 3, rules: in order, the first that matches and says what happens decides.

use super::journaling::{self, About};
use super::{Asked, Verdict, hand_over};
use crate::rule::{Condition, RuleJournaling, Then};
use crate::{Decider, Journaling, Journals, Outcome, Question, Rule, Step, gather};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let policy = asked.policy;
    // Rules that hold were asked in the first step.
    let found = asked.take_found();
    for rule in found.others().map(|place| &policy.rules()[place]) {
        if !rule.matches(&asked.looked) {
            continue;
        }
        if let Some(annotate) = &rule.annotate {
            annotate.put_on(&mut asked.annotations, asked.facts.available_at);
        }
        asked.call(&rule.webhooks);
        let Some(then) = &rule.then else {
            asked.line_of(rule, Step::Rules, "rules.annotated", false, in_passing(asked, rule));
            continue;
        };
        let (code, text, outcome) = carried(asked, rule, then);
        asked.line_of(rule, Step::Rules, code, true, text + &crossed(asked, rule));
        return Some(Verdict { decider: Decider::Rule(rule.id.clone()), outcome });
    }
    let text = match policy.rules().len() {
        0 => "Der er ingen regler".to_owned(),
        _ => "Ingen regel afgjorde meddelelsen".to_owned(),
    };
    asked.pass(Step::Rules, "rules.none", text)
}

/// What a rule did that let the next decide.
fn in_passing(asked: &Asked<'_>, rule: &Rule) -> String {
    let did = match (&rule.annotate, rule.webhooks.is_empty()) {
        (Some(_), true) => "mærkede meddelelsen",
        (Some(_), false) => "mærkede meddelelsen, gav besked til andre systemer",
        (None, _) => "gav besked om meddelelsen til andre systemer",
    };
    format!("Reglen »{}« {did} og lod de næste afgøre{}", rule.title, crossed(asked, rule))
}

/// The mark that a crosswalk, or the subject plan, made another KLE number of for this rule.
fn crossed(asked: &Asked<'_>, rule: &Rule) -> String {
    match rule.when.crossed(&asked.looked) {
        Some(crossed) => format!(" ({} svarer til KLE {})", crossed.mark, crossed.subject),
        None => renumbered(asked, rule).map(|remark| format!(" ({remark})")).unwrap_or_default(),
    }
}

/// What the subject plan said of a mark that the rule asked for and that stands as another number by now.
fn renumbered<'a>(asked: &Asked<'a>, rule: &Rule) -> Option<&'a str> {
    let mark = asked.facts.subject.as_ref().filter(|_| asks_for_subject(&rule.when))?;
    let read = gather::read_mark(&asked.facts.message)?.subject?;
    mark.remark.as_deref().filter(|_| read != mark.subject)
}

fn asks_for_subject(condition: &Condition) -> bool {
    matches!(condition, Condition::Subject(_) | Condition::SubjectExact(_))
        || condition.parts().iter().any(asks_for_subject)
}

fn carried(asked: &mut Asked<'_>, rule: &Rule, then: &Then) -> (&'static str, String, Outcome) {
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
        Then::HandOver { unit, person, role, queue, journal } => {
            // Loading has checked that the unit exists and has an heir when it is closed.
            let open = asked.policy.open_unit(unit);
            let unit = open.map_or(unit.as_str(), |unit| unit.id.as_str());
            let journaling = journal_as(asked, unit, journal);
            let text = format!(
                "Reglen »{title}« giver meddelelsen til {}{}; {}",
                asked.unit_name(unit),
                receiver(asked, role.as_deref(), queue.as_deref()),
                journaling::wording(&journaling)
            );
            asked.further.role.clone_from(role);
            asked.further.queue.clone_from(queue);
            if let (RuleJournaling::NewCase(new), Journaling::NewCase { .. }) = (journal, &journaling) {
                asked.further.new_case = new.template();
            }
            let person = person.clone().or_else(|| only_person(asked, role.as_deref()));
            ("rules.matched", text, hand_over(unit, person, journaling))
        }
    }
}

/// The role and robot of a unit that should take it, in parentheses.
fn receiver(asked: &Asked<'_>, role: Option<&str>, queue: Option<&str>) -> String {
    let role =
        role.and_then(|role| asked.policy.roles.get(role)).map(|role| format!("rollen »{}«", role.name));
    let queue = queue
        .and_then(|queue| asked.policy.queues.get(queue))
        .map(|queue| format!("robotkøen »{}«", queue.name));
    let parts: Vec<String> = role.into_iter().chain(queue).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// The person of a role that has just one.
fn only_person(asked: &Asked<'_>, role: Option<&str>) -> Option<String> {
    match asked.policy.roles.get(role?)?.people.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

fn journal_as(asked: &Asked<'_>, unit: &str, journal: &RuleJournaling) -> Journaling {
    let about = About::mark(asked);
    match journal {
        RuleJournaling::AsUnit => journaling::as_unit(asked, unit, &about),
        RuleJournaling::NamedCase => {
            journaling::safe_case(asked).map_or(Journaling::LeftToHandler, Journaling::OnCase)
        }
        RuleJournaling::ReplyCase => {
            journaling::reply_case(asked).map_or(Journaling::LeftToHandler, Journaling::OnCase)
        }
        RuleJournaling::OnCase(number) => Journaling::OnCase(number.clone()),
        RuleJournaling::NewCase(new) => {
            let about = match new.subject {
                Some(subject) => About { subject: Some(subject), facet: new.facet },
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
