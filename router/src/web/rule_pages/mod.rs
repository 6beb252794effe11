//! `/regler`: the rules in force, earlier editions, a draft of the next, trying it, and putting it in force. One file per page.
//!
//! **Deliberately absent:** what makes an edition, a draft or a replay: [`crate::editions`], [`crate::drafting`] and
//! [`crate::replay`] do, for the command line as for these pages.

mod draft;
mod edition;
mod front;
mod history;
mod looked;
mod one_rule;
mod picture;
mod replay;
mod trial;

use axum::response::{IntoResponse, Redirect, Response};

use super::Pages;
use super::door::{Doors, Needs};
use super::page::{Desk as Shown, Frame, Trouble, shown_name};
use super::role::Role;
use super::session::Visitor;
use crate::audit::Actor;
use crate::drafting::{DraftError, Drafter, short};
use crate::editions::{Desk, EditionError};
use crate::rule_trial::NotTried;

pub(super) use looked::Kept;

/// Whoever may read rules and organisation.
pub(super) const READERS: &[Role] = &[Role::PostDistributor, Role::RecordsManager, Role::Operator];
/// Whoever may write rules and put them in force.
const WRITERS: &[Role] = &[Role::PostDistributor, Role::Operator];

const READ: Needs = Needs::AnyOf(READERS);
const WRITE: Needs = Needs::AnyOf(WRITERS);

const FRONT: &str = "/regler";
const HISTORY: &str = "/regler/historik";
const DRAFT: &str = "/regler/kladde";
const TRY: &str = "/regler/proev";
const ORGANISATION: &str = "/organisation";

/// Puts up the doors of the rules.
pub(super) fn doors(doors: Doors) -> Doors {
    doors
        .get(FRONT, READ, front::page)
        .get(HISTORY, READ, history::page)
        .get("/regler/udgave/{id}", READ, edition::page)
        .get("/regler/udgave/{id}/fil/{content}", READ, edition::file)
        .post("/regler/udgave/{id}/i-kraft", WRITE, edition::activate)
        .get(DRAFT, WRITE, draft::page)
        .post("/regler/kladde/begynd", WRITE, draft::begin)
        .post("/regler/kladde/tekst", WRITE, draft::save_text)
        .post("/regler/kladde/regel", WRITE, one_rule::save)
        .post("/regler/kladde/ajour", WRITE, draft::bring_up_to_date)
        .post("/regler/kladde/smid-ud", WRITE, draft::discard)
        .post("/regler/kladde/foreslaa", WRITE, draft::propose)
        .get(TRY, READ, trial::page)
        .post(TRY, READ, trial::run)
        .post("/regler/proev/post", READ, replay::run)
}

/// The desks beside the roles' own that somebody may go to.
pub(super) fn desks(visitor: &Visitor) -> Vec<Shown> {
    if !READERS.iter().any(|role| visitor.is(*role)) {
        return Vec::new();
    }
    let shown = |path, name| Shown { path, name, here: false };
    vec![shown(FRONT, "Regler"), shown(ORGANISATION, "Organisation")]
}

/// A page of the navigation.
struct Tab {
    path: &'static str,
    name: &'static str,
    here: bool,
}

/// What every page of the rules shows beside its own.
struct RulesView {
    tabs: Vec<Tab>,
    may_write: bool,
    four_eyes: bool,
    /// What was not understood or could not be done (Danish).
    said: Vec<String>,
}

impl RulesView {
    fn of(pages: &Pages, visitor: &Visitor, here: &str) -> Self {
        let may_write = may_write(visitor);
        let all = [(FRONT, "I kraft"), (HISTORY, "Historik"), (DRAFT, "Kladde"), (TRY, "Prøv")];
        let shown = all.into_iter().filter(|(path, _)| may_write || *path != DRAFT);
        Self {
            tabs: shown.map(|(path, name)| Tab { path, name, here: path == here }).collect(),
            may_write,
            four_eyes: pages.config.policy.four_eyes,
            said: Vec::new(),
        }
    }
}

fn frame(pages: &Pages, visitor: &Visitor, title: &str) -> Frame {
    Frame::beside(pages, visitor, title, FRONT)
}

/// May somebody write rules?
pub(super) fn may_write(visitor: &Visitor) -> bool {
    WRITERS.iter().any(|role| visitor.is(*role))
}

/// Who does something here, in the role that lets them.
pub(super) fn by(visitor: &Visitor) -> Actor {
    let role = READERS.iter().find(|role| visitor.is(**role) && WRITERS.contains(role));
    let role = role.or_else(|| READERS.iter().find(|role| visitor.is(**role)));
    Actor::person(&visitor.person, role.map_or("", |role| role.as_str()))
}

/// Where editions are made.
pub(super) fn desk(pages: &Pages) -> Desk<'_> {
    let room = &pages.room;
    Desk { store: &room.store, config: &pages.config, clock: room.clock.as_ref(), entropy: &room.entropy }
}

fn drafter<'p>(pages: &'p Pages, visitor: &Visitor) -> Drafter<'p> {
    Drafter { desk: desk(pages), by: by(visitor) }
}

/// Who made or did something, as people call them; parts of the program have no name.
fn called(pages: &Pages, who: &str) -> String {
    if who == "setup" { "programmet ved start".into() } else { shown_name(pages, who) }
}

impl From<EditionError> for Trouble {
    fn from(error: EditionError) -> Self {
        match error {
            EditionError::Unknown(_) => Self::NotFound,
            EditionError::Store(error) => Self::Store(error),
            other => Self::Said(other.to_string()),
        }
    }
}

impl From<DraftError> for Trouble {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Store(error) => Self::Store(error),
            DraftError::Edition(error) => error.into(),
            DraftError::NoSuchFile => Self::NotFound,
            other => Self::Said(other.to_string()),
        }
    }
}

impl From<NotTried> for Trouble {
    fn from(why: NotTried) -> Self {
        match why {
            NotTried::Store(error) => Self::Store(error),
            NotTried::Draft(error) => error.into(),
            NotTried::NoSuchEdition => Self::NotFound,
            other => Self::Said(other.to_string()),
        }
    }
}

/// To a page of the rules, after something was done.
fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
