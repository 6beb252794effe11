//! `modtag classifier lessons`: the register of what is kept of answered letters, and why.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{Failure, operator, print_json};
use crate::setup::House;
use crate::story::danish_time;
use crate::unseen::learning::{self, Kept};

#[derive(Args)]
pub(super) struct Lessons {
    /// Glem alt, hvad der er lært af denne enheds breve.
    #[arg(long, value_name = "ENHED", conflicts_with = "all")]
    forget: Option<String>,
    /// Glem alt, hvad der er lært.
    #[arg(long)]
    all: bool,
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

/// A lesson as the register shows it.
#[derive(Serialize)]
struct LessonView {
    /// The unit that the letter went to.
    unit: String,
    /// What it was about.
    subject: String,
    learned_at: Timestamp,
    expires_at: Timestamp,
    /// How many stems are kept, as hashes.
    stems: Option<usize>,
    /// The model whose experts were heard.
    model: Option<String>,
    /// Who allowed it.
    allowed_by: String,
    legal_basis: String,
    /// Edition of the policy that allowed it.
    edition: String,
}

impl From<Kept> for LessonView {
    fn from(kept: Kept) -> Self {
        Self {
            learned_at: kept.row.learned_at(),
            expires_at: kept.row.expires_at(),
            unit: kept.row.unit,
            subject: kept.row.subject,
            stems: kept.lesson.as_ref().map(|lesson| lesson.stems.len()),
            model: kept.lesson.map(|lesson| lesson.edition),
            allowed_by: kept.grounds.allowed_by,
            legal_basis: kept.grounds.legal_basis,
            edition: kept.row.edition,
        }
    }
}

impl Lessons {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        if self.all || self.forget.is_some() {
            let forgotten = learning::forget(&house.room, self.forget.as_deref(), operator()).await?;
            house.sign().await?;
            println!("{forgotten} lektier er slettet.");
        } else {
            let kept = learning::kept(&house.room).await?;
            show(kept.into_iter().map(LessonView::from).collect(), self.json)?;
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn show(lessons: Vec<LessonView>, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&lessons);
    }
    for lesson in &lessons {
        println!(
            "{}  {}  KLE {}  {} ord  slettes {}\n    {}: {}  (regelsæt {})",
            danish_time(lesson.learned_at),
            lesson.unit,
            lesson.subject,
            lesson.stems.map_or_else(|| "?".to_owned(), |stems| stems.to_string()),
            danish_time(lesson.expires_at),
            lesson.allowed_by,
            lesson.legal_basis,
            lesson.edition,
        );
    }
    println!(
        "{} lektier gemmes. Hver er hashede ord, som mange breve har; ingen tekst og intet navn.",
        lessons.len()
    );
    Ok(())
}
