//! Addresses: where a person's notices go. The organisation's word goes before the provider's; what somebody gave themselves
//! goes before both, while its domain is allowed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::keys::{MessageKey, WrappedKey};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::notice::WishRow;

/// Where an address is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person gave it.
    Person,
    /// The organisation has it.
    Organisation,
    /// It came with the sign-in.
    SignIn,
}

impl Source {
    /// The word in the audit log.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::SignIn => "sign-in",
        }
    }

    /// What is said of it on the page.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Person => "den adresse, du selv har skrevet",
            Self::Organisation => "fra organisationen",
            Self::SignIn => "fra dit login",
        }
    }
}

/// What is known of a person's address from elsewhere than the organisation.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Given by the person.
    pub(super) given: Option<String>,
    /// Told by the provider.
    pub(super) signed_in: Option<String>,
}

/// What the key of a session's address is bound to.
const OF_SESSION: &str = "session-address";
/// The column that addresses lie sealed in.
const COLUMN: &str = "notice-wish";

fn key_id(channel: &str, receiver: &str) -> String {
    format!("notice-wish:{channel}:{receiver}")
}

impl Kept {
    /// Sealed for a wish: its key, and what it seals.
    pub(super) fn seal(&self, room: &PostRoom, channel: &str, receiver: &str) -> (Vec<u8>, Vec<u8>) {
        let mut fill = |bytes: &mut [u8]| room.entropy.fill(bytes);
        let key = MessageKey::generate(&mut fill);
        let wrapped = room.store.keys().wrap(&key, &key_id(channel, receiver), &mut fill);
        // Two texts always become JSON.
        let sealed = key.seal(COLUMN, &serde_json::to_vec(self).unwrap_or_default(), &mut fill);
        (wrapped.as_bytes().to_vec(), sealed)
    }

    /// What lies sealed in a wish.
    pub(super) fn of(room: &PostRoom, wish: &WishRow) -> Result<Self, StoreError> {
        let plain = key_of(room, wish)?.open(COLUMN, &wish.sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("notice wish"))
    }
}

fn key_of(room: &PostRoom, wish: &WishRow) -> Result<MessageKey, StoreError> {
    let wrapped = WrappedKey::from_bytes(&wish.wrapped_key)?;
    Ok(room.store.keys().unwrap(&wrapped, &key_id(&wish.channel, &wish.receiver))?)
}

/// Where a person's notices go, and who says so.
pub(super) fn address_of(room: &PostRoom, person: &str, kept: &Kept) -> Option<(String, Source)> {
    let given = kept.given.clone().filter(|address| is_allowed(room, address));
    let by_organisation = || {
        let organisation = room.organisation();
        let known = organisation.as_ref().and_then(|organisation| organisation.people.get(person));
        let known = known.and_then(|known| known.email.clone());
        known.or_else(|| room.policy().person(person).and_then(|known| known.email.clone()))
    };
    let found = given.map(|address| (address, Source::Person));
    let found = found.or_else(|| Some((by_organisation()?, Source::Organisation)));
    let found = found.or_else(|| Some((kept.signed_in.clone()?, Source::SignIn)));
    found.filter(|(address, _)| is_address(address))
}

/// May somebody have their notices sent there by their own word?
pub(super) fn is_allowed(room: &PostRoom, address: &str) -> bool {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    is_address(address) && domain.is_some_and(|domain| room.notices.domains.contains(&domain))
}

/// Can mail be sent there at all?
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}

/// An address as it is kept with a session; `None` when it is none.
pub fn seal_address(room: &PostRoom, address: &str) -> Option<Vec<u8>> {
    if !is_address(address) {
        return None;
    }
    let mut fill = |bytes: &mut [u8]| room.entropy.fill(bytes);
    let key = MessageKey::generate(&mut fill);
    let wrapped = room.store.keys().wrap(&key, OF_SESSION, &mut fill);
    let sealed = key.seal(OF_SESSION, address.as_bytes(), &mut fill);
    Some([wrapped.as_bytes(), &sealed].concat())
}

/// The address that was kept with a session.
pub fn open_address(room: &PostRoom, bytes: &[u8]) -> Option<String> {
    let (wrapped, sealed) = bytes.split_at_checked(WrappedKey::LEN)?;
    let key = room.store.keys().unwrap(&WrappedKey::from_bytes(wrapped).ok()?, OF_SESSION).ok()?;
    String::from_utf8(key.open(OF_SESSION, sealed).ok()?.to_vec()).ok()
}

/// Somebody signed in: their wish goes by the units and the address that they have now.
pub async fn seen_again(
    room: &PostRoom,
    person: &str,
    units: &BTreeSet<String>,
    address: Option<&str>,
) -> Result<(), StoreError> {
    let Some(wish) = room.store.wish(super::MAIL, person).await? else { return Ok(()) };
    let mut kept = Kept::of(room, &wish)?;
    if let Some(address) = address {
        kept.signed_in = Some(address.to_owned());
    }
    let mut fill = |bytes: &mut [u8]| room.entropy.fill(bytes);
    let sealed = key_of(room, &wish)?.seal(COLUMN, &serde_json::to_vec(&kept).unwrap_or_default(), &mut fill);
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    tx.wish_seen(&wish, &lines(units), &sealed, now).await?;
    tx.commit(now).await
}

/// Units as they are stored: one a line.
pub(super) fn lines(units: &BTreeSet<String>) -> String {
    units.iter().cloned().collect::<Vec<_>>().join("\n")
}
