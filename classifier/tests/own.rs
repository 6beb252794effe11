//! The authority's own model, on a small shipped model that is trained here from a few invented letters.

use std::sync::{Arc, LazyLock};

use classifier::index::Index;
use classifier::model::Model;
use classifier::own::{Compared, FEWEST, NotLearned, Own, Pair};
use classifier::train::{Corpus, Recipe, Vein, train};
use classifier::{Judge, Lesson, LetterText, Suggest};
use kle::Subject;

const LIGHT: [&str; 6] = [
    "gadelampen er slukket",
    "lyset i lygten blinker",
    "mørkt under lygten",
    "gadelampe uden lys",
    "lygten er mørk",
    "lampen blinker hele natten",
];
const CARE: [&str; 6] = [
    "plejehjemmet og mor",
    "mor venter på plejebolig",
    "plads på plejehjem",
    "pleje til min mor",
    "mor og hendes bolig",
    "en bolig med pleje",
];
const SCHOOL: [&str; 6] = [
    "klassen er for stor",
    "skolen mangler lærere",
    "eleverne i skolen",
    "skoleskift til ny klasse",
    "læreren i klassen",
    "elever uden lærer",
];

fn letters(talk: &'static [&'static str; 6]) -> impl Iterator<Item = String> {
    talk.iter().flat_map(move |one| talk.iter().map(move |other| format!("Kære kommune, {one} og {other}.")))
}

fn shipped() -> &'static Judge {
    static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
        let mut file = String::new();
        for (subject, talk) in [("05.01.08", &LIGHT), ("27.18.02", &CARE), ("17.01.04", &SCHOOL)] {
            letters(talk).for_each(|letter| file.push_str(&format!("{subject}\tcitizen\tHej\t{letter}\n")));
        }
        file.push_str("-\tcitizen\t\tSe vedhæftede\n-\tbusiness\tVundet\tDu har vundet en million\n");
        let mut corpus = Corpus::default();
        corpus.read(Vein::Natural, &file).expect("a corpus");
        let recipe = Recipe {
            name: "prøve".into(),
            folds: 3,
            common: 100,
            keep: [400, 400, 400],
            ..Recipe::default()
        };
        let model =
            Arc::new(Model::load(&train(&corpus, &recipe, |_| ()).expect("a model").file).expect("a model"));
        let index = Index::in_memory(corpus.entries(model.danish())).expect("an index");
        Judge::new(model, Arc::new(index))
    });
    &JUDGE
}

fn subject(text: &str) -> Subject {
    text.parse().expect(text)
}

/// What this authority's people answer: letters about lamps belong with its school buildings.
fn lessons() -> Vec<Lesson> {
    let taught = |talk, about: &'static str| {
        letters(talk).filter_map(move |body| {
            shipped().lesson(&LetterText { label: "Hej", body: &body }, subject(about))
        })
    };
    taught(&LIGHT, "17.01.04").chain(taught(&CARE, "27.18.02")).collect()
}

fn learned(lessons: &[Lesson]) -> Own {
    shipped().learn(&lessons.iter().collect::<Vec<_>>(), 7).expect("a model").own
}

fn first(judge: &Judge, body: &str) -> String {
    let verdict = judge.verdict(&LetterText { label: "Hej", body }).expect("a verdict");
    verdict.best[0][0].label.to_string()
}

const LAMP: &str = "Kære kommune, nu er gadelampen mørk, og lygten blinker om natten.";

#[test]
fn what_people_answer_is_what_the_next_letter_is_told() {
    let lessons = lessons();
    let own = learned(&lessons);
    assert!(own.restraint.is_some() && own.base == shipped().edition());
    let judge = shipped().with_own(own.clone(), &lessons);
    assert_eq!((first(shipped(), LAMP), first(&judge, LAMP)), ("05.01.08".to_owned(), "17.01.04".to_owned()));
    assert_eq!(
        first(&judge, "Kære kommune, min mor venter på plads på plejehjem"),
        "27.18.02",
        "the rest stays"
    );
    assert_eq!(judge.edition(), own.edition());
    let opinion = judge.suggest(&LetterText { label: "", body: LAMP });
    assert_eq!(opinion.edition, own.edition());
    assert_eq!(first(&judge.shipped(), LAMP), "05.01.08");
}

