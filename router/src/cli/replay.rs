//! `modtag rules replay`: past mail run through another edition, and what would have become different.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use rules::Policy;

use super::{Failure, house, print_json};
use crate::config::Config;
use crate::editions::{Desk, EditionError};
use crate::replay::{self, Comparison, Shown, Sides};
use crate::setup;
use crate::store::cases::copenhagen;
use crate::store::edition::EditionRow;
use crate::store::past::Period;
use crate::table::Table;

#[derive(Args)]
pub(super) struct Replay {
    /// Udgaven, der prøves; ellers politikfilerne i konfigurationen, som de står nu.
    #[arg(long, value_name = "NUMMER")]
    edition: Option<i64>,
    /// Udgaven, der sammenlignes med; ellers den, der er i kraft.
    #[arg(long, value_name = "NUMMER", conflicts_with = "as_decided")]
    against: Option<i64>,
    /// Sammenlign med det, der faktisk blev besluttet dengang.
    #[arg(long)]
    as_decided: bool,
    /// Kun post modtaget fra og med denne dag (2026-09-01) eller dette tidspunkt (2026-09-01T08:00:00Z).
    #[arg(long, value_name = "DAG", value_parser = moment)]
    since: Option<Timestamp>,
    /// Kun post modtaget før denne dag eller dette tidspunkt.
    #[arg(long, value_name = "DAG", value_parser = moment)]
    until: Option<Timestamp>,
    /// Skriv også hver meddelelse, der bliver anderledes, i denne tabel (.csv eller .xlsx).
    #[arg(long, value_name = "FIL")]
    table: Option<PathBuf>,
    /// Svar som JSON med alle meddelelsers id'er.
    #[arg(long)]
    json: bool,
}

/// A Danish day from its first moment, or a time.
fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok()?.to_zoned(copenhagen()).ok().map(|day| day.timestamp());
    let time = || text.parse::<Timestamp>().ok();
    // A time begins with a date: whoever writes one means it.
    time()
        .or_else(day)
        .ok_or_else(|| "skriv en dag som 2026-09-01 eller et tidspunkt som 2026-09-01T08:00:00Z".into())
}

impl Replay {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        if let Some(file) = &self.table {
            Table::check(file)?;
        }
        let house = house(config).await?;
        let room = &house.room;
        let desk = Desk {
            store: &room.store,
            config: &house.config,
            clock: room.clock.as_ref(),
            entropy: &room.entropy,
        };
        let new = match self.edition {
            Some(number) => read(&desk, Some(number)).await?.1,
            None => setup::load_policy(&house.config, &setup::policy_files(&house.config)?)?,
        };
        let old = if self.as_decided { None } else { Some(read(&desk, self.against).await?) };
        let against = old.as_ref().map(|(row, _)| row.number);
        let sides = Sides { old: old.map(|(_, policy)| Arc::new(policy)), new: Arc::new(new) };

        let past = room.store.past(Period { since: self.since, until: self.until });
        let bar = progress(past.count().await?, self.json);
        let comparison = Comparison(sides.clone());
        let tally = replay::run(past, room.store.keys(), &comparison, &|seen| bar.inc(seen)).await?;
        bar.finish_and_clear();
        room.store.close().await;

        let policies: Vec<&Policy> = std::iter::once(&sides.new).chain(&sides.old).map(Arc::as_ref).collect();
        let shown = Shown::of(tally, self.edition, against, &policies);
        if let Some(file) = &self.table {
            replay::table(&shown).write(file)?;
        }
        if self.json {
            print_json(&shown)?;
        } else {
            print!("{}", shown.danish());
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The edition of a number, or the one in force.
async fn read(desk: &Desk<'_>, number: Option<i64>) -> Result<(EditionRow, Policy), EditionError> {
    let row = match number {
        Some(number) => desk.store.edition(number).await?.ok_or(EditionError::Unknown(number))?,
        None => desk.store.edition_in_force().await?.ok_or(EditionError::Unknown(0))?,
    };
    let policy = desk.read(&row).await?;
    Ok((row, policy))
}

fn progress(messages: u64, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} meddelelser  {per_sec}  tilbage {eta}",
    );
    ProgressBar::new(messages).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
