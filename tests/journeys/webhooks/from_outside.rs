//! Webhooks and robot queues from the outside: the program's own words, and what it logs.

use journeys::letters::{Letter, uuid};
use journeys::sink::{Misdeed, SECRET, Sink};
use journeys::{Engine, on_both_databases};

use super::{RULES, letter, nothing_of_the_letter_is_in};
use crate::program::Installation;

/// An installation whose webhook `gis` leads to the sink, logging all it can.
async fn calling(engine: Engine, sink: &Sink) -> Installation {
    let config = format!(
        "[webhooks]\nallow_hosts = [\"127.0.0.1\"]\nallow_http = true\n\n\
         [webhooks.target.gis]\nurl = \"{}\"\nsecret_file = \"gis.secret\"\n",
        sink.url()
    );
    let mut house = Installation::sandby(engine, &config).await;
    house.write("gis.secret", SECRET);
    house.write("policy.toml", format!("{}{RULES}", include_str!("../../corpus/cascade/policy.toml")));
    house.set("MODTAG_LOG__LEVEL", "trace,sqlx=trace");
    house
}

on_both_databases!(what_was_given_up_is_listed_and_tried_again, |engine: Engine| async move {
    let sink = Sink::start().await;
    let house = calling(engine, &sink).await;
    sink.misbehave([Misdeed::Status(403)]);
    house.write("post/1.xml", letter(1, "Vejskade, privat"));
    house.write("post/2.xml", Letter::from_citizen(2, "6202801212", "Mette Prøve").bytes());
    let taken = house.run(&["ingest", "post"]);
    assert!(taken.err.contains("TRACE"), "the log is at its most talkative");
    nothing_of_the_letter_is_in(taken.err.as_bytes());
    taken.ok();
    let listed = house.run(&["list", "--failed", "--json"]).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["webhooks"][0]["state"], "failed");
    let listed = house.run(&["list", "--failed"]).ok();
    assert!(listed.contains("(enhed jura, webhook gis opgivet)"), "{listed}");
    let checked = house.run(&["check"]).ok();
    assert!(checked.contains("1 kald er opgivet"), "{checked}");
    let retried = house.run(&["retry", &uuid(1).to_string()]).ok();
    assert!(retried.starts_with("afsluttet:") && retried.contains("webhook gis: udført"), "{retried}");
    assert_eq!(sink.seen().len(), 2);
    for seen in sink.seen() {
        assert!(seen.is_signed_with(SECRET));
        nothing_of_the_letter_is_in(&seen.bytes);
    }
    assert!(house.run(&["list", "--failed"]).ok().is_empty());
    house.run(&["retry", &uuid(1).to_string()]).fails(1);
    house.run(&["audit", "verify"]).ok();
});

on_both_databases!(a_robots_queue_is_listed_until_a_person_takes_a_letter_out, |engine: Engine| async move {
    let sink = Sink::start().await;
    let house = calling(engine, &sink).await;
    house.write("post/1.xml", letter(1, "Flytning"));
    house.write("post/2.xml", letter(2, "Flytning"));
    house.write("post/3.xml", letter(3, "Vejskade, privat"));
    house.run(&["ingest", "post"]).ok();
    let lying = |selection: &[&str]| -> Vec<String> {
        let listed = house.run(&[&["list", "--json"], selection].concat()).json();
        let mut ids: Vec<String> = listed
            .as_array()
            .expect("a list")
            .iter()
            .map(|story| story["uuid"].as_str().expect("a UUID").to_owned())
            .collect();
        ids.sort();
        ids
    };
    let ids = |numbers: &[u64]| numbers.iter().map(|number| uuid(*number).to_string()).collect::<Vec<_>>();
    assert_eq!(lying(&["--queue", "robot-flyt"]), ids(&[1, 2]));
    assert_eq!(lying(&["--unit", "jura"]), ids(&[1, 2, 3]));
    let listed = house.run(&["list", "--queue", "robot-flyt", "--limit", "1"]).ok();
    assert!(listed.contains("(enhed jura, kø robot-flyt, prioritet høj, webhook gis udført)"), "{listed}");
    // The case handler's answer takes the letter out of the robot's hands.
    house.run(&["answer", &uuid(1).to_string(), "--unit", "plads", "--not-journaled", "privat"]).ok();
    assert_eq!(lying(&["--queue", "robot-flyt"]), ids(&[2]));
    assert_eq!(lying(&["--unit", "plads"]), ids(&[1]));
    for (option, id) in [("--queue", "robot-flyte"), ("--unit", "juraen")] {
        let said = house.run(&["list", option, id]).fails(1);
        assert!(said.contains(&format!("\"{id}\"")), "{said}");
    }
    let copied = house.run(&["backup", "kopi.tar"]).ok();
    assert!(house.path("kopi.tar").is_file(), "{copied}");
    house.run(&["restore", "--check", "kopi.tar"]).ok();
});

