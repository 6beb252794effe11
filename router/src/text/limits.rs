//! Limits: what reading one document may cost.

use std::time::Duration;

use crate::config;

/// What reading one document may cost; each number is documented in `config.default.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Address space of the child, in bytes.
    pub memory: u64,
    /// Time on a processor.
    pub cpu: Duration,
    /// Time by the clock, from the first byte to the answer.
    pub wall: Duration,
    /// Largest document, in bytes.
    pub input: u64,
    /// Most text, in bytes.
    pub output: usize,
}

impl Limits {
    /// The limits of a configuration.
    pub fn of(config: &config::Text) -> Self {
        Self {
            memory: u64::from(config.memory_mib) * 1024 * 1024,
            cpu: config.cpu,
            wall: config.timeout,
            input: config.max_document_bytes,
            output: usize::try_from(config.max_text_bytes).unwrap_or(usize::MAX),
        }
    }

    /// Bytes of a document of characters that are read to fill a page: markup takes its share.
    pub(super) fn enough(&self) -> u64 {
        (self.output as u64).saturating_mul(64).min(self.input)
    }
}
