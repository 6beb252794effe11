//! The published example messages, taken in as they lie in `../shared/spec/examples`. They are others' and stay there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use journeys::{Engine, World, on_both_databases, shared};
use router::intake::{Channel, Intake, Taken, files};

/// Every example: its file, and how it ends when it is the only message in the house of CVR 12345678.
const EXAMPLES: [(&str, &str); 22] = [
    ("constructed/01_authority_to_citizen_marked_1.1.xml", "foreign-recipient"),
    ("constructed/02_citizen_reply_1.1.xml", "left-to-handler"),
    ("constructed/03_citizen_reply_mismatched_uuid_1.1.xml", "left-to-handler"),
    ("constructed/04_citizen_reply_1.2.xml", "left-to-handler"),
    ("constructed/05_citizen_new_message_contactpoint_1.2.xml", "nothing-applies"),
    ("constructed/06_citizen_forward_to_authority_1.2.xml", "left-to-handler"),
    ("constructed/07_authority_to_authority_representative_1.2.xml", "journaled"),
    ("constructed/08_company_no_contactpoint_1.1.xml", "nothing-applies"),
    ("constructed/09_default_namespace_root_1.1.xml", "foreign-recipient"),
    ("memo-1.0/MeMo_1.0_Scenarie1_Synsindkaldelse.xml", "foreign-recipient"),
    ("memo-1.1/MeMo_1.1_Full_Example.xml", "foreign-recipient"),
    ("memo-1.1/MeMo_1.1_Minimum_Example.xml", "foreign-recipient"),
    ("memo-1.1/MeMo_1.1_NemSMS.xml", "nemsms"),
    ("memo-1.1/MeMo_1.1_with_attachment.xml", "foreign-recipient"),
    ("memo-1.2/MeMo_1.2_Full_Example.xml", "foreign-recipient"),
    ("memo-1.2/MeMo_1.2_Minimum_Example.xml", "foreign-recipient"),
    ("memo-1.2/MeMo_1.2_NemSMS.xml", "nemsms"),
    ("memo-1.2/MeMo_1.2_with_attachment.xml", "foreign-recipient"),
    ("pko-poststatus/PKO_PostStatus.error.xml", "quarantine-wrong-root"),
    ("pko-poststatus/PKO_PostStatus.success.xml", "quarantine-wrong-root"),
    ("pko-poststatus/PostStatusBeskedModtag.error.xml", "quarantine-wrong-root"),
    ("pko-poststatus/PostStatusBeskedModtag.success.xml", "quarantine-wrong-root"),
];

/// Every example there is, by its name in the table.
fn found() -> Option<BTreeMap<String, PathBuf>> {
    let folder = shared("spec/examples")?;
    let mut found = BTreeMap::new();
    for kind in std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        if kind.is_dir() {
            for path in files::find(std::slice::from_ref(&kind)).expect("a folder") {
                let name = path.strip_prefix(&folder).expect("inside").display().to_string();
                found.insert(name, path);
            }
        }
    }
    assert!(!found.is_empty(), "the folder has no examples");
    Some(found)
}

async fn take(world: &World, path: &std::path::Path) -> Taken {
    let (next, _kept) = tokio::sync::mpsc::channel(1);
    let intake = Intake::open(world.room().clone(), next);
    let mut report = files::take_file(&intake, Channel::Ingest, path).await;
    assert!(report.trouble.is_none(), "{}: {:?}", path.display(), report.trouble);
    assert_eq!(report.taken.len(), 1);
    // Intake claims for a worker that is not here.
    world.wait(std::time::Duration::from_secs(600));
    world.work().await;
    report.taken.remove(0).1
}

#[tokio::test(flavor = "multi_thread")]
async fn each_example_alone_ends_where_the_table_says() {
    let Some(found) = found() else { return };
    let mut table: BTreeMap<&str, &str> = EXAMPLES.into_iter().collect();
    let mut wrong = Vec::new();
    for (name, path) in &found {
        let Some(expected) = table.remove(name.as_str()) else {
            wrong.push(format!("{name}: not in the table"));
            continue;
        };
        let world = World::open(Engine::Sqlite).await;
        let taken = take(&world, path).await;
        let story = world.story(&taken).await;
        if story.outcome != expected {
            wrong.push(format!("{name}: {} instead of {expected}", story.outcome));
        }
        if name.starts_with("memo-1.0") && story.remarks.is_empty() {
            wrong.push(format!("{name}: 1.0 is read without a remark"));
        }
        // Whatever is odd in the data itself is a warning or a note; none of it is missing, unusable or left out.
        for remark in story.remarks.iter().filter(|remark| remark.severity == "error") {
            wrong.push(format!("{name}: error {} at {}", remark.code, remark.path));
        }
        world.everything_is_settled().await;
    }
    wrong.extend(table.keys().map(|name| format!("{name}: in the table, but not there")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

on_both_databases!(all_examples_together_are_kept_and_told_apart, |engine: Engine| async move {
    let Some(found) = found() else { return };
    let world = World::open(engine).await;
    let mut by_uuid: BTreeMap<String, usize> = BTreeMap::new();
    for (name, path) in &found {
        let taken = take(&world, path).await;
        let story = world.story(&taken).await;
        assert!(!taken.duplicate, "{name}");
        match &story.uuid {
            None => assert_eq!(story.stage, "quarantined", "{name}"),
            Some(uuid) => {
                // Several examples bear the same UUID: each is kept, and the later ones say whom they conflict with.
                let seen = by_uuid.entry(uuid.clone()).or_default();
                assert_eq!(story.outcome == "conflicting-duplicate", *seen > 0, "{name}: {}", story.outcome);
                assert_eq!(story.conflicts_with.is_some(), *seen > 0, "{name}");
                *seen += 1;
            }
        }
    }
    let counts = world.room().store.counts().await.expect("an answer");
    let kept: u64 = counts.iter().map(|(_, _, n)| n).sum();
    assert_eq!(kept, found.len() as u64);
    world.everything_is_settled().await;
});
