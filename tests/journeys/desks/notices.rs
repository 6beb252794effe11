//! Notices: a case handler is told that there is mail and not a word of it, once, also on the mail server's bad days; whoever
//! may not see the letter any more is not told.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use journeys::browser::Window;
use journeys::desks::{Browser, Desks};
use journeys::letters::Letter;
use journeys::sink::{Misdeed as TeamsMisdeed, Sink};
use journeys::smtp::{Mail, Misdeed, Smtp};
use journeys::world::{config, morning};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::clock::SetClock;
use router::config::{NoticeChannel, NoticeTls};
use router::intake::Taken;
use router::notices;
use router::organisation::{Absence, Membership, Person, Snapshot};
use router::setup::PolicyFiles;
use router::web::Role;
use tokio::net::TcpListener;

use super::looks;

const CPR: &str = "6202801212";

struct House {
    world: World,
    desks: Desks,
    smtp: Smtp,
    sink: Sink,
}

/// A world that tells people of mail: by this server, and in this channel of a unit.
pub(super) async fn world_with_notices(
    engine: Engine,
    policy: PolicyFiles,
    smtp: &Smtp,
    sink: &Sink,
    unit: &str,
) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(SetClock::new(morning()));
    let mut config = config(folder.path(), engine).await;
    // The authority is the one that the policy was written for.
    let read = rules::Policy::load(&policy, "").expect("a policy");
    config.authority.cvr = Some(read.authority().cvr.clone());
    config.sign_in.public_url = Some("https://post.sandby.example".into());
    let mail = &mut config.notices.mail;
    mail.host = Some("127.0.0.1".into());
    mail.port = smtp.port();
    mail.tls = NoticeTls::None;
    mail.from = Some("modtag@sandby.example".into());
    mail.allow_domains = vec!["sandby.example".into()];
    mail.timeout = Duration::from_secs(2);
    let file = folder.path().join("kanal");
    std::fs::write(&file, format!("{}?sig=kanalens-hemmelighed", sink.url())).expect("a file");
    let channel: NoticeChannel =
        toml::from_str(&format!("url_file = {:?}", file.to_str().expect("UTF-8"))).expect("a channel");
    config.notices.teams.allow_hosts = vec!["127.0.0.1".into()];
    config.notices.teams.target.insert(unit.into(), channel);
    let house = journeys::world::open(config, clock.clone(), policy.clone()).await;
    World { house, clock, folder, policy }
}

/// The desks of such a world, reached without TLS.
async fn desks_of(world: &World) -> Desks {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut config = world.house.config.clone();
    config.sign_in.public_url = None;
    Desks::open_on(listener, world, &config).await
}

impl House {
    async fn open(engine: Engine) -> Self {
        let (smtp, sink) = (Smtp::start().await, Sink::start().await);
        let policy =
            vec![("policy.toml".into(), include_str!("../../corpus/cascade/policy.toml").to_owned())];
        let world = world_with_notices(engine, policy, &smtp, &sink, "boern").await;
        let desks = desks_of(&world).await;
        Self { world, desks, smtp, sink }
    }

    async fn handler(&self, person: &str) -> Browser {
        self.desks.sign_in(&self.world, person, &[Role::CaseHandler], &["boern"]).await
    }

    /// Letters to the unit Børn og Familie, by their KLE mark.
    async fn letters(&self, numbers: std::ops::Range<u64>) -> Vec<Taken> {
        let letters: Vec<Vec<u8>> = numbers
            .map(|number| {
                let letter = Letter::from_citizen(number, CPR, "Mette Prøve").kle("27.18.04", None);
                letter.label("Underretning om Viggo").text("Viggo har det svært.").bytes()
            })
            .collect();
        self.world.receive(&letters).await
    }

    async fn tell(&self) {
        notices::tell_all(self.world.room()).await.expect("the store answers");
    }

    /// Tells, and what came of it by mail.
    async fn mails(&self) -> Vec<Mail> {
        self.tell().await;
        self.smtp.take()
    }

    fn wait_minutes(&self, minutes: u64) {
        self.world.wait(Duration::from_secs(minutes * 60));
    }

    async fn counts(&self) -> (u64, u64) {
        self.world.room().store.notice_counts().await.expect("the store answers")
    }
}

