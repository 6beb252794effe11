//! The subject plan: imported, in force from the next letter on, asked about every mark, and never half there.

mod program;
mod real;

use std::path::{Path, PathBuf};

use esdh::{Case, CaseNumber, Party, PartyId};
use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use router::audit::Actor;
use router::clock::{Clock, danish_day};
use router::intake::Taken;
use router::store::cases::KnownCase;
use router::store::subject_plan::NewPlan;
use router::subject_plan::offer::{PlanFile, made_of};
use router::subject_plan::{follow_once, in_force};

use crate::on_its_way::PARTY;

/// A file of the invented plan.
pub fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/kle").join(name)
}

/// Imports files of the corpus, whatever speaks against it; returns the edition.
pub async fn import(world: &World, names: &[&str]) -> String {
    let files: Vec<PlanFile> = names
        .iter()
        .map(|name| PlanFile {
            name: (*name).to_owned(),
            bytes: std::fs::read(corpus(name)).expect("the file is there"),
        })
        .collect();
    let store = &world.room().store;
    let present = in_force(store).await.expect("an answer");
    let now = world.clock.now();
    let offer = made_of(&files, None).expect("a plan").beside(present.as_ref(), danish_day(now));
    offer.take(store, &Actor::person("lise", "operator"), "ny udgave", now).await.expect("taken");
    offer.edition
}

/// A letter with this mark is taken in; its unit and its trace.
async fn marked(world: &World, number: u64, mark: &str) -> (Option<String>, String, Taken) {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").kle(mark, None).bytes();
    let taken = world.receive(&[letter]).await.remove(0);
    let story = world.story(&taken).await;
    let trace: Vec<String> = story.trace.iter().map(|line| line.text.clone()).collect();
    (story.decision.and_then(|decision| decision.unit), trace.join("\n"), taken)
}

/// The edition of the plan that the last decision on a message names.
async fn edition_used(world: &World, taken: &Taken) -> Option<String> {
    let decisions = world.room().store.decisions(&taken.id.to_string()).await.expect("an answer");
    decisions.last().expect("a decision").kle.clone()
}

on_both_databases!(
    a_mark_counts_as_the_plan_in_force_has_it_on_the_day_it_arrives,
    |engine: Engine| async move {
        let world = World::open(engine).await;
        let (unit, trace, taken) = marked(&world, 1, "09.10.04").await;
        assert_eq!((unit, edition_used(&world, &taken).await), (None, None));
        assert!(trace.contains("Ingen enhed har ansvaret for KLE 09.10.04"), "{trace}");
        assert_eq!(marked(&world, 2, "27.36.04").await.0.as_deref(), Some("ydelse"));

        let first = import(&world, &["plan-1.xml", "facetter.tsv"]).await;
        assert!(follow_once(world.room()).await.expect("an answer"));
        assert!(!follow_once(world.room()).await.expect("an answer"), "nothing new");
        let (unit, trace, taken) = marked(&world, 3, "09.10.04").await;
        assert_eq!((unit, edition_used(&world, &taken).await), (None, Some(first.clone())));
        assert!(!trace.contains("udgik"), "{trace}");

        let second = import(&world, &["plan-2.xml"]).await;
        assert_ne!(first, second);
        assert!(follow_once(world.room()).await.expect("an answer"));
        let (unit, trace, taken) = marked(&world, 4, "09.10.04").await;
        assert_eq!((unit.as_deref(), edition_used(&world, &taken).await), (Some("plads"), Some(second)));
        let said =
            "KLE 28.03.12 (KLE 09.10.04 udgik 1. februar 2026 og er afløst af 28.03.12): Pladsanvisningen";
        assert!(trace.contains(said), "{trace}");

        for (number, mark, unit, said) in [
            (
                5,
                "28.03.40",
                Some("plads"),
                "KLE 28.03 (KLE 28.03.40 findes ikke i emneplanen, men 28.03 gør)",
            ),
            (6, "28.03.84", Some("plads"), "KLE 28.03.84 (KLE 28.03.84 er et lokalt nummer"),
            (7, "27.36.04", None, "KLE-mærket kan ikke bruges: hverken 27.36.04 eller noget nummer over det"),
            (8, "KLE 28.03.12", Some("plads"), "der stod mere end nummeret"),
        ] {
            let (found, trace, _) = marked(&world, number, mark).await;
            assert_eq!(found.as_deref(), unit, "{mark}: {trace}");
            assert!(trace.contains(said), "{mark}: {trace}");
        }
        // After a restart the plan is there at once.
        let world = world.reopen().await;
        assert_eq!(marked(&world, 9, "09.10.04").await.0.as_deref(), Some("plads"));
        world.everything_is_settled().await;
    }
);

