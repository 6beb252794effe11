//! The measures of a set of judged letters.

use kle::{Level, Subject};
use serde::Serialize;

use super::coverage::{Passed, Point, calibration_error, coverage_at, risk_coverage};
use super::judged::Judged;
use super::share::Share;
use crate::Verdict;

/// How good a model is on a set. The first names are those that evaluation sets ask for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measures {
    /// Letters in the set.
    pub letters: usize,
    /// Letters with a subject that may be passed on.
    pub routable: usize,
    /// Share of routable letters whose first suggestion is acceptable.
    pub emne_at_1: f64,
    /// The same for one of the first three.
    pub emne_at_3: f64,
    /// The same for one of the first five.
    pub emne_at_5: f64,
    /// The first group.
    pub gruppe_at_1: f64,
    /// One of the first three groups.
    pub gruppe_at_3: f64,
    /// The first main group.
    pub hovedgruppe_at_1: f64,
    /// Share of routable letters passed on without a person at the thresholds in the model file.
    pub passed_on: f64,
    /// Share of those whose group is wrong.
    pub passed_on_wrong: f64,
    /// Largest share that could be passed on with at most 2 % wrong groups.
    pub coverage_at_2pct: f64,
    /// Largest share that could be passed on with at most 5 % wrong groups.
    pub coverage_at_5pct: f64,
    /// Share of the letters that must be held back that were.
    pub abstain_held: f64,
    /// Share of all letters held back that had to be.
    pub abstain_precision: f64,
    /// Expected calibration error of the group's confidence, ten bins.
    pub calibration_error: f64,
    /// Every share again with its counts and 95 % interval.
    pub intervals: Vec<(&'static str, Share)>,
    /// Risk and coverage of the group, the surest first.
    pub risk_coverage: Vec<Point>,
}

/// Measures verdicts on judged letters; `None` is a letter of which nothing could be said.
pub fn measure(judged: &[(Judged, Option<Verdict>)]) -> Measures {
    let routable: Vec<&(Judged, Option<Verdict>)> =
        judged.iter().filter(|(letter, _)| letter.routable()).collect();
    let to_hold: Vec<&(Judged, Option<Verdict>)> =
        judged.iter().filter(|(letter, _)| letter.abstain).collect();
    let held: Vec<&(Judged, Option<Verdict>)> =
        judged.iter().filter(|(_, verdict)| !passed_on(verdict.as_ref())).collect();
    let handed_on: Vec<_> =
        routable.iter().copied().filter(|(_, verdict)| passed_on(verdict.as_ref())).collect();
    let among = |level: usize, count: usize| {
        Share::count(&routable, |(letter, verdict)| hit(letter, verdict.as_ref(), level, count))
    };
    let intervals = vec![
        ("emne_at_1", among(0, 1)),
        ("emne_at_3", among(0, 3)),
        ("emne_at_5", among(0, 5)),
        ("gruppe_at_1", among(1, 1)),
        ("gruppe_at_3", among(1, 3)),
        ("hovedgruppe_at_1", among(2, 1)),
        ("passed_on", Share::of(handed_on.len(), routable.len())),
        (
            "passed_on_wrong",
            Share::count(&handed_on, |(letter, verdict)| !hit(letter, verdict.as_ref(), 1, 1)),
        ),
        ("abstain_held", Share::count(&to_hold, |(_, verdict)| !passed_on(verdict.as_ref()))),
        ("abstain_precision", Share::count(&held, |(letter, _)| letter.abstain)),
    ];
    let passed: Vec<Passed> =
        routable.iter().map(|(letter, verdict)| group_of(letter, verdict.as_ref())).collect();
    let share =
        |name: &str| intervals.iter().find(|(of, _)| *of == name).map_or(0.0, |(_, share)| share.share);
    Measures {
        letters: judged.len(),
        routable: routable.len(),
        emne_at_1: share("emne_at_1"),
        emne_at_3: share("emne_at_3"),
        emne_at_5: share("emne_at_5"),
        gruppe_at_1: share("gruppe_at_1"),
        gruppe_at_3: share("gruppe_at_3"),
        hovedgruppe_at_1: share("hovedgruppe_at_1"),
        passed_on: share("passed_on"),
        passed_on_wrong: share("passed_on_wrong"),
        coverage_at_2pct: coverage_at(&passed, 0.02),
        coverage_at_5pct: coverage_at(&passed, 0.05),
        abstain_held: share("abstain_held"),
        abstain_precision: share("abstain_precision"),
        calibration_error: calibration_error(&passed, 10),
        risk_coverage: risk_coverage(&passed),
        intervals,
    }
}

/// Sure of a group or a subject: a main group alone names no unit.
pub fn passed_on(verdict: Option<&Verdict>) -> bool {
    let sure_of = verdict.and_then(|verdict| verdict.sure_of);
    sure_of.is_some_and(|label: Subject| label.level() != Level::MainGroup)
}

fn hit(letter: &Judged, verdict: Option<&Verdict>, level: usize, count: usize) -> bool {
    let best = verdict.map_or(&[][..], |verdict| &verdict.best[level]);
    best.iter().take(count).any(|guess| letter.accepts(guess.label))
}

fn group_of(letter: &Judged, verdict: Option<&Verdict>) -> Passed {
    let confidence = verdict.map_or(0.0, |verdict| verdict.confidence[1]);
    Passed { confidence, right: hit(letter, verdict, 1, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Guess;

    fn verdict(group: &str, confidence: f32, sure: bool) -> Option<Verdict> {
        let subject: Subject = format!("{group}.01").parse().expect("a subject");
        let guess = |label: Subject| vec![Guess { label, probability: 1.0 }];
        let mut up = subject.prefixes().skip(1);
        let best =
            [guess(subject), guess(up.next().expect("a group")), guess(up.next().expect("a main group"))];
        Some(Verdict { best, confidence: [confidence; 3], sure_of: sure.then_some(subject), doubt: None })
    }

    fn judged(kle: Option<&str>, abstain: bool) -> Judged {
        let kle = kle.map(|text| text.parse::<Subject>().expect("a subject"));
        let (id, subject, text) = Default::default();
        Judged { id, subject, text, kle, kle_ok: kle.into_iter().collect(), abstain }
    }

    #[test]
    fn what_is_wrong_unsure_or_held_is_counted_where_it_belongs() {
        let measures = measure(&[
            (judged(Some("01.02.01"), false), verdict("01.02", 0.9, true)),
            (judged(Some("01.02.03"), false), verdict("01.02", 0.8, false)),
            (judged(Some("01.03.01"), false), verdict("02.02", 0.7, true)),
            (judged(Some("01.03.01"), false), None),
            (judged(None, true), None),
            (judged(None, true), verdict("01.02", 0.9, true)),
        ]);
        assert_eq!((measures.letters, measures.routable), (6, 4));
        assert_eq!((measures.emne_at_1, measures.gruppe_at_1, measures.hovedgruppe_at_1), (0.25, 0.5, 0.5));
        assert_eq!((measures.passed_on, measures.passed_on_wrong), (0.5, 0.5));
        assert_eq!((measures.coverage_at_2pct, measures.abstain_held), (0.5, 0.5));
        assert_eq!(measures.abstain_precision, 1.0 / 3.0);
    }
}
