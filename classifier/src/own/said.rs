//! What a model says of a letter of which only the lesson is left: its best labels on every level, and how sure it is.

use kle::Subject;

use crate::blend::SIGNALS;
use crate::labels::Labels;
use crate::lesson::{HEARD, Lesson};

/// How many labels are kept of each level.
const BEST: usize = 3;

/// What a model says of a lesson's letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The three most probable labels of each level (subject, group, main group), best first.
    pub best: [Vec<Subject>; 3],
    /// How sure it is of the first of each.
    pub confidence: [f32; 3],
}

impl Said {
    /// Whether one of the first so many labels of a level is the right one.
    pub fn hits(&self, level: usize, count: usize, right: Subject) -> bool {
        self.best[level].iter().take(count).any(|label| label.contains(right))
    }
}

/// The most probable labels of every level, by number, with their probabilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chosen(pub(crate) [Vec<(usize, f32)>; 3]);

impl Chosen {
    /// Among subjects with their strengths.
    pub(crate) fn among(labels: &Labels, strengths: &[(usize, f32)]) -> Self {
        let most = strengths.iter().map(|(_, strength)| *strength).fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = strengths.iter().map(|(_, strength)| (strength - most).exp()).sum();
        let mut levels: [Vec<(usize, f32)>; 3] = Default::default();
        for (subject, strength) in strengths {
            let share = (strength - most).exp() / total;
            let [group, main_group] = labels.above(*subject);
            for (level, label) in levels.iter_mut().zip([*subject, group, main_group]) {
                match level.iter_mut().find(|known| known.0 == label) {
                    Some(known) => known.1 += share,
                    None => level.push((label, share)),
                }
            }
        }
        for level in &mut levels {
            level.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            level.truncate(BEST);
        }
        Self(levels)
    }

    /// The best label of a level.
    pub(crate) fn first(&self, level: usize) -> Option<(usize, f32)> {
        self.0[level].first().copied()
    }

    /// As subjects, with how sure the model is of each level.
    pub(crate) fn said(&self, labels: &Labels, confidence: [f32; 3]) -> Said {
        let best = |level: &Vec<(usize, f32)>| level.iter().map(|(label, _)| labels.get(*label)).collect();
        Said { best: self.0.each_ref().map(best), confidence }
    }
}

/// The subjects that were heard of a lesson, by number, with the blend's signals; and, for subjects that only the lessons
/// speak for, what the weakest of the likeliest had: more than they had themselves, so that they are never made too little of.
pub(crate) fn heard(labels: &Labels, lesson: &Lesson) -> (Vec<(usize, [f32; SIGNALS])>, [f32; SIGNALS]) {
    let known = |heard: &crate::lesson::Heard| Some((labels.number(heard.subject)?, heard.signals));
    let all: Vec<(usize, [f32; SIGNALS])> = lesson.heard.iter().filter_map(known).collect();
    let weakest = lesson.heard.iter().take(HEARD).next_back().map_or([0.0; SIGNALS], |heard| heard.signals);
    (all, weakest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_as_probable_as_its_subjects_together() {
        let parse = |text: &str| text.parse::<Subject>().expect(text);
        let labels = Labels::of(["01.01.01", "01.01.02", "02.01.01"].map(parse));
        let chosen = Chosen::among(&labels, &[(0, 0.0), (1, 0.0), (2, 0.5)]);
        let said = chosen.said(&labels, [0.5; 3]);
        assert_eq!(said.best[0][0], parse("02.01.01"));
        assert_eq!((said.best[1][0], said.best[2][0]), (parse("01.01"), parse("01")));
        assert!(said.hits(1, 1, parse("01.01.02")) && !said.hits(0, 1, parse("01.01.02")));
        assert!(said.hits(0, 3, parse("01.01.02")));
        assert!((chosen.first(1).expect("a group").1 - 0.548).abs() < 1e-3);
        assert_eq!(Chosen::among(&labels, &[]).first(0), None);
    }
}
