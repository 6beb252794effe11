//! From a message and its decision to the journal entry that is to be written.

use esdh::{
    CaseDraft, CaseNumber, Dates, DocumentDraft, DocumentKind, EntryDraft, EntryId, FileDraft, Party, PartyId,
};
use jiff::civil::Date;
use rules::{CaseParty, Decision, Sensitivity};

use super::decide::decider_word;
use super::{Decided, InHand};
use crate::store::cases::copenhagen;
use crate::store::message::hex;

/// Content number of the MeMo message itself, as received.
pub(crate) const ORIGINAL: u32 = u32::MAX;

/// Why a message cannot be journaled without a person; Danish.
pub(super) type Missing = &'static str;

pub(super) fn entry_key(in_hand: &InHand) -> EntryId {
    EntryId(format!("modtag:{}", in_hand.id))
}

/// The entry, on this case.
pub(super) fn entry(
    in_hand: &InHand,
    decided: &Decided,
    case: CaseNumber,
    public_title: String,
    default: Option<esdh::Sensitivity>,
) -> Result<EntryDraft, Missing> {
    let message = &in_hand.reading.message;
    let header = &message.header;
    Ok(EntryDraft {
        key: entry_key(in_hand),
        case,
        title: title(in_hand),
        public_title: Some(public_title),
        // Off until a person decides otherwise (offentlighedsloven § 16, R7).
        on_post_list: false,
        dates: dates(in_hand),
        sender: sender(in_hand)?,
        sensitivity: sensitivity(decided.decision.annotations.sensitivity, default)?,
        note: note(in_hand, &decided.decision),
        message_uuid: header.message_uuid.to_string(),
        message_digest: hex(&in_hand.digest),
        documents: documents(in_hand),
    })
}

/// The case that a message opens when its decision says so.
pub(super) fn new_case(
    in_hand: &InHand,
    decided: &Decided,
    subject: kle::Subject,
    facet: Option<kle::Facet>,
    default: Option<esdh::Sensitivity>,
) -> Result<CaseDraft, Missing> {
    let rules::Outcome::HandOver(hand_over) = &decided.decision.outcome else {
        return Err("beslutningen overdrager ikke meddelelsen");
    };
    let template = decided.decision.further.new_case.clone().unwrap_or_default();
    let party = match template.party {
        CaseParty::About => about(in_hand)?,
        CaseParty::Sender => sender(in_hand)?,
        CaseParty::Representative => representative(in_hand).map_or_else(|| sender(in_hand), Ok)?,
    };
    let named = template.title_for(&decided.facts, subject, facet);
    Ok(CaseDraft {
        key: EntryId(format!("modtag-case:{}", in_hand.id)),
        title: named.unwrap_or_else(|| title(in_hand)),
        subject,
        facet,
        unit: hand_over.unit.clone(),
        handler: hand_over.person.clone(),
        parties: vec![Party { primary: true, ..party }],
        sensitivity: sensitivity(
            decided.decision.annotations.sensitivity.max(template.sensitivity),
            default,
        )?,
        dates: dates(in_hand),
    })
}

/// A short thematic title (offentlighedsloven § 15(3) no. 2): the sender's, else what is known of the letter.
fn title(in_hand: &InHand) -> String {
    let message = &in_hand.reading.message;
    let header = &message.header;
    let of_document = message
        .body
        .as_ref()
        .and_then(|body| body.main_document.as_ref())
        .and_then(|main| main.label.as_deref());
    [Some(header.label.as_str()), of_document, header.message_code.as_deref()]
        .into_iter()
        .flatten()
        .map(str::trim)
        .find(|text| !text.is_empty())
        .map_or_else(|| "Digital Post uden titel".to_owned(), str::to_owned)
}

fn dates(in_hand: &InHand) -> Dates {
    let created = in_hand.reading.message.body.as_ref().and_then(|body| body.created);
    let letter = created.map(|at| at.to_zoned(copenhagen()).date());
    // A letter dated in year 1 is how some senders write "no date" (spec: digital-post-interfaces §10, forwards).
    let letter = letter.filter(|date| *date > Date::constant(1970, 1, 1));
    Dates { received: in_hand.available_at, letter }
}

fn sender(in_hand: &InHand) -> Result<Party, Missing> {
    let sender = &in_hand.reading.message.header.sender;
    party(&sender.sender_id, &sender.label).ok_or("afsenderens nummer er hverken et CPR- eller et CVR-nummer")
}

