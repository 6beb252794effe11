//! `modtag kle import`: files read, held beside the plan in force, doubted, and taken.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use kle::{Counts, Diff, What};
use serde::Serialize;

use super::super::{Failure, operator, print_json};
use super::remarks::Remarks;
use super::{counts_danish, format_danish, read_files};
use crate::clock::danish_day;
use crate::setup::House;
use crate::store::StoreError;
use crate::subject_plan::offer::{Offer, Origin, made_of};
use crate::subject_plan::{Held, SubjectPlan, named};

#[derive(Args)]
pub(super) struct Import {
    /// Filerne; den første, der nævner et nummer, afgør, og de næste fylder ud. Giv alle planens filer på én gang.
    #[arg(required = true, value_name = "FIL")]
    files: Vec<PathBuf>,
    /// Udgavens dato, når filerne ikke selv oplyser den, som 2026-02-01.
    #[arg(long, value_name = "DATO")]
    edition: Option<Date>,
    /// Indlæs også, selv om filerne ligner en fejl. Se ændringerne først med modtag kle diff.
    #[arg(long)]
    force: bool,
    /// Hvorfor, uden personoplysninger.
    #[arg(long, value_name = "BEGRUNDELSE", default_value = "indlæst fra filer")]
    reason: String,
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// How an import ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Imported,
    Unchanged,
    Doubted,
}

/// What was found and done.
#[derive(Serialize)]
struct Answer {
    outcome: Outcome,
    number: Option<i64>,
    edition: String,
    label: Option<String>,
    dated: Date,
    files: Vec<Origin>,
    remarks: Remarks,
    in_force: Counts,
    all: Counts,
    against: Option<i64>,
    changes: BTreeMap<&'static str, usize>,
    doubts: Vec<String>,
    #[serde(skip)]
    against_danish: Option<String>,
}

impl Import {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        let files = read_files(&self.files)?;
        let made = made_of(&files, self.edition)
            .map_err(|error| Failure::Said(format!("{error}. Intet er ændret.")))?;
        let remarks = Remarks::of(&files, &made.reports);
        // A damaged edition is what an import mends; what it knew of the past cannot be kept.
        let Held { seen, plan: present } = house.room.held_plan();
        let now = house.room.clock.now();
        let offer = made.beside(present.as_deref(), danish_day(now)).after(seen);
        let mut answer = Answer::of(&offer, present.as_deref(), remarks);
        if answer.outcome == Outcome::Doubted && self.force {
            answer.outcome = Outcome::Imported;
        }
        if answer.outcome == Outcome::Imported {
            let taken = offer.take(&house.room.store, &operator(), &self.reason, now).await;
            answer.number = Some(taken.map_err(told)?);
            house.sign().await?;
        }
        if self.json {
            print_json(&answer)?
        } else {
            print!("{}", answer.danish())
        }
        house.room.store.close().await;
        Ok(if answer.outcome == Outcome::Doubted { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn told(error: StoreError) -> Failure {
    match error {
        StoreError::Changed => Failure::Said(
            "En anden har indlæst en emneplan imens. Intet er ændret; se den med modtag kle list, og prøv igen.".into(),
        ),
        other => other.into(),
    }
}

impl Answer {
    fn of(offer: &Offer, present: Option<&SubjectPlan>, remarks: Remarks) -> Self {
        let outcome = match (offer.is_known, offer.doubts.is_empty()) {
            (true, _) => Outcome::Unchanged,
            (false, true) => Outcome::Imported,
            (false, false) => Outcome::Doubted,
        };
        Self {
            outcome,
            number: present.filter(|_| offer.is_known).map(|present| present.number),
            edition: offer.edition.clone(),
            label: offer.label().map(str::to_owned),
            dated: offer.dated,
            files: offer.origins().to_vec(),
            remarks,
            in_force: offer.counts(),
            all: offer.register.counts(),
            against: present.map(|present| present.number),
            changes: changes(&offer.diff),
            doubts: offer.doubts.clone(),
            against_danish: present.map(SubjectPlan::danish),
        }
    }

    fn danish(&self) -> String {
        let mut lines = Vec::new();
        for file in &self.files {
            let source = &file.source;
            let found = [
                (source.subjects, "numre"),
                (source.facets, "handlingsfacetter"),
                (source.keywords, "stikord"),
                (source.replacements, "afløsere"),
            ];
            let found: Vec<String> = found
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{count} {what}"))
                .collect();
            lines.push(format!("{}: {}: {}.", file.name, format_danish(source.format), found.join(", ")));
        }
        lines.extend(self.remarks.danish());
        let label = self.label.as_deref().unwrap_or("Emneplanen");
        lines.push(format!("{label}, gælder fra {}: {}.", self.dated, counts_danish(&self.in_force)));
        if let Some(against) = &self.against_danish {
            let changes: Vec<String> =
                self.changes.iter().map(|(what, count)| format!("{what}: {count}")).collect();
            let changes = if changes.is_empty() { "ingen ændringer".to_owned() } else { changes.join(", ") };
            lines.push(format!("Over for {against}: {changes}."));
        }
        if !self.doubts.is_empty() {
            lines.push("Filerne ligner en fejl:".into());
            lines.extend(self.doubts.iter().map(|doubt| format!("  {doubt}.")));
        }
        lines.push(self.last_line());
        lines.join("\n") + "\n"
    }

    fn last_line(&self) -> String {
        match (self.outcome, self.number) {
            (Outcome::Imported, Some(number)) => {
                let look = self
                    .against
                    .map(|old| format!(" Se, hvad det rører ved: modtag kle diff {old} {number}"));
                format!("{} er i kraft.{}", capital(&named(number, None)), look.unwrap_or_default())
            }
            (Outcome::Unchanged, Some(number)) => {
                format!("Intet er ændret: {} siger det samme i forvejen.", named(number, None))
            }
            _ => "Intet er ændret. Er filerne rigtige, så indlæs dem med --force.".to_owned(),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// How many changes of each kind, by the Danish word for it.
pub(super) fn changes(diff: &Diff) -> BTreeMap<&'static str, usize> {
    let mut counted = BTreeMap::new();
    let words = diff.subjects.iter().map(|change| word(&change.what));
    for word in words.chain(diff.facets.iter().map(|change| word(&change.what))) {
        *counted.entry(word).or_default() += 1;
    }
    counted
}

pub(super) fn word<K>(what: &What<K>) -> &'static str {
    match what {
        What::Added => "nye",
        What::Returned => "genoptagne",
        What::Moved { .. } => "afløste",
        What::Expired { .. } => "udgåede",
        What::Removed => "fjernede",
        What::Renamed { .. } => "med ny titel",
        What::Retention { .. } => "med ny bevaringskode",
        What::Erasure { .. } => "med ny slettefrist",
        What::Rekeyed { .. } => "med ny UUID",
        What::Ending { .. } => "med varslet udløb",
    }
}
