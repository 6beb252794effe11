//! The adapter: what stands between the post room and the system.

use std::time::Duration;

use async_trait::async_trait;
use esdh::{
    Capabilities, Case, CaseDraft, CaseNumber, CaseSystem, Contents, EntryDraft, EntryId, Fault, FileDraft,
    JournalEntry, KeyLocks, Once, PartyId, Repeat, Steps,
};
use futures::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::wire::{
    AboutParty, CaseDraftForm, CaseForm, EntryDraftForm, EntryForm, FaultForm, Named, PartyForm,
};

/// A call without an answer after this long may have happened or not.
const PATIENCE: Duration = Duration::from_secs(5);

/// The adapter of a [`super::Double`].
pub struct HttpCaseSystem {
    http: reqwest::Client,
    url: String,
    locks: KeyLocks,
}

impl HttpCaseSystem {
    /// The adapter of the system at this address.
    pub fn new(url: &str) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { http, url: url.to_owned(), locks: KeyLocks::default() })
    }

    async fn ask<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        question: &Q,
    ) -> Result<A, Fault> {
        let body = serde_json::to_vec(question).map_err(|_| unreadable())?;
        let request =
            self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        answer(request.body(body)).await
    }

    async fn find(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        let found: Option<EntryForm> =
            self.ask("/find", &Named { name: key.0.clone() }).await.map_err(Fault::harmless)?;
        Ok(found.map(JournalEntry::from))
    }

    async fn upload(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
        call: &str,
    ) -> Result<Vec<Vec<String>>, Fault> {
        let mut tokens = Vec::with_capacity(draft.documents.len());
        for (place, document) in draft.documents.iter().enumerate() {
            let mut files = Vec::with_capacity(document.files.len());
            for (number, file) in document.files.iter().enumerate() {
                let step = format!("upload/{place}/{number}");
                if let Some(token) = steps.token(&step).await? {
                    files.push(token);
                    continue;
                }
                let bytes = whole(file, contents).await?;
                let request =
                    self.http.post(format!("{}/files?step={step}&call={call}", self.url)).body(bytes);
                let token: String = answer(request).await.map_err(Fault::harmless)?;
                steps.record(&step, &token).await?;
                files.push(token);
            }
            tokens.push(files);
        }
        Ok(tokens)
    }

    async fn finish(&self, id: &str, draft: &EntryDraft, steps: &dyn Steps) -> Result<JournalEntry, Fault> {
        if steps.token("final").await?.is_none() {
            let request = self.http.post(format!("{}/entries/{id}/final", self.url));
            answer::<bool>(request).await.map_err(Fault::harmless)?;
            steps.record("final", id).await?;
        }
        let request = self.http.get(format!("{}/entries/{id}", self.url));
        let read: Option<EntryForm> = answer(request).await.map_err(Fault::harmless)?;
        match read {
            Some(form) if form.is_final => {
                let entry = JournalEntry::from(form);
                entry.agrees_with(draft)?;
                Ok(entry)
            }
            Some(_) => Err(Fault::Person { reason: "journalposten er ikke endelig".into() }),
            None => Err(Fault::Person { reason: "journalposten findes ikke efter skrivning".into() }),
        }
    }
}

/// Reads one content and holds it against its declared size.
async fn whole(file: &FileDraft, contents: &dyn Contents) -> Result<Vec<u8>, Fault> {
    let mut stream = contents.open(file.content).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let unread = |_| Fault::Later { reason: "indholdet kunne ikke læses".into(), after: None };
        bytes.extend_from_slice(&piece.map_err(unread)?);
    }
    if bytes.len() as u64 != file.size {
        return Err(Fault::Person { reason: "et dokuments indhold har ikke den ventede størrelse".into() });
    }
    Ok(bytes)
}

/// Sends a request and reads its answer, with every way it can go wrong said as what to do next.
async fn answer<A: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<A, Fault> {
    let response = request.send().await.map_err(|error| {
        if error.is_connect() {
            Fault::Later { reason: "sagssystemet kan ikke nås".into(), after: None }
        } else {
            lost()
        }
    })?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|_| lost())?;
    if status == 200 {
        return serde_json::from_slice(&body).map_err(|_| unreadable());
    }
    let said: FaultForm = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    let reason = said.reason;
    Err(match status {
        503 => Fault::Later { reason, after: said.after_ms.map(Duration::from_millis) },
        422 => Fault::Refused { reason },
        409 => Fault::Person { reason },
        _ => Fault::Unknown { reason },
    })
}

fn lost() -> Fault {
    Fault::Unknown { reason: "sagssystemets svar gik tabt".into() }
}

/// An answer that cannot be read says nothing of what was done.
fn unreadable() -> Fault {
    Fault::Unknown { reason: "sagssystemets svar kan ikke læses".into() }
}

#[async_trait]
impl CaseSystem for HttpCaseSystem {
    fn name(&self) -> &str {
        "double"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            native_idempotency: false,
            find_by_key: true,
            creates_cases: true,
            reopens_cases: true,
            max_document: None,
        }
    }

    async fn health(&self) -> Result<(), Fault> {
        Ok(())
    }

    async fn case(&self, number: &CaseNumber) -> Result<Option<Case>, Fault> {
        let found: Option<CaseForm> =
            self.ask("/case", &Named { name: number.0.clone() }).await.map_err(Fault::harmless)?;
        Ok(found.map(Case::from))
    }

    async fn open_cases_of(&self, party: &PartyId) -> Result<Vec<Case>, Fault> {
        let party = esdh::Party { id: party.clone(), name: String::new(), primary: false };
        let question = AboutParty { party: PartyForm::from(&party) };
        let found: Vec<CaseForm> = self.ask("/cases-of", &question).await.map_err(Fault::harmless)?;
        Ok(found.into_iter().map(Case::from).collect())
    }

    async fn create_case(&self, draft: &CaseDraft, steps: &dyn Steps) -> Result<CaseNumber, Fault> {
        let _turn = self.locks.hold(&draft.key.0).await;
        let once = Once::new(steps, "case", Repeat::Harmless);
        let number = match once.already(async { Ok(None) }).await? {
            Some(number) => number,
            None => once.act(async { self.ask("/cases", &CaseDraftForm::from(draft)).await }).await?,
        };
        Ok(CaseNumber(number))
    }

    async fn reopen(&self, number: &CaseNumber, _reason: &str) -> Result<(), Fault> {
        self.ask("/reopen", &Named { name: number.0.clone() }).await.map_err(Fault::harmless)
    }

    async fn journal(
        &self,
        draft: &EntryDraft,
        contents: &dyn Contents,
        steps: &dyn Steps,
    ) -> Result<JournalEntry, Fault> {
        draft.check()?;
        let _turn = self.locks.hold(&draft.key.0).await;
        let call = Uuid::new_v4().to_string();
        let once = Once::entry(steps, &self.capabilities());
        let look_up = async { Ok(self.find(&draft.key).await?.map(|entry| entry.id)) };
        let id = match once.already(look_up).await? {
            Some(id) => id,
            None => {
                let tokens = self.upload(draft, contents, steps, &call).await?;
                let form = EntryDraftForm::of(draft, &tokens, &call);
                once.act(async { self.ask("/entries", &form).await }).await?
            }
        };
        self.finish(&id, draft, steps).await
    }

    async fn entry(&self, key: &EntryId) -> Result<Option<JournalEntry>, Fault> {
        self.find(key).await
    }
}
