//! The organisation: who works where, and which unit answers for which subject.
//!
//! A *snapshot* is the organisation on one day, as a source tells it. A *source* is a set of tables (CSV, XLSX), OS2mo,
//! OS2rollekatalog or OS2sofd, and for contact points the contact structure of Digital Post. A sync reads a whole snapshot,
//! tells how it differs from the one in force, refuses a difference that is more likely a fault than a decision, and writes
//! the policy files that [`rules::Policy::load`] reads: all of them or none. (`spec/org-sources.md`.)
//!
//! What the authority writes in its own policy files goes before what a source says, and what only people know about a
//! unit or a person (how it journals, an electronic identity) stays when the rest is written anew.
//!
//! A running post room follows what the last sync told of who is at work ([`follow`]).
//!
//! **Deliberately absent:** writing to any source, KLE marks on people, marks that only give insight as a reason to route,
//! and CPR numbers: they are dropped where the feed is read ([`door`]).

mod snapshot;

mod door;
pub mod source;

mod diff;
mod plausible;

mod owners;
mod presence;
mod present;
mod render;
mod switch;

mod sync;

#[cfg(test)]
mod render_properties;
#[cfg(test)]
mod tests;

pub use diff::{Change, Counts, Diff, Kind, Noun};
pub use door::{Clean, without_cpr};
pub use owners::{Claim, DeadMark, Owners};
pub use plausible::implausible;
pub use presence::{Follower, follow, last_snapshot};
pub use present::{OUR_FILES, Present};
pub use render::Rendered;
pub use snapshot::{
    Absence, ContactPoint, Duty, Membership, Person, Reading, Role, Snapshot, Unit, Whereabouts,
};
pub use source::{SourceError, read};
pub use switch::{recover, recover_for};
pub use sync::{Outcome, Plan, SyncError, plan};
