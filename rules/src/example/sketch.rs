//! A sketch: a message by the few facts that matter, made whole by what most messages have.

use std::collections::BTreeMap;

use jiff::Timestamp;
use memo::{Body, Document, File, LabelledValue, Message};

use crate::{
    Belief, CaseFacts, Evidence, Facts, Judgement, Limit, MessageKind, NamedCase, Policy, SenderKind,
    Standing, Suggestion, TechnicalMark, gather,
};

/// The facts that are given; what is not given is as in a citizen's new letter to us, a working day at noon.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Sketch {
    pub(crate) kind: Option<MessageKind>,
    pub(crate) sender: Option<SenderKind>,
    /// The sender's CPR or CVR number.
    pub(crate) sender_id: Option<String>,
    /// As senders write them, with their faults.
    pub(crate) kle: Option<String>,
    pub(crate) facet: Option<String>,
    pub(crate) label: String,
    pub(crate) text: String,
    /// File names; the first is the main document.
    pub(crate) files: Vec<String>,
    /// MeMo path and value.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) contact_info: Vec<(String, String)>,
    pub(crate) additional_data: Vec<(String, String)>,
    pub(crate) technical: Vec<(String, String)>,
    pub(crate) named_case: Option<&'static str>,
    pub(crate) suggested: Option<Suggested>,
    pub(crate) received: Option<Timestamp>,
}

/// What the classifier believes of a sketch.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Suggested {
    pub(crate) subject: kle::Subject,
    pub(crate) confidence: f32,
    /// From which confidence on it may decide, as if the unit's settled letters had shown it.
    pub(crate) sure_from: Option<f32>,
}

impl Suggested {
    fn judgement(self, policy: &Policy) -> Judgement {
        let limit = |from| Limit { from, letters: None };
        let standing = policy.responsible(self.subject, None).zip(self.sure_from);
        Judgement {
            beliefs: vec![Belief { label: self.subject, confidence: self.confidence }],
            standing: standing.map(|(unit, from)| Standing {
                unit: unit.id.clone(),
                subject: Some(limit(from)),
                ..Standing::default()
            }),
            ..Judgement::default()
        }
    }
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sketch(…)")
    }
}

/// A Monday at noon, neither a holiday nor near one.
const WHEN: &str = "2026-01-12T11:00:00Z";

/// The sender of a letter that does not say who sent it.
const CITIZEN: &str = "2211771212";

/// What case states of a sketch are called.
pub(super) const CASES: [&str; 6] = ["open", "closed", "not-party", "several", "unknown", "foreign"];

impl Sketch {
    /// The facts of the sketched message. `None` when its fields do not make a message.
    pub(crate) fn facts(&self, policy: &Policy) -> Option<Facts> {
        let mut message = self.message(policy)?;
        self.add_documents(&mut message);
        let subject = gather::marked_subject(policy, &message);
        let suggested = self.suggested.map(|Suggested { subject, confidence, .. }| Suggestion {
            subject,
            confidence,
            why: vec![],
        });
        let kind = self.kind.unwrap_or_else(|| gather::message_kind(policy, &message));
        let sender = self.sender.unwrap_or_else(|| gather::sender_kind(policy, &message));
        let recipient = gather::recipient_kind(policy, &message);
        let technical = self.technical.iter().map(|(name, value)| TechnicalMark {
            document: String::new(),
            name: name.clone(),
            value: value.clone(),
        });
        Some(Facts {
            remarks: Vec::new(),
            available_at: self.received.or_else(|| WHEN.parse().ok())?,
            size: 20_000,
            kind,
            sender,
            recipient,
            subject,
            named_cases: self.named_case.map(named_cases).unwrap_or_default(),
            holds: Vec::new(),
            text: self.text.clone(),
            suggestions: suggested.into_iter().collect(),
            technical: technical.collect(),
            judgement: self.suggested.map(|suggested| suggested.judgement(policy)),
            glimpse: None,
            message,
        })
    }

    /// The message, read from MeMo as one that arrives.
    fn message(&self, policy: &Policy) -> Option<Message> {
        let xml = xml::written(&self.elements(policy));
        memo::read(xml.as_bytes(), &mut memo::Discard).ok().map(|reading| reading.message)
    }

