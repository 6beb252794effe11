//! On its way: decided, journaled, handed over, answered.

use esdh::{Case, CaseNumber, Party, PartyId};
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, on_both_databases};
use router::store::cases::KnownCase;
use router::store::known::SentLetter;

/// A citizen who is party of the case in these journeys.
pub const PARTY: &str = "6202801212";

/// The case of that citizen.
pub fn case_of_party(open: bool) -> Case {
    Case {
        number: CaseNumber("28.03.00-G01-7-26".into()),
        title: "Optagelse i dagtilbud".into(),
        open,
        successor: None,
        subject: "28.03.00".parse().ok(),
        facet: "G01".parse().ok(),
        unit: Some("plads".into()),
        handler: None,
        parties: vec![Party { id: PartyId::Cpr(PARTY.into()), name: "Mette Prøve".into(), primary: true }],
    }
}

/// A case of that citizen, and a letter that we sent in it.
pub async fn with_case(engine: Engine, open: bool) -> World {
    let world = World::open(engine).await;
    let now = world.room().clock.now();
    let known = KnownCase { case: case_of_party(open), sensitivity: esdh::Sensitivity::Confidential };
    let store = &world.room().store;
    store.import_cases(&[known], &world.room().entropy, now).await.expect("the case is stored");
    we_sent_a_letter(&world).await;
    world
}

/// A letter that we sent in that case.
pub async fn we_sent_a_letter(world: &World) {
    let letter = SentLetter {
        message_uuid: uuid(9000).to_string(),
        message_id: Some("BREV-1".into()),
        case_number: "28.03.00-G01-7-26".into(),
    };
    let room = world.room();
    room.store.remember_sent(&[letter], room.clock.now()).await.expect("the letter is remembered");
}

on_both_databases!(an_answer_to_our_letter_is_journaled_on_its_case, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[answer]).await;
    let story = world.story(&taken[0]).await;
    assert_eq!(
        (story.stage.as_str(), story.outcome.as_str()),
        ("settled", "journaled"),
        "{}",
        story.danish()
    );
    let entry = story.entry.expect("a journal entry");
    assert_eq!((entry.case.as_str(), entry.number, entry.documents), ("28.03.00-G01-7-26", Some(1), 2));
    world.everything_is_settled().await;
});

on_both_databases!(an_answer_from_somebody_else_is_not_journaled_there, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let answer =
        Letter::from_citizen(1, "6303801313", "Anden Person").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[answer]).await;
    let story = world.story(&taken[0]).await;
    assert!(story.entry.is_none());
    assert_eq!(story.stage, "waiting");
    world.everything_is_settled().await;
});

on_both_databases!(a_persons_answer_travels_the_same_path, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let letter = Letter::from_citizen(1, "6303801313", "Anden Person").bytes();
    let taken = world.receive(&[letter]).await;
    let answer = router::journey::Answer {
        person: "lise".into(),
        hand_over: rules::HandOver {
            unit: "plads".into(),
            person: None,
            journal: rules::Journaling::OnCase("28.03.00-G01-7-26".into()),
        },
        reason: Some("set i brevet".into()),
        subject: None,
        to: None,
    };
    router::journey::answer(world.room(), &taken[0].id, answer).await.expect("the answer is taken");
    world.work().await;
    let story = world.story(&taken[0]).await;
    assert_eq!((story.stage.as_str(), story.outcome.as_str()), ("settled", "journaled"));
    assert_eq!(story.decision.expect("a decision").decider, "person:lise");
    world.everything_is_settled().await;
});

on_both_databases!(a_closed_case_is_opened_again_where_the_unit_wants_that, |engine: Engine| async move {
    let world = with_case(engine, false).await;
    let answer = Letter::from_citizen(1, PARTY, "Mette Prøve").answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[answer]).await;
    let story = world.story(&taken[0]).await;
    assert_eq!(story.stage, "settled", "{}", story.danish());
    let case = world.room().store.case("28.03.00-G01-7-26").await.expect("an answer").expect("the case");
    assert!(case.open);
    world.everything_is_settled().await;
});

on_both_databases!(mail_of_a_protected_company_is_held, |engine: Engine| async move {
    let world = with_case(engine, true).await;
    let room = world.room();
    let cvr = "87654321";
    room.store.protect(&[cvr.to_owned()], room.clock.now()).await.expect("the list is kept");
    let letter = Letter::from_citizen(1, PARTY, "Mette Prøve").with(|message| {
        message.header.sender.sender_id = cvr.into();
        message.header.sender.id_type = "CVR".into();
    });
    let taken = world.receive(&[letter.bytes()]).await;
    assert_eq!(world.row(&taken[0]).await.outcome, "protected-party");
    world.everything_is_settled().await;
});
