//! An offer: files made into a plan, beside the one in force, with the doubts that speak against taking it.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use kle::{Counts, Diff, Import, Level, NotKle, PLAUSIBLE_SHARE, Register, Report, check_plausible};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{SubjectPlan, edition_of, packed};
use crate::audit::privacy::fit;
use crate::audit::{Actor, Event, EventKind};
use crate::store::message::hex;
use crate::store::subject_plan::NewPlan;
use crate::store::{Store, StoreError};

/// A file by the name it was given under.
pub struct PlanFile {
    /// Its name, as the person wrote it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Files that were read and put together.
pub struct Made {
    /// What the files say.
    pub register: Register,
    /// What was noticed; each knows its file by number.
    pub reports: Vec<Report>,
    /// Which files, for the record.
    pub origins: Vec<Origin>,
}

/// A file as it is remembered with the edition.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// The last part of its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes.
    pub bytes: usize,
    /// What was found in it.
    #[serde(flatten)]
    pub source: kle::Source,
}

/// A file that is no subject plan.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {}", in_danish(*.why))]
pub struct NotPlan {
    /// The file.
    pub file: String,
    /// Why.
    pub why: NotKle,
}

fn in_danish(why: NotKle) -> &'static str {
    match why {
        NotKle::Empty => "filen er tom",
        NotKle::UnknownFormat => {
            "filen er ikke en emneplan i et kendt format (KLE-Onlines XML eller JSON, OS2KLE's tekst, en tabel med overskrifter som number og title)"
        }
        NotKle::Doctype => "filen har en dokumenttypeerklæring (DOCTYPE), som ikke tillades",
        NotKle::TooDeep => "filen har elementer i flere lag, end nogen emneplan har",
    }
}

/// Reads files and puts them together: the first that speaks of a number decides, later ones fill in.
///
/// `edition` is the date of the edition when the files do not tell it.
pub fn made_of(files: &[PlanFile], edition: Option<Date>) -> Result<Made, NotPlan> {
    let read = |file: &PlanFile| -> Result<Import, NotPlan> {
        kle::import(&file.bytes).map_err(|why| NotPlan { file: file.name.clone(), why })
    };
    let parts = files.iter().map(read).collect::<Result<Vec<Import>, NotPlan>>()?;
    let (register, reports) = Register::build(parts, edition, None);
    let origins = files.iter().zip(&register.provenance().sources).map(|(file, source)| Origin {
        name: fit(&last_part(&file.name)),
        sha256: hex(&Sha256::digest(&file.bytes)),
        bytes: file.bytes.len(),
        source: source.clone(),
    });
    Ok(Made { origins: origins.collect(), register, reports })
}

fn last_part(name: &str) -> String {
    Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A plan that may be taken, and what speaks against it.
pub struct Offer {
    /// What it would say: the new files, with all that was known of the past.
    pub register: Register,
    /// Digest of that.
    pub edition: String,
    /// The day from which it tells what applies.
    pub dated: Date,
    /// What changes.
    pub diff: Diff,
    /// Why a person should look before it is taken; Danish sentences without the final full stop.
    pub doubts: Vec<String>,
    /// The edition in force already says exactly this.
    pub is_known: bool,
    after: Option<i64>,
    origins: Vec<Origin>,
}

impl Made {
    /// What taking this plan would change.
    pub fn beside(self, present: Option<&SubjectPlan>, today: Date) -> Offer {
        let Self { register: new, reports, origins } = self;
        let dated = new.provenance().edition.unwrap_or(today);
        let mut doubts = grave(&reports);
        doubts.extend(implausible(present, &new, dated));
        let register = match present {
            Some(present) => kle::renew(&present.register, new, dated),
            None => new,
        };
        let diff = present.map(|present| kle::diff(present.register.at(present.dated), register.at(dated)));
        let edition = edition_of(&register);
        Offer {
            is_known: present.is_some_and(|present| present.edition == edition),
            after: present.map(|present| present.number),
            diff: diff.unwrap_or_default(),
            register,
            edition,
            dated,
            doubts,
            origins,
        }
    }
}

fn grave(reports: &[Report]) -> Vec<String> {
    reports.iter().filter(|report| report.fault.is_grave()).map(ToString::to_string).collect()
}

/// What makes the new files look like less than a whole plan, or like an old one.
fn implausible(present: Option<&SubjectPlan>, new: &Register, dated: Date) -> Vec<String> {
    let mut doubts = Vec::new();
    let subjects = |register: &Register| !register.subjects().is_empty();
    if let Some(present) = present {
        if let Err(cut) = check_plausible(&present.register, new, dated) {
            doubts.push(format!(
                "filerne har kun {} gældende numre mod {} nu; de øvrige ville udgå. Giv alle planens filer i samme kommando, også egne numre",
                cut.new, cut.old
            ));
        }
        if subjects(new) && new.provenance().edition.is_some_and(|edition| edition < present.dated) {
            doubts.push(format!("filerne er fra {dated}, men {} er fra {}", present.danish(), present.dated));
        }
    }
    let first = present.is_none_or(|present| !subjects(&present.register));
    let groups = new.subjects().numbers().filter(|number| number.level() == Level::MainGroup).count();
    if first && subjects(new) && groups * 100 < kle::MAIN_GROUPS.len() * PLAUSIBLE_SHARE {
        doubts.push(format!(
            "filerne har {groups} hovedgrupper, og KLE har {}; mærker i de øvrige ville ikke kunne bruges",
            kle::MAIN_GROUPS.len()
        ));
    }
    doubts
}

impl Offer {
    /// The same offer, to come after this edition: the one in force, also when it could not be read.
    pub fn after(self, number: Option<i64>) -> Self {
        Self { after: number, ..self }
    }

    /// How much of it applies from its day on.
    pub fn counts(&self) -> Counts {
        Counts::on(&self.register, self.dated)
    }

    /// What people call it.
    pub fn label(&self) -> Option<&str> {
        self.register.provenance().label.as_deref()
    }

    /// Which files it is made of.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Stores it as the newest edition, in one step with the line in the audit log; returns its number.
    ///
    /// Refused as changed meanwhile when another was taken since this one was held beside the one in force.
    pub async fn take(
        &self,
        store: &Store,
        by: &Actor,
        reason: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let content = packed(&self.register).map_err(|_| StoreError::Damaged("subject plan"))?;
        let provenance =
            serde_json::to_string(&self.origins).map_err(|_| StoreError::Damaged("subject plan"))?;
        let reason = fit(reason);
        let mut tx = store.begin().await?;
        if tx.lock_plan().await? != self.after {
            return Err(StoreError::Changed);
        }
        let number = self.after.unwrap_or(0) + 1;
        let plan = NewPlan {
            edition: &self.edition,
            person: by.name(),
            reason: &reason,
            label: self.label(),
            dated: self.dated,
            provenance: &provenance,
            content: &content,
        };
        tx.add_plan(number, &plan, now).await?;
        let counts = self.counts();
        tx.tell(
            Event::new(now, store.authority(), EventKind::KleImported, by.clone())
                .with("number", number)
                .with("edition", &self.edition)
                .with("dated", self.dated)
                .with("subjects", counts.subjects)
                .with("changes", self.diff.subjects.len() + self.diff.facets.len())
                .because(&reason),
        );
        tx.commit(now).await?;
        Ok(number)
    }
}
