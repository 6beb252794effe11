use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use ed25519_dalek::{Signer, Verifier};
use proptest::prelude::*;

use super::*;

const CVR: &str = "12345678";

fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has random bytes");
}

fn now() -> Timestamp {
    "2026-11-21T04:00:00.5Z".parse().unwrap()
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    (folder, path)
}

fn created() -> (tempfile::TempDir, PathBuf, Keys) {
    let (folder, path) = place();
    let keys = KeyFile::open_or_create(&path, now(), &mut random).unwrap();
    (folder, path, keys)
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_run_makes_a_file_that_only_its_owner_may_read() {
    let (folder, path, keys) = created();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let again = KeyFile::open_or_create(&path, now(), &mut random).unwrap();
    assert_eq!(again.newest_id(), keys.newest_id());
    assert_eq!(again.fingerprint(), keys.fingerprint());
    assert_eq!(again.authority(CVR).lookup("cpr", "x"), keys.authority(CVR).lookup("cpr", "x"));
    let names: BTreeSet<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["keys.toml".into(), "keys.toml.lock".into()].into(), "no half-written copy is left");
}

#[test]
fn many_that_start_at_once_agree_on_one_file() {
    let (_folder, path) = place();
    let found: BTreeSet<String> = std::thread::scope(|scope| {
        let open = || KeyFile::open_or_create(&path, now(), &mut random).unwrap().fingerprint();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(found.len(), 1);
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let (_folder, path, _) = created();
    for mode in [0o640, 0o604, 0o620, 0o660, 0o644, 0o777] {
        chmod(&path, mode);
        let error = KeyFile::open_or_create(&path, now(), &mut random).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { mode: found, .. } if found == mode), "{error}");
        assert!(error.danish().contains("chmod 600"));
    }
    for mode in [0o400, 0o600] {
        chmod(&path, mode);
        KeyFile::open(&path).unwrap();
    }
}

#[test]
fn what_is_not_a_regular_file_is_refused() {
    let (folder, path, _) = created();
    let link = folder.path().join("link.toml");
    symlink(&path, &link).unwrap();
    assert!(matches!(KeyFile::open(&link), Err(KeyError::NotAFile { .. })));
    assert!(matches!(KeyFile::open(folder.path()), Err(KeyError::NotAFile { .. })));
    assert!(matches!(KeyFile::open(Path::new("/dev/null")), Err(KeyError::NotAFile { .. })));
}

#[test]
fn a_file_of_another_user_is_refused() {
    let (_folder, path, _) = created();
    if std::os::unix::fs::chown(&path, Some(12345), None).is_err() {
        eprintln!("skipped: only root can give a file away");
        return;
    }
    assert!(matches!(KeyFile::open(&path), Err(KeyError::NotOurs { owner: 12345, .. })));
}

#[test]
fn opening_without_a_file_makes_none() {
    let (_folder, path) = place();
    assert!(matches!(KeyFile::open(&path), Err(KeyError::Missing { .. })));
    assert!(!path.exists());
}

#[test]
fn a_damaged_file_is_refused_without_quoting_from_it() {
    let (_folder, path, _) = created();
    let good = fs::read_to_string(&path).unwrap();
    let secrets: Vec<&str> =
        good.lines().filter_map(|line| line.split('"').nth(1)).filter(|s| s.len() == 44).collect();
    assert_eq!(secrets.len(), 3);
    let damages = [
        String::new(),
        good.replace("version = 1", "version = 2"),
        good.replace("[[wrapping]]", "[[wrapping"),
        good.replace("lookup =", "look up ="),
        good.replace("lookup = \"", "lookup = \"!"),
        good.replace("lookup = \"", "lookup = "),
        good.replace("key = \"", "key = \"AAAA"),
        good.replace("id = \"", "id = \"x"),
        good.clone() + &good[good.find("[[wrapping]]").unwrap()..],
        good[..good.find("[[wrapping]]").unwrap()].to_owned() + "wrapping = []\n",
        good.clone() + "surprise = 1\n",
    ];
    for damaged in damages {
        fs::write(&path, &damaged).unwrap();
        let error = KeyFile::open_or_create(&path, now(), &mut random).unwrap_err();
        assert!(matches!(error, KeyError::Damaged { .. }), "{error}");
        let said = format!("{error} {error:?} {}", error.danish());
        assert!(secrets.iter().all(|secret| !said.contains(&secret[4..20])), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged, "a damaged file is left as it is");
    }
}

#[test]
fn rotation_wraps_with_the_new_key_and_still_unwraps_with_the_old() {
    let (_folder, path, keys) = created();
    let key = MessageKey::generate(&mut random);
    let sealed = key.seal("name", b"letter", &mut random);
    let before = keys.authority(CVR).wrap(&key, "m1", &mut random);

    let rotated = KeyFile::rotate(&path, now(), &mut random).unwrap();
    let authority = rotated.authority(CVR);
    assert_eq!(rotated.ids().count(), 2);
    assert_eq!(rotated.fingerprint(), keys.fingerprint());
    assert_eq!(authority.lookup("cpr", "x"), keys.authority(CVR).lookup("cpr", "x"));
    assert!(authority.needs_rewrap(&before));
    let old = authority.unwrap(&before, "m1").unwrap();
    assert_eq!(old.open("name", &sealed).unwrap().as_slice(), b"letter");

    let after = authority.wrap(&old, "m1", &mut random);
    assert_eq!(after.key_id(), rotated.newest_id());
    assert!(!authority.needs_rewrap(&after));
    assert!(
        matches!(keys.authority(CVR).unwrap(&after, "m1"), Err(KeyError::UnknownKey(id)) if id == after.key_id())
    );

    assert!(matches!(KeyFile::drop_key(&path, rotated.newest_id()), Err(KeyError::StillWraps(_))));
    let dropped = KeyFile::drop_key(&path, before.key_id()).unwrap();
    assert!(matches!(dropped.authority(CVR).unwrap(&before, "m1"), Err(KeyError::UnknownKey(_))));
    assert!(dropped.authority(CVR).unwrap(&after, "m1").is_ok());
    assert!(matches!(KeyFile::drop_key(&path, before.key_id()), Err(KeyError::UnknownKey(_))));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn rotations_at_once_lose_no_key() {
    let (_folder, path, _) = created();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| KeyFile::rotate(&path, now(), &mut random).unwrap());
        }
    });
    assert_eq!(KeyFile::open(&path).unwrap().ids().count(), 7);
}

