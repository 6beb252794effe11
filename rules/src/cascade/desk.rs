//! Step 7, the desk: a post distributor decides.

use super::{Asked, Verdict};
use crate::{Decider, Outcome, Question, Step};

pub(super) fn ask(asked: &mut Asked<'_>) -> Verdict {
    let question = asked.unsettled.unwrap_or(Question::NothingApplies);
    let (code, text) = match question {
        Question::WhichCase => (
            "desk.which-case",
            "Postfordeleren afgør, hvilken sag meddelelsen hører til, og hvem der skal have den",
        ),
        Question::ClosedCase => {
            ("desk.closed-case", "Postfordeleren afgør, hvad der skal ske med et svar på en lukket sag")
        }
        _ if asked.safe_case.is_some() => (
            "desk.no-unit",
            "Sagen er kendt, men ikke hvem der skal have meddelelsen; postfordeleren afgør det",
        ),
        _ => ("desk.nothing-applies", "Intet siger, hvor meddelelsen hører til; postfordeleren afgør det"),
    };
    asked.line(Step::Desk, code, true, text);
    Verdict { decider: Decider::Step(Step::Desk), outcome: Outcome::Ask(question) }
}
