//! Systems that organisations are kept in, as `modtag org` meets them: OS2mo, OS2rollekatalog, OS2sofd and the contact
//! structure of Digital Post, with their documented shapes, pages, keys and bad days (`spec/org-sources.md`).
//!
//! All of them tell of the same invented [`Town`], so that what one source gives can be held against what another gives.
//! Every answer carries the CPR numbers that the real ones carry, and a few where they should never be.

mod server;
mod shapes;
mod town;

pub use server::{API_KEY, CLIENT_SECRET, Misdeed, Seen, Simulator};
pub use town::{CPR, ContactPoint, Person, Town, Unit};

/// Which system is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// OS2mo.
    Os2mo,
    /// OS2rollekatalog.
    Os2rollekatalog,
    /// OS2sofd.
    Os2sofd,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Os2mo, Self::Os2rollekatalog, Self::Os2sofd];

    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Os2mo => "os2mo",
            Self::Os2rollekatalog => "os2rollekatalog",
            Self::Os2sofd => "os2sofd",
        }
    }
}
