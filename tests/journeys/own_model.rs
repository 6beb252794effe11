//! Own models: people's answers become a candidate, a person promotes it, the next letter is told what was learned; and back.
//!
//! With the shipped model and an invented authority's letters (`corpus/own-mail/`).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use classifier::own::{FEWEST, UnitLetter};
use classifier::{LetterText, Suggest};
use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use router::adviser::{Adviser, shipped_edition};
use router::audit::Actor;
use router::intake::Taken;
use router::journey::{Answer, answer};
use router::own_model::following::follow_once;
use router::own_model::promoting::{Care, roll_back};
use router::own_model::{OwnModelError, Workshop};
use router::store::own_model::{Act, NewOwnModel};
use router::unseen::learning;
use rules::{HandOver, Journaling};

use crate::unseen::program;

const POLICY: &str = include_str!("own_model/policy.toml");
/// Letters of each unit that are answered before the first candidate is made.
const TAUGHT: usize = 20;

/// One index of the shipped letters for all of these journeys: it depends on the model alone, and is slow to make.
fn index() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("index")
}

/// The authority's letters as they come, mixed: so many of each unit to be taught, and the rest.
fn letters() -> (Vec<UnitLetter>, Vec<UnitLetter>) {
    let all = UnitLetter::read(include_str!("../corpus/own-mail/letters.tsv")).expect("letters");
    let mixed = (0..all.len()).map(|place| all[place * 171 % all.len()].clone());
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    mixed.partition(|letter| {
        let count = seen.entry(letter.unit.clone()).or_default();
        *count += 1;
        *count <= TAUGHT
    })
}

/// The letters as the file has them: affair by affair.
fn unmixed(count: usize) -> Vec<UnitLetter> {
    let all = UnitLetter::read(include_str!("../corpus/own-mail/letters.tsv")).expect("letters");
    all.into_iter().take(count).collect()
}

async fn town(engine: Engine) -> World {
    let adviser = Arc::new(Adviser::at(index()));
    let world = World::with_classifier(engine, vec![("policy.toml".into(), POLICY.into())], adviser).await;
    let place = world.house.config.data.folder.join("index");
    std::os::unix::fs::symlink(index(), place).expect("the index is shared");
    world
}

async fn receive(world: &World, number: u64, letter: &UnitLetter) -> Taken {
    let text = letter.text();
    let bytes =
        Letter::from_citizen(number, "0101701234", "Ane Prøve").label(text.label).text(text.body).bytes();
    world.receive(&[bytes]).await.pop().expect("it is taken in")
}

async fn answered(world: &World, number: u64, letter: &UnitLetter) {
    let taken = receive(world, number, letter).await;
    let hand_over = HandOver { unit: letter.unit.clone(), person: None, journal: Journaling::LeftToHandler };
    let given =
        Answer { person: "lise".into(), hand_over, reason: None, subject: Some(letter.subject), to: None };
    answer(world.room(), &taken.id, given).await.expect("taken");
    world.work().await;
    world.wait(Duration::from_secs(1));
}

fn workshop(world: &World) -> Workshop<'_> {
    Workshop::of(world.room(), &world.house.config).expect("a shipped model")
}

/// Of how many letters the first group is right.
fn right(suggest: &dyn Suggest, letters: &[UnitLetter]) -> usize {
    let is_right = |letter: &&UnitLetter| {
        let beliefs = suggest.suggest(&letter.text()).beliefs;
        beliefs.get(1).is_some_and(|group| group.label.contains(letter.subject))
    };
    letters.iter().filter(is_right).count()
}

