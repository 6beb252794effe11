//! `modtag kle`: the subject plan imported, shown, compared, and other lists translated to it.

mod compare;
mod crosswalk;
mod import;
mod near;
mod remarks;
mod show;
mod shown;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use kle::{Counts, Format};
use serde::Serialize;

use super::{Failure, house, print_json};
use crate::config::Config;
use crate::setup::House;
use crate::store::subject_plan::PlanRow;
use crate::subject_plan::offer::PlanFile;
use crate::subject_plan::{Held, PlanError, SubjectPlan};

#[derive(Args)]
pub(super) struct KleCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Indlæs emneplanen: KLE-Onlines XML eller JSON, OS2KLE's tekst, eller tabeller. Vis ændringerne, og sæt den i kraft.
    Import(import::Import),
    /// Vis, hvad emneplanen og politikken siger om et nummer.
    Show(show::Show),
    /// Vis emneplanens udgaver.
    List {
        /// Svar som JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sammenlign to udgaver eller filer, og vis, hvilke regler, ansvar, kontaktpunkter og åbne sager ændringerne rører ved.
    Diff(compare::Compare),
    /// Skriv en tabel fra FORM eller en egen liste til KLE som en politikfil.
    Crosswalk(crosswalk::ToPolicy),
}

impl KleCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Import(import) => import.run(house(config).await?).await,
            Action::Show(show) => show.run(house(config).await?).await,
            Action::List { json } => list(&house(config).await?, json).await,
            Action::Diff(compare) => compare.run(house(config).await?).await,
            Action::Crosswalk(crosswalk) => crosswalk.run(&config).await,
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Store(error) => Self::Store(error),
            other => Self::Said(format!("{other}.")),
        }
    }
}

/// The edition in force, or a sentence on how to get one.
fn present(house: &House) -> Result<Arc<SubjectPlan>, Failure> {
    match house.room.held_plan() {
        Held { plan: Some(plan), .. } => Ok(plan),
        Held { seen: Some(number), plan: None } => Err(PlanError::Damaged(number).into()),
        Held { seen: None, plan: None } => {
            Err(Failure::Said("Der er ikke indlæst en emneplan. Gør det med: modtag kle import FIL".into()))
        }
    }
}

/// A file larger than this is no subject plan: the whole feed of KLE-Online is 7.4 MB (`spec/kle.md` §4.2).
const LARGEST: u64 = 128 << 20;

fn read_file(path: &Path) -> Result<PlanFile, Failure> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| Failure::Said(format!("{name} kan ikke læses: {error}."));
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(Failure::Said(format!("{name} fylder {size} byte; ingen emneplan er så stor.")));
    }
    Ok(PlanFile { bytes: std::fs::read(path).map_err(unreadable)?, name })
}

fn read_files(paths: &[PathBuf]) -> Result<Vec<PlanFile>, Failure> {
    paths.iter().map(|path| read_file(path)).collect()
}

/// What a file was read as, in Danish.
fn format_danish(format: Format) -> &'static str {
    match format {
        Format::SubjectPlanXml => "KLE-Onlines XML, emneplan",
        Format::FacetsXml => "KLE-Onlines XML, handlingsfacetter",
        Format::KeywordsXml => "KLE-Onlines XML, stikord",
        Format::ListXml => "KLE-Onlines XML, liste",
        Format::Json => "JSON",
        Format::Os2Kle => "OS2KLE's tekst",
        Format::SubjectTable => "tabel over emner",
        Format::FacetTable => "tabel over handlingsfacetter",
        Format::KeywordTable => "tabel over stikord",
        Format::ReplacementTable => "tabel over afløsere",
    }
}

fn counts_danish(counts: &Counts) -> String {
    let Counts { main_groups, groups, subjects, local, categories, facets, keywords } = counts;
    format!(
        "{main_groups} hovedgrupper, {groups} grupper og {subjects} emner (heraf {local} egne), {facets} handlingsfacetter i \
         {categories} kategorier, {keywords} stikord"
    )
}

#[derive(Serialize)]
struct ShownEdition {
    number: i64,
    edition: String,
    label: Option<String>,
    dated: Date,
    imported_at: Timestamp,
    person: String,
    reason: String,
    in_force: bool,
    files: serde_json::Value,
}

impl ShownEdition {
    fn of(row: PlanRow, newest: Option<i64>) -> Result<Self, Failure> {
        let (dated, imported_at) = (row.dated()?, row.imported_at());
        Ok(Self {
            in_force: Some(row.number) == newest,
            number: row.number,
            edition: row.edition,
            label: row.label,
            dated,
            imported_at,
            person: row.person,
            reason: row.reason,
            files: serde_json::from_str(&row.provenance).unwrap_or_default(),
        })
    }

    fn danish(&self) -> String {
        let mark = if self.in_force { "i kraft" } else { "" };
        let label = self.label.as_deref().unwrap_or("uden navn");
        let day = crate::clock::danish_day(self.imported_at);
        format!(
            "{:>4}  {mark:<8} {label}, gælder fra {}; indlæst {day} af {}: {}",
            self.number, self.dated, self.person, self.reason
        )
    }
}

async fn list(house: &House, json: bool) -> Result<ExitCode, Failure> {
    let rows = house.room.store.plans().await?;
    let newest = rows.last().map(|row| row.number);
    let shown =
        rows.into_iter().map(|row| ShownEdition::of(row, newest)).collect::<Result<Vec<_>, Failure>>()?;
    if json {
        print_json(&shown)?;
    } else if shown.is_empty() {
        println!("Der er ikke indlæst en emneplan. KLE-mærker læses uden opslag.");
    } else {
        shown.iter().for_each(|one| println!("{}", one.danish()));
    }
    Ok(ExitCode::SUCCESS)
}
