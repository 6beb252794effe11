//! How long past mail takes to run through another edition of the rules, and how much memory.
//!
//! The mail is that of the demo, over and over with new ids. Environment: `MESSAGES` (default 100000), `FOLDER` (where the
//! mail lies; default a temporary folder; one that has messages already is only filled up).

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use common::{fill, number};
use router::config::Config;
use router::replay::{self, Comparison, Shown, Sides};
use router::setup::{self, PolicyFiles, World};
use router::store::past::Period;
use rules::Policy;

/// A rule before all others, so that the two editions differ.
const ANOTHER: &str = r#"
[[rule]]
id = "prove-brev"
title = "Prøve: breve om børn til borgerservice"
when = { kle = "28" }
then = "desk"
"#;

fn main() {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(run());
}

async fn run() {
    let messages = number("MESSAGES", 100_000);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = std::env::var("FOLDER").map_or_else(|_| temporary.path().join("house"), Into::into);
    let files = router::cli::demo_policy_files();
    let old = Policy::load(&files, "old").expect("the demo's policy");
    let mut config = Config::demo(&folder, &old.authority().cvr, "Prøve").expect("sound defaults");
    config.log.level = "off".into();
    let house = setup::open_with(config, World::system(), files.clone()).await.expect("opens");
    let store = &house.room.store;

    let letters = letters();
    let there = store.past(Period::default()).count().await.expect("an answer");
    let begun = Instant::now();
    fill(&house, there..messages, |n| letter(&letters, n)).await;
    println!("filled up           {} messages in {:.0?}", messages.saturating_sub(there), begun.elapsed());

    let mut other: PolicyFiles = files;
    other.insert(0, ("prove.toml".into(), ANOTHER.into()));
    let new = Policy::load(&other, "new").expect("the demo's policy and a rule");
    let comparison = Comparison(Sides { old: Some(Arc::new(old)), new: Arc::new(new) });
    forget_peak();
    let before = peak();
    let begun = Instant::now();
    let tally = replay::run(store.past(Period::default()), store.keys(), &comparison, &|_| ())
        .await
        .expect("replayed");
    let time = begun.elapsed();
    let rate = tally.messages as f64 / time.as_secs_f64();
    println!("replayed            {} messages in {time:.2?}, {rate:.0}/s", tally.messages);
    println!("memory              {before} kB before, at most {} kB", peak());
    print!("{}", Shown::of(tally, None, Some(1), &[comparison.0.new.as_ref()]).danish());
}

/// The demo's letters that are letters.
fn letters() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/mail");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the demo").flatten().map(|file| file.path()).collect();
    files.sort();
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    texts.filter(|text| text.contains("<memo:messageUUID>") && text.contains("</memo:Message>")).collect()
}

/// A letter of the demo with an id of its own.
fn letter(letters: &[String], n: u64) -> Vec<u8> {
    const OPEN: &str = "<memo:messageUUID>";
    let text = &letters[usize::try_from(n).unwrap_or_default() % letters.len()];
    let uuid = uuid::Builder::from_random_bytes((u128::from(n) | 0xab << 120).to_be_bytes()).into_uuid();
    let (head, rest) = text.split_once(OPEN).expect("has an id");
    let (_, rest) = rest.split_once('<').expect("the id ends");
    format!("{head}{OPEN}{uuid}<{rest}").into_bytes()
}

/// The most memory held since the last [`forget_peak`], in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn forget_peak() {
    // Where the kernel does not know this, the peak is that of the whole run.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
