//! The files on disk, and what they said when they were last read.
//!
//! Rules are changed in two places: in files on disk, and in the browser. A file that says what it said at the last start has
//! nothing new to say, so what a person has put in force since stays; only a file that was changed counts.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{CONFIGURATION, Desk, EditionError};
use crate::setup::PolicyFiles;
use crate::store::StoreError;
use crate::store::edition::EditionRow;
use crate::store::message::hex;

/// Where the memory is kept.
const NAME: &str = "policy-files-read";

/// What the files say beside the edition in force.
pub(super) struct Offered {
    /// The texts: changed files as they stand on disk, others as they are in force.
    pub(super) files: PolicyFiles,
    /// Was a file changed on disk that a person had changed in the browser? Then neither may be lost.
    pub(super) collide: bool,
}

fn digests(files: &PolicyFiles) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| (short(name), hex(&Sha256::digest(text.as_bytes())))).collect()
}

/// The last part of a name: a folder may be mounted elsewhere.
fn short(name: &str) -> String {
    Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Changed files as on disk, the others as in force; `None` when they are not the same files, or nothing is remembered.
fn merged(
    files: &PolicyFiles,
    in_force: &PolicyFiles,
    read: Option<&BTreeMap<String, String>>,
) -> Option<Offered> {
    let in_force: Vec<&(String, String)> =
        in_force.iter().filter(|(name, _)| name != CONFIGURATION).collect();
    let now = digests(files);
    let alike = files.len() == in_force.len()
        && now.len() == files.len()
        && files.iter().zip(&in_force).all(|((one, _), (other, _))| short(one) == short(other));
    let read = read.filter(|_| alike)?;
    let mut offered = Offered { files: PolicyFiles::with_capacity(files.len()), collide: false };
    for ((name, text), (_, standing)) in files.iter().zip(&in_force) {
        let name_read = short(name);
        let changed = read.get(&name_read) != now.get(&name_read);
        let edited = read.get(&name_read) != Some(&hex(&Sha256::digest(standing.as_bytes())));
        offered.collide |= changed && edited && text != standing;
        let text = if changed { text } else { standing };
        offered.files.push((name.clone(), text.clone()));
    }
    Some(offered)
}

impl Desk<'_> {
    /// What the files have to say that is new.
    pub(super) async fn offered(
        &self,
        files: &PolicyFiles,
        in_force: Option<&EditionRow>,
    ) -> Result<Offered, EditionError> {
        let read = self.store.meta(NAME).await?;
        let read: Option<BTreeMap<String, String>> = read.and_then(|read| serde_json::from_str(&read).ok());
        let found = match in_force {
            Some(row) => match self.files(row).await {
                Ok(in_force) => merged(files, &in_force, read.as_ref()),
                Err(EditionError::Store(error)) if error.is_transient() => return Err(error.into()),
                // Nothing can be held against an edition that cannot be read: the files decide.
                Err(_) => None,
            },
            None => None,
        };
        Ok(found.unwrap_or_else(|| Offered { files: files.clone(), collide: false }))
    }

    /// Remembers what the files say.
    pub(super) async fn remember(&self, files: &PolicyFiles) -> Result<(), StoreError> {
        let read = serde_json::to_string(&digests(files)).unwrap_or_default();
        if self.store.meta(NAME).await?.as_deref() == Some(read.as_str()) {
            return Ok(());
        }
        self.store.set_meta(NAME, &read, self.clock.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: [&str; 2]) -> PolicyFiles {
        vec![("/etc/a.toml".into(), texts[0].into()), ("/etc/b.toml".into(), texts[1].into())]
    }

    #[test]
    fn a_file_that_was_not_touched_leaves_alone_what_a_person_made_of_it() {
        let read = digests(&files(["a", "b"]));
        for (on_disk, in_force, expected, collide) in [
            (["a", "b"], ["a", "b"], ["a", "b"], false),
            (["a", "b"], ["a", "B"], ["a", "B"], false),
            (["A", "b"], ["a", "B"], ["A", "B"], false),
            (["a", "ny"], ["a", "b"], ["a", "ny"], false),
            (["a", "ny"], ["a", "B"], ["a", "ny"], true),
            (["a", "B"], ["a", "B"], ["a", "B"], false),
        ] {
            let offered = merged(&files(on_disk), &files(in_force), Some(&read)).expect("the same files");
            assert_eq!(
                (offered.files, offered.collide),
                (files(expected), collide),
                "{on_disk:?} {in_force:?}"
            );
        }
    }

    #[test]
    fn other_files_and_a_first_start_go_by_what_stands_on_disk() {
        let read = digests(&files(["a", "b"]));
        assert!(merged(&files(["a", "b"]), &files(["a", "B"]), None).is_none());
        assert!(merged(&files(["a", "b"])[..1].to_vec(), &files(["a", "B"]), Some(&read)).is_none());
        let mut in_force = files(["a", "B"]);
        in_force.insert(0, (CONFIGURATION.into(), "[authority]".into()));
        assert!(merged(&files(["a", "b"]), &in_force, Some(&read)).is_some());
    }
}
