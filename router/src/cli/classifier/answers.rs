//! `modtag classifier train --from-answers` and `evaluate --answers`: a candidate of the authority's own answers, and how it
//! compares with the model in force.

use std::process::ExitCode;
use std::time::Instant;

use classifier::evaluate::Share;
use classifier::own::{Marks, Paired};
use serde::Serialize;

use super::{Failure, operator, print_json};
use crate::own_model::comparing::Comparison;
use crate::own_model::making::Made;
use crate::own_model::{OwnModelError, Workshop};
use crate::setup::House;

/// A candidate as JSON shows it.
#[derive(Serialize)]
struct CandidateView {
    number: i64,
    edition: String,
    lessons: usize,
    /// False when the lessons had made it before.
    new: bool,
    /// Whether it learned anything that moved the shipped weights; null where it is not being made.
    moved: Option<bool>,
    comparison: Comparison,
}

/// Makes a candidate.
pub(super) async fn train(house: House, seed: u64, json: bool) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let made = Workshop::of(&house.room, &house.config)?.make(seed, &operator()).await?;
    house.sign().await?;
    if json {
        let Made { number, is_new, edition, lessons, moved, comparison } = made;
        print_json(&CandidateView { number, edition, lessons, new: is_new, moved: Some(moved), comparison })?;
    } else {
        told(&made);
        println!(
            "\nDet tog {:.0} s. Sæt den i kraft med: modtag classifier promote {} --reason \"…\"",
            begun.elapsed().as_secs_f64(),
            made.number
        );
    }
    house.room.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn told(made: &Made) {
    let known = if made.is_new { "er lavet" } else { "var allerede lavet" };
    println!("Egen model {} {known} af {} lektier ({}).", made.number, made.lessons, made.edition);
    if !made.moved {
        println!(
            "Svarene viste intet, der er bedre end den medfølgende models egen vægtning; den er beholdt."
        );
    }
    show(made.number, &made.comparison);
}

/// Compares a candidate with the model in force.
pub(super) async fn evaluate(house: House, number: Option<i64>, json: bool) -> Result<ExitCode, Failure> {
    let (model, comparison) = Workshop::of(&house.room, &house.config)?.compare(number).await?;
    if comparison.all.letters == 0 {
        return Err(OwnModelError::NoMeasure(model.row.number).into());
    }
    if json {
        let lessons = usize::try_from(model.row.lessons).unwrap_or(0);
        let (number, edition) = (model.row.number, model.row.edition);
        print_json(&CandidateView { number, edition, lessons, new: false, moved: None, comparison })?;
    } else {
        show(model.row.number, &comparison);
    }
    house.room.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// What the model in force is called.
pub(super) fn named(number: i64) -> String {
    if number == 0 { "den medfølgende model".to_owned() } else { format!("egen model {number}") }
}

fn rows(marks: &Marks) -> [(&'static str, &Share); 6] {
    [
        ("Emne, første forslag", &marks.emne_at_1),
        ("Emne, blandt tre", &marks.emne_at_3),
        ("Gruppe, første forslag", &marks.gruppe_at_1),
        ("Gruppe, blandt tre", &marks.gruppe_at_3),
        ("Hovedgruppe, første", &marks.hovedgruppe_at_1),
        ("Hovedgruppe, blandt tre", &marks.hovedgruppe_at_3),
    ]
}

fn show(number: i64, comparison: &Comparison) {
    let all = &comparison.all;
    println!(
        "\nMålt på {} svar, som ingen af dem har lært af: {} holdt ude på skift, {} givet siden. Med 95 %-interval.\n",
        all.letters, comparison.cross_validated, comparison.later
    );
    println!("{:<26}{:>24}{:>24}", "", named(number), named(comparison.against));
    for ((name, candidate), (_, active)) in rows(&all.candidate).into_iter().zip(rows(&all.active)) {
        println!("{name:<26}{:>24}{:>24}", share(candidate), share(active));
    }
    for (name, [candidate, active]) in [
        ("Kan føres videre, 2 % fejl", [all.candidate.coverage_at_2pct, all.active.coverage_at_2pct]),
        ("Kan føres videre, 5 % fejl", [all.candidate.coverage_at_5pct, all.active.coverage_at_5pct]),
    ] {
        println!("{name:<26}{:>24}{:>24}", percent(candidate), percent(active));
    }
    println!("\nKun den ene har ret i gruppen: {}", paired(&all.group));
    println!("Kun den ene har ret i emnet:   {}\n", paired(&all.subject));
    for unit in &comparison.units {
        let (name, group) = (&unit.unit, paired(&unit.group));
        println!("  {name:<24}{:>24}{:>24}   {group}", share(&unit.candidate), share(&unit.active));
    }
}

fn paired(pair: &Paired) -> String {
    let Paired { better, worse, p } = pair;
    let said = match (pair.is_better(), pair.is_worse()) {
        (true, _) => "; kandidaten er bedre",
        (_, true) => "; kandidaten er dårligere",
        _ => "",
    };
    format!("{better} mod {worse} (p = {}{said})", format!("{p:.3}").replace('.', ","))
}

pub(super) fn share(share: &Share) -> String {
    format!("{} ({}–{})", percent(share.share), whole(share.low), whole(share.high))
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}

fn whole(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}
