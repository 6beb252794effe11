//! Made-up cases, drafts and contents that the clauses, and others' tests, start from.

use crate::memory::MemoryContents;
use crate::{
    Case, CaseNumber, Dates, DocumentDraft, DocumentKind, EntryDraft, EntryId, FileDraft, Party, PartyId,
    Sensitivity, dice::Dice,
};

/// Sizes of the sample contents, by number: ordinary, exactly one piece, one more, a single byte.
const SIZES: [u64; 6] = [5_000, 1_021, 1_022, 1, 20_000, 333];

/// A whole draft with a main document in two formats, attachments in two levels, a technical document and the MeMo.
pub fn sample(key: &str, case: &str) -> EntryDraft {
    let dates = Dates {
        received: jiff::Timestamp::constant(1_741_962_600, 0), // 14 March 2025 15:30 in Denmark
        letter: Some(jiff::civil::date(2025, 3, 13)),
    };
    EntryDraft {
        key: EntryId(key.to_owned()),
        case: CaseNumber(case.to_owned()),
        title: "Ansøgning om støtte til æblehave".into(),
        public_title: Some("Borgerhenvendelse om støtte".into()),
        on_post_list: false,
        dates,
        sender: sender(),
        sensitivity: Sensitivity::Confidential,
        note: "Automatisk journaliseret efter reglen »Svar på egen sag«".into(),
        message_uuid: "8c2ea15d-61fb-4ba9-9366-42f8b194c852".into(),
        message_digest: "5f".repeat(32),
        documents: vec![
            document(
                DocumentKind::Main,
                None,
                vec![
                    file(0, "Ansøgning – økonomi.pdf", "application/pdf"),
                    file(1, "Ansøgning.html", "text/html"),
                ],
            ),
            document(DocumentKind::Additional, Some(0), vec![file(2, "bilag 1.docx", DOCX)]),
            document(DocumentKind::Additional, Some(1), vec![file(3, "bilag 1.docx", DOCX)]),
            document(DocumentKind::Technical, Some(0), vec![file(4, "data.xml", "application/xml")]),
            document(DocumentKind::Original, None, vec![file(5, "meddelelse.xml", "application/xml")]),
        ],
    }
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The contents of the sample draft.
pub fn sample_contents() -> MemoryContents {
    let mut contents = MemoryContents::default();
    for (number, size) in (0u32..).zip(SIZES) {
        let mut dice = Dice::new(u64::from(number));
        let bytes: Vec<u8> = (0..size).map(|_| dice.next().to_le_bytes()[0]).collect();
        contents = contents.with(number, bytes);
    }
    contents
}

/// A case with the sample's sender as its party.
pub fn sample_case(number: &str, open: bool) -> Case {
    Case {
        number: CaseNumber(number.to_owned()),
        title: "Æblehave".into(),
        open,
        successor: None,
        subject: None,
        facet: None,
        unit: Some("Have og park".into()),
        handler: None,
        parties: vec![sender()],
    }
}

fn sender() -> Party {
    Party { id: PartyId::Cpr("0101010000".into()), name: "Ane Prøve".into(), primary: true }
}

fn document(kind: DocumentKind, parent: Option<usize>, files: Vec<FileDraft>) -> DocumentDraft {
    DocumentDraft { kind, title: "Dokument".into(), parent, files }
}

fn file(content: u32, name: &str, format: &str) -> FileDraft {
    let size = SIZES.get(content as usize).copied().unwrap_or_default();
    FileDraft { name: name.into(), format: format.into(), language: "da".into(), size, content }
}
