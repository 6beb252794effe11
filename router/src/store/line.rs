//! The line at the post distributors' desk, a stretch at a time: each begins after a place in it, so that letters which come
//! and go meanwhile make nobody see one twice or miss one that stood there all along.

use jiff::Timestamp;

use super::pool::{from_row, on_pool};
use super::{Store, StoreError};

/// A waiting letter's place in line: urgent ones first, then by deadline, those without one last, then the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Our id of the message.
    pub id: String,
    urgent: i64,
    deadline: Option<i64>,
    stored_at: i64,
}

from_row!(Place { id, urgent, deadline, stored_at });

impl Place {
    /// The place as text, to go on from.
    pub fn written(&self) -> String {
        let deadline = self.deadline.map_or_else(|| "-".to_owned(), |at| at.to_string());
        format!("{}.{deadline}.{}.{}", self.urgent, self.stored_at, self.id)
    }

    /// A place as it was [written](Self::written); `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let urgent = parts.next()?.parse().ok()?;
        let deadline = match parts.next()? {
            "-" => None,
            at => Some(micros(at)?),
        };
        let stored_at = micros(parts.next()?)?;
        let id: uuid::Uuid = parts.next()?.parse().ok()?;
        Some(Self { id: id.to_string(), urgent, deadline, stored_at })
    }
}

fn micros(text: &str) -> Option<i64> {
    let micros = text.parse().ok()?;
    Timestamp::from_microsecond(micros).ok().map(|_| micros)
}

impl Store {
    /// The places in line after one of them, or from the beginning; what lies aside has none.
    pub async fn places(
        &self,
        after: Option<&Place>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Place>, StoreError> {
        const SQL: &str = "select id, urgent, deadline, stored_at from message
            where authority = $1 and stage = 'waiting' and outcome <> 'left-to-handler'
            and not exists (select 1 from desk_aside where desk_aside.authority = $1
                and desk_aside.message = message.id and until_at > $9) and ($2 = 0 or urgent < $3
            or (urgent = $3 and (case when deadline is null then 1 else 0 end > $4
            or (case when deadline is null then 1 else 0 end = $4 and (coalesce(deadline, 0) > $5
            or (coalesce(deadline, 0) = $5 and (stored_at > $6 or (stored_at = $6 and id > $7))))))))
            order by urgent desc, case when deadline is null then 1 else 0 end, deadline, stored_at, id limit $8";
        let begins = Place { id: String::new(), urgent: 0, deadline: None, stored_at: 0 };
        let place = after.unwrap_or(&begins);
        Ok(on_pool!(self, pool =>
            sqlx::query_as(SQL)
                .bind(&self.authority)
                .bind(i64::from(after.is_some()))
                .bind(place.urgent)
                .bind(i64::from(place.deadline.is_none()))
                .bind(place.deadline.unwrap_or(0))
                .bind(place.stored_at)
                .bind(&place.id)
                .bind(i64::from(limit))
                .bind(now.as_microsecond())
                .fetch_all(pool)
                .await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        let id = "018f0000-0000-7000-8000-000000000000".to_owned();
        for deadline in [None, Some(1_700_000_000_000_000)] {
            let place = Place { id: id.clone(), urgent: 1, deadline, stored_at: 1_600_000_000_000_000 };
            assert_eq!(Place::read(&place.written()), Some(place));
        }
        for other in [
            "",
            "1",
            "1.-.2",
            "1.-.2.x",
            "x.-.2.018f0000-0000-7000-8000-000000000000",
            "1.-.9223372036854775807.018f0000-0000-7000-8000-000000000000",
        ] {
            assert_eq!(Place::read(other), None, "{other}");
        }
    }
}
