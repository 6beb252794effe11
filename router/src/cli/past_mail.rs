//! Past mail on the command line: which of it is meant, and how far a count over it has come.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::replay::{self, Count};
use crate::store::cases::copenhagen;
use crate::store::past::Period;
use crate::store::{Store, StoreError};

#[derive(Args)]
pub(super) struct PastMail {
    /// Kun post modtaget fra og med denne dag (2026-09-01) eller dette tidspunkt (2026-09-01T08:00:00Z).
    #[arg(long, value_name = "DAG", value_parser = moment)]
    since: Option<Timestamp>,
    /// Kun post modtaget før denne dag eller dette tidspunkt.
    #[arg(long, value_name = "DAG", value_parser = moment)]
    until: Option<Timestamp>,
}

impl PastMail {
    /// All since a time.
    pub(super) fn since(since: Timestamp) -> Self {
        Self { since: Some(since), until: None }
    }

    /// Counts over it, with a progress bar on a terminal unless `quiet`.
    pub(super) async fn count<C: Count>(
        &self,
        store: &Store,
        count: &C,
        quiet: bool,
    ) -> Result<C::Sum, StoreError> {
        let past = store.past(Period { since: self.since, until: self.until });
        let bar = if quiet { ProgressBar::hidden() } else { progress(past.count().await?) };
        let sum = replay::run(past, store.keys(), count, &|seen| bar.inc(seen)).await?;
        bar.finish_and_clear();
        Ok(sum)
    }
}

/// A Danish day from its first moment, or a time.
fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<Date>().ok()?.to_zoned(copenhagen()).ok().map(|day| day.timestamp());
    let time = || text.parse::<Timestamp>().ok();
    // A time begins with a date: whoever writes one means it.
    time()
        .or_else(day)
        .ok_or_else(|| "skriv en dag som 2026-09-01 eller et tidspunkt som 2026-09-01T08:00:00Z".into())
}

fn progress(messages: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} meddelelser  {per_sec}  tilbage {eta}",
    );
    ProgressBar::new(messages).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
