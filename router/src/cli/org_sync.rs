//! `modtag org sync`: writes the organisation, tells the audit log, and puts it in force where nobody else must.

use serde::Serialize;

use super::{Failure, operator};
use crate::audit::{Actor, Event, EventKind};
use crate::clock::{Clock, Entropy, SystemClock};
use crate::config::Config;
use crate::editions::{Desk, Renewed};
use crate::organisation::{Counts, Outcome, Plan};
use crate::setup;
use crate::store::{Store, StoreError};

/// What a sync did.
pub(super) struct Done {
    /// How it ended.
    pub(super) outcome: Outcome,
    /// What became of the rules in force; nothing when no file was written, or there is no database yet.
    pub(super) edition: Option<Taken>,
}

/// What became of the edition in force.
#[derive(Serialize)]
pub(super) struct Taken {
    /// Number of the edition with the new organisation, when one was made.
    number: Option<i64>,
    /// Is it in force?
    in_force: bool,
    #[serde(skip)]
    danish: String,
}

impl Taken {
    pub(super) fn danish(&self) -> &str {
        &self.danish
    }

    fn of(renewed: Renewed) -> Self {
        let (number, in_force, danish) = match renewed {
            Renewed::InForce(number) => (Some(number), true, format!("De gælder nu (udgave {number}).")),
            Renewed::Waits(number) => (
                Some(number),
                false,
                format!("De gælder, når en anden sætter dem i kraft: modtag rules activate {number}"),
            ),
            Renewed::NotBegun => (None, false, "De gælder fra første start af modtag serve.".to_owned()),
            Renewed::OtherFiles => (
                None,
                false,
                "Udgaven i kraft er lavet af andre filer. Genstart modtag serve, så de nye gælder."
                    .to_owned(),
            ),
            Renewed::Faulty(fault) => {
                let text = "De passer ikke til de regler, der er i kraft, og gælder ikke endnu";
                (None, false, format!("{text}: {fault}"))
            }
        };
        Self { number, in_force, danish }
    }
}

/// Carries out a plan. Where there is a database, a sync that it cannot be told of does nothing.
pub(super) async fn carry_out(config: &Config, plan: Plan, force: bool) -> Result<Done, Failure> {
    let clock = SystemClock;
    let Some(store) = setup::existing_store(config, clock.now()).await? else {
        let outcome = plan.carry_out(force).map_err(super::org::said)?;
        return Ok(Done { outcome, edition: None });
    };
    let by = operator();
    let desk = Desk { store: &store, config, clock: &clock, entropy: &Entropy::system() };
    let (counts, changes, doubts) = (plan.diff.now, plan.diff.changes.len(), plan.doubts.len());
    let files = plan.files();
    let outcome = plan.carry_out(force).map_err(super::org::said)?;
    let event = event(&desk, &by, counts)
        .with("source", config.organisation.source.as_str())
        .with("outcome", outcome.as_str())
        .with("changes", changes)
        .with("doubts", doubts)
        .with("forced", force);
    tell(&store, event).await?;
    let edition = match outcome {
        Outcome::Written => Some(Taken::of(desk.renew(&files, &by, "organisationen er hentet").await?)),
        _ => None,
    };
    store.close().await;
    Ok(Done { outcome, edition })
}

fn event(desk: &Desk<'_>, by: &Actor, counts: Counts) -> Event {
    Event::new(desk.clock.now(), desk.store.authority(), EventKind::OrganisationSynced, by.clone())
        .with("units", counts.units)
        .with("people", counts.people)
        .with("duties", counts.duties)
        .with("contact_points", counts.contact_points)
}

async fn tell(store: &Store, event: Event) -> Result<(), StoreError> {
    let now = event.at;
    let mut tx = store.begin().await?;
    tx.tell(event);
    tx.commit(now).await
}
