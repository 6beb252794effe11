//! `/journal/ledger`: what was journaled, and how long that took.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::sheet::{ROWS, Sheet, TakeOut, hand_out};
use super::{DeskView, LEDGER, frame};
use crate::oversight::ledger::{Filed, delays, ledger, table, with_public_titles};
use crate::oversight::{Period, Purpose};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::danish::moment;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Entries shown; each one's public title is opened on its own.
const SHOWN: usize = 200;

/// Days shown when nothing else is asked for.
const DAYS: i64 = 14;

#[derive(Template)]
#[template(path = "journal/ledger.html")]
struct LedgerPage {
    frame: Frame,
    desk: DeskView,
    period: Period,
    total: usize,
    cut: bool,
    late: usize,
    alarm_hours: u64,
    middle: String,
    most: String,
    rows: Vec<Filed>,
}

impl LedgerPage {
    fn moment(&self, at: &jiff::Timestamp) -> String {
        moment(*at)
    }
}

/// Which days.
#[derive(Deserialize)]
pub(super) struct Days {
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(days): Query<Days>,
) -> Response {
    let otherwise = Period::last_days(pages.room.clock.now(), DAYS);
    let (period, said) = match Period::typed(&days.fra, &days.til, otherwise) {
        Ok(period) => (period, None),
        Err(said) => (otherwise, Some(said)),
    };
    match shown(&pages, &visitor, period).await {
        Ok(mut page) => {
            page.desk.said.extend(said);
            draw(&page)
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn shown(pages: &Pages, visitor: &Visitor, period: Period) -> Result<LedgerPage, StoreError> {
    let threshold = pages.alarms.unjournaled;
    let mut rows = ledger(&pages.room, period, threshold, ROWS).await?;
    let (middle, most) = match delays(&rows) {
        Some((middle, most)) => (middle.danish(), most.danish()),
        None => (String::new(), String::new()),
    };
    let (total, late) = (rows.len(), rows.iter().filter(|one| one.late).count());
    rows.truncate(SHOWN);
    with_public_titles(&pages.room, &mut rows).await?;
    let mut desk = DeskView::of(LEDGER, Some(Purpose::Control));
    desk.kept = vec![("fra", period.first.to_string()), ("til", period.last.to_string())];
    Ok(LedgerPage {
        frame: frame(pages, visitor, "Journalposter"),
        desk,
        period,
        total,
        cut: total >= ROWS as usize,
        late,
        alarm_hours: threshold.as_secs() / 3600,
        middle,
        most,
        rows,
    })
}

/// Takes the ledger out.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(form): Form<TakeOut>,
) -> Response {
    let understood = form.understood().and_then(|(ending, purpose)| {
        let otherwise = Period::last_days(pages.room.clock.now(), DAYS);
        let period = Period::typed(&form.fra, &form.til, otherwise).map_err(Trouble::Said)?;
        Ok((ending, purpose, period))
    });
    let (ending, purpose, period) = match understood {
        Ok(understood) => understood,
        Err(said) => return trouble(&pages, Some(&visitor), &said),
    };
    match rows_to_take_out(&pages, period).await {
        Ok(rows) => {
            let sheet = Sheet { what: "ledger", table: table(&rows), ending, purpose };
            let days = format!("{}/{}", period.first, period.last);
            hand_out(&pages, &visitor, sheet, |event| event.with("days", days)).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

/// The rows of a period; public titles are opened only for what is on the post list.
async fn rows_to_take_out(pages: &Pages, period: Period) -> Result<Vec<Filed>, StoreError> {
    let mut rows = ledger(&pages.room, period, pages.alarms.unjournaled, ROWS).await?;
    let public: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].on_post_list).collect();
    for at in public {
        with_public_titles(&pages.room, &mut rows[at..=at]).await?;
    }
    Ok(rows)
}
