//! Crosswalks: which KLE subjects a number of another list means (FORM, or an authority's own list).
//!
//! A list has no order of belief: one number often means several subjects (`spec/data-marking.md` §2, FORMdata), and a rule
//! matches when it speaks of any of them. The trace says that it came through a crosswalk.

use std::collections::BTreeMap;

use kle::{Facet, Subject};
use memo::Message;

use super::finding::{Findings, Place};
use super::marks::subject;
use super::table::{At, Table};
use crate::fold;

/// The name of the FORM list; `ContentData.FORMdata` carries its numbers.
const FORM: &str = "form";

/// Number of a list, folded, to KLE.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crosswalks {
    entries: BTreeMap<(String, String), Vec<Subject>>,
}

/// A subject that a mark other than KLE means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crossed {
    pub(crate) subject: Subject,
    /// The facet that stood beside the mark.
    pub(crate) facet: Option<Facet>,
    /// The list and number, for the trace: `FORM 59.10.05.10`. Comes from the policy, not from the message.
    pub(crate) mark: String,
}

impl Crosswalks {
    /// The subjects of a message's FORM mark, and of additional data that is called after a list.
    pub(crate) fn of(&self, message: &Message) -> Vec<Crossed> {
        let Some(content) = message.header.content_data.as_ref().filter(|_| !self.entries.is_empty()) else {
            return Vec::new();
        };
        let form =
            content.form.iter().map(|form| (FORM.to_owned(), &form.task_key, form.activity_facet.as_deref()));
        let own = content.additional.iter().flat_map(|data| {
            let names = data.data_type.iter().chain([&data.name]);
            names.map(|name| (fold::plain(name), &data.value, None))
        });
        form.chain(own).flat_map(|(list, number, facet)| self.subjects(list, number, facet)).collect()
    }

    fn subjects(&self, list: String, number: &str, facet: Option<&str>) -> Vec<Crossed> {
        let facet = facet.and_then(|facet| Facet::parse(facet.trim()).ok());
        let key = (list, fold::plain(number));
        let mark = format!("{} {}", key.0.to_uppercase(), key.1);
        let subjects = self.entries.get(&key).into_iter().flatten();
        subjects.map(|&subject| Crossed { subject, facet, mark: mark.clone() }).collect()
    }

    /// Every list, number of it, and the subjects it means.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &str, &[Subject])> {
        self.entries
            .iter()
            .map(|((list, code), subjects)| (list.as_str(), code.as_str(), subjects.as_slice()))
    }

    /// Has the authority given any?
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts the drafts together; the same number of a list stands once.
    pub(super) fn hold_together(drafts: Vec<CrosswalkDraft>, findings: &mut Findings<'_>) -> Self {
        let mut crosswalks = Self::default();
        let mut places: BTreeMap<(String, String), Place> = BTreeMap::new();
        for draft in drafts {
            let key = (fold::plain(&draft.list), fold::plain(&draft.code.value));
            if let Some(first) = places.insert(key.clone(), draft.code.place) {
                let what = format!("»{}« står også i {}", draft.code.value, findings.line_of(first));
                findings.add(draft.code.place, "duplicate-crosswalk", what, "Saml dem i én kle = [\"…\"]");
            }
            crosswalks.entries.insert(key, draft.subjects);
        }
        crosswalks
    }
}

/// A `[[crosswalk]]` as read.
pub(super) struct CrosswalkDraft {
    list: String,
    code: At<String>,
    subjects: Vec<Subject>,
}

impl CrosswalkDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let list = table.text("list", findings).map_or_else(|| FORM.to_owned(), |list| list.value);
        let code = table.required("code", findings);
        if !table.has("kle") {
            table.missing("kle");
        }
        let texts = table.some_texts("kle", findings);
        let subjects =
            texts.into_iter().filter_map(|text| subject(text, findings)).map(|s| s.value).collect();
        // Where the row comes from is for the reader of the file; a decision does not need it.
        table.text("source", findings);
        table.finish(findings);
        Some(Self { list, code: code?, subjects })
    }
}
