//! Bundles (*bunker*): letters in line that look alike, so that one act can answer them all.
//!
//! Alike means the same best suggestion and the same reason for waiting. Each is still a letter with a decision of its own: who
//! answers a bundle sees each title, and leaves out what does not belong.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Choice;
use super::answers::{Given, Receiver, Refused, keep};
use super::queue::{Waiting, queue};
use crate::room::PostRoom;
use crate::store::StoreError;

/// Letters that are looked at, first in line.
const LOOKED_AT: u32 = 500;

/// Letters of a bundle: as many as a person can read through before they answer.
pub const LARGEST: usize = 50;

/// Letters that look alike.
pub struct Bundle {
    /// Where they would go.
    pub choice: Choice,
    /// Why they wait (Danish).
    pub question: &'static str,
    /// The least sure of the suggestions, 0 to 1, where the classifier made them.
    pub least: Option<f32>,
    /// The letters, in line.
    pub letters: Vec<Waiting>,
}

/// A letter that somebody ticked, and the decision that they saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticked {
    /// Our id.
    pub id: Uuid,
    /// Number of the decision.
    pub seen: i64,
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Letters that were answered.
    pub kept: usize,
    /// Letters that a colleague had, or that were answered or decided anew meanwhile.
    pub passed_over: usize,
}

/// The bundles of two letters or more, the largest first. What lies before a colleague is in none.
pub async fn bundles(room: &PostRoom, person: &str) -> Result<Vec<Bundle>, StoreError> {
    type Key = (&'static str, String, Option<String>, Option<kle::Subject>);
    let mut found: BTreeMap<Key, Vec<Waiting>> = BTreeMap::new();
    for letter in queue(room, LOOKED_AT).await?.letters {
        let mine = letter.before.as_deref().is_none_or(|before| before == person);
        // A case is one sender's: what is journaled on it is answered one by one.
        let Some(best) = letter.choices.first().filter(|best| mine && best.case.is_none()) else { continue };
        let key = (letter.question, best.unit.clone(), best.person.clone(), best.subject);
        let bundle = found.entry(key).or_default();
        if bundle.len() < LARGEST {
            bundle.push(letter);
        }
    }
    let mut bundles: Vec<Bundle> = found
        .into_iter()
        .filter(|(_, letters)| letters.len() > 1)
        .filter_map(|((question, ..), letters)| {
            let choice = letters.first()?.choices.first()?.clone();
            let sure = letters.iter().filter_map(|letter| letter.choices.first()?.confidence);
            Some(Bundle { choice, question, least: sure.reduce(f32::min), letters })
        })
        .collect();
    bundles.sort_by_key(|bundle| std::cmp::Reverse(bundle.letters.len()));
    Ok(bundles)
}

/// Answers letters alike. Each is kept by itself, and can be taken back for half a minute.
pub async fn answer(
    room: &PostRoom,
    person: &str,
    letters: &[Ticked],
    receiver: &Receiver,
) -> Result<Answered, Refused> {
    let mut answered = Answered::default();
    for letter in letters.iter().take(LARGEST) {
        match keep(room, &letter.id, person, letter.seen, Given::To(receiver.clone())).await {
            Ok(_) => answered.kept += 1,
            Err(Refused::Answer(error)) if is_about_all(&error) => return Err(error.into()),
            Err(_) => answered.passed_over += 1,
        }
    }
    Ok(answered)
}

/// Is it said of the receiver, so that every other letter would hear the same?
fn is_about_all(error: &crate::journey::AnswerError) -> bool {
    use crate::journey::AnswerError as E;
    matches!(error, E::NoSuchUnit(_) | E::ClosedUnit(_) | E::NoSuchSubject(_) | E::Store(_))
}
