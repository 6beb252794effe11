//! The graph's inputs for judged letters, and what tract makes of them, for `tests/peers/onnx/compare.py`:
//! `cargo run --release -p classifier --example rows -- LETTERS [MODEL]`.

use std::time::Instant;

use classifier::evaluate::Judged;
use classifier::model::Model;

/// How often each letter is scored for its time.
const ROUNDS: u32 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let letters = arguments.first().ok_or("brug: rows BREVE [MODEL]")?;
    let model = Model::load(&std::fs::read(arguments.get(1).map_or("models/kle/kle.onnx", String::as_str))?)?;
    for letter in Judged::read(&std::fs::read_to_string(letters)?)? {
        let vector = model.vocabulary().vector(&letter.letter());
        let rows = model.table().rows(&vector);
        let scores = model.scores(&vector)?;
        let begun = Instant::now();
        for _ in 0..ROUNDS {
            model.scores(&vector)?;
        }
        let ms = begun.elapsed().as_secs_f64() * 1000.0 / f64::from(ROUNDS);
        let page = serde_json::json!({
            "dense_rows": rows.dense, "dense_values": rows.dense_values,
            "rows": rows.sparse, "values": rows.sparse_values,
            "scores": scores, "ms": ms,
        });
        println!("{page}");
    }
    Ok(())
}
