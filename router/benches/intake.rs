//! How many 20 KB messages a second are taken in durably, decided and journaled in the built-in journal.
//!
//! A program of its own rather than a sampling benchmark: what counts is the rate over a whole run with real fsyncs,
//! over real HTTP connections, until the last message is settled. `tests/peers/postfix/run` compares it with Postfix
//! in one go. Environment: `MESSAGES` (default 6000), `SENDERS` (default 64), `STORED` (messages in the store before,
//! default 0), `FOLDER` (where, default a temporary folder; one that has messages already is only filled up).

mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{fill, number};
use esdh::{Case, CaseNumber, Party, PartyId, Sensitivity};
use jiff::Timestamp;
use router::config::Config;
use router::intake::Intake;
use router::intake::push::{self, Gate};
use router::journey::Workers;
use router::setup::{self, House, World};
use router::store::cases::KnownCase;
use router::store::message::Stage;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const CVR: &str = "12345678";
const CASE: &str = "28.03.00-G01-1-26";
const POLICY: &str = r#"
[authority]
cvr = "12345678"
name = "Målekøbing Kommune"
systems = ["FAG-1"]

[[unit]]
id = "plads"
name = "Pladsanvisningen"
journals = "case"
"#;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let (messages, senders, stored) = (number("MESSAGES", 6000), number("SENDERS", 64), number("STORED", 0));
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = std::env::var("FOLDER").map_or_else(|_| temporary.path().join("house"), Into::into);
    let mut config = Config::demo(&folder, CVR, "Målekøbing Kommune").expect("sound defaults");
    config.log.level = "warn".into();
    router::web::logging::start(&config.log);
    let house = setup::open_with(config, World::system(), vec![("policy.toml".into(), POLICY.into())])
        .await
        .expect("opens");
    know_the_case(&house).await;
    let there = settled(&house).await;
    if stored > there {
        fill(&house, there..stored, letter).await;
    }
    let before = settled(&house).await;

    let (next, fresh) = mpsc::channel(4096);
    let workers = Workers::start(&house.room, fresh);
    let intake = Intake::open(house.room.clone(), next);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let gate = Gate { allow: vec!["127.0.0.1/32".parse().expect("a network")], header: None };
    let routes = push::routes("/post", intake.clone(), gate);
    let served = tokio::spawn(async move {
        axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).await
    });

    let letters: Arc<Vec<Vec<u8>>> = Arc::new((0..messages).map(|n| letter(before + n)).collect());
    let size = letters.iter().map(Vec::len).sum::<usize>() / letters.len().max(1);
    let started = Instant::now();
    let client = reqwest::Client::new();
    let sending = (0..senders).map(|sender| {
        let (client, letters) = (client.clone(), letters.clone());
        tokio::spawn(async move {
            let mut slowest = Duration::ZERO;
            for n in (sender..messages).step_by(senders as usize) {
                let one = Instant::now();
                send(&client, address, n, letters[n as usize].clone()).await;
                slowest = slowest.max(one.elapsed());
            }
            slowest
        })
    });
    let slowest =
        futures::future::join_all(sending).await.into_iter().map(|slowest| slowest.expect("sent")).max();
    let accepted = started.elapsed();
    while is_work_left(&house).await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let done = started.elapsed();
    assert_eq!(settled(&house).await, before + messages, "all are settled");
    served.abort();
    drop(intake);
    workers.stop().await;

    let (entries, distinct) = house.room.store.entry_counts().await.expect("counts");
    assert_eq!(entries, distinct, "journaled once each");
    let rate = |time: Duration| messages as f64 / time.as_secs_f64();
    println!("messages            {messages} of {size} bytes, {senders} senders, {before} stored before");
    println!(
        "accepted (durable)  {:.0}/s   slowest answer {:?}",
        rate(accepted),
        slowest.unwrap_or_default()
    );
    println!("journaled, settled  {:.0}/s", rate(done));
}

async fn settled(house: &House) -> u64 {
    let counts = house.room.store.counts().await.expect("counts");
    counts.iter().filter(|(stage, _, _)| stage == Stage::Settled.as_str()).map(|(_, _, n)| n).sum()
}

/// Asks only about what is not done yet: counting all that is stored would cost more than the work.
async fn is_work_left(house: &House) -> bool {
    let (oldest, _) = house.room.store.unsettled(Timestamp::MIN).await.expect("an answer");
    oldest.is_some() || !house.room.store.effect_counts().await.expect("an answer").is_empty()
}

async fn know_the_case(house: &House) {
    let case = Case {
        number: CaseNumber(CASE.into()),
        title: "Sag".into(),
        open: true,
        successor: None,
        subject: "28.03.00".parse().ok(),
        facet: None,
        unit: Some("plads".into()),
        handler: None,
        parties: vec![Party {
            id: PartyId::Cpr("6202801212".into()),
            name: "Mette Prøve".into(),
            primary: true,
        }],
    };
    let known = KnownCase { case, sensitivity: Sensitivity::Confidential };
    house
        .room
        .store
        .import_cases(&[known], &house.room.entropy, house.room.clock.now())
        .await
        .expect("stored");
}

async fn send(client: &reqwest::Client, address: SocketAddr, n: u64, letter: Vec<u8>) {
    const EDGE: &str = "modtag-bench-edge";
    let mut body = format!(
        "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{n}\"\r\nContent-Type: application/xml\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(&letter);
    body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
    let answer = client
        .post(format!("http://{address}/post"))
        .header("content-type", format!("multipart/form-data; boundary={EDGE}"))
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
}

/// An answer to a letter of ours, about 20 KB: mostly one document.
fn letter(n: u64) -> Vec<u8> {
    let uuid = uuid::Builder::from_random_bytes((u128::from(n) | 0xaa << 120).to_be_bytes()).into_uuid();
    let document = "VGFrIGZvciBqZXJlcyBicmV2LiBIZXIgZXIgbWl0IHN2YXIu".repeat(390);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2"><memo:MessageHeader><memo:messageType>DIGITALPOST</memo:messageType><memo:messageUUID>{uuid}</memo:messageUUID><memo:label>SV: Tilbud om plads nr. {n}</memo:label><memo:reply>true</memo:reply><memo:Sender><memo:senderID>6202801212</memo:senderID><memo:idType>CPR</memo:idType><memo:label>Mette Prøve</memo:label></memo:Sender><memo:Recipient><memo:recipientID>{CVR}</memo:recipientID><memo:idType>CVR</memo:idType></memo:Recipient><memo:ReplyData><memo:messageUUID>{uuid}</memo:messageUUID><memo:caseID>{CASE}</memo:caseID><memo:generatingSystemID>FAG-1</memo:generatingSystemID></memo:ReplyData></memo:MessageHeader><memo:MessageBody><memo:createdDateTime>2026-11-20T07:30:00Z</memo:createdDateTime><memo:MainDocument><memo:File><memo:encodingFormat>application/pdf</memo:encodingFormat><memo:filename>svar.pdf</memo:filename><memo:language>da</memo:language><memo:content>{document}</memo:content></memo:File></memo:MainDocument></memo:MessageBody></memo:Message>"#
    )
    .into_bytes()
}
