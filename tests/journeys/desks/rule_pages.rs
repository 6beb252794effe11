//! The pages of rules and organisation: a draft is written, tried, proposed, put in force by a second person, and decides.

use journeys::desks::{Answered, Browser, Desks};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use reqwest::StatusCode;
use router::web::Role;

/// The version that the page's forms bring.
fn version(page: &str) -> String {
    let after = page.split("name=\"version\" value=\"").nth(1).expect("a draft");
    after.split('"').next().expect("a version").to_owned()
}

/// The text of the file that the page shows, as a browser would send it back.
fn text(page: &str) -> String {
    let after = page.split("<textarea id=\"tekst\"").nth(1).expect("a text");
    let text = after.split_once(">\n").expect("a text").1.split("</textarea>").next().expect("a text");
    let plain = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    plain.replace("&#38;", "&")
}

async fn draft(browser: &Browser) -> String {
    assert_eq!(browser.post("/regler/kladde/begynd", &[]).await.status, StatusCode::SEE_OTHER);
    browser.get("/regler/kladde").await.ok()
}

/// The fields of a rule that gives letters with a word in their title to a unit.
fn rule<'f>(version: &'f str, id: &'f str, word: &'f str, unit: &'f str) -> Vec<(&'static str, &'f str)> {
    vec![
        ("version", version),
        ("fil", "0"),
        ("ny", "1"),
        ("id", id),
        ("title", "Råger & <duer>"),
        ("when.label_words", word),
        ("then", "give"),
        ("then.unit", unit),
        ("then.journal", "handler"),
    ]
}

async fn proposed(browser: &Browser, page: &str) -> Answered {
    let version = version(page);
    browser.post("/regler/kladde/foreslaa", &[("version", &version), ("begrundelse", "råger i parken")]).await
}

async fn in_force(world: &World) -> i64 {
    world.room().store.edition_in_force().await.expect("an answer").expect("one").number
}

async fn unit_of_letter(world: &World, number: u64) -> Option<String> {
    let letter = Letter::from_citizen(number, "6101701111", "Ane Prøve").label("Om rågerne i parken").bytes();
    let taken = world.receive(&[letter]).await;
    world.story(&taken[0]).await.decision.and_then(|decision| decision.unit)
}

on_both_databases!(
    a_draft_is_tried_proposed_and_put_in_force_by_a_second_person_and_stays_after_a_restart,
    |engine: Engine| async move {
        let mut world = World::open(engine).await;
        world.house.config.policy.four_eyes = true;
        assert_eq!(unit_of_letter(&world, 1).await, None);
        let desks = Desks::open(&world).await;
        let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
        let ole = desks.sign_in(&world, "ole", &[Role::Operator], &[]).await;

        let page = draft(&pia).await;
        let before = text(&page);
        let saved =
            pia.post("/regler/kladde/regel", &rule(&version(&page), "raager", "rågerne", "plads")).await;
        assert_eq!(saved.location.as_deref(), Some("/regler/kladde?fil=0&regel=raager"), "{}", saved.text);
        let page = pia.get("/regler/kladde?fil=0&regel=raager").await.ok();
        assert!(text(&page).starts_with(before.trim_end()), "every other line stays as it was");
        assert!(
            page.contains("Eftersyn") && page.contains("linje") && page.contains("reglen raager"),
            "{page}"
        );
        assert!(page.contains("name=\"then.unit\" value=\"plads\""), "{page}");
        assert_eq!(unit_of_letter(&world, 2).await, None, "a draft decides nothing");

        let letter = uuid(1).to_string();
        let tried = pia.post("/regler/proev", &[("besked", &letter)]).await.ok();
        assert!(tried.contains("ville blive fordelt uden et menneske"), "{tried}");
        assert!(tried.contains("gives til Pladsanvisningen") && !tried.contains("Ane"), "{tried}");
        let sketched = pia.post("/regler/proev", &[("skitse", "label = \"rågerne\"")]).await.ok();
        assert!(sketched.contains("Pladsanvisningen"), "{sketched}");
        let replayed = pia.post("/regler/proev/post", &[("dage", "30")]).await.ok();
        assert!(replayed.contains("class=\"band automatic\""), "{replayed}");
        assert!(replayed.contains("2 meddelelser") && replayed.contains("Fordeles uden et menneske"));
        assert_eq!(in_force(&world).await, 1);

        let made = proposed(&pia, &page).await;
        assert_eq!(made.location.as_deref(), Some("/regler/udgave/2"), "{}", made.text);
        assert!(pia.get("/regler/kladde").await.ok().contains("Du har ingen kladde"));
        let act = [("i_stedet_for", "1"), ("begrundelse", "set igennem")];
        let alone = pia.post("/regler/udgave/2/i-kraft", &act).await;
        assert_eq!(alone.status, StatusCode::CONFLICT);
        assert!(alone.text.contains("lavet af dig selv"), "{}", alone.text);
        let seen = ole.get("/regler/udgave/2").await.ok();
        assert!(seen.contains("tilføjet") && seen.contains("id = &#34;raager&#34;"), "{seen}");
        let without =
            ole.post("/regler/udgave/2/i-kraft", &[("i_stedet_for", "1"), ("begrundelse", " ")]).await;
        assert_eq!(without.status, StatusCode::CONFLICT, "a reason is asked for");
        assert_eq!(in_force(&world).await, 1);
        let done = ole.post("/regler/udgave/2/i-kraft", &act).await;
        assert_eq!(done.location.as_deref(), Some("/regler"), "{}", done.text);
        assert_eq!(unit_of_letter(&world, 3).await.as_deref(), Some("plads"));

        let front = pia.get("/regler").await.ok();
        assert!(front.contains("Udgave 2") && front.contains("set igennem"), "{front}");
        assert!(
            front.contains("titlen har »rågerne«: gives til Pladsanvisningen, sagsbehandleren vælger sagen.")
        );
        assert!(front.contains("<dd>1 brev</dd>"), "what it took is counted");
        let history = pia.get("/regler/historik?fra=1&til=2").await.ok();
        assert!(
            history.contains("råger i parken")
                && history.contains("<span class=\"visually-hidden\">tilføjet")
        );
        let file = pia.get("/regler/udgave/2/fil/0").await;
        assert_eq!(file.head["content-type"], "text/plain; charset=utf-8");
        assert!(file.text.contains("id = \"raager\""));

        // The files on disk say what they said before: what a person put in force stays.
        let world = world.reopen().await;
        assert_eq!(in_force(&world).await, 2);
        assert_eq!(unit_of_letter(&world, 4).await.as_deref(), Some("plads"));
        world.everything_is_settled().await;
    }
);

