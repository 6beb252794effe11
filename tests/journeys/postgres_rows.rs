//! Row-level security: on PostgreSQL a connection sees the rows of the authority it named, in every table, whatever it asks.

use std::sync::Arc;

use esdh::{Case, CaseNumber, Party, PartyId, Sensitivity};
use journeys::databases::fresh_postgres;
use journeys::letters::{Letter, uuid};
use journeys::{Engine, World, world};
use router::audit::{Actor, EventKind};
use router::clock::SetClock;
use router::store::aside::AsideRow;
use router::store::cases::KnownCase;
use router::store::desk::PendingRow;
use router::store::draft::NewDraft;
use router::store::insight::marks::NewMarks;
use router::store::judged::NewJudged;
use router::store::known::SentLetter;
use router::store::lesson::NewLesson;
use router::store::notice::{NewWish, Told};
use router::store::own_model::{Act, NewOwnModel};
use router::store::session::NewSession;
use router::store::token::{AnswerKey, NewToken};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

const A: &str = world::CVR;
const B: &str = "87654321";
const PARTY: &str = "6202801212";

/// A house of this authority in this database, with something in every table that a letter's way leads through.
async fn house(cvr: &str, url: &str) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(SetClock::new(world::morning()));
    let mut config = world::config(folder.path(), Engine::Sqlite).await;
    let file = folder.path().join("database-url");
    std::fs::write(&file, url).expect("the folder can be written");
    config.database.url_file = Some(file);
    config.authority.cvr = Some(cvr.into());
    let policy = format!(
        "[authority]\ncvr = \"{cvr}\"\nname = \"Prøve\"\nsystems = [\"SBSYS\"]\n\n\
         [[unit]]\nid = \"plads\"\nname = \"Pladsanvisningen\"\njournals = \"case\"\n"
    );
    let policy = vec![("policy.toml".to_owned(), policy)];
    let house = world::open(config, clock.clone(), policy.clone()).await;
    let world = World { house, clock, folder, policy };
    let store = &world.room().store;
    let now = world.room().clock.now();
    let case = Case {
        number: CaseNumber("28.03.00-G01-7-26".into()),
        title: "Optagelse".into(),
        open: true,
        successor: None,
        subject: "28.03.00".parse().ok(),
        facet: "G01".parse().ok(),
        unit: Some("plads".into()),
        handler: None,
        parties: vec![Party { id: PartyId::Cpr(PARTY.into()), name: "Mette Prøve".into(), primary: true }],
    };
    let known = KnownCase { case, sensitivity: Sensitivity::Confidential };
    store.import_cases(&[known], &world.room().entropy, now).await.expect("the case is stored");
    let letter = SentLetter {
        message_uuid: uuid(9000).to_string(),
        message_id: None,
        case_number: "28.03.00-G01-7-26".into(),
    };
    store.remember_sent(&[letter], now).await.expect("the letter is remembered");
    store.protect(&["6909909999".into()], now).await.expect("the person is protected");
    crate::kle::import(&world, &["plan-1.xml"]).await;
    classifier_rows(&world).await;
    let answer =
        Letter::from_citizen(1, PARTY, "Mette Prøve").to(cvr).answering(uuid(9000), None, None).bytes();
    let taken = world.receive(&[answer]).await;
    assert_eq!(world.story(&taken[0]).await.outcome, "journaled");
    desk_rows(&world, &taken[0].id).await;
    notice_rows(&world).await;
    world.everything_is_settled().await;
    world
}

