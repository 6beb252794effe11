//! A browser that a test drives by keyboard: Debian's Chromium through its WebDriver.
//!
//! Only what the tests need of the protocol (W3C WebDriver): a session, pages, keys, a script's answer, a picture.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Special keys.
pub mod key {
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Escape.
    pub const ESCAPE: &str = "\u{e00c}";
    /// Arrow down.
    pub const DOWN: &str = "\u{e015}";
    /// Tab.
    pub const TAB: &str = "\u{e004}";
}

/// One window of a browser of its own.
pub struct Window {
    client: Client,
    session: String,
    _driver: Child,
}

impl Window {
    /// Opens a window of this size, light or dark. Fails the test, and says what to install, when there is no browser.
    pub async fn open(width: u32, height: u32, dark: bool) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver: install Debian's packages chromium and chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("its output").expect("it says its port");
            if let Some(rest) = line.split("started successfully on port ").nth(1) {
                break rest.trim_end_matches('.').to_owned();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().expect("a client");
        let size = format!("--window-size={width},{height}");
        let options = json!({"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", size]});
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let answer = client.post(&base).body(wanted.to_string()).send().await.expect("the driver answers");
        let answer: Value = serde_json::from_slice(&answer.bytes().await.expect("bytes")).expect("JSON");
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no window: {answer}"));
        let window = Self { session: format!("{base}/{id}"), client, _driver: driver };
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        window.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        window.devtools("Emulation.setEmulatedMedia", features).await;
        window
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.client.request(method, format!("{}{path}", self.session));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("the driver answers");
        let answer: Value = serde_json::from_slice(&answer.bytes().await.expect("bytes")).expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].clone()
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.call(Method::POST, "/goog/cdp/execute", Some(body)).await;
    }

    /// Goes to a page.
    pub async fn go(&self, url: &str) {
        self.call(Method::POST, "/url", Some(json!({"url": url}))).await;
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.call(Method::GET, "/url", None).await.as_str().expect("an address").to_owned()
    }

    /// Presses keys, one after the other.
    pub async fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]});
        self.call(Method::POST, "/actions", Some(body)).await;
    }

    /// What a script on the page answers.
    pub async fn ask(&self, script: &str) -> Value {
        self.call(Method::POST, "/execute/sync", Some(json!({"script": script, "args": []}))).await
    }

    /// Waits until a script answers true: for long, since a machine that tests much at once answers late.
    pub async fn until(&self, script: &str) {
        for _ in 0..2_400 {
            if self.ask(&format!("return Boolean({script})")).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("never true: {script}\n{}", self.ask("return document.body.innerText").await);
    }

    /// A picture of the page, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let picture = self.call(Method::GET, "/screenshot", None).await;
        STANDARD.decode(picture.as_str().expect("base64")).expect("a picture")
    }

    /// What the browser complained of: a script that failed, something that a page may not load.
    pub async fn complaints(&self) -> Vec<String> {
        let lines = self.call(Method::POST, "/se/log", Some(json!({"type": "browser"}))).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(|line| line["message"].as_str().map(str::to_owned)).collect()
    }

    /// Closes it.
    pub async fn close(self) {
        self.call(Method::DELETE, "", None).await;
    }
}
