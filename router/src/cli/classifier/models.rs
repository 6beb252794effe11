//! `modtag classifier models`: the own models, who made them of what, how they measured, and when each was in force.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::answers::{named, share};
use super::{Failure, print_json};
use crate::adviser::shipped_edition;
use crate::own_model::comparing::Comparison;
use crate::setup::House;
use crate::store::own_model::{OwnModelAct, OwnModelRow};
use crate::story::danish_time;

#[derive(Args)]
pub(super) struct Models {
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// All that is shown.
#[derive(Serialize)]
struct Page {
    /// The shipped model of this program.
    shipped: String,
    /// The model in force; 0 is the shipped model alone.
    in_force: i64,
    models: Vec<ModelView>,
    acts: Vec<ActView>,
}

#[derive(Serialize)]
struct ModelView {
    number: i64,
    edition: String,
    made_at: Timestamp,
    author: String,
    lessons: i64,
    in_force: bool,
    /// Whether it is heard beside the shipped model of this program.
    fits: bool,
    /// How it compared when it was made; null when that cannot be read.
    comparison: Option<Comparison>,
}

#[derive(Serialize)]
struct ActView {
    /// `promote` or `roll-back`.
    act: String,
    number: i64,
    at: Timestamp,
    person: String,
    reason: String,
}

impl ModelView {
    fn of(row: OwnModelRow, in_force: i64) -> Self {
        Self {
            made_at: row.made_at(),
            in_force: row.number == in_force,
            fits: row.base == shipped_edition(),
            comparison: serde_json::from_str(&row.measures).ok(),
            number: row.number,
            edition: row.edition,
            author: row.author,
            lessons: row.lessons,
        }
    }

    fn show(&self) {
        let mark = if self.in_force { "i kraft" } else { "" };
        println!(
            "{:>4}  {mark:<8} lavet {} af {} af {} lektier: {}",
            self.number,
            danish_time(self.made_at),
            self.author,
            self.lessons,
            self.edition
        );
        if !self.fits {
            println!(
                "                høres ikke: lavet ved siden af en anden udgave af den medfølgende model"
            );
        }
        if let Some(comparison) = &self.comparison {
            let [candidate, active] =
                [&comparison.all.candidate, &comparison.all.active].map(|marks| share(&marks.gruppe_at_1));
            println!("                gruppe {candidate} mod {active} for {}", named(comparison.against));
        }
    }
}

impl From<OwnModelAct> for ActView {
    fn from(act: OwnModelAct) -> Self {
        Self { at: act.at(), act: act.act, number: act.number, person: act.person, reason: act.reason }
    }
}

impl Models {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        let store = &house.room.store;
        let in_force = store.own_model_in_force().await?;
        let models = store.own_models().await?.into_iter().map(|row| ModelView::of(row, in_force)).collect();
        let acts = store.own_model_acts().await?.into_iter().map(ActView::from).collect();
        let page = Page { shipped: shipped_edition().to_owned(), in_force, models, acts };
        if self.json {
            print_json(&page)?;
        } else {
            page.models.iter().for_each(ModelView::show);
            for act in &page.acts {
                let what = if act.act == "promote" { "sat i kraft" } else { "rullet tilbage til" };
                println!(
                    "      {} {what} {} af {}: {}",
                    danish_time(act.at),
                    named(act.number),
                    act.person,
                    act.reason
                );
            }
            println!("I kraft: {} (medfølgende: {})", named(in_force), page.shipped);
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
