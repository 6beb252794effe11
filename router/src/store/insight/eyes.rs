//! Eyes: who has seen content of which letter. Kept as the log is written, by the log's own events: a desk that tells of a
//! view has it counted, whichever desk it is, and in the same transaction.

use jiff::Timestamp;

use crate::audit::{Actor, Event, EventKind};
use crate::store::pool::{on_pool, on_tx};
use crate::store::{Store, StoreError, Tx};

/// Somebody's first look at content of a letter.
pub(in crate::store) struct Eyes {
    message: String,
    person: String,
    role: String,
}

/// Levels of view that show something of a letter's content, masked or not. A title alone is none, and neither is the story
/// of what was done with it.
const CONTENT: [&str; 3] = ["key-lines", "text", "documents"];

impl Eyes {
    /// What an event tells of; `None` when nobody saw content.
    pub(in crate::store) fn of(event: &Event) -> Option<Self> {
        let level = event.details().get("level")?;
        let Actor::Person { id, role } = event.actor() else { return None };
        let saw = event.kind == EventKind::Viewed && CONTENT.contains(&level.as_str());
        let message = event.message.filter(|_| saw)?.to_string();
        Some(Self { message, person: id.clone(), role: role.clone() })
    }
}

impl Tx<'_> {
    /// Counts somebody's look. The first time counts.
    pub(in crate::store) async fn count_eyes(
        &mut self,
        eyes: &Eyes,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into eye (authority, message, person, role, first_at) values ($1, $2, $3, $4, $5)
            on conflict (authority, message, person, role) do nothing";
        on_tx!(self, c => {
            sqlx::query(SQL)
                .bind(&self.store.authority)
                .bind(&eyes.message)
                .bind(&eyes.person)
                .bind(&eyes.role)
                .bind(at.as_microsecond())
                .execute(c)
                .await?;
        });
        Ok(())
    }
}

impl Store {
    /// Counts the looks that the log told of before looks were counted. Once: afterwards it finds that it was done.
    pub async fn catch_up_eyes(&self, now: Timestamp) -> Result<(), StoreError> {
        const DONE: &str = "eyes-counted";
        const SQL: &str = "select body from audit_event where authority = $1 and kind = 'viewed' and at >= 0
            order by at, seq";
        if self.meta(DONE).await?.is_some() {
            return Ok(());
        }
        let bodies: Vec<Vec<u8>> =
            on_pool!(self, pool => sqlx::query_scalar(SQL).bind(&self.authority).fetch_all(pool).await?);
        let mut tx = self.begin().await?;
        for body in &bodies {
            let event = Event::decode(body).map_err(|_| StoreError::Damaged("audit event"))?;
            if let Some(eyes) = Eyes::of(&event) {
                tx.count_eyes(&eyes, event.at).await?;
            }
        }
        tx.commit(now).await?;
        self.set_meta(DONE, "1", now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_who_saw_content_is_counted() {
        let at = Timestamp::UNIX_EPOCH;
        let by = |actor: Actor| Event::new(at, "12345678", EventKind::Viewed, actor).about(uuid::Uuid::nil());
        let pia = || by(Actor::person("pia", "post-distributor"));
        for level in CONTENT {
            assert!(Eyes::of(&pia().with("level", level)).is_some_and(|eyes| eyes.person == "pia"));
        }
        for nothing in [
            pia(),
            pia().with("level", "story"),
            pia().with("level", "header"),
            by(Actor::system("text")).with("level", "text"),
            Event::new(at, "12345678", EventKind::Viewed, Actor::person("pia", "x")).with("level", "text"),
            Event::new(at, "12345678", EventKind::Searched, Actor::person("pia", "x")).with("level", "text"),
        ] {
            assert!(Eyes::of(&nothing).is_none(), "{nothing:?}");
        }
    }
}
