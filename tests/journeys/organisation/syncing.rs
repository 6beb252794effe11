//! Syncing: what is written, what is kept, what is refused.

use journeys::letters::Letter;
use journeys::{Engine, World};
use router::organisation::Outcome;

use super::{Authority, today};

const UNITS: &str = "Id;Navn;Overordnet;Nedlagt;Efterfølger\nkommune;Sandby Kommune;;;\nboern;Børn og Familie;kommune;;\n\
                     skole;Skoler;boern;;\nvej;Vej og Park;kommune;;\nsocial;Socialforvaltningen;kommune;ja;boern\n";
const PEOPLE: &str = "Id;Navn;Enhed;E-mail;Fratrådt\nanle;Anne Prøve;boern;anle@sandby.example;\n\
                      bo;Bo Prøve;vej;bo@sandby.example;\ncy;Cy Prøve;vej;faelles@sandby.example;\n\
                      di;Di Prøve;vej;Faelles@sandby.example;\ned;Ed Prøve;boern;;01-11-2026\n";
const DUTIES: &str = "KLE;Enhed;Facet;Rolle\n27;boern;;\n27;vej;;Indsigt\n17;skole;;\n17;boern;;\n04;vej;;\n05;vej;K;Udførende\n32;social;;\n";

fn authority() -> Authority {
    Authority::with_tables(UNITS, PEOPLE, DUTIES)
}

#[tokio::test]
async fn closed_units_lead_to_their_successors_and_the_deeper_unit_wins() {
    let authority = authority();
    assert_eq!(authority.sync().await, Outcome::Written);
    for (number, unit) in
        [("27.18.04", "Børn og Familie"), ("17.00.00", "Skoler"), ("32.18.04", "Børn og Familie")]
    {
        assert_eq!(authority.responsible(number).as_deref(), Some(unit), "{number}");
    }
    assert_eq!(authority.responsible("05.01.00"), None, "only with a facet of category K");
    let policy = authority.policy();
    assert!(policy.unit("social").is_some_and(|unit| unit.closed));
    assert!(policy.person("ed").is_none(), "who has left gets no mail");
    let shared = ["cy", "di"].map(|id| policy.person(id).expect("a person").email.clone());
    assert_eq!(shared, [None, None], "an address that two people have means neither");
}

#[tokio::test]
async fn what_people_have_written_about_a_unit_stays_when_it_is_synced_again() {
    let authority = authority();
    authority.sync().await;
    let text = authority.read_file("politik/organisation.toml");
    let boern = "id = \"boern\"\nname = \"Børn og Familie\"\nparent = \"kommune\"\n";
    assert!(text.contains(boern), "{text}");
    let edited = text
        .replace(boern, &format!("{boern}closed_case = \"reopen\"\n"))
        .replace("id = \"anle\"\n", "id = \"anle\"\nattention_ids = [\"AL-17\"]\n")
        + "\n[files]\nforbidden = [\"exe\"]\n";
    authority.write("politik/organisation.toml", edited);
    authority.write("enheder.csv", UNITS.replace("Børn og Familie", "Børn, Unge og Familie"));
    assert_eq!(authority.sync().await, Outcome::Written);
    let policy = authority.policy();
    let unit = policy.unit("boern").expect("the unit");
    assert_eq!((unit.name.as_str(), unit.closed_case), ("Børn, Unge og Familie", rules::ClosedCase::Reopen));
    assert_eq!(policy.person("anle").map(|person| person.attention_ids.len()), Some(1));
    let text = authority.read_file("politik/organisation.toml");
    assert!(text.contains("forbidden = [\"exe\"]"), "{text}");
    assert!(authority.read_file("politik/organisation.toml.forrige").contains("name = \"Børn og Familie\""));
    assert_eq!(authority.sync().await, Outcome::Unchanged);
}

#[tokio::test]
async fn the_authoritys_own_files_go_before_the_source() {
    let authority = authority();
    let own = "[[unit]]\nid = \"vej\"\nname = \"Egen Vejafdeling\"\njournals = \"handler\"\n\n\
               [[responsibility]]\nkle = \"27\"\nunit = \"skole\"\n\n[[attention]]\nemail = \"BO@sandby.example\"\nunit = \"vej\"\n";
    authority.write("egne.toml", format!("{}{own}", super::OWN));
    assert_eq!(authority.sync().await, Outcome::Written);
    assert_eq!(authority.responsible("27.18.04").as_deref(), Some("Skoler"));
    assert_eq!(authority.responsible("04.01.00").as_deref(), Some("Egen Vejafdeling"));
}

