//! The system: a server that keeps cases, files and entries, and has its bad days.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use esdh::faulty::{Faulty, Mishap, Odds};
use esdh::memory::{Habits, MemoryContents, MemoryJournal, MemorySteps, StoredEntry};
use esdh::{Capabilities, Case, CaseNumber, CaseSystem, EntryId, Fault, KeyLocks, Party, Sleeper};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::wire::{AboutParty, CaseDraftForm, CaseForm, EntryDraftForm, EntryForm, FaultForm, Named};
use crate::dice::Dice;

/// How long after it was made an entry can be found by key: clients of a real system wait seconds for its index.
const INDEX_LAG: Duration = Duration::from_millis(400);

/// Some calls take this long, longer than a claim lasts in the kill test.
const VERY_SLOW: Duration = Duration::from_millis(1600);

/// The running system.
pub struct Double {
    system: Faulty<MemoryJournal>,
    desk: Mutex<Desk>,
    keys: KeyLocks,
    address: SocketAddr,
}

struct Desk {
    dice: Dice,
    files: HashMap<String, File>,
    /// Entries by identity, with what is known of how they were made.
    made: HashMap<String, Made>,
    serial: u64,
    mishaps: u64,
}

struct File {
    bytes: Bytes,
    /// The step that uploaded it.
    step: String,
    call: String,
    is_taken: bool,
}

struct Made {
    at: Instant,
    is_final: bool,
    /// Some of its files were uploaded by an earlier call: the write was taken up where it was cut off.
    is_resumed: bool,
    /// Step and token of each of its files.
    uploads: Vec<(String, String)>,
}

/// An entry in the system, with how it was made.
pub struct Filed {
    /// The entry.
    pub stored: StoredEntry,
    /// Was it made final?
    pub is_final: bool,
    /// Was it made of files that an earlier call had uploaded?
    pub is_resumed: bool,
    /// Step and token of each of its files.
    pub uploads: Vec<(String, String)>,
}

/// Really waits.
struct Patiently;

