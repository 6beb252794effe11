//! How the desks look: axe-core finds nothing wrong on any page, in light and dark, wide and narrow; and the README's pictures.

use std::path::{Path, PathBuf};

use journeys::browser::Window;
use journeys::desks::Desks;
use journeys::letters::Letter;
use journeys::{Engine, World};
use router::desk;
use router::desk::answers::Given;
use router::journey::outcome_danish;
use serde_json::Value;

/// axe-core's script: tests/run fetches it and names it in the environment.
pub(super) fn axe() -> String {
    let file = std::env::var("MODTAG_TEST_AXE").expect("MODTAG_TEST_AXE names axe.min.js; tests/run sets it");
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs axe-core with the rules of WCAG 2.2 A and AA, and says what it found.
pub(super) async fn findings(window: &Window, axe: &str) -> Vec<String> {
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

pub(super) async fn sign_in(window: &Window, desks: &Desks, person: &str) {
    window.go(&format!("{}/log-ind", desks.base)).await;
    window
        .ask(&format!("document.querySelector('input[value={person}]').form.querySelector('button').click()"))
        .await;
    window.until("location.pathname !== '/log-ind'").await;
}

/// The pages of each person of the demo.
const PAGES: [(&str, &[&str]); 4] = [
    (
        "pfor1",
        &[
            "/post",
            "/status",
            "/mine",
            "/findes-ikke",
            "/tilbagekald",
            "/post/til-side",
            "/post/bunker",
            "/regler",
            "/regler/historik",
            "/regler/kladde",
            "/regler/proev",
            "/organisation",
            "/organisation/enhed/pladsanvisning",
            "/organisation/ansvar",
        ],
    ),
    (
        "mkje",
        &[
            "/mine",
            "/mine?vis=kolleger",
            "/mine?vis=faerdige",
            "/mine/spurgt",
            "/mine/besked",
            "/status",
            "/post",
        ],
    ),
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
    (
        "drift",
        &[
            "/status",
            "/indsigt",
            "/indsigt?minutter=3&timeloen=350",
            "/indsigt/afsendere?minutter=3&timeloen=350",
            "/indsigt/afsender/96120085?minutter=3&timeloen=350",
        ],
    ),
];

async fn town() -> (World, Desks) {
    let world = World::open_town(Engine::Sqlite).await;
    // One authority has sent enough to be told of.
    let marked = (1..=6).map(|number| {
        let letter = Letter::from_citizen(number, "6612960153", "Region Vesterbælt")
            .to(world.room().store.authority());
        let letter = letter.with(|message| {
            (message.header.sender.sender_id, message.header.sender.id_type) =
                ("96120085".into(), "CVR".into());
        });
        letter.kle("29.30.00", Some("G01")).bytes()
    });
    world.receive(&marked.collect::<Vec<_>>()).await;
    let desks = Desks::open(&world).await;
    (world, desks)
}

/// Lays one letter aside, asks about one, has one to be sent on and closes one, so that those pages show something. Returns the
/// one to be sent on.
async fn with_letters_aside(world: &World) -> String {
    let room = world.room();
    let mut queue = desk::queue(room, 50).await.expect("a queue").letters;
    // One whose journaling is in doubt cannot be closed; those at the end of the line are not what the pages begin with.
    queue.retain(|letter| letter.question != outcome_danish("effect-failed"));
    queue.reverse();
    let id = |at: usize| queue[at].id.parse::<uuid::Uuid>().expect("an id");
    desk::aside::hold(room, &id(0), "pfor1", "more", "1").await.expect("it is held");
    let unit = room.policy().person("mkje").expect("a person of the demo").unit.clone();
    let shows = desk::colleagues::Shows::KeyLines;
    desk::colleagues::ask(room, &id(1), "pfor1", (&unit, Some("mkje")), shows)
        .await
        .expect("it is asked about");
    let given = Given::Closed { close: rules::Closing::Unwanted };
    let seen = queue[2].decision;
    desk::answers::keep(room, &id(2), "pfor1", seen, given).await.expect("it is closed");
    world.wait(std::time::Duration::from_secs(31));
    world.work().await;
    desk::aside::to_send_on(room, &id(3), "pfor1", "Region Nord").await.expect("it is to be sent on");
    queue[3].id.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page() {
    let axe = axe();
    for (width, dark) in [(1280, false), (1280, true), (400, false)] {
        // A town for each: what somebody has seen of a letter stays seen.
        let (world, desks) = town().await;
        let to_send_on = with_letters_aside(&world).await;
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
        let wide = rules_at_work(&window, &desks, &axe).await;
        assert_eq!(wide, Vec::<String>::new(), "rules at {width}, dark {dark}");
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
        for key in ["h", "s", "i"] {
            window.press(key).await;
            window.press("\u{e00c}").await;
        }
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "what else can be done, at {width}");
        let wide = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        assert_eq!(wide, true, "nothing hangs over the edge at {width}");
        window.press("a").await;
        window.press("skole").await;
        window.until("document.querySelector('#fundet button')").await;
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "what was found, at {width}");
        window.press("\u{e00c}").await;
        window.press("d").await;
        window.until("document.querySelector('#del-brevet')").await;
        window.press("1").await;
        window.until("document.querySelector('input[name=part]')").await;
        window.press("a").await;
        window.press("skole").await;
        window.until("document.querySelector('#fundet button')").await;
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "a letter being split, at {width}");
        let wide = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        assert_eq!(wide, true, "a letter being split hangs over the edge at {width}");
        for page in [format!("/post/{to_send_on}"), format!("/post/{to_send_on}/videresendelse")] {
            window.go(&format!("{}{page}", desks.base)).await;
            assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "{page} at {width}");
        }
        sign_in(&window, &desks, "mkje").await;
        window.go(&format!("{}/mine/spurgt", desks.base)).await;
        window.press("1").await;
        window.until("document.querySelector('#svar')").await;
        assert_eq!(findings(&window, &axe).await, Vec::<String>::new(), "a question at {width}");
        window.close().await;
    }
}

