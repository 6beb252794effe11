//! `modtag ingest`: takes in files and folders.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Failure, print_json, working_house};
use crate::config::Config;
use crate::intake::files::{self, FileReport};
use crate::intake::{Channel, Intake, IntakeError, Taken};
use crate::journey::{Workers, drain, outcome_danish};
use crate::room::PostRoom;
use crate::store::message::Stage;
use crate::story::{self, Story};

/// Files that are taken in side by side, so that they share a transaction.
const SIDE_BY_SIDE: usize = 256;

#[derive(Args)]
pub(super) struct Ingest {
    /// Filer og mapper.
    #[arg(required = true, value_name = "FIL|MAPPE")]
    paths: Vec<PathBuf>,
    /// Svar som JSON: én post pr. meddelelse med nøglerne file, uuid, outcome, stage, remarks, facts, decision, trace, effects.
    #[arg(long)]
    json: bool,
    /// Tag kun imod; lad en kørende `modtag serve` fordele.
    #[arg(long)]
    only_store: bool,
}

impl Ingest {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let house = working_house(config).await?;
        let room = house.room.clone();
        let files = files::find(&self.paths)
            .map_err(|error| Failure::Said(format!("Mappen kan ikke læses: {error}.")))?;
        let reports = take_all(&room, files, SIDE_BY_SIDE, self.only_store, !self.json).await?;
        house.sign().await?;
        let (lines, refused) = lines(&room, reports).await?;
        if self.json {
            print_json(&lines)?;
        } else {
            for line in &lines {
                println!("{}", line.danish());
            }
            summary(&lines, refused);
        }
        room.store.close().await;
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Takes in all files, with a progress bar on a terminal, and works until nothing is due.
///
/// Of files with the same message that are taken side by side, any may be first and the others its duplicates.
pub(super) async fn take_all(
    room: &Arc<PostRoom>,
    files: Vec<PathBuf>,
    side_by_side: usize,
    only_store: bool,
    show: bool,
) -> Result<Vec<(PathBuf, FileReport)>, Failure> {
    let (next, fresh) = tokio::sync::mpsc::channel(if only_store { 1 } else { 4096 });
    let workers = (!only_store).then(|| Workers::start(room, fresh));
    let intake = Intake::open(room.clone(), next);
    let bar = if show { progress(files.len()) } else { ProgressBar::hidden() };
    let reports: Vec<(PathBuf, FileReport)> = stream::iter(files)
        .map(|path| {
            let (intake, bar) = (intake.clone(), bar.clone());
            async move {
                let report = files::take_file(&intake, Channel::Ingest, &path).await;
                bar.inc(1);
                (path, report)
            }
        })
        .buffered(side_by_side)
        .collect()
        .await;
    bar.finish_and_clear();
    drop(intake);
    if let Some(workers) = workers {
        workers.finish().await;
        drain(room).await?;
    }
    Ok(reports)
}

fn progress(files: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} filer  {per_sec}  tilbage {eta}");
    ProgressBar::new(files as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// What became of one message of one file.
#[derive(Serialize)]
pub(super) struct Line {
    /// The file, and the entry in it when it is a container.
    file: String,
    /// The very same bytes were here before.
    duplicate: bool,
    /// Why it was not taken in; Danish.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// The message's story.
    #[serde(flatten)]
    story: Option<Story>,
}

impl Line {
    pub(super) fn danish(&self) -> String {
        if let Some(refused) = &self.refused {
            return format!("{:<44} IKKE TAGET IND: {refused}", self.file);
        }
        let Some(story) = &self.story else { return self.file.clone() };
        let again = if self.duplicate { "kendt i forvejen; " } else { "" };
        let unit = story.decision.as_ref().and_then(|decision| decision.unit.as_deref());
        let to = unit.map(|unit| format!(" → {unit}")).unwrap_or_default();
        let stage = Stage::parse(&story.stage).map_or("ukendt", Stage::danish);
        format!("{:<44} {again}{stage}: {}{to}", self.file, outcome_danish(&story.outcome))
    }

    pub(super) fn why(&self) -> Option<&str> {
        let story = self.story.as_ref()?;
        story.trace.iter().find(|line| line.decided).map(|line| line.text.as_str())
    }

    pub(super) fn story(&self) -> Option<&Story> {
        self.story.as_ref()
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn is_duplicate(&self) -> bool {
        self.duplicate
    }
}

/// The lines of all files, and how many were refused.
pub(super) async fn lines(
    room: &PostRoom,
    reports: Vec<(PathBuf, FileReport)>,
) -> Result<(Vec<Line>, usize), Failure> {
    let mut lines = Vec::new();
    let mut refused = 0;
    for (path, FileReport { taken, trouble }) in reports {
        let file = path.display().to_string();
        let alone = taken.len() == 1;
        for (at, (name, taken)) in taken.into_iter().enumerate() {
            let file = if alone { file.clone() } else { format!("{file}:{}", entry(&name, at)) };
            lines.push(line(room, file, &taken).await?);
        }
        if let Some(trouble) = trouble {
            refused += 1;
            lines.push(refusal(file, &trouble));
        }
    }
    Ok((lines, refused))
}

/// What an entry of a container is called here: its name when that is a message's UUID, as it should be, else its
/// number. Any other name is the sender's words.
fn entry(name: &str, at: usize) -> String {
    let is_uuid = name.strip_suffix(".xml").is_some_and(|stem| uuid::Uuid::parse_str(stem).is_ok());
    if is_uuid { name.to_owned() } else { format!("nr. {}", at + 1) }
}

async fn line(room: &PostRoom, file: String, taken: &Taken) -> Result<Line, Failure> {
    let story = match room.store.message(&taken.id).await? {
        Some(row) => Some(story::tell(room, &row, false).await?),
        None => None,
    };
    Ok(Line { file, duplicate: taken.duplicate, refused: None, story })
}

fn refusal(file: String, trouble: &IntakeError) -> Line {
    Line { file, duplicate: false, refused: Some(trouble.danish()), story: None }
}

fn summary(lines: &[Line], refused: usize) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for story in lines.iter().filter(|line| !line.duplicate).filter_map(|line| line.story.as_ref()) {
        *counts.entry(Stage::parse(&story.stage).map_or("ukendt", Stage::danish)).or_default() += 1;
    }
    let duplicates = lines.iter().filter(|line| line.duplicate).count();
    let mut parts: Vec<String> = counts.into_iter().map(|(stage, n)| format!("{n} {stage}")).collect();
    parts.sort();
    if duplicates > 0 {
        parts.push(format!("{duplicates} kendt i forvejen"));
    }
    if refused > 0 {
        parts.push(format!("{refused} ikke taget ind"));
    }
    println!("\n{}", parts.join(", "));
}
