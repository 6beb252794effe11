//! Signing in with OpenID Connect, at a provider that behaves and at one that does not.

use journeys::desks::{Answered, Browser, Desks};
use journeys::oidc::{CLIENT, Fault, Provider, SECRET};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::config::{Config, Sources};
use tokio::net::TcpListener;

/// The configuration of a house that signs in at this provider, read as any other.
fn config(world: &World, issuer: &str, base: &str, more: &str) -> Config {
    let folder = world.folder.path();
    std::fs::write(folder.join("klient"), SECRET).expect("the folder can be written");
    let text = format!(
        "[authority]\ncvr = \"12345678\"\n[sign_in]\nmethod = \"oidc\"\npublic_url = \"{base}\"\n[sign_in.oidc]\n\
         issuer = \"{issuer}\"\n{more}\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"klient\"\nroles_claim = \"realm_access.roles\"\n\
         units_claim = \"enheder\"\n"
    );
    let file = folder.join("modtag.toml");
    std::fs::write(&file, text).expect("the folder can be written");
    let sources = Sources { file: Some(file), environment: Vec::new(), working_folder: folder.to_owned() };
    Config::load(&sources).expect("a configuration")
}

async fn house(engine: Engine) -> (World, Provider, Desks) {
    let (world, provider) = (World::open(engine).await, Provider::start().await);
    let desks = desks(&world, &provider.issuer, "").await;
    (world, provider, desks)
}

/// Desks where people sign in at the provider of this name.
async fn desks(world: &World, issuer: &str, more: &str) -> Desks {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let config = config(world, issuer, &base, more);
    Desks::open_on(listener, world, &config).await
}

/// Somebody who has signed in at the provider.
async fn signed_in(desks: &Desks) -> Browser {
    let (browser, answer) = sign_in(desks, "/post").await;
    let cookie = answer.cookies.iter().find(|cookie| cookie.starts_with("modtag=")).expect("a session");
    let mut pia = browser.with_cookie(cookie.split(';').next().expect("a cookie"));
    pia.form = pia.get("/post").await.form_token().expect("a page with a form");
    pia
}

/// Goes to the provider and comes back; returns the browser as it is then, and what it was answered.
async fn sign_in(desks: &Desks, to: &str) -> (Browser, Answered) {
    let browser = desks.nobody();
    let sent = browser.get(&format!("/log-ind/konto?til={to}")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let attempt = sent.head["set-cookie"].split(';').next().expect("a cookie").to_owned();
    let away =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let back = away.get(sent.location.expect("an address")).send().await.expect("the provider answers");
    let back = back.headers()["location"].to_str().expect("an address").to_owned();
    let path = back.strip_prefix(&desks.base).expect("back to us").to_owned();
    let browser = browser.with_cookie(&attempt);
    let answer = browser.get(&path).await;
    (browser, answer)
}

on_both_databases!(somebody_is_let_in_with_the_roles_and_units_of_their_token, |engine: Engine| async move {
    let (world, _provider, desks) = house(engine).await;
    let (browser, answer) = sign_in(&desks, "/post").await;
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (StatusCode::SEE_OTHER, Some("/post")),
        "{}",
        answer.text
    );
    // The last of two cookies takes the attempt out; the first is the session.
    let cookie = answer.cookies.iter().find(|cookie| cookie.starts_with("modtag=")).expect("a session");
    let pia = browser.with_cookie(cookie.split(';').next().expect("a cookie"));
    pia.get("/post").await.ok();
    let events = world.room().store.audit_sizes().await.expect("the log");
    assert!(events.0 > 0);
    // The code and the attempt are used up: coming back a second time leads nowhere.
    let (_, elsewhere) = sign_in(&desks, "//evil.example").await;
    assert_eq!(elsewhere.location.as_deref(), Some("/"), "nobody is sent to another site");
});

on_both_databases!(a_token_that_is_not_sound_lets_nobody_in, |engine: Engine| async move {
    let (_world, provider, desks) = house(engine).await;
    let refused = "Login lykkedes ikke";
    for (fault, said) in [
        (Fault::ForeignKey, refused),
        (Fault::Unsigned, refused),
        (Fault::Audience, refused),
        (Fault::Issuer, refused),
        (Fault::Expired, refused),
        (Fault::Nonce, refused),
        (Fault::NoPerson, refused),
        (Fault::Denied, refused),
        (Fault::Unwell, refused),
        (Fault::Endless, refused),
        (Fault::NoRole, "har ingen rolle i modtag"),
    ] {
        provider.misbehave(fault);
        let (_, answer) = sign_in(&desks, "/post").await;
        assert!(answer.text.contains(said), "{fault:?}: {} {}", answer.status, answer.text);
        let sessions = answer.cookies.iter().filter(|cookie| cookie.starts_with("modtag="));
        assert_eq!(sessions.count(), 0, "{fault:?}");
    }
});

