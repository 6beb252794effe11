//! `modtag list`: the newest messages, or those that hurry most.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{Failure, house, print_json};
use crate::config::Config;
use crate::journey::outcome_danish;
use crate::store::message::{Listing, Order, Stage};
use crate::story::deadline::DeadlineView;
use crate::story::{self, danish_time};

#[derive(Args)]
pub(super) struct List {
    /// Kun meddelelser med denne status: received, decided, carried-out, settled, waiting, quarantined.
    #[arg(long, value_name = "STATUS")]
    stage: Option<String>,
    /// Kun meddelelser gemt siden dette tidspunkt, fx 2026-11-21T08:00:00Z.
    #[arg(long, value_name = "TIDSPUNKT")]
    since: Option<Timestamp>,
    /// Kun meddelelser, der er sendt videre, fordi ingen åbnede dem i tide.
    #[arg(long)]
    escalated: bool,
    /// Rækkefølge: newest (nyeste først) eller deadline (hastende først, derefter nærmeste frist).
    #[arg(long, value_enum, default_value_t = Sort::Newest, hide_possible_values = true, value_name = "ORDEN")]
    sort: Sort,
    /// Højst så mange.
    #[arg(long, default_value_t = 50, value_name = "ANTAL")]
    limit: u32,
    /// Svar som JSON: hele historien om hver meddelelse, med de samme nøgler som explain.
    #[arg(long)]
    json: bool,
}

/// In which order messages are shown.
#[derive(Clone, Copy, ValueEnum)]
enum Sort {
    Newest,
    Deadline,
}

impl List {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let stage = match self.stage.as_deref().map(|word| (word, Stage::parse(word))) {
            None => None,
            Some((_, Some(stage))) => Some(stage),
            Some((word, None)) => {
                let words: Vec<&str> = Stage::ALL.into_iter().map(Stage::as_str).collect();
                return Err(Failure::Said(format!(
                    "Status \"{word}\" kendes ikke. Vælg blandt {}.",
                    words.join(", ")
                )));
            }
        };
        let house = house(config).await?;
        let room = &house.room;
        let order = match self.sort {
            Sort::Newest => Order::Newest,
            Sort::Deadline => Order::Deadline,
        };
        let listing =
            Listing { stage, since: self.since, escalated: self.escalated, order, limit: self.limit };
        let rows = room.store.list(&listing).await?;
        if self.json {
            let mut stories = Vec::with_capacity(rows.len());
            for row in &rows {
                stories.push(story::tell(room, row, false).await?);
            }
            print_json(&stories)?;
        } else {
            let now = room.clock.now();
            for row in &rows {
                let deadline = row.deadline().map(|at| format!("; frist {}", DeadlineView::of(at, now).text));
                println!(
                    "{}  {:<36}  {}: {}{}",
                    danish_time(row.stored_at()),
                    row.memo_uuid.as_deref().unwrap_or("(kunne ikke læses)"),
                    row.stage()?.danish(),
                    outcome_danish(&row.outcome),
                    deadline.unwrap_or_default()
                );
            }
        }
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
