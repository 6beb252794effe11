//! Step 1, safety holds: what no later step may pass on.

use memo::MessageType;

use super::{Asked, Verdict};
use crate::{Decider, Hold, Outcome, Question, RecipientKind, Step};

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let facts = asked.facts;
    // The order of `Hold` is that of weight.
    if let Some(&hold) = facts.holds.iter().min() {
        let (code, text) = wording(hold);
        return asked.answer(Step::Holds, code, text, Outcome::Ask(Question::Hold(hold)));
    }
    if facts.message.header.message_type == MessageType::NemSms {
        let text = "Meddelelsen er en NemSMS uden dokumenter; der er ikke noget at journalisere";
        return asked.answer(Step::Holds, "holds.nemsms", text, Outcome::Ask(Question::NemSms));
    }
    match facts.recipient {
        RecipientKind::Ours => {}
        RecipientKind::Foreign => {
            let text = "Meddelelsen er adresseret til en anden end myndigheden";
            let outcome = Outcome::Ask(Question::ForeignRecipient);
            return asked.answer(Step::Holds, "holds.foreign-recipient", text, outcome);
        }
        RecipientKind::Missing => {
            let text = "Meddelelsen har ingen brugbar modtager";
            let outcome = Outcome::Ask(Question::ForeignRecipient);
            return asked.answer(Step::Holds, "holds.no-recipient", text, outcome);
        }
    }
    let policy = asked.policy;
    let held =
        asked.found().holds().map(|place| &policy.rules()[place]).find(|rule| rule.matches(&asked.looked));
    if let Some(rule) = held {
        let text = format!("Reglen »{}« holder meddelelsen tilbage", rule.title);
        asked.line_of(rule, Step::Holds, "holds.rule", true, text);
        if let Some(annotate) = &rule.annotate {
            annotate.put_on(&mut asked.annotations, facts.available_at);
        }
        asked.call(&rule.webhooks);
        return Some(Verdict {
            decider: Decider::Rule(rule.id.clone()),
            outcome: Outcome::Ask(Question::HeldByRule),
        });
    }
    asked.pass(Step::Holds, "holds.none", "Intet holder meddelelsen tilbage")
}

fn wording(hold: Hold) -> (&'static str, &'static str) {
    match hold {
        Hold::ProtectedParty => (
            "holds.protected-party",
            "En part i meddelelsen er særligt beskyttet; en person skal fordele den",
        ),
        Hold::ConflictingDuplicate => {
            ("holds.conflicting-duplicate", "En meddelelse med samme id er modtaget før med andet indhold")
        }
        Hold::ForbiddenFile => {
            ("holds.forbidden-file", "Et dokument er af en filtype, som myndigheden ikke tager imod")
        }
        Hold::DamagedDocument => {
            ("holds.damaged-document", "Et dokument er beskadiget og kan ikke læses helt")
        }
    }
}
