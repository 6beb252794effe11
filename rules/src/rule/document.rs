//! The document condition: one file that is all of what is asked, which conditions on single fields can not say.

use memo::{Body, Document, File};

use super::keys::{self, Keys};
use super::text::TextPattern;
use crate::policy::{Findings, Table};
use crate::{Facts, fold};

/// Which place in the body a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentPlace {
    Main,
    Additional,
    Technical,
}

/// What one file must be. Lists that are empty ask nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DocumentPattern {
    places: Vec<DocumentPlace>,
    /// Extensions of file names, lower case, without full stop.
    extensions: Vec<String>,
    /// MIME types, lower case.
    types: Vec<String>,
    languages: Vec<String>,
    /// Over the file name or the document's title.
    name: Option<TextPattern>,
    /// Bytes of the decoded file.
    at_least: Option<u64>,
    at_most: Option<u64>,
}

impl DocumentPattern {
    pub(super) fn test(&self, facts: &Facts) -> bool {
        facts.message.body.as_ref().is_some_and(|body| {
            documents(body).any(|(place, document)| {
                (self.places.is_empty() || self.places.contains(&place))
                    && document.files.iter().any(|file| self.fits(document, file))
            })
        })
    }

    fn fits(&self, document: &Document, file: &File) -> bool {
        let one_of = |words: &[String], value: &str| words.is_empty() || words.contains(&fold::plain(value));
        let extension = file.filename.rsplit_once('.').map_or("", |(_, extension)| extension);
        one_of(&self.extensions, extension)
            && one_of(&self.types, &file.encoding_format)
            && one_of(&self.languages, &file.language)
            && self.at_least.is_none_or(|least| file.size >= least)
            && self.at_most.is_none_or(|most| file.size <= most)
            && self.name.as_ref().is_none_or(|name| {
                name.is_match(&fold::line(&file.filename))
                    || document.label.as_ref().is_some_and(|label| name.is_match(&fold::line(label)))
            })
    }

    /// The expression over names, for the linter.
    pub(crate) fn name(&self) -> Option<&TextPattern> {
        self.name.as_ref()
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let places = [
            ("main", DocumentPlace::Main),
            ("additional", DocumentPlace::Additional),
            ("technical", DocumentPlace::Technical),
        ];
        let pattern = Self {
            places: keys::choices(&table, "place", &places, findings),
            extensions: keys::plain(&table, "extension", findings)
                .into_iter()
                .map(|e| e.trim_start_matches('.').to_owned())
                .collect(),
            types: keys::plain(&table, "type", findings),
            languages: keys::plain(&table, "language", findings),
            name: table.text("name_pattern", findings).and_then(|name| TextPattern::read(&name, findings)),
            at_least: table.count("at_least", findings),
            at_most: table.count("at_most", findings),
        };
        table.some_key(
            &["place", "extension", "type", "language", "name_pattern", "at_least", "at_most"],
            findings,
        );
        table.finish(findings);
        Some(pattern)
    }
}

fn documents(body: &Body) -> impl Iterator<Item = (DocumentPlace, &Document)> {
    let main = body.main_document.iter().map(|document| (DocumentPlace::Main, document));
    let additional = body.additional_documents.iter().map(|document| (DocumentPlace::Additional, document));
    let technical = body.technical_documents.iter().map(|document| (DocumentPlace::Technical, document));
    main.chain(additional).chain(technical)
}
