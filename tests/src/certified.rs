//! A certified OpenID provider as a process of its own: `tests/peers/oidc-provider`, installed by `tests/run`.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Client id that the provider knows.
pub const CLIENT: &str = "modtag";
/// Its secret: with characters that a careless client sends as they are.
pub const SECRET: &str = "hemmelig klient+/%:=";
/// A post distributor's name and password.
pub const PIA: (&str, &str) = ("pia", "fordel-123");
/// A case handler's; the provider knows their e-mail address.
pub const KIM: (&str, &str) = ("kim", "sag-123");
/// Name and password of somebody who has none of our roles.
pub const NILS: (&str, &str) = ("nils", "uden-rolle");

/// The running provider.
pub struct Certified {
    /// Its address: the issuer.
    pub issuer: String,
    process: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Certified {
    /// Starts the provider for a client that is sent back to `base`. `claims_in_token`: roles stand in the ID token, which
    /// the standard's code flow does not have.
    pub async fn start(base: &str, claims_in_token: bool) -> Self {
        let script = std::env::var("MODTAG_TEST_OIDC_PROVIDER")
            .expect("MODTAG_TEST_OIDC_PROVIDER names the installed server.mjs; tests/run sets it");
        let settings = json!({
            "redirect": format!("{base}/log-ind/retur"), "afterLogout": format!("{base}/log-ud/retur"), "secret": SECRET, "claimsInToken": claims_in_token,
        });
        let mut process = Command::new("node")
            .arg(&script)
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node: install Debian's package npm");
        let orders = process.stdin.take().expect("its input");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let issuer = loop {
            let line = lines.next_line().await.expect("its output").expect("it says its issuer");
            if let Some(issuer) = line.strip_prefix("issuer ") {
                break issuer.to_owned();
            }
        };
        Self { issuer, process, orders, lines }
    }

    /// Signs with other keys from now on.
    pub async fn rotate(&mut self) {
        self.orders.write_all(b"rotate\n").await.expect("it listens");
        while self.lines.next_line().await.expect("its output").expect("it has rotated") != "rotated" {}
    }

    /// Stops.
    pub async fn stop(&mut self) {
        self.process.kill().await.expect("it stops");
    }
}
