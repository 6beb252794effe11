use bytes::BytesMut;
use proptest::prelude::*;

use super::{letter, new_key, random};
use crate::{
    content::{
        Binding, ContentRef,
        seal::{CHUNK, HEADER, NotOurs, Opener, Sealer, TAG, seal},
    },
    keys::MessageKey,
};

const OURS: Binding<'static> = Binding { message_id: "m1", purpose: "message" };
const SIZE: usize = CHUNK + TAG;

fn sealed(key: &MessageKey, plain: &[u8]) -> Vec<u8> {
    seal(key, OURS, plain, &mut random).into_bytes().to_vec()
}

fn open(sealed: &[u8], key: &MessageKey, binding: Binding<'_>) -> Result<Vec<u8>, NotOurs> {
    let (header, mut rest) = sealed.split_first_chunk::<HEADER>().ok_or(NotOurs)?;
    let mut opener = Opener::new(header, key, binding)?;
    let mut plain = Vec::new();
    loop {
        let (chunk, later) = rest.split_at(rest.len().min(SIZE));
        let mut chunk = BytesMut::from(chunk);
        opener.open(&mut chunk, later.is_empty())?;
        plain.extend_from_slice(&chunk);
        rest = later;
        if rest.is_empty() {
            return Ok(plain);
        }
    }
}

#[test]
fn every_length_around_a_chunk_opens_unchanged() {
    let key = new_key();
    for length in [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1] {
        let plain = letter(length);
        let sealed = sealed(&key, &plain);
        let at = ContentRef { object: String::new(), offset: 0, length: sealed.len() as u64 };
        assert_eq!(at.plain_length(), Some(length as u64));
        assert_eq!(open(&sealed, &key, OURS).unwrap(), plain, "{length}");
    }
}

#[test]
fn lengths_that_nothing_sealed_has_are_known_as_such() {
    let plain_length = |length| ContentRef { object: String::new(), offset: 0, length }.plain_length();
    let (header, tag, size) = (HEADER as u64, TAG as u64, SIZE as u64);
    assert_eq!(plain_length(header + tag), Some(0));
    for wrong in [0, header, header + tag - 1, header + size + 1, header + size + tag] {
        assert_eq!(plain_length(wrong), None, "{wrong}");
    }
}

#[test]
fn another_key_message_or_purpose_opens_nothing() {
    let key = new_key();
    let sealed = sealed(&key, b"letter");
    assert!(open(&sealed, &key, OURS).is_ok());
    assert!(open(&sealed, &new_key(), OURS).is_err());
    for other in [
        Binding::message("m2"),
        Binding::new("m1", "text"),
        Binding::new("1", "messagem"),
        Binding::message(""),
    ] {
        assert!(open(&sealed, &key, other).is_err(), "{other:?}");
    }
}

#[test]
fn chunks_cannot_be_moved_doubled_left_out_or_taken_from_elsewhere() {
    let key = new_key();
    let plain = letter(3 * CHUNK + 100);
    let good = sealed(&key, &plain);
    let other = sealed(&key, &plain);
    let chunk = |n: usize| HEADER + n * SIZE..(HEADER + (n + 1) * SIZE).min(good.len());
    let from = |source: &[u8], order: &[usize]| {
        let mut bytes = good[..HEADER].to_vec();
        order.iter().for_each(|n| bytes.extend_from_slice(&source[chunk(*n)]));
        bytes
    };
    assert_eq!(open(&from(&good, &[0, 1, 2, 3]), &key, OURS).unwrap(), plain);
    let wrong: [&[usize]; 9] = [
        &[1, 0, 2, 3],
        &[0, 2, 1, 3],
        &[0, 1, 3],
        &[0, 1, 2],
        &[0],
        &[3],
        &[0, 0, 1, 2, 3],
        &[0, 1, 2, 3, 3],
        &[0, 1, 2, 2, 3],
    ];
    for order in wrong {
        assert!(open(&from(&good, order), &key, OURS).is_err(), "{order:?}");
    }
    assert!(open(&from(&other, &[0, 1, 2, 3]), &key, OURS).is_err(), "the same letter sealed twice");
    assert!(open(&good[..HEADER], &key, OURS).is_err());
}

#[test]
fn no_two_sealings_of_a_letter_are_alike() {
    let key = new_key();
    assert_ne!(sealed(&key, b"letter"), sealed(&key, b"letter"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_sealed_opens_unchanged_and_only_unchanged(
        length in prop_oneof![0..300usize, CHUNK - 20..CHUNK + 20, 0..3 * CHUNK],
        at in any::<prop::sample::Index>(),
        bit in 0..8u8,
        more in proptest::collection::vec(any::<u8>(), 1..40),
    ) {
        let key = new_key();
        let plain = letter(length);
        let good = sealed(&key, &plain);
        prop_assert!(open(&good, &key, OURS).unwrap() == plain);
        let mut flipped = good.clone();
        flipped[at.index(good.len())] ^= 1 << bit;
        prop_assert!(open(&flipped, &key, OURS).is_err(), "flipped");
        prop_assert!(open(&good[..at.index(good.len())], &key, OURS).is_err(), "cut short");
        prop_assert!(open(&[good.clone(), more].concat(), &key, OURS).is_err(), "made longer");
    }

    #[test]
    fn a_stream_is_the_same_in_whatever_pieces_it_comes(
        pieces in proptest::collection::vec(0..CHUNK + 5000, 0..5),
        drained in any::<bool>(),
    ) {
        let key = new_key();
        let plain = letter(pieces.iter().sum());
        let mut sealer = Sealer::new(&key, OURS, &mut random);
        let (mut sealed, mut rest) = (Vec::new(), plain.as_slice());
        for piece in pieces {
            let (now, later) = rest.split_at(piece);
            sealer.push(now).unwrap();
            if drained {
                sealed.extend_from_slice(sealer.closed());
                sealer.forget_closed();
            }
            rest = later;
        }
        sealed.extend(sealer.finish().unwrap());
        prop_assert!(open(&sealed, &key, OURS).unwrap() == plain);
    }
}
