//! Drafting (*kladde*): what somebody writes on before it becomes an edition.
//!
//! A draft is the texts of a whole edition, one a person: nobody's half thought ends up in what another proposes, and two
//! people never overwrite each other. Where two drafts meet is the edition: whoever proposes must have brought the draft up to
//! date with what is in force, and whoever puts an edition in force says what they saw in force. Two windows of one person
//! meet in the draft's version: each saving names the version that it was made from.
//!
//! **Deliberately absent:** any effect. A draft, faulty or not, decides nothing.

mod blocks;
mod compare;
mod fields;
mod rule_form;
mod samples;
mod wording;

use std::path::Path;

use jiff::Timestamp;

use crate::audit::{Actor, Event, EventKind};
use crate::config::Config;
use crate::editions::{CONFIGURATION, Desk, EditionError};
use crate::organisation::OUR_FILES;
use crate::setup::{PolicyFiles, SetupError};
use crate::store::StoreError;
use crate::store::draft::NewDraft;
use crate::store::token::AnswerKey;

pub use blocks::{Block, blocks};
pub use compare::{DiffLine, FileDiff, Mark, compare, differences};
pub use fields::{CONDITIONS, Field, HEAD, Kind, MARKS, RECEIVER, THEN};
pub use rule_form::{RuleForm, Submitted, fill, insert, is_field, read, remove};
pub use samples::{Sample, samples};
pub use wording::{Names, wording};

/// Kladde: somebody's draft.
#[doc(alias = "kladde")]
pub struct Draft {
    /// The edition that it was begun from, or last brought up to date with.
    pub base: i64,
    /// How many times it was saved.
    pub version: i64,
    /// When it was last saved.
    pub changed_at: Timestamp,
    /// The texts, without what the configuration says.
    pub files: PolicyFiles,
}

/// Why a draft was not changed or made an edition of.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Another window of the same person saved it, or it is gone.
    #[error("Kladden er ændret i et andet vindue, eller den er væk. Intet er gemt oven i den.")]
    Meanwhile,
    /// There is nothing to draft from.
    #[error("Der er ingen udgave i kraft at begynde fra.")]
    NothingInForce,
    /// Another edition was put in force since it was begun.
    #[error(
        "Udgave {0} er sat i kraft, siden kladden blev begyndt. Hent ændringerne ind i kladden, og se den igennem igen."
    )]
    Behind(i64),
    /// The files of the edition in force are others than those of the draft.
    #[error("Udgaven i kraft består af andre filer end kladden. Smid kladden ud, og begynd på en ny.")]
    OtherFiles,
    /// The draft says what the edition in force says.
    #[error("Kladden siger det samme som udgaven i kraft, så der er intet at foreslå.")]
    NoChange,
    /// The draft has no file in that place.
    #[error("Kladden har ingen fil på den plads.")]
    NoSuchFile,
    /// The file is the organisation's, which its source tells.
    #[error("Filen skrives af modtag org sync. Ret det i organisationens kilde.")]
    Synced,
    /// What was sent as the form of a rule was not understood; each is a Danish sentence.
    #[error("{}", .0.join(" "))]
    Form(Vec<String>),
    /// Its texts have faults.
    #[error("{0}")]
    Faulty(SetupError),
    /// An edition could not be read.
    #[error("{0}")]
    Edition(#[from] EditionError),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

/// What can be done with a person's draft.
pub struct Drafter<'a> {
    /// Where editions are made.
    pub desk: Desk<'a>,
    /// The person, with the role they act in.
    pub by: Actor,
}

