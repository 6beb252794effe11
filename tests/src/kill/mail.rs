//! The messages: a mix that takes every path, each with what must come of it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::cases::{self, CASES};
use crate::dice::Dice;
use crate::letters::{Letter, uuid};

/// What must come of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// One entry; with a faulty case system perhaps a person instead.
    Journaled,
    /// Handed over without an entry.
    NotJournaled,
    /// At the desk.
    Waiting,
    /// No MeMo.
    Quarantined,
}

pub(super) struct Mail {
    /// Its UUID, which is also the name of the part that is pushed.
    pub(super) uuid: Uuid,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: [u8; 32],
    pub(super) expected: Expected,
    /// Delivered once more although it was acknowledged.
    pub(super) comes_again: bool,
}

pub(super) fn letters(messages: usize, seed: u64) -> Vec<Mail> {
    let mut dice = Dice::new(seed);
    (0..messages as u64).map(|number| mail(number, &mut dice)).collect()
}

fn mail(number: u64, dice: &mut Dice) -> Mail {
    // A citizen of their own, so that no earlier message has opened a case for them.
    let citizen = Letter::from_citizen(number, &format!("610{number:07}"), "Ane Prøve");
    let (letter, expected) = match dice.below(100) {
        0..50 => {
            let case = dice.below(CASES);
            let answer = Letter::from_citizen(number, &cases::party(case), "Mette Prøve");
            (answer.answering(cases::sent(case), None, None), Expected::Journaled)
        }
        50..60 => (citizen.kle("32.18.04", Some("G01")), Expected::Journaled),
        60..66 => (citizen.contact_point("3F2A6F0E-4F6D-4B86-9F0E-6A1F0D5C2B11"), Expected::Journaled),
        66..74 => (citizen.kle("05.01.02", Some("G01")), Expected::Journaled),
        74..80 => (citizen.kle("17.15.00", None), Expected::NotJournaled),
        80..95 => (citizen, Expected::Waiting),
        _ => (citizen, Expected::Quarantined),
    };
    let letter = match dice.below(100) {
        // Small enough to share an object with others, and large enough for one of its own.
        0..30 => letter.attachment("Bilag", "bilag.pdf", "application/pdf", noise(dice, 1_000, 20_000)),
        30..36 => {
            letter.attachment("Stort bilag", "stort.pdf", "application/pdf", noise(dice, 60_000, 200_000))
        }
        _ => letter,
    };
    let mut bytes = letter.bytes();
    if expected == Expected::Quarantined {
        bytes.truncate(bytes.len() / 2);
    }
    let digest = Sha256::digest(&bytes).into();
    Mail { uuid: uuid(number), bytes, digest, expected, comes_again: dice.below(100) < 12 }
}

fn noise(dice: &mut Dice, least: u64, most: u64) -> Vec<u8> {
    let size = least + dice.below(most - least);
    (0..size / 8).flat_map(|_| dice.throw().to_le_bytes()).collect()
}
