//! Kinds: what sorts of data a letter holds, found by the program. No person sees the letter for it, and nothing of it is
//! quoted.

use classifier::mask::{self, Kind};
use classifier::{LetterText, sensitivity};

use crate::journey::{Decided, InHand, known_from_header, read_letter};
use crate::room::PostRoom;

/// Sorts of data in a letter.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// A CPR number, in the header or in the text.
    pub(super) cpr: bool,
    /// Ordinary personal data by sort (Danish).
    pub(super) ordinary: Vec<&'static str>,
    /// Why it is sensitive or confidential (Danish sentences).
    pub(super) grounds: Vec<&'static str>,
    /// What could not be read (Danish), or that nothing could.
    pub(super) unread: Vec<String>,
}

/// The sorts of data in this letter, as far as it can be read.
pub(super) async fn kinds(room: &PostRoom, in_hand: &InHand, decided: &Decided) -> Kinds {
    let (text, unread) = if decided.facts.text.trim().is_empty() {
        read_letter(room, in_hand).await.unwrap_or_else(|_| {
            (String::new(), vec!["Brevets tekst kunne ikke læses. Se selv, hvad der står i det.".into()])
        })
    } else {
        let known = decided.facts.glimpse.as_ref().map(|glimpse| glimpse.unread.clone());
        (decided.facts.text.clone(), known.unwrap_or_default())
    };
    let reading = in_hand.reading.clone();
    let by_citizen = decided.facts.sender == rules::SenderKind::Citizen;
    let found = tokio::task::spawn_blocking(move || {
        let message = &reading.message;
        let letter = LetterText { label: &message.header.label, body: &text };
        let found = mask::find(&letter, &known_from_header(message));
        let grounds = sensitivity::judge(&letter, &found).grounds;
        let has = |kind: Kind| found.iter().any(|found| found.kind == kind);
        let sorts = [
            (has(Kind::Name), "navne"),
            (has(Kind::Address), "adresser"),
            (has(Kind::Phone), "telefonnumre"),
            (has(Kind::Email), "e-mailadresser"),
            (has(Kind::Account), "bankoplysninger"),
            (has(Kind::Health), "oplysninger om helbred"),
        ];
        Kinds {
            cpr: by_citizen || has(Kind::Cpr),
            ordinary: sorts.into_iter().filter(|(there, _)| *there).map(|(_, sort)| sort).collect(),
            grounds: grounds.iter().map(|ground| ground.sentence()).collect(),
            unread: Vec::new(),
        }
    });
    let kinds = found.await.unwrap_or_default();
    Kinds { unread, ..kinds }
}
