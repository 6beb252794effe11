//! Gathering: what can be told of a message from itself and the policy, and what must be looked up.
//!
//! Everything here is pure. The post room calls it, does the look-ups that [`references`] asks for,
//! and puts the answers into [`crate::Facts`].

mod kinds;
mod parties;
mod plan;
mod references;
mod technical;

pub(crate) use kinds::{first_sender_is_us, read_mark};
pub use kinds::{has_forbidden_file, marked_subject, message_kind, recipient_kind, sender_kind};
pub(crate) use parties::sender_cvr;
pub use parties::{Party, PartyIdType, PartyRole, parties};
pub use plan::held_against;
pub use references::{Lookup, Reference, references};
pub use technical::technical_marks;
