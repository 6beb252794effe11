//! The command line from the outside: the real program, its words, its exit codes and its JSON.

use std::os::unix::fs::PermissionsExt;

use journeys::Engine;
use journeys::letters::{Letter, uuid};
use serde_json::Value;
use sqlx::Connection;

use crate::program::{Installation, USER};

const PARTY: &str = "6202801212";

const CASES: &str = r#"
[[case]]
number = "28.03.00-G01-7-26"
title = "Optagelse i dagtilbud"
kle = "28.03.00"
facet = "G01"
unit = "plads"
party = [{ cpr = "6202801212", name = "Mette Prøve", primary = true }]
"#;

/// A house on SQLite with two letters: one from a citizen whom nobody expects, one that is no MeMo.
async fn with_mail() -> Installation {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    house.write("post/1.xml", Letter::from_citizen(1, PARTY, "Mette Prøve").bytes());
    house.write("post/2.xml", "<html>nede</html>");
    house.run(&["ingest", "post"]).ok();
    house
}

#[test]
fn the_demo_runs_to_its_end_and_says_that_the_log_is_intact() {
    let nowhere = Installation::new(None);
    let said = nowhere.run(&["demo", "--once"]).ok();
    let entries =
        said.lines().find(|line| line.contains("journalposter i den indbyggede journal")).expect("the count");
    let entries: u32 =
        entries.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number");
    assert!(entries >= 10, "{said}");
    assert!(said.contains("Resultat: i orden"), "{said}");
    assert!(said.contains("76-sfo-opsigelse-igen.xml") && said.contains("kendt i forvejen"), "{said}");
    let duplicates: Vec<&str> = said.lines().filter(|line| line.contains("kendt i forvejen")).collect();
    assert!(duplicates.len() == 1 && duplicates[0].starts_with("76-"), "{duplicates:?}");
    let left: Vec<_> = std::fs::read_dir(nowhere.folder.path()).expect("the folder").collect();
    assert!(left.is_empty(), "the demo leaves nothing behind: {left:?}");
}

/// Every command, with those below it.
const COMMANDS: [&[&str]; 56] = [
    &[],
    &["demo"],
    &["serve"],
    &["ingest"],
    &["explain"],
    &["list"],
    &["answer"],
    &["retry"],
    &["check"],
    &["audit"],
    &["audit", "verify"],
    &["audit", "export"],
    &["audit", "key"],
    &["journal"],
    &["journal", "import"],
    &["tokens"],
    &["tokens", "make"],
    &["tokens", "list"],
    &["tokens", "revoke"],
    &["api"],
    &["api", "describe"],
    &["break-glass"],
    &["break-glass", "hash"],
    &["rules"],
    &["rules", "list"],
    &["rules", "check"],
    &["rules", "propose"],
    &["rules", "activate"],
    &["rules", "replay"],
    &["rules", "export"],
    &["org"],
    &["org", "show"],
    &["org", "diff"],
    &["org", "report"],
    &["org", "sync"],
    &["kle"],
    &["kle", "import"],
    &["kle", "show"],
    &["kle", "list"],
    &["kle", "diff"],
    &["kle", "crosswalk"],
    &["text"],
    &["classifier"],
    &["classifier", "train"],
    &["classifier", "evaluate"],
    &["classifier", "units"],
    &["classifier", "lessons"],
    &["classifier", "resume"],
    &["keys"],
    &["keys", "show"],
    &["keys", "rotate"],
    &["migrate"],
    &["backup"],
    &["restore"],
    &["config"],
    &["--config", "x", "list"],
];

