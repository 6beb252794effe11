//! What somebody with bad intentions sends: forms of other sites, planted cookies, addresses elsewhere, and letters that
//! would like to run in the reader's browser.

use journeys::desks::{Desks, answered};
use journeys::letters::Letter;
use journeys::{Engine, World, on_both_databases};
use reqwest::{Method, StatusCode};
use router::web::Role;

/// Payloads of the kinds that browsers have fallen for, and of the kinds that templates have.
const PAYLOADS: &str = include_str!("payloads.txt");

on_both_databases!(a_form_that_is_not_from_our_page_changes_nothing, |engine: Engine| async move {
    let world = World::open(engine).await;
    let taken = world.receive(&[Letter::from_citizen(1, "6202801212", "Mette Prøve").bytes()]).await;
    let path = format!("/post/{}/svar", taken[0].id);
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let body = "seen=1&unit=byg";
    for form in [String::new(), "&form=".into(), "&form=AAAA".into(), format!("&form={}x", pia.form)] {
        let answer = pia.post_raw(&path, format!("{body}{form}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
        assert!(answer.text.contains("Siden er for gammel"), "{}", answer.text);
    }
    // Even with the right token, a browser that says where it comes from is believed.
    let from_elsewhere = pia
        .request(Method::POST, &path)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("{body}&form={}", pia.form));
    assert_eq!(answered(from_elsewhere).await.status, StatusCode::FORBIDDEN);
    assert!(world.room().store.pending_answers().await.expect("rows").is_empty());
});

on_both_databases!(a_cookie_planted_before_signing_in_is_worth_nothing_after, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let planted = desks.nobody().with_cookie("modtag=planted");
    let sent = planted.post("/log-ind/demo", &[("person", "pfor1"), ("til", "//evil.example")]).await;
    assert_eq!(
        (sent.status, sent.location.as_deref()),
        (StatusCode::SEE_OTHER, Some("/")),
        "not sent elsewhere"
    );
    let cookie = sent.head["set-cookie"].split(';').next().expect("a cookie").to_owned();
    assert!(cookie != "modtag=planted" && sent.head["set-cookie"].contains("HttpOnly; SameSite=Lax"));
    assert_eq!(planted.get("/post").await.status, StatusCode::SEE_OTHER, "the planted one opens nothing");
    let mut signed_in = desks.nobody().with_cookie(&cookie);
    let page = signed_in.get("/post").await;
    signed_in.form = page.form_token().expect("a form");
    page.ok();
    // Signing in again ends the session that was, and signing out the one that is.
    let again = signed_in.post("/log-ind/demo", &[("person", "pfor1")]).await;
    assert_eq!(signed_in.get("/post").await.status, StatusCode::SEE_OTHER, "the earlier session has ended");
    let mut again = desks.nobody().with_cookie(again.head["set-cookie"].split(';').next().expect("a cookie"));
    again.form = again.get("/post").await.form_token().expect("a form");
    assert_eq!(again.post("/log-ud", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(again.get("/post").await.status, StatusCode::SEE_OTHER);
});

on_both_databases!(a_session_ends_when_idle_and_at_its_longest, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    for _ in 0..15 {
        world.wait(minutes(29));
        pia.get("/post").await.ok();
    }
    world.wait(minutes(31));
    assert_eq!(pia.get("/post").await.status, StatusCode::SEE_OTHER, "idle for too long");
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    for _ in 0..16 {
        world.wait(minutes(29));
        pia.get("/post").await.ok();
    }
    world.wait(minutes(29));
    assert_eq!(pia.get("/post").await.status, StatusCode::SEE_OTHER, "eight hours are over");
});

/// Every field that a sender writes and a page shows, with one payload.
fn letter(number: u64, payload: &str) -> Vec<u8> {
    Letter::from_citizen(number, "6202801212", payload).label(payload).text(payload).named(payload).bytes()
}

on_both_databases!(nothing_in_a_letter_runs_on_a_page, |engine: Engine| async move {
    let world = World::open(engine).await;
    let payloads: Vec<&str> = PAYLOADS.lines().filter(|line| !line.is_empty()).collect();
    assert!(payloads.len() >= 100, "{}", payloads.len());
    let letters: Vec<Vec<u8>> =
        (1..).zip(&payloads).map(|(number, payload)| letter(number, payload)).collect();
    let taken = world.receive(&letters).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let empty = pia.get("/post/00000000-0000-0000-0000-000000000000").await;
    let plain = tags(&empty.text);
    for (payload, taken) in payloads.iter().zip(&taken) {
        let path = format!("/post/{}", taken.id);
        pia.get(&path).await.ok();
        pia.post(&format!("{path}/vis"), &[("level", "1")]).await.ok();
        let page = pia.post(&format!("{path}/vis"), &[("level", "3"), ("reason", "control")]).await;
        assert!(page.head["content-security-policy"].contains("script-src 'self'"), "{payload}");
        assert!(!page.head["content-security-policy"].contains("unsafe"), "{payload}");
        let text = page.ok();
        assert!(!text.contains(payload) || !payload.contains('<'), "{payload} stands unescaped");
        for tag in tags(&text) {
            let known = plain.contains(&tag) || KNOWN.iter().any(|known| tag.starts_with(known));
            assert!(known, "{payload} made a tag: {tag}");
            assert!(!tag.contains(" on") && !tag.contains("javascript:"), "{payload} made {tag}");
        }
        let document = pia.get(&format!("{path}/dokument/0")).await;
        assert_eq!(document.status, StatusCode::OK);
        assert_eq!(document.head["x-content-type-options"], "nosniff");
        assert_eq!(document.head["content-type"], "text/plain", "{payload}");
        let disposition = &document.head["content-disposition"];
        assert!(disposition.starts_with("inline; filename*=UTF-8''"), "{disposition}");
        assert!(disposition.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{disposition}");
    }
    // What finds receivers shows what was typed.
    for payload in &payloads {
        let typed: String = payload.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = pia.get(&format!("/post/{}/find?q={typed}", taken[0].id)).await.ok();
        for tag in tags(&found) {
            assert!(KNOWN.iter().any(|known| tag.starts_with(known)), "{payload} made a tag: {tag}");
        }
    }
});

/// Tags that the letter's templates make.
const KNOWN: [&str; 36] = [
    "<article data-open=",
    "<header>",
    "<p>",
    "<p class=",
    "<h2>",
    "<section aria-label=",
    "<ol class=",
    "<li>",
    "<form method=",
    "<form class=",
    "<input ",
    "<button",
    "<kbd>",
    "<span",
    "<label for=\"anden\">",
    "<label for=\"hvor-laenge\">",
    "<label for=\"myndighed\">",
    "<select id=\"hvor-laenge\"",
    "<label for=\"kollega-ser\">",
    "<select id=\"kollega-ser\"",
    "<option value=",
    "<summary data-key=",
    "<div ",
    "<div>",
    "<blockquote>",
    "<strong>",
    "<ul class=",
    "<a href=\"/post",
    "<details class=\"more\"",
    "<time datetime=",
    "<p role=",
    "<dialog ",
    "<dl ",
    "<dt>",
    "<dd>",
    "<nav ",
];

/// Opening tags of a page.
fn tags(html: &str) -> Vec<String> {
    let starts = html.match_indices('<').map(|(at, _)| &html[at..]);
    let tags =
        starts.filter(|rest| rest[1..].starts_with(|letter: char| letter.is_alphabetic() || letter == '!'));
    tags.filter_map(|rest| rest.find('>').map(|end| rest[..=end].to_owned())).collect()
}
