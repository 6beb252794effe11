//! One past message, opened.

use rules::{Decision, Facts};
use serde::Deserialize;
use uuid::Uuid;

use crate::journey::Decided;
use crate::keys::{AuthorityKeys, WrappedKey};
use crate::store::StoreError;
use crate::store::past::PastRow;

/// A past message as it is decided again.
pub struct Remembered {
    /// The message's own UUID, else ours: how a person asks for it.
    pub uuid: Uuid,
    /// What was known of it when it came.
    pub facts: Facts,
    /// What was decided then.
    pub decision: Decision,
    /// What a person decided later, if one did.
    pub answered: Option<Decision>,
}

/// The decision of a sealed row, without the facts beside it.
#[derive(Deserialize)]
struct DecisionOnly {
    decision: Decision,
}

impl Remembered {
    /// Opens a past message.
    pub(super) fn open(row: &PastRow, keys: &AuthorityKeys) -> Result<Self, StoreError> {
        let damaged = |_| StoreError::Damaged("decision");
        let key = keys.unwrap(&WrappedKey::from_bytes(&row.wrapped_key)?, &row.id)?;
        let Decided { facts, decision } =
            serde_json::from_slice(&key.open("decision", &row.sealed)?).map_err(damaged)?;
        let answered = match &row.answered {
            None => None,
            Some(sealed) => {
                let plain = key.open("decision", sealed)?;
                Some(serde_json::from_slice::<DecisionOnly>(&plain).map_err(damaged)?.decision)
            }
        };
        let uuid = row.memo_uuid.as_deref().unwrap_or(&row.id);
        let uuid = Uuid::parse_str(uuid).map_err(|_| StoreError::Damaged("message id"))?;
        Ok(Self { uuid, facts, decision, answered })
    }
}
