//! Split (*del brevet*): a letter about several matters goes on in parts, each with a receiver of its own.
//!
//! A part is a message: a row with our id, a decision, effects and hand-overs of its own, born in the transaction that settles
//! the letter as split. So whatever holds for a message holds for a part without another word: its idempotency keys are made
//! of its own id, so it is journaled once; its hand-over alone says who may see it; it is sent back, pulled back, passed on,
//! held and escalated by itself; and the balance counts it. Several hand-overs of one message would have asked each of
//! those for *which* hand-over, and one forgotten question would show a unit what another has.
//!
//! * Its content is the letter's, not copied: it lies under the letter's key, bound to the letter's id, and the part's row has
//!   that key wrapped for itself. Who erases the letter erases the keys of its parts with it.
//! * Its reading is what it [carries](carried). What a part does not carry is not in its reading, so no page, no journal and
//!   no search of that part can come to it; nor is the MeMo as received, which holds everything, journaled with such a part.
//! * Its decisions are numbered on from the letter's: the first is the one that split it, and is a person's. What a rule or the
//!   classifier would have made of a part nobody ever asked.
//! * Part of a part is a part of the letter: numbers go on.
//! * The receipt is the letter's, one for each received message. So are the calls that a rule asked for.
//!
//! Nothing is learned of a letter that was split, nor of its parts: no one subject is the truth about its text. What the
//! classifier believed of it counts as wrong, unless all parts go to the unit that it believed in: passed on unseen, the
//! rest would have lain with a unit that it was not for.

use std::sync::Arc;

use kle::Subject;
use rules::{Annotations, Decider, Decision, Further, HandOver, Outcome, Policy, Step, TraceLine};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::{Asked, asked, check_receiver, moved};
use super::decide::{Answered, Born, record};
use super::worker::carry_out_ready;
use super::{AnswerError, Decided, InHand};
use crate::audit::{Actor, EventKind};
use crate::desk;
use crate::intake::Reading;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::effect::{EffectKind, EffectRow};
use crate::store::part::{NewPart, Part};
use crate::unseen::settling::Settlement;

/// The fewest parts there is any sense in.
pub(crate) const FEWEST: usize = 2;

/// The most parts of one act.
pub(crate) const MOST: usize = 5;

/// One part of a letter about to be split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Where it goes.
    pub hand_over: HandOver,
    /// What it is about, when the person says so.
    pub subject: Option<Subject>,
    /// Which documents it carries, by their number in the message; `None` for the whole letter.
    pub carries: Option<Vec<u32>>,
}

/// A person's word that a letter goes on in parts.
pub struct Split {
    /// Who says so, by user id.
    pub person: String,
    /// The parts, in order.
    pub shares: Vec<Share>,
    /// Number of the decision that the person saw; `None` splits whatever is asked last.
    pub to: Option<i64>,
}

/// Splits a waiting letter.
pub async fn split(room: &PostRoom, id: &Uuid, split: Split) -> Result<(), AnswerError> {
    let Asked { in_hand, outcome, number, decided } = asked(room, id, split.to).await?;
    check_split(room, &in_hand, &outcome, &split.shares).await?;
    let policy = room.policy();
    let root = in_hand.root();
    let before = room.store.parts_of(&root.to_string()).await?;
    let first = before.last().map_or(1, |last| last.number + 1);
    let by = || Actor::person(&split.person, desk::ROLE);

    let (mut batch, mut parts) = (Vec::with_capacity(split.shares.len() + 1), Vec::new());
    batch.push((in_hand.clone(), Arc::new(of_whole(&split, &policy, &decided))));
    for (share, number) in split.shares.iter().zip(first..) {
        let (part, row) = birth(room, &in_hand, root, share, number)?;
        let event = room.event_by(EventKind::SplitOff, by()).about(part.id);
        let event = event.with("part_of", root).with("part", number).with("unit", &share.hand_over.unit);
        let decided = of_part(&split, share, number, &policy, &decided, &part);
        parts.push(Born { row, event: event.with("from", in_hand.id) });
        batch.push((part, Arc::new(decided)));
    }
    let settles = Settlement::of(room, &policy, in_hand.id, only_unit(&policy, &split.shares), None).await?;
    let event = room.event_by(EventKind::Answered, by()).about(in_hand.id).with("parts", parts.len());
    let answered = Answered { message: in_hand.id, event, settles, teaches: None, parts };
    let ready = record(room, batch, number + 1, Some(answered)).await?;
    if ready.is_empty() {
        return Err(moved(room, id).await?);
    }
    carry_out_ready(room, ready).await?;
    Ok(())
}