    /// Paths and values of the header, with what every message has.
    fn elements(&self, policy: &Policy) -> Vec<(String, String)> {
        let mut elements: BTreeMap<String, String> = BTreeMap::new();
        let sender = self.sender_id.clone().unwrap_or_else(|| match self.sender {
            None | Some(SenderKind::Citizen) => CITIZEN.to_owned(),
            Some(SenderKind::Ourselves) => policy.authority().cvr.clone(),
            Some(SenderKind::Authority) => policy.authority().a_known_authority().to_owned(),
            Some(SenderKind::Company) => "11111111".to_owned(),
            Some(SenderKind::Unknown) => "ukendt".to_owned(),
        });
        let id_type = if sender.len() == 10 { "CPR" } else { "CVR" };
        let mut put = |path: &str, value: &str| elements.insert(path.to_owned(), value.to_owned());
        put("messageType", "DIGITALPOST");
        put("messageUUID", "8d7f0c52-6d5f-4d0e-9d0c-1f2d3c4b5a69");
        put("label", if self.label.is_empty() { "Brev" } else { &self.label });
        put("Sender.senderID", &sender);
        put("Sender.idType", id_type);
        put("Sender.label", "Afsender");
        put("Recipient.recipientID", &policy.authority().cvr);
        put("Recipient.idType", "CVR");
        if let Some(kle) = &self.kle {
            put("ContentData.KLEdata.subjectKey", kle);
        }
        if let Some(facet) = &self.facet {
            put("ContentData.KLEdata.activityFacet", facet);
        }
        if self.kind == Some(MessageKind::Forward) {
            put("ForwardData.originalSender", "En anden afsender");
        }
        elements.extend(self.fields.clone());
        elements.into_iter().collect()
    }

    fn add_documents(&self, message: &mut Message) {
        if !self.contact_info.is_empty() {
            let point = message.header.recipient.contact_point.get_or_insert_default();
            point.contact_info.extend(
                self.contact_info
                    .iter()
                    .map(|(label, value)| LabelledValue { label: label.clone(), value: value.clone() }),
            );
        }
        if !self.additional_data.is_empty() {
            let content = message.header.content_data.get_or_insert_default();
            content.additional.extend(self.additional_data.iter().map(|(name, value)| {
                memo::AdditionalContentData { data_type: None, name: name.clone(), value: value.clone() }
            }));
        }
        let body = message.body.get_or_insert_default();
        let default = ["Brev.pdf".to_owned()];
        let files: &[String] =
            if self.files.is_empty() && body.main_document.is_none() { &default } else { &self.files };
        for filename in files {
            add_file(body, filename);
        }
    }
}

fn add_file(body: &mut Body, filename: &str) {
    let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let encoding_format = match extension.as_str() {
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "html" => "text/html",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    };
    let file = File {
        encoding_format: encoding_format.to_owned(),
        filename: filename.to_owned(),
        language: "da".to_owned(),
        content: 0,
        size: 10_000,
    };
    let document = Document { files: vec![file], ..Document::default() };
    match &body.main_document {
        None => body.main_document = Some(document),
        Some(_) => body.additional_documents.push(document),
    }
}

/// Cases as a journal would answer, by their state.
fn named_cases(state: &str) -> Vec<NamedCase> {
    let case = |number: &str, open: bool, sender_is_party: bool| NamedCase {
        evidence: Evidence::CaseIdOfOurSystem,
        number: number.to_owned(),
        ours: true,
        found: Some(CaseFacts {
            number: number.to_owned(),
            open,
            successor: None,
            sender_is_party,
            unit: None,
            handler: None,
            subject: None,
        }),
    };
    let unfound = |ours| NamedCase {
        evidence: Evidence::CaseIdOfOurSystem,
        number: "EKSEMPEL-1".to_owned(),
        ours,
        found: None,
    };
    match state {
        "open" => vec![case("EKSEMPEL-1", true, true)],
        "closed" => vec![case("EKSEMPEL-1", false, true)],
        "not-party" => vec![case("EKSEMPEL-1", true, false)],
        "several" => vec![case("EKSEMPEL-1", true, true), case("EKSEMPEL-2", true, true)],
        "unknown" => vec![unfound(true)],
        _ => vec![unfound(false)],
    }
}

mod xml {
    //! Paths and values written as MeMo. Elements of one path share their parents.