#[test]
fn the_help_of_every_command_is_danish_and_whole() {
    let house = Installation::new(None);
    for command in COMMANDS {
        let help = house.run(&[command, &["--help"]].concat()).ok();
        for english in
            ["Usage", "Options", "Arguments:", "Commands", "Print ", "default:", "[env", "possible values"]
        {
            assert!(!help.contains(english), "{command:?} says \"{english}\":\n{help}");
        }
        assert!(help.contains("Brug: modtag") && help.contains("Vis denne hjælp"), "{command:?}:\n{help}");
        // Whatever can be given is explained: no line of an option, argument or command stands alone.
        let lines: Vec<&str> = help.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("  ")) {
            let term = line.trim_start();
            let explained =
                term.contains("  ") || lines.get(at + 1).is_some_and(|next| next.starts_with("          "));
            assert!(
                explained || line.starts_with("          "),
                "{command:?} does not explain {term}:\n{help}"
            );
        }
        for below in
            COMMANDS.iter().filter(|below| below.len() == command.len() + 1 && below.starts_with(command))
        {
            let name = below.last().expect("a name");
            assert!(
                name.starts_with("--") || lines.iter().any(|line| line.trim_start().starts_with(name)),
                "{command:?} leaves out {name}"
            );
        }
    }
}

