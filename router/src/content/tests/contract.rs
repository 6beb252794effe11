//! What a store of letters promises, wherever it keeps them.

use std::io::{BufRead, Read};

use futures::{StreamExt, TryStreamExt};

use super::{letter, new_key, random};
use crate::{
    content::{Binding, ContentError, ContentRef, ContentStore, seal},
    keys::MessageKey,
};

const OURS: Binding<'static> = Binding { message_id: "m1", purpose: "message" };
const ALL: usize = usize::MAX;

/// Runs all of it against one store, which must be empty.
pub(super) async fn holds(store: ContentStore) {
    store.probe(&mut random).await.unwrap();
    assert!(names(&store).await.is_empty(), "a probe leaves nothing");
    a_pack_gives_each_letter_back(&store).await;
    a_streamed_letter_comes_back_whichever_way_it_is_read(&store).await;
    an_unfinished_letter_is_never_seen(&store).await;
    changed_objects_are_not_opened(&store).await;
    what_is_not_there_is_missing(&store).await;
    a_backup_can_be_taken_and_laid_back(&store).await;
    names_from_outside_are_refused(&store).await;
}

async fn names(store: &ContentStore) -> Vec<String> {
    let mut names: Vec<_> = store.list().map_ok(|object| object.name).try_collect().await.unwrap();
    names.sort();
    names
}

async fn write(store: &ContentStore, name: &str, key: &MessageKey, plain: &[u8], piece: usize) -> ContentRef {
    let mut writer = store.writer(name, key, OURS, &mut random).unwrap();
    for piece in plain.chunks(piece) {
        writer.write(piece).await.unwrap();
    }
    assert_eq!(writer.plain_written(), plain.len() as u64);
    let at = writer.finish().await.unwrap();
    assert_eq!(at.plain_length(), Some(plain.len() as u64));
    at
}

async fn raw(store: &ContentStore, name: &str) -> Vec<u8> {
    let raw = store.raw_get(name).await.unwrap();
    let size = raw.size;
    let bytes = raw.bytes.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(bytes.len() as u64, size);
    bytes
}

async fn lay(store: &ContentStore, name: &str, bytes: &[u8]) -> ContentRef {
    let mut upload = store.raw_put(name).unwrap();
    upload.write(bytes).await.unwrap();
    let length = upload.finish().await.unwrap();
    ContentRef { object: name.to_owned(), offset: 0, length }
}

async fn a_pack_gives_each_letter_back(store: &ContentStore) {
    let letters: Vec<_> = [0, 1, 20_000, 65_535, 65_536, 65_537, 300_000].map(letter).into();
    let keys: Vec<_> = letters.iter().map(|_| new_key()).collect();
    let items = keys.iter().zip(&letters).map(|(key, plain)| seal(key, OURS, plain, &mut random)).collect();
    let refs = store.put_pack("2026/11/21/first.pack", items).await.unwrap();
    for ((at, key), plain) in refs.iter().zip(&keys).zip(&letters) {
        assert!(store.read(at, key, OURS, plain.len()).await.unwrap() == *plain, "{at:?}");
        assert!(matches!(store.read(at, &new_key(), OURS, ALL).await, Err(ContentError::Tampered { .. })));
        let other = Binding::message("m2");
        assert!(matches!(store.read(at, key, other, ALL).await, Err(ContentError::Tampered { .. })));
    }
    assert!(matches!(store.read(&refs[2], &keys[2], OURS, 19_999).await, Err(ContentError::TooLarge)));
    assert!(matches!(store.read(&refs[3], &keys[2], OURS, ALL).await, Err(ContentError::Tampered { .. })));
    let shifted = ContentRef { offset: refs[2].offset + 1, ..refs[2].clone() };
    assert!(matches!(store.read(&shifted, &keys[2], OURS, ALL).await, Err(ContentError::Tampered { .. })));
    assert_eq!(names(store).await, ["2026/11/21/first.pack"]);
    store.delete("2026/11/21/first.pack").await.unwrap();
    assert!(matches!(store.read(&refs[0], &keys[0], OURS, ALL).await, Err(ContentError::Missing { .. })));
}

async fn a_streamed_letter_comes_back_whichever_way_it_is_read(store: &ContentStore) {
    let key = new_key();
    for (length, piece) in [(0, 1), (10, 3), (65_536, 65_536), (1_048_576, 70_001), (5_500_000, 1_000_000)] {
        let plain = letter(length);
        let at = write(store, "2026/11/21/large", &key, &plain, piece).await;

        let stream = store.reader(&at, &key, OURS).await.unwrap().into_stream();
        assert!(stream.try_collect::<Vec<_>>().await.unwrap().concat() == plain, "streamed, {length}");

        let mut blocking = store.reader(&at, &key, OURS).await.unwrap().into_blocking();
        let read = tokio::task::spawn_blocking(move || {
            let mut read = Vec::new();
            blocking.read_to_end(&mut read).unwrap();
            assert!(blocking.fill_buf().unwrap().is_empty(), "the end stays the end");
            read
        });
        assert!(read.await.unwrap() == plain, "blocking, {length}");
    }
    let at = write(store, "2026/11/21/large", &key, &letter(1_000_000), 10_000).await;
    drop(store.reader(&at, &key, OURS).await.unwrap().into_blocking());
    store.delete("2026/11/21/large").await.unwrap();
}