#[tokio::test]
async fn a_number_that_two_units_claim_waits_for_a_person_until_somebody_says_who() {
    let mut authority = authority();
    authority.write("ansvar.csv", format!("{DUTIES}04;boern;;\n04.01;boern;;\n"));
    let plan = authority.plan().await;
    let remarks = plan.remarks.join("\n");
    assert!(remarks.contains("04 er mærket på flere enheder (Børn og Familie, Vej og Park)"), "{remarks}");
    assert_eq!(plan.carry_out(false).expect("written"), Outcome::Written);
    assert_eq!(authority.responsible("04.02.00"), None);
    assert_eq!(authority.responsible("04.01.00").as_deref(), Some("Børn og Familie"), "below it is settled");
    let policy = authority.policy();
    let rule = policy.rules().last().expect("a rule that asks a person");
    assert_eq!(rule.id, "uafklaret-ansvar-04");
    let written = authority.read_file("politik/ansvar.toml");
    assert!(written.contains("not = { any = [{ kle = \"04.01\" }] }"), "{written}");
    authority.set("PRIORITY", "vej");
    assert_eq!(authority.sync().await, Outcome::Written);
    assert_eq!(authority.responsible("04.02.00").as_deref(), Some("Vej og Park"));
    assert_eq!(authority.policy().rules().len(), 0);
}

#[tokio::test]
async fn a_unit_that_the_source_no_longer_knows_is_closed_and_not_forgotten() {
    let authority = authority();
    authority.sync().await;
    authority.write("enheder.csv", UNITS.replace("skole;Skoler;boern;;\n", ""));
    authority.write("ansvar.csv", DUTIES.replace("17;skole;;\n", ""));
    assert_eq!(authority.sync().await, Outcome::Written);
    let policy = authority.policy();
    assert!(policy.unit("skole").is_some_and(|unit| unit.closed && unit.parent.as_deref() == Some("boern")));
    assert_eq!(authority.responsible("17.00.00").as_deref(), Some("Børn og Familie"));
}

#[tokio::test]
async fn an_implausible_change_is_refused_until_it_is_forced() {
    let authority = authority();
    authority.sync().await;
    let before = authority.everything();
    authority.write("ansvar.csv", "KLE;Enhed\n27;boern\n");
    let plan = authority.plan().await;
    assert_eq!(plan.doubts, ["5 af 6 ansvar er væk; grænsen er 20 %"]);
    assert_eq!(plan.carry_out(false).expect("nothing is written"), Outcome::Doubted);
    let mut after = authority.everything();
    after.insert(authority.path("ansvar.csv"), DUTIES.into());
    assert_eq!(after, before);
    let forced = authority.plan().await.carry_out(true).expect("written");
    assert_eq!(forced, Outcome::Written);
    assert_eq!(authority.responsible("04.01.00"), None);
}

#[tokio::test]
async fn a_source_without_units_is_refused_even_when_forced() {
    let authority = authority();
    authority.write("enheder.csv", "Id;Navn\n");
    authority.write("folk.csv", "Id;Navn;Enhed\n");
    authority.write("ansvar.csv", "KLE;Enhed\n");
    let reading = authority.ask().await.expect("an empty table is a table");
    let Err(error) = router::organisation::plan(&authority.config(), reading, today()) else {
        panic!("it makes a plan of nothing")
    };
    assert!(error.danish().contains("Kilden har ingen enheder"), "{}", error.danish());
}

