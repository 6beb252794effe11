//! A morning's post by keyboard alone, in Chromium: 100 letters of an invented municipality that nobody marked.
//!
//! Whoever sits there knows where each letter belongs, as a post distributor does: the right unit among the suggestions is one
//! key; another one is found by its name.

use std::collections::BTreeMap;

use journeys::browser::{Window, key};
use journeys::desks::Desks;
use journeys::letters::Letter;
use journeys::{Engine, World};
use router::adviser::Adviser;
use router::web::Role;

const LETTERS: &str = include_str!("../../corpus/own-mail/letters.tsv");
const POLICY: &str = include_str!("../../corpus/own-mail/policy.toml");
/// Every fourth letter of the corpus.
const CLEARED: usize = 100;

/// What to type for a unit that is not among the suggestions.
const TYPED: [(&str, &str); 8] = [
    ("byg", "bygg"),
    ("vej", "vej"),
    ("skole", "skole"),
    ("aeldre", "æld"),
    ("social", "voks"),
    ("borger", "borg"),
    ("job", "jobc"),
    ("miljoe", "milj"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_letters_are_cleared_by_keyboard_with_two_keys_at_most_for_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = vec![("policy.toml".into(), POLICY.into())];
    let adviser = Adviser::at(folder.path().join("index"));
    let world = World::with_classifier(Engine::Sqlite, policy, std::sync::Arc::new(adviser)).await;
    let mut units = BTreeMap::new();
    let rows = LETTERS.lines().step_by(4).take(CLEARED).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut letters = Vec::new();
    for (number, row) in (1..).zip(rows) {
        let [unit, _, _, label, body] = row[..] else { panic!("five columns") };
        let text = body.replace("\\n", "\n");
        letters
            .push(Letter::from_citizen(number, "6202801212", "Mette Prøve").label(label).text(&text).bytes());
        units.insert(number, unit);
    }
    let taken = world.receive(&letters).await;
    let unit_of: BTreeMap<String, &str> =
        taken.iter().zip(units.values()).map(|(taken, unit)| (taken.id.to_string(), *unit)).collect();
    let desks = Desks::open(&world).await;
    let window = Window::open(1280, 900, false).await;
    window.go(&format!("{}/log-ind", desks.base)).await;
    window.ask("document.querySelector('input[value=pfor1]').form.querySelector('button').click()").await;
    window
        .until("location.pathname === '/post' && document.querySelector('[data-letter]') && document.readyState === 'complete'")
        .await;

    let mut strokes = Vec::new();
    let mut seen_low = 0;
    window.press("j").await;
    for cleared in 0..CLEARED {
        window.until("document.querySelector('[data-open]')").await;
        let open = window.ask("return document.querySelector('[data-open]').dataset.open").await;
        let open = open.as_str().expect("an id").to_owned();
        let unit = unit_of[&open];
        let find = format!(
            "return [...document.querySelectorAll('.choices input[name=unit]')].findIndex(i => i.value === '{unit}') + 1"
        );
        let place = window.ask(&find).await.as_i64().expect("a number");
        let pressed = if place > 0 {
            window.press(&place.to_string()).await;
            1
        } else {
            let (_, typed) = TYPED.iter().find(|(known, _)| *known == unit).expect("a known unit");
            window.press("a").await;
            window.press(typed).await;
            window.until(&format!("document.querySelector('#fundet input[value={unit}]')")).await;
            window.press(key::DOWN).await;
            window.press(key::ENTER).await;
            3 + typed.chars().count()
        };
        let level = window.ask("return document.querySelector('[data-open]')?.dataset.level ?? '0'").await;
        seen_low += usize::from(level == "0" || level == "1");
        strokes.push(pressed);
        let left = CLEARED - cleared - 1;
        window.until(&format!("document.querySelector('#antal').textContent === '{left}'")).await;
        window.until(&format!("document.querySelector('[data-open]')?.dataset.open !== '{open}'")).await;
    }
    assert_eq!(window.complaints().await, Vec::<String>::new(), "the browser has nothing to complain of");
    window.close().await;
    strokes.sort_unstable();
    let first = strokes.iter().filter(|pressed| **pressed == 1).count();
    println!(
        "{CLEARED} letters: {first} with one key, median {}, mean {:.1}; {seen_low} cleared at view level 0 or 1",
        strokes[CLEARED / 2],
        strokes.iter().sum::<usize>() as f64 / CLEARED as f64
    );
    assert!(strokes[CLEARED / 2] <= 2, "{strokes:?}");
    world.wait(std::time::Duration::from_secs(31));
    world.work().await;
    for taken in &taken {
        let story = world.story(taken).await;
        let has = story.hand_overs.last().map(|hand_over| hand_over.unit.as_str());
        assert_eq!(has, unit_of.get(&taken.id.to_string()).copied(), "each letter went where it was sent");
    }
    // Nobody is left signed in who should not be, and nobody else had a letter before them.
    let handler = desks.sign_in(&world, "x", &[Role::CaseHandler], &["byg"]).await;
    assert_eq!(handler.get("/post").await.status, reqwest::StatusCode::FORBIDDEN);
    world.everything_is_settled().await;
}
