//! Messages that examples name: files beside the policy files.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rules::{Facts, Policy};

use crate::config::Config;
use crate::intake;

/// Folders of the policy files, where the messages of examples are looked for.
pub fn folders(config: &Config) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        config.policy.files.iter().filter_map(|file| file.parent()).map(Path::to_path_buf).collect();
    folders.sort();
    folders.dedup();
    folders
}

/// The facts of a message, for whoever may read every file anyway.
pub fn anywhere(policy: &Policy, folders: &[PathBuf], name: &str, now: Timestamp) -> Option<Facts> {
    let file = folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file())?;
    facts_of(policy, &file, now)
}

/// The facts of a message that lies in one of the folders or below: an example that somebody types in a page must not have
/// the program read what lies elsewhere, such as mail on its way in.
pub fn within(policy: &Policy, folders: &[PathBuf], name: &str, now: Timestamp) -> Option<Facts> {
    let file = folders.iter().find_map(|folder| {
        let folder = folder.canonicalize().ok()?;
        folder.join(name).canonicalize().ok().filter(|file| file.starts_with(&folder) && file.is_file())
    })?;
    facts_of(policy, &file, now)
}

/// The facts as far as the message itself tells them: no case is looked up.
fn facts_of(policy: &Policy, file: &Path, now: Timestamp) -> Option<Facts> {
    let bytes = std::fs::read(file).ok()?;
    let reading = intake::read_bytes(&bytes).ok()?;
    let message = &reading.message;
    Some(Facts {
        kind: rules::message_kind(policy, message),
        sender: rules::sender_kind(policy, message),
        recipient: rules::recipient_kind(policy, message),
        subject: rules::marked_subject(policy, message),
        remarks: reading.remarks,
        available_at: now,
        size: bytes.len() as u64,
        named_cases: Vec::new(),
        holds: Vec::new(),
        text: reading.text,
        technical: reading.technical,
        judgement: None,
        glimpse: None,
        suggestions: Vec::new(),
        message: reading.message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_of_a_page_reads_nothing_outside_the_folders_of_the_policy() {
        let folder = tempfile::tempdir().expect("a folder");
        let policies = folder.path().join("politik");
        std::fs::create_dir(&policies).expect("a folder");
        let letter = include_bytes!("../../demo/mail/06-grundskyld-data.xml");
        std::fs::write(policies.join("brev.xml"), letter).expect("written");
        std::fs::write(folder.path().join("andet.xml"), letter).expect("written");
        std::os::unix::fs::symlink(folder.path().join("andet.xml"), policies.join("vej.xml"))
            .expect("linked");
        let policy = Policy::load(&[("p.toml", "[authority]\ncvr = \"12345678\"\nname = \"Prøve\"\n")], "1");
        let policy = policy.expect("a policy");
        let folders = [policies];
        let now = Timestamp::UNIX_EPOCH;
        assert!(within(&policy, &folders, "brev.xml", now).is_some());
        assert!(anywhere(&policy, &folders, "../andet.xml", now).is_some());
        let elsewhere = folder.path().join("andet.xml").display().to_string();
        for name in ["../andet.xml", "vej.xml", elsewhere.as_str(), "", "."] {
            assert!(within(&policy, &folders, name, now).is_none(), "{name}");
        }
    }
}
