//! Verifying an archive: that it is whole, as it was written, and whose it is.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use super::error::BackupError;
use super::manifest::{FORMAT, Manifest, SEAL_KIND, rows_member};
use super::reading::{Lines, PIECE, Seen};
use crate::audit::{Hash, Options, Report, Signer, StoredCheckpoint, StoredEvent, Verifier};
use crate::keys::{AuthorityKeys, Keys};
use crate::store::dump::{Row, Table};
use crate::store::message::hex;

/// The keys to tell an archive of ours by.
#[derive(Clone)]
pub struct Keyring {
    /// Fingerprint of the key file.
    pub fingerprint: String,
    /// The authority's keys in it.
    pub authority: AuthorityKeys,
}

impl Keyring {
    /// The keys of this authority.
    pub fn of(keys: &Keys, cvr: &str) -> Self {
        Self { fingerprint: keys.fingerprint(), authority: keys.authority(cvr) }
    }
}

/// An archive that was read from end to end and found whole.
#[derive(Debug)]
pub struct Checked {
    /// What it is of.
    pub manifest: Manifest,
    /// How its audit log is doing. A log that was broken when it was dumped is broken in the archive, which is
    /// nevertheless whole.
    pub audit: Report,
    /// Whether the log's last event is there.
    pub whole_log: bool,
    /// Whether the manifest's seal was checked, too. Without keys, only damage is found, not a forgery.
    pub sealed: bool,
}

impl Checked {
    /// Is the archive whole, and its audit log intact?
    pub fn is_intact(&self) -> bool {
        self.audit.is_intact() && self.whole_log
    }

    /// What the operator reads.
    pub fn danish(&self) -> String {
        let manifest = &self.manifest;
        let mut text = format!(
            "Myndighed {}, som den var {} ({}, modtag {}).\n",
            manifest.authority,
            local(manifest.made_at),
            manifest.engine,
            manifest.program
        );
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} meddelelser, {} journalposter, {} sager, {} hændelser i revisionsloggen, {} indholdsobjekter på {}.",
            manifest.rows("message"),
            manifest.rows("journal_entry"),
            manifest.rows("case_file"),
            manifest.audit.size,
            manifest.content.objects,
            indicatif::DecimalBytes(manifest.content.bytes),
        );
        text.push_str(match self.sealed {
            true => "Alle kontrolsummer og seglet stemmer.\n",
            false => "Alle kontrolsummer stemmer. Seglet er ikke efterprøvet: det kræver nøglefilen.\n",
        });
        text.push_str(self.audit.danish().trim_end());
        if !self.whole_log {
            text.push_str("\nRevisionsloggens slutning mangler: den siger selv, at den er længere. Sådan var den også i databasen.");
        }
        text
    }
}

/// Danish local time; UTC, and it says so, where the zone is not known.
fn local(at: Timestamp) -> String {
    match TimeZone::get("Europe/Copenhagen") {
        Ok(zone) => at.to_zoned(zone).strftime("%d.%m.%Y kl. %H.%M.%S").to_string(),
        Err(_) => at.strftime("%d.%m.%Y kl. %H.%M.%S UTC").to_string(),
    }
}

/// Reads an archive from end to end. With keys, one that we did not write is refused, too.
pub async fn verify(file: &Path, keys: Option<&Keyring>, bar: &ProgressBar) -> Result<Checked, BackupError> {
    Ok(examine(file, keys, bar).await?.1)
}

/// As [`verify`], with the way back to the members.
pub(super) async fn examine(
    file: &Path,
    keys: Option<&Keyring>,
    bar: &ProgressBar,
) -> Result<(Arc<Seen>, Checked), BackupError> {
    let (path, keys, bar) = (file.to_owned(), keys.cloned(), bar.clone());
    let examined = tokio::task::spawn_blocking(move || {
        let seen = Seen::all(&path, &bar)?;
        let manifest = understand(&seen, keys.as_ref())?;
        compare(&seen, &manifest)?;
        let (audit, whole_log) = check_audit(&seen, &manifest, keys.as_ref())?;
        Ok((Arc::new(seen), Checked { manifest, audit, whole_log, sealed: keys.is_some() }))
    });
    examined.await.unwrap_or_else(|error| Err(BackupError::Io(file.to_owned(), std::io::Error::other(error))))
}

fn understand(seen: &Seen, keys: Option<&Keyring>) -> Result<Manifest, BackupError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    if seen.manifest.is_empty() {
        return Err(BackupError::Tampered("indholdsfortegnelsen mangler".into()));
    }
    let unreadable = |_| BackupError::Tampered("indholdsfortegnelsen kan ikke læses".into());
    // The version first: what a newer program writes may look otherwise.
    let Version { format } = serde_json::from_slice(&seen.manifest).map_err(unreadable)?;
    if format > FORMAT {
        return Err(BackupError::Newer(format));
    }
    let manifest: Manifest = serde_json::from_slice(&seen.manifest).map_err(unreadable)?;
    let Some(keys) = keys else { return Ok(manifest) };
    if manifest.authority != keys.authority.cvr() {
        let (archive, configured) = (manifest.authority, keys.authority.cvr().to_owned());
        return Err(BackupError::WrongAuthority { archive, configured });
    }
    if manifest.key_fingerprint != keys.fingerprint {
        return Err(BackupError::WrongKeys);
    }
    if seen.seal.trim_end() != seal(&keys.authority, &seen.manifest) {
        return Err(BackupError::Tampered("seglet på indholdsfortegnelsen".into()));
    }
    Ok(manifest)
}

