//! The demo's mail against its index: every letter ends where `router/demo/mail/INDEX.toml` says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journeys::{Engine, World, on_both_databases, world};
use router::clock::SetClock;
use router::intake::{Channel, Intake, Taken, files};
use router::journey::Workers;
use router::story::Story;
use serde::Deserialize;

use crate::program::Installation;

/// What the index says of a letter; its first lines explain the words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    file: String,
    entry: Option<String>,
    is: String,
    outcome: String,
    unit: Option<String>,
    person: Option<String>,
    step: Option<String>,
    rule: Option<String>,
    journal: Option<String>,
    question: Option<String>,
    case: Option<String>,
    #[serde(default)]
    suggests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    mail: Vec<Expected>,
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../router/demo")
}

fn index() -> BTreeMap<String, Vec<Expected>> {
    let text = std::fs::read_to_string(demo().join("mail/INDEX.toml")).expect("the index");
    let index: Index = toml::from_str(&text).expect("the index is understood");
    let mut by_file: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    for expected in index.mail {
        assert!(!expected.is.is_empty(), "{}", expected.file);
        by_file.entry(expected.file.clone()).or_default().push(expected);
    }
    by_file
}

/// The invented municipality with its cases, as `modtag demo` sets it up.
pub async fn municipality(engine: Engine) -> World {
    let policy = router::cli::demo_policy_files();
    let authority: toml::Table = policy
        .iter()
        .find_map(|(_, text)| text.parse::<toml::Table>().ok()?.get("authority")?.as_table().cloned())
        .expect("a policy file says who the authority is");
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(SetClock::new(world::morning()));
    let mut config = world::config(folder.path(), engine).await;
    config.authority.cvr = authority["cvr"].as_str().map(str::to_owned);
    config.classifier.enabled = true;
    let house = world::open(config, clock.clone(), policy.clone()).await;
    let cases = demo().join("cases.toml");
    let text = std::fs::read_to_string(&cases).expect("the cases");
    let imported =
        router::cli::import_known(&house.room, &cases, &text).await.expect("the cases are imported");
    assert!(imported.cases > 0 && imported.letters > 0);
    World { house, clock, folder, policy }
}

/// Takes the files in, in order of name and one at a time: a duplicate comes after what it repeats.
pub async fn take(world: &World) -> Vec<(String, Vec<(String, Taken)>)> {
    let (next, fresh) = tokio::sync::mpsc::channel(1024);
    let workers = Workers::start(world.room(), fresh);
    let intake = Intake::open(world.room().clone(), next);
    let mut all = Vec::new();
    for path in files::find(&[demo().join("mail")]).expect("the folder") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let report = files::take_file(&intake, Channel::Ingest, &path).await;
        assert!(report.trouble.is_none(), "{name}: {:?}", report.trouble);
        all.push((name, report.taken));
    }
    drop(intake);
    workers.finish().await;
    world.work().await;
    all
}

/// What became of a message, in the words of the index.
fn seen(taken: &Taken, story: &Story) -> Vec<(&'static str, Option<String>)> {
    if taken.duplicate {
        return vec![("outcome", Some("duplicate".into()))];
    }
    let mut seen = Vec::new();
    let decision = story.decision.as_ref();
    let outcome = match decision {
        _ if story.stage == "quarantined" => "quarantine",
        Some(decision) if decision.unit.is_some() => "hand-over",
        Some(_) => "ask",
        None => "undecided",
    };
    seen.push(("outcome", Some(outcome.to_owned())));
    let Some(decision) = decision else { return seen };
    seen.push(("unit", decision.unit.clone()));
    seen.push(("person", decision.person.clone()));
    seen.push(("question", decision.question.clone()));
    let by = |kind: &str| decision.decider.strip_prefix(kind).map(str::to_owned);
    seen.push(("rule", by("rule:")));
    // A rule is of the step that asks them; the index leaves out the step of who waits.
    seen.push((
        "step",
        by("rule:").map(|_| "rules".to_owned()).or(by("step:")).filter(|_| outcome == "hand-over"),
    ));
    let journal = decision.journaling.as_deref().map(|word| match word {
        "reopened-case" => "case",
        "left-to-handler" => "handler",
        "not-journaled" => "never",
        same => same,
    });
    seen.push(("journal", journal.map(str::to_owned)));
    seen.push(("case", decision.case.clone()));
    let cases: BTreeSet<&str> =
        decision.suggestions.iter().filter_map(|suggestion| suggestion.case.as_deref()).collect();
    seen.push(("suggests", Some(cases.into_iter().collect::<Vec<_>>().join(" "))));
    seen
}

