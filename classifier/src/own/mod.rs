//! The authority's own model (*myndighedens egen model*): how the shipped model, its letters and the authority's own
//! lessons are weighed together.
//!
//! A subject's strength is what the blend makes of the shipped experts, with weights that the lessons may move, and what
//! the [`Remembered`] lessons add: how much of the likeness of the nearest lessons it has, and how often it, its group and
//! its main group are taught at all. Every weight follows the record: it is learned on lessons that were held back, and
//! held to the shipped weights (to nothing, for the lessons' own) as strongly as held-back lessons ask for. With few
//! lessons that is nearly all the way, so little is won and little can be lost.
//!
//! Lessons are heard only about letters that they can know something of: where the shipped model's likeliest main group is one
//! they are about, or one of them is far more like the letter than chance makes it. All else stays as the shipped model says.
//!
//! An own model is weights and calibrations alone. What it compares with are the lessons that are still kept, so a lesson
//! that is forgotten stops speaking; no letter can be found in the model, nor put together from it.
//!
//! **Deliberately absent:** units, persons and time. The caller says which lessons a model is made of.

mod compared;
mod course;
mod curve;
mod held_back;
mod remembered;
mod said;
mod signals;
mod sureness;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use compared::{Compared, Marks, Pair, Paired};
pub use course::{FEWEST, Learned, NotLearned};
pub(crate) use course::{Ground, learn};
pub use curve::{Curve, NoCurve, NotUnitLetter, Step, UnitLetter, curve};
pub(crate) use held_back::{said, shipped_said};
pub use remembered::Remembered;
pub(crate) use remembered::{Question, rarity};
pub use said::Said;
pub use signals::OWN_SIGNALS;
pub(crate) use signals::{Ken, Voice, strengths, taught};
pub use sureness::Sureness;
pub(crate) use sureness::signs;

/// The form of the bytes; another program version that changes it refuses what it cannot read.
const FORM: u32 = 1;

/// An own model: weights and calibrations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    form: u32,
    /// The shipped model that it was made beside, and without which it says nothing.
    pub base: String,
    /// How many lessons it was made of.
    pub lessons: usize,
    /// What chose among very many lessons.
    pub seed: u64,
    /// How strongly the weights were held to the shipped ones; `None` when nothing better than those was found.
    pub restraint: Option<f64>,
    /// How much every signal counts: the six of the blend, then the lessons' own.
    pub weights: [f32; OWN_SIGNALS],
    /// How like a letter of another main group a lesson is by chance, in one of twenty cases.
    pub chance: f32,
    /// How sure it is of its best label, for subject, group and main group.
    pub sureness: [Sureness; 3],
}

/// The bytes are not an own model of this program.
#[derive(Debug, thiserror::Error)]
pub enum NotOwn {
    /// Not the JSON that an own model is.
    #[error("these bytes are not an own model")]
    Unreadable(#[from] serde_json::Error),
    /// A form that this program does not know.
    #[error("own model of form {0}, this program knows form {FORM}")]
    OtherForm(u32),
}

impl Own {
    /// As bytes, for keeping: the same lessons and the same seed give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and strings")
    }

    /// From the bytes that were kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotOwn> {
        let own: Self = serde_json::from_slice(bytes)?;
        if own.form == FORM { Ok(own) } else { Err(NotOwn::OtherForm(own.form)) }
    }

    /// What it is called in decisions: the shipped model's edition, and the first digits of a hash of both.
    pub fn edition(&self) -> String {
        let hash = Sha256::new().chain_update(&self.base).chain_update(self.to_bytes()).finalize();
        format!("{} + egen {}", self.base, &crate::model::hex(&hash)[..12])
    }
}
