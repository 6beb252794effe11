//! Remembered lessons: made ready to be compared with, in memory.
//!
//! Likeness is BM25 over hashed stems as in the shipped index, with the rarities of the shipped letters: a few lessons do not
//! know which words are rare. A lesson's likeness to a letter is the same whether the letter is a lesson itself or has just
//! come, so weights that were learned on lessons fit the letters that come.

use std::collections::HashMap;

use crate::Labels;
use crate::Lesson;

/// How many of a letter's stems are asked for: its rarest, as in the shipped index.
const ASKED: usize = 40;
/// BM25: how soon more of a stem adds no more, and how much a long lesson loses.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// A lesson that is like a letter: its number, and how like it is, 0 to 1.
pub(crate) type Near = (usize, f32);

/// The rarest stems of a letter, with how rare they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Question(Vec<(u32, f32)>);

impl Question {
    /// Of all stems with their rarities.
    pub(crate) fn of(mut stems: Vec<(u32, f32)>) -> Self {
        stems.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        stems.truncate(ASKED);
        Self(stems)
    }
}

/// How rare a stem is that so many of all letters have.
pub(crate) fn rarity(with: u64, letters: u64) -> f32 {
    let (with, letters) = (with as f32, letters as f32);
    (1.0 + (letters - with + 0.5).max(0.0) / (with + 0.5)).ln()
}

/// Lessons that can be compared with.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// Subject, group and main group of every lesson, by number, where the model knows them.
    labels: Vec<[Option<usize>; 3]>,
    /// Which lessons have a stem, and how often.
    lists: HashMap<u32, Vec<(u32, u8)>>,
    /// How many stems a lesson has, repeated ones counted, as a share of the mean.
    lengths: Vec<f32>,
}

impl Remembered {
    /// These lessons, numbered in the order given.
    pub fn of<'a>(labels: &Labels, lessons: impl IntoIterator<Item = &'a Lesson>) -> Self {
        let mut remembered = Self::default();
        for lesson in lessons {
            remembered.add(labels, lesson.subject, &lesson.stems);
        }
        let count = remembered.lengths.len().max(1) as f32;
        let mean = (remembered.lengths.iter().sum::<f32>() / count).max(1.0);
        remembered.lengths.iter_mut().for_each(|length| *length /= mean);
        remembered
    }

    fn add(&mut self, labels: &Labels, subject: kle::Subject, stems: &[(u32, u8)]) {
        let number = self.labels.len() as u32;
        let mut known = [None; 3];
        for (place, label) in known.iter_mut().zip(subject.prefixes()) {
            *place = labels.number(label);
        }
        self.labels.push(known);
        self.lengths.push(stems.iter().map(|(_, times)| f32::from(*times)).sum());
        for (stem, times) in stems {
            self.lists.entry(*stem).or_default().push((number, *times));
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Subject, group and main group of a lesson, where the model knows them.
    pub(crate) fn labels(&self, lesson: usize) -> [Option<usize>; 3] {
        self.labels[lesson]
    }

    /// The lessons most like a letter, at most `count`, the likest first; equals in their order.
    pub(crate) fn likest(
        &self,
        question: &Question,
        count: usize,
        hear: impl Fn(usize) -> bool,
    ) -> Vec<Near> {
        let most: f32 = question.0.iter().map(|(_, rarity)| rarity * (K1 + 1.0)).sum();
        if most <= 0.0 || count == 0 {
            return Vec::new();
        }
        let mut scores = vec![0.0_f32; self.len()];
        for (stem, rarity) in &question.0 {
            for (lesson, times) in self.lists.get(stem).map_or(&[][..], Vec::as_slice) {
                let (lesson, times) = (*lesson as usize, f32::from(*times));
                let long = 1.0 - B + B * self.lengths[lesson];
                scores[lesson] += rarity * times * (K1 + 1.0) / (times + K1 * long);
            }
        }
        let found = scores.into_iter().enumerate().filter(|(lesson, score)| *score > 0.0 && hear(*lesson));
        let mut found: Vec<Near> = found.map(|(lesson, score)| (lesson, (score / most).min(1.0))).collect();
        let likest = |one: &Near, other: &Near| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if count < found.len() {
            found.select_nth_unstable_by(count - 1, likest);
        }
        found.truncate(count);
        found.sort_unstable_by(likest);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(subject: &str, stems: &[(u32, u8)]) -> Lesson {
        let subject = subject.parse().expect(subject);
        Lesson { edition: String::new(), subject, stems: stems.to_vec(), heard: Vec::new(), sure: None }
    }

    fn lessons() -> [Lesson; 3] {
        [
            lesson("01.02.03", &[(1, 1), (2, 3), (9, 1)]),
            lesson("01.02.04", &[(2, 1), (3, 1)]),
            lesson("27.18.04", &[(3, 1), (4, 1)]),
        ]
    }

    #[test]
    fn the_likest_lesson_comes_first_and_one_that_may_not_speak_not_at_all() {
        let lessons = lessons();
        let labels = Labels::of(lessons.iter().map(|lesson| lesson.subject));
        let remembered = Remembered::of(&labels, &lessons);
        let question = Question::of(vec![(1, 2.0), (2, 1.0), (77, 3.0)]);
        let near = remembered.likest(&question, 9, |_| true);
        assert_eq!(near.iter().map(|near| near.0).collect::<Vec<_>>(), [0, 1]);
        assert!(near[0].1 > near[1].1 && near[0].1 < 1.0, "{near:?}");
        let others = remembered.likest(&question, 9, |lesson| lesson != 0);
        assert_eq!(others.iter().map(|near| near.0).collect::<Vec<_>>(), [1]);
        assert_eq!(remembered.likest(&question, 1, |_| true).len(), 1);
        assert!(remembered.likest(&Question::default(), 9, |_| true).is_empty());
        assert!(Remembered::default().likest(&question, 9, |_| true).is_empty());
    }

    #[test]
    fn a_subject_that_the_model_does_not_know_still_has_its_group() {
        let lessons = lessons();
        let labels = Labels::of(lessons.iter().map(|lesson| lesson.subject));
        let local = Remembered::of(&labels, &[lesson("01.02.99", &[(1, 1)])]);
        let [subject, group, main_group] = local.labels(0);
        assert_eq!((subject, group), (None, labels.number("01.02".parse().expect("a group"))));
        assert!(main_group.is_some() && local.len() == 1 && !local.is_empty());
    }

    #[test]
    fn only_the_rarest_stems_are_asked_for() {
        let Question(asked) = Question::of((0..100).map(|stem| (stem, stem as f32)).collect());
        assert_eq!((asked.len(), asked[0].0), (ASKED, 99));
        assert!(rarity(1, 1000) > rarity(500, 1000) && rarity(1000, 1000) >= 0.0);
    }
}
