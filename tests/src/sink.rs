//! A receiver of webhooks, as the program meets it: it keeps every byte that reaches it, checks signatures by its own
//! arithmetic, and has bad days.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The secret that sender and receiver share; no letter, but no less secret.
pub const SECRET: &str = "whsec_S2FuYXJpZWJ1cmV0cyBoZW1tZWxpZ2UgbGFhcw==";

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// This status.
    Status(u16),
    /// This status, and the wish to be left alone for so many seconds.
    Busy(u16, u64),
    /// To somewhere else.
    Redirect(String),
    /// 200, and then more than anybody wants to read.
    Huge,
    /// No answer: the connection is closed.
    HangUp,
    /// 200, and the connection is closed in the middle of the body.
    HangUpMidAnswer,
    /// No answer before [`Sink::release`].
    Hold,
}

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Every byte of it.
    pub bytes: Vec<u8>,
    /// First line.
    pub line: String,
    /// Headers, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Seen {
    /// A header, which must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_else(|| panic!("no header {name}"))
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    /// Whether it is signed with this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
        let head = format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp"));
        let signature = STANDARD.encode(hmac(&key, &[head.as_bytes(), &self.body].concat()));
        self.header("webhook-signature").split(' ').any(|one| one == format!("v1,{signature}"))
    }
}

/// HMAC-SHA256 as RFC 2104 writes it, for keys of a block at most.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|place| key.get(place).copied().unwrap_or_default() ^ with).collect()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

/// A running receiver.
#[derive(Clone)]
pub struct Sink {
    state: Arc<Mutex<State>>,
    released: Arc<watch::Sender<bool>>,
    address: SocketAddr,
}

#[derive(Default)]
struct State {
    /// What goes wrong with the next calls, in order.
    misdeeds: VecDeque<Misdeed>,
    seen: Vec<Seen>,
}

impl Sink {
    /// Starts it on a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let sink = Self { state: Arc::default(), released: Arc::new(watch::channel(false).0), address };
        let answering = sink.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let sink = answering.clone();
                // Whoever hangs up on us has said what there was to say.
                tokio::spawn(async move { sink.answer(connection).await.ok() });
            }
        });
        sink
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}/modtag", self.address)
    }

    /// Does these with the next calls, one each.
    pub fn misbehave(&self, misdeeds: impl IntoIterator<Item = Misdeed>) {
        self.state().misdeeds.extend(misdeeds);
    }

    /// Answers the calls that are held, and holds no more.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    /// The calls so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Waits until so many calls were made.
    ///
    /// Panics when they are not made within half a minute.
    pub async fn has_seen(&self, calls: usize) {
        for _ in 0..3_000 {
            if self.state().seen.len() >= calls {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} calls were made", self.state().seen.len());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, mut connection: TcpStream) -> std::io::Result<()> {
        let Some(seen) = read(&mut connection).await? else { return Ok(()) };
        let misdeed = {
            let mut state = self.state();
            state.seen.push(seen);
            state.misdeeds.pop_front()
        };
        let head = |status: u16, more: &str, length: usize| {
            format!("HTTP/1.1 {status} Svar\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n")
        };
        let answer = match misdeed {
            None => head(204, "", 0),
            Some(Misdeed::Status(status)) => head(status, "", 0),
            Some(Misdeed::Busy(status, seconds)) => head(status, &format!("retry-after: {seconds}\r\n"), 0),
            Some(Misdeed::Redirect(place)) => head(307, &format!("location: {place}\r\n"), 0),
            Some(Misdeed::Huge) => {
                connection.write_all(head(200, "", 1 << 30).as_bytes()).await?;
                let piece = vec![b'x'; 1 << 16];
                for _ in 0..1 << 14 {
                    connection.write_all(&piece).await?;
                }
                return Ok(());
            }
            Some(Misdeed::HangUp) => return Ok(()),
            Some(Misdeed::HangUpMidAnswer) => head(200, "", 1_000) + "{\"ok\":",
            Some(Misdeed::Hold) => {
                // The sender of the word outlives everybody who waits for it.
                let _ = self.released.subscribe().wait_for(|released| *released).await;
                head(200, "", 0)
            }
        };
        connection.write_all(answer.as_bytes()).await?;
        connection.shutdown().await
    }
}

/// Reads one request; `None` when the caller only knocked.
async fn read(connection: &mut TcpStream) -> std::io::Result<Option<Seen>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(seen) = parse(&bytes) {
            return Ok(Some(seen));
        }
        if connection.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Seen> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let (line, rest) = head.split_once("\r\n").unwrap_or((&head, ""));
    let headers: BTreeMap<String, String> = rest
        .split("\r\n")
        .filter_map(|header| header.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    Some(Seen { bytes: bytes.to_vec(), line: line.to_owned(), headers, body })
}
