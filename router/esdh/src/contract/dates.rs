//! The clause about dates: set by us, read back unmoved, whatever day and clock it is (`spec/journaling-law.md` §7).

use jiff::{Timestamp, civil::Date};

use super::{Bench, Broken, Held, sample_contents};
use crate::Dates;
use crate::memory::MemorySteps;

/// Received time, letter date, and why the pair is here. Danish time is one hour ahead of UTC in winter, two in summer.
const TABLE: &[(&str, Option<&str>, &str)] = &[
    ("2025-01-31T22:59:59Z", Some("2025-01-31"), "the last second of January in Denmark"),
    (
        "2025-01-31T23:00:00Z",
        Some("2025-01-31"),
        "the first second of February in Denmark, still January in UTC",
    ),
    ("2025-02-01T00:00:00Z", None, "midnight in UTC, no letter date"),
    ("2025-06-30T21:59:59Z", Some("2025-06-30"), "the last second of June in Denmark"),
    ("2025-06-30T22:00:00Z", Some("2025-07-01"), "the first second of July in Denmark"),
    ("2024-12-31T23:00:00Z", Some("2024-12-31"), "New Year in Denmark, the old year in UTC"),
    ("2025-03-30T00:59:59Z", Some("2025-03-29"), "the second before summer time"),
    ("2025-03-30T01:00:00Z", Some("2025-03-30"), "the first second of summer time"),
    ("2024-10-27T00:30:00Z", Some("2024-10-27"), "half past two, the first time"),
    ("2024-10-27T01:30:00Z", Some("2024-10-27"), "half past two, the second time"),
    ("2024-02-29T12:00:00Z", Some("2024-02-29"), "a leap day"),
    ("2021-11-30T08:00:00Z", Some("1999-12-31"), "a letter much older than its arrival"),
];

pub(super) async fn survive(bench: &Bench<'_>) -> Held {
    for (place, (received, letter, why)) in TABLE.iter().enumerate() {
        let mut draft = bench.draft(&format!("dates-{place}"));
        draft.dates = dates(received, *letter)?;
        let answer = bench.system.journal(&draft, &sample_contents(), &MemorySteps::default()).await;
        let told = |fault| Broken(format!("{why}: {fault}"));
        answer.and_then(|entry| entry.agrees_within(&draft, bench.system.precision())).map_err(told)?;
        if bench.system.capabilities().find_by_key {
            let found = bench.system.entry(&draft.key).await?;
            // A slow index may not show it yet; that it is found at all is another clause's matter.
            let agrees = found.map_or(Ok(()), |entry| entry.agrees_within(&draft, bench.system.precision()));
            agrees.map_err(told)?;
        }
    }
    Ok(())
}

fn dates(received: &str, letter: Option<&str>) -> Result<Dates, Broken> {
    let broken = |error: jiff::Error| Broken(format!("the table holds a wrong date: {error}"));
    let received: Timestamp = received.parse().map_err(broken)?;
    let letter: Option<Date> = letter.map(str::parse).transpose().map_err(broken)?;
    Ok(Dates { received, letter })
}