fn compare(expected: &Expected, seen: &[(&'static str, Option<String>)]) -> Vec<String> {
    let suggests: BTreeSet<&str> = expected.suggests.iter().map(String::as_str).collect();
    let suggests = suggests.into_iter().collect::<Vec<_>>().join(" ");
    let mut wrong = Vec::new();
    for (what, is) in seen {
        let should = match *what {
            "outcome" => Some(&expected.outcome),
            "unit" => expected.unit.as_ref(),
            "person" => expected.person.as_ref(),
            "question" => expected.question.as_ref(),
            "rule" => expected.rule.as_ref(),
            "step" => expected.step.as_ref(),
            "journal" => expected.journal.as_ref(),
            "case" => expected.case.as_ref(),
            // Only where the index names some: others may be suggested besides.
            _ if suggests.is_empty() => continue,
            _ => Some(&suggests),
        };
        if should != is.as_ref() {
            wrong.push(format!(
                "{}{}: {what} is {is:?}, not {should:?}",
                expected.file,
                expected.entry.as_deref().unwrap_or("")
            ));
        }
    }
    wrong
}

on_both_databases!(every_letter_of_the_demo_ends_where_its_index_says, |engine: Engine| async move {
    let world = municipality(engine).await;
    let mut index = index();
    assert!(index.len() >= 60, "the demo has only {} files", index.len());
    let mut wrong = Vec::new();
    for (file, taken) in take(&world).await {
        let Some(mut expected) = index.remove(&file) else {
            wrong.push(format!("{file}: not in the index"));
            continue;
        };
        for (entry, taken) in taken {
            let at = expected
                .iter()
                .position(|expected| expected.entry.as_ref().is_none_or(|named| *named == entry));
            let Some(at) = at else {
                wrong.push(format!("{file}: {entry} is not in the index"));
                continue;
            };
            let expected = expected.remove(at);
            let story = world.story(&taken).await;
            wrong.extend(compare(&expected, &seen(&taken, &story)));
            wrong.extend(journaled_as_decided(&file, &taken, &story));
        }
        wrong.extend(expected.iter().map(|left| format!("{file}: {:?} did not come", left.entry)));
    }
    wrong.extend(index.keys().map(|file| format!("{file}: in the index, but not there")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    world.everything_is_settled().await;
});

/// What was decided to be journaled is journaled, on the case that was decided.
fn journaled_as_decided(file: &str, taken: &Taken, story: &Story) -> Option<String> {
    let decision = story.decision.as_ref().filter(|_| !taken.duplicate)?;
    let journaling = decision.journaling.as_deref()?;
    let should = !matches!(journaling, "left-to-handler" | "not-journaled");
    let on = story.entry.as_ref().map(|entry| entry.case.as_str());
    let right = match (&decision.case, on) {
        (Some(case), Some(on)) => should && case == on,
        (None, Some(_)) => should,
        (_, None) => !should,
    };
    (!right).then(|| format!("{file}: decided {journaling} {:?}, journaled on {on:?}", decision.case))
}

#[test]
fn the_rules_of_the_demo_pass_their_examples_and_nothing_about_them_is_doubtful() {
    let house = Installation::new(None);
    let folder = demo().join("policy");
    let files: Vec<PathBuf> =
        router::cli::demo_policy_files().iter().map(|(name, _)| folder.join(name)).collect();
    let config =
        format!("[authority]\ncvr = \"97310240\"\nname = \"Åløse Kommune\"\n\n[policy]\nfiles = {files:?}\n");
    house.write("modtag.toml", config);
    let found = house.run(&["rules", "check", "--json"]).json();
    let rules = found["rules"].as_u64().expect("a number");
    assert!(rules >= 80, "the demo has only {rules} rules");
    assert!(found["examples"].as_u64() >= Some(rules), "{}", found["examples"]);
    assert_eq!(found["failed"].as_array().map(Vec::len), Some(0), "{}", found["failed"]);
    // What grows old by itself is for whoever looks after the demo, not for a test.
    let doubts = found["lints"].as_array().expect("lints");
    let doubts: Vec<_> = doubts
        .iter()
        .filter(|doubt| !matches!(doubt["code"].as_str(), Some("review-overdue" | "validity-over")))
        .collect();
    assert!(doubts.is_empty(), "{doubts:#?}");
}
