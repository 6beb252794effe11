//! What a draft must hold before it leaves us, and whether what came back is what we sent.
//!
//! The reasons are Danish and name fields, never their values: they are shown to the person who must look.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{Capabilities, DocumentKind, EntryDraft, Fault, JournalEntry, Party, PartyId};

/// How finely a case system keeps the received time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// To the second, as MeMo writes it.
    Second,
    /// Only the calendar day in Denmark.
    Day,
}

impl EntryDraft {
    /// Is the draft fit to be journaled (R3, R7, R8, R13 and R17 of `spec/journaling-law.md` §16)?
    ///
    /// Sensitivity and received date are always there by type; what is checked is that they and the rest make sense.
    pub fn check(&self) -> Result<(), Fault> {
        let mut wrong = Vec::new();
        let mut must = |holds: bool, reason: &'static str| {
            if !holds {
                wrong.push(reason);
            }
        };
        must(!blank(&self.title), "titlen er tom");
        must(!blank(&self.key.0), "nøglen mangler");
        must(!blank(&self.case.0), "sagsnummeret mangler");
        // The epoch is what a missing time becomes on its way through other systems; no letter of ours is that old.
        must(self.dates.received > Timestamp::UNIX_EPOCH, "modtagelsesdatoen mangler");
        must(!blank(&self.message_uuid), "meddelelsens id mangler");
        must(is_sha256(&self.message_digest), "meddelelsens fingeraftryk mangler");
        must(sane(&self.sender), "afsenderens nummer er ikke et CPR- eller CVR-nummer");
        must(!self.on_post_list || self.public_title.is_some(), "postlisten kræver en offentlig titel");
        if let Some(title) = &self.public_title {
            must(!blank(title), "den offentlige titel er tom");
            must(!holds_cpr(title), "den offentlige titel ligner et CPR-nummer");
        }
        wrong.extend(self.list_faults());
        if wrong.is_empty() { Ok(()) } else { Err(person(&wrong.join(", "))) }
    }

    /// Does the draft fit what the system can hold?
    pub fn fits(&self, capabilities: &Capabilities) -> Result<(), Fault> {
        let Some(max) = capabilities.max_document else { return Ok(()) };
        let largest = self.documents.iter().flat_map(|document| &document.files).map(|file| file.size).max();
        if largest.is_some_and(|size| size > max) {
            return Err(person("et dokument er større end sagssystemet kan modtage"));
        }
        Ok(())
    }

    fn list_faults(&self) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        let mains = self.documents.iter().filter(|document| document.kind == DocumentKind::Main).count();
        if self.documents.is_empty() {
            wrong.push("der er ingen dokumenter");
        } else if mains != 1 || self.documents[0].kind != DocumentKind::Main {
            wrong.push("der skal være ét hoveddokument, og det skal stå først");
        }
        for (place, document) in self.documents.iter().enumerate() {
            if document.parent.is_some_and(|parent| parent >= place) {
                wrong.push("et bilag peger ikke på et tidligere dokument");
            }
            if document.files.is_empty() {
                wrong.push("et dokument har ingen filer");
            }
        }
        let files = || self.documents.iter().flat_map(|document| &document.files);
        if files().any(|file| blank(&file.name) || file.name.contains('\0')) {
            wrong.push("en fil har intet navn");
        }
        let mut contents: Vec<u32> = files().map(|file| file.content).collect();
        contents.sort_unstable();
        if contents.windows(2).any(|pair| pair[0] == pair[1]) {
            wrong.push("to filer peger på samme indhold");
        }
        wrong.dedup();
        wrong
    }
}

impl JournalEntry {
    /// Is this, read back, the draft we sent? To the second (`spec/journaling-law.md` §7).
    pub fn agrees_with(&self, draft: &EntryDraft) -> Result<(), Fault> {
        self.agrees_within(draft, Precision::Second)
    }

    /// The same for a system that keeps the received time less finely.
    pub fn agrees_within(&self, draft: &EntryDraft, precision: Precision) -> Result<(), Fault> {
        let mut differs = Vec::new();
        let mut same = |holds: bool, field: &'static str| {
            if !holds {
                differs.push(field);
            }
        };
        same(self.key == draft.key, "nøgle");
        same(!blank(&self.id), "id");
        same(self.case == draft.case, "sag");
        same(self.title == draft.title, "titel");
        same(same_received(self.dates.received, draft.dates.received, precision)?, "modtagelsesdato");
        same(self.dates.letter == draft.dates.letter, "brevdato");
        same(self.documents == draft.documents.len(), "antal dokumenter");
        if differs.is_empty() {
            return Ok(());
        }
        Err(person(&format!("journalposten afviger fra det sendte: {}", differs.join(", "))))
    }
}

fn same_received(read: Timestamp, sent: Timestamp, precision: Precision) -> Result<bool, Fault> {
    Ok(match precision {
        Precision::Second => read.as_second() == sent.as_second(),
        Precision::Day => danish_day(read)? == danish_day(sent)?,
    })
}

/// The calendar day in Denmark at this moment.
pub(crate) fn danish_day(time: Timestamp) -> Result<Date, Fault> {
    let zone = TimeZone::get("Europe/Copenhagen")
        .map_err(|_| Fault::Refused { reason: "tidszonen Europe/Copenhagen findes ikke".into() })?;
    Ok(time.to_zoned(zone).date())
}

