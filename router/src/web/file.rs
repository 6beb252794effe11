//! Files that leave a page to be kept. Whoever hands one out has told the audit log before.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Pages;
use super::page::Trouble;
use crate::clock::danish_day;
use crate::table::{Ending, Table};

/// A table as a file. A large workbook takes a while; other pages do not wait for it.
pub(super) async fn bytes_of(what: &str, table: Table, ending: Ending) -> Result<Vec<u8>, Trouble> {
    let made = tokio::task::spawn_blocking(move || table.bytes(ending)).await;
    let Ok(Ok(bytes)) = made else {
        tracing::error!(what, "table not made");
        return Err(Trouble::Said("Tabellen kunne ikke laves. Prøv med færre dage, eller vælg CSV.".into()));
    };
    Ok(bytes)
}

/// A file to be kept.
pub(super) fn file(pages: &Pages, what: &str, ending: &str, mime: &str, bytes: Vec<u8>) -> Response {
    let day = danish_day(pages.room.clock.now());
    let name = format!("attachment; filename=\"modtag-{what}-{day}.{ending}\"");
    ([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
