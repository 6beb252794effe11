//! Signing in at a certified provider, in a browser: it knows nothing of us but the standard.

use journeys::browser::Window;
use journeys::certified::{CLIENT, Certified, KIM, NILS, PIA, SECRET};
use journeys::desks::Desks;
use journeys::letters::Letter;
use journeys::sink::Sink;
use journeys::smtp::Smtp;
use journeys::{Engine, World};
use router::config::{Config, Sources};
use tokio::net::TcpListener;

use super::notices::world_with_notices;

/// A house that signs in at the provider with this secret.
async fn house(secret: &str, claims_in_token: bool) -> (World, Certified, Desks) {
    house_of(World::open(Engine::Sqlite).await, secret, claims_in_token).await
}

async fn house_of(world: World, secret: &str, claims_in_token: bool) -> (World, Certified, Desks) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let provider = Certified::start(&base, claims_in_token).await;
    let folder = world.folder.path();
    std::fs::write(folder.join("klient"), secret).expect("the folder can be written");
    let text = format!(
        "[authority]\ncvr = \"12345678\"\n[sign_in]\nmethod = \"oidc\"\npublic_url = \"{base}\"\n[sign_in.oidc]\n\
         issuer = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"klient\"\nroles_claim = \"realm_access.roles\"\n\
         units_claim = \"enheder\"\nscopes = [\"profile\", \"email\"]\n",
        provider.issuer
    );
    let file = folder.join("modtag.toml");
    std::fs::write(&file, text).expect("the folder can be written");
    let sources = Sources { file: Some(file), environment: Vec::new(), working_folder: folder.to_owned() };
    let config = Config::load(&sources).expect("a configuration");
    let desks = Desks::open_on(listener, &world, &config).await;
    (world, provider, desks)
}

/// Goes to the provider's own page, which stands on another site.
async fn go_to_provider(window: &Window, desks: &Desks, provider: &Certified) {
    window.go(&format!("{}/post", desks.base)).await;
    window.ask("document.querySelector('a.button').click()").await;
    window.until("document.querySelector('input[name=password]')").await;
    assert!(window.url().await.starts_with(&provider.issuer), "{}", window.url().await);
}

/// Gives name and password there.
async fn give(window: &Window, (name, password): (&str, &str)) {
    window
        .ask(&format!(
            "document.querySelector('input[name=name]').value = '{name}';
             document.querySelector('input[name=password]').value = '{password}';
             document.querySelector('button').click()"
        ))
        .await;
}

/// Waits for a page of ours, and says what stands on it.
async fn ours(window: &Window, desks: &Desks) -> String {
    window.until(&format!("location.origin === '{}' && document.querySelector('h1')", desks.base)).await;
    window.ask("return document.body.innerText").await.as_str().expect("text").to_owned()
}

async fn signed_in(window: &Window, desks: &Desks) {
    let text = ours(window, desks).await;
    assert!(window.url().await.ends_with("/post") && text.contains("pia"), "{text}");
}

