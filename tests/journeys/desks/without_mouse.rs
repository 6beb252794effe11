//! The case handler's and the records manager's desks in Chromium, by keyboard alone: their main path, and what goes wrong.

use journeys::browser::{Window, key};
use journeys::desks::Desks;
use journeys::{Engine, World};

use super::mine::{answer_to_us, handler};
use crate::on_its_way::with_case;

/// Opens a window in which somebody of the demo is signed in, by keyboard.
async fn signed_in(desks: &Desks, person: &str) -> Window {
    let window = Window::open(1280, 900, false).await;
    window.go(&format!("{}/log-ind", desks.base)).await;
    tab_to(&window, &format!("document.activeElement.form?.querySelector('input[value={person}]')")).await;
    window.press(key::ENTER).await;
    window.until("location.pathname !== '/log-ind' && document.readyState === 'complete'").await;
    window
}

/// Presses Tab until the focus is where the script says.
async fn tab_to(window: &Window, there: &str) {
    for _ in 0..80 {
        if window.ask(&format!("return Boolean({there})")).await == true {
            return;
        }
        window.press(key::TAB).await;
    }
    panic!("the keyboard never gets there: {there}\n{}", window.ask("return document.body.innerText").await);
}

const FOCUSED: &str = "document.activeElement";

async fn arrived(window: &Window, path: &str) {
    window
        .until(&format!("location.pathname.startsWith('{path}') && document.readyState === 'complete'"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_handler_opens_a_letter_is_done_with_it_and_sends_one_back() {
    let world = World::open_town(Engine::Sqlite).await;
    let desks = Desks::open(&world).await;
    let window = signed_in(&desks, "mkje").await;
    arrived(&window, "/mine").await;
    tab_to(&window, &format!("{FOCUSED}.getAttribute('href')?.match('^/mine/[0-9a-f-]{{36}}$')")).await;
    window.press(key::ENTER).await;
    arrived(&window, "/mine/").await;
    let page = window.ask("return document.querySelector('main').innerText").await;
    assert!(page.as_str().expect("words").contains("Åbn brevet"), "not opened yet: {page}");
    window.press("v").await;
    window.until("document.querySelector('.text, .documents, [data-key=f]')").await;
    window.until("document.readyState === 'complete'").await;
    window.press("f").await;
    window.until("location.search.includes('gjort=faerdig') && document.readyState === 'complete'").await;
    assert_eq!(
        window.ask("return document.querySelector('main .notice').innerText.includes('færdigt')").await,
        true
    );

    // The next one is not theirs: it goes back, and is gone.
    tab_to(&window, &format!("{FOCUSED}.getAttribute('href')?.match('^/mine/[0-9a-f-]{{36}}$')")).await;
    window.press(key::ENTER).await;
    arrived(&window, "/mine/").await;
    let path = window.ask("return location.pathname").await;
    tab_to(
        &window,
        &format!("{FOCUSED}.tagName === 'SUMMARY' && {FOCUSED}.innerText.startsWith('Send retur')"),
    )
    .await;
    window.press(key::ENTER).await;
    tab_to(&window, &format!("{FOCUSED}.name === 'reason' && {FOCUSED}.value === 'not-ours'")).await;
    window.press(key::ENTER).await;
    window.until("location.search.includes('gjort=retur') && document.readyState === 'complete'").await;
    window.go(&format!("{}{}", desks.base, path.as_str().expect("a path"))).await;
    assert_eq!(window.ask("return document.body.innerText.includes('Her er ikke noget')").await, true);
    // An error is a page with a way back, which is the first thing in it that the keyboard finds.
    tab_to(
        &window,
        &format!("document.querySelector('main').contains({FOCUSED}) && {FOCUSED}.tagName === 'A'"),
    )
    .await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_records_manager_searches_with_a_purpose_and_verifies_the_log() {
    let world = World::open_town(Engine::Sqlite).await;
    let desks = Desks::open(&world).await;
    let window = signed_in(&desks, "beli").await;
    arrived(&window, "/journal").await;
    tab_to(&window, &format!("{FOCUSED}.getAttribute('href') === '/journal/soeg'")).await;
    window.press(key::ENTER).await;
    arrived(&window, "/journal/soeg").await;
    tab_to(&window, &format!("{FOCUSED}.name === 'formaal'")).await;
    window.press("k").await;
    tab_to(&window, &format!("{FOCUSED}.tagName === 'BUTTON' && {FOCUSED}.closest('main')")).await;
    window.press(key::ENTER).await;
    window.until("document.querySelector('main table') && document.readyState === 'complete'").await;
    tab_to(&window, &format!("{FOCUSED}.getAttribute('href')?.startsWith('/journal/besked/')")).await;
    window.press(key::ENTER).await;
    arrived(&window, "/journal/besked/").await;

    tab_to(&window, &format!("{FOCUSED}.getAttribute('href') === '/journal/revision'")).await;
    window.press(key::ENTER).await;
    arrived(&window, "/journal/revision").await;
    tab_to(&window, &format!("{FOCUSED}.tagName === 'BUTTON' && {FOCUSED}.closest('main')")).await;
    window.press(key::ENTER).await;
    window.until("document.readyState === 'complete' && document.querySelector('#resultat')?.innerText === 'Intet er fjernet eller omskrevet'").await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_a_colleague_took_meanwhile_is_said_to_be_gone() {
    let world = with_case(Engine::Sqlite, true).await;
    let taken = answer_to_us(&world, 1).await;
    let desks = Desks::open(&world).await;
    let kim = handler(&desks, &world, "kim", "plads").await;
    kim.post(&format!("/mine/{}/aaben", taken.id), &[]).await;
    let window = Window::open(1280, 900, false).await;
    window.go(&format!("{}/log-ind", desks.base)).await;
    window.ask(&format!("document.cookie = '{}'", kim.cookie())).await;
    window.go(&format!("{}/mine/{}", desks.base, taken.id)).await;
    window.until("document.querySelector('[data-key=f]') && document.readyState === 'complete'").await;
    // While the page lies open, the letter is pulled back.
    let pia = desks.sign_in(&world, "pia", &[router::web::Role::PostDistributor], &[]).await;
    pia.post(&format!("/tilbagekald/{}", taken.id), &[("reason", "wrong-unit")]).await;
    window.press("f").await;
    window.until("document.body.innerText.includes('Her er ikke noget')").await;
    window.close().await;
}
