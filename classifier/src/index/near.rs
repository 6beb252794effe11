//! Asking the index.

use tantivy::collector::TopDocs;
use tantivy::query::BooleanQuery;
use tantivy::{Searcher, TantivyError, Term};

use super::schema::{SUBJECT, spelled, subject};
use super::{Index, IndexFault};

/// How many stems of a letter are asked for: its rarest. The common ones are in so many letters that they cost most
/// of the time and tell nothing: on letters kept out, the forty rarest found better neighbours than all did.
const ASKED: usize = 40;
/// The most that one stem can add to a likeness per unit of its rarity (BM25 with k1 = 1.2).
const FULL: f32 = 2.2;

/// A letter that is like the one asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its subject.
    pub subject: kle::Subject,
    /// How like, 0 to 1: its BM25 score as a share of what a letter with every stem asked for could have.
    pub likeness: f32,
}

impl Index {
    /// The letters most like one with these stems, at most `count`, the likest first.
    pub fn nearest(&self, stems: &[u32], count: usize) -> Result<Vec<Near>, IndexFault> {
        let searcher = self.reader.searcher();
        let (terms, most) = self.asked(&searcher, stems)?;
        if terms.is_empty() || count == 0 {
            return Ok(Vec::new());
        }
        let query = BooleanQuery::new_multiterms_query(terms);
        let found = searcher.search(&query, &TopDocs::with_limit(count).order_by_score())?;
        let mut near = Vec::with_capacity(found.len());
        for (score, place) in found {
            let column = searcher.segment_reader(place.segment_ord).fast_fields().u64(SUBJECT)?;
            let number = column.first(place.doc_id);
            if let Some(subject) = number.and_then(subject) {
                near.push(Near { subject, likeness: (score / most).min(1.0) });
            }
        }
        Ok(near)
    }

    /// These stems with how often each stands in them, at most `most` times, ascending; only those that at least
    /// `letters` letters of the index have.
    pub fn common(&self, stems: &[u32], letters: u64, most: u8) -> Result<Vec<(u32, u8)>, IndexFault> {
        let searcher = self.reader.searcher();
        let mut stems = stems.to_vec();
        stems.sort_unstable();
        let mut common = Vec::new();
        for same in stems.chunk_by(|one, other| one == other) {
            if searcher.doc_freq(&Term::from_field_text(self.fields.stems, &spelled(same[0])))? >= letters {
                common.push((same[0], u8::try_from(same.len()).unwrap_or(most).min(most)));
            }
        }
        Ok(common)
    }

    /// The rarest of these stems that any letter has, and the score that a letter with all of them could reach.
    fn asked(&self, searcher: &Searcher, stems: &[u32]) -> Result<(Vec<Term>, f32), TantivyError> {
        let mut stems = stems.to_vec();
        stems.sort_unstable();
        stems.dedup();
        let mut known = Vec::with_capacity(stems.len());
        for stem in stems {
            let term = Term::from_field_text(self.fields.stems, &spelled(stem));
            let letters = searcher.doc_freq(&term)?;
            if letters > 0 {
                known.push((letters, term));
            }
        }
        known.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
        known.truncate(ASKED);
        let all = searcher.num_docs() as f32;
        let rarity = |with: &u64| (1.0 + (all - *with as f32 + 0.5) / (*with as f32 + 0.5)).ln();
        let most = known.iter().map(|(with, _)| FULL * rarity(with)).sum();
        Ok((known.into_iter().map(|(_, term)| term).collect(), most))
    }
}
