//! What stands in a model file beside the weights: labels, blend, confidence.

use kle::Subject;
use serde::{Deserialize, Serialize};

use super::NotModel;
use crate::blend::Blend;
use crate::confidence::Confidence;

/// The sheet, as JSON in the file's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Name of the model.
    pub name: String,
    /// Edition of KLE its labels are from, such as `2026-02`.
    pub kle: String,
    /// The subjects it knows; groups and main groups follow from them.
    pub subjects: Vec<Subject>,
    /// How the model and the nearest letters are weighed together.
    pub blend: Blend,
    /// How sure it is, for subject, group and main group.
    pub confidence: [Confidence; 3],
}

impl Sheet {
    pub(super) fn read(text: &str) -> Result<Self, NotModel> {
        serde_json::from_str(text).map_err(|why| NotModel::Unsound(why.to_string()))
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers and strings")
    }
}
