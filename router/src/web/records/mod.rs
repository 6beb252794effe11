//! `/journal`: the records manager's desk. One file per page; what can be taken out can be had as CSV and Excel.
//!
//! Numbers of people are typed in forms, never in addresses, and are not shown again. Every search and everything taken out
//! has a purpose, and the audit log is told.

mod front;
mod ledger;
mod message;
mod sample;
mod search;
mod seen;
mod sheet;
mod trail;
mod unjournaled;

use super::Pages;
use super::door::{Doors, Needs};
use super::page::Frame;
use super::role::Role;
use super::session::Visitor;
use crate::oversight::Purpose;

const WHO: Needs = Needs::AnyOf(&[Role::RecordsManager]);

/// Puts up the desk's doors.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(FRONT, WHO, front::page)
        .post(FRONT, WHO, front::take_out)
        .get(SEARCH, WHO, search::page)
        .post(SEARCH, WHO, search::search)
        .get(UNJOURNALED, WHO, unjournaled::page)
        .post(UNJOURNALED, WHO, unjournaled::take_out)
        .get(LEDGER, WHO, ledger::page)
        .post(LEDGER, WHO, ledger::take_out)
        .get(SEEN, WHO, seen::page)
        .post(SEEN, WHO, seen::ask)
        .get(SAMPLE, WHO, sample::page)
        .post(SAMPLE, WHO, sample::draw_one)
        .get(TRAIL, WHO, trail::page)
        .post(TRAIL, WHO, trail::verify)
        .get("/journal/besked/{id}", WHO, message::page)
}

const FRONT: &str = "/journal";
const SEARCH: &str = "/journal/soeg";
const UNJOURNALED: &str = "/journal/ujournaliseret";
const LEDGER: &str = "/journal/ledger";
const SEEN: &str = "/journal/set";
const SAMPLE: &str = "/journal/stikproeve";
const TRAIL: &str = "/journal/revision";

/// The pages of the desk, in the order of its navigation.
const TABS: [(&str, &str); 7] = [
    (FRONT, "Overblik"),
    (SEARCH, "Søg"),
    (UNJOURNALED, "Ujournaliseret"),
    (LEDGER, "Journalposter"),
    (SEEN, "Hvem så hvad"),
    (SAMPLE, "Stikprøve"),
    (TRAIL, "Revisionsspor"),
];

/// What every page of the desk shows beside its own.
struct DeskView {
    /// Where this page's forms are sent.
    here: &'static str,
    tabs: Vec<Tab>,
    purposes: Vec<Choice>,
    /// What was not understood (Danish).
    said: Vec<String>,
    /// What the form that takes the table out brings along: name and value.
    kept: Vec<(&'static str, String)>,
}

struct Tab {
    path: &'static str,
    name: &'static str,
    here: bool,
}

/// Something to choose in a form.
struct Choice {
    word: String,
    name: String,
    chosen: bool,
}

impl DeskView {
    fn of(here: &'static str, purpose: Option<Purpose>) -> Self {
        let tab = |(path, name): &(&'static str, &'static str)| Tab { path, name, here: *path == here };
        let choice = |one: &Purpose| Choice {
            word: one.as_str().into(),
            name: one.danish().into(),
            chosen: purpose == Some(*one),
        };
        Self {
            here,
            tabs: TABS.iter().map(tab).collect(),
            purposes: Purpose::ALL.iter().map(choice).collect(),
            said: Vec::new(),
            kept: Vec::new(),
        }
    }
}

fn frame(pages: &Pages, visitor: &Visitor, title: &str) -> Frame {
    Frame::of(pages, Some(visitor), title, Some(Role::RecordsManager))
}

/// What is said when no purpose was picked.
const NO_PURPOSE: &str = "Vælg et formål. Det skrives i revisionssporet sammen med søgningen.";