#[test]
fn arguments_that_cannot_be_used_are_refused_in_danish() {
    let house = Installation::new(None);
    assert!(house.run(&["explian"]).fails(2).contains("Mente du explain?"));
    assert!(house.run(&["explain", "x", "--reveal"]).fails(2).contains("Der mangler --reason"));
    assert!(house.run(&[]).fails(2).contains("Kommandoer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_answers_with_the_documented_keys() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    house.write("post/1.xml", Letter::from_citizen(1, PARTY, "Mette Prøve").kle("05.01.00", None).bytes());
    house.write("post/2.xml", "<html>nede</html>");
    let said = house.run(&["ingest", "--json", "post"]).json();
    let lines = said.as_array().expect("a list");
    assert_eq!(lines.len(), 2);
    for line in lines {
        for key in ["file", "uuid", "outcome", "stage", "remarks", "facts", "decision", "trace", "effects"] {
            assert!(line.get(key).is_some(), "{key} is missing: {line}");
        }
    }
    assert_eq!(lines[0]["uuid"], uuid(1).to_string());
    assert_eq!(lines[0]["facts"]["subject"], "05.01.00");
    assert_eq!(lines[0]["decision"]["unit"], "park");
    assert!(lines[0]["trace"].as_array().is_some_and(|trace| !trace.is_empty()));
    assert!(lines[0]["effects"].as_array().is_some_and(|effects| !effects.is_empty()));
    assert_eq!((&lines[1]["stage"], &lines[1]["uuid"]), (&Value::from("quarantined"), &Value::Null));
    let again = house.run(&["ingest", "--json", "post/1.xml"]).json();
    assert_eq!(again[0]["duplicate"], true);
    let missing = house.run(&["ingest", "findes-ikke.xml"]).fails(1);
    assert!(missing.contains("IKKE TAGET IND"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_can_be_listed_explained_and_opened_with_a_reason() {
    let house = with_mail().await;
    let id = uuid(1).to_string();
    let listed = house.run(&["list", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(house.run(&["list", "--json", "--stage", "waiting"]).json()[0]["uuid"], id.as_str());
    assert!(house.run(&["list", "--stage", "borte"]).fails(1).contains("Status \"borte\" kendes ikke"));
    assert!(house.run(&["list"]).ok().contains(&id));

    let told = house.run(&["explain", &id]).ok();
    for part in ["Kendsgerninger", "Begrundelse", "Hændelser", "Til rådighed"] {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
    assert!(!told.contains("Mette") && !told.contains(PARTY), "{told}");
    let story = house.run(&["explain", &id, "--json"]).json();
    for key in ["uuid", "outcome", "stage", "remarks", "facts", "decision", "trace", "effects", "events"] {
        assert!(story.get(key).is_some(), "{key}");
    }
    assert!(story.get("message").is_none());
    for unknown in ["aa000000-0000-4000-8000-0000000000ff", "ikke-et-id"] {
        assert!(house.run(&["explain", unknown]).fails(1).contains("Der er ingen meddelelse med id"));
    }
    assert!(!kinds(&story).contains(&"viewed".to_owned()));
    house.run(&["explain", &id, "--reveal"]).fails(2);
    let opened = house.run(&["explain", &id, "--reveal", "--reason", "skal fordeles"]).ok();
    assert!(opened.contains("Mette Prøve"), "{opened}");
    let story = house.run(&["explain", &id, "--json"]).json();
    let viewed = story["events"]
        .as_array()
        .expect("events")
        .iter()
        .find(|event| event["kind"] == "viewed")
        .expect("who looked");
    assert_eq!(
        (&viewed["actor"], &viewed["reason"]),
        (&Value::from(format!("person:{USER}")), &Value::from("skal fordeles"))
    );
}

fn kinds(story: &Value) -> Vec<String> {
    let events = story["events"].as_array().expect("events");
    events.iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_answers_and_what_was_given_up_is_tried_again() {
    let house = with_mail().await;
    let id = uuid(1).to_string();
    assert!(house.run(&["answer", &id, "--unit", "findes-ikke"]).fails(1).contains("ingen enhed"));
    assert!(house.run(&["retry", &id]).fails(1).contains("intet opgivet"));
    // The case is not known yet: the journal refuses, and a person gets the message back together with the reason.
    let answered =
        house.run(&["answer", &id, "--unit", "plads", "--case", "28.03.00-G01-7-26", "--reason", "set"]).ok();
    assert!(answered.contains("udførelsen lykkedes ikke"), "{answered}");
    let story = house.run(&["explain", &id, "--json"]).json();
    assert_eq!(
        (&story["outcome"], &story["decision"]["decider"]),
        (&Value::from("effect-failed"), &Value::from(format!("person:{USER}")))
    );
    let cases = house.write("sager.toml", CASES);
    assert!(house.run(&["journal", "import", cases.to_str().expect("UTF-8")]).ok().contains("1 nye sager"));
    let retried = house.run(&["retry", &id]).ok();
    assert!(retried.contains("overdraget og journaliseret"), "{retried}");
    let story = house.run(&["explain", &id, "--json"]).json();
    assert_eq!(
        (&story["stage"], &story["entry"]["case"]),
        (&Value::from("settled"), &Value::from("28.03.00-G01-7-26"))
    );
    assert!(house.run(&["answer", &id, "--unit", "plads"]).fails(1).contains("venter ikke"));
    house.run(&["audit", "verify"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn check_is_content_with_a_healthy_house() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let said = house.run(&["check"]).ok();
    assert!(said.contains("modtag er parat."), "{said}");
    for what in [
        "konfiguration",
        "nøgler",
        "database",
        "indhold",
        "regler",
        "ESDH",
        "disk",
        "dokumenter",
        "billeder",
        "revisionslog",
    ] {
        assert!(said.contains(what), "{what} is not looked at:\n{said}");
    }
    let found = house.run(&["check", "--json"]).json();
    assert!(found.as_array().is_some_and(|found| found.iter().all(|one| one["state"] != "fejl")));
}

/// What `check` says of an installation that is not fit to run.
#[track_caller]
fn unfit(house: &Installation, code: i32, expected: &[&str]) {
    let said = house.run(&["check"]).fails(code);
    assert!(said.contains("modtag er IKKE parat"), "{said}");
    for expected in expected {
        let found = said.lines().any(|line| line.contains(expected));
        assert!(found, "\"{expected}\" is not said:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_what_is_not_fit() {
    unfit(&Installation::new(None), 1, &["authority.cvr"]);
    let unknown =
        Installation::new(Some("[authority]\ncvr = \"12345678\"\n\n[server]\nlitsen = \"127.0.0.1:1\"\n"));
    unfit(&unknown, 2, &["modtag.toml:5", "litsen", "listen"]);
    assert!(unknown.run(&["list"]).fails(2).contains("listen"));

    let house = with_mail().await;
    let keys = house.path("modtag-data/modtag.keys");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).expect("the mode is set");
    unfit(&house, 1, &["kan læses eller ændres af andre (rettigheder 644)"]);
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).expect("the mode is set");
    house.run(&["check"]).ok();
    let ours = std::fs::read(&keys).expect("the keys");
    let other = with_mail().await;
    std::fs::copy(other.path("modtag-data/modtag.keys"), &keys).expect("copied");
    unfit(&house, 1, &["Nøglefilen er ikke den, databasen er krypteret med"]);
    assert!(house.run(&["ingest", "post"]).fails(1).contains("Intet er ændret"));
    std::fs::remove_file(&keys).expect("removed");
    unfit(&house, 1, &["findes ikke"]);
    std::fs::write(&keys, ours).expect("written");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).expect("the mode is set");
    house.run(&["check"]).ok();

    let policy = std::fs::read_to_string(house.path("policy.toml")).expect("the policy");
    let line = policy.lines().count() + 4;
    house.write(
        "policy.toml",
        format!("{policy}\n[[responsibility]]\nkle = \"25\"\nunit = \"findes-ikke\"\n"),
    );
    let said = house.run(&["check"]).fails(1);
    let named = (line - 3..=line).any(|line| said.contains(&format!("policy.toml:{line}")));
    assert!(named && said.contains("findes-ikke"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_sees_that_content_cannot_be_written() {
    // A folder below a file can be made by nobody, not even by root.
    let house = Installation::sandby(Engine::Sqlite, "[content]\nfolder = \"fil/indhold\"\n").await;
    house.write("fil", "");
    unfit(&house, 1, &["indhold"]);
    house.write("post/1.xml", Letter::from_citizen(1, PARTY, "Mette Prøve").bytes());
    house.run(&["ingest", "post"]).fails(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_audit_log_is_found_out_in_the_database_and_in_an_export() {
    let house = with_mail().await;
    assert!(house.run(&["audit", "verify"]).ok().contains("Resultat: i orden"));
    let export = house.path("log.jsonl");
    house.run(&["audit", "export", export.to_str().expect("UTF-8")]).ok();
    let key = house.run(&["audit", "key"]).ok();

    // Offline: another machine with nothing but the program, the file and the public key.
    let elsewhere = Installation::new(None);
    let name = export.to_str().expect("UTF-8");
    elsewhere.run(&["audit", "verify", "--export", name]).ok();
    elsewhere.run(&["audit", "verify", "--export", name, "--key", key.trim()]).ok();
    let json = elsewhere.run(&["audit", "verify", "--export", name, "--json"]).json();
    assert!(json["proven"].as_u64().is_some_and(|proven| proven > 3), "{json}");
    let other = with_mail().await.run(&["audit", "key"]).ok();
    elsewhere.run(&["audit", "verify", "--export", name, "--key", other.trim()]).fails(1);
    let text = std::fs::read_to_string(&export).expect("the export");
    let edited = text.replacen("ingest", "intern", 1);
    assert_ne!(text, edited);
    let copy = elsewhere.write("rettet.jsonl", edited);
    let said = elsewhere.run(&["audit", "verify", "--export", copy.to_str().expect("UTF-8")]).fails(1);
    assert!(said.contains("IKKE I ORDEN") && said.contains("Første brudte hændelse"), "{said}");
    let left: Vec<_> = std::fs::read_dir(elsewhere.folder.path()).expect("the folder").collect();
    assert_eq!(left.len(), 1, "verifying leaves nothing behind: {left:?}");

    let database = format!("sqlite:{}", house.path("modtag-data/modtag.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&database).await.expect("the database opens");
    let (seq, body): (i64, Vec<u8>) =
        sqlx::query_as("select seq, body from audit_event where kind = 'received' order by seq limit 1")
            .fetch_one(&mut connection)
            .await
            .expect("an event");
    let body = String::from_utf8(body).expect("UTF-8").replace("ingest", "intern");
    sqlx::query("update audit_event set body = $1 where seq = $2")
        .bind(body.into_bytes())
        .bind(seq)
        .execute(&mut connection)
        .await
        .expect("the row is edited");
    connection.close().await.expect("closed");
    let said = house.run(&["audit", "verify"]).fails(1);
    assert!(said.contains(&format!("Første brudte hændelse: nr. {seq},")), "{said}");
    unfit(&house, 1, &["revisionslog"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_messages_are_explained_after_the_keys_were_changed() {
    let house = with_mail().await;
    let before = house.run(&["keys", "show"]).ok();
    let rotated = house.run(&["keys", "rotate"]).ok();
    assert!(rotated.contains("nøgler er pakket om"), "{rotated}");
    let after = house.run(&["keys", "show"]).ok();
    assert_eq!(
        (before.lines().count() + 1, after.lines().count(), after.matches("pakker nye").count()),
        (after.lines().count(), 3, 1)
    );
    let id = uuid(1).to_string();
    let opened = house.run(&["explain", &id, "--reveal", "--reason", "prøve"]).ok();
    assert!(opened.contains("Mette Prøve"));
    house.write("post/3.xml", Letter::from_citizen(3, PARTY, "Mette Prøve").bytes());
    house.run(&["ingest", "post/3.xml"]).ok();
    house.run(&["check"]).ok();
    assert!(house.run(&["audit", "verify"]).ok().contains("Resultat: i orden"));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_says_what_is_missing_before_it_does_it() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    assert!(house.run(&["migrate", "--dry-run"]).ok().contains("mangler"));
    assert!(house.run(&["migrate"]).ok().contains("er udført"));
    assert!(house.run(&["migrate", "--dry-run"]).ok().contains("ajour"));
    house.run(&["check"]).ok();
}

#[test]
fn config_prints_the_default_file_which_is_a_sound_configuration() {
    let house = Installation::new(None);
    let text = house.run(&["config"]).ok();
    assert_eq!(text, router::config::DEFAULT_FILE);
    house.write("modtag.toml", text.replace("cvr = \"\"", "cvr = \"12345678\""));
    house.run(&["check"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_tried_proposed_put_in_force_and_written_out() {
    let house = Installation::sandby(Engine::Sqlite, "").await;
    let base = std::fs::read_to_string(house.path("policy.toml")).expect("the policy");
    house.write("post/1.xml", Letter::from_citizen(1, PARTY, "Mette Prøve").label("Råger i parken").bytes());
    let rule = |unit: &str| {
        format!(
            "{base}\n[[rule]]\nid = \"rager\"\ntitle = \"Råger\"\nwhen = {{ label_words = \"råger\" }}\n\
             then = {{ unit = \"{unit}\", journal = \"handler\" }}\n\n[[rule.example]]\nmessage = \"post/1.xml\"\n\
             expect = {{ unit = \"plads\" }}\n"
        )
    };
    house.run(&["rules", "list"]).ok();

    // An example that comes out otherwise fails the check, with its place; the doubts are told beside it.
    house.write("policy.toml", rule("boern"));
    let said = house.run(&["rules", "check"]).fails(1);
    let line = rule("boern").lines().position(|line| line == "[[rule.example]]").expect("the example") + 1;
    assert!(said.contains(&format!("policy.toml:{line}")), "{said}");
    house.write("policy.toml", rule("plads"));
    let found = house.run(&["rules", "check", "--json"]).json();
    assert_eq!((found["failed"].as_array().map(Vec::len), found["examples"].as_u64()), (Some(0), Some(1)));
    let lints = found["lints"].as_array().expect("lints");
    assert!(lints.iter().any(|lint| lint["rules"][0] == "rager"), "no owner is a doubt: {lints:?}");

    let said = house.run(&["rules", "propose", "--reason", "råger for sig"]).ok();
    assert!(said.contains("Udgave 2"), "{said}");
    let list = house.run(&["rules", "list", "--json"]).json();
    assert_eq!((list[0]["in_force"].as_bool(), list[1]["in_force"].as_bool()), (Some(true), Some(false)));
    assert_eq!(list[1]["author"], USER);
    house.run(&["rules", "activate", "2", "--reason", "set igennem"]).ok();
    let list = house.run(&["rules", "list", "--json"]).json();
    assert_eq!(list[1]["in_force"].as_bool(), Some(true));
    assert!(house.run(&["rules", "activate", "9", "--reason", "x"]).fails(1).contains("ingen udgave 9"));
    let folder = house.path("dokumentation");
    house.run(&["rules", "export", folder.to_str().expect("UTF-8")]).ok();
    let files: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(files.iter().any(|file| file == "udgave.json") && files.len() >= 2, "{files:?}");
}