async fn choose(browser: &Browser, pace: &str, version: &str) {
    let answer =
        browser.post("/mine/besked", &[("channel", "mail"), ("pace", pace), ("version", version)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
}

on_both_databases!(
    somebody_is_told_once_that_there_is_mail_and_not_a_word_of_it,
    |engine: Engine| async move {
        let house = House::open(engine).await;
        let anle = house.handler("anle").await;
        house.letters(1..2).await;
        house.wait_minutes(1);
        let page = anle.get("/mine/besked").await.ok();
        assert!(page.contains("anle@sandby.example") && page.contains("fra organisationen"), "{page}");
        assert!(anle.get("/mine").await.ok().contains("href=\"/mine/besked\""));
        choose(&anle, "at-once", "0").await;
        assert!(anle.get("/mine/besked").await.ok().contains("value=\"at-once\" checked"));
        house.wait_minutes(1);
        assert!(house.mails().await.is_empty(), "what lay there before is not told of");

        house.letters(2..3).await;
        // Two processes that look at once.
        let room = house.world.room();
        let (one, other) = tokio::join!(notices::tell_all(room), notices::tell_all(room));
        one.and(other).expect("the store answers");
        let mails = house.smtp.take();
        let [mail] = &mails[..] else { panic!("{mails:?}") };
        assert_eq!(mail.to, ["anle@sandby.example"]);
        assert_eq!(mail.header("subject"), "Ny post i modtag");
        assert_eq!(mail.header("auto-submitted"), "auto-generated");
        assert!(mail.header("message-id").ends_with("@sandby.example>"));
        let words = mail.words();
        assert!(words.starts_with("Der er 1 nyt brev til Børn og Familie i modtag.\n"), "{words}");
        assert!(words.contains("Se dem på https://post.sandby.example/mine\n"), "{words}");
        let said = String::from_utf8_lossy(&mail.bytes);
        for secret in ["Viggo", "Mette", CPR, "27.18", "Underretning"] {
            assert!(!said.contains(secret) && !words.contains(secret), "{secret}: {said}");
        }
        assert!(house.mails().await.is_empty(), "told once");

        // Not more often than every five minutes, and then together.
        house.letters(3..5).await;
        assert!(house.mails().await.is_empty());
        house.wait_minutes(5);
        let mails = house.mails().await;
        assert!(mails.len() == 1 && mails[0].words().starts_with("Der er 2 nye breve"), "{mails:?}");
        let log = house.world.room().store.audit_sizes().await.expect("the log").0;
        house.tell().await;
        assert_eq!(
            house.world.room().store.audit_sizes().await.expect("the log").0,
            log,
            "the log tells of choices alone"
        );
        house.world.everything_is_settled().await;
    }
);

on_both_databases!(a_bad_day_of_the_mail_server_costs_time_and_no_notice, |engine: Engine| async move {
    let house = House::open(engine).await;
    choose(&house.handler("anle").await, "at-once", "0").await;
    house.letters(1..2).await;
    house.smtp.misbehave([
        Misdeed::HangUp,
        Misdeed::Sender(451),
        Misdeed::Recipient(452),
        Misdeed::Mail(554),
        Misdeed::HangUpAfterMail,
        Misdeed::Silent,
    ]);
    for attempt in 1..=6 {
        house.tell().await;
        assert_eq!(house.smtp.connections(), attempt, "one attempt");
        house.tell().await;
        assert_eq!(house.smtp.connections(), attempt, "and a pause");
        house.wait_minutes(61);
    }
    // What comes meanwhile goes with it.
    house.letters(2..3).await;
    house.tell().await;
    let mails = house.smtp.take();
    let ids: std::collections::BTreeSet<&str> = mails.iter().map(|mail| mail.header("message-id")).collect();
    assert_eq!((mails.len(), ids.len()), (4, 1), "refused, unheard twice, and heard: under one id");
    assert!(mails[3].words().starts_with("Der er 2 nye breve"), "{}", mails[3].words());
    assert_eq!(house.counts().await, (0, 0));
    house.wait_minutes(61);
    assert!(house.mails().await.is_empty());
});

on_both_databases!(a_notice_that_cannot_be_told_is_given_up_and_shown, |engine: Engine| async move {
    let house = House::open(engine).await;
    choose(&house.handler("anle").await, "at-once", "0").await;
    house.letters(1..2).await;
    house.smtp.misbehave([Misdeed::Recipient(550)]);
    house.tell().await;
    assert_eq!(house.counts().await, (0, 1), "nobody of that name: given up");
    house.wait_minutes(6);
    house.letters(2..3).await;
    house.smtp.misbehave(std::iter::repeat_n(Misdeed::Sender(451), 100));
    for _ in 0..26 {
        house.tell().await;
        house.wait_minutes(61);
    }
    assert_eq!(house.counts().await, (0, 2), "silent for a day: given up");
    let operator = house.desks.sign_in(&house.world, "drift", &[Role::Operator], &[]).await;
    let status = operator.get("/status").await.ok();
    assert!(status.contains("2 beskeder om ny post") && !status.contains("anle"), "{status}");
    let metrics = operator.get("/metrics").await.ok();
    assert!(metrics.contains("modtag_open_notices{state=\"failed\"}"), "{metrics}");
    // No letter waited for it.
    house.world.everything_is_settled().await;
    house.wait_minutes(8 * 24 * 60);
    house.tell().await;
    assert_eq!(house.counts().await, (0, 0), "and swept out in time");
});

on_both_databases!(a_claim_that_its_process_died_with_runs_out, |engine: Engine| async move {
    let house = House::open(engine).await;
    choose(&house.handler("anle").await, "at-once", "0").await;
    house.letters(1..2).await;
    // Makes the notice, and fails to tell it.
    house.smtp.misbehave([Misdeed::HangUp]);
    house.tell().await;
    house.wait_minutes(2);
    let (room, now) = (house.world.room(), morning() + SignedDuration::from_mins(2));
    let claimed = room.store.claim_notices("mail", &room.lease(), now, 4).await.expect("the store answers");
    assert_eq!(claimed.len(), 1);
    assert!(house.mails().await.is_empty(), "another process has it");
    house.wait_minutes(60);
    assert_eq!(house.mails().await.len(), 1);
});

on_both_databases!(what_is_opened_or_somewhere_else_is_not_told_of, |engine: Engine| async move {
    let house = House::open(engine).await;
    let anle = house.handler("anle").await;
    choose(&anle, "hourly", "0").await;
    let taken = house.letters(1..5).await;
    assert!(house.mails().await.is_empty(), "the hour is not over");
    let path = |at: usize| format!("/mine/{}", taken[at].id);
    assert_eq!(anle.post(&format!("{}/aaben", path(0)), &[]).await.status, StatusCode::SEE_OTHER);
    let fields = [("reason", "not-ours")];
    let back = anle.post(&format!("{}/retur", path(1)), &fields).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    let forwarded =
        anle.post(&format!("{}/videre", path(2)), &[("unit", "ydelse"), ("person", "mipe")]).await;
    assert_eq!(forwarded.status, StatusCode::SEE_OTHER, "{}", forwarded.text);
    house.wait_minutes(60);
    let mails = house.mails().await;
    assert!(mails.len() == 1 && mails[0].words().starts_with("Der er 1 nyt brev"), "{mails:?}");
    // Opened between a failed attempt and the next: nothing is told.
    house.letters(5..6).await;
    house.smtp.misbehave([Misdeed::HangUp]);
    house.wait_minutes(60);
    assert!(house.mails().await.is_empty());
    // Her session has ended with the hours.
    let anle = house.handler("anle").await;
    for letter in house.world.room().store.lately_handed(10).await.expect("the store answers") {
        anle.post(&format!("/mine/{}/aaben", letter.message), &[]).await;
    }
    house.wait_minutes(30);
    assert!(house.mails().await.is_empty());
    assert_eq!(house.counts().await, (0, 0), "and nothing is left");
});

/// The organisation with one person as they are now.
fn know(house: &House, change: impl FnOnce(&mut Person)) {
    let mut person = Person {
        name: "Anne Lerche".into(),
        email: Some("anne.lerche@sandby.example".into()),
        memberships: vec![Membership { unit: "boern".into(), ..Membership::default() }],
        ..Person::default()
    };
    change(&mut person);
    let mut snapshot = Snapshot { source: "test".into(), ..Snapshot::default() };
    snapshot.people.insert("anle".into(), person);
    house.world.room().know_organisation(Arc::new(snapshot));
}

on_both_databases!(whoever_is_away_has_left_or_moved_is_not_told, |engine: Engine| async move {
    let house = House::open(engine).await;
    know(&house, |_| ());
    let anle = house.handler("anle").await;
    choose(&anle, "at-once", "0").await;
    let day = |text: &str| text.parse().expect("a day");
    know(&house, |person| {
        person.absences.push(Absence { from: day("2026-11-20"), to: Some(day("2026-11-22")) })
    });
    house.letters(1..2).await;
    assert!(house.mails().await.is_empty(), "away");
    know(&house, |person| person.left = Some(day("2026-11-19")));
    assert!(house.mails().await.is_empty(), "has left");
    know(&house, |person| person.memberships[0].unit = "plads".into());
    assert!(house.mails().await.is_empty(), "works elsewhere");
    know(&house, |_| ());
    let mails = house.mails().await;
    assert!(mails.len() == 1 && mails[0].to == ["anne.lerche@sandby.example"], "is back: {mails:?}");
    // Whoever has not signed in for a month is not told, until they do.
    house.letters(2..3).await;
    house.wait_minutes(31 * 24 * 60);
    assert!(house.mails().await.is_empty());
    notices::seen_again(house.world.room(), "anle", &["boern".to_owned()].into(), None)
        .await
        .expect("the store answers");
    assert_eq!(house.mails().await.len(), 1);
});

on_both_databases!(an_address_of_ones_own_must_be_in_an_allowed_domain, |engine: Engine| async move {
    let house = House::open(engine).await;
    let kim = house.handler("kim").await;
    let with = async |address: &str| {
        let fields = [("channel", "mail"), ("pace", "at-once"), ("version", "0"), ("address", address)];
        kim.post("/mine/besked", &fields).await
    };
    let none = with("").await;
    assert!(
        none.status == StatusCode::CONFLICT && none.text.contains("Vi kender ikke din e-mailadresse"),
        "{}",
        none.text
    );
    for bad in [
        "kim@gmail.example",
        "kim",
        "kim@sandby.example\r\nBcc: x@y.example",
        "@sandby.example",
        "kim@sandby.example.evil.example",
    ] {
        let refused = with(bad).await;
        assert!(
            refused.status == StatusCode::CONFLICT && refused.text.contains("@sandby.example"),
            "{bad}: {}",
            refused.text
        );
    }
    assert_eq!(with("Kim.Holm@sandby.example").await.status, StatusCode::SEE_OTHER);
    let again = with("kim@sandby.example").await;
    assert!(again.text.contains("ændret et andet sted"), "an old page changes nothing: {}", again.text);
    house.letters(1..2).await;
    let mails = house.mails().await;
    assert!(mails.len() == 1 && mails[0].to == ["Kim.Holm@sandby.example"], "{mails:?}");
    // Taken back: nothing more.
    choose(&kim, "never", "1").await;
    house.letters(2..3).await;
    house.wait_minutes(60);
    assert!(house.mails().await.is_empty());
});

on_both_databases!(a_units_channel_is_told_as_its_people_choose, |engine: Engine| async move {
    let house = House::open(engine).await;
    let (anle, ida) = (house.handler("anle").await, house.handler("ida").await);
    let other = house.desks.sign_in(&house.world, "per", &[Role::CaseHandler], &["plads"]).await;
    let fields = [("channel", "teams"), ("unit", "boern"), ("pace", "at-once"), ("version", "0")];
    assert!(anle.get("/mine/besked").await.ok().contains("Børn og Familie: hvor ofte"));
    assert!(other.get("/mine/besked").await.ok().contains("Ingen af dine enheder har en kanal"));
    assert_eq!(other.post("/mine/besked", &fields).await.status, StatusCode::CONFLICT, "not their unit");
    assert_eq!(anle.post("/mine/besked", &fields).await.status, StatusCode::SEE_OTHER);
    let late = ida.post("/mine/besked", &fields).await;
    assert!(late.text.contains("ændret et andet sted"), "{}", late.text);
    let page = ida.get("/mine/besked").await.ok();
    assert!(page.contains("Senest valgt af Anne Lerche"), "{page}");

    house.letters(1..3).await;
    house.sink.misbehave([TeamsMisdeed::Status(500), TeamsMisdeed::Status(401), TeamsMisdeed::HangUp]);
    for _ in 0..5 {
        house.tell().await;
        house.wait_minutes(10);
    }
    let seen = house.sink.seen();
    assert_eq!(seen.len(), 4, "three bad answers and a good one");
    let told = seen[3].json();
    let card = &told["attachments"][0];
    assert_eq!(told["type"], "message");
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(card["content"]["type"], "AdaptiveCard");
    assert_eq!(card["content"]["body"][0]["text"], "Der er 2 nye breve til Børn og Familie i modtag.");
    assert_eq!(card["content"]["actions"][0]["url"], "https://post.sandby.example/mine");
    assert_eq!(seen[0].header("webhook-id"), seen[3].header("webhook-id"), "told under one id");
    let said = String::from_utf8_lossy(&seen[3].bytes).into_owned();
    for secret in ["Viggo", "Mette", CPR, "27.18", "Underretning"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    house.sink.misbehave([TeamsMisdeed::Status(404)]);
    house.letters(3..4).await;
    house.tell().await;
    assert_eq!(house.counts().await, (0, 1), "the channel is gone: given up");
});

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_the_page_with_all_its_choices() {
    let axe = looks::axe();
    let (smtp, sink) = (Smtp::start().await, Sink::start().await);
    let policy = router::cli::demo_policy_files();
    let world = world_with_notices(Engine::Sqlite, policy, &smtp, &sink, "pladsanvisning").await;
    let desks = desks_of(&world).await;
    for (width, dark) in [(1280, false), (400, true)] {
        let window = Window::open(width, 900, dark).await;
        looks::sign_in(&window, &desks, "mkje").await;
        window.go(&format!("{}/mine/besked", desks.base)).await;
        assert!(window.ask("return document.querySelectorAll('main fieldset').length").await == 2);
        assert_eq!(looks::findings(&window, &axe).await, Vec::<String>::new(), "at {width}, dark {dark}");
        let wide = window.ask("return document.documentElement.scrollWidth <= window.innerWidth").await;
        assert_eq!(wide, true, "nothing hangs over the edge at {width}");
        assert_eq!(window.complaints().await, Vec::<String>::new());
        window.close().await;
    }
}
