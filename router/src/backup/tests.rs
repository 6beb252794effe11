//! A house is backed up and put back, and everything that may be wrong with an archive is told apart.
//!
//! With `MODTAG_TEST_POSTGRES` set to the URL of an empty PostgreSQL database, the journey goes by way of that, too.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use indicatif::ProgressBar;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::*;
use crate::audit::Actor;
use crate::clock::{Entropy, SetClock};
use crate::config::{Config, Sources};
use crate::intake::{Channel, Intake, files};
use crate::journey::drain;
use crate::setup::{self, House, World};
use crate::store::dump::{Row, TABLES, Table};

const CVR: &str = "29189129";

fn world() -> World {
    let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    World { clock: Arc::new(SetClock::new(now)), entropy: Entropy::system() }
}

fn operator() -> Actor {
    Actor::person("anna", "operator")
}

fn config_of(folder: &Path, cvr: &str, url: Option<&str>) -> Config {
    let data = folder.join("data");
    let mut environment = vec![
        ("MODTAG_AUTHORITY__CVR".to_owned(), OsString::from(cvr)),
        ("MODTAG_AUTHORITY__NAME".to_owned(), OsString::from("Prøve Kommune")),
        ("MODTAG_DATA__FOLDER".to_owned(), data.into_os_string()),
    ];
    environment.extend(url.map(|url| ("MODTAG_DATABASE__URL".to_owned(), OsString::from(url))));
    Config::load(&Sources { file: None, working_folder: folder.to_owned(), environment }).unwrap()
}

/// An empty house with the keys of another.
fn empty(folder: &Path, keys: &Path, url: Option<&str>) -> Config {
    let config = config_of(folder, CVR, url);
    fs::create_dir_all(config.keys.file.parent().unwrap()).unwrap();
    fs::copy(keys, &config.keys.file).unwrap();
    config
}

/// A house with the demo's mail in it, as far as it has come.
async fn house(folder: &Path) -> House {
    let house = setup::open_with(config_of(folder, CVR, None), world(), Vec::new()).await.unwrap();
    let (next, _unheard) = mpsc::channel(1);
    let intake = Intake::open(house.room.clone(), next);
    let mail = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/mail");
    let mut paths: Vec<PathBuf> = fs::read_dir(mail).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().take(12) {
        files::take_file(&intake, Channel::Ingest, path).await;
    }
    fs::write(folder.join("not-memo.xml"), "not a message").unwrap();
    files::take_file(&intake, Channel::Ingest, &folder.join("not-memo.xml")).await;
    drain(&house.room).await.unwrap();
    // What is left by a worker that died.
    let mut journal = house.room.content.raw_put("journal/one").unwrap();
    journal.write(&[7; 700_000]).await.unwrap();
    journal.finish().await.unwrap();
    house
}

async fn backed_up(house: &House, file: &Path) -> Checked {
    write(house, file, Existing::Keep, operator(), &ProgressBar::hidden()).await.unwrap()
}

/// All rows but those of the log, which a backup and a restore both add to.
async fn rows(house: &House) -> Vec<(&'static str, Vec<Row>)> {
    let mut frozen = house.room.store.freeze().await.unwrap();
    let mut all = Vec::new();
    for table in TABLES.iter().filter(|table| !table.name.starts_with("audit_")) {
        let mut rows: Vec<Row> = frozen.rows(table).try_collect().await.unwrap();
        rows.iter_mut().for_each(|row| row.release(table));
        all.push((table.name, rows));
    }
    all
}

async fn assert_same_mail(one: &House, other: &House) {
    for ((table, one), (_, other)) in rows(one).await.into_iter().zip(rows(other).await) {
        assert!(one == other, "{table}: {} rows and {} rows", one.len(), other.len());
    }
    let mut objects: Vec<_> = one.room.content.list().try_collect().await.unwrap();
    objects.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(objects.len() > 1);
    for object in objects {
        let mut bytes = Vec::new();
        for house in [one, other] {
            let raw = house.room.content.raw_get(&object.name).await.unwrap();
            bytes.push(raw.bytes.try_collect::<Vec<_>>().await.unwrap().concat());
        }
        assert!(bytes[0] == bytes[1], "{}", object.name);
    }
}

async fn restored(config: &Config, file: &Path) -> Result<Checked, BackupError> {
    restore(config, world(), file, operator(), &ProgressBar::hidden()).await
}

