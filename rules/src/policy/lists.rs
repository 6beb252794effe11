//! Lists of senders: CVR numbers under a name, so that rules need not repeat them.

use std::collections::BTreeSet;

use super::authority::cvr;
use super::finding::Findings;
use super::table::{At, Table};

/// A `[[sender_list]]` as read.
pub(super) struct SenderListDraft {
    pub(super) id: At<String>,
    pub(super) cvrs: BTreeSet<String>,
}

impl SenderListDraft {
    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let id = table.required("id", findings);
        // For the reader of the file.
        table.text("title", findings);
        if !table.has("cvr") {
            table.missing("cvr");
        }
        let texts = table.some_texts("cvr", findings);
        let cvrs = texts.into_iter().filter_map(|text| cvr(text, findings)).collect();
        table.finish(findings);
        Some(Self { id: id?, cvrs })
    }
}
