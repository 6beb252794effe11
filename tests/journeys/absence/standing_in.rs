//! Who gets a letter when the one it is for is not there.

use esdh::{Case, CaseNumber, Party, PartyId};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, on_both_databases};
use router::store::cases::KnownCase;
use router::store::effect::EffectKind;

use super::{AFTER, BEFORE, Town};
use crate::on_its_way::{PARTY, we_sent_a_letter};

/// A letter about this goes to this unit and person, for this reason instead of this one.
type Expected<'e> = (&'e str, &'e str, Option<&'e str>, Option<(&'e str, &'e str)>);

async fn goes(town: &Town, from: u64, expected: &[Expected<'_>]) {
    for (number, (about, unit, person, instead)) in (from..).zip(expected) {
        let taken = town.letter(number, about).await;
        let row = town.has(&taken).await;
        assert_eq!((row.unit.as_str(), row.person.as_deref()), (*unit, *person), "{about}");
        assert_eq!((row.redirect.as_deref(), row.meant_for.as_deref()), instead.unzip(), "{about}");
        let told = &town.events(&taken, "handed_over").await[0];
        let detail = |key: &str| told.details().get(key).map(String::as_str);
        assert_eq!((detail("unit"), detail("person")), (Some(*unit), *person), "{about}");
        assert_eq!((detail("redirect"), detail("meant_for")), instead.unzip(), "{about}");
    }
}

on_both_databases!(who_is_away_or_has_left_gives_way, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    goes(&town, 1, &[("anne", "boern", Some("anne"), None), ("vagten", "hold", None, None)]).await;
    town.sync().await;
    goes(
        &town,
        10,
        &[
            ("anne", "boern", Some("anne"), None),
            ("ukendt", "vej", Some("ukendt"), None),
            ("vagten", "hold", None, None),
        ],
    )
    .await;

    town.away("anne", BEFORE, Some("2026-11-20"));
    town.away("gert", BEFORE, None);
    town.person("dora").left = "2026-11-19".parse().ok();
    town.sync().await;
    goes(
        &town,
        20,
        &[
            ("anne", "boern", Some("bo"), Some(("absent-deputy", "anne"))),
            // The deputy works on the roads: they get it, the roads do not.
            ("dora", "boern", Some("ejnar"), Some(("left-deputy", "dora"))),
            ("gert", "hold", Some("frida"), Some(("absent-deputy", "gert"))),
            ("vagten", "hold", Some("hans"), Some(("role-present", "vagt"))),
        ],
    )
    .await;

    // The deputy is away as well: the next; and then all three are, who stand in for each other in a ring.
    town.away("bo", BEFORE, Some(AFTER));
    town.sync().await;
    goes(&town, 30, &[("anne", "boern", Some("carl"), Some(("absent-deputy", "anne")))]).await;
    town.away("carl", BEFORE, Some(AFTER));
    town.person("ejnar").inactive = true;
    town.sync().await;
    goes(
        &town,
        40,
        &[
            ("anne", "boern", None, Some(("absent-unit", "anne"))),
            ("dora", "boern", None, Some(("left-unit", "dora"))),
        ],
    )
    .await;

    // The day after the last day away.
    town.at("2026-11-21T08:00:00Z").await;
    goes(&town, 50, &[("anne", "boern", Some("anne"), None)]).await;
    town.world.everything_is_settled().await;
});

on_both_databases!(
    a_sensitive_letter_leaves_the_line_of_its_unit_for_no_deputy,
    |engine: Engine| async move {
        let mut town = Town::open(engine).await;
        town.away("dora", BEFORE, None);
        town.away("gert", BEFORE, None);
        town.sync().await;
        goes(
            &town,
            1,
            &[
                ("dora", "boern", Some("ejnar"), Some(("absent-deputy", "dora"))),
                ("dora, følsomt", "boern", None, Some(("absent-unit", "dora"))),
                ("gert, følsomt", "hold", Some("frida"), Some(("absent-deputy", "gert"))),
            ],
        )
        .await;
        town.world.everything_is_settled().await;
    }
);

