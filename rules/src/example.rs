//! Examples: messages that the rule file itself brings, and what must happen to them.
//!
//! An example stands under its rule (`[[rule.example]]`) or by itself (`[[example]]`). Its message is a file that the caller
//! reads, or a [`Sketch`]: the few facts that matter, written in the rule file. Running them is pure.

mod expect;
mod read;
mod run;
mod sketch;

pub(crate) use expect::Expect;
pub(crate) use read::ExampleDraft;
pub use read::sketched;
pub use run::{ExampleResult, run_examples};
pub(crate) use sketch::Sketch;

/// One example.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) name: Option<String>,
    /// The rule that it stands under, by id.
    pub(crate) rule: Option<String>,
    pub(crate) message: ExampleMessage,
    pub(crate) expect: Expect,
}

/// What message an example speaks of.
#[derive(Clone, Debug)]
pub(crate) enum ExampleMessage {
    /// A file, by the name that the rule file uses.
    File(String),
    /// Written in the rule file.
    Sketch(Box<Sketch>),
}