on_both_databases!(an_answer_meant_for_another_browser_lets_nobody_in, |engine: Engine| async move {
    let (world, _provider, desks) = house(engine).await;
    let browser = desks.nobody();
    let (victim, attacker) = (browser.get("/log-ind/konto").await, browser.get("/log-ind/konto").await);
    let cookie =
        |answer: &Answered| answer.head["set-cookie"].split(';').next().expect("a cookie").to_owned();
    let away =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let back = away.get(attacker.location.clone().expect("an address")).send().await.expect("an answer");
    let path = back.headers()["location"].to_str().expect("an address").replace(&desks.base, "");
    for wrong in [cookie(&victim), "modtag-ind=AAAA".into(), String::new()] {
        let answer = browser.with_cookie(&wrong).get(&path).await;
        assert!(answer.text.contains("begyndt i en anden browser"), "{}", answer.text);
    }
    world.wait(std::time::Duration::from_secs(601));
    let late = browser.with_cookie(&cookie(&attacker)).get(&path).await;
    assert!(late.text.contains("Der gik for længe"), "{}", late.text);
});

on_both_databases!(a_provider_is_known_by_its_own_name_to_the_letter, |engine: Engine| async move {
    let world = World::open(engine).await;
    for end in ["", "/"] {
        let provider = Provider::start_named(end).await;
        let plain = provider.issuer.trim_end_matches('/').to_owned();
        for written in [plain.clone(), format!("{plain}/")] {
            let desks = desks(&world, &written, "").await;
            provider.misbehave(Fault::None);
            let (_, answer) = sign_in(&desks, "/post").await;
            assert_eq!(
                answer.location.as_deref(),
                Some("/post"),
                "{} written as {written}: {}",
                provider.issuer,
                answer.text
            );
            // However it is written here: a token bears the provider's name, and no other.
            for fault in [Fault::Slash, Fault::Issuer] {
                provider.misbehave(fault);
                let (_, answer) = sign_in(&desks, "/post").await;
                assert!(answer.text.contains("Login lykkedes ikke"), "{fault:?}: {}", answer.text);
            }
        }
    }
});

on_both_databases!(signing_out_ends_the_providers_session_too, |engine: Engine| async move {
    let (world, provider, desks) = house(engine).await;
    // A provider that says nothing of it, as before.
    let pia = signed_in(&desks).await;
    let out = pia.post("/log-ud", &[]).await;
    assert_eq!((out.status, out.location.as_deref()), (StatusCode::SEE_OTHER, Some("/log-ind")));

    provider.ends_sessions_at("/logout");
    let pia = signed_in(&desks).await;
    let out = pia.post("/log-ud", &[]).await;
    assert_eq!(out.status, StatusCode::OK, "a form of ours leads to no other site: {}", out.text);
    assert!(out.text.contains("Du er logget ud her"), "{}", out.text);
    assert!(pia.get("/post").await.location.is_some_and(|to| to.starts_with("/log-ind")), "ended here");
    let to = out.head["refresh"].strip_prefix("0; url=").expect("an address").to_owned();
    assert!(to.starts_with(&format!("{}/logout?", provider.issuer)), "{to}");
    assert!(!to.contains("pia") && !to.contains("id_token_hint"), "nobody is named in an address: {to}");
    let went = out.cookies.iter().find(|cookie| cookie.starts_with("modtag-ud=")).expect("a cookie");
    let went = pia.with_cookie(went.split(';').next().expect("a cookie"));
    let away =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let back = away.get(&to).send().await.expect("the provider answers");
    let back = back.headers()["location"].to_str().expect("an address").to_owned();
    let path = back.strip_prefix(&desks.base).expect("back to us").to_owned();
    assert!(went.get(&path).await.ok().contains("også hos jeres login"));
    assert_eq!(provider.ended().len(), 1);
    // An address that somebody was sent says nothing of what happened, and leads nowhere but here.
    for path in
        [path.as_str(), "/log-ud/retur", "/log-ud/retur?state=", "/log-ud/retur?state=x&til=//evil.example"]
    {
        let answer = desks.nobody().get(path).await;
        assert_eq!(answer.location.as_deref(), Some("/log-ind"), "{path}");
    }

    // What is no address, or none that a provider could have, is not gone to; nobody is kept from signing in by it.
    for (place, said) in [
        ("javascript:alert(1)", "logget ud her"),
        ("data:text/html,x", "logget ud her"),
        ("ingen adresse", ""),
    ] {
        provider.ends_sessions_at(place);
        let out = signed_in(&desks).await.post("/log-ud", &[]).await;
        assert!(!out.head.contains_key("refresh") && out.text.contains(said), "{place}: {}", out.text);
    }
    // Whoever wants it stays signed in there.
    provider.ends_sessions_at("/logout");
    let stays = self::desks(&world, &provider.issuer, "end_provider_session = false").await;
    let out = signed_in(&stays).await.post("/log-ud", &[]).await;
    assert_eq!(out.location.as_deref(), Some("/log-ind"));
});
