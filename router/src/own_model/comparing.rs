//! Comparing: a candidate and the model in force on the same answers, none of which was learned from by who is measured.
//!
//! Of an answer that a model was made of, it is asked what it would say had it been made without that answer's fold. An answer
//! given since is new to it.

use std::collections::BTreeMap;

use classifier::evaluate::Share;
use classifier::own::{Compared, NotLearned, Pair, Paired, Said};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Model, OwnModelError, Taught, Workshop};

/// What a model says of every lesson; `None` where it cannot be asked without having learned from it.
pub(super) type Heard = Vec<Option<Said>>;

/// A candidate and the model in force, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The model in force; 0 is the shipped model alone.
    pub against: i64,
    /// Answers that the candidate was made of, each told without its fold.
    pub cross_validated: usize,
    /// Answers given after the candidate was made.
    pub later: usize,
    /// All of them.
    pub all: Compared,
    /// The first group of every unit's letters.
    pub units: Vec<UnitCompared>,
}

/// A unit's letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitCompared {
    /// The unit that they went to.
    pub unit: String,
    /// The candidate's first group is right.
    pub candidate: Share,
    /// That of the model in force is.
    pub active: Share,
    /// Letters on which one of them is right alone.
    pub group: Paired,
}

impl Workshop<'_> {
    /// Compares a candidate with the model in force; without a number it is the newest one.
    pub async fn compare(&self, number: Option<i64>) -> Result<(Model, Comparison), OwnModelError> {
        let store = &self.room.store;
        let newest = store.own_models().await?.last().map(|row| row.number);
        let candidate = Model::read(store, number.or(newest).ok_or(OwnModelError::None)?).await?;
        if !candidate.fits() {
            return Err(OwnModelError::OtherBase(candidate.row.number));
        }
        let active = Model::in_force(store).await?;
        let (taught, _) = self.lessons().await?;
        let heard = (self.held_back(Some(&candidate), &taught)?, self.held_back(active.as_ref(), &taught)?);
        let comparison = compared(&taught, heard, Some(candidate.row.made_at()), active.as_ref());
        Ok((candidate, comparison))
    }

    /// What a model says of every lesson as if it had not learned from it; without one, what the shipped model says.
    pub(super) fn held_back(&self, model: Option<&Model>, taught: &[Taught]) -> Result<Heard, OwnModelError> {
        let judge = self.judge()?;
        let unreadable = |_| OwnModelError::NoModel;
        let Some(model) = model else {
            let said = taught.iter().map(|taught| judge.said(&taught.lesson).map(Some).map_err(unreadable));
            return said.collect();
        };
        let of: Vec<usize> = (0..taught.len()).filter(|at| taught[*at].before(model.row.made_at())).collect();
        let lessons: Vec<_> = of.iter().map(|at| &taught[*at].lesson).collect();
        let mut heard: Heard = taught.iter().map(|_| None).collect();
        match judge.learn(&lessons, model.own.seed) {
            Ok(learned) => learned.held_back.into_iter().for_each(|(at, said)| heard[of[at]] = Some(said)),
            // So many were forgotten that it cannot be made again: only later answers are left to measure on.
            Err(NotLearned::TooFew(_)) => {}
            Err(NotLearned::Index) => return Err(OwnModelError::NoModel),
        }
        let own = judge.with_own(model.own.clone(), lessons);
        for (taught, heard) in taught.iter().zip(&mut heard) {
            if !taught.before(model.row.made_at()) {
                *heard = Some(own.said(&taught.lesson).map_err(unreadable)?);
            }
        }
        Ok(heard)
    }
}

/// The comparison on lessons of which both were asked.
pub(super) fn compared(
    taught: &[Taught],
    (candidate, active): (Heard, Heard),
    made_at: Option<Timestamp>,
    against: Option<&Model>,
) -> Comparison {
    let mut pairs = Vec::with_capacity(taught.len());
    let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut later = 0;
    for ((taught, candidate), active) in taught.iter().zip(candidate).zip(active) {
        let (Some(candidate), Some(active)) = (candidate, active) else { continue };
        later += usize::from(made_at.is_some_and(|made_at| !taught.before(made_at)));
        units.entry(&taught.unit).or_default().push(pairs.len());
        pairs.push(Pair { right: taught.lesson.subject, candidate, active });
    }
    let unit = |(unit, of): (&str, Vec<usize>)| {
        let count = |hit: &dyn Fn(&Pair) -> bool| of.iter().filter(|at| hit(&pairs[**at])).count();
        let right = |said: &Said, pair: &Pair| said.hits(1, 1, pair.right);
        let candidate = count(&|pair| right(&pair.candidate, pair));
        let active = count(&|pair| right(&pair.active, pair));
        let both = count(&|pair| right(&pair.candidate, pair) && right(&pair.active, pair));
        UnitCompared {
            unit: unit.to_owned(),
            candidate: Share::of(candidate, of.len()),
            active: Share::of(active, of.len()),
            group: Paired::counted(candidate - both, active - both),
        }
    };
    Comparison {
        against: against.map_or(0, |model| model.row.number),
        cross_validated: pairs.len() - later,
        later,
        units: units.into_iter().map(unit).collect(),
        all: Compared::of(&pairs),
    }
}
