//! Tables and letters taken out. The audit log hears of it before the file leaves.

use axum::response::Response;

use super::{Question, role};
use crate::audit::{Actor, Event, EventKind};
use crate::oversight;
use crate::store::StoreError;
use crate::table::{Ending, Table};
use crate::web::Pages;
use crate::web::file::bytes_of;
pub(super) use crate::web::file::file;
use crate::web::page::{Trouble, trouble};
use crate::web::session::Visitor;

/// Why anybody takes figures out.
pub(super) const FIGURES: &str = "Opgørelse af postrummets arbejde";
/// Why anybody takes a sender's marking out.
pub(super) const TO_SENDER: &str = "Henvendelse til en afsender om opmærkning";

/// What is taken out: its word in the log and in the file's name, the table, as what, and why.
pub(super) struct Sheet {
    pub(super) what: &'static str,
    pub(super) table: Table,
    pub(super) ending: Ending,
    pub(super) why: &'static str,
}

/// As what something is taken out.
pub(super) fn ending(typed: &str) -> Result<Ending, Trouble> {
    Ending::parse(typed).ok_or_else(|| Trouble::Said("Vælg, om tabellen skal være CSV eller Excel.".into()))
}

/// Tells the audit log that something is taken out.
pub(super) async fn tell(
    pages: &Pages,
    visitor: &Visitor,
    question: &Question,
    why: &str,
    more: impl FnOnce(Event) -> Event,
) -> Result<(), StoreError> {
    let by = Actor::person(&visitor.person, role(visitor).as_str());
    let days = format!("{}/{}", question.period.first, question.period.last);
    let event = pages.room.event_by(EventKind::Exported, by).because(why).with("days", days);
    oversight::tell(&pages.room, more(event)).await
}

/// Hands a table out as a file.
pub(super) async fn hand_out(
    pages: &Pages,
    visitor: &Visitor,
    question: &Question,
    sheet: Sheet,
    more: impl FnOnce(Event) -> Event,
) -> Response {
    let Sheet { what, table, ending, why } = sheet;
    let rows = table.rows.len();
    let told =
        |event: Event| more(event.with("what", what).with("format", ending.as_str()).with("rows", rows));
    if let Err(error) = tell(pages, visitor, question, why, told).await {
        return trouble(pages, Some(visitor), &error.into());
    }
    match bytes_of(what, table, ending).await {
        Ok(bytes) => file(pages, what, ending.as_str(), ending.mime(), bytes),
        Err(error) => trouble(pages, Some(visitor), &error),
    }
}
