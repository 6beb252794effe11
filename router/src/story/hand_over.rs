//! The part of the story that tells who got the letter: in whose place, whether it was opened, and how it went on.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::danish_time;
use crate::journey::Redirect;
use crate::store::hand_over::HandOverRow;

/// One hand-over of the message.
#[derive(Serialize, ToSchema)]
pub struct HandOverView {
    /// The unit, by id.
    pub unit: String,
    /// The person in it, or who stands in for that person, by id.
    pub person: Option<String>,
    /// Since when.
    pub handed_at: Timestamp,
    /// Whom or what the decision named, by id, when somebody else got it.
    pub meant_for: Option<String>,
    /// Why somebody else got it: `absent-deputy`, `left-deputy`, `absent-unit`, `left-unit`, `unit-closed`,
    /// `role-present`.
    pub redirect: Option<String>,
    /// When the message's own words were first seen.
    pub opened_at: Option<Timestamp>,
    /// When it goes on, if nobody has opened it by then.
    pub escalate_at: Option<Timestamp>,
    /// Until when; null while it lasts.
    pub ended_at: Option<Timestamp>,
    /// Why it ended: `replaced` by another decision, `escalated` unopened, `forwarded` by a case handler, `returned` to the
    /// post distributors, or `pulled-back` by them.
    pub ended_why: Option<String>,
    /// When somebody was done with it.
    pub done_at: Option<Timestamp>,
}

impl HandOverView {
    pub(super) fn of(row: HandOverRow) -> Self {
        Self {
            handed_at: row.handed_at(),
            opened_at: row.opened_at(),
            escalate_at: row.escalate_at(),
            ended_at: row.ended_at(),
            done_at: row.done_at(),
            unit: row.unit,
            person: row.person,
            meant_for: row.meant_for,
            redirect: row.redirect,
            ended_why: row.ended_why,
        }
    }

    fn write_danish(&self, out: &mut String) -> std::fmt::Result {
        let person = self.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
        writeln!(out, "  {}  {}{person}", danish_time(self.handed_at), self.unit)?;
        let redirect = self.redirect.as_deref().and_then(Redirect::parse);
        if let (Some(redirect), Some(meant_for)) = (redirect, &self.meant_for) {
            writeln!(out, "                       {}", redirect.danish(meant_for))?;
        }
        let opened = match (self.opened_at, self.escalate_at, self.ended_at) {
            (Some(at), _, _) => format!("åbnet {}", danish_time(at)),
            (None, Some(at), None) => format!("ikke åbnet; går videre efter {}", danish_time(at)),
            (None, _, _) => "ikke åbnet".to_owned(),
        };
        writeln!(out, "                       {opened}")?;
        if let Some(at) = self.done_at {
            writeln!(out, "                       færdigbehandlet {}", danish_time(at))?;
        }
        match self.ended_at {
            Some(at) => {
                let how = ended_danish(self.ended_why.as_deref().unwrap_or_default());
                writeln!(out, "                       {how} {}", danish_time(at))
            }
            None => Ok(()),
        }
    }
}

/// How a hand-over ended, in a word or two.
pub fn ended_danish(why: &str) -> &'static str {
    match why {
        "escalated" => "sendt videre uåbnet",
        "forwarded" => "sendt videre",
        "returned" => "sendt retur",
        "pulled-back" => "trukket tilbage",
        _ => "afløst",
    }
}

/// Tells who got the message, one after the other.
pub(super) fn write_danish(hand_overs: &[HandOverView], out: &mut String) -> std::fmt::Result {
    if !hand_overs.is_empty() {
        writeln!(out, "\nOverdragelse")?;
    }
    hand_overs.iter().try_for_each(|hand_over| hand_over.write_danish(out))
}
