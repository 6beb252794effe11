//! The committer: many messages, one fsync of content, one transaction, then everybody's answer.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::Uuid;

use super::IntakeError;
use super::arrival::{Offer, OfferedContent, Reading};
use crate::audit::EventKind;
use crate::content::ContentRef;
use crate::journey::InHand;
use crate::room::PostRoom;
use crate::store::effect::{EffectKind, NewEffect};
use crate::store::message::{Admission, NewMessage, Stage, hex};
use crate::store::{StoreError, Tx};

/// Committers side by side: while one waits for the disk, the other gathers.
const COMMITTERS: usize = 2;

/// The door: takes messages in and answers when they are safe.
#[derive(Clone)]
pub struct Intake {
    room: Arc<PostRoom>,
    offers: mpsc::Sender<(Offer, oneshot::Sender<Result<Taken, IntakeError>>)>,
}

/// What became of a message that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Our id of it.
    pub id: Uuid,
    /// The message's own UUID, when the bytes could be read.
    pub memo_uuid: Option<Uuid>,
    /// The very same bytes were here before.
    pub duplicate: bool,
    /// An earlier message has the same UUID and other content.
    pub conflicts_with: Option<Uuid>,
    /// Why the bytes are in quarantine; Danish.
    pub quarantined: Option<String>,
}

type Queue = Arc<Mutex<mpsc::Receiver<(Offer, oneshot::Sender<Result<Taken, IntakeError>>)>>>;

impl Intake {
    /// Opens the door. Messages that were taken in go on through `next`, as far as there is room in it.
    pub fn open(room: Arc<PostRoom>, next: mpsc::Sender<InHand>) -> Self {
        let (offers, queue) = mpsc::channel(room.settings.batch.max(1) * 2);
        let queue: Queue = Arc::new(Mutex::new(queue));
        for _ in 0..COMMITTERS {
            tokio::spawn(commit_forever(room.clone(), queue.clone(), next.clone()));
        }
        Self { room, offers }
    }

    /// The room behind the door.
    pub fn room(&self) -> &Arc<PostRoom> {
        &self.room
    }

    pub(super) async fn offer(&self, offer: Offer) -> Result<Taken, IntakeError> {
        let (answer, answered) = oneshot::channel();
        self.offers.send((offer, answer)).await.map_err(|_| IntakeError::Stopping)?;
        answered.await.map_err(|_| IntakeError::Stopping)?
    }
}

