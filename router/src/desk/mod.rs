//! The desk: letters that wait for a post distributor, and what a person does with them.
//!
//! A letter opens at the lowest [`Level`] of view that may be enough, and each step further up is told to the audit log.
//! Whoever has a letter before them has a [claim](letter) on it, so that two people never take the same one. An answer is
//! [kept](answers) for half a minute before it is carried out, and can be taken back until then.
//!
//! **Deliberately absent:** the decision itself. An answer becomes one on the path that every decision travels
//! ([`crate::journey::answer`]).

pub mod answers;
pub mod aside;
pub mod bundles;
mod choices;
pub mod colleagues;
mod history;
mod letter;
mod level;
mod queue;
mod search;
pub mod sending_on;
mod standing;
mod stretch;

pub use choices::Choice;
pub(crate) use choices::title;
pub(crate) use history::part_danish;
pub use letter::{Document, Letter, LookError, Words, heads, look, put_back};
pub(crate) use letter::{documents, words};
pub use level::{Level, REASONS, reason_danish};
pub use queue::{Queue, Waiting, next_after, queue};
pub use search::{Found, search};
pub use standing::Memory;
pub use stretch::{Stretch, stretch};

use classifier::LetterText;
use classifier::mask;
use memo::Message;
use rules::SenderKind;

use crate::journey;

/// Role word of whoever works here, as it stands in the audit log.
pub const ROLE: &str = "post-distributor";

/// A letter's title without the persons in it.
pub fn masked_label(message: &Message) -> String {
    let letter = LetterText { label: &message.header.label, body: "" };
    let found = mask::find(&letter, &journey::known_from_header(message));
    let label: Vec<_> = found.into_iter().filter(|found| found.place == mask::Place::Label).collect();
    mask::masked(&message.header.label, &label).as_str().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a kind of sender is called on a screen.
pub fn sender_danish(sender: SenderKind) -> &'static str {
    match sender {
        SenderKind::Citizen => "Borger",
        SenderKind::Company => "Virksomhed",
        SenderKind::Authority => "Myndighed",
        SenderKind::Ourselves => "Os selv",
        SenderKind::Unknown => "Ukendt afsender",
    }
}
