//! A waiting letter's document, for whoever has opened its documents.

use axum::extract::{Path, State};
use axum::response::Response;
use uuid::Uuid;

use crate::desk::{self, Level};
use crate::journey::InHand;
use crate::web::Pages;
use crate::web::document::served;
use crate::web::page::{Trouble, trouble};
use crate::web::session::SignedIn;

/// One document of a letter whose documents this person has opened already.
pub(super) async fn document(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path((id, content)): Path<(Uuid, u32)>,
) -> Response {
    let not_found = || trouble(&pages, Some(&visitor), &Trouble::NotFound);
    let letter = match desk::look(&pages.room, &id, &visitor.person, Level::Suggestion, None).await {
        Ok(letter) if letter.level == Level::Documents => letter,
        _ => return not_found(),
    };
    let Some(document) = letter.documents.iter().find(|document| document.content == content) else {
        return not_found();
    };
    let row = match pages.room.store.message(&id).await {
        Ok(Some(row)) => row,
        Ok(None) => return not_found(),
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    match InHand::open(&pages.room, &row) {
        Ok(in_hand) => served(&pages, &visitor, &in_hand, document).await,
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}
