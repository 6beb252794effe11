//! Features: what the model sees of a letter instead of its words.
//!
//! A letter becomes *terms* (words, pairs of words, pieces of words), each a 32-bit hash; a [`Vocabulary`]
//! keeps the terms that training met and weighs them; the result is a short sparse [`Vector`]. Training and
//! use call the same functions, so they cannot drift apart.
//!
//! **Deliberately absent:** the letter. A vector holds numbers of terms, never text; only [`terms`] knows where in
//! the text a term stood, for explaining a suggestion to the person who reads that very letter.

mod alphabet;
mod terms;
mod vector;
mod vocabulary;
mod words;

pub use terms::{Kind, Term, terms};
pub use vector::Vector;
pub use vocabulary::{NotVocabulary, Vocabulary};
pub use words::{MAX_WORDS, Word, words};
