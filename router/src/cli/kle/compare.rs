//! `modtag kle diff`: two editions, or files, and what their differences touch.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kle::{Change, FacetPattern, Subject, What};
use serde::Serialize;

use super::super::{Failure, print_json};
use super::import::{changes, word};
use super::{present, read_file};
use crate::clock::danish_day;
use crate::room::Journal;
use crate::setup::House;
use crate::subject_plan::offer::made_of;
use crate::subject_plan::touched::{Touched, touched};
use crate::subject_plan::{SubjectPlan, load};

#[derive(Args)]
pub(super) struct Compare {
    /// Udgavens nummer (se modtag kle list) eller en fil. Et nummer alene: fra den til den, der er i kraft; en fil alene: fra
    /// den, der er i kraft, til filen.
    #[arg(value_name = "UDGAVE|FIL")]
    one: String,
    /// Den, der sammenlignes med.
    #[arg(value_name = "UDGAVE|FIL")]
    other: Option<String>,
    /// Skriv ændringerne som en tabel med semikolon imellem.
    #[arg(long, value_name = "FIL")]
    csv: Option<PathBuf>,
    /// Svar som JSON, med numrene på de åbne sager.
    #[arg(long)]
    json: bool,
}

/// Two plans and what is between them.
#[derive(Serialize)]
struct Answer {
    from: String,
    to: String,
    counts: BTreeMap<&'static str, usize>,
    subjects: Vec<Touched>,
    facets: Vec<Change<FacetPattern>>,
    /// Are open cases counted? Only those of the built-in journal can be.
    cases_counted: bool,
}

/// What is compared: a plan and what to call it.
struct Side {
    name: String,
    plan: Arc<SubjectPlan>,
}

impl Compare {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        let (old, new) = match (&self.other, number(&self.one)) {
            (Some(other), _) => {
                let old = side(&house, &self.one, None).await?;
                let new = side(&house, other, Some(&old.plan)).await?;
                (old, new)
            }
            (None, Some(_)) => (side(&house, &self.one, None).await?, in_force(&house)?),
            (None, None) => {
                let old = in_force(&house)?;
                let new = side(&house, &self.one, Some(&old.plan)).await?;
                (old, new)
            }
        };
        let diff = kle::diff(old.plan.register.at(old.plan.dated), new.plan.register.at(new.plan.dated));
        let room = &house.room;
        let answer = Answer {
            from: old.name,
            to: new.name,
            counts: changes(&diff),
            subjects: touched(&diff, &room.policy(), &room.store, &room.journal).await?,
            facets: diff.facets,
            cases_counted: matches!(room.journal, Journal::BuiltIn(_)),
        };
        if let Some(file) = &self.csv {
            write_csv(file, &answer)?;
        }
        if self.json {
            print_json(&answer)?
        } else {
            print!("{}", answer.danish())
        }
        room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn in_force(house: &House) -> Result<Side, Failure> {
    let plan = present(house)?;
    Ok(Side { name: plan.danish(), plan })
}

/// A stored edition by its number, or a file. What a file does not list after an older plan has ended, not vanished.
async fn side(house: &House, text: &str, after: Option<&SubjectPlan>) -> Result<Side, Failure> {
    if let Some(number) = number(text) {
        let plan = Arc::new(load(&house.room.store, number).await?);
        return Ok(Side { name: plan.danish(), plan });
    }
    let path = Path::new(text);
    if !path.exists() {
        return Err(Failure::Said(format!(
            "\"{text}\" er hverken nummeret på en udgave (se modtag kle list) eller en fil, der findes."
        )));
    }
    let made = made_of(&[read_file(path)?], None).map_err(|error| Failure::Said(format!("{error}.")))?;
    let offer = made.beside(after, danish_day(house.room.clock.now()));
    let label = offer.label().map(str::to_owned);
    let name = label.as_deref().map_or_else(|| text.to_owned(), |label| format!("{text} ({label})"));
    let (edition, dated) = (offer.edition.clone(), offer.dated);
    let plan = Arc::new(SubjectPlan { number: 0, edition, label, dated, register: offer.register });
    Ok(Side { name, plan })
}

/// So many lines are shown of what one change touches; JSON and the table have all.
const SHOWN: usize = 6;

impl Answer {
    fn danish(&self) -> String {
        let mut lines = vec![format!("Fra {} til {}:", self.from, self.to)];
        for touched in &self.subjects {
            lines.push(format!("{}.", touched.danish));
            let mut below: Vec<String> = touched.policy.iter().map(|named| named.danish()).collect();
            if !touched.open_cases.is_empty() {
                below.push(format!("åbne sager med nummeret: {}", touched.open_cases.len()));
            }
            let more = below.len().saturating_sub(SHOWN);
            lines.extend(below.into_iter().take(SHOWN).map(|line| format!("    {line}")));
            if more > 0 {
                lines.push(format!("    … og {more} til; se dem med --json"));
            }
        }
        lines.extend(self.facets.iter().map(|change| format!("Handlingsfacet {change}.")));
        lines.push(self.summary());
        lines.join("\n") + "\n"
    }

    fn summary(&self) -> String {
        if self.counts.is_empty() {
            return "Der er ingen forskel.".to_owned();
        }
        let counts: Vec<String> =
            self.counts.iter().map(|(what, count)| format!("{what}: {count}")).collect();
        let touching = self.subjects.iter().filter(|touched| touched.is_felt()).count();
        let cases: usize = self.subjects.iter().map(|touched| touched.open_cases.len()).sum();
        let cases = match self.cases_counted {
            true => format!("åbne sager i den indbyggede journal med et af numrene: {cases}"),
            false => "åbne sager i jeres eget ESDH er ikke talt".to_owned(),
        };
        format!("{}. Ændringer, der rører ved politikken: {touching}; {cases}.", counts.join(", "))
    }
}

fn write_csv(file: &Path, answer: &Answer) -> Result<(), Failure> {
    let unwritable =
        |error: csv::Error| Failure::Said(format!("{} kan ikke skrives: {error}.", file.display()));
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path(file).map_err(unwritable)?;
    let heads = ["Nummer", "Titel", "Ændring", "Beskrivelse", "Afløst af", "Rører ved", "Åbne sager"];
    writer.write_record(heads).map_err(unwritable)?;
    for touched in &answer.subjects {
        let Change { number, what, title } = &touched.change;
        let policy: Vec<String> = touched.policy.iter().map(|named| named.danish()).collect();
        let row = [
            number.to_string(),
            title.clone().unwrap_or_default(),
            word(what).to_owned(),
            touched.danish.clone(),
            successors(what),
            policy.join("; "),
            touched.open_cases.len().to_string(),
        ];
        writer.write_record(row).map_err(unwritable)?;
    }
    for change in &answer.facets {
        let title = change.title.clone().unwrap_or_default();
        let row = [change.number.to_string(), title, word(&change.what).to_owned(), change.to_string()];
        writer.write_record(row.iter().map(String::as_str).chain(["", "", ""])).map_err(unwritable)?;
    }
    writer.flush().map_err(|error| unwritable(error.into()))
}

fn successors(what: &What<Subject>) -> String {
    match what {
        What::Moved { to } => to.iter().map(|next| next.number.to_string()).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}