/// Signs out here; the provider asks whether there too, and sends the browser back.
async fn sign_out(window: &Window, desks: &Desks, provider: &Certified) {
    window.ask("document.querySelector('form[action=\"/log-ud\"] button').click()").await;
    window.until("document.querySelector('button[name=logout]')").await;
    assert!(window.url().await.starts_with(&provider.issuer), "{}", window.url().await);
    window.ask("document.querySelector('button[name=logout]').click()").await;
    let text = ours(window, desks).await;
    assert!(text.contains("også hos jeres login"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_at_a_certified_provider_that_tells_roles_at_its_userinfo_endpoint() {
    let (_world, provider, desks) = house(SECRET, false).await;
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    give(&window, ("pia", "forkert")).await;
    window.until("document.querySelector('#said') && document.querySelector('#said').innerText !== ''").await;
    give(&window, PIA).await;
    signed_in(&window, &desks).await;
    // A form of a page of ours is taken, and signing out ends it here and there.
    sign_out(&window, &desks, &provider).await;
    window.go(&format!("{}/post", desks.base)).await;
    assert!(window.url().await.contains("/log-ind"), "signed out");
    window.ask("document.querySelector('a.button').click()").await;
    window.until("document.querySelector('input[name=password]')").await;
    assert!(window.url().await.starts_with(&provider.issuer), "the provider asks for the password again");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_in_where_roles_stand_in_the_token_and_again_with_rotated_keys() {
    let (_world, mut provider, desks) = house(SECRET, true).await;
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    give(&window, PIA).await;
    signed_in(&window, &desks).await;
    // Between two sign-ins.
    provider.rotate().await;
    sign_out(&window, &desks, &provider).await;
    go_to_provider(&window, &desks, &provider).await;
    give(&window, PIA).await;
    signed_in(&window, &desks).await;
    window.close().await;
    // And while somebody is typing their password.
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    provider.rotate().await;
    give(&window, PIA).await;
    signed_in(&window, &desks).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_the_provider_knows_is_where_notices_go() {
    let (smtp, sink) = (Smtp::start().await, Sink::start().await);
    let policy = vec![("policy.toml".into(), include_str!("../../corpus/cascade/policy.toml").to_owned())];
    let world = world_with_notices(Engine::Sqlite, policy, &smtp, &sink, "boern").await;
    let (world, provider, desks) = house_of(world, SECRET, false).await;
    let window = Window::open(1000, 800, false).await;
    window.go(&format!("{}/mine/besked", desks.base)).await;
    window.ask("document.querySelector('a.button').click()").await;
    window.until("document.querySelector('input[name=password]')").await;
    assert!(window.url().await.starts_with(&provider.issuer), "{}", window.url().await);
    give(&window, KIM).await;
    let text = ours(&window, &desks).await;
    assert!(text.contains("kim@kommune.example (fra dit login)"), "{text}");
    window.ask("document.querySelector('input[value=at-once]').click()").await;
    window.ask("document.querySelector('main form button').click()").await;
    window.until("document.querySelector('[role=status]:not([hidden])')").await;
    let letter = Letter::from_citizen(1, "6202801212", "Mette Prøve").kle("27.18.04", None);
    world.receive(&[letter.bytes()]).await;
    router::notices::tell_all(world.room()).await.expect("the store answers");
    let mails = smtp.mails();
    assert!(mails.len() == 1 && mails[0].to == ["kim@kommune.example"], "{mails:?}");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_role_is_told_so() {
    let (_world, provider, desks) = house(SECRET, false).await;
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    give(&window, NILS).await;
    let text = ours(&window, &desks).await;
    assert!(text.contains("har ingen rolle i modtag"), "{text}");
    window.go(&format!("{}/post", desks.base)).await;
    assert!(window.url().await.contains("/log-ind"), "nobody is signed in");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_the_wrong_secret_lets_nobody_in() {
    let (_world, provider, desks) = house("en anden", true).await;
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    give(&window, PIA).await;
    let text = ours(&window, &desks).await;
    assert!(text.contains("Login lykkedes ikke"), "{text}");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_stops_in_the_middle_is_said_to_be_silent() {
    let (_world, mut provider, desks) = house(SECRET, true).await;
    let window = Window::open(1000, 800, false).await;
    go_to_provider(&window, &desks, &provider).await;
    // Back with a code, after the provider has gone: as a browser that was slow.
    let began = desks.nobody().get("/log-ind/konto?til=/post").await;
    let attempt = began.head["set-cookie"].split(';').next().expect("a cookie").to_owned();
    let asked = reqwest::Url::parse(&began.location.expect("an address")).expect("an address");
    let state = asked.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    provider.stop().await;
    let back = format!("/log-ind/retur?code=abc&state={state}&iss={}", provider.issuer);
    let answer = desks.nobody().with_cookie(&attempt).get(&back).await;
    assert!(answer.text.contains("svarer ikke lige nu"), "{}", answer.text);
    let again = desks.nobody().get("/log-ind/konto").await;
    assert!(again.text.contains("svarer ikke lige nu"), "{}", again.text);
    // What another provider sends back is not taken.
    let foreign = back.replace(&provider.issuer, "http://localhost:1");
    let answer = desks.nobody().with_cookie(&attempt).get(&foreign).await;
    assert!(answer.text.contains("Login lykkedes ikke"), "{}", answer.text);
    window.close().await;
}