pub(crate) fn person(reason: &str) -> Fault {
    Fault::Person { reason: reason.to_owned() }
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn sane(party: &Party) -> bool {
    let (number, length) = match &party.id {
        PartyId::Cpr(number) => (number, 10),
        PartyId::Cvr(number) => (number, 8),
    };
    number.len() == length && number.bytes().all(|b| b.is_ascii_digit())
}

/// Ten digits that stand alone, with or without one separator after the sixth.
fn holds_cpr(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    (0..chars.len()).any(|start| {
        if start > 0 && digit(start - 1) || !(start..start + 6).all(digit) {
            return false;
        }
        let rest = start + 6 + usize::from(!digit(start + 6));
        (rest..rest + 4).all(digit) && !digit(rest + 4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::sample;

    type Spoil = fn(&mut EntryDraft);

    #[test]
    fn a_whole_draft_passes_and_each_fault_is_named() {
        assert!(sample("k", "s").check().is_ok());
        let table: &[(Spoil, &str)] = &[
            (|d| d.title = "  ".into(), "titlen er tom"),
            (|d| d.key.0.clear(), "nøglen mangler"),
            (|d| d.case.0.clear(), "sagsnummeret mangler"),
            (|d| d.dates.received = Timestamp::UNIX_EPOCH, "modtagelsesdatoen mangler"),
            (|d| d.message_digest = "abc".into(), "fingeraftryk"),
            (|d| d.sender.id = PartyId::Cpr("12".into()), "afsenderens nummer"),
            (|d| (d.on_post_list, d.public_title) = (true, None), "postlisten kræver"),
            (|d| d.public_title = Some("Brev fra 010203-1234".into()), "ligner et CPR-nummer"),
            (|d| d.public_title = Some("Brev fra 010203 1234.".into()), "ligner et CPR-nummer"),
            (|d| d.public_title = Some("0102031234".into()), "ligner et CPR-nummer"),
            (|d| d.documents.clear(), "ingen dokumenter"),
            (|d| d.documents.swap(0, 1), "ét hoveddokument"),
            (|d| d.documents[1].parent = Some(1), "tidligere dokument"),
            (|d| d.documents[1].files.clear(), "ingen filer"),
            (|d| d.documents[1].files[0].name = String::new(), "intet navn"),
            (|d| d.documents[1].files[0].content = d.documents[0].files[0].content, "samme indhold"),
        ];
        for (spoil, expected) in table {
            let mut draft = sample("k", "s");
            spoil(&mut draft);
            match draft.check() {
                Err(Fault::Person { reason }) => assert!(reason.contains(expected), "{reason}: {expected}"),
                other => panic!("{expected}: {other:?}"),
            }
        }
    }

    #[test]
    fn long_numbers_and_dates_are_not_taken_for_cpr() {
        for text in ["j.nr. 12345678901234", "25-11-2025", "CVR 12345678", "tlf. 12 34 56 78"] {
            assert!(!holds_cpr(text), "{text}");
        }
    }

    #[test]
    fn reading_back_names_what_differs_and_never_its_value() {
        let draft = sample("k", "s");
        let entry = || JournalEntry {
            key: draft.key.clone(),
            id: "1".into(),
            case: draft.case.clone(),
            index: None,
            title: draft.title.clone(),
            dates: draft.dates,
            documents: draft.documents.len(),
        };
        assert!(entry().agrees_with(&draft).is_ok());
        let mut wrong = entry();
        wrong.title = "<html>fejl</html>".into();
        wrong.documents = 0;
        let Err(Fault::Person { reason }) = wrong.agrees_with(&draft) else { panic!("must differ") };
        assert!(reason.contains("titel") && reason.contains("antal dokumenter") && !reason.contains("html"));
    }

    #[test]
    fn a_day_is_a_danish_day() {
        let mut draft = sample("k", "s");
        draft.dates.received = "2025-01-31T23:30:00Z".parse().expect("a time");
        let mut entry = JournalEntry {
            key: draft.key.clone(),
            id: "1".into(),
            case: draft.case.clone(),
            index: None,
            title: draft.title.clone(),
            dates: draft.dates,
            documents: draft.documents.len(),
        };
        entry.dates.received = "2025-01-31T23:00:00Z".parse().expect("a time"); // midnight in Denmark, 1 February
        assert!(entry.agrees_within(&draft, Precision::Day).is_ok());
        assert!(entry.agrees_with(&draft).is_err());
        entry.dates.received = "2025-01-31T00:00:00Z".parse().expect("a time"); // the day in UTC, wrongly
        assert!(entry.agrees_within(&draft, Precision::Day).is_err());
    }

    #[test]
    fn nothing_personal_is_printed() {
        let mut draft = sample("k", "s");
        draft.sender.name = "Hemmelig Person".into();
        draft.title = "Hemmelig titel".into();
        draft.note = "Hemmelig note".into();
        draft.documents[0].title = "Hemmelig".into();
        draft.documents[0].files[0].name = "Hemmelig.pdf".into();
        let printed = format!("{draft:?} {:?}", draft.sender);
        assert!(!printed.contains("Hemmelig"));
        let PartyId::Cpr(number) = &draft.sender.id else { panic!("a person") };
        assert!(!printed.contains(number.as_str()));
    }
}