/// Whoever writes on behalf of the sender.
fn representative(in_hand: &InHand) -> Option<Party> {
    let representative = in_hand.reading.message.header.sender.representative.as_ref()?;
    party(&representative.representative_id, &representative.label)
}

/// Whom the message is about: the person or company marked, else the sender.
fn about(in_hand: &InHand) -> Result<Party, Missing> {
    let content = in_hand.reading.message.header.content_data.as_ref();
    let person = content
        .and_then(|content| content.cpr.as_ref())
        .and_then(|cpr| party(&cpr.cpr_number, cpr.name.as_deref().unwrap_or("")));
    let company = content
        .and_then(|content| content.cvr.as_ref())
        .and_then(|cvr| party(&cvr.cvr_number, cvr.company_name.as_deref().unwrap_or("")));
    match person.or(company) {
        Some(party) => Ok(party),
        None => sender(in_hand),
    }
}

fn party(number: &str, name: &str) -> Option<Party> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let id = match digits.len() {
        10 => PartyId::Cpr(digits),
        8 => PartyId::Cvr(digits),
        _ => return None,
    };
    Some(Party { id, name: name.to_owned(), primary: false })
}

pub(super) fn sensitivity(
    decided: Option<Sensitivity>,
    default: Option<esdh::Sensitivity>,
) -> Result<esdh::Sensitivity, Missing> {
    match decided {
        Some(Sensitivity::Open) => Ok(esdh::Sensitivity::Open),
        Some(Sensitivity::Confidential) => Ok(esdh::Sensitivity::Confidential),
        Some(Sensitivity::Sensitive) => Ok(esdh::Sensitivity::Sensitive),
        Some(Sensitivity::Protected) => Ok(esdh::Sensitivity::Protected),
        None => default.ok_or("følsomheden er ikke sat, hverken af en regel eller i konfigurationen"),
    }
}

/// The note that a system writes must say that it is automatic (`spec/journaling-law.md` §2).
fn note(in_hand: &InHand, decision: &Decision) -> String {
    let edition = &decision.trace.edition;
    let said = match &decision.decider {
        rules::Decider::Person(id) => {
            format!("Fordelt af medarbejder {id}; journaliseret af modtag. Regelsæt {edition}.")
        }
        other => format!("Automatisk journaliseret af modtag ({}). Regelsæt {edition}.", decider_word(other)),
    };
    let Some(part) = in_hand.part else { return said };
    let (number, of) = (part.number, part.of);
    let carries = if in_hand.reading.trimmed { " Den har ikke alle brevets dokumenter med." } else { "" };
    format!(
        "{said} Del {number} af et brev, der blev delt; brevet som modtaget har id {of} i modtag.{carries}"
    )
}

fn documents(in_hand: &InHand) -> Vec<DocumentDraft> {
    let message = &in_hand.reading.message;
    let mut documents = Vec::new();
    if let Some(body) = &message.body {
        if let Some(main) = &body.main_document {
            documents.push(document(DocumentKind::Main, main, None, &title(in_hand)));
        }
        let parent = body.main_document.as_ref().map(|_| 0);
        for additional in &body.additional_documents {
            documents.push(document(DocumentKind::Additional, additional, parent, "Bilag"));
        }
        for technical in &body.technical_documents {
            documents.push(document(DocumentKind::Technical, technical, parent, "Teknisk dokument"));
        }
    }
    // The message as received holds every document: a part that carries some of them must not bring the rest along.
    if in_hand.reading.trimmed {
        return documents;
    }
    let parent = (!documents.is_empty()).then_some(0);
    documents.push(DocumentDraft {
        kind: DocumentKind::Original,
        title: "Meddelelsen som modtaget (MeMo)".into(),
        parent,
        files: vec![FileDraft {
            name: format!("{}.xml", message.header.message_uuid),
            format: "application/xml".into(),
            language: "da".into(),
            size: in_hand.size,
            content: ORIGINAL,
        }],
    });
    documents
}

fn document(
    kind: DocumentKind,
    document: &memo::Document,
    parent: Option<usize>,
    fallback: &str,
) -> DocumentDraft {
    let label = document.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    let of_file = document.files.first().map(|file| file.filename.trim()).filter(|name| !name.is_empty());
    DocumentDraft {
        kind,
        title: label.or(of_file).unwrap_or(fallback).to_owned(),
        parent,
        files: document
            .files
            .iter()
            .map(|file| FileDraft {
                name: file.filename.clone(),
                format: file.encoding_format.clone(),
                language: file.language.clone(),
                size: file.size,
                content: file.content,
            })
            .collect(),
    }
}
