//! Tables taken out as CSV, Excel or PDF. The audit log hears of it before the file leaves.

use axum::response::Response;
use serde::Deserialize;

use super::NO_PURPOSE;
use crate::audit::{Event, EventKind};
use crate::oversight::{self, Purpose};
use crate::table::{Ending, Table};
use crate::web::Pages;
use crate::web::file::{bytes_of, file};
use crate::web::page::{Trouble, trouble};
use crate::web::session::Visitor;

/// The most rows of a table that is taken out.
pub(super) const ROWS: u32 = 50_000;

/// The form of a table that is taken out.
#[derive(Deserialize)]
pub(super) struct TakeOut {
    /// `csv`, `xlsx` or `pdf`.
    #[serde(default)]
    pub(super) svar: String,
    #[serde(default)]
    pub(super) formaal: String,
    #[serde(default)]
    pub(super) fra: String,
    #[serde(default)]
    pub(super) til: String,
}

impl TakeOut {
    /// As what and why; what is missing is said.
    pub(super) fn understood(&self) -> Result<(Ending, Purpose), Trouble> {
        let ending = Ending::parse(&self.svar)
            .ok_or_else(|| Trouble::Said("Vælg, om tabellen skal være CSV, Excel eller PDF.".into()))?;
        let purpose = Purpose::parse(&self.formaal).ok_or_else(|| Trouble::Said(NO_PURPOSE.to_owned()))?;
        Ok((ending, purpose))
    }
}

/// What is taken out, as what and why.
pub(super) struct Sheet {
    /// Its word in the log and in the file's name.
    pub(super) what: &'static str,
    /// The table.
    pub(super) table: Table,
    /// As what.
    pub(super) ending: Ending,
    /// Why.
    pub(super) purpose: Purpose,
}

/// Hands a table out as a file.
pub(super) async fn hand_out(
    pages: &Pages,
    visitor: &Visitor,
    sheet: Sheet,
    more: impl FnOnce(Event) -> Event,
) -> Response {
    let Sheet { what, table, ending, purpose } = sheet;
    let room = &pages.room;
    let event = oversight::event(room, EventKind::Exported, &visitor.person, purpose)
        .with("what", what)
        .with("format", ending.as_str())
        .with("rows", table.rows.len());
    if let Err(error) = oversight::tell(room, more(event)).await {
        return trouble(pages, Some(visitor), &error.into());
    }
    match bytes_of(what, table, ending).await {
        Ok(bytes) => file(pages, what, ending.as_str(), ending.mime(), bytes),
        Err(error) => trouble(pages, Some(visitor), &error),
    }
}
