//! Tables taken out as CSV, Excel or PDF. The audit log hears of it before the file leaves.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::NO_PURPOSE;
use crate::audit::{Event, EventKind};
use crate::clock::danish_day;
use crate::oversight::{self, Purpose};
use crate::table::{Ending, Table};
use crate::web::Pages;
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
    // A large workbook takes a while; other pages do not wait for it.
    let made = tokio::task::spawn_blocking(move || table.bytes(ending)).await;
    let Ok(Ok(bytes)) = made else {
        tracing::error!(what, "table not made");
        let said = "Tabellen kunne ikke laves. Prøv med færre dage, eller vælg CSV.";
        return trouble(pages, Some(visitor), &Trouble::Said(said.into()));
    };
    let day = danish_day(room.clock.now());
    let name = format!("attachment; filename=\"modtag-{what}-{day}.{}\"", ending.as_str());
    ([(header::CONTENT_TYPE, ending.mime().to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response()
}
