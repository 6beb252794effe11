//! The same promises for the folder and for S3, and what each does in trouble.

mod contract;
mod folder;
mod s3;
mod sealing;

use jiff::Timestamp;

use crate::keys::MessageKey;

fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has random bytes");
}

fn new_key() -> MessageKey {
    MessageKey::generate(&mut random)
}

fn now() -> Timestamp {
    Timestamp::now()
}

/// Bytes that look like nothing and differ from place to place.
fn letter(length: usize) -> Vec<u8> {
    (0..length as u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect()
}
