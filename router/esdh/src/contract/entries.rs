//! Clauses about entries: written once, whole, and refused when they must be.

use std::time::Duration;

use futures::future::join;

use super::large::same_bytes;
use super::{Bench, Broken, Held, must, sample_contents};
use crate::memory::MemorySteps;
use crate::{Contents, EntryDraft, EntryId, Fault, JournalEntry, Sensitivity};

pub(super) async fn once(bench: &Bench<'_>) -> Held {
    let draft = bench.draft("once");
    let entry = journal(bench, &draft, &MemorySteps::default()).await?;
    entry.agrees_within(&draft, bench.system.precision())?;
    bench.one_entry(&draft.key).await?;
    if bench.system.capabilities().find_by_key {
        let found = visible(bench, &draft.key).await?;
        must(found.id == entry.id, "looked up by key, it is another entry")?;
        found.agrees_within(&draft, bench.system.precision())?;
        must(
            bench.system.entry(&bench.key("never")).await?.is_none(),
            "an entry is found that was never written",
        )?;
    }
    Ok(())
}

pub(super) async fn again(bench: &Bench<'_>) -> Held {
    let draft = bench.draft("again");
    let steps = MemorySteps::default();
    let first = journal(bench, &draft, &steps).await?;
    for _ in 0..3 {
        let again = journal(bench, &draft, &steps).await?;
        must(again == first, "it is another entry")?;
    }
    bench.one_entry(&draft.key).await
}

pub(super) async fn forgotten(bench: &Bench<'_>) -> Held {
    if !bench.can_tell() {
        return Ok(());
    }
    let draft = bench.draft("forgotten");
    let orphans = bench.world.orphans().await;
    let first = journal(bench, &draft, &MemorySteps::default()).await?;
    if bench.system.capabilities().find_by_key {
        visible(bench, &draft.key).await?;
    }
    let again = journal(bench, &draft, &MemorySteps::default()).await?;
    must(again == first, "it is another entry")?;
    bench.one_entry(&draft.key).await?;
    must(bench.world.orphans().await == orphans, "documents were uploaded again and left behind")
}

pub(super) async fn together(bench: &Bench<'_>) -> Held {
    let draft = bench.draft("together");
    let steps = MemorySteps::default();
    both(bench, &draft, &steps, &steps).await?;
    if bench.system.capabilities().native_idempotency {
        let draft = bench.draft("together-apart");
        both(bench, &draft, &MemorySteps::default(), &MemorySteps::default()).await?;
    }
    Ok(())
}

/// One of the two may be told to come back later; neither may write a second entry.
async fn both(bench: &Bench<'_>, draft: &EntryDraft, one: &MemorySteps, other: &MemorySteps) -> Held {
    let (one, other) = join(journal(bench, draft, one), journal(bench, draft, other)).await;
    bench.one_entry(&draft.key).await?;
    match (one, other) {
        (Ok(one), Ok(other)) => must(one == other, "the two calls got different entries"),
        (Ok(_), Err(Fault::Later { .. } | Fault::Unknown { .. }))
        | (Err(Fault::Later { .. } | Fault::Unknown { .. }), Ok(_)) => Ok(()),
        (Err(fault), _) | (_, Err(fault)) => Err(fault.into()),
    }
}

pub(super) async fn whole(bench: &Bench<'_>) -> Held {
    let draft = bench.draft("whole");
    let entry = journal(bench, &draft, &MemorySteps::default()).await?;
    let Some(kept) = bench.world.kept(&entry).await else {
        return Err(Broken("the entry is not in the system".into()));
    };
    must(kept.documents.len() == draft.documents.len(), "documents are missing or too many")?;
    must(kept.on_post_list == draft.on_post_list, "the entry is on the public post list unasked")?;
    must(kept.message_uuid.is_none_or(|uuid| uuid == draft.message_uuid), "the message id is another")?;
    let contents = sample_contents();
    for (place, (sent, kept)) in draft.documents.iter().zip(&kept.documents).enumerate() {
        must(kept.parent == sent.parent, format!("document {place} hangs on another parent"))?;
        must(kept.kind.is_none_or(|kind| kind == sent.kind), format!("document {place} is of another kind"))?;
        let files: Vec<_> = sent.files.iter().map(|file| (file.name.clone(), file.format.clone())).collect();
        must(kept.files == files, format!("files of document {place} have other names or formats"))?;
        for (number, file) in sent.files.iter().enumerate() {
            let Some(stored) = bench.world.bytes(&entry, place, number).await else {
                return Err(Broken(format!("file {number} of document {place} has no bytes")));
            };
            let same = same_bytes(stored, contents.open(file.content).await?).await?;
            must(same, format!("file {number} of document {place} has other bytes"))?;
        }
    }
    Ok(())
}

pub(super) async fn sensitivity(bench: &Bench<'_>) -> Held {
    let levels =
        [Sensitivity::Open, Sensitivity::Confidential, Sensitivity::Sensitive, Sensitivity::Protected];
    for level in levels {
        let mut draft = bench.draft(&format!("sensitivity-{level:?}"));
        draft.sensitivity = level;
        let entry = journal(bench, &draft, &MemorySteps::default()).await?;
        let kept = bench.world.kept(&entry).await;
        must(kept.is_some_and(|kept| kept.sensitivity >= level), format!("{level:?} became less"))?;
    }
    Ok(())
}

pub(super) async fn refused(bench: &Bench<'_>) -> Held {
    let orphans = bench.world.orphans().await;

    let mut closed = bench.draft("closed");
    closed.case = bench.world.closed_case();
    let fault = journal(bench, &closed, &MemorySteps::default()).await;
    must(matches!(fault, Err(Fault::Person { .. })), "a closed case must go to a person")?;

    let mut unknown = bench.draft("unknown");
    unknown.case = bench.world.unknown_case();
    let fault = journal(bench, &unknown, &MemorySteps::default()).await;
    must(is_refusal(&fault), "a case that is not there must be refused")?;

    let mut untitled = bench.draft("untitled");
    untitled.title = " ".into();
    let fault = journal(bench, &untitled, &MemorySteps::default()).await;
    must(is_refusal(&fault), "an entry without a title must be refused")?;

    let mut bare = bench.draft("bare");
    bare.documents.clear();
    let fault = journal(bench, &bare, &MemorySteps::default()).await;
    must(is_refusal(&fault), "an entry without documents must be refused")?;

    for draft in [&closed, &unknown, &untitled, &bare] {
        must(bench.world.entries(&draft.key).await == 0, "a refused entry was written")?;
    }
    must(bench.world.orphans().await == orphans, "a refused entry left documents behind")
}

fn is_refusal(answer: &Result<JournalEntry, Fault>) -> bool {
    matches!(answer, Err(Fault::Refused { .. } | Fault::Person { .. }))
}

async fn journal(bench: &Bench<'_>, draft: &EntryDraft, steps: &MemorySteps) -> Result<JournalEntry, Fault> {
    bench.system.journal(draft, &sample_contents(), steps).await
}

/// Waits until the index shows the entry: twenty looks, a second apart where the world waits.
async fn visible(bench: &Bench<'_>, key: &EntryId) -> Result<JournalEntry, Broken> {
    for _ in 0..20 {
        if let Some(entry) = bench.system.entry(key).await? {
            return Ok(entry);
        }
        bench.world.pause(Duration::from_secs(1)).await;
    }
    Err(Broken("the entry is never found by its key".into()))
}
