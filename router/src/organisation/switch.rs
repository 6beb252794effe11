//! The switch: several files become others together, whatever happens on the way.
//!
//! The new texts are written beside the old ones and flushed, the old ones are copied to a backup, and then one small file
//! says that the new ones count. From that moment on the switch is made: whoever finds the file, finishes the renames.
//! Before it, the old ones count and the rest is litter.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::present::{OUR_FILES, SNAPSHOT_FILE};
use crate::config::Config;

/// Says that the new files count.
const MARK: &str = ".organisation.skift";

/// Held by the one that writes.
const LOCK: &str = ".organisation.laas";

/// Only these names are ever renamed, whatever stands in the mark.
fn is_ours(name: &str) -> bool {
    name == SNAPSHOT_FILE || OUR_FILES.contains(&name)
}

/// The right to write in a folder, until dropped.
pub(super) struct Turn {
    _lock: File,
}

impl Turn {
    /// Takes the right to write, or says `None` when somebody else has it. Finishes what was interrupted.
    pub(super) fn take(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let lock =
            File::options().create(true).truncate(false).write(true).mode(0o600).open(folder.join(LOCK))?;
        match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        recover(folder)?;
        Ok(Some(Self { _lock: lock }))
    }
}

/// Replaces files of ours by new ones: all of them, or none.
pub(super) fn switch(folder: &Path, files: &[(&str, &[u8])], _turn: &Turn) -> io::Result<()> {
    prepare(folder, files)?;
    mark(folder, files)?;
    recover(folder)
}

/// Finishes the switch that an organisation of this configuration was interrupted in, if any.
pub fn recover_for(config: &Config) -> io::Result<()> {
    config.organisation.folder.as_deref().map_or(Ok(()), recover)
}

/// Finishes an interrupted switch in this folder, if any. Doing it again does nothing.
pub fn recover(folder: &Path) -> io::Result<()> {
    let mark = folder.join(MARK);
    let names = match std::fs::read_to_string(&mark) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for name in names.lines().filter(|name| is_ours(name)) {
        match std::fs::rename(new(folder, name), folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // Not there: it was renamed before the interruption.
            _ => {}
        }
    }
    flush_folder(folder)?;
    std::fs::remove_file(&mark)?;
    flush_folder(folder)
}

/// Writes the new files beside the old ones and backs the old ones up. Nothing counts yet.
fn prepare(folder: &Path, files: &[(&str, &[u8])]) -> io::Result<()> {
    for (name, bytes) in files {
        write(&new(folder, name), bytes, mode_of(&folder.join(name)))?;
    }
    for (name, _) in files {
        let file = folder.join(name);
        match std::fs::read(&file) {
            Ok(old) => {
                let backup = folder.join(format!("{name}.forrige"));
                let aside = folder.join(format!(".{name}.forrige.ny"));
                write(&aside, &old, mode_of(&file))?;
                std::fs::rename(&aside, &backup)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    flush_folder(folder)
}

/// Makes the new files count.
fn mark(folder: &Path, files: &[(&str, &[u8])]) -> io::Result<()> {
    let names: String = files.iter().map(|(name, _)| format!("{name}\n")).collect();
    let aside = folder.join(format!("{MARK}.ny"));
    write(&aside, names.as_bytes(), 0o600)?;
    std::fs::rename(&aside, folder.join(MARK))?;
    flush_folder(folder)
}

fn new(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.ny"))
}

/// The mode that a file has; new files are for the program's user and group.
fn mode_of(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).map_or(0o640, |data| data.permissions().mode() & 0o777)
}

fn write(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::options().create_new(true).write(true).mode(mode).open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [(&str, &[u8]); 2] = [("organisation.toml", b"gammel"), ("ansvar.toml", b"gammelt")];
    const NEW: [(&str, &[u8]); 2] = [("organisation.toml", b"ny"), ("ansvar.toml", b"nyt")];

    fn folder_with_old() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let turn = Turn::take(folder.path()).expect("the folder").expect("nobody else");
        switch(folder.path(), &OLD, &turn).expect("written");
        folder
    }

    #[track_caller]
    fn holds(folder: &Path, files: &[(&str, &[u8])]) {
        for (name, bytes) in files {
            assert_eq!(std::fs::read(folder.join(name)).expect("the file"), *bytes, "{name}");
        }
    }

    #[test]
    fn before_the_mark_the_old_files_count_and_after_it_the_new_ones() {
        let folder = folder_with_old();
        prepare(folder.path(), &NEW).expect("prepared");
        recover(folder.path()).expect("recovered");
        holds(folder.path(), &OLD);
        mark(folder.path(), &NEW).expect("marked");
        holds(folder.path(), &OLD);
        recover(folder.path()).expect("recovered");
        holds(folder.path(), &NEW);
    }

    #[test]
    fn a_switch_cut_off_between_renames_is_finished() {
        let folder = folder_with_old();
        prepare(folder.path(), &NEW).expect("prepared");
        mark(folder.path(), &NEW).expect("marked");
        std::fs::rename(new(folder.path(), NEW[0].0), folder.path().join(NEW[0].0)).expect("renamed");
        recover(folder.path()).expect("recovered");
        holds(folder.path(), &NEW);
        recover(folder.path()).expect("again");
        holds(folder.path(), &NEW);
    }

    #[test]
    fn the_previous_files_are_kept_beside() {
        let folder = folder_with_old();
        let turn = Turn::take(folder.path()).expect("the folder").expect("nobody else");
        switch(folder.path(), &NEW, &turn).expect("written");
        holds(folder.path(), &NEW);
        holds(
            folder.path(),
            &[("organisation.toml.forrige", b"gammel"), ("ansvar.toml.forrige", b"gammelt")],
        );
        let litter = |name: &str| name.ends_with(".ny") || name == MARK;
        for entry in std::fs::read_dir(folder.path()).expect("the folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            assert!(!litter(&name), "{name}");
        }
    }

    #[test]
    fn two_do_not_write_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Turn::take(folder.path()).expect("the folder");
        assert!(first.is_some());
        assert!(Turn::take(folder.path()).expect("the folder").is_none());
        drop(first);
        assert!(Turn::take(folder.path()).expect("the folder").is_some());
    }

    #[test]
    fn a_mark_names_only_our_files() {
        let folder = folder_with_old();
        std::fs::write(folder.path().join(".regler.toml.ny"), "fremmed").expect("written");
        std::fs::write(folder.path().join(MARK), "regler.toml\n../x\n").expect("written");
        recover(folder.path()).expect("recovered");
        assert!(!folder.path().join("regler.toml").exists());
    }
}
