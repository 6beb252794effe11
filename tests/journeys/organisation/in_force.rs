//! A sync from the outside: audited, in force at once where nobody else must say so, and followed by what runs.

use std::time::Duration;

use journeys::Engine;
use journeys::letters::{Letter, uuid};
use serde_json::Value;

use crate::on_its_way::PARTY;
use crate::program::Installation;

const UNITS: &str = "Id;Navn\nboern;Børn\nvej;Veje\n";
const PEOPLE: &str =
    "Id;Navn;Enhed;Fravær fra;Stedfortræder\nanne;Anne Prøve;boern;;bo\nbo;Bo Prøve;boern;;\n";
const DUTIES: &str = "KLE;Enhed\n27;boern\n05;vej\n";
const RULE: &str = "[[rule]]\nid = \"anne\"\ntitle = \"Til Anne\"\nwhen = { label_words = \"anne\" }\n\
                    then = { person = \"anne\", journal = \"never\", reason = \"prøve\" }\n";

const CONFIG: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n\n[policy]\n\
    files = [\"egne.toml\", \"politik/organisation.toml\", \"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"]\n\n\
    [organisation]\nsource = \"files\"\nfolder = \"politik\"\n\n[organisation.files]\nunits_file = \"enheder.csv\"\n\
    people_file = \"folk.csv\"\nduties_file = \"ansvar.csv\"\n\n[intake.folder]\npath = \"indbakke\"\nsettle_ms = 0\npoll_seconds = 1\n";

/// An authority with its organisation in tables, not synced yet.
async fn authority(engine: Engine, more: &str) -> Installation {
    let mut house = Installation::new(Some(&format!("{CONFIG}{more}")));
    if engine == Engine::Postgres {
        house.set("MODTAG_DATABASE__URL", &journeys::databases::fresh_postgres().await);
    }
    house.write("egne.toml", RULE);
    house.write("enheder.csv", UNITS);
    house.write("folk.csv", PEOPLE);
    house.write("ansvar.csv", DUTIES);
    std::fs::create_dir(house.path("indbakke")).expect("the folder is made");
    house
}

fn letter(number: u64, label: &str, kle: Option<&str>) -> Vec<u8> {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").label(label);
    kle.map_or_else(|| letter.clone(), |kle| letter.clone().kle(kle, None)).bytes()
}

/// The syncs that the audit log tells of: outcome, doubts, and whether it was forced.
fn syncs(house: &Installation, copy: &str) -> Vec<[String; 3]> {
    house.run(&["audit", "export", copy]).ok();
    let export = std::fs::read_to_string(house.path(copy)).expect("the export");
    let told = export.lines().filter(|line| line.contains("organisation_synced"));
    told.map(|line| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let text = event.to_string().replace('\\', "");
        ["outcome", "doubts", "forced"].map(|key| {
            let (_, rest) = text.split_once(&format!("\"{key}\":\"")).expect("the detail");
            rest.split('"').next().unwrap_or_default().to_owned()
        })
    })
    .collect()
}

