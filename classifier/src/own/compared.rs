//! Two models on the same lessons: how good each is, and whether the difference is more than chance.

use kle::Subject;
use serde::{Deserialize, Serialize};

use super::said::Said;
use crate::evaluate::{Passed, Share, coverage_at};

/// A lesson's subject, and what two models say of its letter.
pub struct Pair {
    /// What a person said it is about.
    pub right: Subject,
    /// What the candidate says.
    pub candidate: Said,
    /// What the active model says.
    pub active: Said,
}

/// Two models on the same letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// How many letters.
    pub letters: usize,
    /// The model that might be promoted.
    pub candidate: Marks,
    /// The model in force.
    pub active: Marks,
    /// The first subject: where one of them is right and the other wrong.
    pub subject: Paired,
    /// The same of the first group.
    pub group: Paired,
}

/// How good a model is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// The first subject is right.
    pub emne_at_1: Share,
    /// One of the first three is.
    pub emne_at_3: Share,
    /// The first group is right.
    pub gruppe_at_1: Share,
    /// One of the first three is.
    pub gruppe_at_3: Share,
    /// The first main group is right.
    pub hovedgruppe_at_1: Share,
    /// One of the first three is.
    pub hovedgruppe_at_3: Share,
    /// Largest share that could be passed on with at most 2 % wrong groups, the surest first.
    pub coverage_at_2pct: f64,
    /// The same with at most 5 %.
    pub coverage_at_5pct: f64,
}

/// Letters on which exactly one of two models is right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Only the candidate is right.
    pub better: usize,
    /// Only the active model is right.
    pub worse: usize,
    /// How probable so large a difference is if neither is better (two-sided exact sign test).
    pub p: f64,
}

/// A difference that chance makes less often than this is one.
const SURE: f64 = 0.05;

impl Compared {
    /// These letters.
    pub fn of(pairs: &[Pair]) -> Self {
        Self {
            letters: pairs.len(),
            candidate: Marks::of(pairs, |pair| &pair.candidate),
            active: Marks::of(pairs, |pair| &pair.active),
            subject: Paired::of(pairs, 0),
            group: Paired::of(pairs, 1),
        }
    }

    /// Is the candidate measurably worse: in its first group, or in its first subject without being better in the group?
    pub fn is_worse(&self) -> bool {
        self.group.is_worse() || self.subject.is_worse() && self.group.better <= self.group.worse
    }
}

impl Marks {
    fn of(pairs: &[Pair], said: impl Fn(&Pair) -> &Said) -> Self {
        let among = |level: usize, count: usize| {
            Share::count(pairs, |pair| said(pair).hits(level, count, pair.right))
        };
        let passed = |pair: &Pair| Passed {
            confidence: said(pair).confidence[1],
            right: said(pair).hits(1, 1, pair.right),
        };
        let passed: Vec<Passed> = pairs.iter().map(passed).collect();
        Self {
            emne_at_1: among(0, 1),
            emne_at_3: among(0, 3),
            gruppe_at_1: among(1, 1),
            gruppe_at_3: among(1, 3),
            hovedgruppe_at_1: among(2, 1),
            hovedgruppe_at_3: among(2, 3),
            coverage_at_2pct: coverage_at(&passed, 0.02),
            coverage_at_5pct: coverage_at(&passed, 0.05),
        }
    }
}

impl Paired {
    fn of(pairs: &[Pair], level: usize) -> Self {
        let count = |better: bool| {
            let hits = |said: &Said, right: Subject| said.hits(level, 1, right);
            let only = |pair: &&Pair| {
                let [candidate, active] = [&pair.candidate, &pair.active].map(|said| hits(said, pair.right));
                candidate != active && candidate == better
            };
            pairs.iter().filter(only).count()
        };
        Self::counted(count(true), count(false))
    }

    /// So many to so many.
    pub fn counted(better: usize, worse: usize) -> Self {
        Self { better, worse, p: sign_test(better.min(worse), better + worse) }
    }

    /// Better, and hardly by chance.
    pub fn is_better(&self) -> bool {
        self.better > self.worse && self.p < SURE
    }

    /// Worse, and hardly by chance.
    pub fn is_worse(&self) -> bool {
        self.worse > self.better && self.p < SURE
    }
}

/// The probability that of so many coins at most so few, or at least so many, fall on one side.
fn sign_test(fewer: usize, of: usize) -> f64 {
    let mut log_choose = 0.0;
    let mut tail = 0.0;
    for k in 0..=fewer {
        if k > 0 {
            log_choose += ((of - k + 1) as f64 / k as f64).ln();
        }
        tail += (log_choose - of as f64 * std::f64::consts::LN_2).exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(subject: &str, confidence: f32) -> Said {
        let subject: Subject = subject.parse().expect(subject);
        let mut best = subject.prefixes().map(|label| vec![label]);
        let best = std::array::from_fn(|_| best.next().unwrap_or_default());
        Said { best, confidence: [confidence; 3] }
    }

    fn pair(candidate: &str, active: &str) -> Pair {
        let right = "01.02.03".parse().expect("a subject");
        Pair { right, candidate: said(candidate, 0.9), active: said(active, 0.8) }
    }

    #[test]
    fn the_sign_test_is_that_of_the_tables() {
        for (better, worse, p) in
            [(5, 0, 0.0625), (6, 0, 0.03125), (8, 1, 0.0390625), (9, 3, 0.14599609375), (0, 0, 1.0)]
        {
            assert!((Paired::counted(better, worse).p - p).abs() < 1e-9, "{better}:{worse}");
        }
        assert!((Paired::counted(600, 400).p - 2.7e-10).abs() < 1e-10);
    }

    #[test]
    fn only_letters_that_tell_the_two_apart_are_counted() {
        let mut pairs: Vec<Pair> = (0..10).map(|_| pair("01.02.03", "01.02.03")).collect();
        pairs.extend((0..6).map(|_| pair("01.02.04", "05.01.02")));
        let compared = Compared::of(&pairs);
        assert_eq!((compared.group.better, compared.group.worse), (6, 0));
        assert_eq!((compared.subject.better, compared.subject.worse), (0, 0));
        assert!(compared.group.is_better() && !compared.is_worse());
        assert_eq!((compared.candidate.gruppe_at_1.hits, compared.active.gruppe_at_1.hits), (16, 10));
        assert_eq!((compared.candidate.coverage_at_2pct, compared.active.coverage_at_2pct), (1.0, 0.625));
        let turned: Vec<Pair> = (0..6).map(|_| pair("05.01.02", "01.02.03")).collect();
        assert!(Compared::of(&turned).is_worse());
        assert_eq!(Compared::of(&[]).group.p, 1.0);
    }
}
