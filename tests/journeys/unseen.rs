//! Unseen: letters that nobody has marked are passed on without a person where a unit has allowed it, and wait where not; a
//! person's answer settles what was believed and teaches; a unit that goes wrong stops by itself.

use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use journeys::letters::{Letter, uuid};
use journeys::scripted::{Scripted, stem};
use journeys::{Engine, World, on_both_databases, world};
use kle::Subject;
use router::audit::Actor;
use router::backup::{self, Existing};
use router::clock::Entropy;
use router::inbox::{self, InboxError, Reader};
use router::intake::Taken;
use router::journey::{Answer, AnswerError, Share, Split, answer, split};
use router::pull_back::{By, pull_back};
use router::setup::World as Surroundings;
use router::store::judged::{NewJudged, Verdict};
use router::store::message::Stage;
use router::store::past::Period;
use router::unseen::learning::{self, Kept};
use router::unseen::settling;
use rules::{HandOver, Journaling, Policy};
use serde::Deserialize;

use crate::program::Installation;

const POLICY: &str = include_str!("unseen/policy.toml");
/// Words, a name and a number that only one letter has.
const PLANTED: [&str; 3] = ["Papegøjesen", "fløjtetone", "2211771212"];
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Deserialize)]
struct Corpus {
    letter: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    title: String,
    code: String,
    unit: Option<String>,
}

async fn town(engine: Engine) -> World {
    let suggest = Scripted { sure_from: [Some(0.9), Some(0.95)] };
    World::with_classifier(engine, vec![("policy.toml".into(), POLICY.into())], Arc::new(suggest)).await
}

/// A letter of this title, from somebody with a name and a number that must not be kept.
fn letter(number: u64, title: &str) -> Vec<u8> {
    let text = "Kære kommune. Der er et hul i vejen, siger min fløjtetone. Hilsen Papegøjesen, 221177-1212.";
    Letter::from_citizen(number, PLANTED[2], PLANTED[0]).label(title).text(text).bytes()
}

async fn receive(world: &World, number: u64, title: &str) -> Taken {
    world.receive(&[letter(number, title)]).await.pop().expect("it is taken in")
}

async fn send(world: &World, taken: &Taken, unit: &str, subject: Option<&str>) -> Result<(), AnswerError> {
    let hand_over = HandOver { unit: unit.into(), person: None, journal: Journaling::LeftToHandler };
    let subject: Option<Subject> = subject.map(|subject| subject.parse().expect("a subject"));
    let given = Answer { person: "lise".into(), hand_over, reason: None, subject, to: None };
    let said = answer(world.room(), &taken.id, given).await;
    world.work().await;
    said
}

/// The line that the classifier's step left, and who has the letter now.
async fn stands(world: &World, taken: &Taken) -> (String, Option<String>) {
    let story = world.story(taken).await;
    let line = story.trace.iter().find(|line| line.step == "classifier").expect("the classifier was asked");
    let has = story.hand_overs.iter().find(|hand_over| hand_over.ended_at.is_none());
    (line.code.clone(), has.map(|hand_over| hand_over.unit.clone()))
}

async fn tally(world: &World, unit: &str) -> ((u64, u64, u64), (u64, u64, u64)) {
    let tallies = world.room().store.judged_tallies().await.expect("an answer");
    tallies.iter().find(|row| row.unit == unit).map(|row| (row.judged(), row.passed_on())).unwrap_or_default()
}

async fn lessons(world: &World) -> Vec<Kept> {
    learning::kept(world.room()).await.expect("an answer")
}

async fn stopped(world: &World) -> Vec<String> {
    let rows = world.room().store.stopped_units().await.expect("an answer");
    rows.into_iter().map(|row| row.unit).collect()
}

async fn log(world: &World, kind: &str) -> usize {
    let told = format!("\"kind\":\"{kind}\"");
    let rows = crate::replay::all_rows(world).await;
    rows.iter().filter(|row| String::from_utf8_lossy(row).contains(&told)).count()
}

