//! `modtag list`: the newest messages, or those that hurry most.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use rules::Policy;

use super::{Failure, house, print_json};
use crate::config::Config;
use crate::journey::outcome_danish;
use crate::store::message::{Listing, Order, Stage};
use crate::story::{self, danish_time};

#[derive(Args)]
pub(super) struct List {
    /// Kun meddelelser med denne status: received, decided, carried-out, settled, waiting, quarantined.
    #[arg(long, value_name = "STATUS")]
    stage: Option<String>,
    /// Kun meddelelser gemt siden dette tidspunkt, fx 2026-11-21T08:00:00Z.
    #[arg(long, value_name = "TIDSPUNKT")]
    since: Option<Timestamp>,
    /// Kun meddelelser, som denne enhed har nu.
    #[arg(long, value_name = "ENHED")]
    unit: Option<String>,
    /// Kun meddelelser, der ligger i denne robotkø nu.
    #[arg(long, value_name = "KØ")]
    queue: Option<String>,
    /// Kun meddelelser, hvor noget er opgivet, også en webhook; prøv igen med modtag retry.
    #[arg(long)]
    failed: bool,
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
        let listing = Listing {
            stage,
            since: self.since,
            unit: self.unit,
            queue: self.queue,
            failed: self.failed,
            escalated: self.escalated,
            order: match self.sort {
                Sort::Newest => Order::Newest,
                Sort::Deadline => Order::Deadline,
            },
            limit: self.limit,
        };
        let rows = room.store.list(&listing).await?;
        if rows.is_empty() {
            known(&room.policy(), &listing)?;
        }
        let mut stories = Vec::with_capacity(rows.len());
        for row in &rows {
            stories.push(story::tell(room, row, false).await?);
        }
        if self.json {
            print_json(&stories)?;
        } else {
            for (row, story) in rows.iter().zip(&stories) {
                let whereabouts = Some(story.whereabouts()).filter(|words| !words.is_empty());
                let deadline = story.deadline.as_ref().map(|deadline| format!("; frist {}", deadline.text));
                println!(
                    "{}  {:<36}  {}: {}{}",
                    danish_time(row.stored_at()),
                    row.memo_uuid.as_deref().unwrap_or("(kunne ikke læses)"),
                    row.stage()?.danish(),
                    outcome_danish(&row.outcome),
                    whereabouts.map(|words| format!(" ({words})")).unwrap_or_default()
                        + &deadline.unwrap_or_default()
                );
            }
        }
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Nothing lies with somebody whom nobody knows, and that is more likely a slip than an answer.
fn known(policy: &Policy, listing: &Listing) -> Result<(), Failure> {
    let unknown =
        |what: &str, id: &str| Failure::Said(format!("Der er ingen {what} med id'et \"{id}\" i politikken."));
    if let Some(id) = listing.unit.as_deref().filter(|id| policy.unit(id).is_none()) {
        return Err(unknown("enhed", id));
    }
    if let Some(id) = listing.queue.as_deref().filter(|id| policy.queues().all(|queue| queue.id != *id)) {
        return Err(unknown("robotkø", id));
    }
    Ok(())
}
