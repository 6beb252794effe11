//! The note that goes with a letter to another authority, to print or to finish in a word processor.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::desk::sending_on::note;
use crate::paper::{Draft, Part, docx};
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::role::Role;
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "post/sending_on.html")]
struct NotePage {
    frame: Frame,
    id: Uuid,
    draft: Draft,
}

async fn taken_out(pages: &Pages, visitor: &Visitor, id: &Uuid, format: &str) -> Result<Draft, Trouble> {
    let note = note(&pages.room, id, &visitor.person, &pages.name, format).await?;
    note.ok_or(Trouble::NotFound)
}

pub(super) async fn paper(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    match taken_out(&pages, &visitor, &id, "html").await {
        Ok(draft) => {
            let frame = Frame::of(&pages, Some(&visitor), draft.title, Some(Role::PostDistributor));
            draw(&NotePage { frame, id, draft })
        }
        Err(why) => trouble(&pages, Some(&visitor), &why),
    }
}

pub(super) async fn word(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<Uuid>,
) -> Response {
    const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let draft = match taken_out(&pages, &visitor, &id, "docx").await {
        Ok(draft) => draft,
        Err(why) => return trouble(&pages, Some(&visitor), &why),
    };
    let Ok(bytes) = docx(&draft) else {
        let said = "Dokumentet kunne ikke laves. Brug siden i stedet.".to_owned();
        return trouble(&pages, Some(&visitor), &Trouble::Said(said));
    };
    let name = format!("attachment; filename=\"videresendelse-{id}.docx\"");
    ([(header::CONTENT_TYPE, TYPE.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
