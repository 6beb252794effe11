//! Tables: CSV and Excel, as people write them, and the command line on top of them.

use journeys::sources::CPR;
use router::organisation::{Outcome, Whereabouts};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{Authority, today};
use crate::program::Installation;

#[tokio::test]
async fn a_workbook_with_all_sheets_is_read() {
    let mut book = Workbook::new();
    let sheets: [(&str, &[&[&str]]); 3] = [
        (
            "Enheder",
            &[&["Enheds-ID", "Enhedsnavn", "Overordnet"], &["k", "Sandby Kommune", ""], &["b", "Børn", "k"]],
        ),
        (
            "Ansvar",
            &[
                &["KLE-nr.", "Enhed", "Rolle", "CPR"],
                &["27.18", "b", "ANSVARLIG", CPR[0]],
                &["28", "k", "Indsigt", ""],
            ],
        ),
        ("Kontaktpunkter", &[&["Id", "Navn", "KLE", "Facet"], &["kp-1", "Skriv om børn", "27.18.04", "g01"]]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                sheet.write(row as u32, column as u16, *text).expect("a cell");
            }
        }
    }
    let people = book.add_worksheet().set_name("Medarbejdere").expect("a name");
    for (column, text) in ["Brugernavn", "Navn", "Enhed", "Mail", "Fravær fra", "Fravær til", "Stedfortræder"]
        .iter()
        .enumerate()
    {
        people.write(0, column as u16, *text).expect("a cell");
    }
    let day = Format::new().set_num_format("dd-mm-yyyy");
    for (row, [id, deputy]) in [["anle", "bo"], ["bo", ""]].into_iter().enumerate() {
        let row = row as u32 + 1;
        for (column, text) in [id, "Navn Prøve", "b", ""].into_iter().enumerate() {
            people.write(row, column as u16, text).expect("a cell");
        }
        people.write(row, 6, deputy).expect("a cell");
    }
    let first = ExcelDateTime::from_ymd(2026, 11, 16).expect("a day");
    people.write_with_format(1, 4, first, &day).expect("a cell");
    people.write(1, 5, "20.11.2026").expect("a cell");

    let mut authority = Authority::new();
    authority.write("alt.xlsx", book.save_to_buffer().expect("a workbook"));
    authority.set("SOURCE", "files");
    for key in ["UNITS", "PEOPLE", "DUTIES", "CONTACT_POINTS"] {
        authority.set(&format!("FILES__{key}_FILE"), &authority.path("alt.xlsx").display().to_string());
    }
    let reading = authority.ask().await.unwrap_or_else(|error| panic!("{}", error.danish()));
    let snapshot = reading.snapshot;
    assert_eq!(snapshot.whereabouts("anle", today()), Whereabouts::Person("bo"));
    assert_eq!(snapshot.whereabouts("anle", today().tomorrow().expect("a day")), Whereabouts::Person("anle"));
    assert_eq!(authority.sync().await, Outcome::Written);
    assert_eq!(authority.responsible("27.18.04").as_deref(), Some("Børn"));
    assert_eq!(authority.responsible("28.03.00"), None);
    assert!(authority.read_file("politik/kontaktpunkter.toml").contains("facet = \"G01\""));
}

#[tokio::test]
async fn rows_that_make_no_sense_are_all_told_with_file_and_line() {
    let authority = Authority::with_tables(
        "Id;Navn;Overordnet;Nedlagt;Gyldig fra\nk;Kommune;;;\nk;Kommune igen;;;\nb;;k;;\nc;C;findes-ikke;måske;\nd;D;k;;31-31-2026\n",
        &format!(
            "Id;Navn;Enhed;Fravær fra;Fravær til;Stedfortræder\n{};X;k;;;\nx;X;;;;\ny;Y;k;;2026-01-01;\nz;Z;k;;;ingen\n",
            CPR[0]
        ),
        "KLE;Enhed;Facet;Rolle\n27.1;k;;\n27;k;G1;\n27;k;;Chef\n27;q;;\n;k;;\n",
    );
    let error = authority.ask().await.expect_err("faulty rows").danish();
    for expected in [
        "enheder.csv:3: samme Id står også i enheder.csv:2",
        "enheder.csv:4: Navn mangler",
        "enheder.csv:5: Nedlagt skal være ja eller nej",
        "enheder.csv:6: Gyldig fra skal være en dato",
        "folk.csv:2: Id ligner et CPR-nummer",
        "folk.csv:3: Enhed mangler",
        "folk.csv:4: Fravær til står uden Fravær fra",
        "folk.csv:5: stedfortræderen findes ikke",
        "ansvar.csv:2: KLE skal være et nummer",
        "ansvar.csv:3: Facet skal være som G01",
        "ansvar.csv:4: Rolle skal være Ansvarlig, Udførende eller Indsigt",
        "ansvar.csv:5: enheden q findes ikke",
        "ansvar.csv:6: KLE mangler",
    ] {
        assert!(error.contains(expected), "\"{expected}\" is not told:\n{error}");
    }
    assert!(CPR.iter().all(|cpr| !error.contains(cpr)), "{error}");
}

