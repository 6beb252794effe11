//! Advice: the classifier is heard when the marks say nothing, and only then.
//!
//! Most mail is marked, and its text is nobody's business: it is decided without being read. Only a message that gets as
//! far as the classifier's step, or an authority with a rule about what the classifier believes, has its text read.

use std::sync::Arc;

use classifier::LetterText;
use rules::{Decision, Facts, Policy, Step};

use crate::room::PostRoom;

/// Decides; hears the classifier first when it could make a difference.
pub(super) async fn decide(room: &PostRoom, policy: &Arc<Policy>, facts: Facts) -> (Facts, Decision) {
    if !policy.asks_what_is_suggested() {
        let decision = rules::decide(policy, &facts);
        if !decision.trace.lines.iter().any(|line| line.step == Step::Classifier) {
            return (facts, decision);
        }
    }
    let (suggest, policy) = (Arc::clone(&room.suggest), Arc::clone(policy));
    let heard = tokio::task::spawn_blocking(move || {
        let facts = heard(suggest.as_ref(), facts);
        let decision = rules::decide(&policy, &facts);
        (facts, decision)
    });
    match heard.await {
        Ok(decided) => decided,
        // Nothing in there is cancelled; a panic is the classifier's, and the letter must not be lost in it.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn heard(suggest: &dyn classifier::Suggest, mut facts: Facts) -> Facts {
    let letter = LetterText { label: &facts.message.header.label, body: &facts.text };
    let opinion = suggest.suggest(&letter);
    let suggestion = |suggestion: classifier::Suggestion| rules::Suggestion {
        subject: suggestion.subject,
        confidence: suggestion.confidence,
        why: suggestion.why,
    };
    facts.suggestions = opinion.suggestions.into_iter().map(suggestion).collect();
    facts
}
