//! The learning curve: how much better letters are understood, the more of an authority's own letters have been answered.
//!
//! The letters are dealt into folds. Of those outside a fold so many per unit are taught, an own model is learned of them, and
//! the letters in the fold are read by whoever would read them then: the own model where one could be made, else the shipped
//! model. A letter is never taught where it is read.

use std::collections::BTreeMap;

use kle::Subject;
use serde::Serialize;

use super::compared::Paired;
use super::course::{NotLearned, shuffled};
use crate::evaluate::Share;
use crate::judge::Judge;
use crate::lesson::Lesson;
use crate::{LetterText, Suggest};

/// How many folds the letters are dealt into.
const FOLDS: usize = 5;

/// A letter that a unit has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLetter {
    /// The unit.
    pub unit: String,
    /// What it is about.
    pub subject: Subject,
    label: String,
    body: String,
}

/// A line that is not a unit's letter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not a letter of a unit")]
pub struct NotUnitLetter {
    /// Counted from 1.
    pub line: usize,
}

impl UnitLetter {
    /// Reads a file: unit, subject, kind of sender, label and body in five columns, `\n` for a line break in the body.
    pub fn read(file: &str) -> Result<Vec<Self>, NotUnitLetter> {
        let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(at, line)| row(line).ok_or(NotUnitLetter { line: at + 1 })).collect()
    }

    /// What a classifier may read of it.
    pub fn text(&self) -> LetterText<'_> {
        LetterText { label: &self.label, body: &self.body }
    }
}

fn row(line: &str) -> Option<UnitLetter> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [unit, subject, _sender, label, body] = columns[..] else { return None };
    let subject = Subject::parse(subject).ok().filter(|subject| subject.level() == kle::Level::Subject)?;
    let body = body.replace("\\n", "\n");
    (!unit.is_empty()).then(|| UnitLetter { unit: unit.to_owned(), subject, label: label.to_owned(), body })
}

/// A learning curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The shipped model.
    pub model: String,
    /// Letters, each read once in every round.
    pub letters: usize,
    /// How often all was done anew, dealt by another seed; shares are means of the rounds.
    pub rounds: u64,
    /// What came of it, by how many letters per unit were taught.
    pub steps: Vec<Step>,
}

/// What came of so many taught letters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Letters taught per unit, at most.
    pub per_unit: usize,
    /// Letters taught in all, on average.
    pub taught: usize,
    /// In how many of all trials an own model was made that moved the shipped weights.
    pub moved: Share,
    /// The first group is right; the interval is that of one round.
    pub gruppe_at_1: Share,
    /// The first subject is right.
    pub emne_at_1: Share,
    /// Letters whose first group is right in most rounds and was not without a lesson; and the other way about.
    pub group: Paired,
}

/// The curve cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum NoCurve {
    /// Fewer letters than folds.
    #[error("too few letters")]
    TooFew,
    /// Learning failed.
    #[error("nothing can be learned")]
    NotLearned(#[from] NotLearned),
}

/// Draws the curve of these letters. `tell` hears how many letters per unit are taught next.
pub fn curve(
    judge: &Judge,
    letters: &[UnitLetter],
    per_unit: &[usize],
    rounds: u64,
    tell: impl Fn(usize),
) -> Result<Curve, NoCurve> {
    if letters.len() < FOLDS || rounds == 0 {
        return Err(NoCurve::TooFew);
    }
    let trial = Trial::of(judge.shipped(), letters);
    let untaught = trial.read(&trial.judge, &(0..letters.len()).collect::<Vec<_>>());
    let mut steps = Vec::with_capacity(per_unit.len());
    for count in per_unit {
        tell(*count);
        let mut all = Tally::of(letters.len());
        for seed in 0..rounds {
            trial.round(*count, seed, &untaught, &mut all)?;
        }
        steps.push(all.step(*count, rounds, &untaught));
    }
    Ok(Curve { model: trial.judge.edition(), letters: letters.len(), rounds, steps })
}

/// Letters, and what each would teach.
struct Trial<'a> {
    judge: Judge,
    letters: &'a [UnitLetter],
    lessons: Vec<Option<Lesson>>,
}

/// Whether subject and group of a letter were right.
type Right = [bool; 2];

impl<'a> Trial<'a> {
    fn of(judge: Judge, letters: &'a [UnitLetter]) -> Self {
        let lessons = letters.iter().map(|letter| judge.lesson(&letter.text(), letter.subject)).collect();
        Self { judge, letters, lessons }
    }

