//! `/organisation/ansvar`: which KLE numbers nobody owns, which several units claim, and which get mail but have no rule.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{OrgView, REPORT, frame};
use crate::audit::EventKind;
use crate::clock::danish_day;
use crate::oversight;
use crate::replay::{self, Surveyor};
use crate::responsibility::{self, Doubt, Report, Row, Sources};
use crate::rule_trial::{MOST_DAYS, NotTried, recent};
use crate::table::Ending;
use crate::web::Pages;
use crate::web::file::{bytes_of, file};
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::rule_pages::by;
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "organisation/report.html")]
struct ReportPage {
    frame: Frame,
    view: OrgView,
    days: i64,
    said: String,
    report: Option<ReportShown>,
}

/// The report as it is shown.
struct ReportShown {
    plan: String,
    numbers: usize,
    messages: u64,
    sections: Vec<Section>,
}

/// Numbers with one doubt.
struct Section {
    heading: String,
    /// Number, title, and what there is to say.
    lines: Vec<(String, String, String)>,
    more: usize,
}

/// Lines of a section; the command line has all of them.
const SHOWN: usize = 100;

/// Days of mail that the report begins with.
const DAYS: i64 = 90;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    dage: String,
    /// As what it is taken out: `csv`, `xlsx` or `pdf`.
    #[serde(default)]
    svar: String,
}

impl Asked {
    fn days(&self) -> i64 {
        self.dage.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days)).unwrap_or(DAYS)
    }
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    draw(&ReportPage::of(&pages, &visitor, DAYS, None, String::new()))
}

/// Makes the report: mail is counted, which takes its time.
pub(super) async fn make(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let days = asked.days();
    match made(&pages, days, |report| ReportShown::of(&report)).await {
        Ok(report) => draw(&ReportPage::of(&pages, &visitor, days, Some(report), String::new())),
        Err(Trouble::Said(said)) => draw(&ReportPage::of(&pages, &visitor, days, None, said)),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

/// Why anybody takes the report out.
const WHY: &str = "Gennemgang af ansvar for emner";

/// Takes the report out: every number with everything that is known of it.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    match taken_out(&pages, &visitor, &asked).await {
        Ok(file) => file,
        Err(Trouble::Said(said)) => {
            let page = ReportPage::of(&pages, &visitor, asked.days(), None, said);
            (StatusCode::CONFLICT, draw(&page)).into_response()
        }
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn taken_out(pages: &Pages, visitor: &Visitor, asked: &Asked) -> Result<Response, Trouble> {
    const WHAT: &str = "responsibility";
    let ending = Ending::parse(&asked.svar)
        .ok_or_else(|| Trouble::Said("Vælg, om tabellen skal være CSV, Excel eller PDF.".into()))?;
    let days = asked.days();
    let table = made(pages, days, |report| report.table()).await?;
    let event = pages.room.event_by(EventKind::Exported, by(visitor)).because(WHY);
    let event = event.with("what", WHAT).with("format", ending.as_str()).with("days", days);
    oversight::tell(&pages.room, event.with("rows", table.rows.len())).await?;
    let bytes = bytes_of(WHAT, table, ending).await?;
    Ok(file(pages, WHAT, ending.as_str(), ending.mime(), bytes))
}

/// Makes the report, and what `of` makes of it, on a thread where it may take its time.
async fn made<T: Send + 'static>(
    pages: &Pages,
    days: i64,
    of: impl FnOnce(Report) -> T + Send + 'static,
) -> Result<T, Trouble> {
    let room = &pages.room;
    let period = recent(room, days).await?;
    let _one = pages.kept.counting.0.try_acquire().map_err(|_| NotTried::Busy)?;
    let (policy, plan, snapshot) = (room.policy(), room.subject_plan(), room.organisation());
    let surveyor = Surveyor(Arc::clone(&policy));
    let survey = replay::run(room.store.past(period), room.store.keys(), &surveyor, &|_| {}).await?;
    let (day, config) = (danish_day(room.clock.now()), pages.config.clone());
    let work = tokio::task::spawn_blocking(move || {
        let report = responsibility::report(&Sources {
            policy: &policy,
            plan: plan.as_deref(),
            snapshot: snapshot.as_deref(),
            priority: &config.organisation.priority,
            survey: &survey,
            day,
        });
        of(report)
    });
    Ok(work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())))
}

impl ReportPage {
    fn of(pages: &Pages, visitor: &Visitor, days: i64, report: Option<ReportShown>, said: String) -> Self {
        let (frame, view) = (frame(pages, visitor, "Ansvarsrapport"), OrgView::of(pages, visitor, REPORT));
        Self { frame, view, days, said, report }
    }
}

impl ReportShown {
    fn of(report: &Report) -> Self {
        let title = |subject: kle::Subject| {
            let row = report.rows.iter().find(|row| row.subject == subject);
            row.and_then(|row| row.title.clone()).unwrap_or_default()
        };
        let unowned = report.unowned().into_iter().map(|(subject, count)| {
            let how_many = if count == 1 { String::new() } else { format!("alle {count} numre derunder") };
            (subject.to_string(), title(subject), how_many)
        });
        let lines = |doubt: Doubt, say: &dyn Fn(&Row) -> String| {
            let rows = report.with(doubt).into_iter();
            rows.map(|row| (row.subject.to_string(), row.title.clone().unwrap_or_default(), say(row)))
                .collect()
        };
        let came = |row: &Row| {
            let letters = row.mail.messages;
            let noun = if letters == 1 { "brev" } else { "breve" };
            format!("{letters} {noun}, {} afgjort af en regel", row.mail.by_rule)
        };
        let sections = vec![
            Section::of("Ingen ejer", unowned.collect()),
            Section::of("Flere enheder gør krav", lines(Doubt::Contested, &|row| row.claims.join(", "))),
            Section::of("Får post, men ingen regel afgør den", lines(Doubt::WithoutRule, &came)),
            Section::of("Post med numre, der ikke gælder", lines(Doubt::NotInPlan, &came)),
        ];
        Self {
            plan: report.plan.clone().unwrap_or_default(),
            numbers: report.rows.len(),
            messages: report.messages,
            sections,
        }
    }
}

impl Section {
    fn of(heading: &str, mut lines: Vec<(String, String, String)>) -> Self {
        let heading = format!("{heading} ({})", lines.len());
        let more = lines.len().saturating_sub(SHOWN);
        lines.truncate(SHOWN);
        Self { heading, lines, more }
    }
}