/// Could this letter be split like this?
pub(crate) async fn check_split(
    room: &PostRoom,
    in_hand: &InHand,
    outcome: &str,
    shares: &[Share],
) -> Result<(), AnswerError> {
    if !(FEWEST..=MOST).contains(&shares.len()) {
        return Err(AnswerError::HowManyParts);
    }
    let documents: Vec<u32> = desk::documents(in_hand).iter().map(|document| document.content).collect();
    for (place, share) in shares.iter().enumerate() {
        check_receiver(room, &share.hand_over.unit, share.subject)?;
        let to = |share: &Share| (share.hand_over.clone(), share.subject);
        if shares[..place].iter().any(|other| to(other) == to(share)) {
            return Err(AnswerError::SamePart);
        }
        let unfit = |carries: &Vec<u32>| {
            carries.is_empty() || carries.iter().any(|content| !documents.contains(content))
        };
        if share.carries.as_ref().is_some_and(unfit) {
            return Err(AnswerError::NothingCarried(place + 1));
        }
    }
    let effects = room.store.effects(&in_hand.id.to_string()).await?;
    let mut journal = effects.iter().filter(|effect| effect.kind == EffectKind::Journal.as_str());
    if journal.clone().any(|effect| effect.state == "done") {
        return Err(AnswerError::JournaledWhole);
    }
    // What was stopped before it was begun is not in any case system. Of the rest nobody knows: that is settled before the
    // letter is journaled in parts.
    let is_open = |effect: &EffectRow| effect.state != "stopped" || effect.progress().doubt;
    if outcome == "effect-failed" || journal.any(is_open) { Err(AnswerError::InDoubt) } else { Ok(()) }
}

/// The part as a message in hand, and the row that it is born as.
fn birth(
    room: &PostRoom,
    whole: &InHand,
    root: Uuid,
    share: &Share,
    number: i64,
) -> Result<(InHand, NewPart), StoreError> {
    let id = room.entropy.id(room.clock.now());
    let reading = carried(&whole.reading, share.carries.as_deref());
    let plain = serde_json::to_vec(&reading).map_err(|_| StoreError::Damaged("reading"))?;
    let row = NewPart {
        id,
        from: whole.id,
        number,
        memo_uuid: named_after(&root, number),
        wrapped_key: room.store.keys().wrap(&whole.key, &id.to_string(), &mut |bytes| {
            room.entropy.fill(bytes);
        }),
        sealed: whole.key.seal("reading", &plain, &mut |bytes| room.entropy.fill(bytes)),
    };
    let in_hand = InHand {
        id,
        reading: Arc::new(reading),
        conflicts: false,
        attempts: 0,
        part: Some(Part { of: root, number }),
        ..whole.clone()
    };
    Ok((in_hand, row))
}