/// The keyed hash of a manifest.
pub(super) fn seal(keys: &AuthorityKeys, manifest: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(manifest);
    hex(&keys.lookup(SEAL_KIND, &hex(&hash.finalize())))
}

fn compare(seen: &Seen, manifest: &Manifest) -> Result<(), BackupError> {
    let differs = |what: String| Err(BackupError::Tampered(what));
    for part in &manifest.tables {
        let name = rows_member(&part.name);
        match seen.tables.get(&part.name) {
            None => return differs(format!("{name} mangler")),
            Some(section) if section.digest != part.digest || section.lines != part.rows => {
                return differs(name);
            }
            Some(_) => {}
        }
    }
    if let Some(extra) =
        seen.tables.keys().find(|table| !manifest.tables.iter().any(|part| part.name == **table))
    {
        return differs(rows_member(extra));
    }
    match &seen.list {
        None => return differs("listen over indhold mangler".into()),
        Some(list) if list.digest != manifest.content.list => return differs("listen over indhold".into()),
        Some(_) => {}
    }
    if seen.objects_sha256 != manifest.content.list.sha256 {
        return Err(first_difference(seen)?);
    }
    if (seen.objects, seen.object_bytes) != (manifest.content.objects, manifest.content.bytes) {
        return differs("antallet af indholdsobjekter".into());
    }
    Ok(())
}

/// Which content object is not what the list says.
fn first_difference(seen: &Seen) -> Result<BackupError, BackupError> {
    let found = seen.objects(|listed, bytes| {
        let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
        loop {
            match bytes.read(&mut piece).map_err(BackupError::io(&seen.path))? {
                0 => break,
                read => hash.update(&piece[..read]),
            }
        }
        match hex(&hash.finalize()) == listed.digest.sha256 {
            true => Ok(()),
            false => Err(BackupError::Tampered(listed.object)),
        }
    });
    match found {
        Err(BackupError::Tampered(what)) => Ok(BackupError::Tampered(what)),
        Err(other) => Err(other),
        Ok(()) => Ok(BackupError::Tampered("listen over indhold".into())),
    }
}

/// Verifies the audit log in an archive: events and checkpoints are read side by side, so that neither is kept.
fn check_audit(
    seen: &Seen,
    manifest: &Manifest,
    keys: Option<&Keyring>,
) -> Result<(Report, bool), BackupError> {
    let damaged = || BackupError::Tampered("revisionsloggens rækker".into());
    let (Some(events), Some(checkpoints)) = (Table::named("audit_event"), Table::named("audit_checkpoint"))
    else {
        return Err(damaged());
    };
    let mut options = Options { authority: Some(manifest.authority.clone()), ..Options::default() };
    if let Some(keys) = keys {
        let signer = Signer::new(&manifest.audit.origin, &keys.authority.audit_signer().to_bytes());
        options.keys.push(signer.map_err(|_| damaged())?.verifier().clone());
    }
    let mut verifier = Verifier::new(options);
    let mut checkpoint_rows = seen.lines(checkpoints.name)?;
    let mut checkpoint = next_checkpoint(checkpoints, &mut checkpoint_rows)?;
    let mut event_rows = seen.lines(events.name)?;
    let mut size = 0;
    while let Some(line) = event_rows.next()? {
        let event = stored_event(events, &Row::parse(events, line)?)?;
        size = event.seq.saturating_add(1);
        verifier.event(&event);
        while let Some(due) = checkpoint.take_if(|due| due.size <= size) {
            verifier.checkpoint(&due);
            checkpoint = next_checkpoint(checkpoints, &mut checkpoint_rows)?;
        }
    }
    while let Some(left) = checkpoint {
        verifier.checkpoint(&left);
        checkpoint = next_checkpoint(checkpoints, &mut checkpoint_rows)?;
    }
    Ok((verifier.finish(), size == manifest.audit.size))
}

fn stored_event(table: &Table, row: &Row) -> Result<StoredEvent, BackupError> {
    // A leaf that is no hash is the log's fault, not the archive's: as a wrong one it is found and named.
    let leaf = Hash::from_slice(row.bytes(table, "leaf")?).or_else(|| Hash::from_slice(&[0; 32]));
    Ok(StoredEvent {
        seq: row.int(table, "seq")?.cast_unsigned(),
        body: row.bytes(table, "body")?.to_vec(),
        leaf: leaf.ok_or(crate::store::StoreError::Damaged("audit leaf"))?,
        nodes: row.bytes(table, "nodes")?.to_vec(),
    })
}

fn next_checkpoint(table: &Table, lines: &mut Lines) -> Result<Option<StoredCheckpoint>, BackupError> {
    let Some(line) = lines.next()? else { return Ok(None) };
    let row = Row::parse(table, line)?;
    Ok(Some(StoredCheckpoint {
        size: row.int(table, "size")?.cast_unsigned(),
        note: row.text(table, "note")?.to_owned(),
        frontier: row.bytes(table, "frontier")?.to_vec(),
    }))
}