on_both_databases!(
    answers_become_a_model_that_a_person_promotes_and_takes_back,
    |engine: Engine| async move {
        let world = town(engine).await;
        let (room, workshop) = (world.room(), workshop(&world));
        let (lise, ole) = (Actor::person("lise", "operator"), Actor::person("ole", "operator"));
        let (taught, rest) = letters();
        let (later, fresh) = rest.split_at(20);

        answered(&world, 1, &taught[0]).await;
        let too_few = workshop.make(1, &lise).await.err().expect("refused");
        assert!(matches!(too_few, OwnModelError::TooFew(1, 0)));
        assert!(too_few.to_string().contains(&format!("mindst {FEWEST}")), "{too_few}");
        assert!(matches!(workshop.compare(None).await, Err(OwnModelError::None)));
        for (number, letter) in (2..).zip(&taught[1..]) {
            answered(&world, number, letter).await;
        }

        let made = workshop.make(1, &lise).await.expect("a candidate");
        assert_eq!((made.number, made.is_new, made.lessons), (1, true, taught.len()));
        assert!(made.moved && !made.comparison.all.is_worse(), "{:?}", made.comparison.all);
        assert_eq!((made.comparison.cross_validated, made.comparison.later), (taught.len(), 0));
        assert_eq!(made.comparison.units.len(), 8);
        let again = workshop.make(1, &lise).await.expect("the same");
        assert_eq!((again.number, again.is_new), (1, false));
        assert!(!follow_once(room).await.expect("an answer"), "a candidate changes nothing");
        assert_eq!(room.suggest.edition(), shipped_edition());
        let without = right(room.suggest.as_ref(), fresh);

        // What is answered since is new to the candidate, and the next evaluation shows it.
        for (number, letter) in (1000..).zip(later) {
            answered(&world, number, letter).await;
        }
        let (_, comparison) = workshop.compare(None).await.expect("an answer");
        assert_eq!((comparison.cross_validated, comparison.later), (taught.len(), later.len()));

        workshop.promote(1, &ole, "bedre end før, siger 0101701234", Care::Measured).await.expect("promoted");
        assert!(matches!(
            workshop.promote(1, &ole, "igen", Care::Measured).await,
            Err(OwnModelError::InForce(1))
        ));
        assert!(follow_once(room).await.expect("an answer"));
        assert!(!follow_once(room).await.expect("an answer"));
        assert_eq!(room.suggest.edition(), made.edition);
        let with = right(room.suggest.as_ref(), fresh);
        assert!(with > without, "{with} of {}, without the lessons {without}", fresh.len());
        let taken = receive(&world, 2000, &fresh[0]).await;
        let decisions = room.store.decisions(&taken.id.to_string()).await.expect("an answer");
        assert_eq!(decisions[0].model, made.edition, "the decision names the model that was heard");
        let acts = room.store.own_model_acts().await.expect("an answer");
        assert_eq!((acts[0].number, acts[0].reason.as_str()), (1, "bedre end før, siger **********"));

        // A forgotten lesson stops speaking at once, and the model stays.
        assert!(learning::forget(room, Some("vej"), lise.clone()).await.expect("an answer") > 0);
        assert!(follow_once(room).await.expect("an answer"));
        assert_eq!(room.suggest.edition(), made.edition);
        let of_roads: Vec<UnitLetter> = fresh.iter().filter(|letter| letter.unit == "vej").cloned().collect();
        assert!(right(room.suggest.as_ref(), &of_roads) < of_roads.len());

        assert_eq!(roll_back(room, &lise, "prøvet nok").await.expect("taken back"), 0);
        assert!(follow_once(room).await.expect("an answer"));
        assert_eq!(
            (room.suggest.edition(), right(room.suggest.as_ref(), fresh)),
            (shipped_edition().to_owned(), without)
        );
        assert!(matches!(roll_back(room, &lise, "igen").await, Err(OwnModelError::NothingToRollBack)));
        learning::forget(room, None, lise.clone()).await.expect("an answer");
        let unmeasured = workshop.promote(1, &ole, "uden mål", Care::Measured).await;
        assert!(matches!(unmeasured, Err(OwnModelError::NoMeasure(1))));
        world.everything_is_settled().await;
    }
);

on_both_databases!(
    a_model_of_another_shipped_one_is_not_heard_and_check_says_so,
    |engine: Engine| async move {
        let world = town(engine).await;
        let room = world.room();
        let now = room.clock.now();
        let new = NewOwnModel {
        edition: "kle 000000000000 + egen 111111111111",
        base: "kle 000000000000",
        author: "lise",
        lessons: 50,
        measures: "{}",
        bytes: br#"{"form":1,"base":"kle 000000000000","lessons":50,"seed":1,"restraint":null,"weights":[1,1,1,1,1,1,0,0,0,0,0,0],"chance":1,"sureness":[{"weights":[0,0,1,0],"sure_at":[2,2,2,2,2]},{"weights":[0,0,1,0],"sure_at":[2,2,2,2,2]},{"weights":[0,0,1,0],"sure_at":[2,2,2,2,2]}]}"#,
    };
        let mut tx = room.store.begin().await.expect("a step");
        let (number, _) = tx.keep_own_model(&new, &room.entropy, now).await.expect("kept");
        tx.act_on_own_model(number, Act::Promote, ("lise", "i gamle dage"), now).await.expect("noted");
        tx.commit(now).await.expect("stored");
        assert!(follow_once(room).await.expect("an answer"));
        assert_eq!(room.suggest.edition(), shipped_edition());
        let again =
            workshop(&world).promote(number, &Actor::person("ole", "operator"), "igen", Care::Forced).await;
        assert!(matches!(again, Err(OwnModelError::OtherBase(1))));
        let (installation, _folder) = program(world, POLICY).await;
        let told = installation.run(&["check"]).out;
        assert!(
            told.contains("en anden udgave af den medfølgende model") && told.contains("Den høres ikke"),
            "{told}"
        );
        let told = installation.run(&["classifier", "models"]).ok();
        assert!(told.contains("høres ikke") && told.contains("i gamle dage"), "{told}");
        installation.run(&["classifier", "rollback", "--reason", "ryddet op"]).ok();
        assert!(!installation.run(&["check"]).out.contains("Den høres ikke"));
    }
);

