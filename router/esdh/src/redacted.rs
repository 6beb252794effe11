//! How the types that hold personal data print themselves: shape and keys, never names, numbers or titles.

use std::fmt::{Debug, Formatter, Result};

use crate::{Case, CaseDraft, DocumentDraft, EntryDraft, FileDraft, JournalEntry, Party, PartyId};

impl Debug for PartyId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            PartyId::Cpr(_) => f.write_str("Cpr(redacted)"),
            PartyId::Cvr(_) => f.write_str("Cvr(redacted)"),
        }
    }
}

impl Debug for Party {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Party").field("id", &self.id).field("primary", &self.primary).finish_non_exhaustive()
    }
}

impl Debug for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Case")
            .field("number", &self.number)
            .field("open", &self.open)
            .field("successor", &self.successor)
            .field("parties", &self.parties.len())
            .finish_non_exhaustive()
    }
}

impl Debug for CaseDraft {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("CaseDraft")
            .field("key", &self.key)
            .field("sensitivity", &self.sensitivity)
            .field("dates", &self.dates)
            .field("parties", &self.parties.len())
            .finish_non_exhaustive()
    }
}

impl Debug for EntryDraft {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("EntryDraft")
            .field("key", &self.key)
            .field("case", &self.case)
            .field("on_post_list", &self.on_post_list)
            .field("dates", &self.dates)
            .field("sensitivity", &self.sensitivity)
            .field("documents", &self.documents)
            .finish_non_exhaustive()
    }
}

impl Debug for DocumentDraft {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("DocumentDraft")
            .field("kind", &self.kind)
            .field("parent", &self.parent)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Debug for FileDraft {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("FileDraft")
            .field("size", &self.size)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

impl Debug for JournalEntry {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("JournalEntry")
            .field("key", &self.key)
            .field("id", &self.id)
            .field("case", &self.case)
            .field("index", &self.index)
            .field("dates", &self.dates)
            .field("documents", &self.documents)
            .finish_non_exhaustive()
    }
}
