//! Measures masking: `cargo run -p classifier --example mask -- LETTERS [missed]`.
//!
//! `LETTERS` is a file of letters with their personal data, one JSON object a line. Prints one JSON object;
//! with `missed` also what was left unmasked and what was masked without need, which is for invented letters
//! only.

use std::time::Instant;

use classifier::evaluate::{JudgedMask, MaskMeasures};
use classifier::mask::{Found, Known, Place, find};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let file = arguments.first().ok_or("brug: mask BREVE [missed]")?;
    let letters = JudgedMask::read(&std::fs::read_to_string(file)?)?;
    let known = Known::default();
    letters.first().map(|letter| find(&letter.letter(), &known));
    let begun = Instant::now();
    let found: Vec<Vec<Found>> = letters.iter().map(|letter| find(&letter.letter(), &known)).collect();
    let each = begun.elapsed().as_secs_f64() * 1000.0 / letters.len().max(1) as f64;
    if arguments.get(1).is_some_and(|word| word == "missed") {
        letters.iter().zip(&found).for_each(|(letter, found)| show(letter, found));
    }
    let mut page = serde_json::to_value(MaskMeasures::of(letters.iter().zip(found)))?;
    page["ms_per_letter"] = each.into();
    println!("{}", serde_json::to_string_pretty(&page)?);
    Ok(())
}

fn show(letter: &JudgedMask, found: &[Found]) {
    for item in letter.missed(found) {
        println!("{}\tmissed\t{:?}\t{}", letter.id, item.kind, item.text);
    }
    for found in found {
        let text = if found.place == Place::Label { &letter.subject } else { &letter.text };
        let own = text.get(found.range.clone()).unwrap_or_default();
        if !letter.pii.iter().any(|item| item.text.contains(own) || own.contains(&item.text)) {
            println!("{}\tneedless\t{:?}\t{}", letter.id, found.kind, own);
        }
    }
}