async fn an_unfinished_letter_is_never_seen(store: &ContentStore) {
    let key = new_key();
    for length in [10, 1_500_000, 6_000_000] {
        let mut writer = store.writer("2026/11/22/unfinished", &key, OURS, &mut random).unwrap();
        writer.write(&letter(length)).await.unwrap();
        assert!(names(store).await.is_empty());
        drop(writer);
    }
    assert!(names(store).await.is_empty());
}

async fn changed_objects_are_not_opened(store: &ContentStore) {
    let key = new_key();
    let plain = letter(200_000);
    let good = write(store, "whole", &key, &plain, 4096).await;
    let bytes = raw(store, "whole").await;
    for flip in [0, 3, 10, 30, 65_000, 65_560, 131_200, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[flip] ^= 0x10;
        let at = lay(store, "changed", &changed).await;
        let read = store.read(&at, &key, OURS, ALL).await;
        assert!(matches!(read, Err(ContentError::Tampered { .. })), "byte {flip}: {read:?}");
    }
    for cut in [0, 1, 20, 36, 65_572, 131_124, bytes.len() - 1] {
        let short = lay(store, "changed", &bytes[..cut]).await;
        for at in [ContentRef { length: good.length, ..short.clone() }, short] {
            let read = store.read(&at, &key, OURS, ALL).await;
            assert!(matches!(read, Err(ContentError::Tampered { .. })), "cut at {cut}: {read:?}");
        }
    }
    let long = lay(store, "changed", &[bytes.as_slice(), &bytes[20..]].concat()).await;
    assert!(matches!(store.read(&long, &key, OURS, ALL).await, Err(ContentError::Tampered { .. })));
    let beyond = ContentRef { object: "whole".into(), offset: 10_000_000, length: 100 };
    assert!(matches!(store.read(&beyond, &key, OURS, ALL).await, Err(ContentError::Tampered { .. })));
    let absurd = ContentRef { object: "whole".into(), offset: u64::MAX, length: 100 };
    assert!(matches!(store.reader(&absurd, &key, OURS).await, Err(ContentError::Tampered { .. })));

    // What was sound before the fault is handed out, what comes after it is not, and the end never looks like one.
    let mut changed = bytes.clone();
    changed[150_000] ^= 1;
    let at = lay(store, "changed", &changed).await;
    let mut blocking = store.reader(&at, &key, OURS).await.unwrap().into_blocking();
    let (read, first, second) = tokio::task::spawn_blocking(move || {
        let mut read = Vec::new();
        let first = blocking.read_to_end(&mut read).unwrap_err();
        (read, first, blocking.read(&mut [0; 8]).unwrap_err())
    })
    .await
    .unwrap();
    assert!(plain.starts_with(&read) && read.len() == 2 * 65_536);
    assert!(matches!(ContentError::from_io(&first), Some(ContentError::Tampered { .. })));
    assert!(ContentError::from_io(&second).is_some());
    store.delete("changed").await.unwrap();
    store.delete("whole").await.unwrap();
}

async fn what_is_not_there_is_missing(store: &ContentStore) {
    let at = ContentRef { object: "2026/11/21/gone".into(), offset: 0, length: 100 };
    assert!(
        matches!(store.reader(&at, &new_key(), OURS).await, Err(ContentError::Missing { object }) if object == at.object)
    );
    assert!(matches!(store.raw_get("gone").await, Err(ContentError::Missing { .. })));
    store.delete("gone").await.unwrap();
}

async fn a_backup_can_be_taken_and_laid_back(store: &ContentStore) {
    let key = new_key();
    let plain = letter(5_300_000);
    let at = write(store, "2026/11/23/kept", &key, &plain, 100_000).await;
    let listed: Vec<_> = store.list().try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].name.as_str(), listed[0].size), ("2026/11/23/kept", at.length));

    let mut copy = Vec::new();
    let mut raw = store.raw_get(&at.object).await.unwrap();
    while let Some(piece) = raw.bytes.next().await {
        copy.extend_from_slice(&piece.unwrap());
    }
    store.delete(&at.object).await.unwrap();
    assert_eq!(lay(store, &at.object, &copy).await, at);
    assert!(store.read(&at, &key, OURS, ALL).await.unwrap() == plain);
    store.delete(&at.object).await.unwrap();
    assert!(names(store).await.is_empty());
}

async fn names_from_outside_are_refused(store: &ContentStore) {
    for name in [
        "", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", ".a", "a/.b", "a b", "a#1", "a\\b", "æ", "a%2e",
        "a\0",
    ] {
        assert!(matches!(store.put_pack(name, vec![]).await, Err(ContentError::BadName)), "{name:?}");
        assert!(matches!(store.delete(name).await, Err(ContentError::BadName)), "{name:?}");
        assert!(matches!(store.raw_put(name), Err(ContentError::BadName)), "{name:?}");
        let at = ContentRef { object: name.to_owned(), offset: 0, length: 100 };
        assert!(matches!(store.reader(&at, &new_key(), OURS).await, Err(ContentError::BadName)), "{name:?}");
    }
}