/// Something in every table of the desks.
async fn desk_rows(world: &World, message: &Uuid) {
    let store = &world.room().store;
    let now = world.room().clock.now();
    let draft = NewDraft { person: "pia", base: 1, text: b"[]" };
    let mut tx = store.begin().await.expect("a step");
    assert!(tx.begin_draft(&draft, &world.room().entropy, now).await.expect("a draft"));
    tx.commit(now).await.expect("it is stored");
    let later = now + jiff::SignedDuration::from_hours(1);
    let session = NewSession {
        token: [7; 32],
        person: "pia".into(),
        roles: "post-distributor".into(),
        units: "plads".into(),
        ends_at: later,
    };
    let token = NewToken {
        name: "robot".into(),
        digest: [8; 32],
        scopes: "status:read".into(),
        units: String::new(),
        made_by: "lise".into(),
        expires_at: later,
    };
    let key = AnswerKey { token: "robot".into(), key: [1; 32], request: [2; 32] };
    let pending = PendingRow::new(&uuid(9001), "pia", 1, later, b"{}".to_vec());
    let mut tx = store.begin().await.expect("a step");
    tx.begin_session(&session, now).await.expect("stored");
    assert!(tx.make_token(&token, now).await.expect("stored"));
    tx.remember_answer(&key, later, now, now).await.expect("stored");
    tx.remember_rule_act(&key, 1, now).await.expect("stored");
    tx.keep_break_glass_call("018f0000-0000-7000-8000-000000000001", "opened", now).await.expect("stored");
    assert!(tx.claim_letter(message, "pia", later, now).await.expect("stored"));
    assert!(tx.keep_answer(&pending, now).await.expect("stored"));
    let aside = AsideRow::new(message, "held", "pia", later, b"{}".to_vec());
    tx.put_aside(&aside, now).await.expect("stored");
    assert!(tx.correct_entry(message, "pia", b"{}", now).await.expect("stored"), "the message is journaled");
    let counted = NewMarks {
        day: "2026-11-20".parse().expect("a day"),
        sender_kind: "company",
        sender: "11223344".into(),
        sender_name: Some("Prøve A/S".into()),
        system: None,
        unit: String::new(),
        marks: 0,
        waited: true,
    };
    tx.count_marks(&[counted], &world.room().entropy).await.expect("stored");
    let by = Actor::person("pia", "post-distributor");
    tx.tell(world.room().event_by(EventKind::Viewed, by).about(*message).with("level", "text"));
    tx.commit(now).await.expect("stored");
}

/// Something in every table of notices.
async fn notice_rows(world: &World) {
    let store = &world.room().store;
    let now = world.room().clock.now();
    let wish = NewWish {
        channel: "teams",
        receiver: "plads",
        pace: "never",
        units: "plads".into(),
        since: jiff::Timestamp::UNIX_EPOCH,
        next_at: now,
        replaces: 0,
        by: "pia",
        wrapped_key: vec![0],
        sealed: vec![0],
    };
    let mut tx = store.begin().await.expect("a step");
    assert!(tx.make_wish(&wish, now).await.expect("stored"));
    tx.commit(now).await.expect("stored");
    let wish = store.wish("teams", "plads").await.expect("an answer").expect("a wish");
    let units = ["plads".to_owned()].into();
    let unseen = store.unseen_by(Told { person: None, units: &units }, &wish).await.expect("an answer");
    assert_eq!(unseen.len(), 1, "the unit has a letter");
    let mut tx = store.begin().await.expect("a step");
    tx.have_told(&wish, &uuid(9002).to_string(), &unseen, now).await.expect("stored");
    tx.commit(now).await.expect("stored");
}

/// Something in every table of what the classifier believed and learned.
async fn classifier_rows(world: &World) {
    let room = world.room();
    let now = room.clock.now();
    let subject: kle::Subject = "28.03.00".parse().expect("a subject");
    let belief = NewJudged {
        message: uuid(9001),
        model: "prøvemodel".into(),
        unit: "plads".into(),
        subject,
        subject_sure: 0.9,
        group: None,
        passed_on: None,
    };
    let lesson = NewLesson {
        message: uuid(9001),
        unit: "plads".into(),
        subject,
        expires_at: now + jiff::SignedDuration::from_hours(24),
        edition: "1".into(),
        grounds: b"{}".to_vec(),
        bytes: b"{}".to_vec(),
    };
    let mut tx = room.store.begin().await.expect("a step");
    tx.record_judged(&[belief], now).await.expect("stored");
    tx.stop_unit("plads", "prøve", now).await.expect("stored");
    tx.keep_lesson(&lesson, &room.entropy, now).await.expect("stored");
    let model =
        NewOwnModel { edition: "e", base: "b", author: "lise", lessons: 40, measures: "{}", bytes: b"{}" };
    let (number, _) = tx.keep_own_model(&model, &room.entropy, now).await.expect("stored");
    tx.act_on_own_model(number, Act::Promote, ("lise", "prøve"), now).await.expect("stored");
    tx.commit(now).await.expect("stored");
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("the server answers")
}