on_both_databases!(unmarked_letters_are_passed_on_or_wait_with_a_reason, |engine: Engine| async move {
    let world = town(engine).await;
    let corpus: Corpus = toml::from_str(include_str!("unseen/letters.toml")).expect("the corpus is read");
    assert!(corpus.letter.len() >= 10);
    for (number, expected) in (1..).zip(&corpus.letter) {
        let taken = receive(&world, number, &expected.title).await;
        let stands = stands(&world, &taken).await;
        assert_eq!(stands, (expected.code.clone(), expected.unit.clone()), "{}", expected.title);
        let story = world.story(&taken).await;
        assert!(story.entry.is_none(), "nothing is journaled on a guess");
        let outcome = if expected.unit.is_some() { "left-to-handler" } else { "nothing-applies" };
        assert_eq!(story.outcome, outcome, "{}", expected.title);
    }
    let held = receive(&world, 90, "Hul i vejen og min bil 05.01.08 0.99").await;
    assert_eq!(world.row(&held).await.outcome, "held-by-rule");
    assert_eq!(tally(&world, "vej").await, ((5, 0, 0), (3, 0, 0)));
    world.everything_is_settled().await;
});

on_both_databases!(
    a_letter_that_was_split_teaches_nothing_and_no_one_unit_was_right,
    |engine: Engine| async move {
        let world = town(engine).await;
        let share = |unit: &str, subject: &str| Share {
            hand_over: HandOver { unit: unit.into(), person: None, journal: Journaling::LeftToHandler },
            subject: subject.parse().ok(),
            carries: None,
        };
        let divide = async |taken: &Taken, shares: Vec<Share>| {
            let said = Split { person: "lise".into(), shares, to: None };
            split(world.room(), &taken.id, said).await.expect("it is split");
            world.work().await;
        };
        let mixed = receive(&world, 1, "Hul i vejen 05.01.08 0.80").await;
        divide(&mixed, vec![share("vej", "05.01.02"), share("boern", "28.03.00")]).await;
        assert!(lessons(&world).await.is_empty(), "no one subject is the truth about its text");
        assert_eq!(
            tally(&world, "vej").await,
            ((1, 1, 1), (0, 0, 0)),
            "passed on, half of it would lie wrong"
        );
        let one = receive(&world, 2, "Hul i vejen 05.01.08 0.81").await;
        divide(&one, vec![share("vej", "05.01.02"), share("vej", "05.01.08")]).await;
        assert_eq!(tally(&world, "vej").await, ((2, 2, 1), (0, 0, 0)), "two matters of the same unit");

        // Nor is anything learned of a part that is answered anew.
        let parts = world.room().store.parts_of(&mixed.id.to_string()).await.expect("rows");
        let part = Taken { id: parts[1].id.parse().expect("an id"), ..mixed.clone() };
        let by = By { person: "pia", role: router::desk::ROLE };
        pull_back(world.room(), by, &part.id, "wrong-unit", false).await.expect("it is pulled back");
        send(&world, &part, "vej", Some("05.01.02")).await.expect("taken");
        assert!(lessons(&world).await.is_empty());
        assert_eq!(tally(&world, "vej").await, ((2, 2, 1), (0, 0, 0)));
        world.everything_is_settled().await;
    }
);

