//! `/indsigt`: the whole authority and each unit, for a chosen period.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;

use super::sheet::{FIGURES, Sheet, ending, hand_out};
use super::{Asked, FRONT, Question, Shown, frame};
use crate::insight::business::{Price, Worth};
use crate::insight::course::{Course, courses};
use crate::insight::handed::{Against, Handed, handed};
use crate::insight::minutes::{self, Class, Delays};
use crate::insight::sureness::{Point, curve};
use crate::insight::{count_danish, decimal_danish, share, share_danish};
use crate::store::StoreError;
use crate::table::{Cell, Table};
use crate::unseen::drift::{self, DriftView};
use crate::unseen::percent;
use crate::web::Pages;
use crate::web::page::{Frame, draw, trouble};
use crate::web::plot::{self, Bar, Between, Curve};
use crate::web::session::{SignedIn, Visitor};

/// Points of the risk curve that stand in its table.
const POINTS: usize = 20;
/// Days from which on a period is told as a year, too.
const ENOUGH_DAYS: u64 = 28;

#[derive(Template)]
#[template(path = "insight/front.html")]
struct Front {
    frame: Frame,
    shown: Shown,
    figures: Vec<(&'static str, String)>,
    whole: Course,
    units: Vec<Unit>,
    automation: String,
    eyes: Vec<(&'static str, String, String)>,
    middle: String,
    most: String,
    classes: Vec<Class>,
    minutes: String,
    misroutes: String,
    points: Vec<Point>,
    sureness: String,
    model: String,
    weeks: Vec<Week>,
    drift: String,
    changes: Vec<(String, String)>,
    worth: Worth,
    a_year: Option<Worth>,
}

impl Front {
    fn count(&self, number: &u64) -> String {
        count_danish(*number)
    }

    fn unsettled(&self) -> String {
        count_danish(self.whole.letters - self.whole.settled)
    }

    fn percent(&self, share: &f64) -> String {
        percent(*share)
    }
}

/// A unit's figures.
struct Unit {
    name: String,
    course: Course,
    handed: Handed,
    budget: Option<f64>,
    worth: Worth,
}

impl Unit {
    fn automation(&self) -> String {
        share_danish(self.course.automation())
    }

    fn eyes(&self) -> String {
        self.course.eyes_per_letter().map_or_else(|| "–".to_owned(), decimal_danish)
    }

    fn without_eyes(&self) -> String {
        share_danish(self.handed.without_eyes())
    }

    fn misrouted(&self) -> String {
        share_danish(self.handed.misrouted())
    }

    fn bounds(&self) -> String {
        let bounds = self.handed.interval();
        bounds.map_or_else(|| "–".to_owned(), |(from, to)| format!("{} til {}", percent(from), percent(to)))
    }

    fn budget(&self) -> String {
        self.budget.map_or_else(|| "–".to_owned(), percent)
    }

    fn against(&self) -> &'static str {
        Against::of(&self.handed, self.budget).danish()
    }

    fn is_over(&self) -> bool {
        Against::of(&self.handed, self.budget) == Against::Over
    }
}

/// All units' letters of a week that came as far as the classifier.
#[derive(Clone, Copy, Default)]
struct Week {
    ago: i64,
    letters: u64,
    unsure: u64,
    waiting: u64,
}

impl Week {
    fn unsure_share(&self) -> String {
        share_danish(share(self.unsure, self.letters))
    }

