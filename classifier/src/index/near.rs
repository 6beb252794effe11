//! Asking the index.
//!
//! BM25, term by term: a letter's forty rarest stems have some thousand letters between them, so adding up is faster
//! than the search that skips letters, which is made for few terms with long lists (half a millisecond against 2.8).

use tantivy::postings::Postings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Score, Searcher, SegmentReader, TERMINATED, TantivyError, Term};

use super::schema::{spelled, subject};
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

/// A letter of the index: its score, its segment and its number there.
type Found = (Score, usize, u32);

impl Index {
    /// The letters most like one with these stems, at most `count`, the likest first.
    pub fn nearest(&self, stems: &[u32], count: usize) -> Result<Vec<Near>, IndexFault> {
        let searcher = self.reader.searcher();
        let (terms, most) = self.asked(&searcher, stems)?;
        let mut found = Vec::new();
        for (number, segment) in searcher.segment_readers().iter().enumerate() {
            self.weigh(&searcher, segment, number, &terms, &mut found)?;
        }
        let likest = |one: &Found, other: &Found| {
            other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2)))
        };
        if count > 0 && count < found.len() {
            found.select_nth_unstable_by(count - 1, likest);
        }
        found.truncate(count);
        found.sort_unstable_by(likest);
        let near = |(score, segment, letter): Found| {
            let number = self.subjects.get(segment)?.first(letter)?;
            Some(Near { subject: subject(number)?, likeness: (score / most).min(1.0) })
        };
        Ok(found.into_iter().filter_map(near).collect())
    }

    /// Adds the letters of a segment that have any of these stems, with their scores.
    fn weigh(
        &self,
        searcher: &Searcher,
        segment: &SegmentReader,
        number: usize,
        terms: &[(u64, Term)],
        found: &mut Vec<Found>,
    ) -> Result<(), IndexFault> {
        let (letters, field) = (searcher.num_docs(), self.fields.stems);
        let length = searcher.total_num_tokens(field)? as Score / letters.max(1) as Score;
        let (lists, lengths) = (segment.inverted_index(field)?, segment.get_fieldnorms_reader(field)?);
        let mut scores: Vec<Score> = vec![0.0; segment.max_doc() as usize];
        let mut touched = Vec::new();
        for (with, term) in terms {
            let list = lists.read_postings(term, IndexRecordOption::WithFreqs);
            let Some(mut list) = list.map_err(TantivyError::from)? else { continue };
            let weight = Bm25Weight::for_one_term_without_explain(*with, letters, length);
            while list.doc() != TERMINATED {
                let score = &mut scores[list.doc() as usize];
                if *score == 0.0 {
                    touched.push(list.doc());
                }
                *score += weight.score(lengths.fieldnorm_id(list.doc()), list.term_freq());
                list.advance();
            }
        }
        found.extend(touched.into_iter().map(|letter| (scores[letter as usize], number, letter)));
        Ok(())
    }

    /// These stems with how often each stands in them, at most `most` times, ascending; only those that at least
    /// `letters` letters of the index have.
    pub fn common(&self, stems: &[u32], letters: u64, most: u8) -> Result<Vec<(u32, u8)>, IndexFault> {
        let mut stems = stems.to_vec();
        stems.sort_unstable();
        let mut common = Vec::new();
        for same in stems.chunk_by(|one, other| one == other) {
            if self.letters_with(same[0])? >= letters {
                common.push((same[0], u8::try_from(same.len()).unwrap_or(most).min(most)));
            }
        }
        Ok(common)
    }

    /// How many letters of the index have this stem.
    pub fn letters_with(&self, stem: u32) -> Result<u64, IndexFault> {
        let term = Term::from_field_text(self.fields.stems, &spelled(stem));
        Ok(self.reader.searcher().doc_freq(&term)?)
    }

    /// The rarest of these stems that any letter has, with how many have them, and the score that a letter with all of
    /// them could reach.
    fn asked(&self, searcher: &Searcher, stems: &[u32]) -> Result<(Vec<(u64, Term)>, f32), TantivyError> {
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
        known.sort_unstable();
        known.truncate(ASKED);
        let all = searcher.num_docs() as f32;
        let rarity = |with: &u64| (1.0 + (all - *with as f32 + 0.5) / (*with as f32 + 0.5)).ln();
        let most = known.iter().map(|(with, _)| FULL * rarity(with)).sum();
        Ok((known, most))
    }
}
