//! Clauses about cases: found, made once, opened again.

use super::{Bench, Broken, Held, must};
use crate::faulty::Cut;
use crate::memory::MemorySteps;
use crate::{Fault, PartyId};

pub(super) async fn found(bench: &Bench<'_>) -> Held {
    bench.system.health().await?;
    let (number, party) = bench.world.open_case();
    let Some(case) = bench.system.case(&number).await? else {
        return Err(Broken("the open case is not found".into()));
    };
    must(case.number == number && case.open, "the open case comes back as another, or closed")?;
    must(case.parties.iter().any(|known| known.id == party), "the case has lost its party")?;
    let closed = bench.system.case(&bench.world.closed_case()).await?;
    must(closed.is_some_and(|case| !case.open), "the closed case is not there, or open")?;
    let unknown = bench.system.case(&bench.world.unknown_case()).await?;
    must(unknown.is_none(), "a case is found that is not there")
}

pub(super) async fn of_party(bench: &Bench<'_>) -> Held {
    let (number, party) = bench.world.open_case();
    let cases = bench.system.open_cases_of(&party).await?;
    must(cases.iter().any(|case| case.number == number), "the open case is not among its party's")?;
    must(cases.iter().all(|case| case.open), "a closed case is given as open")?;
    let is_party =
        |party: &PartyId| cases.iter().all(|case| case.parties.iter().any(|known| known.id == *party));
    must(is_party(&party), "a case is given of which it is not a party")?;
    must(bench.system.open_cases_of(&bench.world.stranger()).await?.is_empty(), "a stranger has cases")
}

pub(super) async fn made_once(bench: &Bench<'_>) -> Held {
    let capabilities = bench.system.capabilities();
    let draft = bench.world.case_draft(bench.key("case"));
    let steps = MemorySteps::default();
    let made = bench.system.create_case(&draft, &steps).await;
    if !capabilities.creates_cases {
        return must(matches!(made, Err(Fault::Refused { .. })), "a system that makes no cases must refuse");
    }
    let number = made?;
    let Some(case) = bench.system.case(&number).await? else {
        return Err(Broken("the new case is not found".into()));
    };
    must(case.open && case.subject == Some(draft.subject), "the new case is closed or has another subject")?;
    let has = |id: &PartyId| case.parties.iter().any(|party| party.id == *id);
    must(draft.parties.iter().all(|party| has(&party.id)), "the new case lacks a party")?;
    must(bench.system.create_case(&draft, &steps).await? == number, "asked again, another case is made")?;
    if capabilities.native_idempotency {
        let again = bench.system.create_case(&draft, &MemorySteps::default()).await?;
        must(again == number, "with lost steps, another case is made")?;
    }
    must(bench.world.cases(&draft.key).await == 1, "there is not exactly one case for the key")?;
    interrupted(bench).await
}

/// Cut off around its steps, making a case ends with one case, or none and a person told.
async fn interrupted(bench: &Bench<'_>) -> Held {
    for number in 1..=16 {
        let draft = bench.world.case_draft(bench.key(&format!("case-cut-{number}")));
        let steps = MemorySteps::default();
        let cut = Cut::before(&steps, number);
        let first = bench.system.create_case(&draft, &cut).await;
        if !cut.is_off() {
            return Ok(());
        }
        must(first.is_err(), "a step that was not remembered was answered with success")?;
        let again = bench.system.create_case(&draft, &steps).await;
        let count = bench.world.cases(&draft.key).await;
        must(count <= 1, format!("{count} cases for one key, cut off before step {number}"))?;
        match again {
            Ok(_) => must(count == 1, "success without a case")?,
            Err(Fault::Person { .. } | Fault::Unknown { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Broken("making a case has no end of steps".into()))
}

pub(super) async fn reopened(bench: &Bench<'_>) -> Held {
    let number = bench.world.closed_case();
    let answer = bench.system.reopen(&number, "Nyt brev i sagen").await;
    if !bench.system.capabilities().reopens_cases {
        return must(
            matches!(answer, Err(Fault::Refused { .. })),
            "a system that reopens no cases must refuse",
        );
    }
    answer?;
    let case = bench.system.case(&number).await?;
    must(case.is_some_and(|case| case.open), "the case is still closed")?;
    bench.system.reopen(&number, "Nyt brev i sagen").await?;
    let unknown = bench.system.reopen(&bench.world.unknown_case(), "Nyt brev i sagen").await;
    must(unknown.is_err(), "a case that is not there was opened")
}