on_both_databases!(an_answer_teaches_where_the_unit_allows_it, |engine: Engine| async move {
    let world = town(engine).await;
    let one = receive(&world, 1, "Hul i vejen 05.01.08 0.80").await;
    send(&world, &one, "vej", Some("05.01.02")).await.expect("taken");
    let story = world.story(&one).await;
    assert_eq!(story.decision.as_ref().and_then(|decision| decision.subject.as_deref()), Some("05.01.02"));
    assert!(story.trace.iter().any(|line| line.code == "desk.learned"), "{}", story.danish());
    let kept = lessons(&world).await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].row.unit.as_str(), kept[0].row.subject.as_str()), ("vej", "05.01.02"));
    assert_eq!(kept[0].grounds.allowed_by, "Gry Holm, teknisk direktør");
    let lesson = kept[0].lesson.as_ref().expect("it can be read");
    assert!(lesson.stems.contains(&(stem("vejen"), 1)));
    for planted in PLANTED {
        let text = String::from_utf8_lossy(&lesson.to_bytes()).into_owned();
        assert!(!text.contains(planted) && !lesson.stems.contains(&(stem(planted), 1)), "{planted}");
    }
    assert!(!kept[0].row.lookup.contains(&one.id.to_string()), "a lesson does not name its letter");
    assert_eq!(tally(&world, "vej").await.0, (1, 1, 0), "the unit was right");

    // Without a subject it is the best suggested one of the unit; another unit's letter teaches nothing.
    world.wait(Duration::from_secs(1));
    let two = receive(&world, 2, "Hul i vejen 05.01.08 0.80").await;
    send(&world, &two, "vej", None).await.expect("taken");
    let three = receive(&world, 3, "Hul i vejen 05.01.08 0.80").await;
    send(&world, &three, "ydelse", None).await.expect("taken");
    let four = receive(&world, 4, "Hul i vejen 27.18.04 0.80").await;
    send(&world, &four, "vej", None).await.expect("taken");
    let subjects: Vec<String> = lessons(&world).await.into_iter().map(|kept| kept.row.subject).collect();
    assert_eq!(subjects, ["05.01.02", "05.01.08"]);
    assert_eq!(tally(&world, "vej").await.0, (3, 3, 1), "one of them was somebody else's");
    let five = receive(&world, 5, "Hul i vejen 05.01.08 0.80").await;
    let group = send(&world, &five, "vej", Some("05.01")).await;
    assert!(matches!(group, Err(AnswerError::NoSuchSubject(_))));
    world.everything_is_settled().await;
});

on_both_databases!(two_answers_at_once_teach_once, |engine: Engine| async move {
    let world = town(engine).await;
    let taken = receive(&world, 1, "Hul i vejen 05.01.08 0.80").await;
    let give = || {
        let hand_over = HandOver { unit: "vej".into(), person: None, journal: Journaling::LeftToHandler };
        answer(
            world.room(),
            &taken.id,
            Answer { person: "lise".into(), hand_over, reason: None, subject: None, to: None },
        )
    };
    let (one, two) = tokio::join!(give(), give());
    assert!(one.is_ok() || two.is_ok());
    assert_eq!(lessons(&world).await.len(), 1, "the message's lesson is one, however often it is taught");
    assert_eq!(tally(&world, "vej").await.0, (1, 1, 0));
    world.work().await;
    world.everything_is_settled().await;
});

on_both_databases!(a_held_letter_teaches_nothing, |engine: Engine| async move {
    let world = town(engine).await;
    let room = world.room();
    room.store.protect(&[PLANTED[2].into()], room.clock.now()).await.expect("the person is protected");
    let taken = receive(&world, 1, "Hul i vejen 05.01.08 0.80").await;
    assert_eq!(world.row(&taken).await.outcome, "protected-party");
    send(&world, &taken, "vej", Some("05.01.08")).await.expect("taken");
    assert!(lessons(&world).await.is_empty());
    world.everything_is_settled().await;
});

on_both_databases!(lessons_survive_a_backup_expire_and_can_be_forgotten, |engine: Engine| async move {
    let world = town(engine).await;
    for number in 1..=2 {
        let taken = receive(&world, number, "Hul i vejen 05.01.08 0.80").await;
        send(&world, &taken, "vej", None).await.expect("taken");
    }
    let (file, by) = (world.folder.path().join("kopi.tar"), Actor::person("drift", "operator"));
    let bar = ProgressBar::hidden();
    let checked = backup::write(&world.house, &file, Existing::Keep, by.clone(), &bar).await.expect("made");
    assert!(checked.is_intact(), "{}", checked.danish());
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = world::config(folder.path(), engine).await;
    config.keys.file = world.house.config.keys.file.clone();
    let surroundings = Surroundings { clock: world.clock.clone(), entropy: Entropy::system() };
    backup::restore(&config, surroundings, &file, by.clone(), &bar).await.expect("restored");
    let house = world::open(config, world.clock.clone(), world.policy.clone()).await;
    let restored = learning::kept(&house.room).await.expect("an answer");
    assert_eq!(restored.iter().map(|kept| kept.lesson.is_some()).collect::<Vec<_>>(), [true, true]);
    assert_eq!(learning::forget(&house.room, Some("ydelse"), by.clone()).await.expect("an answer"), 0);
    assert_eq!(learning::forget(&house.room, Some("vej"), by).await.expect("an answer"), 2);
    assert!(learning::kept(&house.room).await.expect("an answer").is_empty());

    world.wait(DAY * 729);
    world.work().await;
    assert_eq!(lessons(&world).await.len(), 2);
    world.wait(DAY * 2);
    world.work().await;
    assert!(world.room().store.lessons().await.expect("an answer").is_empty(), "the rows are gone");
    assert_eq!(log(&world, "lessons_forgotten").await, 1);
    world.everything_is_settled().await;
});

