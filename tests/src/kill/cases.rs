//! What is there before the first message comes: cases with parties, and letters that we sent.

use esdh::{Case, CaseNumber, Party, PartyId, Sensitivity};
use router::store::cases::KnownCase;
use router::store::known::SentLetter;

use super::post_room::Premises;
use crate::letters::uuid;

/// Few enough that messages meet on the same case.
pub(super) const CASES: u64 = 12;

/// The case that its unit collects letters on, as the policy of the cascade's corpus says.
const COLLECTING: &str = "2025-000100";

/// The citizen who is party of case `n`.
pub(super) fn party(n: u64) -> String {
    format!("62028{:05}", 1200 + n)
}

/// The letter that we sent in case `n`.
pub(super) fn sent(n: u64) -> uuid::Uuid {
    uuid(900_000 + n)
}

fn number(n: u64) -> String {
    format!("28.03.00-G01-{}-26", n + 1)
}

/// The cases. Every sixth is closed, of a unit that opens its cases again.
pub(super) fn all() -> Vec<Case> {
    let case = |number: String, unit: &str, open, parties| Case {
        number: CaseNumber(number),
        title: "En sag".into(),
        open,
        successor: None,
        subject: "28.03.00".parse().ok(),
        facet: "G01".parse().ok(),
        unit: Some(unit.into()),
        handler: None,
        parties,
    };
    let mut cases: Vec<Case> = (0..CASES)
        .map(|n| {
            let party = Party { id: PartyId::Cpr(party(n)), name: "Mette Prøve".into(), primary: true };
            case(number(n), "plads", n % 6 != 5, vec![party])
        })
        .collect();
    cases.push(case(COLLECTING.into(), "park", true, Vec::new()));
    cases
}

/// Opens the house for the first time and puts cases and letters in place.
pub(super) async fn prepare(premises: &Premises) {
    let house = premises.open().await.expect("the house opens");
    let (store, now) = (&house.room.store, house.room.clock.now());
    if premises.double.is_none() {
        let known: Vec<KnownCase> = all()
            .into_iter()
            .map(|case| KnownCase { case, sensitivity: Sensitivity::Confidential })
            .collect();
        store.import_cases(&known, &house.room.entropy, now).await.expect("the cases are stored");
    }
    let letters: Vec<SentLetter> = (0..CASES)
        .map(|n| SentLetter { message_uuid: sent(n).to_string(), message_id: None, case_number: number(n) })
        .collect();
    store.remember_sent(&letters, now).await.expect("the letters are remembered");
    store.close().await;
}