on_both_databases!(a_unit_closed_after_the_decision_gives_way_to_its_heir, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    town.away("dora", BEFORE, None);
    town.person("dora").deputy = None;
    town.sync().await;
    // Somebody sends it to the closed unit by hand; and the unit of somebody who is away closes before it is carried out.
    let asked = town.letter(1, "noget andet").await;
    let answer = |unit: &str, person: Option<&str>| router::journey::Answer {
        person: "lise".into(),
        hand_over: rules::HandOver {
            unit: unit.into(),
            person: person.map(str::to_owned),
            journal: rules::Journaling::NotJournaled("prøve".into()),
        },
        reason: None,
        subject: None,
        to: None,
    };
    router::journey::answer(town.world.room(), &asked.id, answer("nedlagt", None)).await.expect("taken");
    let row = town.has(&asked).await;
    assert_eq!(
        (row.unit.as_str(), row.redirect.as_deref(), row.meant_for.as_deref()),
        ("vej", Some("unit-closed"), Some("nedlagt"))
    );
    let asked = town.letter(2, "noget tredje").await;
    router::journey::answer(town.world.room(), &asked.id, answer("nedlagt", Some("dora")))
        .await
        .expect("taken");
    let row = town.has(&asked).await;
    assert_eq!(
        (row.unit.as_str(), row.person.as_deref(), row.redirect.as_deref()),
        ("vej", None, Some("absent-unit"))
    );
    town.world.everything_is_settled().await;
});

on_both_databases!(
    the_room_follows_the_source_and_a_damaged_file_changes_nothing,
    |engine: Engine| async move {
        let mut town = Town::open(engine).await;
        assert!(!town.look().await.expect("no file is no fault"));
        town.sync().await;
        assert!(!town.look().await.expect("it can be read"), "nothing is new");
        town.away("anne", BEFORE, None);
        town.sync().await;
        goes(&town, 1, &[("anne", "boern", Some("bo"), Some(("absent-deputy", "anne")))]).await;

        let whole = std::fs::read(town.file()).expect("the file");
        std::fs::write(town.file(), &whole[..whole.len() / 2]).expect("written");
        assert!(town.look().await.is_err());
        assert!(!town.look().await.expect("told once"), "the same damage is not told again");
        goes(&town, 2, &[("anne", "boern", Some("bo"), Some(("absent-deputy", "anne")))]).await;
        std::fs::remove_file(town.file()).expect("removed");
        assert!(!town.look().await.expect("what was known stays"));
        goes(&town, 3, &[("anne", "boern", Some("bo"), Some(("absent-deputy", "anne")))]).await;

        // A start with a damaged file knows nobody's whereabouts, and starts.
        std::fs::write(town.file(), "{").expect("written");
        let town = Town::around(town.world.reopen().await);
        goes(&town, 4, &[("anne", "boern", Some("anne"), None)]).await;
        std::fs::write(town.file(), whole).expect("written");
        let town = Town::around(town.world.reopen().await);
        goes(&town, 5, &[("anne", "boern", Some("bo"), Some(("absent-deputy", "anne")))]).await;
        town.world.everything_is_settled().await;
    }
);

on_both_databases!(the_case_keeps_its_handler_while_a_deputy_gets_the_letter, |engine: Engine| async move {
    let mut town = Town::open(engine).await;
    town.away("anne", BEFORE, None);
    town.sync().await;
    let case = Case {
        number: CaseNumber("28.03.00-G01-7-26".into()),
        title: "Optagelse i dagtilbud".into(),
        open: true,
        successor: None,
        subject: "28.03.00".parse().ok(),
        facet: None,
        unit: Some("boern".into()),
        handler: Some("anne".into()),
        parties: vec![Party { id: PartyId::Cpr(PARTY.into()), name: "Mette Prøve".into(), primary: true }],
    };
    let room = town.world.room();
    let known = KnownCase { case, sensitivity: esdh::Sensitivity::Confidential };
    room.store.import_cases(&[known], &room.entropy, room.clock.now()).await.expect("the case is stored");
    we_sent_a_letter(&town.world).await;
    let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None);
    let taken = town.receive(answer).await;
    assert_eq!(town.has(&taken).await.person.as_deref(), Some("bo"));
    let story = town.world.story(&taken).await;
    assert_eq!(story.outcome, "journaled");
    assert_eq!(story.decision.and_then(|decision| decision.person).as_deref(), Some("anne"));
    assert!(story.effects.iter().any(|effect| effect.kind == EffectKind::Journal.as_str()));
    let case = town.world.room().store.case("28.03.00-G01-7-26").await.expect("an answer").expect("the case");
    assert_eq!(case.handler.as_deref(), Some("anne"));
    town.world.everything_is_settled().await;
});
