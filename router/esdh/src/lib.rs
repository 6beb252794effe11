//! The port to an authority's case system (ESDH), and what every adapter shares.
//!
//! A *case system* keeps an authority's cases and their journal. This crate says what we ask of one
//! ([`CaseSystem`]), in which words ([`EntryDraft`], [`JournalEntry`]), what may go wrong ([`Fault`], always said
//! as what to do next) and how the caller answers that ([`attempt`], [`after`]). The aim of it all is one
//! sentence: a message is journaled once, however often we ask, or a person is told.
//!
//! The rooms, in reading order:
//!
//! * `port`, `model`: the contract's words; `check`: what a draft must hold, and whether what was read back agrees;
//! * `guard`: may this letter be journaled unseen on this case?
//! * `once`: how an adapter does the one step that must not happen twice;
//! * `recovery`: how the caller goes on after each kind of fault;
//! * [`memory`]: an honest case system in memory; [`faulty`]: a wrapper that misbehaves as real ones do;
//! * [`contract`]: what every adapter must pass.
//!
//! **Deliberately absent:** SQL (the built-in journal lives with the rest of the store), a clock, a source of
//! randomness, retries inside adapters, and any decision about *where* a letter belongs.

mod check;
pub mod contract;
mod dice;
pub mod faulty;
mod guard;
pub mod memory;
mod model;
mod once;
mod port;
mod recovery;
mod redacted;

pub use check::Precision;
pub use guard::{Guard, settle_case};
pub use model::*;
pub use once::{KeyLocks, Once, Repeat, believed_absent};
pub use port::*;
pub use recovery::{
    Next, Outcome, Patience, Progress, Reason, Settled, Sleeper, Work, after, after_look_up, attempt,
    journal_with_recovery,
};
