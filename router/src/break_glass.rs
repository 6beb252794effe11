//! Break-glass account (*nødadgang*): the way in for the day when the authority's own sign-in is down.
//!
//! Nobody uses it unseen: each sign-in and each failure is an event of its own kind, a number in the metrics, a line in
//! `modtag check` and on the status page for a week, and a call to a webhook where one is configured.
//!
//! Guessing is slow: one attempt at a time, and after three failures a wait that doubles up to a minute. What was tried is
//! read out of the audit log, so a restart forgets nothing. An attempt within the wait is not looked at and does not make
//! it longer, and failures are forgotten after a quarter of an hour: a stranger can make the owner wait for a minute, never
//! lock them out.

pub mod calls;

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::audit::{Actor, Event, EventKind};
use crate::clock::Entropy;
use crate::config::{BreakGlass, SecretText};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::webhook::Target;

/// Who it is where others have a user id. Nobody else may sign in under it.
pub const PERSON: &str = "nødadgang";

/// The shortest password that a hash is made of, in characters.
const SHORTEST: usize = 16;
/// The shortest reason, in characters.
const SHORTEST_REASON: usize = 10;
/// Failures that cost nothing but themselves: slips of the finger.
const FREE: u32 = 3;
/// The longest wait between attempts.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// For how long a failure counts.
const COUNTED: SignedDuration = SignedDuration::from_mins(15);
/// For how long the account shouts after it was used.
pub const SHOUTS: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The most events of the account that are looked at.
const LOOKED_AT: u32 = 1_000;

/// The detail of an event that says how it came out.
const RESULT: &str = "result";
const OPENED: &str = "opened";
const WRONG: &str = "wrong-password";

/// The hash of a password, for the configuration. What is wrong with the password is said in Danish.
pub fn hash(password: &str) -> Result<String, String> {
    if password.chars().count() < SHORTEST {
        return Err(format!(
            "Adgangskoden skal være på mindst {SHORTEST} tegn. Lav en tilfældig, fx med: openssl rand -base64 24"
        ));
    }
    let mut salt = [0; 16];
    Entropy::system().fill(&mut salt);
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| format!("Hashen kunne ikke laves: {error}."))
}

/// Can this be a hash that [`hash`] made?
pub fn is_hash(text: &str) -> bool {
    // Kind, version, costs, salt and digest: without one of them every password would only be wrong.
    let whole = text.split('$').skip(1).filter(|part| !part.is_empty()).count() == 5;
    // A wrong password for a hash of another kind is a failure of another kind.
    let tried = Argon2::default().verify_password(b"", text);
    whole
        && text.starts_with("$argon2")
        && matches!(tried, Ok(()) | Err(argon2::password_hash::Error::PasswordInvalid))
}

/// The account, as it is configured.
pub struct Account {
    hash: SecretText,
    webhook: Option<Arc<Target>>,
    /// Held while a password is looked at: one at a time.
    turn: Mutex<()>,
}

/// Why nobody was let in.
#[derive(Debug)]
pub enum Refused {
    /// Too many failures: not looked at.
    Wait(SignedDuration),
    /// No reason was written.
    NoReason,
    /// The password is wrong.
    WrongPassword,
    /// The store did not answer, or the hash could not be computed.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refused {
    /// What the person reads.
    pub fn danish(&self) -> String {
        match self {
            Self::Wait(left) => {
                let seconds = left.as_secs().max(1);
                format!(
                    "Der er prøvet forkert for mange gange. Forsøget er ikke set på; prøv igen om {seconds} sekunder."
                )
            }
            Self::NoReason => format!(
                "Skriv, hvorfor nødadgangen bruges, på mindst {SHORTEST_REASON} tegn. Det står i revisionssporet; skriv ingen \
                 personoplysninger."
            ),
            Self::WrongPassword => "Adgangskoden er forkert. Forsøget står i revisionssporet.".into(),
            Self::Store(error) => error.danish(),
        }
    }
}

impl Account {
    /// The account of this configuration; `None` when it is closed. Fails, in Danish, when it could not be opened by anybody.
    pub fn open(config: &BreakGlass, room: &PostRoom) -> Result<Option<Self>, String> {
        if !config.enabled {
            return Ok(None);
        }
        let hash = config.password_hash().read().map_err(|error| error.danish())?;
        let hash = hash.filter(|hash| is_hash(hash.expose())).ok_or_else(|| {
            "sign_in.break_glass: adgangskodens hash mangler eller kan ikke læses. Lav den med modtag break-glass hash."
                .to_owned()
        })?;
        let webhook = match &config.webhook {
            Some(id) => Some(room.webhooks.get(id).cloned().ok_or_else(|| {
                format!("sign_in.break_glass.webhook: webhooken \"{id}\" kan ikke kaldes; se [webhooks].")
            })?),
            None => None,
        };
        Ok(Some(Self { hash, webhook, turn: Mutex::new(()) }))
    }

