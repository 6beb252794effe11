//! `/organisation`: units and who answers for what, each unit's settings, and the responsibility report. One file per page.
//!
//! **Deliberately absent:** changing anything here. The organisation stands in the policy files: it is written in a draft of
//! them, as rules are, or in the source that it is fetched from.

mod report;
mod tree;
mod unit;

use super::door::{Doors, Needs};
use super::page::Frame;
use super::rule_pages::READERS;
use super::session::Visitor;
use super::{Pages, rule_pages};

const WHO: Needs = Needs::AnyOf(READERS);

const FRONT: &str = "/organisation";
const REPORT: &str = "/organisation/ansvar";

/// Puts up the doors of the organisation.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(FRONT, WHO, tree::page)
        .get("/organisation/enhed/{id}", WHO, unit::page)
        .get(REPORT, WHO, report::page)
        .post(REPORT, WHO, report::make)
        .post("/organisation/ansvar/tabel", WHO, report::take_out)
}

/// A page of the navigation.
struct Tab {
    path: &'static str,
    name: &'static str,
    here: bool,
}

/// What every page of the organisation shows beside its own.
struct OrgView {
    tabs: Vec<Tab>,
    may_write: bool,
    /// Where the organisation is fetched from (Danish); empty when it is written by hand.
    source: String,
}

impl OrgView {
    fn of(pages: &Pages, visitor: &Visitor, here: &str) -> Self {
        let tab = |(path, name)| Tab { path, name, here: path == here };
        let source = pages.room.organisation().map(|snapshot| snapshot.source.clone());
        Self {
            tabs: [(FRONT, "Enheder"), (REPORT, "Ansvarsrapport")].into_iter().map(tab).collect(),
            may_write: rule_pages::may_write(visitor),
            source: source.unwrap_or_default(),
        }
    }
}

fn frame(pages: &Pages, visitor: &Visitor, title: &str) -> Frame {
    Frame::beside(pages, visitor, title, FRONT)
}
