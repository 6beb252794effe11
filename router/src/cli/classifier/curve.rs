//! `modtag classifier curve`: how much better an authority's letters are understood, the more of them have been answered.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use classifier::Judge;
use classifier::card::learning;
use classifier::index::Index;
use classifier::own::{Curve, NoCurve, UnitLetter, curve};

use super::answers::share;
use super::{Failure, letters, print_json};
use crate::adviser::{shipped_letters, shipped_model};

/// How many letters per unit are taught.
const PER_UNIT: [usize; 6] = [0, 5, 10, 20, 30, 40];

#[derive(Args)]
pub(super) struct CurveCommand {
    /// Myndighedens breve (tabulatorer imellem: enhed, KLE-emne, slags afsender, overskrift, tekst).
    #[arg(long, value_name = "FIL")]
    letters: PathBuf,
    /// Tegn kurven i denne fil.
    #[arg(long, value_name = "FIL")]
    svg: Option<PathBuf>,
    /// Hvor mange gange det gøres om, med brevene fordelt på ny.
    #[arg(long, value_name = "ANTAL", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100))]
    rounds: u64,
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

impl CurveCommand {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let letters = self.read()?;
        let judge = judge()?;
        let begun = Instant::now();
        let tell = |count: usize| {
            eprintln!("{:4} s  underviser med højst {count} breve pr. enhed", begun.elapsed().as_secs());
        };
        let curve = curve(&judge, &letters, &PER_UNIT, self.rounds, tell).map_err(|error| match error {
            NoCurve::TooFew => Failure::Said(format!(
                "Der er for få breve i {}: der skal mindst fem til.",
                self.letters.display()
            )),
            NoCurve::NotLearned(_) => {
                Failure::Said("Indekset over de medfølgende breve kan ikke læses.".into())
            }
        })?;
        if let Some(file) = &self.svg {
            std::fs::write(file, learning(&curve)).map_err(|error| {
                Failure::Said(format!("Filen {} kan ikke skrives: {error}.", file.display()))
            })?;
        }
        if self.json {
            print_json(&curve)?
        } else {
            show(&curve)
        }
        Ok(ExitCode::SUCCESS)
    }

    fn read(&self) -> Result<Vec<UnitLetter>, Failure> {
        UnitLetter::read(&letters::text(&self.letters)?).map_err(|fault| {
            Failure::Said(format!(
                "{}, linje {}: linjen er ikke en enheds brev. Den skal have fem kolonner med tabulator imellem: enhed, KLE-emne, \
                 slags afsender, overskrift og tekst.",
                self.letters.display(),
                fault.line
            ))
        })
    }
}

fn judge() -> Result<Judge, Failure> {
    let said = |error: &dyn std::error::Error| {
        Failure::Said(format!("Model og indeks kan ikke gøres klar: {error}."))
    };
    let model = Arc::new(shipped_model().map_err(|error| said(&error))?);
    let letters = shipped_letters().map_err(|error| said(&error))?;
    let index = Index::in_memory(letters.entries(model.danish())).map_err(|error| said(&error))?;
    Ok(Judge::new(model, Arc::new(index)))
}

fn show(curve: &Curve) {
    println!(
        "Model: {}. {} breve, {} omgange; intet brev læses af en, der har lært af det.\n",
        curve.model, curve.letters, curve.rounds
    );
    println!(
        "{:>10}{:>8}{:>22}{:>22}   bedre : dårligere (gruppe)",
        "pr. enhed", "i alt", "gruppe@1", "emne@1"
    );
    for step in &curve.steps {
        let p = format!("{:.4}", step.group.p).replace('.', ",");
        println!(
            "{:>10}{:>8}{:>22}{:>22}   {} : {} (p = {p})",
            step.per_unit,
            step.taught,
            share(&step.gruppe_at_1),
            share(&step.emne_at_1),
            step.group.better,
            step.group.worse,
        );
    }
}