on_both_databases!(a_faulty_draft_is_told_at_its_line_and_takes_no_effect, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let page = draft(&pia).await;
    let good = text(&page);
    let at = good.lines().count() + 1;
    let rule =
        "[[rule]]\nid = \"skaev\"\ntitle = \"Skæv\"\nwhen = { kle = \"27\" }\nthen = { unit = \"plds\" }\n";
    let typed = format!("{good}{rule}").replace('\n', "\r\n");
    let sent = [("version", version(&page)), ("fil", "0".to_owned()), ("tekst", typed)];
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(pia.post("/regler/kladde/tekst", &sent).await.status, StatusCode::SEE_OTHER);
    let page = pia.get("/regler/kladde").await.ok();
    let line = at + 4;
    assert!(page.contains(&format!("linje {line}, reglen skaev")), "{page}");
    assert!(page.contains("enheden »plds« findes ikke") && page.contains("Mente du »plads«"), "{page}");
    assert!(page.contains(&format!("→{line}  then = ")), "the line itself is shown: {page}");
    let refused = proposed(&pia, &page).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("plds"), "{}", refused.text);
    let tried = pia.post("/regler/proev/post", &[("dage", "3")]).await.ok();
    assert!(tried.contains("Der er fejl i din kladde"), "{tried}");

    // No TOML at all, and a form that has no text to stand in.
    let version_now = version(&page);
    let sent = [("version", version_now.as_str()), ("fil", "0"), ("tekst", "[[rule\nid = ")];
    assert_eq!(pia.post("/regler/kladde/tekst", &sent).await.status, StatusCode::SEE_OTHER);
    let page = pia.get("/regler/kladde").await.ok();
    assert!(page.contains("linje 1") && page.contains("kan ikke læses som TOML"), "{page}");
    let form = pia.post("/regler/kladde/regel", &self::rule(&version(&page), "ny", "x", "plads")).await;
    assert_eq!(form.status, StatusCode::CONFLICT);
    assert!(
        form.text.contains("Ret den i teksten først") && form.text.contains("value=\"ny\""),
        "{}",
        form.text
    );
    let days = pia.post("/regler/proev/post", &[("dage", "1000000")]).await.ok();
    assert!(days.contains("mellem 1 og 366"), "{days}");
    assert_eq!(in_force(&world).await, 1);
    assert_eq!(world.room().store.editions().await.expect("an answer").len(), 1);
    world.everything_is_settled().await;
});

