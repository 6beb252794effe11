//! May a letter be journaled unseen on a case? Only when exactly one open case is meant and the sender is its party.

use crate::{Case, CaseNumber, PartyId};

/// The answer about the cases a letter may belong to. All but [`Guard::Exactly`] leave the case a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// One open case, and the sender is a party of it: journal there.
    Exactly(CaseNumber),
    /// No case was found.
    NoCase,
    /// More than one open case.
    Several(Vec<CaseNumber>),
    /// Only closed cases, each with the case that took over from it.
    Closed(Vec<(CaseNumber, Option<CaseNumber>)>),
    /// One open case, but the sender is not a party of it.
    NotAParty(CaseNumber),
}

/// Settles which of the cases found for a letter is meant. `sender` is every identity the sender is known by.
///
/// Closed cases never make an open one doubtful; the same case found twice is one case.
pub fn settle_case(cases: &[Case], sender: &[PartyId]) -> Guard {
    let mut open: Vec<&Case> = Vec::new();
    let mut closed: Vec<&Case> = Vec::new();
    for case in cases {
        let list = if case.open { &mut open } else { &mut closed };
        if !list.iter().any(|seen| seen.number == case.number) {
            list.push(case);
        }
    }
    match open.as_slice() {
        [] if closed.is_empty() => Guard::NoCase,
        [] => {
            Guard::Closed(closed.iter().map(|case| (case.number.clone(), case.successor.clone())).collect())
        }
        [case] if case.parties.iter().any(|party| sender.contains(&party.id)) => {
            Guard::Exactly(case.number.clone())
        }
        [case] => Guard::NotAParty(case.number.clone()),
        several => Guard::Several(several.iter().map(|case| case.number.clone()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Party;

    fn case(number: &str, open: bool, party: &str) -> Case {
        let id = PartyId::Cpr(party.into());
        Case {
            number: CaseNumber(number.into()),
            title: "Sag".into(),
            open,
            successor: (!open).then(|| CaseNumber(format!("{number}-ny"))),
            subject: None,
            facet: None,
            unit: None,
            handler: None,
            parties: vec![Party { id, name: "Ane Prøve".into(), primary: true }],
        }
    }

    #[test]
    fn only_one_open_case_with_the_sender_as_party_lets_a_letter_through() {
        let number = |n: &str| CaseNumber(n.into());
        let ane = "0101010000";
        let table = [
            (vec![], Guard::NoCase),
            (vec![case("1", true, ane)], Guard::Exactly(number("1"))),
            (vec![case("1", true, ane), case("1", true, ane)], Guard::Exactly(number("1"))),
            (vec![case("1", true, ane), case("2", false, ane)], Guard::Exactly(number("1"))),
            (vec![case("1", true, "0202020000")], Guard::NotAParty(number("1"))),
            (
                vec![case("1", true, ane), case("2", true, "0202020000")],
                Guard::Several(vec![number("1"), number("2")]),
            ),
            (vec![case("2", false, ane)], Guard::Closed(vec![(number("2"), Some(number("2-ny")))])),
        ];
        for (cases, expected) in table {
            assert_eq!(settle_case(&cases, &[PartyId::Cpr(ane.into())]), expected);
        }
    }

    #[test]
    fn a_sender_without_identity_is_party_of_nothing() {
        let cases = [case("1", true, "0101010000")];
        assert_eq!(settle_case(&cases, &[]), Guard::NotAParty(CaseNumber("1".into())));
    }
}