    use std::fmt::Write as _;

    const NAMESPACES: &str = concat!(
        r#"xmlns:memo="https://DigitalPost.dk/MeMo-1" xmlns:grd="https://data.gov.dk/model/core/" "#,
        r#"xmlns:kle="http://kle-online.dk/" xmlns:form="http://www.form-online.dk/" "#,
        r#"xmlns:dmv="https://motorregister.skat.dk/" "#,
        r#"xmlns:gln="https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/" "#,
        r#"xmlns:udd="https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#" "#,
        r#"xmlns:sor="https://services.nsi.dk/en/Services/SOR""#,
    );

    /// The prefix of an element, by its name and its parent's prefix. Source: `spec/memo-format.md` §1 and §3.
    fn prefix(name: &str, parent: &'static str) -> &'static str {
        match name {
            "ProductionUnit"
            | "SEnumber"
            | "EID"
            | "Address"
            | "UnstructuredAddress"
            | "CPRdata"
            | "CVRdata"
            | "PropertyNumber" => "grd",
            "GlobalLocationNumber" => "gln",
            "SORdata" => "sor",
            "MotorVehicle" => "dmv",
            "KLEdata" => "kle",
            "FORMdata" => "form",
            "Education" => "udd",
            _ => parent,
        }
    }

    /// A message of these elements, sorted by path.
    pub(super) fn written(elements: &[(String, String)]) -> String {
        let (body, header): (Vec<_>, Vec<_>) =
            elements.iter().partition(|(path, _)| path.starts_with("MessageBody."));
        let mut out = format!(r#"<memo:Message {NAMESPACES} memoVersion="1.2"><memo:MessageHeader>"#);
        let pieces = |path: &'_ str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
        let header: Vec<_> = header.into_iter().map(|(path, value)| (pieces(path), value.as_str())).collect();
        children(&header, 0, "memo", &mut out);
        out.push_str("</memo:MessageHeader>");
        let body: Vec<_> = body.into_iter().map(|(path, value)| (pieces(path), value.as_str())).collect();
        children(&body, 0, "memo", &mut out);
        out.push_str("</memo:Message>");
        out
    }

    fn children(elements: &[(Vec<String>, &str)], depth: usize, parent: &'static str, out: &mut String) {
        for run in elements.chunk_by(|(a, _), (b, _)| a.get(depth) == b.get(depth)) {
            let Some(name) = run.first().and_then(|(path, _)| path.get(depth)) else { continue };
            let prefix = prefix(name, parent);
            let _ = write!(out, "<{prefix}:{name}>");
            match run {
                [(path, value)] if path.len() == depth + 1 => escaped(value, out),
                _ => children(run, depth + 1, prefix, out),
            }
            let _ = write!(out, "</{prefix}:{name}>");
        }
    }

    fn escaped(value: &str, out: &mut String) {
        for c in value.chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;

    const POLICY: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n";

    /// What a field of this name must hold to be read.
    fn value(path: &str) -> &'static str {
        match path.rsplit('.').next().unwrap_or(path) {
            name if name.ends_with("UUID") => "11111111-2222-4333-8444-555555555555",
            name if name.ends_with("DateTime") => "2026-02-03T04:05:06Z",
            "originalMessageDateTime" => "2026-02-03T04:05:06Z",
            "doNotDeliverUntilDate" => "2026-02-03",
            "reply" | "mandatory" | "legalNotification" => "true",
            "messageType" => "NEMSMS",
            _ => "17",
        }
    }

    #[test]
    fn every_field_can_be_sketched_and_is_read_back() {
        let policy = Policy::load(&[("p", POLICY)], "1").unwrap();
        for field in fields::all() {
            let own = field.path.starts_with("Document.")
                || ["text", "memoVersion", "memoSchVersion"].contains(&field.path);
            if own {
                continue;
            }
            let fields = BTreeMap::from([(field.path.to_owned(), value(field.path).to_owned())]);
            let facts = Sketch { fields, ..Sketch::default() }.facts(&policy).unwrap();
            let mut seen = Vec::new();
            (field.read)(&facts, &mut |value| {
                seen.push(value.to_owned());
                false
            });
            assert!(seen.iter().any(|seen| seen == value(field.path)), "{}: {seen:?}", field.path);
        }
    }
}