    /// Looks at a password. Whoever it lets in is told of in the audit log, with their reason, before this returns.
    pub async fn try_password(
        &self,
        room: &Arc<PostRoom>,
        password: String,
        reason: &str,
        roles: &str,
    ) -> Result<(), Refused> {
        let password = Zeroizing::new(password);
        if reason.trim().chars().count() < SHORTEST_REASON {
            return Err(Refused::NoReason);
        }
        let _turn = self.turn.lock().await;
        let now = room.clock.now();
        let since = now.saturating_sub(COUNTED).unwrap_or(Timestamp::MIN);
        let events = room.store.break_glass_events(since, LOOKED_AT).await?;
        if let Some(left) = wait(&events, now) {
            metrics::counter!("modtag_break_glass_attempts_total", "result" => "not-looked-at").increment(1);
            return Err(Refused::Wait(left));
        }
        let hash = self.hash.clone();
        let verified = tokio::task::spawn_blocking(move || {
            Argon2::default().verify_password(password.as_bytes(), hash.expose()).is_ok()
        });
        // A panic in there lets nobody in.
        let is_right = verified.await.unwrap_or(false);
        let result = if is_right { OPENED } else { WRONG };
        metrics::counter!("modtag_break_glass_attempts_total", "result" => result).increment(1);
        let event = if is_right {
            let by = Actor::person(PERSON, roles);
            room.event_by(EventKind::BreakGlass, by).because(reason.trim())
        } else {
            // What a stranger wrote does not belong in the log.
            room.event(EventKind::BreakGlass, "sign-in")
        };
        let mut tx = room.store.begin().await?;
        tx.tell(event.with(RESULT, result));
        if self.webhook.is_some() {
            tx.keep_break_glass_call(&room.entropy.id(now).to_string(), result, now).await?;
        }
        tx.commit(now).await?;
        tracing::error!(result, "break-glass account used");
        self.shout(room);
        if is_right { Ok(()) } else { Err(Refused::WrongPassword) }
    }

    /// Calls the webhook at once; whoever knocks does not wait for it. What is not heard is tried again by [`calls::follow`].
    fn shout(&self, room: &Arc<PostRoom>) {
        let Some(target) = self.webhook.clone() else { return };
        let room = room.clone();
        tokio::spawn(async move {
            if let Err(error) = calls::tell_due(&room, &target).await {
                tracing::warn!(error = %error, "break-glass notice not told yet");
            }
        });
    }
}

/// How long the next attempt has to wait, by what happened lately, the newest first.
fn wait(events: &[Event], now: Timestamp) -> Option<SignedDuration> {
    let failed = |event: &&Event| result_of(event) == Some(WRONG);
    let failures = u32::try_from(events.iter().take_while(failed).count()).unwrap_or(u32::MAX);
    let last = events.first().filter(|_| failures >= FREE)?;
    let seconds = 1_i64.checked_shl(failures - FREE + 1).unwrap_or(i64::MAX);
    let wait = SignedDuration::from_secs(seconds).min(LONGEST_WAIT);
    let left = last.at.saturating_add(wait).unwrap_or(Timestamp::MAX).duration_since(now);
    left.is_positive().then_some(left)
}

fn result_of(event: &Event) -> Option<&str> {
    event.details().get(RESULT).map(String::as_str)
}

/// What happened at the door lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// How often somebody came in.
    pub opened: u64,
    /// How often the password was wrong.
    pub wrong: u64,
    /// When somebody last came in.
    pub last: Option<Timestamp>,
}

/// What happened at the door within the last [`SHOUTS`].
pub async fn lately(room: &PostRoom) -> Result<Lately, StoreError> {
    let since = room.clock.now().saturating_sub(SHOUTS).unwrap_or(Timestamp::MIN);
    let events = room.store.break_glass_events(since, LOOKED_AT).await?;
    let opened = || events.iter().filter(|event| result_of(event) == Some(OPENED));
    Ok(Lately {
        opened: opened().count() as u64,
        wrong: events.iter().filter(|event| result_of(event) == Some(WRONG)).count() as u64,
        last: opened().next().map(|event| event.at),
    })
}

impl Lately {
    /// What is to be said of it (Danish); `None` when nothing happened.
    pub fn danish(&self) -> Option<String> {
        let times = |n: u64| if n == 1 { "1 gang".to_owned() } else { format!("{n} gange") };
        let wrong =
            (self.wrong > 0).then(|| format!("adgangskoden er skrevet forkert {}", times(self.wrong)));
        let opened = self.last.map(|last| {
            format!("nødadgangen er brugt {}, senest {}", times(self.opened), crate::story::danish_time(last))
        });
        let said: Vec<String> = opened.into_iter().chain(wrong).collect();
        (!said.is_empty()).then(|| format!("de seneste 7 dage: {}", said.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(results: &[&str], last: Timestamp) -> Vec<Event> {
        let event = |result: &&str| {
            Event::new(last, "12345678", EventKind::BreakGlass, Actor::system("sign-in")).with(RESULT, result)
        };
        results.iter().map(event).collect()
    }

    #[test]
    fn the_wait_doubles_up_to_a_minute_and_a_success_ends_it() {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let waited =
            |failures: usize| wait(&events(&vec![WRONG; failures], now), now).map(|left| left.as_secs());
        assert_eq!([0, 1, 2].map(waited), [None; 3]);
        assert_eq!([3, 4, 5, 6, 7, 8, 90].map(waited), [2, 4, 8, 16, 32, 60, 60].map(Some));
        assert_eq!(wait(&events(&[OPENED, WRONG, WRONG, WRONG], now), now), None);
        assert_eq!(wait(&events(&[WRONG; 9], now), now + SignedDuration::from_secs(60)), None);
    }

    #[test]
    fn a_hash_is_of_a_long_password_and_lets_it_alone_in() {
        assert!(hash("kort").unwrap_err().contains("mindst 16 tegn"));
        let hash = hash("en lang og hemmelig kode").unwrap();
        assert!(is_hash(&hash) && !is_hash("hemmelig") && !is_hash("$argon2id$v=19$m=1"));
        assert!(Argon2::default().verify_password(b"en lang og hemmelig kode", hash.as_str()).is_ok());
        assert!(Argon2::default().verify_password(b"en anden", hash.as_str()).is_err());
    }
}