/// Sends the form that goes there, and waits for the page that comes of it.
async fn send(window: &Window, form: &str) {
    window
        .ask(&format!(
            "window.before = true; document.querySelector('form[method=post][action=\"{form}\"] button').click()"
        ))
        .await;
    window.until("!window.before && document.readyState === 'complete'").await;
}

/// A draft with a fault and a form, a message tried, past mail tried, differences, the report: what axe-core finds, and pages
/// wider than the window.
async fn rules_at_work(window: &Window, desks: &Desks, axe: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = async |what: &str| {
        found.extend(findings(window, axe).await.into_iter().map(|one| format!("{what}: {one}")));
        let fits = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        found.extend((fits != true).then(|| format!("{what} hangs over the edge")));
    };
    window.go(&format!("{}/regler/kladde", desks.base)).await;
    send(window, "/regler/kladde/begynd").await;
    window.go(&format!("{}/regler/kladde?fil=5&regel=trusler", desks.base)).await;
    look("a rule").await;
    window.ask("document.getElementById('f-then.unit').value = 'findes-ikke'; document.querySelector('#f-then').value = 'give'").await;
    send(window, "/regler/kladde/regel").await;
    look("a fault").await;
    window.ask("document.querySelector('#f-then').value = 'desk'").await;
    send(window, "/regler/kladde/regel").await;
    window.go(&format!("{}/regler/proev", desks.base)).await;
    window.ask("document.querySelector('#eksempel').selectedIndex = 1").await;
    send(window, "/regler/proev").await;
    look("an example tried").await;
    send(window, "/regler/proev/post").await;
    look("past mail tried").await;
    window.go(&format!("{}/organisation/ansvar", desks.base)).await;
    send(window, "/organisation/ansvar").await;
    look("the report").await;
    found
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
    for (person, page, name) in [
        ("mkje", "/mine", "min-post"),
        ("beli", "/journal", "journal"),
        ("beli", "/regler", "regler"),
        ("beli", "/indsigt?minutter=3&timeloen=350", "indsigt"),
    ] {
        sign_in(&window, &desks, person).await;
        window.go(&format!("{}{page}", desks.base)).await;
        window.until("window.htmx").await;
        std::fs::write(folder.join(format!("{name}.png")), window.picture().await).expect("a picture");
    }
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.close().await;
}