on_both_databases!(a_unit_that_goes_wrong_stops_until_a_person_lets_it_go_on, |engine: Engine| async move {
    let world = town(engine).await;
    let mut passed = Vec::new();
    for number in 1..=4 {
        passed.push(receive(&world, number, "Hul i vejen 05.01.08 0.97").await);
        world.wait(Duration::from_secs(1));
    }
    send(&world, &passed[0], "ydelse", None).await.expect("redirected");
    assert_eq!(stopped(&world).await, [""; 0], "one error is no proof of anything");
    send(&world, &passed[1], "vej", None).await.expect("taken");
    send(&world, &passed[2], "vej", None).await.expect("taken");
    assert_eq!(stopped(&world).await, [""; 0]);
    assert_eq!(
        stands(&world, &receive(&world, 5, "Hul i vejen 05.01.08 0.97").await).await.1.as_deref(),
        Some("vej")
    );
    send(&world, &passed[3], "ydelse", None).await.expect("redirected");
    assert_eq!(stopped(&world).await, ["vej"], "two of the newest");
    assert_eq!(tally(&world, "vej").await.1, (5, 4, 2));
    assert_eq!(log(&world, "unseen_stopped").await, 1);

    let waits = receive(&world, 6, "Hul i vejen 05.01.08 0.97").await;
    assert_eq!(stands(&world, &waits).await, ("classifier.stopped".into(), None));
    let by = Actor::person("drift", "operator");
    assert!(!settling::resume(world.room(), "ydelse", by.clone(), "ingen").await.expect("an answer"));
    world.wait(Duration::from_secs(1));
    assert!(settling::resume(world.room(), "vej", by, "kortet er rettet").await.expect("an answer"));
    let goes = receive(&world, 7, "Hul i vejen 05.01.08 0.97").await;
    assert_eq!(stands(&world, &goes).await, ("classifier.decides".into(), Some("vej".into())));
    // What went wrong before does not count again; the letter that waited is no letter passed on.
    send(&world, &waits, "ydelse", None).await.expect("taken");
    assert_eq!(stopped(&world).await, [""; 0]);
    assert_eq!(log(&world, "unseen_resumed").await, 1);
    world.everything_is_settled().await;
});

on_both_databases!(what_stays_where_it_was_put_counts_as_right, |engine: Engine| async move {
    let world = town(engine).await;
    let kept = receive(&world, 1, "Hul i vejen 05.01.08 0.97").await;
    let waits = receive(&world, 2, "Hul i vejen 05.01.08 0.50").await;
    // From Friday the 20th to Friday the 27th are five working days, and the last is not over.
    world.wait(DAY * 7);
    world.work().await;
    assert_eq!(tally(&world, "vej").await, ((2, 0, 0), (1, 0, 0)));
    world.wait(DAY);
    world.work().await;
    assert_eq!(tally(&world, "vej").await, ((2, 1, 0), (1, 1, 0)), "only what was passed on");
    let weeks = world.room().store.judged_weeks("prøvemodel", world.room().clock.now(), 16, 0.6).await;
    let weeks = weeks.expect("an answer");
    let counted: Vec<_> = weeks.iter().map(|week| (week.unit.as_str(), week.ago, week.counts())).collect();
    assert_eq!(counted, [("vej", 1, [2, 1, 1])], "eight days ago: two letters, one unsure, one waiting");
    // A later redirection has the last word.
    send(&world, &kept, "ydelse", None).await.expect("redirected");
    assert_eq!(tally(&world, "vej").await.1, (1, 1, 1));
    send(&world, &waits, "vej", None).await.expect("taken");
    world.everything_is_settled().await;
});

