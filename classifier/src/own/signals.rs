//! Signals: what the remembered lessons say of a subject, beside the six signals of the blend.

use super::remembered::{Near, Remembered};
use crate::blend::SIGNALS;
use crate::labels::Labels;

/// Signals of every subject: the six of the blend; the nearest lessons' share of the subject, of its group, of its main
/// group; how many lessons are about the subject, the group, the main group.
pub const OWN_SIGNALS: usize = SIGNALS + 6;
/// A share below this is as good as none, so that its logarithm has a floor: what nobody speaks for has the signal 0.
const SILENT: f32 = 0.01;
/// Likeness that stands for nobody. Lessons that are hardly like a letter have little to say, however few there are.
const NOBODY: f32 = 0.02;

/// So much of a chance likeness is enough where the shipped model has no opinion; where it is quite sure, one more is needed.
const UNSURE: f32 = 0.75;

/// What lessons can know of: how many every label has, and how like a letter of anything else they are by chance.
#[derive(Clone, Copy)]
pub(crate) struct Ken<'a> {
    pub(crate) taught: &'a [u32],
    pub(crate) chance: f32,
}

impl Ken<'_> {
    /// Whether lessons are heard about a letter: the main group that the shipped model finds likeliest, given with its
    /// probability, is one that they are about; or one of them is more like the letter than chance makes it, and the more so
    /// the surer the shipped model is. Of all else they know nothing, however loud they would be: units allow learning one by
    /// one, and the letters of all others stay as the shipped model reads them.
    pub(crate) fn covers(&self, shipped: Option<(usize, f32)>, near: &[Near]) -> bool {
        let Some((main_group, probability)) = shipped else { return false };
        let enough = self.chance * (UNSURE + probability);
        self.taught[main_group] > 0 || near.first().is_some_and(|(_, likeness)| *likeness > enough)
    }
}

/// What lessons say of one letter.
pub(crate) struct Voice<'a> {
    labels: &'a Labels,
    shares: Vec<f32>,
    taught: &'a [u32],
}

/// How many lessons are about every label. `hear` tells which lessons count.
pub(crate) fn taught(labels: &Labels, remembered: &Remembered, hear: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut taught = vec![0; labels.len()];
    for lesson in (0..remembered.len()).filter(|lesson| hear(*lesson)) {
        remembered.labels(lesson).into_iter().flatten().for_each(|label| taught[label] += 1);
    }
    taught
}

impl<'a> Voice<'a> {
    /// Of the lessons most like the letter, and of all that are taught.
    pub(crate) fn of(labels: &'a Labels, remembered: &Remembered, near: &[Near], taught: &'a [u32]) -> Self {
        let mut shares = vec![0.0; labels.len()];
        let total: f32 = NOBODY + near.iter().map(|(_, likeness)| likeness.powi(3)).sum::<f32>();
        for (lesson, likeness) in near {
            for label in remembered.labels(*lesson).into_iter().flatten() {
                shares[label] += likeness.powi(3) / total;
            }
        }
        Self { labels, shares, taught }
    }

    /// All signals of a subject, given those of the blend.
    pub(crate) fn signals(&self, subject: usize, shipped: &[f32; SIGNALS]) -> [f32; OWN_SIGNALS] {
        let [group, main_group] = self.labels.above(subject);
        let mut all = [0.0; OWN_SIGNALS];
        all[..SIGNALS].copy_from_slice(shipped);
        for (at, label) in [subject, group, main_group].into_iter().enumerate() {
            all[SIGNALS + at] = (1.0 + self.shares[label] / SILENT).ln();
            all[SIGNALS + 3 + at] = (1.0 + self.taught[label] as f32).ln();
        }
        all
    }
}

/// The strength of every subject, given the blend's signals of every subject.
pub(crate) fn strengths(
    voice: &Voice<'_>,
    weights: &[f32; OWN_SIGNALS],
    shipped: &[[f32; SIGNALS]],
) -> Vec<f32> {
    let strength = |(subject, signals): (usize, &[f32; SIGNALS])| {
        voice.signals(subject, signals).iter().zip(weights).map(|(signal, weight)| signal * weight).sum()
    };
    shipped.iter().enumerate().map(strength).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lesson;

    #[test]
    fn the_subject_of_a_like_lesson_is_spoken_for_and_others_are_not() {
        let lesson = |subject: &str| Lesson {
            edition: String::new(),
            subject: subject.parse().expect(subject),
            stems: vec![(1, 1)],
            heard: Vec::new(),
            sure: None,
        };
        let lessons = ["01.01.01", "01.01.02", "02.01.01"].map(lesson);
        let labels = Labels::of(lessons.iter().map(|lesson| lesson.subject));
        let remembered = Remembered::of(&labels, &lessons);
        let taught = taught(&labels, &remembered, |lesson| lesson != 2);
        let voice = Voice::of(&labels, &remembered, &[(0, 0.5)], &taught);
        let of = |subject: usize| voice.signals(subject, &[0.5; SIGNALS]);
        assert_eq!(of(0)[..SIGNALS], [0.5; SIGNALS]);
        assert!(of(0)[6] > 3.0 && of(1)[6] == 0.0, "its subject");
        assert!(of(1)[7] == of(0)[7] && of(1)[7] > 3.0, "its group");
        assert_eq!(of(2)[6..], [0.0; 6], "nobody speaks for it, and its lesson does not count");
        assert_eq!(of(0)[10], 3.0_f32.ln(), "two lessons of its group");
        let ken = Ken { taught: &taught, chance: 0.4 };
        let [known, strange] = [0, 2].map(|subject| Some((labels.above(subject)[1], 0.25)));
        assert!(ken.covers(known, &[]) && !ken.covers(strange, &[]) && !ken.covers(None, &[]));
        assert!(
            ken.covers(strange, &[(0, 0.5)]) && !ken.covers(strange, &[(0, 0.3)]),
            "more like than chance"
        );
        let faint = Voice::of(&labels, &remembered, &[(0, 0.02)], &taught);
        assert!(faint.signals(0, &[0.0; SIGNALS])[6] < 0.1, "hardly like it is hardly heard");
    }
}
