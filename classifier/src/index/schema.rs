//! What the index keeps of a letter: its subject and its stems, without order.

use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};

use super::Entry;

/// The fields of the index.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// The subject as a number: `27.18.04` is 271804.
    pub(super) subject: Field,
    /// The stems, as eight hexadecimal digits each.
    pub(super) stems: Field,
}

/// Name of the fast field, for reading it back.
pub(super) const SUBJECT: &str = "subject";

pub(super) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let counted = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
    let subject = schema.add_u64_field(SUBJECT, FAST);
    let stems = schema.add_text_field("stems", TextOptions::default().set_indexing_options(counted));
    (schema.build(), Fields { subject, stems })
}

/// A stem as the index spells it.
pub(super) fn spelled(stem: u32) -> String {
    format!("{stem:08x}")
}

impl Fields {
    pub(super) fn document(&self, entry: &Entry) -> TantivyDocument {
        let token =
            |(position, stem): (usize, &u32)| Token { position, text: spelled(*stem), ..Token::default() };
        let tokens = entry.stems.iter().enumerate().map(token);
        let stems = PreTokenizedString { text: String::new(), tokens: tokens.collect() };
        let mut document = TantivyDocument::default();
        document.add_u64(self.subject, number(entry.subject));
        document.add_pre_tokenized_text(self.stems, stems);
        document
    }
}

/// `27.18.04` as 271804.
fn number(subject: kle::Subject) -> u64 {
    let digits = subject.to_string();
    digits.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// 271804 as `27.18.04`; `None` for what [`number`] never makes.
pub(super) fn subject(number: u64) -> Option<kle::Subject> {
    let text = format!("{:02}.{:02}.{:02}", number / 10_000, number / 100 % 100, number % 100);
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_goes_in_and_comes_out() {
        for text in ["00.01.00", "27.18.04", "99.99.99"] {
            let there: kle::Subject = text.parse().expect(text);
            assert_eq!(subject(number(there)), Some(there));
        }
    }
}