    fn waiting_share(&self) -> String {
        share_danish(share(self.waiting, self.letters))
    }
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let (question, said) = asked.understood(&pages);
    match front(&pages, &visitor, &question, said).await {
        Ok(front) => draw(&front),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn front(
    pages: &Pages,
    visitor: &Visitor,
    question: &Question,
    said: Vec<String>,
) -> Result<Front, StoreError> {
    let room = &pages.room;
    let model = room.suggest.edition();
    let (from, to) = question.period.bounds();
    let (ways, delays, sureness, drifts) = futures::try_join!(
        ways(pages, question),
        room.store.delays(from, to),
        room.store.sureness(&model, from, to),
        drift::look(room),
    )?;
    let Ways { whole, handed, units } = ways;
    let delays = Delays::of(delays);
    let points = curve(&sureness);
    let weeks = weeks(&drifts);
    let worth = question.price.of(whole.automatic);
    let days = question.period.days().count() as u64;
    Ok(Front {
        frame: frame(pages, visitor, "Indsigt"),
        shown: Shown::of(FRONT, question, said),
        figures: figures(&whole, &handed, &delays, &worth),
        automation: draw_automation(&units),
        eyes: eyes(&whole),
        middle: delays.percentile(50).map(minutes::danish).unwrap_or_default(),
        most: delays.percentile(90).map(minutes::danish).unwrap_or_default(),
        minutes: draw_minutes(&delays),
        classes: delays.classes(),
        misroutes: draw_misroutes(&units),
        sureness: draw_sureness(&points),
        points: thinned(points),
        model,
        drift: draw_weeks(&weeks),
        changes: changes(pages, &drifts),
        weeks,
        a_year: (days >= ENOUGH_DAYS && worth.hours.is_some()).then(|| worth.a_year(days)),
        worth,
        whole,
        units,
    })
}

/// The ways that letters went: all of them, and by unit.
struct Ways {
    whole: Course,
    handed: Handed,
    units: Vec<Unit>,
}

async fn ways(pages: &Pages, question: &Question) -> Result<Ways, StoreError> {
    let room = &pages.room;
    let (from, to) = question.period.bounds();
    let (course_rows, handed_rows) =
        futures::try_join!(room.store.courses(from, to), room.store.handed(from, to))?;
    let ((whole, by_course), (all, by_handed)) = (courses(&course_rows), handed(&handed_rows));
    let mut both: BTreeMap<String, (Course, Handed)> =
        by_course.into_iter().map(|(unit, course)| (unit, (course, Handed::default()))).collect();
    for (unit, handed) in by_handed {
        match both.entry(unit) {
            Entry::Occupied(mut known) => known.get_mut().1 = handed,
            Entry::Vacant(new) => {
                new.insert((Course::default(), handed));
            }
        }
    }
    let policy = room.policy();
    let unit = |(id, (course, handed)): (String, (Course, Handed))| Unit {
        name: unit_name(&id, policy.unit(&id).map(|unit| unit.name.as_str())),
        budget: policy.unseen(&id).map(|allowed| allowed.budget),
        worth: question.price.of(course.automatic),
        course,
        handed,
    };
    let mut units: Vec<Unit> = both.into_iter().map(unit).collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.course.letters));
    Ok(Ways { whole, handed: all, units })
}

fn unit_name(id: &str, known: Option<&str>) -> String {
    match (id, known) {
        ("", _) => "Ingen enhed endnu".to_owned(),
        (id, known) => known.unwrap_or(id).to_owned(),
    }
}

fn figures(whole: &Course, handed: &Handed, delays: &Delays, worth: &Worth) -> Vec<(&'static str, String)> {
    let eyes = whole.eyes_per_letter().map_or_else(|| "–".to_owned(), decimal_danish);
    vec![
        ("breve modtaget", count_danish(whole.letters)),
        ("afgjort uden en medarbejders svar", share_danish(whole.automation())),
        ("overdraget uden øjne", share_danish(handed.without_eyes())),
        ("øjne pr. brev", eyes),
        ("median til journaliseret", delays.percentile(50).map_or_else(|| "–".to_owned(), minutes::danish)),
        ("sendt eller trukket tilbage", share_danish(handed.misrouted())),
        ("timer sparet", worth.hours_danish()),
        ("kroner sparet", worth.kroner_danish()),
    ]
}

fn draw_automation(units: &[Unit]) -> String {
    let bar = |unit: &Unit| {
        let share = unit.course.automation()?;
        let said = format!("{} af {}", percent(share), count_danish(unit.course.settled));
        Some(Bar { name: unit.name.clone(), share, said })
    };
    plot::bars(
        "Andel af de afgjorte breve, som ingen medarbejder har svaret på, for hver enhed",
        &units.iter().filter_map(bar).collect::<Vec<_>>(),
    )
}

fn eyes(whole: &Course) -> Vec<(&'static str, String, String)> {
    let row = |(name, letters): (&'static str, u64)| {
        (name, count_danish(letters), share_danish(share(letters, whole.letters)))
    };
    ["Ingen", "1", "2", "3 eller flere"].into_iter().zip(whole.by_eyes).map(row).collect()
}

fn draw_minutes(delays: &Delays) -> String {
    let all = delays.letters();
    let bar = |class: Class| {
        let share = share(class.letters, all).unwrap_or_default();
        let said = format!("{} ({})", percent(share), count_danish(class.letters));
        Bar { name: class.name.to_owned(), share, said }
    };
    plot::bars(
        "Andel af de journaliserede breve efter tid fra tilgængelig til journaliseret",
        &delays.classes().into_iter().map(bar).collect::<Vec<_>>(),
    )
}

/// Empty when nothing was handed over.
fn draw_misroutes(units: &[Unit]) -> String {
    if units.iter().all(|unit| unit.handed.number == 0) {
        return String::new();
    }
    let row = |unit: &Unit| {
        Some(Between {
            name: unit.name.clone(),
            share: unit.handed.misrouted()?,
            bounds: unit.handed.interval()?,
            limit: unit.budget,
        })
    };
    plot::between(
        "Andel af overdragelserne, der blev sendt eller trukket tilbage, med 95 % sikkerhed, og budgettet som en streg",
        &units.iter().filter_map(row).collect::<Vec<_>>(),
    )
}

fn draw_sureness(points: &[Point]) -> String {
    let points = points.iter().map(|point| (point.coverage, point.risk)).collect();
    plot::curves(
        "Andel forkerte af de breve, klassifikatoren er sikrest på",
        ["Andel af brevene, de sikreste først", "Andel forkerte"],
        ["0 %", "100 %"],
        &[Curve { name: "forkerte", points }],
    )
}

/// Some points of a curve, the last among them.
fn thinned(points: Vec<Point>) -> Vec<Point> {
    let step = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points
        .into_iter()
        .enumerate()
        .filter(|(at, _)| at % step == 0 || *at == last)
        .map(|(_, point)| point)
        .collect()
}

/// All units' weeks, the newest first.
fn weeks(drifts: &BTreeMap<String, DriftView>) -> Vec<Week> {
    let mut weeks: BTreeMap<i64, Week> = BTreeMap::new();
    for one in drifts.values().flat_map(|drift| &drift.weeks) {
        let week = weeks.entry(one.ago).or_insert(Week { ago: one.ago, ..Week::default() });
        week.letters += one.letters;
        week.unsure += one.unsure;
        week.waiting += one.waiting;
    }
    weeks.into_values().collect()
}

fn draw_weeks(weeks: &[Week]) -> String {
    let oldest = weeks.last().map_or(1, |week| week.ago.max(1)) as f64;
    let points = |hits: fn(&Week) -> u64| {
        let point = |week: &Week| Some((1.0 - week.ago as f64 / oldest, share(hits(week), week.letters)?));
        weeks.iter().rev().filter_map(point).collect()
    };
    plot::curves(
        "Andel af brevene, som klassifikatoren var usikker på, og som ventede, uge for uge",
        ["Uge", "Andel af brevene"],
        [if weeks.len() > 1 { "ældst" } else { "" }, "denne uge"],
        &[
            Curve { name: "usikre", points: points(|week| week.unsure) },
            Curve { name: "ventede", points: points(|week| week.waiting) },
        ],
    )
}

fn changes(pages: &Pages, drifts: &BTreeMap<String, DriftView>) -> Vec<(String, String)> {
    let policy = pages.room.policy();
    let name = |id: &str| unit_name(id, policy.unit(id).map(|unit| unit.name.as_str()));
    drifts.iter().filter_map(|(unit, drift)| Some((name(unit), drift.danish()?))).collect()
}

/// Takes the units' figures out.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let ending = match ending(&asked.svar) {
        Ok(ending) => ending,
        Err(said) => return trouble(&pages, Some(&visitor), &said),
    };
    let (question, _) = asked.understood(&pages);
    match ways(&pages, &question).await {
        Ok(ways) => {
            let sheet =
                Sheet { what: "indsigt", table: table(&ways.units, &question.price), ending, why: FIGURES };
            hand_out(&pages, &visitor, &question, sheet, |event| event).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

fn table(units: &[Unit], price: &Price) -> Table {
    let cells = |unit: &Unit| -> Vec<Cell> {
        let Course { letters, settled, automatic, eyes, .. } = unit.course;
        let Handed { number, wrong, moved_on, unseen } = unit.handed;
        vec![
            unit.name.as_str().into(),
            letters.into(),
            settled.into(),
            automatic.into(),
            unit.automation().into(),
            eyes.into(),
            number.into(),
            unseen.into(),
            wrong.into(),
            moved_on.into(),
            unit.misrouted().into(),
            unit.bounds().into(),
            unit.budget().into(),
            unit.against().into(),
            price.minutes_typed().into(),
            price.wage_typed().into(),
            unit.worth.hours_danish().into(),
            unit.worth.kroner_danish().into(),
        ]
    };
    Table {
        name: "Indsigt",
        columns: &[
            "Enhed",
            "Breve modtaget",
            "Afgjort",
            "Afgjort uden svar",
            "Automatiseringsgrad",
            "Øjne i alt",
            "Overdraget",
            "Overdraget uden øjne",
            "Sendt eller trukket tilbage",
            "Givet videre til en anden enhed",
            "Andel tilbage",
            "95 % sikkerhed",
            "Budget",
            "Mod budgettet",
            "Minutter pr. brev",
            "Timeløn",
            "Timer sparet",
            "Kroner sparet",
        ],
        rows: units.iter().map(cells).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oversight::Period;

    fn unit(name: &str, wrong: u64) -> Unit {
        let course = Course { letters: 12, settled: 10, automatic: 8, by_eyes: [8, 4, 0, 0], eyes: 4 };
        let handed = Handed { number: 10, wrong, moved_on: 1, unseen: 8 };
        Unit { name: name.into(), course, handed, budget: Some(0.02), worth: Worth::default() }
    }

    #[test]
    fn the_page_can_be_drawn_with_sample_data_and_no_name_is_markup() {
        let day = "2026-11-20".parse().unwrap();
        let price = Price { minutes: Some(2.5), wage: Some(350.0) };
        let question = Question { period: Period { first: day, last: day }, price };
        let units = vec![unit("Vej <og> Park", 5), unit("Plads", 0)];
        let delays = Delays::of(vec![(0, 8), (90, 2)]);
        let points = curve(&[(95, true, 9), (60, false, 1)]);
        let weeks =
            vec![Week { ago: 0, letters: 4, unsure: 1, waiting: 2 }, Week { ago: 3, ..Week::default() }];
        let front = Front {
            frame: Frame::sample("Prøve <Kommune>"),
            shown: Shown::of(FRONT, &question, vec!["Startdagen kan ikke læses.".into()]),
            figures: figures(&units[0].course, &units[0].handed, &delays, &price.of(8)),
            whole: units[0].course,
            automation: draw_automation(&units),
            eyes: eyes(&units[0].course),
            middle: minutes::danish(0),
            most: minutes::danish(90),
            classes: delays.classes(),
            minutes: draw_minutes(&delays),
            misroutes: draw_misroutes(&units),
            sureness: draw_sureness(&points),
            points: thinned(points),
            model: "kle 1".into(),
            drift: draw_weeks(&weeks),
            weeks,
            changes: vec![("Vej <og> Park".into(), "ÆNDRET".into())],
            worth: price.of(8),
            a_year: Some(price.of(8).a_year(28)),
            units,
        };
        let html = front.render().expect("the page is drawn");
        for said in [
            "80 %",
            "over budgettet",
            "1 time og 30 minutter",
            "Vej &#60;og&#62; Park",
            "Vej &lt;og&gt; Park",
        ] {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("<og>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn the_table_has_a_cell_for_every_column_and_a_curve_keeps_its_end() {
        let table = table(&[unit("x", 1)], &Price::default());
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        let points = curve(&(0..=100).map(|sure| (sure, true, 1)).collect::<Vec<_>>());
        let thin = thinned(points.clone());
        assert!(thin.len() <= POINTS + 1 && thin.last() == points.last());
    }
}
