//! The responsibility report and the rules that past mail, the plan and the organisation speak against.

use journeys::Engine;
use journeys::databases::fresh_postgres;
use journeys::letters::Letter;
use serde_json::Value;

use crate::on_its_way::PARTY;
use crate::program::Installation;

const CONFIG: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n\n[policy]\n\
    files = [\"egne.toml\", \"politik/organisation.toml\", \"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"]\n\n\
    [organisation]\nsource = \"files\"\nfolder = \"politik\"\n\n[organisation.files]\nunits_file = \"enheder.csv\"\n\
    people_file = \"folk.csv\"\nduties_file = \"ansvar.csv\"\n";

const RULES: &str = r#"
[[rule]]
id = "skyer"
title = "Breve om fjerskyer"
owner = "himmel"
reason = "prøve"
review = 2030-01-01
when = { kle = "17.01.04" }
then = { unit = "himmel", journal = "handler" }

[[rule]]
id = "stille"
title = "Breve om noget, ingen skriver om"
owner = "himmel"
reason = "prøve"
review = 2030-01-01
when = { kle = "17.01.44" }
then = { unit = "himmel", journal = "handler" }

[[rule]]
id = "kun-maerke"
title = "Mærk breve om tang"
owner = "himmel"
reason = "prøve"
review = 2030-01-01
when = { kle = "09" }
annotate = { tags = ["tang"] }

[[rule]]
id = "til-rejst"
title = "Til en, der er rejst"
owner = "himmel"
reason = "prøve"
review = 2030-01-01
when = { label_words = "hilsen" }
then = { person = "rejst", journal = "handler" }
"#;

/// A plan: seaweed, which nobody owns, and clouds, which the sky has; two units claim the cirrus of the north.
const PLAN: &str = "number\ttitle\n09\tTang\n09.10\tTangplukning\n09.10.04\tPå strande\n09.10.08\tI søer\n\
    17\tSkyer\n17.01\tSkyformer\n17.01.04\tFjerskyer\n17.01.08\tLammeskyer\n";

async fn authority(engine: Engine) -> Installation {
    let mut house = Installation::new(Some(CONFIG));
    if engine == Engine::Postgres {
        house.set("MODTAG_DATABASE__URL", &fresh_postgres().await);
    }
    house.write("egne.toml", RULES);
    house.write("enheder.csv", "Id;Navn\nhimmel;Himlen\nnord;Norden\nsyd;Syden\n");
    house.write("folk.csv", "Id;Navn;Enhed;Fratrådt\nrejst;Rejst Prøve;himmel;2026-01-01\n");
    house.write("ansvar.csv", "KLE;Enhed\n17.01.04;himmel\n17.01.08;nord\n17.01.08;syd\n");
    house.write("plan.tsv", PLAN);
    // The person is still among the files that the rule names; the source knows that he has left.
    let rules = std::fs::read_to_string(house.path("egne.toml")).expect("the rules");
    house.write("egne.toml", rules + "[[person]]\nid = \"rejst\"\nname = \"R\"\nunit = \"himmel\"\n");
    house.run(&["org", "sync", "--force"]).ok();
    house.run(&["kle", "import", "plan.tsv", "--force"]).ok();
    for (number, kle) in [(1, "17.01.04"), (2, "17.01.04"), (3, "09.10.04"), (4, "17.01.08")] {
        let letter = Letter::from_citizen(number, PARTY, "Mette Prøve").kle(kle, None).bytes();
        house.write(&format!("post/{number}.xml"), letter);
    }
    house.run(&["ingest", "post"]).ok();
    house
}

fn row<'r>(report: &'r Value, number: &str) -> &'r Value {
    let rows = report["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["subject"] == number).unwrap_or_else(|| panic!("{number} is not in {report}"))
}

async fn the_report_tells(engine: Engine) {
    let house = authority(engine).await;
    let report = house.run(&["org", "report", "--json", "--table", "ansvar.xlsx"]).json();
    assert_eq!(report["messages"], 4);
    let numbers: Vec<&str> =
        report["rows"].as_array().expect("rows").iter().filter_map(|row| row["subject"].as_str()).collect();
    assert_eq!(numbers, ["09.10.04", "09.10.08", "17.01.04", "17.01.08"]);
    let clouds = row(&report, "17.01.04");
    assert_eq!((&clouds["owner"]["unit"], &clouds["mail"]["by_rule"]), (&"himmel".into(), &2.into()));
    assert_eq!(
        (clouds["rules"][0].as_str(), clouds["doubts"].as_array().map(Vec::len)),
        (Some("skyer"), Some(0))
    );
    let seaweed = row(&report, "09.10.04");
    assert_eq!(seaweed["doubts"], serde_json::json!(["unowned", "without-rule"]));
    assert_eq!((&seaweed["mail"]["asks"], &seaweed["title"]), (&1.into(), &"På strande".into()));
    let fleecy = row(&report, "17.01.08");
    assert_eq!(fleecy["claims"], serde_json::json!(["nord", "syd"]));
    assert_eq!(fleecy["doubts"], serde_json::json!(["contested"]));

    let said = house.run(&["org", "report", "--table", "ansvar.csv"]).ok();
    for expected in [
        "Ingen ejer (2 numre)",
        "  09: alle 2 numre",
        "17.01.08 Lammeskyer: nord, syd",
        "09.10.04 På strande: 1 breve, 0 uden om reglerne til ingen enhed, 1 venter",
    ] {
        assert!(said.contains(expected), "{expected}:\n{said}");
    }
    let table = std::fs::read_to_string(house.path("ansvar.csv")).expect("the table");
    assert_eq!(table.lines().count(), 5);
    assert!(table.contains("17.01.04;Fjerskyer;himmel;Himlen;17.01.04;;;skyer;2;2;0;0;"), "{table}");
    let excel = std::fs::read(house.path("ansvar.xlsx")).expect("the table");
    assert!(excel.starts_with(b"PK"), "an Excel file is a ZIP");
    let refused = house.run(&["org", "report", "--table", "ansvar.doc"]).fails(1);
    assert!(refused.contains(".csv, .xlsx eller .pdf"), "{refused}");
    assert!(!format!("{said}{table}{report}").contains("Mette"), "nobody who wrote is in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_what_nobody_owns_what_two_claim_and_what_no_rule_decides_on_sqlite() {
    the_report_tells(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_what_nobody_owns_what_two_claim_and_what_no_rule_decides_on_postgres() {
    the_report_tells(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_held_against_past_mail_the_plan_and_who_has_left() {
    let house = authority(Engine::Sqlite).await;
    let told = |arguments: &[&str]| -> Vec<(String, String)> {
        let told = house.run(arguments).json();
        let lints = told["lints"].as_array().expect("lints").iter();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lints.map(|lint| (word(&lint["code"]), word(&lint["rules"][0]))).collect()
    };
    let lints = told(&["rules", "check", "--json", "--quiet-days", "1"]);
    let has = |code: &str, rule: &str| lints.contains(&(code.to_owned(), rule.to_owned()));
    assert!(has("kle-unknown", "stille"), "{lints:?}");
    assert!(has("person-left", "til-rejst"), "{lints:?}");
    // All mail is of today: no rule can have been quiet for a day yet.
    assert!(lints.iter().all(|(code, _)| code != "never-hit"), "{lints:?}");
    // A rule that only marks is heard as well as one that decides.
    let said = house.run(&["rules", "check"]).ok();
    assert!(said.contains("4 meddelelser"), "{said}");
}
