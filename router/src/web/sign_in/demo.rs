//! The demo's way in: invented people without a password. There is no such door outside the demo.

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::{let_in, units_of};
use crate::web::Pages;
use crate::web::page::{Trouble, shown_name, trouble};
use crate::web::role::Role;

/// Somebody to be in the demo.
pub(super) struct DemoPerson {
    pub(super) id: &'static str,
    pub(super) role: &'static str,
    pub(super) name: String,
    pub(super) does: &'static str,
}

/// User id, role and what they do. The people stand in the demo's policy files.
const PEOPLE: [(&str, Role, &str); 4] = [
    (
        "pfor1",
        Role::PostDistributor,
        "Tømmer hovedpostkassen: breve, som ingen mærker eller regler kunne fordele.",
    ),
    ("mkje", Role::CaseHandler, "Får Pladsanvisningens breve, når de er fordelt og journaliseret."),
    ("beli", Role::RecordsManager, "Følger hvert brevs vej, journalen og hvem der har set hvad."),
    ("drift", Role::Operator, "Ser tal og tilstand, aldrig breve."),
];

pub(super) fn people(pages: &Pages) -> Vec<DemoPerson> {
    let person = |(id, role, does): (&'static str, Role, &'static str)| DemoPerson {
        id,
        role: role.danish(),
        name: shown_name(pages, id),
        does,
    };
    PEOPLE.into_iter().map(person).collect()
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    person: String,
    #[serde(default)]
    til: String,
}

pub(super) async fn sign_in(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Response {
    let Some((id, role, _)) = PEOPLE.into_iter().find(|(id, _, _)| *id == chosen.person) else {
        return trouble(&pages, None, &Trouble::NotFound);
    };
    let units = units_of(&pages.room, id);
    let_in(&pages, &headers, id, &[role].into(), &units, &chosen.til).await
}