/// The same database as a superuser, whom no policy binds.
async fn admin(url: &str) -> PgConnection {
    let admin = std::env::var("MODTAG_TEST_POSTGRES").expect("the test server's URL");
    let (server, _) = admin.rsplit_once('/').expect("the URL names a database");
    let (_, name) = url.rsplit_once('/').expect("the URL names a database");
    connect(&format!("{server}/{name}")).await
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<u64, sqlx::Error> {
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map(|done| done.rows_affected())
}

async fn count(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_sees_one_authoritys_rows_in_every_table() {
    let url = fresh_postgres().await;
    let (a, b) = (house(A, &url).await, house(B, &url).await);
    let mut admin = admin(&url).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not like '\\_sqlx%' order by 1",
    )
    .fetch_all(&mut admin)
    .await
    .expect("the tables");
    assert!(tables.len() >= 15, "{tables:?}");
    // The built-in journal writes in one transaction and keeps no steps; a system outside would.
    for cvr in [A, B] {
        let sql = format!("insert into effect_step values ('{cvr}', 'e', 's', 't', 0)");
        run(&mut admin, &sql).await.expect("the row is written");
    }

    let mut bound = connect(&url).await;
    let (free, role): (bool, String) = sqlx::query_as(
        "select rolsuper or rolbypassrls, current_user::text from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut bound)
    .await
    .expect("the role");
    assert!(!free, "{role} is bound by no policy; the test would prove nothing");

    for table in &tables {
        let of_b = count(&mut admin, &format!("select count(*) from {table} where authority = '{B}'")).await;
        let of_a = count(&mut admin, &format!("select count(*) from {table} where authority = '{A}'")).await;
        assert!(of_a > 0 && of_b > 0, "{table} has no rows to hide");

        run(&mut bound, "reset modtag.authority").await.expect("reset");
        assert_eq!(
            count(&mut bound, &format!("select count(*) from {table}")).await,
            0,
            "{table}: nobody named, rows seen"
        );

        run(&mut bound, &format!("set modtag.authority = '{A}'")).await.expect("set");
        assert_eq!(count(&mut bound, &format!("select count(*) from {table}")).await, of_a, "{table}");
        let others = format!("select count(*) from {table} where authority <> '{A}'");
        assert_eq!(count(&mut bound, &others).await, 0, "{table}: rows of another authority are seen");
        let update = format!("update {table} set authority = authority where authority = '{B}'");
        assert_eq!(run(&mut bound, &update).await.expect("runs"), 0, "{table}: another's rows are changed");
        let delete = format!("delete from {table} where authority = '{B}'");
        assert_eq!(run(&mut bound, &delete).await.expect("runs"), 0, "{table}: another's rows are deleted");
        let give_away = format!("update {table} set authority = '{B}' where authority = '{A}'");
        assert!(run(&mut bound, &give_away).await.is_err(), "{table}: a row was moved to another authority");
        assert_eq!(
            count(&mut admin, &format!("select count(*) from {table} where authority = '{B}'")).await,
            of_b,
            "{table}"
        );
    }
    a.everything_is_settled().await;
    b.everything_is_settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_authorities_in_one_database_know_nothing_of_each_other() {
    let url = fresh_postgres().await;
    let (a, b) = (house(A, &url).await, house(B, &url).await);
    // The same UUID at both: not a duplicate, not a conflict, and each finds its own.
    let (of_a, of_b) = (
        a.room().store.messages_with_uuid(&uuid(1)).await,
        b.room().store.messages_with_uuid(&uuid(1)).await,
    );
    let (of_a, of_b) = (of_a.expect("an answer"), of_b.expect("an answer"));
    assert_eq!((of_a.len(), of_b.len()), (1, 1));
    assert_ne!(of_a[0].id, of_b[0].id);
    assert!(of_a[0].conflicts_with.is_none() && of_b[0].conflicts_with.is_none());
    let id = of_b[0].uuid().expect("an id");
    assert!(a.room().store.message(&id).await.expect("an answer").is_none());
    assert_eq!(a.room().store.entry_counts().await.expect("an answer").0, 1);
}
