//! `/indsigt`: how the post room does, and how senders mark. One file per page; what can be taken out can be had as CSV and
//! Excel, and the audit log is told.
//!
//! The pages hold counts, units, authorities and companies; no letter, no citizen and no employee.

mod front;
mod sender;
mod senders;
mod sheet;

use jiff::Span;
use serde::Deserialize;

use super::Pages;
use super::door::{Doors, Needs};
use super::page::Frame;
use super::role::Role;
use super::session::Visitor;
use crate::insight::LONGEST;
use crate::insight::business::Price;
use crate::oversight::Period;

/// Whoever may see how the post room does.
pub(super) const ROLES: &[Role] = &[Role::PostDistributor, Role::RecordsManager, Role::Operator];
const WHO: Needs = Needs::AnyOf(ROLES);

/// Where insight begins.
pub(super) const FRONT: &str = "/indsigt";
const SENDERS: &str = "/indsigt/afsendere";
const SENDER: &str = "/indsigt/afsender/{key}";

/// Days shown when nothing else is asked for.
const DAYS: i64 = 28;

/// Puts up the doors of insight.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(FRONT, WHO, front::page)
        .post(FRONT, WHO, front::take_out)
        .get(SENDERS, WHO, senders::page)
        .post(SENDERS, WHO, senders::take_out)
        .get(SENDER, WHO, sender::page)
        .post(SENDER, WHO, sender::take_out)
}

/// Which days, and what a letter costs by hand, as they were typed; and as what it is taken out.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
    #[serde(default)]
    minutter: String,
    #[serde(default)]
    timeloen: String,
    #[serde(default)]
    svar: String,
}

/// What was asked, understood.
#[derive(Clone, Copy)]
struct Question {
    period: Period,
    price: Price,
}

impl Asked {
    /// What was asked; what was not understood is said in Danish and is as if it had been left blank.
    fn understood(&self, pages: &Pages) -> (Question, Vec<String>) {
        let otherwise = Period::last_days(pages.room.clock.now(), DAYS);
        let mut said = Vec::new();
        let period = Period::typed(&self.fra, &self.til, otherwise).and_then(not_too_long);
        let period = period.unwrap_or_else(|wrong| {
            said.push(wrong);
            otherwise
        });
        let price = Price::typed(&self.minutter, &self.timeloen, pages.price).unwrap_or_else(|wrong| {
            said.push(wrong);
            pages.price
        });
        (Question { period, price }, said)
    }
}

fn not_too_long(period: Period) -> Result<Period, String> {
    let latest = period.first.saturating_add(Span::new().days(LONGEST - 1));
    if period.last > latest {
        return Err(format!("Perioden er længere end {LONGEST} dage. Vælg en kortere."));
    }
    Ok(period)
}

/// What every page of insight shows beside its own.
struct Shown {
    /// Where this page's forms are sent.
    here: String,
    tabs: Vec<Tab>,
    fra: String,
    til: String,
    days: String,
    minutter: String,
    timeloen: String,
    /// The question as it stands in an address.
    query: String,
    /// What was not understood (Danish).
    said: Vec<String>,
}

struct Tab {
    path: String,
    name: &'static str,
    here: bool,
}

impl Shown {
    fn of(here: &str, question: &Question, said: Vec<String>) -> Self {
        let Question { period, price } = question;
        let (minutter, timeloen) = (price.minutes_typed(), price.wage_typed());
        // Days and numbers need no encoding.
        let query =
            format!("?fra={}&til={}&minutter={minutter}&timeloen={timeloen}", period.first, period.last);
        let tab = |(path, name): (&str, &'static str)| Tab {
            path: format!("{path}{query}"),
            name,
            here: path == here,
        };
        Self {
            here: here.to_owned(),
            tabs: [(FRONT, "Overblik"), (SENDERS, "Afsendere")].map(tab).into(),
            fra: period.first.to_string(),
            til: period.last.to_string(),
            days: format!("{} til {}", super::danish::day(period.first), super::danish::day(period.last)),
            minutter,
            timeloen,
            query,
            said,
        }
    }
}

fn frame(pages: &Pages, visitor: &Visitor, title: &str) -> Frame {
    let mut frame = Frame::of(pages, Some(visitor), title, None);
    frame.desks.iter_mut().for_each(|desk| desk.here = desk.path == FRONT);
    frame
}

/// The role in which somebody looks here.
fn role(visitor: &Visitor) -> Role {
    ROLES.iter().copied().find(|role| visitor.is(*role)).unwrap_or(Role::Operator)
}