on_both_databases!(the_program_makes_measures_promotes_and_takes_back, |engine: Engine| async move {
    let world = town(engine).await;
    let (taught, rest) = letters();
    for (number, letter) in (1..).zip(taught.iter().take(4 * TAUGHT)) {
        answered(&world, number, letter).await;
    }
    let (mut installation, _folder) = program(world, POLICY).await;
    installation.set("USER", "lise");
    let refused = installation.run(&["classifier", "evaluate", "--answers"]).fails(1);
    assert!(refused.contains("train --from-answers"), "{refused}");

    // Killed while it learns: nothing is half made.
    let killed = installation.start(&["classifier", "train", "--from-answers"], "train.log");
    std::thread::sleep(Duration::from_millis(300));
    drop(killed);
    let made = installation.run(&["classifier", "train", "--from-answers", "--json"]).json();
    assert_eq!(
        (made["number"].as_i64(), made["lessons"].as_u64()),
        (Some(1), Some(4 * TAUGHT as u64)),
        "{made}"
    );
    let told = installation.run(&["classifier", "evaluate", "--answers"]).ok();
    assert!(told.contains("Gruppe, første forslag") && told.contains("den medfølgende model"), "{told}");
    assert!(!told.contains("Prøve") && !told.contains("0101701234"), "{told}");

    installation.set("MODTAG_POLICY__FOUR_EYES", "true");
    let promote = ["classifier", "promote", "1", "--reason", "bedre i alle enheder"];
    let alone = installation.run(&promote).fails(1);
    assert!(alone.contains("En anden skal sætte den i kraft"), "{alone}");
    installation.set("USER", "ole");
    assert!(installation.run(&promote).ok().contains("Egen model 1 er i kraft"));
    let check = installation.run(&["check"]).out;
    assert!(check.contains("egen model 1 er i kraft; 80 af dens 80 lektier"), "{check}");
    let models = installation.run(&["classifier", "models", "--json"]).json();
    assert_eq!((&models["in_force"], &models["acts"][0]["person"]), (&1.into(), &"ole".into()), "{models}");
    assert!(installation.run(&["classifier", "units"]).ok().contains("+ egen"));
    let letter = &rest[0];
    let LetterText { label, body } = letter.text();
    installation.write(
        "nyt.xml",
        Letter::from_citizen(999, "0101701234", "Ane Prøve").label(label).text(body).bytes(),
    );
    installation.run(&["ingest", "nyt.xml"]).ok();

    let back = installation.run(&["classifier", "rollback", "--reason", "prøvet"]).ok();
    assert!(back.contains("I kraft er nu den medfølgende model"), "{back}");
    assert!(
        installation
            .run(&["classifier", "rollback", "--reason", "igen"])
            .fails(1)
            .contains("intet at rulle tilbage")
    );
    assert!(!installation.run(&["classifier", "units"]).ok().contains("+ egen"));
    installation.run(&["keys", "rotate"]).ok();
    assert!(installation.run(&promote).ok().contains("i kraft"), "the model opens under the new key");
    installation.run(&["audit", "verify"]).ok();
});

/// Units allow learning one by one, so a model of two units' lessons must leave the letters of the six others alone.
#[test]
fn a_model_of_few_units_costs_the_others_at_most_two_letters_of_a_hundred() {
    let adviser = Adviser::at(index());
    let judge = adviser.judge().expect("the shipped model");
    let (taught, others) = (unmixed(100), &unmixed(400)[100..]);
    let lesson = |letter: &UnitLetter| judge.lesson(&letter.text(), letter.subject);
    let lessons: Vec<_> = taught.iter().filter_map(lesson).collect();
    let own = judge.learn(&lessons.iter().collect::<Vec<_>>(), 1).expect("a model").own;
    let (without, with) = (right(judge, others), right(&judge.with_own(own, &lessons), others));
    assert!(
        with + others.len() * 2 / 100 >= without,
        "{with} of {}, without the lessons {without}",
        others.len()
    );
}