async fn commit_forever(room: Arc<PostRoom>, queue: Queue, next: mpsc::Sender<InHand>) {
    loop {
        let batch = {
            let mut queue = queue.lock().await;
            let Some(first) = queue.recv().await else { return };
            let mut batch = vec![first];
            let until = Instant::now() + room.settings.batch_wait;
            while batch.len() < room.settings.batch {
                if let Ok(more) = queue.try_recv() {
                    batch.push(more);
                    continue;
                }
                match tokio::time::timeout_at(until.into(), queue.recv()).await {
                    Ok(Some(more)) => batch.push(more),
                    Ok(None) | Err(_) => break,
                }
            }
            batch
        };
        let (offers, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        match commit(&room, offers).await {
            Ok(done) => {
                for ((taken, in_hand), answer) in done.into_iter().zip(answers) {
                    // Who asked may have gone; the message is stored all the same.
                    let _ = answer.send(Ok(taken));
                    if let Some(in_hand) = in_hand {
                        // No room: the claim runs out and a worker finds the row.
                        let _ = next.try_send(in_hand);
                    }
                }
            }
            Err(failure) => {
                metrics::counter!("modtag_intake_failures_total").increment(1);
                tracing::error!(messages = answers.len(), error = %failure, cause = ?failure.cause(), "messages not taken in");
                for answer in answers {
                    let _ = answer.send(Err(failure.clone().into()));
                }
            }
        }
    }
}

#[derive(Clone, Debug, thiserror::Error)]
enum Failure {
    #[error("content not stored")]
    Content(Arc<crate::content::ContentError>),
    #[error("row not stored")]
    Store(Arc<StoreError>),
}

impl Failure {
    fn cause(&self) -> String {
        match self {
            Self::Content(error) => error.to_string(),
            Self::Store(error) => {
                format!("{error}: {:?}", std::error::Error::source(error.as_ref()).map(ToString::to_string))
            }
        }
    }
}

impl From<Failure> for IntakeError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Content(error) => Self::Content(error),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

type Done = Vec<(Taken, Option<InHand>)>;

async fn commit(room: &PostRoom, offers: Vec<Offer>) -> Result<Done, Failure> {
    let started = Instant::now();
    let digests: Vec<[u8; 32]> = offers.iter().map(|offer| offer.digest).collect();
    let known: HashSet<Vec<u8>> =
        room.store.known_digests(&digests).await?.into_iter().map(|(digest, _)| digest).collect();
    let alone: Vec<bool> =
        offers.iter().map(|offer| matches!(offer.content, OfferedContent::Stored(_))).collect();
    let (prepared, content) = put_contents(room, offers, &known).await?;
    let now = room.clock.now();
    let lease = room.lease();

    let mut messages = Vec::with_capacity(prepared.len());
    let mut rest = Vec::with_capacity(prepared.len());
    for (offer, content) in prepared.into_iter().zip(content) {
        let sender = offer.read.as_ref().ok().map(|read| sender_lookup(room, read));
        let quarantine = offer.read.as_ref().err().map(|not_memo| not_memo.reason.as_str());
        messages.push(NewMessage {
            id: offer.id,
            memo_uuid: offer.read.as_ref().ok().map(|read| read.message.header.message_uuid),
            digest: offer.digest,
            stage: if quarantine.is_some() { Stage::Quarantined } else { Stage::Received },
            outcome: quarantine.map_or_else(|| "pending".into(), |reason| format!("quarantine-{reason}")),
            channel: offer.channel.as_str().into(),
            stored_at: now,
            available_at: offer.available_at,
            size: offer.size,
            content: content.clone(),
            wrapped_key: offer.wrapped_key,
            sender_lookup: sender.flatten(),
            sealed: offer.sealed,
            lease: quarantine.is_none().then(|| lease.clone()),
        });
        rest.push((offer.key, offer.read, offer.expected, content));
    }

    let mut tx = room.store.begin().await?;
    let admissions = tx.take_in(&messages).await?;
    let mut effects = Vec::new();
    for ((message, admission), (_, read, expected, _)) in messages.iter().zip(&admissions).zip(&rest) {
        tell(room, &mut tx, message, admission, read.as_ref().err());
        effects.extend(receipt(room, message, admission, *expected));
    }
    tx.record_effects(&effects).await?;
    tx.commit(now).await?;
    if !effects.is_empty() {
        room.bell.notify_one();
    }
    for ((message, admission), alone) in messages.iter().zip(&admissions).zip(alone) {
        if alone && matches!(admission, Admission::Same { .. }) {
            drop_copy(room, &message.content).await;
        }
    }

    metrics::histogram!("modtag_intake_batch_seconds").record(started.elapsed().as_secs_f64());
    metrics::counter!("modtag_messages_received_total").increment(messages.len() as u64);
    let mut done = Vec::with_capacity(messages.len());
    for ((message, admission), (key, read, _, content)) in messages.into_iter().zip(admissions).zip(rest) {
        done.push(answer(message, admission, key, read, content));
    }
    Ok(done)
}

/// Writes the packed contents with one put; duplicates known already are not written again.
async fn put_contents(
    room: &PostRoom,
    mut offers: Vec<Offer>,
    known: &HashSet<Vec<u8>>,
) -> Result<(Vec<Offer>, Vec<ContentRef>), Failure> {
    let mut sealed = Vec::new();
    let mut places = Vec::with_capacity(offers.len());
    for offer in &mut offers {
        let nowhere = OfferedContent::Stored(ContentRef { object: String::new(), offset: 0, length: 0 });
        match std::mem::replace(&mut offer.content, nowhere) {
            OfferedContent::Packed(_) if known.contains(offer.digest.as_slice()) => places.push(None),
            OfferedContent::Packed(item) => {
                places.push(None);
                sealed.push((places.len() - 1, item));
            }
            OfferedContent::Stored(at) => places.push(Some(at)),
        }
    }
    if !sealed.is_empty() {
        let now = room.clock.now();
        let name = format!("{}/{}.pack", now.strftime("%Y/%m/%d"), room.entropy.id(now));
        let (at, items): (Vec<usize>, Vec<_>) = sealed.into_iter().unzip();
        let refs =
            room.content.put_pack(&name, items).await.map_err(|error| Failure::Content(Arc::new(error)))?;
        for (place, content) in at.into_iter().zip(refs) {
            places[place] = Some(content);
        }
    }
    let places = places
        .into_iter()
        .map(|place| place.unwrap_or(ContentRef { object: String::new(), offset: 0, length: 0 }))
        .collect();
    Ok((offers, places))
}

/// Removes the object of a large message that was here before: no row names it, and nobody has its key.
async fn drop_copy(room: &PostRoom, content: &ContentRef) {
    if let Err(error) = room.content.delete(&content.object).await {
        // It costs room on the disk and nothing else.
        tracing::warn!(object = content.object, error = %error, "copy of a known message not removed");
    }
}

fn sender_lookup(room: &PostRoom, read: &Reading) -> Option<[u8; 32]> {
    let sender = &read.message.header.sender;
    let kind = sender.id_type.to_ascii_lowercase();
    (!sender.sender_id.is_empty()).then(|| room.store.keys().lookup(&kind, &sender.sender_id))
}

fn tell(
    room: &PostRoom,
    tx: &mut Tx<'_>,
    message: &NewMessage,
    admission: &Admission,
    not_memo: Option<&memo::NotMemo>,
) {
    let (kind, id) = match admission {
        Admission::Same { id } => (EventKind::Duplicate, *id),
        Admission::New { id, conflicts_with: Some(_) } => (EventKind::ConflictingDuplicate, *id),
        Admission::New { id, .. } if not_memo.is_some() => (EventKind::Quarantined, *id),
        Admission::New { id, .. } => (EventKind::Received, *id),
    };
    let mut event = room
        .event(kind, "intake")
        .about(id)
        .with("channel", &message.channel)
        .with("sha256", hex(&message.digest))
        .with("size", message.size)
        .with("available_at", message.available_at);
    if let Some(uuid) = message.memo_uuid {
        event = event.with("message_uuid", uuid);
    }
    if let Admission::New { conflicts_with: Some(other), .. } = admission {
        event = event.with("conflicts_with", other);
    }
    if let Some(not_memo) = not_memo {
        event = event.because(not_memo.reason.as_str());
    }
    tx.tell(event);
}

/// The receipt to Digital Post. A message that comes again gets another one: the first may not have arrived.
fn receipt(
    room: &PostRoom,
    message: &NewMessage,
    admission: &Admission,
    expected: Option<Uuid>,
) -> Option<NewEffect> {
    let uuid = message.memo_uuid.or(expected)?;
    if message.channel != super::Channel::Push.as_str() {
        return None;
    }
    let (id, again) = match admission {
        Admission::New { id, .. } => (*id, false),
        Admission::Same { id } => (*id, true),
    };
    // Bytes that cannot be read may have been hurt on the way: one negative receipt asks for them again. When the
    // same bytes come back they are what was sent; asking on would only get the system closed (spec: interfaces §5.1).
    let status = if message.stage == Stage::Quarantined && !again { "invalid" } else { "completed" };
    let transmission = room.entropy.id(message.stored_at);
    Some(NewEffect {
        id: transmission,
        message: id,
        decision: 0,
        kind: EffectKind::Receipt,
        key: format!("receipt:{status}:{uuid}:{transmission}"),
        made_at: message.stored_at,
        due_at: message.stored_at,
        lease: None,
    })
}

fn answer(
    message: NewMessage,
    admission: Admission,
    key: crate::keys::MessageKey,
    read: super::arrival::Read,
    content: ContentRef,
) -> (Taken, Option<InHand>) {
    let quarantined = read.as_ref().err().map(memo::NotMemo::danish);
    let (id, duplicate, conflicts_with) = match admission {
        Admission::Same { id } => (id, true, None),
        Admission::New { id, conflicts_with } => (id, false, conflicts_with),
    };
    let taken = Taken { id, memo_uuid: message.memo_uuid, duplicate, conflicts_with, quarantined };
    let in_hand = match read {
        Ok(reading) if !duplicate => Some(InHand {
            id,
            key,
            reading: Arc::new(reading),
            content,
            digest: message.digest,
            available_at: message.available_at,
            size: message.size,
            conflicts: conflicts_with.is_some(),
            attempts: 0,
            part: None,
        }),
        _ => None,
    };
    (taken, in_hand)
}
