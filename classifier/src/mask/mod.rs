//! Masking: a letter without the persons in it.
//!
//! [`find`] says where personal data stand, [`masked`] puts a fixed Danish word in their place, and
//! [`key_lines`] picks the few sentences a post distributor needs. What a distributor sees is a [`Masked`]
//! text, which only this module can make.
//!
//! Numbers are told by their form and by the word before them. Names have no form: they are told by lists of
//! names, by the words that stand before names, by greetings and signatures, and by having been a name
//! elsewhere in the letter.
//!
//! **Deliberately absent:** any promise that nothing is left. A mask is a help, not an anonymisation.

mod account;
mod address;
mod cpr;
mod digits;
mod email;
mod health;
mod key_lines;
mod known;
mod lexicon;
mod names;
mod other;
mod page;
mod phone;
mod phrases;
mod spans;

pub use cpr::modulus_11;
pub use key_lines::key_lines;
pub use known::Known;
pub use spans::{Found, Kind, Masked, Place, masked};

pub(crate) use page::words;

use crate::LetterText;
use page::Page;
use spans::{Mark, settle};

/// Finds the personal data of a letter: sorted by place and position, apart from each other, on character
/// boundaries.
pub fn find(letter: &LetterText<'_>, known: &Known) -> Vec<Found> {
    let pages = [Page::read(letter.label), Page::read(letter.body)];
    let mut marks = pages.each_ref().map(|page| numbers_and_places(page, known));
    names::find(&pages, &mut marks, known);
    for (page, marks) in pages.iter().zip(&mut marks) {
        health::find(page, marks);
    }
    let [label, body] = marks;
    let label = settle(letter.label, label).into_iter().map(|mark| mark.at(Place::Label));
    label.chain(settle(letter.body, body).into_iter().map(|mark| mark.at(Place::Body))).collect()
}

/// All that is told by its form. Whoever comes first has the digits.
fn numbers_and_places(page: &Page<'_>, known: &Known) -> Vec<Mark> {
    let mut marks = Vec::new();
    known.find(page, &mut marks);
    email::find(page, &mut marks);
    account::find(page, &mut marks);
    cpr::find(page, &mut marks);
    other::find(page, &mut marks);
    phone::find(page, &mut marks);
    address::find(page, &mut marks);
    marks
}

#[cfg(test)]
mod tests;
