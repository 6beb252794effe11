//! Step 2, an answer to our own letter, and other marks that name a case of ours.

use super::named_case::{Named, is_mark, is_typed, judge, wording};
use super::{Asked, Verdict, hand_over};
use crate::{CaseFacts, ClosedCase, Evidence, Journaling, MessageKind, Outcome, Question, Step};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let facts = asked.facts;
    // What systems wrote goes before what a person typed; a typed number can not unsettle a mark.
    match judge(facts, is_mark) {
        Named::None => match judge(facts, is_typed) {
            Named::None => nothing_named(asked),
            typed => judged(asked, typed),
        },
        marked => judged(asked, marked),
    }
}

/// No case of ours is named, or none that exists.
fn nothing_named(asked: &mut Asked<'_>) -> Option<Verdict> {
    let facts = asked.facts;
    let unknown =
        facts.named_cases.iter().any(|named| named.ours && named.found.is_none() && is_mark(named.evidence));
    if facts.kind == MessageKind::Reply || unknown {
        asked.unsettled = Some(Question::WhichCase);
    }
    if unknown {
        let text = "Meddelelsen nævner en sag, som ikke findes i sagssystemet";
        return asked.pass(Step::Reply, "reply.case-unknown", text);
    }
    if facts.named_cases.iter().any(|named| !named.ours) {
        if facts.kind == MessageKind::Forward {
            let text = "Meddelelsen er videresendt; sagen i den hører til den første afsender og kan højst være et forslag";
            return asked.pass(Step::Reply, "reply.forwarded", text);
        }
        let text = "Sagsnummeret i meddelelsen er en anden myndigheds og kan højst være et forslag";
        return asked.pass(Step::Reply, "reply.foreign-case", text);
    }
    if facts.kind == MessageKind::Reply {
        let text = "Meddelelsen er et svar, men returdata peger ikke på en sag, vi kender";
        return asked.pass(Step::Reply, "reply.no-case", text);
    }
    asked.pass(Step::Reply, "reply.none", "Meddelelsen er ikke et svar og nævner ingen sag hos os")
}

fn judged(asked: &mut Asked<'_>, named: Named<'_>) -> Option<Verdict> {
    match named {
        Named::None => nothing_named(asked),
        Named::Safe(case, evidence) => {
            on_case(asked, case, &case.number, Journaling::OnCase, "reply.open", evidence, "og sagen er åben")
        }
        Named::Closed(case, evidence) => closed(asked, case, evidence),
        Named::NotParty(case, evidence) => {
            asked.unsettled = Some(Question::WhichCase);
            let reason = wording(evidence);
            let text =
                format!("Sag {} er kun et forslag: {reason}, men afsenderen er ikke part i den", case.number);
            asked.pass(Step::Reply, "reply.not-party", text)
        }
        Named::Several(count) => {
            asked.unsettled = Some(Question::WhichCase);
            let text = format!("Meddelelsen peger på {count} forskellige sager; de er kun forslag");
            asked.pass(Step::Reply, "reply.several", text)
        }
    }
}

/// Hands over to whoever has the case, and journals on `number`.
fn on_case(
    asked: &mut Asked<'_>,
    case: &CaseFacts,
    number: &str,
    journaling: fn(String) -> Journaling,
    code: &str,
    evidence: Evidence,
    state: &str,
) -> Option<Verdict> {
    let reason = wording(evidence);
    let Some(unit) = unit_of(asked, case) else {
        asked.safe_case = Some(number.to_owned());
        let text = format!(
            "Hører til sag {number}: {reason}, afsenderen er part, men sagens enhed er ikke kendt her; næste trin finder den"
        );
        return asked.pass(Step::Reply, "reply.no-unit", text);
    };
    let name = asked.unit_name(&unit);
    let text = format!("Journaliseres på sag {number} hos {name}: {reason}, afsenderen er part, {state}");
    let outcome = hand_over(&unit, case.handler.clone(), journaling(number.to_owned()));
    asked.answer(Step::Reply, code, text, outcome)
}

/// A closed case, by the policy of its unit.
fn closed(asked: &mut Asked<'_>, case: &CaseFacts, evidence: Evidence) -> Option<Verdict> {
    let number = &case.number;
    let unit = unit_of(asked, case).and_then(|unit| asked.policy.unit(&unit));
    match (unit.map_or(ClosedCase::Ask, |unit| unit.closed_case), &case.successor) {
        (ClosedCase::Reopen, _) => {
            let state = "og enheden genåbner den lukkede sag";
            on_case(asked, case, number, Journaling::ReopenCase, "reply.reopened", evidence, state)
        }
        (ClosedCase::Successor, Some(successor)) => {
            let state = format!("og den er efterfølger til den lukkede sag {number}");
            on_case(asked, case, successor, Journaling::OnCase, "reply.successor", evidence, &state)
        }
        (ClosedCase::Successor, None) => {
            asked.unsettled = Some(Question::ClosedCase);
            let text = format!("Sag {number} er lukket og har ingen åben efterfølger; den er kun et forslag");
            asked.pass(Step::Reply, "reply.no-successor", text)
        }
        (ClosedCase::Ask, _) => {
            let text =
                format!("Sag {number} er lukket, og enheden vil spørges, før der journaliseres på den");
            asked.answer(Step::Reply, "reply.closed", text, Outcome::Ask(Question::ClosedCase))
        }
    }
}

/// The unit that has the case: the case's own, else its handler's; closed units followed to their successors.
fn unit_of(asked: &Asked<'_>, case: &CaseFacts) -> Option<String> {
    let policy = asked.policy;
    let own = case.unit.as_deref().and_then(|unit| policy.open_unit(unit));
    let handlers = || {
        let handler = policy.person(case.handler.as_deref()?)?;
        policy.open_unit(&handler.unit)
    };
    own.or_else(handlers).map(|unit| unit.id.clone())
}
