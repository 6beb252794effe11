//! A mail server, as the program meets it: it keeps every mail that it was given, and has bad days.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What goes wrong with one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// The connection is closed at once.
    HangUp,
    /// This answer to who sends.
    Sender(u16),
    /// This answer to whom it is for.
    Recipient(u16),
    /// This answer to the mail.
    Mail(u16),
    /// The mail is taken, and the connection is closed before anybody hears so.
    HangUpAfterMail,
    /// The mail is taken, and nothing is ever said of it.
    Silent,
}

/// A mail that was given to the server, whether or not it said yes.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Whom it is for.
    pub to: Vec<String>,
    /// Every byte that was said on the connection.
    pub bytes: Vec<u8>,
    /// The mail itself.
    pub text: String,
}

impl Mail {
    /// A header, which must be there.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let found = head.split("\r\n").find_map(|line| {
            let (of, value) = line.split_once(": ")?;
            of.eq_ignore_ascii_case(name).then_some(value)
        });
        found.unwrap_or_else(|| panic!("no header {name} in {head}"))
    }

    /// The words, as a person reads them.
    pub fn words(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let bytes = match self.header("content-transfer-encoding") {
            "quoted-printable" => unquoted(body),
            "7bit" | "8bit" => body.as_bytes().to_vec(),
            other => panic!("{other} is not read here"),
        };
        String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
    }
}

fn unquoted(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut bytes = body.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digits = [bytes.next().expect("a digit"), bytes.next().expect("a digit")];
        let digits = std::str::from_utf8(&digits).expect("digits");
        out.push(u8::from_str_radix(digits, 16).expect("digits"));
    }
    out
}

/// A running server.
#[derive(Clone)]
pub struct Smtp {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

#[derive(Default)]
struct State {
    /// What goes wrong with the next connections, in order.
    misdeeds: VecDeque<Misdeed>,
    mails: Vec<Mail>,
    connections: usize,
}

impl Smtp {
    /// Starts it on a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = Self { state: Arc::default(), address };
        let answering = server.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let server = answering.clone();
                // Whoever hangs up on us has said what there was to say.
                tokio::spawn(async move { server.answer(connection).await.ok() });
            }
        });
        server
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Does these with the next connections, one each.
    pub fn misbehave(&self, misdeeds: impl IntoIterator<Item = Misdeed>) {
        self.state().misdeeds.extend(misdeeds);
    }

    /// The mails so far, also those that it did not say yes to.
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    /// The mails since this was last asked.
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.state().mails)
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, connection: TcpStream) -> std::io::Result<()> {
        let misdeed = {
            let mut state = self.state();
            state.connections += 1;
            state.misdeeds.pop_front()
        };
        if misdeed == Some(Misdeed::HangUp) {
            return Ok(());
        }
        let (reading, mut writing) = connection.into_split();
        let mut reading = BufReader::new(reading);
        let (mut heard, mut to) = (Vec::new(), Vec::new());
        writing.write_all(b"220 post.example ESMTP\r\n").await?;
        loop {
            let mut line = Vec::new();
            if reading.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            heard.extend_from_slice(&line);
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match (word.as_str(), misdeed) {
                ("EHLO" | "HELO", _) => "250-post.example\r\n250 8BITMIME".to_owned(),
                ("MAIL", Some(Misdeed::Sender(code))) => refusal(code),
                ("MAIL", _) => "250 ok".into(),
                ("RCPT", Some(Misdeed::Recipient(code))) => refusal(code),
                ("RCPT", _) => {
                    to.push(
                        line.split_once('<')
                            .and_then(|(_, rest)| rest.split_once('>'))
                            .expect("an address")
                            .0
                            .to_owned(),
                    );
                    "250 ok".into()
                }
                ("DATA", _) => {
                    writing.write_all(b"354 go on\r\n").await?;
                    let mut mail = Vec::new();
                    while !mail.ends_with(b"\r\n.\r\n") {
                        if reading.read_until(b'\n', &mut mail).await? == 0 {
                            return Ok(());
                        }
                    }
                    heard.extend_from_slice(&mail);
                    mail.truncate(mail.len() - 5);
                    let text = String::from_utf8(mail).expect("UTF-8");
                    self.state().mails.push(Mail { to: std::mem::take(&mut to), bytes: heard.clone(), text });
                    match misdeed {
                        Some(Misdeed::Mail(code)) => refusal(code),
                        Some(Misdeed::HangUpAfterMail) => return Ok(()),
                        Some(Misdeed::Silent) => std::future::pending().await,
                        _ => "250 ok".into(),
                    }
                }
                ("QUIT", _) => {
                    writing.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                ("RSET" | "NOOP", _) => "250 ok".into(),
                _ => "500 what".into(),
            };
            writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}

/// A refusal that repeats what it refuses, as servers do.
fn refusal(code: u16) -> String {
    format!("{code} <anle@sandby.example> no")
}
