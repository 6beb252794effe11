//! What goes over the wire. Identities of persons go in bodies, never in addresses.

use esdh::{
    Case, CaseDraft, CaseNumber, Dates, DocumentDraft, DocumentKind, EntryDraft, EntryId, Fault, FileDraft,
    JournalEntry, Party, PartyId, Sensitivity,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct PartyForm {
    is_person: bool,
    number: String,
    name: String,
    primary: bool,
}

impl From<&Party> for PartyForm {
    fn from(party: &Party) -> Self {
        let (is_person, number) = match &party.id {
            PartyId::Cpr(number) => (true, number.clone()),
            PartyId::Cvr(number) => (false, number.clone()),
        };
        Self { is_person, number, name: party.name.clone(), primary: party.primary }
    }
}

impl From<PartyForm> for Party {
    fn from(form: PartyForm) -> Self {
        let id = if form.is_person { PartyId::Cpr(form.number) } else { PartyId::Cvr(form.number) };
        Self { id, name: form.name, primary: form.primary }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CaseForm {
    number: String,
    title: String,
    open: bool,
    successor: Option<String>,
    subject: Option<String>,
    facet: Option<String>,
    unit: Option<String>,
    handler: Option<String>,
    parties: Vec<PartyForm>,
}

impl From<&Case> for CaseForm {
    fn from(case: &Case) -> Self {
        Self {
            number: case.number.0.clone(),
            title: case.title.clone(),
            open: case.open,
            successor: case.successor.as_ref().map(|number| number.0.clone()),
            subject: case.subject.map(|subject| subject.to_string()),
            facet: case.facet.map(|facet| facet.to_string()),
            unit: case.unit.clone(),
            handler: case.handler.clone(),
            parties: case.parties.iter().map(PartyForm::from).collect(),
        }
    }
}

impl From<CaseForm> for Case {
    fn from(form: CaseForm) -> Self {
        Self {
            number: CaseNumber(form.number),
            title: form.title,
            open: form.open,
            successor: form.successor.map(CaseNumber),
            subject: form.subject.and_then(|text| text.parse().ok()),
            facet: form.facet.and_then(|text| text.parse().ok()),
            unit: form.unit,
            handler: form.handler,
            parties: form.parties.into_iter().map(Party::from).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CaseDraftForm {
    pub(super) key: String,
    title: String,
    subject: String,
    facet: Option<String>,
    unit: String,
    handler: Option<String>,
    parties: Vec<PartyForm>,
    sensitivity: String,
    received: Timestamp,
    letter: Option<Date>,
}

impl From<&CaseDraft> for CaseDraftForm {
    fn from(draft: &CaseDraft) -> Self {
        Self {
            key: draft.key.0.clone(),
            title: draft.title.clone(),
            subject: draft.subject.to_string(),
            facet: draft.facet.map(|facet| facet.to_string()),
            unit: draft.unit.clone(),
            handler: draft.handler.clone(),
            parties: draft.parties.iter().map(PartyForm::from).collect(),
            sensitivity: sensitivity_word(draft.sensitivity).into(),
            received: draft.dates.received,
            letter: draft.dates.letter,
        }
    }
}

impl CaseDraftForm {
    pub(super) fn into_draft(self) -> Result<CaseDraft, Fault> {
        Ok(CaseDraft {
            key: EntryId(self.key),
            title: self.title,
            subject: self.subject.parse().map_err(|_| unreadable())?,
            facet: self.facet.and_then(|text| text.parse().ok()),
            unit: self.unit,
            handler: self.handler,
            parties: self.parties.into_iter().map(Party::from).collect(),
            sensitivity: sensitivity(&self.sensitivity)?,
            dates: Dates { received: self.received, letter: self.letter },
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct FileForm {
    name: String,
    format: String,
    language: String,
    size: u64,
    content: u32,
    /// What the upload was answered with.
    pub(super) token: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct DocumentForm {
    kind: String,
    title: String,
    parent: Option<usize>,
    pub(super) files: Vec<FileForm>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EntryDraftForm {
    key: String,
    case: String,
    title: String,
    public_title: Option<String>,
    on_post_list: bool,
    received: Timestamp,
    letter: Option<Date>,
    sender: PartyForm,
    sensitivity: String,
    note: String,
    message_uuid: String,
    message_digest: String,
    pub(super) documents: Vec<DocumentForm>,
    /// Which call of an adapter asks: tells an entry made in one go from one that was taken up again.
    pub(super) call: String,
}

impl EntryDraftForm {
    /// The form of a draft, with the tokens of its files, document by document.
    pub(super) fn of(draft: &EntryDraft, tokens: &[Vec<String>], call: &str) -> Self {
        let file = |(file, token): (&FileDraft, &String)| FileForm {
            name: file.name.clone(),
            format: file.format.clone(),
            language: file.language.clone(),
            size: file.size,
            content: file.content,
            token: token.clone(),
        };
        let documents = draft.documents.iter().zip(tokens).map(|(document, tokens)| DocumentForm {
            kind: kind_word(document.kind).into(),
            title: document.title.clone(),
            parent: document.parent,
            files: document.files.iter().zip(tokens).map(file).collect(),
        });
        Self {
            key: draft.key.0.clone(),
            case: draft.case.0.clone(),
            title: draft.title.clone(),
            public_title: draft.public_title.clone(),
            on_post_list: draft.on_post_list,
            received: draft.dates.received,
            letter: draft.dates.letter,
            sender: PartyForm::from(&draft.sender),
            sensitivity: sensitivity_word(draft.sensitivity).into(),
            note: draft.note.clone(),
            message_uuid: draft.message_uuid.clone(),
            message_digest: draft.message_digest.clone(),
            documents: documents.collect(),
            call: call.to_owned(),
        }
    }

    pub(super) fn into_draft(self) -> Result<EntryDraft, Fault> {
        let file = |file: FileForm| FileDraft {
            name: file.name,
            format: file.format,
            language: file.language,
            size: file.size,
            content: file.content,
        };
        let document = |document: DocumentForm| -> Result<DocumentDraft, Fault> {
            Ok(DocumentDraft {
                kind: kind(&document.kind)?,
                title: document.title,
                parent: document.parent,
                files: document.files.into_iter().map(file).collect(),
            })
        };
        Ok(EntryDraft {
            key: EntryId(self.key),
            case: CaseNumber(self.case),
            title: self.title,
            public_title: self.public_title,
            on_post_list: self.on_post_list,
            dates: Dates { received: self.received, letter: self.letter },
            sender: Party::from(self.sender),
            sensitivity: sensitivity(&self.sensitivity)?,
            note: self.note,
            message_uuid: self.message_uuid,
            message_digest: self.message_digest,
            documents: self.documents.into_iter().map(document).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct EntryForm {
    key: String,
    id: String,
    case: String,
    index: Option<u64>,
    title: String,
    received: Timestamp,
    letter: Option<Date>,
    documents: usize,
    pub(super) is_final: bool,
}

impl EntryForm {
    pub(super) fn of(entry: &JournalEntry, is_final: bool) -> Self {
        Self {
            key: entry.key.0.clone(),
            id: entry.id.clone(),
            case: entry.case.0.clone(),
            index: entry.index,
            title: entry.title.clone(),
            received: entry.dates.received,
            letter: entry.dates.letter,
            documents: entry.documents,
            is_final,
        }
    }
}

impl From<EntryForm> for JournalEntry {
    fn from(form: EntryForm) -> Self {
        Self {
            key: EntryId(form.key),
            id: form.id,
            case: CaseNumber(form.case),
            index: form.index,
            title: form.title,
            dates: Dates { received: form.received, letter: form.letter },
            documents: form.documents,
        }
    }
}

/// A question with one word as its subject: a case number, an entry's key.
#[derive(Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// A question about a party.
#[derive(Serialize, Deserialize)]
pub(super) struct AboutParty {
    pub(super) party: PartyForm,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FaultForm {
    pub(super) reason: String,
    pub(super) after_ms: Option<u64>,
}

fn sensitivity_word(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Open => "open",
        Sensitivity::Confidential => "confidential",
        Sensitivity::Sensitive => "sensitive",
        Sensitivity::Protected => "protected",
    }
}

fn sensitivity(word: &str) -> Result<Sensitivity, Fault> {
    match word {
        "open" => Ok(Sensitivity::Open),
        "confidential" => Ok(Sensitivity::Confidential),
        "sensitive" => Ok(Sensitivity::Sensitive),
        "protected" => Ok(Sensitivity::Protected),
        _ => Err(unreadable()),
    }
}

fn kind_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Main => "main",
        DocumentKind::Additional => "additional",
        DocumentKind::Technical => "technical",
        DocumentKind::Original => "original",
    }
}

fn kind(word: &str) -> Result<DocumentKind, Fault> {
    match word {
        "main" => Ok(DocumentKind::Main),
        "additional" => Ok(DocumentKind::Additional),
        "technical" => Ok(DocumentKind::Technical),
        "original" => Ok(DocumentKind::Original),
        _ => Err(unreadable()),
    }
}

fn unreadable() -> Fault {
    Fault::Refused { reason: "forespørgslen kan ikke forstås".into() }
}