#[tokio::test]
async fn tables_that_are_not_tables_are_refused() {
    for (content, expected) in [
        (&b""[..], "filen er tom"),
        (b"\x00\x01\x02", "det er ikke en tabel"),
        (b"PK\x03\x04rubbish", "det er ikke en Excel-fil"),
        (b"Navn;Overordnet\nx;y\n", "kolonnen Id mangler"),
    ] {
        let authority = Authority::with_tables("", "Id;Navn;Enhed\n", "KLE;Enhed\n");
        authority.write("enheder.csv", content);
        let error = authority.ask().await.expect_err("no table").danish();
        assert!(error.contains(expected), "{error}");
    }
}

const CONFIG: &str = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n[policy]\n\
    files = [\"politik/organisation.toml\", \"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"]\n\
    [organisation]\nsource = \"files\"\nfolder = \"politik\"\n[organisation.files]\n\
    units_file = \"enheder.csv\"\npeople_file = \"folk.csv\"\nduties_file = \"ansvar.csv\"\n";

#[test]
fn the_command_line_shows_compares_syncs_and_refuses() {
    let house = Installation::new(Some(CONFIG));
    house.write("enheder.csv", "Id;Navn;Overordnet\nk;Sandby Kommune;\nb;Børn;k\n");
    house.write("folk.csv", format!("Id;Navn;Enhed;Cpr\nanle;Anne Prøve {};b;{}\n", CPR[1], CPR[0]));
    house.write("ansvar.csv", "KLE;Enhed\n27;b\n28;b\n29;b\n30;b\n32;k\n");
    let diff = house.run(&["org", "diff"]).ok();
    assert!(diff.contains("Ny enhed: Børn (b).") && diff.contains("ansvar: 5 nye"), "{diff}");
    assert!(!house.path("politik/ansvar.toml").exists());
    let dry = house.run(&["org", "sync", "--dry-run"]).ok();
    assert!(dry.contains("Prøve: intet er skrevet"), "{dry}");
    assert!(!house.path("politik/ansvar.toml").exists());
    let written = house.run(&["org", "sync"]).ok();
    assert!(written.contains("Filerne er skrevet"), "{written}");
    let shown = house.run(&["org", "show"]).ok();
    assert!(
        shown.contains("  Børn [b]  27, 28, 29, 30")
            && shown.contains("1 medarbejdere (0 fraværende), 5 ansvar"),
        "{shown}"
    );
    let json = house.run(&["org", "show", "--json"]).json();
    assert_eq!((json["source"].as_str(), json["units"]["b"]["parent"].as_str()), (Some("files"), Some("k")));
    let again = house.run(&["org", "sync", "--json"]).json();
    assert_eq!(again["outcome"].as_str(), Some("unchanged"));
    house.run(&["check"]).ok();

    house.write("ansvar.csv", "KLE;Enhed\n27;b\n");
    let refused = house.run(&["org", "sync"]).fails(1);
    assert!(refused.contains("4 af 5 ansvar er væk") && refused.contains("--force"), "{refused}");
    house.run(&["org", "sync", "--dry-run", "--force"]).ok();
    let forced = house.run(&["org", "sync", "--force", "--json"]).json();
    assert_eq!(forced["outcome"].as_str(), Some("written"));
    house.write("enheder.csv", "Navn\nx\n");
    let faulty = house.run(&["org", "sync"]).fails(1);
    assert!(faulty.contains("kolonnen Id mangler") && faulty.contains("Intet er ændret"), "{faulty}");
    let said = [diff, dry, written, shown, refused, faulty].concat();
    assert!(CPR.iter().all(|cpr| !said.contains(cpr)), "{said}");
}

#[test]
fn a_configuration_whose_files_would_not_be_read_is_refused() {
    let house = Installation::new(Some(&CONFIG.replace("\"politik/kontaktpunkter.toml\", ", "")));
    let said = house.run(&["org", "sync"]).fails(2);
    assert!(said.contains("policy.files") && said.contains("kontaktpunkter.toml"), "{said}");
    let order = "\"politik/kontaktpunkter.toml\", \"politik/ansvar.toml\"";
    let house = Installation::new(Some(
        &CONFIG.replace(order, "\"politik/ansvar.toml\", \"politik/kontaktpunkter.toml\""),
    ));
    assert!(house.run(&["org", "sync"]).fails(2).contains("ansvar.toml sidst"));
}
