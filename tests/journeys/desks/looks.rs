//! How the desks look: axe-core finds nothing wrong on any page, in light and dark, wide and narrow; and the README's pictures.

use std::path::{Path, PathBuf};

use journeys::browser::Window;
use journeys::desks::Desks;
use journeys::{Engine, World};
use serde_json::Value;

/// axe-core's script: tests/run fetches it and names it in the environment.
fn axe() -> String {
    let file = std::env::var("MODTAG_TEST_AXE").expect("MODTAG_TEST_AXE names axe.min.js; tests/run sets it");
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs axe-core with the rules of WCAG 2.2 A and AA, and says what it found.
async fn findings(window: &Window, axe: &str) -> Vec<String> {
    window.ask(axe).await;
    window
        .ask(
            "window.found = undefined; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
                .then(r => window.found = r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 160))))",
        )
        .await;
    window.until("window.found").await;
    let found = window.ask("return window.found").await;
    found.as_array().cloned().unwrap_or_default().iter().map(Value::to_string).collect()
}

async fn sign_in(window: &Window, desks: &Desks, person: &str) {
    window.go(&format!("{}/log-ind", desks.base)).await;
    window
        .ask(&format!("document.querySelector('input[value={person}]').form.querySelector('button').click()"))
        .await;
    window.until("location.pathname !== '/log-ind'").await;
}

/// The pages of each person of the demo.
const PAGES: [(&str, &[&str]); 4] = [
    ("pfor1", &["/post", "/status", "/mine", "/findes-ikke", "/tilbagekald"]),
    ("mkje", &["/mine", "/mine?vis=kolleger", "/mine?vis=faerdige", "/status", "/post"]),
    (
        "beli",
        &[
            "/journal",
            "/journal/soeg",
            "/journal/ujournaliseret",
            "/journal/ledger",
            "/journal/set",
            "/journal/stikproeve",
            "/journal/revision",
            "/tilbagekald",
        ],
    ),
    ("drift", &["/status"]),
];

async fn town() -> (World, Desks) {
    let world = World::open_town(Engine::Sqlite).await;
    let desks = Desks::open(&world).await;
    (world, desks)
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page() {
    let axe = axe();
    for (width, dark) in [(1280, false), (1280, true), (400, false)] {
        // A town for each: what somebody has seen of a letter stays seen.
        let (_world, desks) = town().await;
        let window = Window::open(width, 900, dark).await;
        window.go(&format!("{}/log-ind", desks.base)).await;
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "/log-ind at {width}");
        for (person, pages) in PAGES {
            sign_in(&window, &desks, person).await;
            for page in pages {
                window.go(&format!("{}{page}", desks.base)).await;
                assert_eq!(
                    findings(&window, &axe).await,
                    Vec::<String>::new(),
                    "{page} of {person} at {width}, dark {dark}"
                );
            }
        }
        sign_in(&window, &desks, "pfor1").await;
        window.go(&format!("{}/post", desks.base)).await;
        window.until("window.htmx").await;
        window.press("j").await;
        window.until("document.querySelector('[data-open]')").await;
        for level in 0..4 {
            window.until(&format!("document.querySelector('[data-level=\"{level}\"]')")).await;
            assert_eq!(
                findings(&window, &axe).await,
                Vec::<String>::new(),
                "level {level} at {width}, dark {dark}"
            );
            if level < 3 {
                window.press("v").await;
            }
            if (1..3).contains(&level) {
                window.press("1").await;
            }
        }
        let wide = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        assert_eq!(wide, true, "nothing hangs over the edge at {width}");
        window.press("a").await;
        window.press("skole").await;
        window.until("document.querySelector('#fundet button')").await;
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "what was found, at {width}");
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_the_way_in_for_emergencies() {
    let axe = axe();
    let world = World::open_town(Engine::Sqlite).await;
    let desks = super::break_glass::desks(&world).await;
    for (width, dark) in [(1280, false), (1280, true), (400, false)] {
        let window = Window::open(width, 900, dark).await;
        let base = &desks.base;
        for page in ["/log-ind", "/log-ind/noed", "/post", "/status", "/journal"] {
            window.go(&format!("{base}{page}")).await;
            let found = findings(&window, &axe).await;
            assert_eq!(found, Vec::<String>::new(), "{page} at {width}, dark {dark}");
            if page == "/log-ind/noed" {
                let fill = format!(
                    "document.querySelector('[name=adgangskode]').value = '{}';
                     document.querySelector('[name=begrundelse]').value = 'Udbyderen er nede i dag';
                     document.querySelector('form.stack button').click()",
                    super::break_glass::PASSWORD
                );
                window.ask(&fill).await;
                window.until("document.querySelector('.break-glass')").await;
            }
        }
        let wide = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        assert_eq!(wide, true, "nothing hangs over the edge at {width}");
        assert_eq!(window.complaints().await, Vec::<String>::new());
        window.close().await;
    }
}

/// Where the README's pictures go: beside it when they are asked for (UPDATE=1), else nowhere that lasts.
fn pictures(temporary: &Path) -> PathBuf {
    match std::env::var_os("UPDATE") {
        Some(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/pictures"),
        None => temporary.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_desk_has_its_picture() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = pictures(temporary.path());
    std::fs::create_dir_all(&folder).expect("a folder");
    let (_world, desks) = town().await;
    let window = Window::open(1280, 800, false).await;
    sign_in(&window, &desks, "pfor1").await;
    window.until("window.htmx && document.querySelector('[data-letter]')").await;
    window.press("jjj").await;
    window.until("document.querySelector('[data-open]')").await;
    window.press("v").await;
    window.until("document.querySelector('[data-level=\"1\"]')").await;
    std::fs::write(folder.join("fordeling.png"), window.picture().await).expect("a picture");
    for (person, page, name) in [("mkje", "/mine", "min-post"), ("beli", "/journal", "journal")] {
        sign_in(&window, &desks, person).await;
        window.go(&format!("{}{page}", desks.base)).await;
        window.until("window.htmx").await;
        std::fs::write(folder.join(format!("{name}.png")), window.picture().await).expect("a picture");
    }
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
}
