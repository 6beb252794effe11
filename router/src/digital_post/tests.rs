//! The client against a simulated Digital Post that can be told to misbehave.

mod tls;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::uuid;

use super::*;
use crate::config::{Config, Sources};

const SYSTEM: &str = "3f2a1c9e-1111-4000-8000-000000000001";
const TOKEN: &str = "kanariefugl-token";
/// `base64("<SYSTEM>:<TOKEN>")`, made by another program.
const BASIC: &str = "Basic M2YyYTFjOWUtMTExMS00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOmthbmFyaWVmdWdsLXRva2Vu";

/// What the simulator answers.
#[derive(Clone)]
enum Reply {
    Status(u16),
    With(u16, &'static [(&'static str, &'static str)], &'static str),
    Redirect(u16, String),
    Slowly(Duration),
}

/// What the simulator was sent.
#[derive(Clone)]
struct Seen {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Value,
}

/// Digital Post on this machine: gives the replies in turn, then 200.
#[derive(Clone, Default)]
struct Simulator {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Simulator {
    async fn start(replies: &[Reply]) -> (Self, String) {
        let simulator = Self::default();
        simulator.replies.lock().expect("unpoisoned").extend(replies.iter().cloned());
        let answer = {
            let simulator = simulator.clone();
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let simulator = simulator.clone();
                async move { simulator.answer(method, uri, headers, &body).await }
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/apis/v1", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        (simulator, address)
    }

    async fn answer(&self, method: Method, uri: Uri, headers: HeaderMap, body: &[u8]) -> Response<Body> {
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        self.seen.lock().expect("unpoisoned").push(Seen { method, uri, headers, body });
        let reply = self.replies.lock().expect("unpoisoned").pop_front().unwrap_or(Reply::Status(200));
        let response = |status: u16| Response::builder().status(status);
        let (response, body) = match reply {
            Reply::Status(status) => (response(status), ""),
            Reply::With(status, headers, body) => {
                let with = |builder: axum::http::response::Builder, header: &(&str, &str)| {
                    builder.header(header.0, header.1)
                };
                (headers.iter().fold(response(status), with), body)
            }
            Reply::Redirect(status, location) => (response(status).header("location", location), ""),
            Reply::Slowly(pause) => {
                tokio::time::sleep(pause).await;
                (response(200), "")
            }
        };
        response.body(Body::from(body)).expect("a response")
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("unpoisoned").clone()
    }
}

fn configured(base_url: &str, more: &[(&str, &str)]) -> Config {
    let basic = [
        ("MODTAG_DIGITAL_POST__BASE_URL", base_url),
        ("MODTAG_DIGITAL_POST__SYSTEM_ID", SYSTEM),
        ("MODTAG_DIGITAL_POST__API_TOKEN", TOKEN),
        ("MODTAG_DIGITAL_POST__TIMEOUT_SECONDS", "1"),
    ];
    let environment =
        basic.iter().chain(more).map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    let working_folder = Path::new("/findes-ikke").to_owned();
    Config::load(&Sources { file: None, working_folder, environment }).expect("a configuration")
}

fn client(base_url: &str) -> DigitalPost {
    DigitalPost::open(&configured(base_url, &[]).digital_post).expect("opens").expect("is configured")
}

fn now() -> Timestamp {
    "2025-06-02T17:45:21Z".parse().expect("a time")
}

fn receipt(verdict: Verdict) -> Receipt {
    Receipt {
        transmission_id: uuid!("6f0c0000-0000-4000-8000-00000000aaaa"),
        message_uuid: uuid!("8C2E0000-0000-4000-8000-00000000BBBB"),
        at: "2025-06-02T17:45:20.123456Z".parse().expect("a time"),
        verdict,
    }
}

async fn send_to(replies: &[Reply]) -> Result<Accepted, Setback> {
    let (simulator, address) = Simulator::start(replies).await;
    let answer = client(&address).send(&receipt(Verdict::Completed), now()).await;
    assert_eq!(simulator.seen().len(), 1, "one call a time: repeating is the effect's business");
    answer
}

#[tokio::test]
async fn a_positive_receipt_is_sent_as_documented() {
    let (simulator, address) = Simulator::start(&[]).await;
    let answer = client(&format!("{address}/")).send(&receipt(Verdict::Completed), now()).await;
    assert!(matches!(answer, Ok(Accepted::Now)));
    let [seen] = simulator.seen().try_into().ok().expect("one call");
    assert_eq!(seen.method, Method::POST);
    assert_eq!(seen.uri.path(), "/apis/v1/memos/8c2e0000-0000-4000-8000-00000000bbbb/receipt");
    assert_eq!(seen.headers["authorization"], BASIC);
    assert_eq!(seen.headers["content-type"], "application/json");
    let expected = json!({
        "transmissionId": "6f0c0000-0000-4000-8000-00000000aaaa",
        "messageUUID": "8c2e0000-0000-4000-8000-00000000bbbb",
        "errorCode": null,
        "errorMessage": null,
        "timeStamp": "2025-06-02T17:45:20.123Z",
        "receiptStatus": "COMPLETED",
    });
    assert_eq!(seen.body, expected);
}

#[test]
fn a_positive_receipt_writes_its_nulls() {
    let json = receipt(Verdict::Completed).json().expect("written");
    let text = String::from_utf8(json).expect("text");
    assert!(text.contains("\"errorCode\":null,\"errorMessage\":null"), "{text}");
}

#[tokio::test]
async fn a_negative_receipt_carries_our_code_and_says_nothing_about_the_letter() {
    let (simulator, address) = Simulator::start(&[]).await;
    let negative = receipt(Verdict::Invalid(Unreceivable::NotMemo));
    assert!(matches!(client(&address).send(&negative, now()).await, Ok(Accepted::Now)));
    let body = &simulator.seen()[0].body;
    assert_eq!(body["receiptStatus"], "INVALID");
    assert_eq!(body["errorCode"], "NOT_MEMO");
    assert_eq!(body["errorMessage"], "Meddelelsen kunne ikke læses som MeMo");
}

#[tokio::test]
async fn a_receipt_digital_post_already_has_is_done() {
    let body = r#"{"code":"memo.receipt.exists","message":"Receipt already exists","fieldErrors":[]}"#;
    for (status, body) in [
        (409, body),
        (409, ""),
        (422, body),
        (422, "<html>"),
        (422, r#"{"code":"x","fieldErrors":[{"field":"messageUUID","code":"receipted"}]}"#),
    ] {
        let answer = send_to(&[Reply::With(status, &[("content-type", "application/json")], body)]).await;
        assert!(matches!(answer, Ok(Accepted::Already(seen)) if seen == status), "{status} {body}");
    }
}

#[tokio::test]
async fn a_receipt_that_is_found_faulty_goes_to_a_person() {
    let body = r#"{"code":"validation.failed","message":"Borger Hansen","fieldErrors":[{"resource":"receipt","field":"timeStamp","code":"past","message":"m","rejectedValue":"v"}]}"#;
    for status in [400, 422] {
        let answer = send_to(&[Reply::With(status, &[], body)]).await;
        let Err(Setback::AskPerson(refusal)) = answer else { panic!("{status}: {answer:?}") };
        assert_eq!(refusal, Refusal::Malformed(Some("validation.failed".to_owned())));
        assert!(refusal.danish().contains("validation.failed") && !refusal.danish().contains("Hansen"));
    }
    let answer = send_to(&[Reply::With(400, &[], r#"{"code":"not a code: Borger Hansen"}"#)]).await;
    assert!(matches!(answer, Err(Setback::AskPerson(Refusal::Malformed(None)))));
}

#[tokio::test]
async fn wrong_access_goes_to_a_person() {
    for (status, expected) in [
        (401, Refusal::Credentials),
        (403, Refusal::Forbidden),
        (404, Refusal::Unknown),
        (418, Refusal::Strange(418)),
    ] {
        let answer = send_to(&[Reply::Status(status)]).await;
        assert!(matches!(&answer, Err(Setback::AskPerson(seen)) if *seen == expected), "{answer:?}");
    }
}

#[tokio::test]
async fn an_unwell_digital_post_is_asked_again_later_and_when_it_says() {
    for (status, headers, expected) in [
        (503, &[][..], None),
        (503, &[("retry-after", "120")][..], Some(120)),
        (429, &[("retry-after", "Mon, 02 Jun 2025 17:50:21 GMT")][..], Some(300)),
        (429, &[("retry-after", "Mon, 02 Jun 2025 17:00:00 GMT")][..], None),
        (503, &[("retry-after", "99999999999")][..], Some(24 * 3_600)),
        (503, &[("retry-after", "snart")][..], None),
        (500, &[][..], None),
        (502, &[("content-type", "text/html")][..], None),
        (408, &[][..], None),
    ] {
        let answer = send_to(&[Reply::With(status, headers, "")]).await;
        let Err(Setback::Later { wait, .. }) = answer else { panic!("{status}: {answer:?}") };
        assert_eq!(wait, expected.map(Duration::from_secs), "{status} {headers:?}");
    }
}

#[tokio::test]
async fn a_web_page_with_200_is_no_answer() {
    let page = Reply::With(200, &[("content-type", "text/HTML; charset=utf-8")], "<html>Log ind</html>");
    assert!(matches!(send_to(&[page]).await, Err(Setback::Later { .. })));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, address) = Simulator::start(&[]).await;
    for status in [301, 302, 307, 308] {
        let answer = send_to(&[Reply::Redirect(status, format!("{address}/et-andet-sted"))]).await;
        assert!(matches!(answer, Err(Setback::AskPerson(Refusal::Strange(seen))) if seen == status));
    }
    assert!(elsewhere.seen().is_empty(), "the token went somewhere else");
}

#[tokio::test]
async fn a_slow_answer_is_left_and_the_same_receipt_sent_again_is_done() {
    let (simulator, address) =
        Simulator::start(&[Reply::Slowly(Duration::from_secs(30)), Reply::Status(409)]).await;
    let client = client(&address);
    let receipt = receipt(Verdict::Completed);
    let Err(Setback::Later { why, source: Some(source), .. }) = client.send(&receipt, now()).await else {
        panic!("the answer should not have come");
    };
    assert_eq!(why, "svaret kom ikke i tide");
    assert!(source.url().is_none());
    assert!(matches!(client.send(&receipt, now()).await, Ok(Accepted::Already(409))));
    let seen = simulator.seen();
    assert_eq!(seen[0].body, seen[1].body, "a repetition is word for word the same");
}

#[tokio::test]
async fn a_connection_that_breaks_or_is_refused_means_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let client = client(&address);
    let breaking = tokio::spawn(async move {
        use tokio::io::AsyncReadExt;
        let (mut connection, _) = listener.accept().await.expect("a call");
        let mut start = [0; 16];
        connection.read_exact(&mut start).await.expect("read");
        // Unread bytes make the close a reset.
        drop(connection);
    });
    let receipt = receipt(Verdict::Completed);
    let answer = client.send(&receipt, now()).await;
    assert!(matches!(answer, Err(Setback::Later { why: "forbindelsen blev afbrudt", .. })), "{answer:?}");
    breaking.await.expect("served");
    let answer = client.send(&receipt, now()).await;
    assert!(matches!(answer, Err(Setback::Later { why: "ingen forbindelse", .. })), "{answer:?}");
}

#[tokio::test]
async fn a_configured_proxy_is_used() {
    let (proxy, address) = Simulator::start(&[]).await;
    let proxy_url = address.trim_end_matches("/apis/v1");
    let config = configured("http://127.0.0.1:9/apis/v1", &[("MODTAG_DIGITAL_POST__PROXY", proxy_url)]);
    let client = DigitalPost::open(&config.digital_post).expect("opens").expect("is configured");
    assert!(matches!(client.send(&receipt(Verdict::Completed), now()).await, Ok(Accepted::Now)));
    assert_eq!(proxy.seen()[0].uri.authority().map(|to| to.as_str()), Some("127.0.0.1:9"));
}

#[test]
fn without_an_address_nothing_is_opened() {
    let config = Config::defaults(Path::new("")).expect("defaults");
    assert!(matches!(DigitalPost::open(&config.digital_post), Ok(None)));
}

#[test]
fn only_https_or_this_machine_gets_the_token() {
    let mut config = configured("http://[::1]:8080", &[]).digital_post;
    assert!(DigitalPost::open(&config).is_ok());
    for address in ["http://api.digitalpost.dk", "http://127.0.0.1.example", "ftp://127.0.0.1", "her"] {
        config.base_url = Some(address.to_owned());
        assert!(matches!(DigitalPost::open(&config), Err(OpenError::Address)), "{address}");
    }
}

#[test]
fn a_certificate_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("certifikat.pem");
    std::fs::write(&file, "dette er ikke et certifikat").expect("written");
    let mut config = configured("https://api.example", &[]).digital_post;
    config.ca_file = Some(file.clone());
    let error = DigitalPost::open(&config).expect_err("no roots");
    assert!(error.danish().contains("certifikat.pem"), "{}", error.danish());
    config.ca_file = None;
    config.client_certificate_file = Some(file);
    config.client_key_file = Some(folder.path().join("findes-ikke.pem"));
    let error = DigitalPost::open(&config).expect_err("no key");
    assert!(error.danish().contains("findes-ikke.pem"), "{}", error.danish());
}

/// A place for log lines that can be read afterwards.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_token_nor_answer_text_is_ever_shown() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let text = r#"{"code":"c","message":"kanariefugl-svar"}"#;
    let replies = [409, 400, 401, 503, 200].map(|status| Reply::With(status, &[], text));
    let (_simulator, address) = Simulator::start(&replies).await;
    let client = client(&address);
    let mut shown = format!("{client:?} {:?}", configured(&address, &[]));
    for _ in &replies {
        let answer = client.send(&receipt(Verdict::Completed), now()).await;
        shown.push_str(&format!("{answer:?}"));
        if let Err(setback) = answer {
            shown.push_str(&setback.to_string());
        }
    }
    shown.push_str(&String::from_utf8_lossy(&log.0.lock().expect("unpoisoned")));
    assert!(shown.contains("had a receipt for this message already"), "the log was read");
    for secret in ["kanariefugl", BASIC.trim_start_matches("Basic ")] {
        assert!(!shown.contains(secret), "shown: {secret}");
    }
}

#[test]
fn every_refusal_tells_the_person_what_to_do() {
    for refusal in [
        Refusal::Credentials,
        Refusal::Forbidden,
        Refusal::Unknown,
        Refusal::Malformed(None),
        Refusal::Malformed(Some("kode".to_owned())),
        Refusal::Strange(302),
    ] {
        let text = refusal.danish();
        assert!(text.contains("Se efter") || text.contains("Kontakt"), "{text}");
    }
}