on_both_databases!(enough_settled_letters_give_a_unit_its_own_limit, |engine: Engine| async move {
    let world = town(engine).await;
    let first = receive(&world, 1, "Om ydelse 32.18.04 0.93").await;
    assert_eq!(stands(&world, &first).await.0, "classifier.too-little-data");
    let store = &world.room().store;
    let now = world.room().clock.now();
    let judged: Vec<NewJudged> = (0..149)
        .map(|number| NewJudged {
            message: uuid(1000 + number),
            model: "prøvemodel".into(),
            unit: "ydelse".into(),
            subject: "32.18.04".parse().expect("a subject"),
            subject_sure: 0.92,
            group: None,
            passed_on: None,
        })
        .collect();
    let mut tx = store.begin().await.expect("a step");
    tx.record_judged(&judged, now).await.expect("stored");
    let right = Verdict { unit_right: true, subject_right: None, group_right: None, by: "answer" };
    for one in &judged {
        tx.settle_judged(&one.message, &right, now).await.expect("settled");
    }
    tx.commit(now).await.expect("stored");
    world.wait(Duration::from_secs(120));
    let second = receive(&world, 2, "Om ydelse 32.18.04 0.93").await;
    assert_eq!(stands(&world, &second).await, ("classifier.decides".into(), Some("ydelse".into())));
    let story = world.story(&second).await;
    let line = story.trace.iter().find(|line| line.step == "classifier").expect("a line");
    assert!(line.text.contains("grænse 0,92, fra 149 afgjorte breve"), "{}", line.text);
    assert_eq!(
        stands(&world, &receive(&world, 3, "Om ydelse 32.18.04 0.91").await).await.0,
        "classifier.unsure"
    );
    world.everything_is_settled().await;
});

