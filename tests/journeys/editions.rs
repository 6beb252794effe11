//! Editions of the rules: made, put in force, gone back to; a bad one changes nothing.

use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use router::audit::Actor;
use router::editions::{Desk, EditionError, follow_once};

/// The corpus's policy with one more rule: letters with this word go to this unit.
pub fn policy_with(word: &str, unit: &str) -> Vec<(String, String)> {
    let base = include_str!("../corpus/cascade/policy.toml");
    let rule = format!(
        "[[rule]]\nid = \"prove-{word}\"\ntitle = \"Breve om {word}\"\nwhen = {{ label_words = \"{word}\" }}\nthen = {{ unit = \"{unit}\", journal = \"handler\" }}\n"
    );
    vec![("policy.toml".into(), base.to_owned()), ("egne.toml".into(), rule)]
}

fn desk(world: &World) -> Desk<'_> {
    let room = world.room();
    Desk {
        store: &room.store,
        config: &world.house.config,
        clock: room.clock.as_ref(),
        entropy: &room.entropy,
    }
}

async fn unit_of_letter(world: &World, number: u64) -> Option<String> {
    let letter = Letter::from_citizen(number, "6101701111", "Ane Prøve").label("Om rågerne i parken").bytes();
    let taken = world.receive(&[letter]).await;
    world.story(&taken[0]).await.decision.and_then(|decision| decision.unit)
}

on_both_databases!(
    changed_files_become_an_edition_and_an_older_one_can_come_back,
    |engine: Engine| async move {
        let mut world = World::open(engine).await;
        assert_eq!(unit_of_letter(&world, 1).await, None);
        world.policy = policy_with("rågerne", "plads");
        let world = world.reopen().await;
        assert_eq!(unit_of_letter(&world, 2).await.as_deref(), Some("plads"));
        let editions = world.room().store.editions().await.expect("an answer");
        assert_eq!(editions.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);

        // A person goes back; the running room follows without a restart.
        desk(&world)
            .activate(1, &Actor::person("lise", "operator"), "for mange fejl om 010170-1234")
            .await
            .expect("activated");
        assert!(follow_once(world.room(), &world.house.config).await.expect("an answer"));
        assert!(!follow_once(world.room(), &world.house.config).await.expect("an answer"));
        assert_eq!(unit_of_letter(&world, 3).await, None);
        let acts = world.room().store.activations().await.expect("an answer");
        assert_eq!(acts.iter().map(|act| act.number).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(
            (acts[2].person.as_str(), acts[2].reason.as_str()),
            ("lise", "for mange fejl om ******-****")
        );
        world.everything_is_settled().await;
    }
);

on_both_databases!(files_with_a_fault_leave_the_edition_in_force, |engine: Engine| async move {
    let mut world = World::with_policy(engine, policy_with("rågerne", "plads")).await;
    world.policy = policy_with("rågerne", "findes-ikke");
    let world = world.reopen().await;
    assert_eq!(unit_of_letter(&world, 1).await.as_deref(), Some("plads"));
    let faulty = policy_with("duer", "findes-ikke");
    let refused = desk(&world).propose(&faulty, &Actor::person("lise", "operator"), "prøve").await;
    let said = refused.map(|(number, _)| number).expect_err("refused").to_string();
    assert!(said.contains("egne.toml:5") && said.contains("findes-ikke"), "{said}");
    // A call that nobody would make is refused rather than forgotten.
    let mut calling = policy_with("duer", "plads");
    calling.push(("kald.toml".into(), "[[webhook]]\nid = \"jura\"\nname = \"Jura\"\n".into()));
    let refused = desk(&world).propose(&calling, &Actor::person("lise", "operator"), "prøve").await;
    let said = refused.map(|(number, _)| number).expect_err("refused").to_string();
    assert!(said.contains("\"jura\"") && said.contains("[webhooks.target.jura]"), "{said}");
    assert_eq!(world.room().store.editions().await.expect("an answer").len(), 1);
    world.everything_is_settled().await;
});

on_both_databases!(with_four_eyes_the_maker_does_not_put_it_in_force, |engine: Engine| async move {
    let mut world = World::open(engine).await;
    world.house.config.policy.four_eyes = true;
    world.policy = policy_with("rågerne", "plads");
    let world = world.reopen().await;
    assert_eq!(unit_of_letter(&world, 1).await, None, "changed files wait");
    let lise = Actor::person("lise", "operator");
    let (number, _) =
        desk(&world).propose(&policy_with("rågerne", "ydelse"), &lise, "råger").await.expect("made");
    assert_eq!(number, 3);
    let alone = desk(&world).activate(number, &lise, "nu").await;
    assert!(matches!(alone, Err(EditionError::SecondPerson(3))));
    assert!(matches!(desk(&world).activate(99, &lise, "nu").await, Err(EditionError::Unknown(99))));
    desk(&world).activate(number, &Actor::person("ole", "operator"), "set igennem").await.expect("activated");
    assert!(follow_once(world.room(), &world.house.config).await.expect("an answer"));
    assert_eq!(unit_of_letter(&world, 2).await.as_deref(), Some("ydelse"));
    world.everything_is_settled().await;
});
