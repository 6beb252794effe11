//! `modtag org report`: which KLE numbers nobody owns, which several units claim, and which get mail but have no rule.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::past_mail::PastMail;
use super::{Failure, house, print_json};
use crate::clock::danish_day;
use crate::config::Config;
use crate::organisation::last_snapshot;
use crate::replay::Surveyor;
use crate::responsibility::{self, Sources};
use crate::table::Table;

#[derive(Args)]
pub(super) struct Responsibility {
    #[command(flatten)]
    mail: PastMail,
    /// Skriv også alle numre i denne tabel (.csv, .xlsx eller .pdf).
    #[arg(long, value_name = "FIL")]
    table: Option<PathBuf>,
    /// Svar som JSON med alle numre.
    #[arg(long)]
    json: bool,
}

impl Responsibility {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        if let Some(file) = &self.table {
            Table::check(file)?;
        }
        let house = house(config).await?;
        let room = &house.room;
        let organisation = &house.config.organisation;
        // Marks come from a source alone; without one the policy's own map is all there is.
        let snapshot = last_snapshot(&house.config).map_err(|error| Failure::Said(error.danish()))?;
        let (policy, plan) = (room.policy(), room.subject_plan());
        let survey = self.mail.count(&room.store, &Surveyor(policy.clone()), self.json).await?;
        let report = responsibility::report(&Sources {
            policy: &policy,
            plan: plan.as_deref(),
            snapshot: snapshot.as_ref(),
            priority: &organisation.priority,
            survey: &survey,
            day: danish_day(room.clock.now()),
        });
        room.store.close().await;
        if let Some(file) = &self.table {
            report.table().write(file)?;
        }
        if self.json {
            print_json(&report)?;
        } else {
            print!("{}", report.danish());
        }
        Ok(ExitCode::SUCCESS)
    }
}