#[async_trait]
impl Sleeper for Patiently {
    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// What goes wrong with one call in seven. Listed more than once is more often.
fn odds() -> Odds {
    let mut mishaps = vec![
        Mishap::TimeoutAfter,
        Mishap::TimeoutAfter,
        Mishap::TimeoutBefore,
        Mishap::WrongAnswer,
        Mishap::LosesSecondPhase(1),
        Mishap::LosesSecondPhase(3),
        // The entry is made and not final, and nobody is told.
        Mishap::LosesToken(3),
        Mishap::Unwell(Some(Duration::from_millis(200))),
        Mishap::Expired,
        Mishap::Slow(VERY_SLOW),
        Mishap::Slow(Duration::from_millis(300)),
    ];
    // So that a few letters end with a person: one call in 170.
    let at_random = mishaps.clone();
    mishaps.extend(at_random);
    mishaps.push(Mishap::Refuses);
    Odds { per_mille: 140, mishaps, at_most: None }
}

impl Double {
    /// Starts a system of its own with these cases, on a free port of this machine.
    pub async fn start(seed: u64, cases: Vec<Case>) -> std::io::Result<Arc<Self>> {
        // It neither refuses doubles nor looks before it writes: what keeps doubles away is ours alone.
        let capabilities = Capabilities {
            native_idempotency: false,
            find_by_key: false,
            creates_cases: true,
            reopens_cases: true,
            max_document: None,
        };
        let journal = MemoryJournal::new(Habits { capabilities, index_lag: 0 });
        for case in cases {
            journal.put_case(case);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let double = Arc::new(Self {
            system: Faulty::new(journal, Arc::new(Patiently)).seeded(seed, odds()),
            desk: Mutex::new(Desk {
                dice: Dice::new(seed ^ 0xd0b1e),
                files: HashMap::new(),
                made: HashMap::new(),
                serial: 0,
                mishaps: 0,
            }),
            keys: KeyLocks::default(),
            address: listener.local_addr()?,
        });
        let routes = Router::new()
            .route("/case", post(case))
            .route("/cases-of", post(cases_of))
            .route("/cases", post(create_case))
            .route("/reopen", post(reopen))
            .route("/files", post(upload))
            .route("/entries", post(create_entry))
            .route("/entries/{id}", get(read))
            .route("/entries/{id}/final", post(finalise))
            .route("/find", post(find))
            .layer(DefaultBodyLimit::disable())
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(double)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All entries, in the order they were made.
    pub fn entries(&self) -> Vec<Filed> {
        let entries = self.system.inner().all_entries();
        let desk = self.desk();
        let filed = |stored: StoredEntry| {
            let made = desk.made.get(&stored.id);
            Filed {
                is_final: made.is_some_and(|made| made.is_final),
                is_resumed: made.is_some_and(|made| made.is_resumed),
                uploads: made.map(|made| made.uploads.clone()).unwrap_or_default(),
                stored,
            }
        };
        entries.into_iter().map(filed).collect()
    }

    /// How many cases were made for this key.
    pub fn cases_made(&self, key: &str) -> usize {
        self.system.inner().cases_made(&EntryId(key.to_owned())).len()
    }

    /// Files that no entry has.
    pub fn orphans(&self) -> usize {
        self.desk().files.values().filter(|file| !file.is_taken).count()
    }

    /// What has gone wrong so far.
    pub fn mishaps(&self) -> u64 {
        self.system.happened().len() as u64 + self.desk().mishaps
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn dawdle(&self) {
        let time = self.desk().dice.between(5, 50);
        tokio::time::sleep(time).await;
    }

    /// A small operation on files and entries, with the delay and the mishaps that the port's wrapper does not reach.
    async fn operate<T>(&self, act: impl FnOnce(&mut Desk) -> Result<T, Fault>) -> Result<T, Fault> {
        self.dawdle().await;
        // While files are on their way nothing tells another process that the entry has been begun.
        let too_slow = self.desk().dice.below(100) < 2;
        if too_slow {
            tokio::time::sleep(VERY_SLOW).await;
        }
        let done = {
            let mut desk = self.desk();
            let weather = desk.dice.below(100);
            match weather {
                0..3 => {
                    desk.mishaps += 1;
                    Err(Fault::Later { reason: "sagssystemet svarer ikke".into(), after: None })
                }
                3..6 => {
                    desk.mishaps += 1;
                    Err(timed_out())
                }
                6..10 => {
                    desk.mishaps += 1;
                    act(&mut desk).and_then(|_| Err(timed_out()))
                }
                _ => act(&mut desk),
            }
        };
        self.dawdle().await;
        done
    }

    async fn create_case(&self, form: CaseDraftForm) -> Result<String, Fault> {
        self.dawdle().await;
        let draft = form.into_draft()?;
        let _turn = self.keys.hold(&draft.key.0).await;
        // Cases it does know by our key.
        if let Some(made) = self.system.inner().cases_made(&draft.key).into_iter().next() {
            return Ok(made.0);
        }
        let made = self.system.create_case(&draft, &MemorySteps::default()).await?;
        self.dawdle().await;
        Ok(made.0)
    }

    async fn create_entry(&self, form: EntryDraftForm) -> Result<String, Fault> {
        self.dawdle().await;
        let call = form.call.clone();
        let tokens: Vec<String> = form
            .documents
            .iter()
            .flat_map(|document| &document.files)
            .map(|file| file.token.clone())
            .collect();
        let draft = form.into_draft()?;
        let contents: Vec<u32> =
            draft.documents.iter().flat_map(|document| &document.files).map(|file| file.content).collect();
        let files = {
            let desk = self.desk();
            contents.iter().zip(&tokens).try_fold(MemoryContents::default(), |files, (content, token)| {
                desk.files.get(token).map(|file| files.with(*content, file.bytes.clone()))
            })
        };
        let Some(files) = files else {
            return Err(Fault::Person { reason: "et uploadet dokument findes ikke".into() });
        };
        let answer = self.system.journal(&draft, &files, &MemorySteps::default()).await;
        // Whatever it answers, it knows what it has.
        for stored in self.system.inner().entries(&draft.key) {
            self.desk().register(&stored.id, &tokens, &call);
        }
        self.dawdle().await;
        Ok(answer?.id)
    }

    async fn find(&self, key: &str) -> Result<Option<EntryForm>, Fault> {
        let stored = self.system.inner().entries(&EntryId(key.to_owned())).into_iter().next();
        self.operate(|desk| {
            let Some(stored) = stored else { return Ok(None) };
            let Some(made) = desk.made.get(&stored.id) else { return Ok(None) };
            Ok((made.at.elapsed() >= INDEX_LAG).then(|| EntryForm::of(&stored.entry, made.is_final)))
        })
        .await
    }

    async fn read(&self, id: &str) -> Result<Option<EntryForm>, Fault> {
        let stored = self.system.inner().all_entries().into_iter().find(|stored| stored.id == id);
        self.operate(|desk| {
            let is_final = desk.made.get(id).is_some_and(|made| made.is_final);
            Ok(stored.map(|stored| EntryForm::of(&stored.entry, is_final)))
        })
        .await
    }
}

impl Desk {
    fn register(&mut self, id: &str, tokens: &[String], call: &str) {
        if self.made.contains_key(id) {
            return;
        }
        let mut uploads = Vec::with_capacity(tokens.len());
        let mut calls = HashSet::from([call.to_owned()]);
        for token in tokens {
            if let Some(file) = self.files.get_mut(token) {
                file.is_taken = true;
                calls.insert(file.call.clone());
                uploads.push((file.step.clone(), token.clone()));
            }
        }
        let made = Made { at: Instant::now(), is_final: false, is_resumed: calls.len() > 1, uploads };
        self.made.insert(id.to_owned(), made);
    }
}

fn timed_out() -> Fault {
    Fault::Unknown { reason: "sagssystemet svarede ikke i tide".into() }
}

/// Carries a call on even when its caller hangs up.
async fn to_the_end<T: Serialize + Send + 'static>(
    work: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Response {
    match tokio::spawn(work).await {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(fault)) => refusal(&fault),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refusal(fault: &Fault) -> Response {
    let (status, reason, after) = match fault {
        Fault::Later { reason, after } => (StatusCode::SERVICE_UNAVAILABLE, reason, *after),
        Fault::Unknown { reason } => (StatusCode::GATEWAY_TIMEOUT, reason, None),
        Fault::Refused { reason } => (StatusCode::UNPROCESSABLE_ENTITY, reason, None),
        Fault::Person { reason } => (StatusCode::CONFLICT, reason, None),
    };
    let after_ms = after.and_then(|after| u64::try_from(after.as_millis()).ok());
    (status, Json(FaultForm { reason: reason.clone(), after_ms })).into_response()
}

async fn case(State(double): State<Arc<Double>>, Json(ask): Json<Named>) -> Response {
    to_the_end(async move {
        double.dawdle().await;
        Ok(double.system.case(&CaseNumber(ask.name)).await?.as_ref().map(CaseForm::from))
    })
    .await
}

async fn cases_of(State(double): State<Arc<Double>>, Json(ask): Json<AboutParty>) -> Response {
    to_the_end(async move {
        double.dawdle().await;
        let cases = double.system.open_cases_of(&Party::from(ask.party).id).await?;
        Ok(cases.iter().map(CaseForm::from).collect::<Vec<_>>())
    })
    .await
}

async fn create_case(State(double): State<Arc<Double>>, Json(form): Json<CaseDraftForm>) -> Response {
    to_the_end(async move { double.create_case(form).await }).await
}

async fn reopen(State(double): State<Arc<Double>>, Json(ask): Json<Named>) -> Response {
    to_the_end(async move {
        double.dawdle().await;
        double.system.reopen(&CaseNumber(ask.name), "").await
    })
    .await
}

#[derive(Deserialize)]
struct Upload {
    step: String,
    call: String,
}

async fn upload(State(double): State<Arc<Double>>, Query(ask): Query<Upload>, bytes: Bytes) -> Response {
    to_the_end(async move {
        double
            .operate(|desk| {
                desk.serial += 1;
                let token = format!("file-{}", desk.serial);
                let file = File { bytes, step: ask.step, call: ask.call, is_taken: false };
                desk.files.insert(token.clone(), file);
                Ok(token)
            })
            .await
    })
    .await
}

async fn create_entry(State(double): State<Arc<Double>>, Json(form): Json<EntryDraftForm>) -> Response {
    let made = tokio::spawn(async move { double.create_entry(form).await }).await;
    match made {
        // An error in the clothes of a success.
        Ok(Ok(id)) if id.is_empty() => "<html><title>Error</title></html>".into_response(),
        Ok(Ok(id)) => Json(id).into_response(),
        Ok(Err(fault)) => refusal(&fault),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn read(State(double): State<Arc<Double>>, Path(id): Path<String>) -> Response {
    to_the_end(async move { double.read(&id).await }).await
}

async fn finalise(State(double): State<Arc<Double>>, Path(id): Path<String>) -> Response {
    to_the_end(async move {
        double
            .operate(|desk| match desk.made.get_mut(&id) {
                Some(made) => {
                    made.is_final = true;
                    Ok(true)
                }
                None => Err(Fault::Person { reason: "journalposten findes ikke".into() }),
            })
            .await
    })
    .await
}

async fn find(State(double): State<Arc<Double>>, Json(ask): Json<Named>) -> Response {
    to_the_end(async move { double.find(&ask.name).await }).await
}
