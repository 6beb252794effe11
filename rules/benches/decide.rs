//! Deciding, with more and more rules: `cargo bench -p rules`. The peer is in `tests/peers/zen`.
//!
//! `title` seeks words in the title; `text` in title and text, a page long, which must be folded and read. `every rule`
//! is the same table without index.

#[allow(unreachable_pub, reason = "shared with the peer")]
mod town;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rules::{Facts, Policy, decide};

use crate::town::Town;

const LETTERS: u64 = 500;

fn decide_all(policy: &Policy, letters: &[Facts]) -> usize {
    letters.iter().map(|facts| black_box(decide(policy, facts)).trace.lines.len()).sum()
}

fn rules(c: &mut Criterion) {
    for (name, place) in [("title", "label_words"), ("text", "words")] {
        let mut group = c.benchmark_group(name);
        group.sample_size(20).throughput(Throughput::Elements(LETTERS));
        for rules in [100, 1_000, 10_000] {
            let town = Town::new(rules, LETTERS);
            let policy = town.policy(place);
            group.bench_function(BenchmarkId::from_parameter(rules), |b| {
                b.iter(|| decide_all(&policy, &town.letters));
            });
        }
        group.finish();
    }
}

fn every_rule(c: &mut Criterion) {
    let mut group = c.benchmark_group("every rule");
    group.sample_size(10).throughput(Throughput::Elements(LETTERS));
    for rules in [100, 10_000] {
        let town = Town::new(rules, LETTERS);
        let policy = town.policy("label_words").without_index();
        group.bench_function(BenchmarkId::from_parameter(rules), |b| {
            b.iter(|| decide_all(&policy, &town.letters));
        });
    }
    group.finish();
}

fn load(c: &mut Criterion) {
    let town = Town::new(10_000, 1);
    c.benchmark_group("load").sample_size(10).bench_function("10000", |b| b.iter(|| town.policy("words")));
}

criterion_group!(benches, rules, every_rule, load);
criterion_main!(benches);
