//! `modtag answer` and `modtag retry`: what a person does about a message that waits.

use std::process::ExitCode;

use clap::Args;
use rules::{HandOver, Journaling};

use super::{Failure, house, operator};
use crate::audit::{Actor, EventKind};
use crate::config::Config;
use crate::journey;
use crate::room::PostRoom;
use crate::store::effect::EffectKind;
use crate::store::message::{MessageRow, Stage};
use crate::story;

#[derive(Args)]
pub(super) struct Answer {
    /// Meddelelsens UUID, eller vores eget id.
    uuid: String,
    /// Enheden, der skal have meddelelsen.
    #[arg(long, value_name = "ENHED")]
    unit: String,
    /// Medarbejderen i enheden.
    #[arg(long, value_name = "MEDARBEJDER")]
    person: Option<String>,
    /// Journalisér på denne sag.
    #[arg(long, value_name = "SAGSNUMMER", conflicts_with = "not_journaled")]
    case: Option<String>,
    /// Journalisér ikke, med denne begrundelse (offentlighedslovens § 15).
    #[arg(long, value_name = "BEGRUNDELSE")]
    not_journaled: Option<String>,
    /// Hvorfor, uden personoplysninger.
    #[arg(long, value_name = "BEGRUNDELSE")]
    reason: Option<String>,
    /// Emnet (KLE), som brevet handler om. Det viser, om klassifikatoren havde ret, og kan blive til en lektie.
    #[arg(long, value_name = "KLE")]
    subject: Option<kle::Subject>,
}

impl Answer {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let house = house(config).await?;
        let room = &house.room;
        let Some(row) = story::find(room, &self.uuid).await? else {
            return Err(Failure::Said(format!("Der er ingen meddelelse med id {}.", self.uuid)));
        };
        let person = match operator() {
            Actor::Person { id, .. } => id,
            Actor::System { part } => part,
        };
        let journal = match (self.case, self.not_journaled) {
            (Some(case), _) => Journaling::OnCase(case),
            (None, Some(why)) => Journaling::NotJournaled(why),
            (None, None) => Journaling::LeftToHandler,
        };
        let answer = journey::Answer {
            person,
            hand_over: HandOver { unit: self.unit, person: self.person, journal },
            reason: self.reason,
            subject: self.subject,
            to: None,
        };
        journey::answer(room, &row.uuid()?, answer).await.map_err(|error| Failure::Said(error.danish()))?;
        journey::drain(room).await?;
        let row = room.store.message(&row.uuid()?).await?.unwrap_or(row);
        say(room, &row).await?;
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// How a message stands now, and whether others have heard of it.
async fn say(room: &PostRoom, row: &MessageRow) -> Result<(), Failure> {
    println!("{}: {}", row.stage()?.danish(), journey::outcome_danish(&row.outcome));
    for effect in room.store.effects(&row.id).await? {
        if effect.kind()? == EffectKind::Webhook {
            let fault = effect.last_fault.as_deref().map(|fault| format!(": {fault}")).unwrap_or_default();
            let state = if effect.state == "done" { "udført" } else { "ikke udført" };
            println!("webhook {}: {state}{fault}", journey::webhook_of(&effect.key));
        }
    }
    Ok(())
}

#[derive(Args)]
pub(super) struct Retry {
    /// Meddelelsens UUID, eller vores eget id.
    uuid: String,
}

impl Retry {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let house = house(config).await?;
        let room = &house.room;
        let Some(row) = story::find(room, &self.uuid).await? else {
            return Err(Failure::Said(format!("Der er ingen meddelelse med id {}.", self.uuid)));
        };
        let now = room.clock.now();
        let mut tx = room.store.begin().await?;
        let retried = tx.retry_failed(&row.id, now).await?;
        if retried == 0 {
            return Err(Failure::Said("Der er intet opgivet at prøve igen for den meddelelse.".into()));
        }
        if row.stage()? == Stage::Waiting && row.outcome == "effect-failed" {
            let decisions = room.store.decisions(&row.id).await?;
            let outcome =
                decisions.last().map_or("journaled", |decision| decision.outcome.as_str()).to_owned();
            tx.move_to(&[row.uuid()?], Stage::Decided, Some(&outcome), now).await?;
        }
        let event =
            room.event_by(EventKind::Answered, operator()).about(row.uuid()?).with("effects", retried);
        tx.tell(event.because("prøv igen"));
        tx.commit(now).await?;
        journey::drain(room).await?;
        let row = room.store.message(&row.uuid()?).await?.unwrap_or(row);
        say(room, &row).await?;
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