#[tokio::test]
async fn files_that_the_policy_would_not_take_are_not_written_and_the_finding_is_told() {
    let authority = authority();
    authority.sync().await;
    let rule = "\n[[rule]]\nid = \"veje\"\ntitle = \"Veje\"\nwhen = { label_words = \"vej\" }\nthen = { unit = \"vej\" }\n";
    authority.write("egne.toml", format!("{}{rule}", super::OWN));
    authority.write("enheder.csv", UNITS.replace("vej;Vej og Park;kommune;;", "vej;Vej og Park;kommune;ja;"));
    let before = authority.everything();
    let plan = authority.plan().await;
    let findings = plan.findings.join("\n");
    assert!(
        findings.contains("egne.toml:9") && findings.contains("er nedlagt og har ingen efterfølger"),
        "{findings}"
    );
    assert_eq!(plan.carry_out(true).expect("nothing is written"), Outcome::Faulty, "no force makes it fit");
    assert_eq!(authority.everything(), before);
}

#[tokio::test]
async fn who_has_left_stays_while_a_rule_names_them_and_it_is_told() {
    let authority = authority();
    let rule = "\n[[rule]]\nid = \"ed\"\ntitle = \"Ed\"\nwhen = { label_words = \"ed\" }\nthen = { person = \"ed\" }\n";
    authority.write("egne.toml", format!("{}{rule}", super::OWN));
    let plan = authority.plan().await;
    assert!(
        plan.remarks.iter().any(|remark| remark.contains("medarbejderen ed er fratrådt")),
        "{:?}",
        plan.remarks
    );
    assert_eq!(plan.carry_out(false).expect("written"), Outcome::Written);
    assert!(authority.policy().person("ed").is_some());
}

#[tokio::test]
async fn days_come_and_go_without_a_change_in_the_source() {
    let authority = authority();
    authority
        .write("folk.csv", PEOPLE.replace("ed;Ed Prøve;boern;;01-11-2026", "ed;Ed Prøve;boern;;20-11-2026"));
    authority.sync().await;
    assert!(authority.policy().person("ed").is_some(), "it is the last day");
    let plan = authority.plan_on(today().tomorrow().expect("a day")).await;
    assert_eq!(plan.carry_out(false).expect("written"), Outcome::Written);
    assert!(authority.policy().person("ed").is_none());
}

#[tokio::test]
async fn two_syncs_do_not_write_at_once() {
    let authority = authority();
    let first = authority.plan().await;
    let reading = authority.ask().await.expect("read");
    let Err(second) = router::organisation::plan(&authority.config(), reading, today()) else {
        panic!("both have the right to write")
    };
    assert!(second.danish().contains("er i gang"));
    assert_eq!(first.carry_out(false).expect("written"), Outcome::Written);
}

#[tokio::test]
async fn a_sync_cut_off_between_two_files_is_finished_at_the_next_start() {
    let authority = authority();
    authority.sync().await;
    let new = authority.read_file("politik/organisation.toml").replace("Vej og Park", "Park og Vej");
    authority.write("politik/.organisation.toml.ny", new);
    authority.write("politik/.organisation.skift", "organisation.toml\nansvar.toml\n");
    assert_eq!(authority.responsible("04.01.00").as_deref(), Some("Park og Vej"));
    assert!(!authority.path("politik/.organisation.skift").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_where_the_synced_organisation_says_and_contested_ones_to_a_person() {
    let authority = authority();
    authority.write("ansvar.csv", format!("{DUTIES}00;vej;;\n04;boern;;\n04.01;boern;;\n"));
    authority.sync().await;
    let files = router::setup::policy_files(&authority.config()).expect("the files");
    let world = World::with_policy(Engine::Sqlite, files).await;
    for (number, (kle, facet, expected)) in [
        ("27.18.04", None, Some("boern")),
        ("32.18.04", None, Some("boern")),
        ("04.01.00", None, Some("boern")),
        ("04.02.00", None, None),
        ("05.01.00", Some("K02"), Some("vej")),
        ("05.01.00", Some("G01"), None),
    ]
    .into_iter()
    .enumerate()
    {
        let letter = Letter::from_citizen(number as u64 + 1, "6202801212", "Mette Prøve").kle(kle, facet);
        let taken = world.receive(&[letter.bytes()]).await;
        let story = world.story(&taken[0]).await;
        let decision = story.decision.expect("it is decided");
        assert_eq!(decision.unit.as_deref(), expected, "{kle} {facet:?}: {}", decision.decider);
        let by_rule = decision.decider == "rule:uafklaret-ansvar-04";
        assert_eq!(by_rule, kle == "04.02.00", "{kle}: {}", decision.decider);
    }
    world.everything_is_settled().await;
}
