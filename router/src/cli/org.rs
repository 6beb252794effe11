//! `modtag org`: the organisation as it stands, as its source has it now, and the step from one to the other.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::org_sync::{self, Taken};
use super::responsibility::Responsibility;
use super::{Failure, print_json};
use crate::clock::{Clock, SystemClock, danish_day};
use crate::config::Config;
use crate::organisation::{self, Change, Outcome, Plan, Present, Role, Snapshot, SyncError};

#[derive(Args)]
pub(super) struct OrgCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Vis organisationen, som den gælder nu: enheder, medarbejdere, ansvar og kontaktpunkter.
    Show {
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Hent organisationen fra kilden, og vis, hvad der er anderledes. Intet ændres.
    Diff {
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ansvarsrapporten: KLE-numre, som ingen ejer, som flere gør krav på, og som får post, men ingen regel har.
    Report(Responsibility),
    /// Hent organisationen, vis ændringerne, og skriv dem i politikfilerne: alt eller intet.
    Sync {
        /// Skriv også, selv om ændringerne ligner en fejl i kilden. Se dem først med modtag org diff.
        #[arg(long)]
        force: bool,
        /// Gør alt undtagen at skrive.
        #[arg(long)]
        dry_run: bool,
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
}

impl OrgCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        crate::web::logging::start(&config.log);
        let now = SystemClock.now();
        match self.action {
            Action::Show { json } => show(&config, danish_day(now), json),
            Action::Diff { json } => {
                let plan = asked(&config, now).await?;
                let answer = Answer::of(&plan, None);
                answer.print(json)?;
                Ok(ExitCode::SUCCESS)
            }
            Action::Report(report) => report.run(config).await,
            Action::Sync { force, dry_run, json } => {
                let plan = asked(&config, now).await?;
                let mut answer = Answer::of(&plan, Some(plan.outcome(force)));
                if dry_run {
                    answer.dry_run = true;
                } else {
                    let done = org_sync::carry_out(&config, plan, force).await?;
                    (answer.outcome, answer.edition) = (Some(done.outcome), done.edition);
                }
                answer.print(json)?;
                Ok(answer.exit_code())
            }
        }
    }
}

pub(super) fn said(error: SyncError) -> Failure {
    Failure::Said(error.danish())
}

/// Asks the source and holds the answer against what stands.
async fn asked(config: &Config, now: Timestamp) -> Result<Plan, Failure> {
    let reading = organisation::read(config, now).await.map_err(|error| said(error.into()))?;
    organisation::plan(config, reading, danish_day(now)).map_err(said)
}

/// What a sync found and did.
#[derive(Serialize)]
struct Answer {
    /// How it ended; nothing when nothing was to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    dry_run: bool,
    /// The edition that was made of it; nothing when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<Taken>,
    changes: Vec<Change>,
    #[serde(skip)]
    danish: String,
    remarks: Vec<String>,
    doubts: Vec<String>,
    findings: Vec<String>,
}

impl Answer {
    fn of(plan: &Plan, outcome: Option<Outcome>) -> Self {
        Self {
            outcome,
            dry_run: false,
            edition: None,
            changes: plan.diff.changes.clone(),
            danish: plan.diff.danish(),
            remarks: plan.remarks.clone(),
            doubts: plan.doubts.clone(),
            findings: plan.findings.clone(),
        }
    }

    fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            return print_json(self);
        }
        print!("{}", self.danish);
        section("Bemærkninger", &self.remarks);
        section("Politikken kan ikke bruges med de nye filer", &self.findings);
        section("Ændringerne ligner en fejl i kilden", &self.doubts);
        println!("{}", self.last_line());
        if let (Some(Outcome::Written), false) = (self.outcome, self.dry_run) {
            let taken = self.edition.as_ref().map(Taken::danish);
            println!("{}", taken.unwrap_or("De gælder fra første start af modtag serve."));
        }
        Ok(())
    }

    fn last_line(&self) -> &'static str {
        match (self.outcome, self.dry_run) {
            (None, _) => "\nIntet er ændret. Skriv ændringerne med modtag org sync.",
            (Some(Outcome::Unchanged), _) => "\nFilerne er ajour.",
            (Some(Outcome::Faulty), _) => {
                "\nIntet er ændret. Ret det, der er nævnt, i kilden eller i jeres egne politikfiler, og prøv igen."
            }
            (Some(Outcome::Doubted), _) => {
                "\nIntet er ændret. Er ændringerne rigtige, så skriv dem med modtag org sync --force."
            }
            (Some(Outcome::Written), true) => "\nPrøve: intet er skrevet. Ændringerne kan skrives.",
            (Some(Outcome::Written), false) => {
                "\nFilerne er skrevet; de forrige ligger ved siden af med endelsen .forrige."
            }
        }
    }

    fn exit_code(&self) -> ExitCode {
        match self.outcome {
            Some(Outcome::Faulty | Outcome::Doubted) => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        }
    }
}

fn section(title: &str, lines: &[String]) {
    if !lines.is_empty() {
        println!("\n{title}:");
        for line in lines {
            println!("  {line}.");
        }
    }
}

fn show(config: &Config, day: Date, json: bool) -> Result<ExitCode, Failure> {
    organisation::recover_for(config)
        .map_err(|error| Failure::Said(format!("Organisationens mappe kan ikke skrives: {error}.")))?;
    let present = Present::read(config).map_err(said)?;
    let snapshot = present.snapshot();
    if json {
        print_json(snapshot)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut below: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (id, unit) in &snapshot.units {
        below.entry(unit.parent.as_deref()).or_default().push(id);
    }
    tree(snapshot, &below, None, 0, day);
    let open = snapshot.units.values().filter(|unit| unit.is_open(day)).count();
    let here: Vec<_> = snapshot.people.values().filter(|person| !person.has_left(day)).collect();
    let away = here.iter().filter(|person| person.is_absent(day)).count();
    println!(
        "Kilde: {}. {open} enheder, {} medarbejdere ({away} fraværende), {} ansvar, {} kontaktpunkter.",
        snapshot.source,
        here.len(),
        snapshot.duties.iter().filter(|duty| duty.role != Role::Insight).count(),
        snapshot.contact_points.len(),
    );
    Ok(ExitCode::SUCCESS)
}

/// The units below one, each with what it answers for.
fn tree(
    snapshot: &Snapshot,
    below: &BTreeMap<Option<&str>, Vec<&str>>,
    above: Option<&str>,
    depth: usize,
    day: Date,
) {
    for &id in below.get(&above).into_iter().flatten() {
        let Some(unit) = snapshot.units.get(id) else { continue };
        let duties: Vec<String> = snapshot
            .duties
            .iter()
            .filter(|duty| duty.unit == id && duty.role != Role::Insight)
            .map(|duty| {
                duty.facets
                    .map_or_else(|| duty.subject.to_string(), |facets| format!("{} {facets}", duty.subject))
            })
            .collect();
        let closed = if unit.is_open(day) { "" } else { " (nedlagt)" };
        let marks = if duties.is_empty() { String::new() } else { format!("  {}", duties.join(", ")) };
        println!("{}{} [{id}]{closed}{marks}", "  ".repeat(depth), unit.name);
        tree(snapshot, below, Some(id), depth + 1, day);
    }
}
