//! Advice: the classifier is heard when the marks say nothing, and only then.
//!
//! Most mail is marked, and its text is nobody's business: it is decided without being read. Only a message that gets as
//! far as the classifier's step, or an authority with a rule about what the classifier believes, has its documents read.

use std::sync::Arc;

use classifier::{LetterText, Opinion};
use rules::{Decision, Facts, Glimpse, Outcome, Policy, Step};

use super::InHand;
use super::contents::MessageContents;
use super::gather::Trouble;
use super::glimpse::glimpse;
use crate::room::PostRoom;
use crate::unseen::judgement;
use crate::unseen::standing::Standings;

/// Decides; hears the classifier first when it could make a difference.
pub(super) async fn decide(
    room: &PostRoom,
    policy: &Policy,
    standings: &Standings,
    in_hand: &InHand,
    mut facts: Facts,
) -> Result<(Facts, Decision), Trouble> {
    let silent = room.suggest.is_silent();
    if silent || !policy.asks_what_is_suggested() {
        let decision = rules::decide(policy, &facts);
        let asked = decision.trace.lines.iter().any(|line| line.step == Step::Classifier);
        if silent || !asked {
            return Ok((facts, decision));
        }
    }
    let unread = read(room, in_hand, &mut facts).await?;
    let (opinion, glimpse) = heard(room, &facts, unread).await;
    facts.suggestions = judgement::suggestions(&opinion);
    facts.judgement = judgement::judge(room, policy, standings, &opinion).await?;
    facts.glimpse = Some(glimpse);
    let decision = rules::decide(policy, &facts);
    if let (Outcome::HandOver(_), Some(glimpse)) = (&decision.outcome, &mut facts.glimpse) {
        // Only who must choose needs lines to choose by.
        glimpse.lines.clear();
    }
    Ok((facts, decision))
}

/// Reads the documents into the facts, in processes of their own. What could not be read is told.
async fn read(room: &PostRoom, in_hand: &InHand, facts: &mut Facts) -> Result<Vec<String>, Trouble> {
    let (text, unread) = read_letter(room, in_hand).await.map_err(Trouble::Letter)?;
    if !text.trim().is_empty() {
        facts.text = text;
    }
    Ok(unread)
}

/// The text of a letter whose documents nobody has read yet, and what of them could not be read (Danish).
pub(crate) async fn read_letter(
    room: &PostRoom,
    in_hand: &InHand,
) -> Result<(String, Vec<String>), esdh::Fault> {
    let contents = MessageContents::new(room, in_hand);
    let limit = room.settings.max_letter;
    let letter = room.extractor.letter(&in_hand.reading.message, &contents, limit).await?;
    Ok((letter.body, letter.remarks.iter().map(crate::text::DocumentRemark::danish).collect()))
}

/// What the classifier says, and what may be seen of the letter. Off the workers' threads: it computes, and the first
/// letter waits for the model to be read.
async fn heard(room: &PostRoom, facts: &Facts, unread: Vec<String>) -> (Opinion, Glimpse) {
    let suggest = Arc::clone(&room.suggest);
    let (message, body, told) = (facts.message.clone(), facts.text.clone(), unread.clone());
    let heard = tokio::task::spawn_blocking(move || {
        let letter = LetterText { label: &message.header.label, body: &body };
        let mut opinion = suggest.suggest(&letter);
        let glimpse = glimpse(&message, &letter, &mut opinion, told);
        (opinion, glimpse)
    });
    // A letter that the classifier cannot cope with waits for a person like one it has nothing to say of.
    heard.await.unwrap_or_else(|error| {
        tracing::error!(panicked = error.is_panic(), "the classifier failed on a letter");
        (Opinion::default(), Glimpse { unread, ..Glimpse::default() })
    })
}
