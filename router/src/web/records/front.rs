//! `/journal`: does every day add up, and is anything left lying?

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;

use super::sheet::{Sheet, TakeOut, hand_out};
use super::{DeskView, FRONT, frame};
use crate::oversight::balance::{DayBalance, balance};
use crate::oversight::unjournaled::{Age, backlog};
use crate::oversight::{Period, Purpose};
use crate::store::StoreError;
use crate::table::{Cell, Table};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Days in the balance.
const DAYS: i64 = 14;

#[derive(Template)]
#[template(path = "journal/front.html")]
struct Front {
    frame: Frame,
    desk: DeskView,
    today: Day,
    unjournaled: u64,
    late: u64,
    alarm_hours: u64,
    oldest: String,
    days: Vec<Day>,
    wrong: usize,
    findings: Vec<(String, u64)>,
}

struct Day {
    name: String,
    balance: DayBalance,
    remarks: Vec<String>,
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    match front(&pages, &visitor).await {
        Ok(front) => draw(&front),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn front(pages: &Pages, visitor: &Visitor) -> Result<Front, StoreError> {
    let room = &pages.room;
    let now = room.clock.now();
    let backlog = backlog(room, pages.alarms.unjournaled).await?;
    let days: Vec<Day> = days(pages).await?.into_iter().map(Day::of).collect();
    let today = Day::of(days.first().map_or_else(|| DayBalance::none(now), |day| day.balance));
    Ok(Front {
        frame: frame(pages, visitor, "Journal"),
        desk: DeskView::of(FRONT, Some(Purpose::Control)),
        unjournaled: backlog.all,
        late: backlog.late,
        alarm_hours: pages.alarms.unjournaled.as_secs() / 3600,
        oldest: backlog.oldest.map(|at| Age::between(at, now).danish()).unwrap_or_default(),
        wrong: days.iter().filter(|day| !day.balance.adds_up()).count(),
        findings: findings(pages).await?,
        today,
        days,
    })
}

async fn days(pages: &Pages) -> Result<Vec<DayBalance>, StoreError> {
    let period = Period::last_days(pages.room.clock.now(), DAYS);
    balance(&pages.room, period).await
}

/// What of the mail in hand needs somebody's eye: why it is in quarantine or held, and what was given up.
async fn findings(pages: &Pages) -> Result<Vec<(String, u64)>, StoreError> {
    let room = &pages.room;
    let mut found: Vec<(String, u64)> = Vec::new();
    for (stage, outcome, n) in room.store.counts().await? {
        if stage == "quarantined" || (stage == "waiting" && outcome != "left-to-handler") {
            let name = crate::journey::outcome_danish(&outcome);
            let reason = outcome.strip_prefix("quarantine-").map(|reason| format!(" ({reason})"));
            found.push((format!("{name}{}", reason.unwrap_or_default()), n));
        }
    }
    let failed = room.store.effect_counts().await?;
    let failed: u64 = failed.iter().filter(|(_, state, _)| state == "failed").map(|(_, _, n)| *n).sum();
    if failed > 0 {
        found.push(("udførelse, der er opgivet".to_owned(), failed));
    }
    found.sort_unstable_by_key(|(_, n)| std::cmp::Reverse(*n));
    Ok(found)
}

impl Day {
    fn of(balance: DayBalance) -> Self {
        let mut remarks = balance.remarks();
        if remarks.is_empty() && !balance.adds_up() {
            remarks.push("Dagen stemmer ikke.".into());
        }
        Self { name: danish::day(balance.day), remarks, balance }
    }
}

/// Takes the balance out.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(form): Form<TakeOut>,
) -> Response {
    let (ending, purpose) = match form.understood() {
        Ok(understood) => understood,
        Err(said) => return trouble(&pages, Some(&visitor), &said),
    };
    match days(&pages).await {
        Ok(days) => {
            let sheet = Sheet { what: "balance", table: table(&days), ending, purpose };
            hand_out(&pages, &visitor, sheet, |event| event).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

fn table(days: &[DayBalance]) -> Table {
    let cells = |day: &DayBalance| -> Vec<Cell> {
        vec![
            day.day.to_string().into(),
            day.received.into(),
            day.split_off.into(),
            day.journaled.into(),
            day.not_journaled.into(),
            day.sent_on.into(),
            day.split.into(),
            day.waiting.into(),
            day.quarantined.into(),
            day.on_its_way.into(),
            Cell::from(if day.adds_up() { "ja" } else { "nej" }),
            day.remarks().join(" ").into(),
        ]
    };
    Table {
        name: "Dagsbalance",
        columns: &[
            "Dag",
            "Modtaget",
            "Skilt ud",
            "Journaliseret",
            "Uden journalisering",
            "Sendt videre",
            "Delt",
            "Venter",
            "Karantæne",
            "Undervejs",
            "Stemmer",
            "Bemærkning",
        ],
        rows: days.iter().map(cells).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_does_not_add_up_is_seen_on_the_page() {
        let day = DayBalance {
            received: 3,
            journaled: 2,
            ..DayBalance::none("2026-11-20T08:00:00Z".parse().unwrap())
        };
        let front = Front {
            frame: Frame::sample("Prøve <Kommune>"),
            desk: DeskView::of(FRONT, None),
            today: Day::of(day),
            unjournaled: 1,
            late: 1,
            alarm_hours: 24,
            oldest: "50 timer (2 arbejdsdage)".into(),
            days: vec![Day::of(day)],
            wrong: 1,
            findings: vec![("i karantæne (truncated)".into(), 1)],
        };
        let html = front.render().expect("the page is drawn");
        assert!(html.contains("Dagen stemmer ikke") && html.contains("20.11.2026"), "{html}");
        assert!(html.contains("50 timer (2 arbejdsdage)") && html.contains("Prøve &#60;Kommune&#62;"));
    }
}