    fn round(&self, count: usize, seed: u64, untaught: &[Right], all: &mut Tally) -> Result<(), NoCurve> {
        let folds = deal(self.letters, seed);
        for fold in 0..FOLDS {
            let read: Vec<usize> = (0..folds.len()).filter(|letter| folds[*letter] == fold).collect();
            let taught = self.taught(&folds, fold, count, seed);
            all.taught += taught.len();
            all.trials += 1;
            let learned = match self.judge.learn(&taught, seed) {
                Ok(learned) => Some(learned.own).filter(|own| own.restraint.is_some()),
                Err(NotLearned::TooFew(_)) => None,
                Err(error) => return Err(error.into()),
            };
            all.moved += usize::from(learned.is_some());
            let right = match learned {
                Some(own) => self.read(&self.judge.with_own(own, taught), &read),
                None => read.iter().map(|letter| untaught[*letter]).collect(),
            };
            read.into_iter().zip(right).for_each(|(letter, right)| all.add(letter, right));
        }
        Ok(())
    }

    /// So many letters of each unit outside a fold, in the order that the seed gives: as if they had come one by one, mixed.
    fn taught(&self, folds: &[usize], fold: usize, count: usize, seed: u64) -> Vec<&Lesson> {
        let mut order: Vec<usize> = (0..folds.len()).filter(|letter| folds[*letter] != fold).collect();
        order.sort_by_key(|letter| shuffled(!seed, *letter));
        let mut of_unit: BTreeMap<&str, usize> = BTreeMap::new();
        let mut taught = Vec::new();
        for letter in order {
            let taken = of_unit.entry(&self.letters[letter].unit).or_default();
            if *taken < count {
                *taken += 1;
                taught.extend(&self.lessons[letter]);
            }
        }
        taught
    }

    fn read(&self, judge: &Judge, letters: &[usize]) -> Vec<Right> {
        let read = |letter: &usize| {
            let letter = &self.letters[*letter];
            let verdict = judge.verdict(&letter.text());
            [0, 1].map(|level| {
                let best = verdict.as_ref().and_then(|verdict| verdict.best[level].first());
                best.is_some_and(|best| best.label.contains(letter.subject))
            })
        };
        letters.iter().map(read).collect()
    }
}

/// Deals the letters of every unit evenly.
fn deal(letters: &[UnitLetter], seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..letters.len()).collect();
    order.sort_by_key(|letter| (letters[*letter].unit.as_str(), shuffled(seed, *letter)));
    let mut folds = vec![0; letters.len()];
    for (place, letter) in order.into_iter().enumerate() {
        folds[letter] = place % FOLDS;
    }
    folds
}

/// In how many rounds each letter was right.
struct Tally {
    right: Vec<[u64; 2]>,
    taught: usize,
    trials: usize,
    moved: usize,
}

impl Tally {
    fn of(letters: usize) -> Self {
        Self { right: vec![[0; 2]; letters], taught: 0, trials: 0, moved: 0 }
    }

    fn add(&mut self, letter: usize, right: Right) {
        self.right[letter].iter_mut().zip(right).for_each(|(count, right)| *count += u64::from(right));
    }

    fn step(&self, per_unit: usize, rounds: u64, untaught: &[Right]) -> Step {
        let share = |level: usize| {
            let hits: u64 = self.right.iter().map(|right| right[level]).sum();
            Share::of((hits as f64 / rounds as f64).round() as usize, self.right.len())
        };
        let mostly = |right: &[u64; 2]| right[1] * 2 > rounds;
        let turned = |to: bool| {
            let pairs = self.right.iter().zip(untaught);
            pairs.filter(|(with, without)| mostly(with) == to && without[1] != to).count()
        };
        Step {
            per_unit,
            taught: self.taught / self.trials.max(1),
            moved: Share::of(self.moved, self.trials),
            gruppe_at_1: share(1),
            emne_at_1: share(0),
            group: Paired::counted(turned(true), turned(false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_letter_of_a_unit() {
        let letters = UnitLetter::read("vej\t05.01.08\tcitizen\tHul\tDer er\\net hul\n\n").expect("a letter");
        assert_eq!(
            (letters.len(), letters[0].text().body, letters[0].text().label),
            (1, "Der er\net hul", "Hul")
        );
        for (file, line) in
            [("vej\t05.01.08\tcitizen\tHul", 1), ("\n\t05.01.08\tx\ty\tz", 2), ("vej\t05.01\tx\ty\tz", 1)]
        {
            assert_eq!(UnitLetter::read(file), Err(NotUnitLetter { line }), "{file}");
        }
    }

    #[test]
    fn every_unit_has_letters_in_every_fold() {
        let file: String =
            (0..20).map(|n| format!("{}\t05.01.08\tx\ty\tz\n", ["vej", "byg"][n % 2])).collect();
        let letters = UnitLetter::read(&file).expect("letters");
        let folds = deal(&letters, 3);
        for fold in 0..FOLDS {
            let units = (0..20).filter(|letter| folds[*letter] == fold).map(|letter| &letters[letter].unit);
            assert_eq!(units.filter(|unit| *unit == "vej").count(), 2);
        }
        assert_ne!(folds, deal(&letters, 4), "another seed deals otherwise");
    }
}