impl Drafter<'_> {
    /// The person's draft.
    pub async fn draft(&self) -> Result<Option<Draft>, DraftError> {
        let store = self.desk.store;
        let Some(row) = store.draft(self.by.name()).await? else { return Ok(None) };
        let text = store.draft_text(self.by.name(), &row)?;
        let files = serde_json::from_slice(&text).map_err(|_| StoreError::Damaged("draft"))?;
        Ok(Some(Draft { base: row.base, version: row.version, changed_at: row.changed_at(), files }))
    }

    /// Begins a draft from the edition in force; one that is there stays.
    pub async fn begin(&self) -> Result<(), DraftError> {
        let (base, files) = self.in_force().await?;
        let text = written(&files)?;
        let draft = NewDraft { person: self.by.name(), base, text: &text };
        let now = self.desk.clock.now();
        let mut tx = self.desk.store.begin().await?;
        if tx.begin_draft(&draft, self.desk.entropy, now).await? {
            tx.tell(self.event("begun").with("base", base));
            tx.commit(now).await?;
        }
        Ok(())
    }

    /// Saves texts over the version that was seen.
    pub async fn save(&self, draft: &Draft) -> Result<(), DraftError> {
        let text = written(&draft.files)?;
        let new = NewDraft { person: self.by.name(), base: draft.base, text: &text };
        let now = self.desk.clock.now();
        let mut tx = self.desk.store.begin().await?;
        if !tx.save_draft(&new, draft.version, self.desk.entropy, now).await? {
            return Err(DraftError::Meanwhile);
        }
        tx.tell(self.event("saved").with("base", draft.base).with("version", draft.version + 1));
        tx.commit(now).await?;
        Ok(())
    }

    /// Changes one file of the draft, in the version that was seen. Faulty or not: a draft decides nothing.
    pub async fn change(
        &self,
        seen: i64,
        file: usize,
        new: impl FnOnce(&str) -> Result<String, Vec<String>>,
    ) -> Result<(), DraftError> {
        let mut draft = self.seen(seen).await?;
        let (name, text) = draft.files.get_mut(file).ok_or(DraftError::NoSuchFile)?;
        if is_synced(self.desk.config, name) {
            return Err(DraftError::Synced);
        }
        let new = new(text).map_err(DraftError::Form)?;
        if new != *text {
            *text = new;
            self.save(&draft).await?;
        }
        Ok(())
    }

    /// The draft in the version that was seen.
    async fn seen(&self, version: i64) -> Result<Draft, DraftError> {
        self.draft().await?.filter(|draft| draft.version == version).ok_or(DraftError::Meanwhile)
    }

    /// Throws the draft away, in the version that was seen.
    pub async fn discard(&self, seen: i64) -> Result<(), DraftError> {
        let now = self.desk.clock.now();
        let mut tx = self.desk.store.begin().await?;
        if !tx.drop_draft(self.by.name(), seen).await? {
            return Err(DraftError::Meanwhile);
        }
        tx.tell(self.event("discarded").with("version", seen));
        tx.commit(now).await?;
        Ok(())
    }

    /// Brings into the draft, in the version that was seen, what has been put in force since it was begun. Where both changed
    /// the same lines, both stand in the text between marks, which no rule set can be read with: somebody must choose. True
    /// when nothing of the kind was needed.
    pub async fn bring_up_to_date(&self, seen: i64) -> Result<bool, DraftError> {
        let mut draft = self.seen(seen).await?;
        let (number, in_force) = self.in_force().await?;
        let row = self.desk.store.edition(draft.base).await?.ok_or(EditionError::Unknown(draft.base))?;
        let base = without_configuration(self.desk.files(&row).await?);
        let names = |files: &PolicyFiles| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(&base) != names(&draft.files) || names(&base) != names(&in_force) {
            return Err(DraftError::OtherFiles);
        }
        let mut clean = true;
        for (((_, mine), (_, base)), (_, theirs)) in draft.files.iter_mut().zip(&base).zip(&in_force) {
            match diffy::merge(base, mine, theirs) {
                Ok(merged) => *mine = merged,
                Err(marked) => {
                    *mine = marked;
                    clean = false;
                }
            }
        }
        draft.base = number;
        self.save(&draft).await?;
        Ok(clean)
    }

    /// Makes an edition of the draft as it was seen, and throws the draft away. Returns its number. Under a key the number is
    /// remembered, for whoever sends the same once more.
    pub async fn propose(&self, seen: i64, reason: &str, key: Option<&AnswerKey>) -> Result<i64, DraftError> {
        let draft = self.seen(seen).await?;
        let (number, in_force) = self.in_force().await?;
        if number != draft.base {
            return Err(DraftError::Behind(number));
        }
        if in_force == draft.files {
            return Err(DraftError::NoChange);
        }
        let proposed = self.desk.propose(&draft.files, &self.by, reason).await;
        let (number, _) = proposed.map_err(|error| match error {
            SetupError::Store(error) => DraftError::Store(error),
            fault => DraftError::Faulty(fault),
        })?;
        let now = self.desk.clock.now();
        let mut tx = self.desk.store.begin().await?;
        // The edition is made: when another window has saved meanwhile, what it saved stays as a draft.
        if tx.drop_draft(self.by.name(), seen).await? {
            tx.tell(self.event("discarded").with("version", seen));
        }
        if let Some(key) = key {
            tx.remember_rule_act(key, number, now).await?;
        }
        tx.commit(now).await?;
        Ok(number)
    }

    /// The edition in force and its texts, without what the configuration says.
    pub async fn in_force(&self) -> Result<(i64, PolicyFiles), DraftError> {
        let row = self.desk.store.edition_in_force().await?.ok_or(DraftError::NothingInForce)?;
        Ok((row.number, without_configuration(self.desk.files(&row).await?)))
    }

    fn event(&self, what: &str) -> Event {
        let store = self.desk.store;
        Event::new(self.desk.clock.now(), store.authority(), EventKind::RulesDrafted, self.by.clone())
            .with("what", what)
    }
}

/// The texts of an edition that people write.
pub async fn texts_of(desk: &Desk<'_>, number: i64) -> Result<PolicyFiles, EditionError> {
    let row = desk.store.edition(number).await?.ok_or(EditionError::Unknown(number))?;
    Ok(without_configuration(desk.files(&row).await?))
}

/// The texts that people write: who the authority is, the configuration says by itself.
pub fn without_configuration(mut files: PolicyFiles) -> PolicyFiles {
    files.retain(|(name, _)| name != CONFIGURATION);
    files
}

/// Is this a file that `modtag org sync` writes?
pub fn is_synced(config: &Config, name: &str) -> bool {
    let path = Path::new(name);
    let ours = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| OUR_FILES.contains(&name));
    ours && path.parent().is_some() && path.parent() == config.organisation.folder.as_deref()
}

/// The last part of a file's name: folders of the server are nobody's business beyond it.
pub fn short(name: &str) -> String {
    let path = Path::new(name);
    path.file_name().map_or_else(|| name.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn written(files: &PolicyFiles) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(files).map_err(|_| StoreError::Damaged("draft"))
}
