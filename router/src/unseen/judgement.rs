//! Judgement: what the classifier says of a letter, made ready for the rules, and kept when the letter is decided.

use classifier::Opinion;
use kle::Level;
use rules::{Belief, Decider, Decision, Facts, Judgement, Policy, Step, Suggestion};
use uuid::Uuid;

use super::standing::Standings;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::judged::NewJudged;

/// Suggestions as the rules know them.
pub fn suggestions(opinion: &Opinion) -> Vec<Suggestion> {
    let suggestion = |suggestion: &classifier::Suggestion| Suggestion {
        subject: suggestion.subject,
        confidence: suggestion.confidence,
        why: suggestion.why.clone(),
    };
    opinion.suggestions.iter().map(suggestion).collect()
}

/// What the classifier believed and was allowed just now; `None` when it has nothing to say.
pub async fn judge(
    room: &PostRoom,
    policy: &Policy,
    standings: &Standings,
    opinion: &Opinion,
) -> Result<Option<Judgement>, StoreError> {
    if opinion.beliefs.is_empty() && opinion.doubt.is_none() {
        return Ok(None);
    }
    let belief = |belief: &classifier::Belief| Belief { label: belief.label, confidence: belief.confidence };
    let mut judgement = Judgement {
        beliefs: opinion.beliefs.iter().map(belief).collect(),
        doubt: opinion.doubt.map(|doubt| doubt.danish().to_owned()),
        standing: None,
        model: opinion.edition.clone(),
    };
    let best = judgement.belief(Level::Subject);
    if let Some(unit) = best.and_then(|best| policy.responsible(best.label, None)) {
        judgement.standing = Some(standings.of(room, policy, &unit.id, &opinion.edition).await?);
    }
    Ok(Some(judgement))
}

/// The model that was heard of a letter; the one in force, where none was. Another may have been promoted since.
pub fn model_of(room: &PostRoom, facts: &Facts) -> String {
    let heard = facts.judgement.as_ref().map(|judgement| &judgement.model);
    heard.filter(|model| !model.is_empty()).cloned().unwrap_or_else(|| room.suggest.edition())
}

/// What is kept of a judgement. Only of letters that came as far as the classifier: what a mark or a rule decided says
/// nothing of how good it is with unmarked ones.
pub fn judged(room: &PostRoom, message: Uuid, facts: &Facts, decision: &Decision) -> Option<NewJudged> {
    let Decider::Step(step @ (Step::Classifier | Step::Desk)) = decision.decider else { return None };
    let judgement = facts.judgement.as_ref().filter(|judgement| judgement.doubt.is_none())?;
    let standing = judgement.standing.as_ref()?;
    let subject = judgement.belief(Level::Subject)?;
    let group = judgement.belief(Level::Group);
    let by_subject = standing.subject.is_some_and(|limit| limit.allows(subject.confidence));
    let passed_on = (step == Step::Classifier).then_some(if by_subject { "subject" } else { "group" });
    Some(NewJudged {
        message,
        model: model_of(room, facts),
        unit: standing.unit.clone(),
        subject: subject.label,
        subject_sure: subject.confidence,
        group: group.map(|group| (group.label, group.confidence)),
        passed_on,
    })
}