on_both_databases!(
    a_letter_that_a_unit_sends_back_counts_against_its_belief_and_teaches_nothing,
    |engine: Engine| async move {
        let world = town(engine).await;
        let reader = |unit: &str| Reader::of(world.room(), "kim", &[unit.to_owned()].into());
        let passed_on = receive(&world, 1, "Hul i vejen 05.01.08 0.99").await;
        assert_eq!(stands(&world, &passed_on).await.1.as_deref(), Some("vej"));
        let foreign = inbox::send_back(world.room(), &reader("ydelse"), &passed_on.id, "not-ours").await;
        assert!(matches!(foreign, Err(InboxError::NotTheirs)));
        inbox::send_back(world.room(), &reader("vej"), &passed_on.id, "not-ours").await.expect("sent back");
        assert_eq!(tally(&world, "vej").await, ((1, 1, 1), (1, 1, 1)), "it was not the unit's");

        let answered = receive(&world, 2, "Hul i vejen 05.01.08 0.80").await;
        send(&world, &answered, "vej", None).await.expect("taken");
        assert_eq!(lessons(&world).await.len(), 1);
        inbox::send_back(world.room(), &reader("vej"), &answered.id, "elsewhere").await.expect("sent back");
        assert!(lessons(&world).await.is_empty(), "what it taught was wrong");
        assert_eq!(tally(&world, "vej").await.0, (2, 2, 2));
        world.wait(Duration::from_secs(1));
        send(&world, &answered, "ydelse", None).await.expect("taken");
        assert_eq!(tally(&world, "vej").await.0, (2, 2, 2), "counted once");

        // Passed on to another unit by its receiver, it was wrong as well; passed on to the one that was believed, right.
        let third = receive(&world, 3, "Hul i vejen 05.01.08 0.99").await;
        inbox::forward(world.room(), &reader("vej"), &third.id, "ydelse", None).await.expect("forwarded");
        assert_eq!(tally(&world, "vej").await, ((3, 3, 3), (2, 2, 2)));
        inbox::forward(world.room(), &reader("ydelse"), &third.id, "vej", None).await.expect("forwarded");
        assert_eq!(tally(&world, "vej").await, ((3, 3, 2), (2, 2, 1)));
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_replay_decides_as_it_was_decided, |engine: Engine| async move {
    let world = town(engine).await;
    let corpus: Corpus = toml::from_str(include_str!("unseen/letters.toml")).expect("the corpus is read");
    let letters: Vec<Vec<u8>> =
        (1..).zip(&corpus.letter).map(|(number, expected)| letter(number, &expected.title)).collect();
    let taken = world.receive(&letters).await;
    world.wait(Duration::from_secs(1));
    // Stopped since, and another answer given: neither changes what was decided then.
    for one in [&taken[0], &taken[1]] {
        send(&world, one, "ydelse", None).await.expect("redirected");
    }
    assert_eq!(stopped(&world).await, ["vej"]);
    let policy = Policy::load(&[("policy.toml", POLICY)], "1").expect("the policy is sound");
    let tally = crate::replay::replayed(&world, None, policy, Period::default()).await;
    assert_eq!((tally.messages, tally.unchanged), (letters.len() as u64, letters.len() as u64));
    assert_eq!(world.count(Stage::Quarantined).await, 0);
    world.everything_is_settled().await;
});

/// The program itself in the house of this world, once the world has let go of it.
pub async fn program(world: World, policy: &str) -> (Installation, tempfile::TempDir) {
    let World { house, folder, .. } = world;
    house.room.store.close().await;
    let config = format!(
        "[authority]\ncvr = \"{}\"\nname = \"Sandby Kommune\"\n\n[policy]\nfiles = [\"policy.toml\"]\n\n\
         [data]\nfolder = \"{}\"\n\n[keys]\nfile = \"{}\"\n",
        world::CVR,
        house.config.data.folder.display(),
        house.config.keys.file.display()
    );
    let mut installation = Installation::new(Some(&config));
    installation.write("policy.toml", policy);
    if let Ok(url) = std::fs::read_to_string(folder.path().join("database-url")) {
        installation.set("MODTAG_DATABASE__URL", &url);
    }
    (installation, folder)
}

on_both_databases!(the_program_tells_how_units_stand_and_what_is_kept, |engine: Engine| async move {
    let world = town(engine).await;
    let letters = [1, 2, 3].map(|number| letter(number, "Hul i vejen 05.01.08 0.97"));
    let taken = world.receive(&letters).await;
    world.wait(Duration::from_secs(1));
    for (one, unit) in taken.iter().zip(["vej", "ydelse", "ydelse"]) {
        send(&world, one, unit, None).await.expect("taken");
    }
    let (installation, _folder) = program(world, POLICY).await;
    let units = installation.run(&["classifier", "units", "--json"]).json();
    let vej =
        units.as_array().and_then(|units| units.iter().find(|unit| unit["unit"] == "vej")).expect("vej");
    assert_eq!((&vej["passed_on"]["settled"], &vej["passed_on"]["wrong"]), (&3.into(), &2.into()));
    assert_eq!(vej["allowed"]["allowed_by"], "Gry Holm, teknisk direktør");
    assert_eq!(vej["lessons"]["kept"], 1);
    assert!(
        vej["stopped"]["why"].as_str().is_some_and(|why| why.starts_with("2 af de seneste 3 breve")),
        "{vej}"
    );
    let told = installation.run(&["classifier", "units"]).ok();
    assert!(told.contains("Vej og Park (vej)") && told.contains("STANDSET"), "{told}");
    let told = installation.run(&["check"]).out;
    assert!(told.contains("enheden vej får kun forslag siden"), "{told}");

    let kept = installation.run(&["classifier", "lessons"]).ok();
    assert!(kept.contains("KLE 05.01.08") && kept.contains("Gry Holm"), "{kept}");
    assert!(PLANTED.iter().all(|planted| !kept.contains(planted)), "{kept}");
    assert!(installation.run(&["classifier", "lessons", "--forget", "vej"]).ok().starts_with("1 lektier"));
    let refused =
        installation.run(&["classifier", "resume", "--unit", "ydelse", "--reason", "prøve"]).fails(1);
    assert!(refused.contains("er ikke standset"), "{refused}");
    installation.run(&["classifier", "resume", "--unit", "vej", "--reason", "kortet er rettet"]).ok();
    assert!(!installation.run(&["classifier", "units"]).ok().contains("STANDSET"));
    installation.run(&["audit", "verify"]).ok();
});
