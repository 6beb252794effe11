//! What the command line tells of absence, opening and deadlines.

use journeys::Engine;
use journeys::databases::fresh_postgres;
use journeys::letters::{Letter, uuid};
use router::organisation::Absence;
use serde_json::Value;

use super::{POLICY, organisation};
use crate::on_its_way::PARTY;
use crate::program::Installation;

const SNAPSHOT: &str = "politik/organisation.snapshot.json";

const CONFIG: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n\n[policy]\n\
    files = [\"policy.toml\", \"politik/organisation.toml\", \"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"]\n\n\
    [organisation]\nsource = \"files\"\nfolder = \"politik\"\n\n[organisation.files]\nunits_file = \"enheder.csv\"\n";

/// The town as an installation, with Anne away for good.
async fn town(engine: Engine) -> Installation {
    let mut house = Installation::new(Some(CONFIG));
    if engine == Engine::Postgres {
        house.set("MODTAG_DATABASE__URL", &fresh_postgres().await);
    }
    house.write("policy.toml", POLICY);
    house.write("enheder.csv", "Id;Navn\nboern;Børn\n");
    for name in router::organisation::OUR_FILES {
        house.write(&format!("politik/{name}"), "");
    }
    let mut snapshot = organisation();
    let away = Absence { from: "2020-01-01".parse().expect("a day"), to: None };
    snapshot.people.get_mut("anne").expect("a person").absences = vec![away];
    house.write(SNAPSHOT, serde_json::to_vec(&snapshot).expect("JSON"));
    house
}

fn letter(number: u64, about: &str, reply_by: Option<&str>) -> Vec<u8> {
    let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").label(about);
    letter.with(|message| message.header.reply_by = reply_by.and_then(|at| at.parse().ok())).bytes()
}

async fn explained(engine: Engine) {
    let house = town(engine).await;
    house.write("post/1.xml", letter(1, "Om anne", None));
    house.run(&["ingest", "post"]).ok();
    let id = uuid(1).to_string();
    let said = house.run(&["explain", &id]).ok();
    for told in
        ["anne er fraværende; stedfortræderen har fået den", "ikke åbnet; går videre efter", "boern, bo"]
    {
        assert!(said.contains(told), "\"{told}\" is not told:\n{said}");
    }
    let story = house.run(&["explain", &id, "--json"]).json();
    let hand_over = &story["hand_overs"][0];
    assert_eq!(hand_over["redirect"], "absent-deputy", "{story}");
    assert_eq!((&hand_over["meant_for"], &hand_over["person"]), (&Value::from("anne"), &Value::from("bo")));
    assert_eq!((&story["decision"]["person"], &hand_over["opened_at"]), (&Value::from("anne"), &Value::Null));

    house.run(&["explain", &id, "--reveal", "--reason", "bo bad om hjælp"]).ok();
    let opened = house.run(&["explain", &id, "--json"]).json()["hand_overs"][0]["opened_at"].clone();
    assert!(opened.is_string());
    house.run(&["explain", &id, "--reveal", "--reason", "igen"]).ok();
    let again = house.run(&["explain", &id, "--json"]).json();
    assert_eq!(again["hand_overs"][0]["opened_at"], opened, "the first time counts");
    assert!(house.run(&["explain", &id]).ok().contains("åbnet 2"));
    assert_eq!(house.run(&["list", "--escalated", "--json"]).json(), Value::from(Vec::<Value>::new()));
    house.run(&["audit", "verify"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_tells_in_whose_place_and_who_opened_it_on_sqlite() {
    explained(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_tells_in_whose_place_and_who_opened_it_on_postgres() {
    explained(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_that_nobodys_whereabouts_can_be_read() {
    let house = town(Engine::Sqlite).await;
    assert!(house.run(&["check"]).ok().contains("8 medarbejdere, 1 af dem fraværende eller fratrådt"));
    house.write(SNAPSHOT, "{\"source\": \"files\", \"un");
    let said = house.run(&["check"]).fails(1);
    assert!(said.contains("er beskadiget") && said.contains("stedfortrædere"), "{said}");
    // It is taken in all the same.
    house.write("post/1.xml", letter(1, "Om anne", None));
    house.run(&["ingest", "post"]).ok();
    let story = house.run(&["explain", &uuid(1).to_string(), "--json"]).json();
    assert_eq!(story["hand_overs"][0]["person"], "anne");
}

#[tokio::test(flavor = "multi_thread")]
async fn list_puts_what_hurries_first_and_tells_the_deadline_in_working_days() {
    let house = town(Engine::Sqlite).await;
    for (number, about, reply_by) in [
        (1, "Uden dato", None),
        (2, "Fjern dato", Some("2039-12-05T22:59:00Z")),
        (3, "Overskredet", Some("2020-01-07T22:59:00Z")),
        (4, "Noget med frist", None),
    ] {
        house.write(&format!("post/{number}.xml"), letter(number, about, reply_by));
    }
    house.run(&["ingest", "post"]).ok();
    let stories = house.run(&["list", "--sort", "deadline", "--stage", "waiting", "--json"]).json();
    let order: Vec<&str> =
        stories.as_array().expect("a list").iter().filter_map(|s| s["uuid"].as_str()).collect();
    let expected = [3, 4, 2, 1].map(|number| uuid(number).to_string());
    assert_eq!(order, expected.each_ref().map(String::as_str));
    let deadlines: Vec<&Value> = stories.as_array().expect("a list").iter().map(|s| &s["deadline"]).collect();
    assert_eq!((&deadlines[0]["overdue"], &deadlines[3]), (&Value::from(true), &&Value::Null));
    assert_eq!(deadlines[2]["local"], "2039-12-05T23:59:00");
    assert_eq!(deadlines[1]["working_days_left"], 1);

    let said = house.run(&["list", "--sort", "deadline"]).ok();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("frist 7. januar 2020 kl. 23.59, overskredet med "), "{said}");
    assert!(lines[1].ends_with("kl. 23.59, om 1 arbejdsdag") && !lines[3].contains("frist"), "{said}");
    let said = house.run(&["explain", &uuid(4).to_string()]).ok();
    assert!(said.contains("Frist ") && said.contains("om 1 arbejdsdag"), "{said}");
    assert!(house.run(&["list", "--sort", "alder"]).fails(2).contains("kan ikke bruges som --sort"));
}
