//! `/journal/stikproeve`: views drawn at random from the log, to be looked into (R10).

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::sheet::{Sheet, hand_out};
use super::{DeskView, NO_PURPOSE, SAMPLE, frame};
use crate::audit::EventKind;
use crate::oversight::sample::{Draw, MOST, Sample};
use crate::oversight::seen::{self, Sight};
use crate::oversight::{self, Period, Purpose};
use crate::story::danish_time;
use crate::table::Ending;
use crate::web::Pages;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Days that a sample is drawn from when nothing else is asked for.
const DAYS: i64 = 30;

/// Views in a sample when nothing else is asked for.
const SIZE: usize = 20;

#[derive(Template)]
#[template(path = "journal/sample.html")]
struct SamplePage {
    frame: Frame,
    desk: DeskView,
    period: Period,
    size: usize,
    most: usize,
    drawn: Option<Drawn>,
}

/// A sample that was drawn.
struct Drawn {
    number: String,
    of: u64,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    who: String,
    sight: Sight,
}

/// From which days, how many, and why; and of an earlier draw its number, when it is taken out.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
    #[serde(default)]
    antal: String,
    #[serde(default)]
    formaal: String,
    #[serde(default)]
    svar: String,
    #[serde(default)]
    nummer: String,
    #[serde(default)]
    log: String,
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    let period = Period::last_days(pages.room.clock.now(), DAYS);
    draw(&SamplePage::of(&pages, &visitor, period, SIZE, Some(Purpose::Review)))
}

impl SamplePage {
    fn of(pages: &Pages, visitor: &Visitor, period: Period, size: usize, purpose: Option<Purpose>) -> Self {
        Self {
            frame: frame(pages, visitor, "Stikprøve"),
            desk: DeskView::of(SAMPLE, purpose),
            period,
            size,
            most: MOST,
            drawn: None,
        }
    }
}

/// Draws a sample, or draws one again to take it out.
pub(super) async fn draw_one(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let otherwise = Period::last_days(pages.room.clock.now(), DAYS);
    let purpose = Purpose::parse(&asked.formaal);
    let understood = understood(&asked, otherwise);
    let (period, size, purpose) = match (understood, purpose) {
        (Ok((period, size)), Some(purpose)) => (period, size, purpose),
        (understood, purpose) => {
            let mut page = SamplePage::of(&pages, &visitor, otherwise, SIZE, purpose);
            page.desk.said.extend(understood.err());
            page.desk.said.extend(purpose.is_none().then(|| NO_PURPOSE.to_owned()));
            return draw(&page);
        }
    };
    let answer = match Ending::parse(&asked.svar) {
        Some(ending) => take_out(&pages, &visitor, &asked, (period, size), ending, purpose).await,
        None => show(&pages, &visitor, period, size, purpose).await,
    };
    answer.unwrap_or_else(|error| trouble(&pages, Some(&visitor), &error))
}

fn understood(asked: &Asked, otherwise: Period) -> Result<(Period, usize), String> {
    let period = Period::typed(&asked.fra, &asked.til, otherwise)?;
    let size = match asked.antal.trim() {
        "" => Some(SIZE),
        typed => typed.parse().ok().filter(|size| (1..=MOST).contains(size)),
    };
    Ok((period, size.ok_or(format!("Antallet skal være et tal fra 1 til {MOST}."))?))
}

async fn show(
    pages: &Pages,
    visitor: &Visitor,
    period: Period,
    size: usize,
    purpose: Purpose,
) -> Result<Response, Trouble> {
    let room = &pages.room;
    let drawing = Draw::new(room, period, size).await?;
    let sample = drawing.draw(room).await?;
    let event = oversight::event(room, EventKind::Checked, &visitor.person, purpose)
        .with("what", "sample")
        .with("days", format!("{}/{}", period.first, period.last))
        .with("size", size)
        .with("of", sample.of)
        .with("number", &drawing.number)
        .with("log_size", drawing.log_size);
    oversight::tell(room, event).await?;
    let mut page = SamplePage::of(pages, visitor, period, size, Some(purpose));
    page.desk.kept = vec![
        ("fra", period.first.to_string()),
        ("til", period.last.to_string()),
        ("antal", size.to_string()),
        ("nummer", drawing.number.clone()),
        ("log", drawing.log_size.to_string()),
    ];
    page.drawn = Some(Drawn::of(pages, drawing.number, sample));
    Ok(draw(&page))
}

impl Drawn {
    fn of(pages: &Pages, number: String, sample: Sample) -> Self {
        let row = |sight: Sight| Row {
            at: danish_time(sight.at),
            who: sight.who.as_deref().map(|who| shown_name(pages, who)).unwrap_or_default(),
            sight,
        };
        Self { number, of: sample.of, rows: sample.views.into_iter().map(row).collect() }
    }
}

async fn take_out(
    pages: &Pages,
    visitor: &Visitor,
    asked: &Asked,
    (period, size): (Period, usize),
    ending: Ending,
    purpose: Purpose,
) -> Result<Response, Trouble> {
    let is_number = asked.nummer.len() == 32 && asked.nummer.chars().all(|c| c.is_ascii_hexdigit());
    let (true, Ok(log_size)) = (is_number, asked.log.parse()) else {
        return Err(Trouble::Said("Træk stikprøven igen, før den tages ud.".into()));
    };
    let drawing = Draw { period, size, number: asked.nummer.clone(), log_size };
    let sample = drawing.draw(&pages.room).await?;
    let table = seen::table("Stikprøve", &sample.views, true);
    let sheet = Sheet { what: "sample", table, ending, purpose };
    Ok(hand_out(pages, visitor, sheet, |event| event.with("number", &drawing.number)).await)
}