#[test]
fn what_a_crash_left_beside_the_file_does_not_stop_a_rotation() {
    let (folder, path, _) = created();
    let left = folder.path().join("keys.toml.new");
    fs::write(&left, "half").unwrap();
    KeyFile::rotate(&path, now(), &mut random).unwrap();
    assert!(!left.exists());
}

#[test]
fn a_wrapped_key_opens_for_its_own_message_and_authority_only() {
    let (_folder, _, keys) = created();
    let authority = keys.authority(CVR);
    let key = MessageKey::generate(&mut random);
    let wrapped = authority.wrap(&key, "m1", &mut random);
    assert_ne!(wrapped, authority.wrap(&key, "m1", &mut random), "no two wrappings are alike");
    assert!(matches!(authority.unwrap(&wrapped, "m2"), Err(KeyError::Unopenable)));
    assert!(matches!(keys.authority("87654321").unwrap(&wrapped, "m1"), Err(KeyError::Unopenable)));
    for at in 0..wrapped.as_bytes().len() {
        let mut bytes = wrapped.as_bytes().to_vec();
        bytes[at] ^= 1;
        let opened = WrappedKey::from_bytes(&bytes).and_then(|wrapped| authority.unwrap(&wrapped, "m1"));
        assert!(opened.is_err(), "byte {at}");
    }
    let stored = WrappedKey::from_bytes(wrapped.as_bytes()).unwrap();
    assert_eq!(authority.unwrap(&stored, "m1").unwrap().bytes(), key.bytes());
    assert!(WrappedKey::from_bytes(&wrapped.as_bytes()[1..]).is_err());
}

#[test]
fn look_up_hashes_differ_by_kind_value_and_authority() {
    let (_folder, _, keys) = created();
    let authority = keys.authority(CVR);
    let hashes = BTreeSet::from([
        authority.lookup("cpr", "1"),
        authority.lookup("cpr", "2"),
        authority.lookup("cvr", "1"),
        authority.lookup("cp", "r1"),
        authority.lookup("", "cpr1"),
        keys.authority("87654321").lookup("cpr", "1"),
    ]);
    assert_eq!(hashes.len(), 6);
    assert_eq!(authority.lookup("cpr", "1"), keys.authority(CVR).lookup("cpr", "1"));
}

#[test]
fn each_authority_signs_with_a_key_of_its_own_that_stays_the_same() {
    let (_folder, path, keys) = created();
    let signed = keys.authority(CVR).audit_signer().sign(b"checkpoint");
    let again = KeyFile::rotate(&path, now(), &mut random).unwrap();
    assert!(again.authority(CVR).audit_signer().verifying_key().verify(b"checkpoint", &signed).is_ok());
    assert!(
        again.authority("87654321").audit_signer().verifying_key().verify(b"checkpoint", &signed).is_err()
    );
}

#[test]
fn nothing_that_holds_a_key_prints_it() {
    let mut fixed = |bytes: &mut [u8]| bytes.fill(0xAB);
    let keys = Keys::generate(now(), &mut fixed);
    let authority = keys.authority(CVR);
    let key = MessageKey::generate(&mut fixed);
    let said = format!("{keys:?} {authority:?} {key:?} {:?}", authority.wrap(&key, "m1", &mut fixed));
    assert!(!said.contains("171") && said.to_lowercase().matches("ab").count() <= 2 * 8 + 2, "{said}");
}

#[test]
fn a_key_id_reads_back_what_it_prints() {
    let id = KeyId([0, 1, 2, 3, 4, 5, 6, 255]);
    assert_eq!(id.to_string().parse::<KeyId>().unwrap(), id);
    for wrong in ["", "+001020304050607", "00010203040506", "zz01020304050607", "000102030405060708"] {
        assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sealed_row_value_opens_unchanged_and_only_unchanged(
        plain in proptest::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let key = MessageKey::generate(&mut random);
        let sealed = key.seal("label", &plain, &mut random);
        prop_assert!(*key.open("label", &sealed).unwrap() == plain);
        prop_assert_eq!(sealed.len(), plain.len() + 29);
        prop_assert!(key.open("name", &sealed).is_err());
        prop_assert!(MessageKey::generate(&mut random).open("label", &sealed).is_err());
        prop_assert!(key.open("label", &sealed[..at.index(sealed.len())]).is_err());
        let mut flipped = sealed.clone();
        flipped[at.index(sealed.len())] ^= 1 << bit;
        prop_assert!(key.open("label", &flipped).is_err());
    }
}
