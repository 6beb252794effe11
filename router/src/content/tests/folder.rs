use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use super::{contract, letter, new_key, now, random};
use crate::content::{Backend, Binding, ContentError, ContentStore, seal};

const OURS: Binding<'static> = Binding { message_id: "m1", purpose: "message" };

async fn open(path: &Path) -> ContentStore {
    ContentStore::open(&Backend::Folder { path: path.to_owned() }, now()).await.unwrap()
}

fn one() -> Vec<crate::content::Sealed> {
    vec![seal(&new_key(), OURS, b"letter", &mut random)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_the_promises() {
    let folder = tempfile::tempdir().unwrap();
    contract::holds(open(&folder.path().join("deep/content")).await).await;
}

#[tokio::test]
async fn only_the_owner_may_look_into_a_folder_we_make() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("content");
    let store = open(&root).await;
    store.put_pack("2026/x", one()).await.unwrap();
    for made in [root.clone(), root.join("2026")] {
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_swept_and_what_is_being_written_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_pack("2026/11/kept.pack", one()).await.unwrap();
    let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
    for (name, modified) in
        [("2026/11/old#1", old), ("2026/11/new#2", SystemTime::now()), ("2026/11/kept.pack", old)]
    {
        let file = File::options().append(true).create(true).open(folder.path().join(name)).unwrap();
        file.set_modified(modified).unwrap();
    }
    assert_eq!(store.sweep(now()).await.unwrap(), 1);
    let mut left: Vec<_> = fs::read_dir(folder.path().join("2026/11"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["kept.pack", "new#2"]);
}

#[tokio::test]
async fn a_dropped_writer_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut writer = store.writer("2026/large", &new_key(), OURS, &mut random).unwrap();
    writer.write(&letter(5_000_000)).await.unwrap();
    assert_eq!(fs::read_dir(folder.path().join("2026")).unwrap().count(), 1);
    drop(writer);
    for _ in 0..500 {
        if fs::read_dir(folder.path().join("2026")).unwrap().count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a half-written file is still there");
}

#[tokio::test]
async fn when_the_disk_with_the_folder_is_away_nothing_is_written_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("content");
    let store = open(&root).await;
    let refs = store.put_pack("2026/x", one()).await.unwrap();
    fs::rename(&root, folder.path().join("away")).unwrap();
    fs::create_dir(&root).unwrap();
    assert!(matches!(store.put_pack("2026/y", one()).await, Err(ContentError::Unavailable(_))));
    assert!(matches!(store.probe(&mut random).await, Err(ContentError::Unavailable(_))));
    assert!(matches!(store.reader(&refs[0], &new_key(), OURS).await, Err(ContentError::Unavailable(_))));
    assert!(matches!(store.delete("2026/x").await, Err(ContentError::Unavailable(_))));
    fs::remove_dir(&root).unwrap();
    assert!(matches!(store.put_pack("2026/y", one()).await, Err(ContentError::Unavailable(_))));
    assert!(!root.exists());
    fs::rename(folder.path().join("away"), &root).unwrap();
    store.put_pack("2026/y", one()).await.unwrap();
    store.probe(&mut random).await.unwrap();
}

#[tokio::test]
async fn a_day_folder_that_was_removed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_pack("2026/x", one()).await.unwrap();
    fs::remove_dir_all(folder.path().join("2026")).unwrap();
    store.put_pack("2026/x", one()).await.unwrap();
}

/// A small disk of our own, when we may make one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mounted = mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
        if !mounted {
            eprintln!("skipped: may not mount a small disk here");
        }
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn remount(&self, how: &str) {
        assert!(mount(&["-o", &format!("remount,{how}")], self.0.path()));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn mount(arguments: &[&str], path: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn a_full_disk_says_so_and_works_again_when_there_is_room() {
    let Some(disk) = Disk::mount("1m") else { return };
    let store = open(&disk.path()).await;
    store.probe(&mut random).await.unwrap();
    let stuffing = disk.path().join("stuffing");
    fs::write(&stuffing, vec![0; 2 << 20]).unwrap_err();

    let key = new_key();
    let big = || vec![seal(&key, OURS, &letter(100_000), &mut random)];
    let pack = store.put_pack("2026/x.pack", big()).await;
    assert!(matches!(pack, Err(ContentError::Full(_))), "{pack:?}");
    let probe = store.probe(&mut random).await;
    assert!(matches!(probe, Err(ContentError::Full(_))), "{probe:?}");
    let mut writer = store.writer("2026/large", &key, OURS, &mut random).unwrap();
    let written = match writer.write(&letter(4_000_000)).await {
        Ok(()) => writer.finish().await.map(drop),
        Err(error) => {
            assert!(writer.write(b"more").await.is_err(), "an upload that failed takes no more");
            Err(error)
        }
    };
    assert!(matches!(written, Err(ContentError::Full(_))), "{written:?}");

    fs::remove_file(&stuffing).unwrap();
    let refs = store.put_pack("2026/x.pack", big()).await.unwrap();
    assert!(store.read(&refs[0], &key, OURS, 100_000).await.unwrap() == letter(100_000));
    store.probe(&mut random).await.unwrap();
}

#[tokio::test]
async fn a_read_only_disk_says_so_can_be_read_and_works_again_when_it_may_be_written() {
    let Some(disk) = Disk::mount("1m") else { return };
    let key = new_key();
    let pack = || vec![seal(&key, OURS, b"letter", &mut random)];
    let before = open(&disk.path()).await;
    let refs = before.put_pack("2026/x", pack()).await.unwrap();
    disk.remount("ro");
    for store in [before, open(&disk.path()).await] {
        let put = store.put_pack("2026/y", pack()).await;
        assert!(matches!(put, Err(ContentError::ReadOnly(_))), "{put:?}");
        let new_day = store.put_pack("2027/y", pack()).await;
        assert!(matches!(new_day, Err(ContentError::ReadOnly(_))), "{new_day:?}");
        let probe = store.probe(&mut random).await;
        assert!(matches!(probe, Err(ContentError::ReadOnly(_))), "{probe:?}");
        let delete = store.delete("2026/x").await;
        assert!(matches!(delete, Err(ContentError::ReadOnly(_))), "{delete:?}");
        assert_eq!(store.read(&refs[0], &key, OURS, 10).await.unwrap(), b"letter");
        disk.remount("rw");
        store.put_pack("2026/y", pack()).await.unwrap();
        disk.remount("ro");
    }
}