on_both_databases!(
    rules_check_and_check_tell_of_a_webhook_that_may_not_be_called,
    |engine: Engine| async move {
        let sink = Sink::start().await;
        let mut house = calling(engine, &sink).await;
        house.set("MODTAG_LOG__LEVEL", "off");
        house.write("post/1.xml", letter(1, "Flytning"));
        house.run(&["ingest", "post"]).ok();
        let more = format!("{}\n[[webhook]]\nid = \"esdh\"\nname = \"Andet\"\n", {
            std::fs::read_to_string(house.path("policy.toml")).expect("the policy")
        });
        house.write("policy.toml", more);
        for command in [&["rules", "check"][..], &["rules", "propose", "--reason", "prøve"], &["check"]] {
            let said = house.run(command).fails(1);
            assert!(said.contains("[webhooks.target.esdh]"), "{said}");
        }
        // The edition in force stays.
        house.write("post/2.xml", letter(2, "Flytning"));
        house.run(&["ingest", "post"]).ok();
        assert_eq!(sink.seen().len(), 2);
        // A list of hosts that has lost the receiver's refuses the edition in force too: better no start than a silent gap.
        house.set("MODTAG_WEBHOOKS__ALLOW_HOSTS", "robot.example");
        let said = house.run(&["check"]).fails(1);
        assert!(said.contains("127.0.0.1, som ikke står i webhooks.allow_hosts"), "{said}");
        // The secret may come from the environment, and goes before the file.
        house.set("MODTAG_WEBHOOKS__ALLOW_HOSTS", "127.0.0.1");
        house.set("MODTAG_WEBHOOKS__TARGET__GIS__SECRET", "hysZdf");
        let said = house.run(&["check"]).fails(1);
        assert!(said.contains("whsec_") && !said.contains("hysZdf"), "{said}");
    }
);

on_both_databases!(a_call_whose_answer_was_never_written_down_is_made_again, |engine: Engine| async move {
    let sink = Sink::start().await;
    let mut house = calling(engine, &sink).await;
    house.set("MODTAG_WORK__LEASE_SECONDS", "5");
    house.write("post/1.xml", letter(1, "Flytning"));
    std::fs::create_dir(house.path("tom")).expect("the folder is made");
    sink.misbehave([Misdeed::Hold]);
    let running = house.start(&["ingest", "post"], "ingest.log");
    sink.has_seen(1).await;
    // kill -9, between the call and the row that says it was heard.
    drop(running);
    sink.release();
    for _ in 0..300 {
        house.run(&["ingest", "tom"]);
        if sink.seen().len() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let seen = sink.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].header("webhook-id"), seen[1].header("webhook-id"));
    assert_eq!(seen[0].body, seen[1].body);
    let story = house.run(&["explain", &uuid(1).to_string(), "--json"]).json();
    assert_eq!(
        (&story["webhooks"][0]["state"], &story["decision"]["queue"]),
        (&"done".into(), &"robot-flyt".into())
    );
    house.run(&["audit", "verify"]).ok();
});
