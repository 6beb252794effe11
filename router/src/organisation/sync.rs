//! The sync: what a source says, held against what stands, shown, and then written or refused.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Serialize;

use super::diff::Diff;
use super::plausible::implausible;
use super::present::{Present, SNAPSHOT_FILE};
use super::render::{self, Manner, Rendered};
use super::snapshot::{Reading, Snapshot};
use super::source::SourceError;
use super::switch::{Turn, switch};
use crate::config::Config;
use crate::setup::{self, PolicyFiles, SetupError};

/// A sync that is ready to be shown, and to be written if nothing speaks against it.
pub struct Plan {
    /// What becomes different.
    pub diff: Diff,
    /// What was noticed on the way, as Danish sentences.
    pub remarks: Vec<String>,
    /// Why the difference is not believed; empty when it may well be true.
    pub doubts: Vec<String>,
    /// What the policy says of the new files; empty when it takes them.
    pub findings: Vec<String>,
    snapshot: Snapshot,
    rendered: Rendered,
    present: Present,
    turn: Turn,
}

/// How a sync ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The new files are in place.
    Written,
    /// Nothing is different; nothing was written.
    Unchanged,
    /// The policy would not take the new files; nothing was written.
    Faulty,
    /// The difference is not believed; nothing was written.
    Doubted,
}

impl Outcome {
    /// The word in log and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Faulty => "faulty",
            Self::Doubted => "doubted",
        }
    }
}

/// Makes a plan of what a source said. Reads files, writes none; holds the right to write until it is dropped.
pub fn plan(config: &Config, reading: Reading, day: Date) -> Result<Plan, SyncError> {
    let folder = config.organisation.folder.clone().ok_or(SyncError::NoFolder)?;
    let unwritable = |source| SyncError::Unwritable { folder: folder.clone(), source };
    let turn = Turn::take(&folder).map_err(unwritable)?.ok_or(SyncError::Busy)?;
    let present = Present::read(config)?;
    let Reading { snapshot, mut remarks } = reading;
    if snapshot.units.is_empty() {
        return Err(SyncError::NoUnits);
    }
    let diff = Diff::between(&present.snapshot, &snapshot, day);
    let doubts = implausible(&diff, &config.organisation.limits);
    let manner = Manner {
        day,
        journals: config.organisation.journals.as_str(),
        priority: &config.organisation.priority,
    };
    let mut rendered = render::render(&snapshot, &present, &manner);
    remarks.append(&mut rendered.remarks);
    let findings = match setup::load_policy(config, &present.with(&rendered.files)) {
        Ok(_) => Vec::new(),
        Err(SetupError::Policy(findings)) => findings.iter().map(ToString::to_string).collect(),
        Err(other) => vec![other.to_string()],
    };
    Ok(Plan { diff, remarks, doubts, findings, snapshot, rendered, present, turn })
}

impl Plan {
    /// What stands in the way, if anything. `force` believes the difference all the same; no force makes faulty files fit.
    pub fn outcome(&self, force: bool) -> Outcome {
        if !self.findings.is_empty() {
            Outcome::Faulty
        } else if !self.doubts.is_empty() && !force {
            Outcome::Doubted
        } else if self.is_unchanged() {
            Outcome::Unchanged
        } else {
            Outcome::Written
        }
    }

    /// The new policy files, by the names that editions know them under.
    pub fn files(&self) -> PolicyFiles {
        let named = |(name, text): &(&str, String)| {
            (self.present.folder.join(name).display().to_string(), text.clone())
        };
        self.rendered.files.iter().map(named).collect()
    }

    /// Writes the new files unless something stands in the way.
    pub fn carry_out(self, force: bool) -> Result<Outcome, SyncError> {
        let outcome = self.outcome(force);
        if outcome != Outcome::Written {
            return Ok(outcome);
        }
        let folder = &self.present.folder;
        let unwritable = |source| SyncError::Unwritable { folder: folder.clone(), source };
        let snapshot = serde_json::to_vec_pretty(&self.snapshot).map_err(|error| unwritable(error.into()))?;
        let mut files: Vec<(&str, &[u8])> =
            self.rendered.files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        files.push((SNAPSHOT_FILE, &snapshot));
        switch(folder, &files, &self.turn).map_err(unwritable)?;
        Ok(Outcome::Written)
    }

    /// The files may differ though the source does not: a day has passed, or somebody has edited them.
    fn is_unchanged(&self) -> bool {
        let same = |(name, text): &(&str, String)| {
            std::fs::read_to_string(self.present.folder.join(name)).is_ok_and(|old| old == *text)
        };
        self.present.snapshot == self.snapshot && self.rendered.files.iter().all(same)
    }
}

/// The organisation could not be brought up to date. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The configuration names no folder.
    #[error("organisation.folder is not set")]
    NoFolder,
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The source knows no units at all.
    #[error("the source has no units")]
    NoUnits,
    /// Another sync is under way.
    #[error("another sync is under way")]
    Busy,
    /// A policy file cannot be read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that a sync once wrote does not hold what it should.
    #[error("{} is damaged", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// The folder cannot be written.
    #[error("cannot write in {}", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl SyncError {
    /// The same in Danish, with a way forward.
    pub fn danish(&self) -> String {
        match self {
            Self::NoFolder => {
                "organisation.folder er ikke sat. Skriv i konfigurationen, hvilken mappe organisationens \
                               filer skal ligge i."
                    .to_owned()
            }
            Self::Source(error) => error.danish(),
            Self::NoUnits => {
                "Kilden har ingen enheder, så den er næppe læst rigtigt. Se efter, om adgangen omfatter \
                              organisationen, og prøv igen."
                    .to_owned()
            }
            Self::Busy => {
                "En anden `modtag org` er i gang i samme mappe. Vent, til den er færdig.".to_owned()
            }
            Self::Unreadable { file, source } => format!("{} kan ikke læses: {source}.", file.display()),
            Self::Damaged { file } => format!(
                "{0} er beskadiget. Hent den fra {0}.forrige eller fra sikkerhedskopien, og prøv igen.",
                file.display()
            ),
            Self::Unwritable { folder, source } => {
                format!("Mappen {} kan ikke skrives: {source}. Intet er ændret.", folder.display())
            }
        }
    }
}
