//! What one letter costs: features, the model, the index, everything together, also with an own model; and the index at a
//! million letters.
//!
//! `cargo bench -p classifier --bench letter`; `LETTERS=100000` makes the large index smaller. The shipped model and letters
//! are read from `models/`.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use classifier::index::{Entry, Index, NEIGHBOURS};
use classifier::mask::{self, Known};
use classifier::model::Model;
use classifier::train::{Corpus, Vein};
use classifier::{Judge, Lesson, Suggest};
use criterion::{Criterion, criterion_group, criterion_main};

/// Letters in the large index, when the environment says nothing else.
const MANY: usize = 1_000_000;
/// Lessons that the own model compares with.
const LESSONS: usize = 5_000;

fn models() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

fn corpus() -> Corpus {
    let mut corpus = Corpus::default();
    let text = std::fs::read_to_string(models().join("corpus/third-1.tsv")).expect("letters");
    corpus.read(Vein::Natural, &text).expect("a corpus");
    corpus
}

fn letter(criterion: &mut Criterion) {
    let model = Arc::new(
        Model::load(&std::fs::read(models().join("kle/kle.onnx")).expect("a model")).expect("a model"),
    );
    let corpus = corpus();
    let index = Arc::new(Index::in_memory(corpus.entries(model.danish())).expect("an index"));
    let judge = Judge::new(Arc::clone(&model), Arc::clone(&index));
    let mut letters = corpus.letters().map(|labelled| labelled.letter).cycle();
    let mut next = || letters.next().expect("letters");
    criterion.bench_function("features", |bench| bench.iter(|| model.vocabulary().vector(&next())));
    let vectors: Vec<_> = corpus.letters().map(|one| model.vocabulary().vector(&one.letter)).collect();
    let mut vectors = vectors.iter().cycle();
    criterion.bench_function("model", |bench| {
        bench.iter(|| model.scores(vectors.next().expect("vectors")).expect("scores"));
    });
    let stems: Vec<_> = corpus.letters().map(|one| model.danish().hashes(&one.letter)).collect();
    let mut asked = stems.iter().cycle();
    criterion.bench_function("stems", |bench| bench.iter(|| model.danish().hashes(&next())));
    criterion.bench_function("index of the shipped letters", |bench| {
        bench.iter(|| index.nearest(asked.next().expect("stems"), NEIGHBOURS).expect("an answer"));
    });
    criterion.bench_function("mask", |bench| bench.iter(|| mask::find(&next(), &Known::default())));
    criterion.bench_function("suggest", |bench| bench.iter(|| judge.suggest(&next())));
    let lessons = lessons(&judge, &corpus);
    let own = judge.learn(&lessons.iter().take(500).collect::<Vec<_>>(), 1).expect("an own model").own;
    let judge = judge.with_own(own, &lessons);
    criterion.bench_function("suggest with 5,000 lessons", |bench| bench.iter(|| judge.suggest(&next())));
}

/// As many lessons as a large authority keeps: each of a letter, with a part of another's stems.
fn lessons(judge: &Judge, corpus: &Corpus) -> Vec<Lesson> {
    let taught = corpus.letters().filter_map(|one| judge.lesson(&one.letter, one.subject?));
    let taught: Vec<Lesson> = taught.collect();
    let mixed = |number: usize| {
        let (one, other) = (&taught[number % taught.len()], &taught[number * 7 / 3 % taught.len()]);
        let mut stems = [&one.stems[..one.stems.len() / 2], &other.stems[other.stems.len() / 2..]].concat();
        stems.sort_unstable();
        stems.dedup_by_key(|(stem, _)| *stem);
        Lesson { stems, ..one.clone() }
    };
    (0..LESSONS).map(mixed).collect()
}

fn large_index(criterion: &mut Criterion) {
    let model =
        Model::load(&std::fs::read(models().join("kle/kle.onnx")).expect("a model")).expect("a model");
    let corpus = corpus();
    let entries: Vec<Entry> = corpus.entries(model.danish()).collect();
    // A letter of the large index has the first half of one letter's stems and the second half of another's.
    let many = std::env::var("LETTERS").ok().map_or(MANY, |many| many.parse().expect("LETTERS is a number"));
    let mixed = (0..many).map(|number| {
        let (one, other) = (&entries[number % entries.len()], &entries[number * 7 / 3 % entries.len()]);
        let stems = [&one.stems[..one.stems.len() / 2], &other.stems[other.stems.len() / 2..]].concat();
        Entry { subject: one.subject, stems }
    });
    let index = Index::in_memory(mixed).expect("an index");
    eprintln!("{} letters in the index, {} MB", index.len(), index.bytes() / 1_000_000);
    let stems: Vec<Vec<u32>> = corpus.letters().map(|one| model.danish().hashes(&one.letter)).collect();
    let mut stems = stems.iter().cycle();
    criterion.bench_function(&format!("index of {many} letters"), |bench| {
        bench.iter(|| black_box(index.nearest(stems.next().expect("stems"), NEIGHBOURS)).expect("an answer"));
    });
}

/// The large index takes milliseconds a question: fewer samples tell as much.
fn few() -> Criterion {
    Criterion::default().sample_size(20)
}

criterion_group!(benches, letter);
criterion_group!(name = large; config = few(); targets = large_index);
criterion_main!(benches, large);
