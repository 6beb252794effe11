//! Renewal: the organisation in force is exchanged for what its source says now, and the rules stay as they are.

use std::path::Path;

use super::{Desk, load};
use crate::audit::Actor;
use crate::setup::{PolicyFiles, SetupError};

/// What became of exchanging files of the edition in force.
#[derive(Debug, PartialEq, Eq)]
pub enum Renewed {
    /// This edition is in force.
    InForce(i64),
    /// This edition waits for a second person.
    Waits(i64),
    /// There is no edition in force yet.
    NotBegun,
    /// The edition in force was not made of these files.
    OtherFiles,
    /// The new files do not fit those in force; nothing was made of them.
    Faulty(String),
}

impl Desk<'_> {
    /// Exchanges some files of the edition in force: those of a sync. Other files stay as they are in force, whatever
    /// somebody may be writing in them just now.
    ///
    /// In force at once, but with four eyes it waits for a second person.
    pub async fn renew(&self, ours: &PolicyFiles, by: &Actor, reason: &str) -> Result<Renewed, SetupError> {
        let Some(row) = self.store.edition_in_force().await? else { return Ok(Renewed::NotBegun) };
        let mut files = self.files(&row).await.map_err(Self::at_door)?;
        for (name, text) in ours {
            let known = files.iter_mut().find(|(known, _)| Path::new(known) == Path::new(name));
            let Some((_, known)) = known else { return Ok(Renewed::OtherFiles) };
            known.clone_from(text);
        }
        let policy = match load(self.config, &files) {
            Ok(policy) => policy,
            Err(fault) => return Ok(Renewed::Faulty(fault.to_string())),
        };
        let number = self.keep(&policy, &files, by, reason).await?;
        if policy.edition() == row.edition {
            return Ok(Renewed::InForce(number));
        }
        if self.config.policy.four_eyes {
            return Ok(Renewed::Waits(number));
        }
        self.put_in_force(number, policy.edition(), None, (by, reason), None).await?;
        Ok(Renewed::InForce(number))
    }
}
