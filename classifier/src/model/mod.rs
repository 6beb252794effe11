//! The model: one ONNX file, with all that is needed to get from a letter to suggestions.
//!
//! [`Model::load`] takes the file's bytes; [`Model::write`] is its opposite and the last step of training.
//! What is beside the weights stands in the [`Sheet`].
//!
//! **Deliberately absent:** files. The caller reads the bytes and compares their hash with the model's card.

mod dense;
mod onnx;
mod runner;
mod sheet;
mod shortcut;
mod sparse;
mod table;
mod tensor;

use sha2::{Digest, Sha256};

use crate::features::{Vector, Vocabulary};
use crate::index::Danish;
use crate::labels::Labels;

pub use dense::Dense;
pub use onnx::NotModel;
pub use sheet::Sheet;
pub use sparse::{Sparse, WIDTH, Weight};
pub use table::{Rows, Table};

/// A model that is ready to answer.
pub struct Model {
    edition: String,
    vocabulary: Vocabulary,
    table: Table,
    danish: Danish,
    labels: Labels,
    sheet: Sheet,
    runner: runner::Runner,
}

impl Model {
    /// Reads a model file and makes it ready to run.
    pub fn load(bytes: &[u8]) -> Result<Self, NotModel> {
        let parts = onnx::read(bytes)?;
        let sheet = Sheet::read(&parts.sheet)?;
        let labels = Labels::of(sheet.subjects.iter().copied());
        if labels.len() != parts.table.labels() {
            return Err(NotModel::Unsound("the sheet names other labels than the weights have".to_owned()));
        }
        Ok(Self {
            edition: edition_of(&sheet.name, bytes),
            vocabulary: parts.vocabulary,
            table: parts.table,
            danish: Danish::new(parts.compounds),
            labels,
            sheet,
            runner: runner::Runner::new(parts.graph)?,
        })
    }

    /// The bytes of a model file: the same parts give the same bytes.
    pub fn write(vocabulary: &Vocabulary, table: &Table, danish: &Danish, sheet: &Sheet) -> Vec<u8> {
        onnx::write(vocabulary, table, danish.compounds(), &sheet.text())
    }

    /// The score of every label for a letter, by the graph in the file.
    pub fn scores(&self, vector: &Vector) -> Result<Vec<f32>, NotModel> {
        self.runner.scores(&self.table.rows(vector))
    }

    /// Name and first digits of the file's hash.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// Which terms it knows.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Its weights.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What it knows of Danish words, for the index.
    pub fn danish(&self) -> &Danish {
        &self.danish
    }

    /// Its labels, in the order of the scores.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// What stands beside the weights.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }
}

/// What a model of this name and these bytes calls itself: its name and the first digits of its hash.
pub fn edition_of(name: &str, bytes: &[u8]) -> String {
    format!("{name} {}", &hex(&Sha256::digest(bytes))[..12])
}

/// Bytes as hexadecimal digits, as `sha256sum` prints them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