on_both_databases!(
    a_rule_on_the_new_number_takes_a_letter_marked_with_the_old_one_and_says_why,
    |engine: Engine| async move {
        let mut world = World::open(engine).await;
        let rule = "[[rule]]\nid = \"strand\"\ntitle = \"Tang på strande\"\nwhen = { kle = \"28.03\" }\nthen = { unit = \"park\" }\n";
        world.policy.push(("regler.toml".into(), rule.into()));
        let world = world.reopen().await;
        import(&world, &["plan-1.xml"]).await;
        import(&world, &["plan-2.json"]).await;
        follow_once(world.room()).await.expect("an answer");
        let (unit, trace, _) = marked(&world, 1, "09.10.04").await;
        assert_eq!(unit.as_deref(), Some("park"), "{trace}");
        assert!(trace.contains("»Tang på strande« giver meddelelsen til"), "{trace}");
        assert!(trace.contains("(KLE 09.10.04 udgik 1. februar 2026 og er afløst af 28.03.12)"), "{trace}");
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_letter_about_an_old_case_finds_it_by_its_old_number, |engine: Engine| async move {
    let world = World::open(engine).await;
    let case = Case {
        number: CaseNumber("09.10.04-G01-3-24".into()),
        title: "Tang".into(),
        open: true,
        successor: None,
        subject: "09.10.04".parse().ok(),
        facet: "G01".parse().ok(),
        unit: Some("plads".into()),
        handler: None,
        parties: vec![Party { id: PartyId::Cpr(PARTY.into()), name: "Mette Prøve".into(), primary: true }],
    };
    let known = KnownCase { case, sensitivity: esdh::Sensitivity::Confidential };
    let now = world.clock.now();
    let room = world.room();
    room.store.import_cases(&[known], &room.entropy, now).await.expect("the case is stored");
    import(&world, &["plan-2.xml"]).await;
    follow_once(room).await.expect("an answer");
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").kle("09.10.04", Some("G01")).bytes();
    let taken = world.receive(&[letter]).await;
    let story = world.story(&taken[0]).await;
    assert_eq!(story.outcome, "journaled", "{}", story.danish());
    assert_eq!(story.entry.expect("an entry").case, "09.10.04-G01-3-24");
    world.everything_is_settled().await;
});

on_both_databases!(an_import_that_is_not_committed_never_was, |engine: Engine| async move {
    let world = World::open(engine).await;
    let edition = import(&world, &["plan-1.xml"]).await;
    let store = &world.room().store;
    let plan = NewPlan {
        edition: "ffffffffffffffff",
        person: "lise",
        reason: "afbrudt",
        label: None,
        dated: jiff::civil::date(2026, 11, 20),
        provenance: "[]",
        content: b"half",
    };
    let mut step = store.begin().await.expect("a step");
    assert_eq!(step.lock_plan().await.expect("an answer"), Some(1));
    step.add_plan(2, &plan, world.clock.now()).await.expect("written");
    drop(step);
    let held = in_force(store).await.expect("an answer").expect("a plan");
    assert_eq!((held.number, held.edition), (1, edition));
    // Two who import at once: the one who comes second is told, and nothing is stored twice.
    let files =
        [PlanFile { name: "emner.tsv".into(), bytes: std::fs::read(corpus("emner.tsv")).expect("a file") }];
    let today = danish_day(world.clock.now());
    let late = made_of(&files, None).expect("a plan").beside(None, today);
    let refused = late.take(store, &Actor::person("ole", "operator"), "for sent", world.clock.now()).await;
    assert!(matches!(refused, Err(router::store::StoreError::Changed)));
    assert_eq!(store.plans().await.expect("an answer").len(), 1);
    world.everything_is_settled().await;
});