async fn opened(config: Config) -> House {
    setup::open_with(config, world(), Vec::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_is_restored_is_the_same_house() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = house(&at("first")).await;
    let written = backed_up(&first, &at("a.modtag")).await;
    assert!(written.is_intact() && written.sealed, "{}", written.danish());
    assert_eq!(written.manifest.rows("message"), 13);
    assert_eq!(fs::metadata(at("a.modtag")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!at("a.modtag.partial").exists());

    let mut before = at("a.modtag");
    let mut previous = first;
    for (name, url) in routes() {
        let config = empty(&at(name), &previous.config.keys.file, url.as_deref());
        let checked = restored(&config, &before).await.unwrap();
        assert!(checked.is_intact(), "{}", checked.danish());
        let next = opened(config.clone()).await;
        assert_same_mail(&previous, &next).await;
        // What is there now is not written over.
        assert!(matches!(restored(&config, &before).await, Err(BackupError::InUse("message"))));
        before = at(&format!("{name}.modtag"));
        let again = backed_up(&next, &before).await;
        assert!(again.is_intact(), "{}", again.danish());
        assert!(again.manifest.audit.size > checked.manifest.audit.size);
        previous = next;
    }
}

/// The ways from house to house: SQLite, and by PostgreSQL back to SQLite where there is one.
fn routes() -> Vec<(&'static str, Option<String>)> {
    let mut routes = vec![("second", None)];
    if let Ok(url) = std::env::var("MODTAG_TEST_POSTGRES") {
        routes.extend([("third", Some(url)), ("fourth", None)]);
    }
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_was_started_but_never_used_takes_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = house(&at("first")).await;
    backed_up(&first, &at("a.modtag")).await;
    let config = empty(&at("second"), &first.config.keys.file, None);
    opened(config.clone()).await.room.store.close().await;
    restored(&config, &at("a.modtag")).await.unwrap();
    assert_same_mail(&first, &opened(config).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_interrupted_is_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = house(&at("first")).await;
    backed_up(&first, &at("a.modtag")).await;
    let config = empty(&at("second"), &first.config.keys.file, None);
    // Letters without rows, as an interrupted restore leaves them.
    copy_folder(&first.config.content.folder, &config.content.folder);
    restored(&config, &at("a.modtag")).await.unwrap();
    assert_same_mail(&first, &opened(config).await).await;

    let other = empty(&at("third"), &first.config.keys.file, None);
    copy_folder(&first.config.content.folder, &other.content.folder);
    fs::write(other.content.folder.join("journal/one"), [8; 700_000]).unwrap();
    assert!(
        matches!(restored(&other, &at("a.modtag")).await, Err(BackupError::OtherContent(name)) if name == "journal/one")
    );
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_kept_unless_it_may_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.modtag");
    let first = house(&folder.path().join("first")).await;
    fs::write(&file, "mine").unwrap();
    let bar = ProgressBar::hidden();
    let kept = write(&first, &file, Existing::Keep, operator(), &bar).await;
    assert!(matches!(kept, Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    write(&first, &file, Existing::Replace, operator(), &bar).await.unwrap();
    verify(&file, None, &bar).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_lost_is_named_and_leaves_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let first = house(&folder.path().join("first")).await;
    let table = Table::named("message").unwrap();
    let mut frozen = first.room.store.freeze().await.unwrap();
    let row = frozen.rows(table).try_next().await.unwrap().unwrap();
    frozen.close().await.unwrap();
    first.room.content.delete(row.text(table, "content_object").unwrap()).await.unwrap();
    let file = folder.path().join("a.modtag");
    let lost = write(&first, &file, Existing::Keep, operator(), &ProgressBar::hidden()).await;
    assert!(
        matches!(lost, Err(BackupError::Lost { message, .. }) if message == row.text(table, "id").unwrap())
    );
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_archive_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = house(&at("first")).await;
    backed_up(&first, &at("whole")).await;
    let whole = fs::read(at("whole")).unwrap();
    let keys = crate::keys::KeyFile::open(&first.config.keys.file).unwrap();
    let ours = Keyring::of(&keys, CVR);
    let found = |file: &str, keys: &Keyring| {
        let (file, keys) = (at(file), keys.clone());
        async move { verify(&file, Some(&keys), &ProgressBar::hidden()).await }
    };

    assert!(found("whole", &ours).await.is_ok());
    assert!(matches!(found("nothing", &ours).await, Err(BackupError::NoFile(_))));
    for length in [0, 1, 512, whole.len() / 2, whole.len() - 2048, whole.len() - 1] {
        fs::write(at("short"), &whole[..length]).unwrap();
        assert!(matches!(found("short", &ours).await, Err(BackupError::Truncated)), "{length}");
    }
    // A bit anywhere: in headers, rows, letters, manifest, seal. What pads a member to whole blocks is nobody's.
    let mut undetected = 0;
    for at_byte in (0..whole.len() - 1024).step_by(whole.len() / 61) {
        let mut bytes = whole.clone();
        bytes[at_byte] ^= 1;
        fs::write(at("changed"), &bytes).unwrap();
        match found("changed", &ours).await {
            Err(BackupError::Tampered(_) | BackupError::Truncated | BackupError::Newer(_)) => {}
            Ok(_) => undetected += 1,
            Err(other) => panic!("{at_byte}: {other:?}"),
        }
    }
    assert!(undetected <= 3, "{undetected} changed bytes went unseen");

    forge(&whole, &at("forged"));
    assert!(verify(&at("forged"), None, &ProgressBar::hidden()).await.is_ok());
    assert!(
        matches!(found("forged", &ours).await, Err(BackupError::Tampered(what)) if what.contains("seglet"))
    );

    let other = Keyring::of(&keys, "12345678");
    assert!(matches!(found("whole", &other).await, Err(BackupError::WrongAuthority { .. })));
    let world = world();
    let now = world.clock.now();
    let fresh =
        crate::keys::KeyFile::open_or_create(&at("keys"), now, &mut |bytes| world.entropy.fill(bytes))
            .unwrap();
    assert!(matches!(found("whole", &Keyring::of(&fresh, CVR)).await, Err(BackupError::WrongKeys)));

    let without = config_of(&at("without"), CVR, None);
    let missing = restored(&without, &at("whole")).await;
    assert!(matches!(missing, Err(BackupError::Keys(crate::keys::KeyError::Missing { .. }))));
    assert!(!without.keys.file.exists());
}

/// Writes an archive whose manifest says something else, in good order but for the seal.
fn forge(whole: &[u8], to: &Path) {
    let mut builder = tar::Builder::new(fs::File::create(to).unwrap());
    for entry in tar::Archive::new(whole).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == Path::new("manifest.json") {
            bytes = String::from_utf8(bytes).unwrap().replace("2026-03-02", "2026-03-03").into_bytes();
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap().flush().unwrap();
}
