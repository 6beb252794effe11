//! A classifier that believes what a letter's title says: `Hul i vejen 05.01.08 0.97 0.98` is subject 05.01.08 with confidence
//! 0.97, and its group with 0.98. The word `tvivl` makes it doubt. It keeps of a letter the words that everybody uses.

use classifier::lesson::Heard;
use classifier::{Belief, Doubt, Lesson, LetterText, Opinion, Suggest, Suggestion};
use kle::Subject;
use sha2::{Digest, Sha256};

/// Words that many letters have.
const COMMON: [&str; 6] = ["kære", "kommune", "vejen", "hul", "hilsen", "der"];

/// The double.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripted {
    /// From which confidence on the shipped model decides, for subject and group.
    pub sure_from: [Option<f32>; 2],
}

/// What is kept of a word.
pub fn stem(word: &str) -> u32 {
    let digest = Sha256::digest(word.to_lowercase().as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn read(title: &str) -> Option<(Subject, f32, f32)> {
    let mut words = title.split_whitespace();
    let subject = words.find_map(|word| Subject::parse(word).ok())?;
    let mut shares = words.map_while(|word| word.parse::<f32>().ok());
    let sure = shares.next()?;
    Some((subject, sure, shares.next().unwrap_or(sure)))
}

impl Suggest for Scripted {
    fn suggest(&self, letter: &LetterText<'_>) -> Opinion {
        let doubt = letter.label.contains("tvivl").then_some(Doubt::SaysNothing);
        let Some((subject, sure, group_sure)) = read(letter.label) else {
            return Opinion { doubt, ..Opinion::default() };
        };
        let levels = subject.prefixes().zip([sure, group_sure, group_sure]);
        Opinion {
            suggestions: vec![Suggestion { subject, confidence: sure, why: vec!["vej".into()] }],
            beliefs: levels.map(|(label, confidence)| Belief { label, confidence }).collect(),
            doubt,
            edition: self.edition(),
        }
    }

    fn sure_from(&self, level: usize, _: f32) -> Option<f32> {
        self.sure_from.get(level).copied().flatten()
    }

    fn lesson(&self, letter: &LetterText<'_>, subject: Subject) -> Option<Lesson> {
        let text = format!("{} {}", letter.label, letter.body).to_lowercase();
        let words = text.split(|c: char| !c.is_alphabetic());
        let mut stems: Vec<(u32, u8)> =
            words.filter(|word| COMMON.contains(word)).map(|word| (stem(word), 1)).collect();
        stems.sort_unstable();
        stems.dedup();
        let heard = vec![Heard { subject, signals: Default::default() }];
        (!stems.is_empty()).then(|| Lesson { edition: self.edition(), subject, stems, heard, sure: None })
    }

    fn edition(&self) -> String {
        "prøvemodel".to_owned()
    }
}
