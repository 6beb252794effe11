//! Public titles: what a post list may say of a letter (offentlighedsloven § 16(2) no. 2 and 3, R7).
//!
//! Made of what kind of sender it is and what the subject is called in KLE, and of nothing that anybody wrote: a function that
//! is not handed the letter cannot let a name out of it. Still it is held against the mask, for a plan is a file from outside.

use classifier::LetterText;
use classifier::mask::{self, Known};
use kle::Subject;
use rules::{Decision, Facts, Journaling, Outcome, SenderKind};

use crate::clock::danish_day;
use crate::room::PostRoom;

/// The public title of a letter by its decision, with the subject's name in the plan in force.
pub fn of(room: &PostRoom, facts: &Facts, decision: &Decision) -> String {
    let marked = facts.subject.as_ref().map(|marked| marked.subject);
    let subject = decision.annotations.subject.or(of_new_case(decision)).or(marked);
    let title = subject.and_then(|subject| {
        let plan = room.subject_plan()?;
        plan.register.title(subject, danish_day(room.clock.now())).map(str::to_owned)
    });
    public_title(facts.sender, subject, title.as_deref())
}

/// The subject of the case that the letter opens.
fn of_new_case(decision: &Decision) -> Option<Subject> {
    let Outcome::HandOver(hand_over) = &decision.outcome else { return None };
    match &hand_over.journal {
        Journaling::NewCase { subject, .. } => Some(*subject),
        _ => None,
    }
}

/// `Borgerhenvendelse: Optagelse i dagtilbud`. A natural person is never named, and neither is anybody else.
pub fn public_title(sender: SenderKind, subject: Option<Subject>, title: Option<&str>) -> String {
    let kind = match sender {
        SenderKind::Citizen => "Borgerhenvendelse",
        SenderKind::Company => "Henvendelse fra en virksomhed",
        SenderKind::Authority => "Henvendelse fra en myndighed",
        SenderKind::Ourselves | SenderKind::Unknown => "Henvendelse",
    };
    let named = title.map(str::trim).filter(|title| !title.is_empty() && is_fit(title));
    match (named, subject) {
        (Some(title), _) => format!("{kind}: {title}"),
        (None, Some(subject)) => format!("{kind}: KLE {subject}"),
        (None, None) => kind.to_owned(),
    }
}

/// Does the mask find nothing personal in it? What a subject is about may be health; whose health may not be there.
fn is_fit(title: &str) -> bool {
    let found = mask::find(&LetterText { label: title, body: "" }, &Known::default());
    crate::audit::privacy::fits(title) && found.iter().all(|found| found.kind == mask::Kind::Health)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_public_title_says_what_kind_of_sender_and_which_subject() {
        let subject: Option<Subject> = "28.03.00".parse().ok();
        let title = Some("Optagelse i dagtilbud");
        for (sender, subject, title, expected) in [
            (SenderKind::Citizen, subject, title, "Borgerhenvendelse: Optagelse i dagtilbud"),
            (SenderKind::Company, subject, None, "Henvendelse fra en virksomhed: KLE 28.03.00"),
            (SenderKind::Unknown, None, None, "Henvendelse"),
            (SenderKind::Citizen, subject, Some("Sagen om Mette Jensen"), "Borgerhenvendelse: KLE 28.03.00"),
            (SenderKind::Citizen, None, Some("Sag 620280-1212"), "Borgerhenvendelse"),
        ] {
            assert_eq!(public_title(sender, subject, title), expected);
        }
    }

    proptest! {
        #[test]
        fn no_cpr_number_name_or_address_is_in_a_public_title_whatever_a_plan_calls_a_subject(
            before in "[A-ZÆØÅa-zæøå ]{0,12}",
            day in 1u8..=28, month in 1u8..=12, year in 0u8..=99, serial in 0u16..=9999,
            separator in prop::sample::select(vec!["", "-", " "]),
            person in prop::sample::select(vec![
                "Mette Jensen", "Hr. Poul Nielsen", "Kirkevej 14, 8000 Aarhus C", "mette@prove.dk", "tlf. 20 30 40 50",
            ]),
        ) {
            let cpr = format!("{day:02}{month:02}{year:02}{separator}{serial:04}");
            for hidden in [cpr.as_str(), person] {
                let title = public_title(SenderKind::Citizen, None, Some(&format!("{before} {hidden}")));
                prop_assert!(!title.contains(hidden), "{}", title);
                prop_assert!(crate::audit::privacy::fits(&title));
            }
        }
    }
}