on_both_databases!(two_windows_and_two_people_never_overwrite_each_other, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let ole = desks.sign_in(&world, "ole", &[Role::Operator], &[]).await;
    let (of_pia, of_ole) = (draft(&pia).await, draft(&ole).await);

    // Many windows save what was seen at the same time: one of them does.
    let seen = version(&of_pia);
    let base = text(&of_pia);
    let texts: Vec<String> = (0..6).map(|n| format!("# vindue {n}\n{base}")).collect();
    let forms: Vec<[(&str, &str); 3]> = texts
        .iter()
        .map(|text| [("version", seen.as_str()), ("fil", "0"), ("tekst", text.as_str())])
        .collect();
    let saved =
        futures::future::join_all(forms.iter().map(|form| pia.post("/regler/kladde/tekst", form))).await;
    let done = saved.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(done, 1, "{saved:?}");
    let lost = saved.iter().find(|answer| answer.status == StatusCode::CONFLICT).expect("refused");
    assert!(lost.text.contains("i et andet vindue") && lost.text.contains("# vindue "), "{}", lost.text);

    // The two are apart until one is in force; then the other must take in what came.
    assert!(!ole.get("/regler/kladde").await.ok().contains("# vindue "));
    let page = pia.get("/regler/kladde").await.ok();
    assert_eq!(proposed(&pia, &page).await.location.as_deref(), Some("/regler/udgave/2"));
    let saved = ole.post("/regler/kladde/regel", &rule(&version(&of_ole), "raager", "rågerne", "park")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let act = [("i_stedet_for", "1"), ("begrundelse", "først")];
    assert_eq!(ole.post("/regler/udgave/2/i-kraft", &act).await.status, StatusCode::SEE_OTHER);
    let page = ole.get("/regler/kladde").await.ok();
    assert!(page.contains("Udgave 2 er sat i kraft, siden kladden blev begyndt"), "{page}");
    let behind = proposed(&ole, &page).await;
    assert_eq!(behind.status, StatusCode::CONFLICT);
    let now = version(&page);
    let brought = ole.post("/regler/kladde/ajour", &[("version", &now)]).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text);
    let page = ole.get("/regler/kladde").await.ok();
    assert!(text(&page).contains("# vindue ") && text(&page).contains("id = \"raager\""), "{page}");
    assert_eq!(proposed(&ole, &page).await.location.as_deref(), Some("/regler/udgave/3"));

    // Whoever saw another edition in force than the one that is does nothing.
    let stale = pia.post("/regler/udgave/3/i-kraft", &act).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("En anden udgave er sat i kraft"), "{}", stale.text);
    assert_eq!(in_force(&world).await, 2);
    let act = [("i_stedet_for", "2"), ("begrundelse", "så")];
    let both =
        tokio::join!(pia.post("/regler/udgave/3/i-kraft", &act), ole.post("/regler/udgave/1/i-kraft", &act));
    let done = [&both.0, &both.1].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(done, 1, "{both:?}");
    assert_eq!(world.room().store.activations().await.expect("an answer").len(), 3);
    world.everything_is_settled().await;
});

on_both_databases!(the_same_lines_changed_twice_are_left_to_a_person, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let ole = desks.sign_in(&world, "ole", &[Role::Operator], &[]).await;
    for (browser, name) in [(&pia, "Pladsen"), (&ole, "Anvisningen")] {
        let page = draft(browser).await;
        let changed = text(&page).replace("name = \"Pladsanvisningen\"", &format!("name = \"{name}\""));
        let seen = version(&page);
        let sent = [("version", seen.as_str()), ("fil", "0"), ("tekst", changed.as_str())];
        assert_eq!(browser.post("/regler/kladde/tekst", &sent).await.status, StatusCode::SEE_OTHER);
    }
    let page = pia.get("/regler/kladde").await.ok();
    proposed(&pia, &page).await;
    let act = [("i_stedet_for", "1"), ("begrundelse", "nyt navn")];
    assert_eq!(pia.post("/regler/udgave/2/i-kraft", &act).await.status, StatusCode::SEE_OTHER);
    let now = version(&ole.get("/regler/kladde").await.ok());
    assert_eq!(ole.post("/regler/kladde/ajour", &[("version", &now)]).await.status, StatusCode::SEE_OTHER);
    let page = ole.get("/regler/kladde").await.ok();
    let both = text(&page);
    assert!(
        both.contains("\"Pladsen\"") && both.contains("\"Anvisningen\"") && both.contains("<<<<<<<"),
        "{both}"
    );
    assert!(page.contains("Kladden kan ikke bruges endnu"), "{page}");
    assert_eq!(proposed(&ole, &page).await.status, StatusCode::CONFLICT);
    world.everything_is_settled().await;
});

