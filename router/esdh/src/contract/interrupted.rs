//! Clauses about writes that stop midway: cut off from their steps, or dropped, and then taken up again.

use std::future::poll_fn;
use std::task::Poll;

use super::{Bench, Broken, Held, must, sample_contents};
use crate::faulty::Cut;
use crate::memory::MemorySteps;
use crate::{EntryDraft, Patience, Settled, Work, journal_with_recovery};

/// More steps than any write of the sample has.
const STEPS: u32 = 64;

/// Cut off right after each step: nothing is lost but time, and no document is left behind.
pub(super) async fn by_crash(bench: &Bench<'_>) -> Held {
    for number in 1..=STEPS {
        let draft = bench.draft(&format!("crash-{number}"));
        let steps = MemorySteps::default();
        let allowed = bench.world.orphans().await;
        if !cut_off(bench, &draft, Cut::after(&steps, number)).await? {
            return Ok(());
        }
        let told = |Broken(what)| Broken(format!("after step {number}: {what}"));
        resumed(bench, &draft, &steps, allowed).await.map_err(told)?;
    }
    Err(Broken("journaling has no end of steps".into()))
}

/// Cut off between a step and its token: that one step may have been done in vain, so one document may be left.
pub(super) async fn by_lost_token(bench: &Bench<'_>) -> Held {
    for number in 1..=STEPS {
        let draft = bench.draft(&format!("token-{number}"));
        let steps = MemorySteps::default();
        let allowed = bench.world.orphans().await.map(|before| before + 1);
        if !cut_off(bench, &draft, Cut::before(&steps, number)).await? {
            return Ok(());
        }
        let told = |Broken(what)| Broken(format!("before step {number}: {what}"));
        resumed(bench, &draft, &steps, allowed).await.map_err(told)?;
    }
    Err(Broken("journaling has no end of steps".into()))
}

/// Dropped after some turns, as a stopping program drops its tasks.
pub(super) async fn by_dropping(bench: &Bench<'_>) -> Held {
    for turns in [1, 2, 3, 5, 8, 13, 21, 34, 55, 89] {
        let draft = bench.draft(&format!("dropped-{turns}"));
        let steps = MemorySteps::default();
        let allowed = bench.world.orphans().await.map(|before| before + 1);
        {
            let contents = sample_contents();
            let mut write = bench.system.journal(&draft, &contents, &steps);
            let mut left = turns;
            poll_fn(|context| {
                left -= 1;
                if left == 0 { Poll::Ready(()) } else { write.as_mut().poll(context).map(drop) }
            })
            .await;
        }
        let told = |Broken(what)| Broken(format!("after {turns} turns: {what}"));
        resumed(bench, &draft, &steps, allowed).await.map_err(told)?;
    }
    Ok(())
}

/// Writes with steps that are cut off. False when the write was done before.
async fn cut_off(bench: &Bench<'_>, draft: &EntryDraft, cut: Cut<'_>) -> Result<bool, Broken> {
    let answer = bench.system.journal(draft, &sample_contents(), &cut).await;
    if !cut.is_off() {
        answer?;
        return Ok(false);
    }
    must(answer.is_err(), "a step that was not remembered was answered with success")?;
    Ok(true)
}

/// Takes the write up again: one entry, and no more documents left behind than allowed. A system that cannot tell
/// whether it wrote may hand over to a person instead, but never writes twice.
async fn resumed(bench: &Bench<'_>, draft: &EntryDraft, steps: &MemorySteps, allowed: Option<usize>) -> Held {
    let contents = sample_contents();
    let work = Work { system: bench.system, draft, contents: &contents, steps };
    let settled = journal_with_recovery(work, &Patience::default(), bench).await;
    let count = bench.world.entries(&draft.key).await;
    must(count <= 1, format!("{count} entries for one key"))?;
    match settled {
        Settled::Journaled(_) => {
            must(count == 1, "success without an entry")?;
            let left = bench.world.orphans().await;
            must(left <= allowed, format!("{left:?} documents are left behind where {allowed:?} may be"))
        }
        Settled::WithPerson(_) if !bench.can_tell() => Ok(()),
        Settled::WithPerson(reason) => Err(Broken(format!("a person was asked: {}", reason.danish()))),
    }
}