async fn synced(engine: Engine) {
    let mut house = authority(engine, "").await;
    house.set("MODTAG_ORGANISATION__LIMITS__ALWAYS_ALLOWED", "0");
    let said = house.run(&["org", "sync"]).ok();
    assert!(said.contains("De gælder fra første start af modtag serve."), "{said}");
    assert!(!house.path("modtag-data").exists(), "a sync makes no installation");
    house.write("post/1.xml", letter(1, "Til boern", Some("27.18.04")));
    house.run(&["ingest", "post"]).ok();

    // Somebody is half-way through a change of the rules, and it is not theirs to take effect at night.
    house.write("egne.toml", format!("{RULE}[[rule]]\nid = \"halv\"\n"));
    house.write("ansvar.csv", DUTIES.replace("27;boern", "27;vej"));
    let said = house.run(&["org", "sync"]).fails(1);
    assert!(said.contains("egne.toml"), "files with a fault are refused: {said}");
    house.write("egne.toml", RULE.replace("\"anne\" }", "\"anders\" }"));
    let said = house.run(&["org", "sync"]).fails(1);
    assert!(said.contains("modtag org sync --force"), "{said}");
    let said = house.run(&["org", "sync", "--force", "--json"]).json();
    assert_eq!((&said["outcome"], &said["edition"]["in_force"]), (&"written".into(), &true.into()), "{said}");
    let editions = house.run(&["rules", "list", "--json"]).json();
    let in_force: Vec<&Value> =
        editions.as_array().expect("a list").iter().filter(|one| one["in_force"] == true).collect();
    assert_eq!((in_force.len(), &in_force[0]["number"]), (1, &said["edition"]["number"]), "{editions}");
    assert_eq!(in_force[0]["author"], crate::program::USER);
    house.run(&["org", "sync"]).ok();
    assert_eq!(
        syncs(&house, "log.jsonl"),
        [
            ["faulty", "1", "false"],
            ["doubted", "1", "false"],
            ["written", "1", "true"],
            ["unchanged", "0", "false"]
        ]
        .map(|told| told.map(str::to_owned))
    );
    // The duty has moved; the rule that somebody is writing has not taken effect.
    house.run(&["rules", "export", "udgave"]).ok();
    let texts: String = ["01-konfigurationen", "02-egne.toml", "05-ansvar.toml"]
        .iter()
        .filter_map(|name| std::fs::read_to_string(house.path(&format!("udgave/{name}"))).ok())
        .collect();
    assert!(texts.contains("label_words = \"anne\"") && !texts.contains("anders"), "{texts}");
    assert!(texts.contains("unit = \"vej\"") && !texts.contains("unit = \"boern\""), "{texts}");
    house.run(&["audit", "verify"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_is_told_in_the_log_and_takes_effect_alone_on_sqlite() {
    synced(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_is_told_in_the_log_and_takes_effect_alone_on_postgres() {
    synced(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_four_eyes_a_sync_waits_for_a_second_person() {
    let mut house = authority(Engine::Sqlite, "").await;
    house.set("MODTAG_POLICY__FOUR_EYES", "true");
    house.run(&["org", "sync"]).ok();
    house.write("post/1.xml", letter(1, "Til boern", Some("27.18.04")));
    house.run(&["ingest", "post"]).ok();
    house.write("enheder.csv", UNITS.replace("Børn", "Børn og Unge"));
    let said = house.run(&["org", "sync"]).ok();
    assert!(said.contains("når en anden sætter dem i kraft: modtag rules activate 2"), "{said}");
    house.run(&["rules", "activate", "2", "--reason", "set"]).fails(1);
    house.set("USER", "otto");
    house.run(&["rules", "activate", "2", "--reason", "set"]).ok();
}

/// Puts a letter to Anne in the watched folder: whole, or not there.
fn put(house: &Installation, number: u64) {
    let file = house.write(&format!("{number}.ny"), letter(number, "Til anne", None));
    std::fs::rename(file, house.path(&format!("indbakke/{number}.xml"))).expect("in place");
}

/// Waits for something that a running program does within seconds.
async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..600 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came about");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_follows_a_sync_without_being_started_anew() {
    let house = authority(Engine::Sqlite, "\n[server]\nlisten = \"127.0.0.1:0\"\n").await;
    house.run(&["org", "sync"]).ok();
    let running = house.start(&["serve"], "serve.log");
    let story = |number: u64| {
        let said = house.run(&["explain", &uuid(number).to_string(), "--json"]);
        serde_json::from_str::<Value>(&said.out).ok().filter(|story| story["stage"] == "settled")
    };
    put(&house, 1);
    until(|| story(1).is_some()).await;
    assert_eq!(story(1).expect("settled")["hand_overs"][0]["person"], "anne");

    // Anne goes on leave; the next letters go to Bo within seconds.
    house.write("folk.csv", PEOPLE.replace("boern;;bo", "boern;01-01-2020;bo"));
    house.run(&["org", "sync"]).ok();
    let mut number = 1;
    until(|| {
        number += 1;
        put(&house, number);
        std::thread::sleep(Duration::from_secs(2));
        story(number).is_some_and(|story| story["hand_overs"][0]["person"] == "bo")
    })
    .await;
    assert_eq!(running.stop(), Some(0));
    house.run(&["audit", "verify"]).ok();
}
