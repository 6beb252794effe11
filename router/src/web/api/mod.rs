//! `/api/v1`: what the pages do, for other programs. One file per resource; its JSON is private to it.
//!
//! A program is let in by a [token](crate::tokens) with the scope that its route names, and by nothing else: a cookie opens
//! nothing here, so no browser can be made to send what its user did not mean. Each [`Route`](route::Route) brings its
//! description along; the OpenAPI document is made of them and cannot tell of others than there are.
//!
//! **Deliberately absent:** anything personal in an address. What is searched for by somebody's number is sent in a body.

mod caller;
mod describe;
mod finding;
mod once;
mod pace;
mod problem;
mod route;
mod take;
mod wire;

mod aside;
mod audit;
mod journal;
mod messages;
mod mine;
mod pull_back;
mod queue;
mod receivers;
mod rule_draft;
mod rule_trial;
mod rules;
mod split;
mod status;
mod views;

pub(crate) use describe::description;

pub(super) use caller::let_in;
pub(super) use pace::Pace;
pub(super) use problem::{method_not_allowed, no_such_address};

use super::door::Doors;
use route::Route;

/// Every path of the interface begins so.
pub(super) const ROOT: &str = "/api/";

/// Every route, in the order of the description.
fn routes() -> Vec<Route> {
    let resources = [
        queue::routes(),
        split::routes(),
        aside::routes(),
        receivers::routes(),
        mine::routes(),
        messages::routes(),
        journal::routes(),
        views::routes(),
        pull_back::routes(),
        audit::routes(),
        rules::routes(),
        rule_draft::routes(),
        rule_trial::routes(),
        status::routes(),
        vec![describe::route()],
    ];
    resources.into_iter().flatten().collect()
}

/// Puts up the doors of the interface.
pub(super) fn doors(doors: Doors) -> Doors {
    routes().into_iter().fold(doors, |doors, route| doors.api(route.door, route.handler))
}
