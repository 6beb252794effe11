//! Four eyes (*fire øjne*): who may put in force what somebody made.
//!
//! A program counts as a person of its own, but no two programs make up four eyes: a machine that holds two tokens must not
//! agree with itself. Nor do a program and whoever made its token.

use super::{Desk, EditionError};
use crate::store::StoreError;
use crate::store::edition::EditionRow;
use crate::tokens;

impl Desk<'_> {
    /// Is whoever wants to put an edition in force somebody else than its maker?
    pub(super) async fn second_pair(&self, row: &EditionRow, by: &str) -> Result<(), EditionError> {
        if row.author == by {
            return Err(EditionError::SecondPerson(row.number));
        }
        let same = match (tokens::name_of(&row.author), tokens::name_of(by)) {
            (Some(_), Some(_)) => return Err(EditionError::Program(row.number)),
            (Some(token), None) => self.is_maker(by, token).await?,
            (None, Some(token)) => self.is_maker(&row.author, token).await?,
            (None, None) => false,
        };
        if same { Err(EditionError::OwnToken(row.number)) } else { Ok(()) }
    }

    /// Did this person make that token?
    async fn is_maker(&self, person: &str, token: &str) -> Result<bool, StoreError> {
        let tokens = self.store.tokens().await?;
        Ok(tokens.iter().any(|row| row.name == token && row.made_by == person))
    }
}