/// A UUID for a part: the same for the same part, whoever makes it (RFC 9562 version 8, of SHA-256).
fn named_after(letter: &Uuid, number: i64) -> Uuid {
    let mut name = Sha256::new();
    name.update(b"modtag part\0");
    name.update(letter.as_bytes());
    name.update(number.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&name.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The reading of a part that carries these documents alone; all of it when they are all that a person can choose.
///
/// A document that is only for machines is no person's choice and goes with the whole letter alone. The first that is carried
/// stands as the main document: an entry in a journal has one.
fn carried(whole: &Reading, carries: Option<&[u32]>) -> Reading {
    let mut reading = whole.clone();
    let (Some(carries), Some(body)) = (carries, &mut reading.message.body) else { return reading };
    let all = body.main_document.take().into_iter().chain(body.additional_documents.drain(..));
    let mut all: Vec<memo::Document> = all.collect();
    let files = |documents: &[memo::Document]| documents.iter().map(|one| one.files.len()).sum::<usize>();
    let before = files(&all);
    all.iter_mut().for_each(|document| document.files.retain(|file| carries.contains(&file.content)));
    if files(&all) == before {
        return whole.clone();
    }
    let mut kept = all.into_iter().filter(|document| !document.files.is_empty());
    body.main_document = kept.next();
    body.additional_documents = kept.collect();
    body.technical_documents.clear();
    reading.text.clear();
    reading.technical.clear();
    reading.trimmed = true;
    reading
}

/// The unit that all parts go to; empty when they go to several.
fn only_unit<'s>(policy: &Policy, shares: &'s [Share]) -> &'s str {
    let open = |unit: &'s str| policy.open_unit(unit).map_or_else(|| unit.to_owned(), |open| open.id.clone());
    let Some((first, rest)) = shares.split_first() else { return "" };
    let unit = first.hand_over.unit.as_str();
    if rest.iter().all(|share| open(&share.hand_over.unit) == open(unit)) { unit } else { "" }
}

/// What is decided of the letter itself.
fn of_whole(split: &Split, policy: &Policy, earlier: &Decided) -> Decided {
    let Decided { facts, decision } = earlier.clone();
    let names: Vec<&str> = split
        .shares
        .iter()
        .map(|share| &share.hand_over.unit)
        .map(|unit| policy.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str()))
        .collect();
    let text = format!("En medarbejder delte brevet i {} dele: {}.", names.len(), names.join(", "));
    let decision = Decision {
        decider: Decider::Person(split.person.clone()),
        outcome: Outcome::Split(split.shares.iter().map(|share| share.hand_over.clone()).collect()),
        trace: said(decision.trace, "desk.split", text),
        further: Further { webhooks: decision.further.webhooks, ..Further::default() },
        ..decision
    };
    Decided { facts, decision }
}

/// What is decided of a part. It names no other part's receiver: its own may read it.
fn of_part(
    split: &Split,
    share: &Share,
    number: i64,
    policy: &Policy,
    earlier: &Decided,
    part: &InHand,
) -> Decided {
    let Decided { mut facts, decision } = earlier.clone();
    facts.message = part.reading.message.clone();
    if part.reading.trimmed {
        // Read anew when somebody opens it: what was read before was the whole letter.
        (facts.text, facts.glimpse, facts.technical) = (String::new(), None, Vec::new());
    }
    let unit = &share.hand_over.unit;
    let unit = policy.unit(unit).map_or(unit.as_str(), |unit| unit.name.as_str());
    let about = share.subject.map(|subject| format!(" med emnet {subject}")).unwrap_or_default();
    let text = format!("En medarbejder delte brevet; del {number} gik til enheden {unit}{about}.");
    let decision = Decision {
        decider: Decider::Person(split.person.clone()),
        outcome: Outcome::HandOver(share.hand_over.clone()),
        annotations: Annotations { subject: share.subject, ..decision.annotations },
        trace: said(decision.trace, "desk.part", text),
        further: Further::default(),
        ..decision
    };
    Decided { facts, decision }
}

fn said(mut trace: rules::Trace, code: &str, text: String) -> rules::Trace {
    let line = TraceLine { step: Step::Desk, code: code.into(), decided: true, rule: None, text };
    trace.lines.push(line);
    trace
}
