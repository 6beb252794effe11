//! Teams: a notice in a unit's channel, through the incoming webhook that its owner set up there (a workflow).
//!
//! The body is the message with one Adaptive Card that Microsoft documents for such webhooks. The address is the secret:
//! whoever has it may write in the channel, so it is read from a file or the environment and never shown.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::StatusCode;
use serde_json::json;

use super::Setback;
use super::words::Said;
use crate::config;
use crate::digital_post::{Way, kind_of};

/// A unit's channel.
pub(super) struct TeamsChannel {
    client: reqwest::Client,
    url: String,
}

impl TeamsChannel {
    /// Every channel of the configuration, by unit. Reads the secret files, calls nobody.
    pub(super) fn open_all(config: &config::NoticeTeams) -> Result<BTreeMap<String, Self>, String> {
        config
            .target
            .iter()
            .map(|(unit, target)| Ok((unit.clone(), Self::open(config, unit, target)?)))
            .collect()
    }

    fn open(
        config: &config::NoticeTeams,
        unit: &str,
        target: &config::NoticeChannel,
    ) -> Result<Self, String> {
        let fault = |why: String| format!("[notices.teams.target.{unit}]: {why}");
        let url = target.url().read().map_err(|error| fault(error.danish()))?;
        let url = url.ok_or_else(|| fault("url_file er ikke sat.".into()))?.expose().to_owned();
        if let Some(why) = config.refusal(&url) {
            return Err(fault(why));
        }
        let way = Way {
            timeout: config.timeout,
            proxy: config.proxy.as_deref(),
            ca_file: config.ca_file.as_deref(),
        };
        let client = way.builder(&url).map_err(|error| fault(error.danish()))?.build();
        let client = client.map_err(|_| fault("TLS kan ikke sættes op (notices.teams.ca_file).".into()))?;
        Ok(Self { client, url })
    }

    /// Writes in the channel.
    pub(super) async fn tell(&self, id: &str, said: &Said, page: &str) -> Result<(), Setback> {
        let sent = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .body(card(said, page).to_string())
            .send();
        let answer = sent.await.map_err(|error| Setback::Later(kind_of(&error)))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(Setback::Never("kanalens webhook findes ikke mere"))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(Setback::Later("429: for mange kald")),
            status if status.is_server_error() => Err(Setback::Later("fejl hos Teams")),
            _ => Err(Setback::Later("Teams afviser kaldet")),
        }
    }
}

/// The message: one Adaptive Card with the notice's words and a button to the desk.
fn card(said: &Said, page: &str) -> serde_json::Value {
    let lines = [&said.news, &said.deadline].into_iter().filter(|line| !line.is_empty());
    let body: Vec<_> = lines.map(|line| json!({"type": "TextBlock", "text": line, "wrap": true})).collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": [{"type": "Action.OpenUrl", "title": "Åbn Min post", "url": page}],
            },
        }],
    })
}

/// Shown without the address.
impl fmt::Debug for TeamsChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TeamsChannel").finish_non_exhaustive()
    }
}
