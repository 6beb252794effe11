//! `/journal/ujournaliseret`: what no journal has yet, the oldest first, held against the alarm's threshold (R4).

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;

use super::sheet::{ROWS, Sheet, TakeOut, hand_out};
use super::{DeskView, UNJOURNALED, frame};
use crate::oversight::Purpose;
use crate::oversight::unjournaled::{Backlog, Unjournaled, backlog, table, unjournaled};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::danish::moment;
use crate::web::page::{Frame, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Messages shown.
const SHOWN: u32 = 300;

#[derive(Template)]
#[template(path = "journal/unjournaled.html")]
struct UnjournaledPage {
    frame: Frame,
    desk: DeskView,
    backlog: Backlog,
    alarm_hours: u64,
    rows: Vec<Unjournaled>,
}

impl UnjournaledPage {
    fn moment(&self, row: &Unjournaled) -> String {
        moment(row.available_at)
    }
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    match shown(&pages, &visitor).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn shown(pages: &Pages, visitor: &Visitor) -> Result<UnjournaledPage, StoreError> {
    let threshold = pages.alarms.unjournaled;
    Ok(UnjournaledPage {
        frame: frame(pages, visitor, "Ujournaliseret"),
        desk: DeskView::of(UNJOURNALED, Some(Purpose::Control)),
        backlog: backlog(&pages.room, threshold).await?,
        alarm_hours: threshold.as_secs() / 3600,
        rows: unjournaled(&pages.room, threshold, SHOWN).await?,
    })
}

/// Takes the list out.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(form): Form<TakeOut>,
) -> Response {
    let (ending, purpose) = match form.understood() {
        Ok(understood) => understood,
        Err(said) => return trouble(&pages, Some(&visitor), &said),
    };
    match unjournaled(&pages.room, pages.alarms.unjournaled, ROWS).await {
        Ok(rows) => {
            let sheet = Sheet { what: "unjournaled", table: table(&rows), ending, purpose };
            hand_out(&pages, &visitor, sheet, |event| event).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}
