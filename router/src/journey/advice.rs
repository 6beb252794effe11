//! Advice: the classifier is heard when the marks say nothing, and only then.
//!
//! Most mail is marked, and its text is nobody's business: it is decided without being read. Only a message that gets as
//! far as the classifier's step, or an authority with a rule about what the classifier believes, has its text read.

use std::sync::Arc;

use classifier::{LetterText, Opinion};
use rules::{Decision, Facts, Policy, Step};

use super::gather::Trouble;
use crate::room::PostRoom;
use crate::unseen::judgement;
use crate::unseen::standing::Standings;

/// Decides; hears the classifier first when it could make a difference.
pub(super) async fn decide(
    room: &PostRoom,
    policy: &Policy,
    standings: &Standings,
    mut facts: Facts,
) -> Result<(Facts, Decision), Trouble> {
    if !policy.asks_what_is_suggested() {
        let decision = rules::decide(policy, &facts);
        if !decision.trace.lines.iter().any(|line| line.step == Step::Classifier) {
            return Ok((facts, decision));
        }
    }
    let opinion = heard(room, &facts).await;
    facts.suggestions = judgement::suggestions(&opinion);
    facts.judgement = judgement::judge(room, policy, standings, &opinion).await?;
    let decision = rules::decide(policy, &facts);
    Ok((facts, decision))
}

/// What the classifier says. Off the workers' threads: it computes, and the first letter waits for the model to be read.
async fn heard(room: &PostRoom, facts: &Facts) -> Opinion {
    let suggest = Arc::clone(&room.suggest);
    let (label, body) = (facts.message.header.label.clone(), facts.text.clone());
    let heard =
        tokio::task::spawn_blocking(move || suggest.suggest(&LetterText { label: &label, body: &body })).await;
    // A letter that the classifier cannot cope with waits for a person like one it has nothing to say of.
    heard.unwrap_or_else(|error| {
        tracing::error!(panicked = error.is_panic(), "the classifier failed on a letter");
        Opinion::default()
    })
}