on_both_databases!(names_that_would_be_markup_are_shown_as_they_are_written, |engine: Engine| async move {
    let world = World::open(engine).await;
    let desks = Desks::open(&world).await;
    let pia = desks.sign_in(&world, "pia", &[Role::PostDistributor], &[]).await;
    let ole = desks.sign_in(&world, "ole", &[Role::Operator], &[]).await;
    let hostile = "\"><img src=x onerror=alert(1)></textarea><script>alert(1)</script>'";
    let page = draft(&pia).await;
    let seen = version(&page);
    let mut form = rule(&seen, hostile, "rågerne", "plads");
    form.retain(|(name, _)| *name != "title");
    form.extend([("title", hostile), ("owner", hostile), ("reason", hostile), ("annotate.tags", hostile)]);
    let saved = pia.post("/regler/kladde/regel", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let mut pages = vec![pia.get(&saved.location.expect("on")).await.ok()];
    pages.push(pia.post("/regler/proev", &[("skitse", "label = \"rågerne\"")]).await.ok());
    pages.push(pia.post("/regler/proev", &[("skitse", hostile), ("besked", hostile)]).await.ok());
    assert_eq!(proposed(&pia, &pages[0]).await.location.as_deref(), Some("/regler/udgave/2"));
    pages.push(ole.get("/regler/udgave/2").await.ok());
    let act = [("i_stedet_for", "1"), ("begrundelse", hostile)];
    assert_eq!(ole.post("/regler/udgave/2/i-kraft", &act).await.status, StatusCode::SEE_OTHER);
    for path in
        ["/regler", "/regler/historik?fra=1&til=2", "/organisation/enhed/plads", "/regler/proev?udgave=1"]
    {
        pages.push(ole.get(path).await.ok());
    }
    for page in &pages {
        assert!(!page.contains("<img src=x") && !page.contains("<script>alert"), "{page}");
    }
    assert!(pages[4].contains("&#60;img src=x"), "it is shown: {}", pages[4]);
    world.everything_is_settled().await;
});

on_both_databases!(the_organisation_and_its_report_are_shown, |engine: Engine| async move {
    let world = World::open(engine).await;
    unit_of_letter(&world, 1).await;
    let desks = Desks::open(&world).await;
    let beli = desks.sign_in(&world, "beli", &[Role::RecordsManager], &[]).await;
    let tree = beli.get("/organisation").await.ok();
    assert!(
        tree.contains("Pladsanvisningen") && tree.contains("Nedlagt; posten går til Børn og Familie"),
        "{tree}"
    );
    assert!(!tree.contains("/regler/kladde"), "a records manager reads");
    let unit = beli.get("/organisation/enhed/boern").await.ok();
    assert!(unit.contains("Anne Lerche") && unit.contains("kun forslag"), "{unit}");
    assert_eq!(beli.get("/organisation/enhed/findes-ikke").await.status, StatusCode::NOT_FOUND);
    let report = beli.post("/organisation/ansvar", &[("dage", "30")]).await.ok();
    assert!(report.contains("Ingen ejer (") && report.contains("1 meddelelser"), "{report}");
    for (ending, begins) in [("csv", "\u{feff}KLE;Titel;"), ("xlsx", "PK"), ("pdf", "%PDF-")] {
        let file = beli.post("/organisation/ansvar/tabel", &[("dage", "30"), ("svar", ending)]).await;
        let name = format!("attachment; filename=\"modtag-responsibility-2026-11-20.{ending}\"");
        assert_eq!(
            (file.status, &file.head["content-disposition"]),
            (StatusCode::OK, &name),
            "{}",
            file.text
        );
        assert!(
            file.text.starts_with(begins),
            "{ending}: {}",
            file.text.chars().take(40).collect::<String>()
        );
    }
    let refused = beli.post("/organisation/ansvar/tabel", &[("dage", "30"), ("svar", "docx")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("CSV, Excel eller PDF"), "{}", refused.text);
    let events = world.room().store.audit_page(0, 1000).await.expect("the log");
    let events = events.iter().map(|stored| String::from_utf8_lossy(&stored.body).into_owned());
    let told = events.filter(|event| event.contains("\"what\":\"responsibility\"")).count();
    assert_eq!(told, 3, "what is taken out is told to the log");
    let front = beli.get("/regler").await.ok();
    assert!(!front.contains("Begynd på en kladde"), "{front}");
    for path in ["/regler/historik?fra=99&til=1", "/regler/udgave/99", "/regler/udgave/1/fil/99"] {
        assert_eq!(beli.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(beli.get("/regler/kladde").await.text.contains("Det har du ikke adgang til"));
    world.everything_is_settled().await;
});
