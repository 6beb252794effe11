//! Emneplanen: the subject plan (KLE) as the authority has imported it, in numbered editions of which the newest is in force.
//!
//! A plan is made of files ([`offer`]), held against the one in force and doubted before it is taken. Every process notices
//! a new one within seconds. Without a plan, or with one that cannot be read, marks are read and no more: mail flows all
//! the same.
//!
//! **Deliberately absent:** the plan itself. It is KL's; the authority imports it under its own agreement (DESIGN §9).

pub mod crosswalk;
pub mod offer;
pub mod touched;

use std::io::{Read, Write};
use std::sync::Arc;

use jiff::civil::Date;
use kle::Register;
use lzma_rust2::{XzOptions, XzReader, XzWriter};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::room::PostRoom;
use crate::setup::{SetupError, store_at_hand};
use crate::store::subject_plan::PlanRow;
use crate::store::{Store, StoreError};

/// Emneplan: one edition of it, ready to be asked.
#[doc(alias = "emneplan")]
pub struct SubjectPlan {
    /// First, second … edition of this authority, from 1.
    pub number: i64,
    /// Digest of what it says; decisions name it.
    pub edition: String,
    /// What people call it, such as `KLE februar 2026`.
    pub label: Option<String>,
    /// The day from which it tells what applies.
    pub dated: Date,
    /// What it says.
    pub register: Register,
}

/// What a process holds: the edition it last looked at, and its plan when that could be read.
#[derive(Clone, Default)]
pub struct Held {
    /// Number of the edition that was in force.
    pub seen: Option<i64>,
    /// The plan; `None` when there is none or it is damaged.
    pub plan: Option<Arc<SubjectPlan>>,
}

/// Why a stored edition cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is none of this number.
    #[error("Der er ingen udgave {0} af emneplanen. Se dem med: modtag kle list")]
    Unknown(i64),
    /// Its content is not what was stored.
    #[error(
        "Udgave {0} af emneplanen er beskadiget i databasen. Indlæs den igen med: modtag kle import. Imens læses KLE-mærker uden opslag"
    )]
    Damaged(i64),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

impl SubjectPlan {
    /// What to call the edition on a screen: `udgave 2 (KLE februar 2026)`.
    pub fn danish(&self) -> String {
        named(self.number, self.label.as_deref())
    }
}

/// What to call an edition on a screen.
pub fn named(number: i64, label: Option<&str>) -> String {
    label.map_or_else(|| format!("udgave {number}"), |label| format!("udgave {number} ({label})"))
}

/// Digest of what a register says: the edition that every decision names.
pub fn edition_of(register: &Register) -> String {
    crate::store::message::hex(&Sha256::digest(register.digest_input())[..8])
}

/// A register as it is stored.
fn packed(register: &Register) -> std::io::Result<Vec<u8>> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(6))?;
    writer.write_all(&register.to_bytes())?;
    writer.finish()
}

/// A register of half a million keywords is far below this; a damaged length is not allowed to fill the memory.
const LARGEST: u64 = 256 << 20;

fn unpacked(content: &[u8], edition: &str) -> Option<Register> {
    let mut plain = Vec::new();
    XzReader::new_mem_limit(content, false, 128 << 10).take(LARGEST).read_to_end(&mut plain).ok()?;
    let register = Register::from_bytes(&plain).ok()?;
    (edition_of(&register) == edition).then_some(register)
}

/// Reads a stored edition.
pub async fn load(store: &Store, number: i64) -> Result<SubjectPlan, PlanError> {
    let row = store.plan(number).await?.ok_or(PlanError::Unknown(number))?;
    let content = store.plan_content(number).await?.ok_or(PlanError::Unknown(number))?;
    let damaged = || PlanError::Damaged(number);
    let dated = row.dated().map_err(|_| damaged())?;
    let PlanRow { edition, label, .. } = row;
    let read = tokio::task::spawn_blocking(move || {
        let register = unpacked(&content, &edition)?;
        Some(SubjectPlan { number, edition, label, dated, register })
    });
    read.await.ok().flatten().ok_or_else(damaged)
}

/// The edition in force, when there is one.
pub async fn in_force(store: &Store) -> Result<Option<SubjectPlan>, PlanError> {
    match store.plan_in_force().await? {
        Some(number) => load(store, number).await.map(Some),
        None => Ok(None),
    }
}

/// Goes over to the edition in force when it is another than the room's. True when it did.
///
/// A damaged one is told once and looked at no more: the room goes on without a plan until another is imported.
pub async fn follow_once(room: &PostRoom) -> Result<bool, StoreError> {
    let number = room.store.plan_in_force().await?;
    if number == room.held_plan().seen {
        return Ok(false);
    }
    let plan = match in_force(&room.store).await {
        Ok(plan) => plan,
        Err(PlanError::Store(error)) => return Err(error),
        Err(damaged) => {
            tracing::error!(plan.number = number, error = %damaged, "subject plan left out");
            None
        }
    };
    room.hold_plan(Held { seen: number, plan: plan.map(Arc::new) });
    Ok(true)
}

/// The edition in force of a database that is there already; none without one.
pub async fn at_hand(config: &Config) -> Result<Option<SubjectPlan>, SetupError> {
    let Some(store) = store_at_hand(config).await? else { return Ok(None) };
    let found = in_force(&store).await;
    store.close().await;
    found.map_err(|error| match error {
        PlanError::Store(error) => error.into(),
        other => SetupError::Said(format!("{other}.")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> Register {
        let part = kle::import("number\ttitle\n09\tTang\n09.10\tTang og tare\n".as_bytes()).expect("a table");
        Register::build(vec![part], None, None).0
    }

    #[test]
    fn a_plan_reads_back_as_it_was_stored_and_damage_is_seen() {
        let register = register();
        let (content, edition) = (packed(&register).expect("memory takes it"), edition_of(&register));
        assert_eq!(unpacked(&content, &edition), Some(register));
        assert_eq!(unpacked(&content, "0000000000000000"), None);
        for at in 0..content.len() {
            let mut damaged = content.clone();
            damaged[at] ^= 0x20;
            // Padding and flags that nobody reads may change; what the plan says may not.
            assert!(unpacked(&damaged, &edition).is_none_or(|read| read == self::register()), "byte {at}");
            assert_eq!(unpacked(&content[..at], &edition), None, "cut at {at}");
        }
    }
}
