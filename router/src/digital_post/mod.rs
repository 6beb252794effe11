//! Digital Post: the way back, on which we say that a letter has arrived.
//!
//! A business receipt (*forretningskvittering*) is one call to Digital Post's API, made by an effect as often as it takes:
//! the same receipt, word for word, so that a repetition is recognised. What comes back is sorted into three: done, later,
//! and a person must look. (`spec/digital-post-interfaces.md` §2, §3 and §5.1.)
//!
//! **Deliberately absent:** deciding when a receipt is due, waiting between attempts, and reading mail from Digital Post.
//! Redirects are not followed and the environment's proxies not used: the token goes to the address in the configuration
//! and nowhere else. Neither token, body nor answer text is logged.

mod answer;
mod client;
mod receipt;

#[cfg(test)]
mod tests;

pub(crate) use answer::retry_after;
pub use answer::{Accepted, Refusal, Setback};
pub use client::{DigitalPost, OpenError};
pub(crate) use client::{Way, connect, kind_of};
pub use receipt::{Receipt, Unreceivable, Verdict};