#[test]
fn answers_held_back_show_what_was_learned_and_none_votes_for_itself() {
    let lessons = lessons();
    let heard: Vec<&Lesson> = lessons.iter().collect();
    let learned = shipped().learn(&heard, 7).expect("a model");
    assert_eq!(learned.held_back.len(), lessons.len());
    let pairs: Vec<Pair> = (learned.held_back.into_iter())
        .map(|(at, candidate)| {
            let active = shipped().said(&lessons[at]).expect("an answer");
            Pair { right: lessons[at].subject, candidate, active }
        })
        .collect();
    let compared = Compared::of(&pairs);
    assert!(compared.group.is_better() && !compared.is_worse(), "{compared:?}");
    // Answers by chance: whoever could see its own answer would be right, and nobody else can be.
    let coin =
        |at: usize| ["05.01.08", "17.01.04"][(at as u32).wrapping_mul(2_654_435_761) as usize >> 16 & 1];
    let by_chance: Vec<Lesson> = (lessons.iter().enumerate())
        .map(|(at, lesson)| Lesson { subject: subject(coin(at)), ..lesson.clone() })
        .collect();
    let learned = shipped().learn(&by_chance.iter().collect::<Vec<_>>(), 7).expect("a model");
    let right = learned.held_back.iter().filter(|(at, said)| said.hits(0, 1, by_chance[*at].subject)).count();
    assert!(right < by_chance.len() * 7 / 10, "{right} of {}", by_chance.len());
}

#[test]
fn the_same_lessons_and_seed_give_the_same_bytes_and_too_few_give_none() {
    let lessons = lessons();
    let own = learned(&lessons);
    assert_eq!(own.to_bytes(), learned(&lessons).to_bytes());
    assert_eq!(Own::from_bytes(&own.to_bytes()).expect("it reads back"), own);
    let few: Vec<&Lesson> = lessons.iter().take(FEWEST - 1).collect();
    assert_eq!(shipped().learn(&few, 7).err(), Some(NotLearned::TooFew(FEWEST - 1)));
    let other = String::from_utf8(own.to_bytes()).expect("JSON").replace("\"form\":1", "\"form\":2");
    assert!(Own::from_bytes(other.as_bytes()).is_err() && Own::from_bytes(b"{").is_err());
}

#[test]
fn a_lesson_that_is_forgotten_speaks_no_more() {
    let lessons = lessons();
    let own = learned(&lessons);
    let left = lessons.iter().filter(|lesson| lesson.subject != subject("17.01.04"));
    assert_eq!(first(&shipped().with_own(own.clone(), left), LAMP), "05.01.08");
    assert_eq!(first(&shipped().with_own(own, &[]), LAMP), "05.01.08");
}

#[test]
fn an_own_model_of_another_shipped_one_is_not_heard() {
    let lessons = lessons();
    let mut other = learned(&lessons);
    other.base = "kle 000000000000".into();
    let judge = shipped().with_own(other, &lessons);
    assert_eq!((first(&judge, LAMP), judge.edition()), ("05.01.08".to_owned(), shipped().edition()));
}

#[test]
fn lessons_that_only_confirm_leave_the_shipped_answers_as_they_are() {
    let taught = |talk, about: &'static str| {
        letters(talk).filter_map(move |body| {
            shipped().lesson(&LetterText { label: "Hej", body: &body }, subject(about))
        })
    };
    let lessons: Vec<Lesson> = taught(&LIGHT, "05.01.08").chain(taught(&SCHOOL, "17.01.04")).collect();
    let judge = shipped().with_own(learned(&lessons), &lessons);
    for (body, about) in [(LAMP, "05.01.08"), ("Kære kommune, mor venter på plejebolig", "27.18.02")] {
        assert_eq!((first(shipped(), body), first(&judge, body)), (about.to_owned(), about.to_owned()));
    }
}
