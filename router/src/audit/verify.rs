//! Verifies a log: event by event, in constant memory, from an export or from a live store.
//!
//! [`Verifier`] is fed rows and checkpoints in order and asks of each event: is it the next one, is it in canonical form, does its body
//! give its hash, do the kept hashes fit each other? The first doubt becomes a *suspect*; the next signed checkpoint settles what it
//! was ([`super::hypotheses`]). After the first broken event only the counting goes on, since nothing after it can be relied on.
//!
//! What no verification can see: a log that ends earlier than it did, with its last checkpoints removed too. Against that, a checkpoint
//! kept elsewhere ([`Options::held`]) helps.

use std::io::BufRead;

use jiff::Timestamp;

use super::canonical::{self, Parsed};
use super::checkpoint::Checkpoint;
use super::export::{Entry, ExportError, Reader};
use super::hypotheses::{Hypotheses, Last, Proof};
use super::merkle::{Frontier, leaf_hash};
use super::note::{BadNote, VerifierKey};
use super::report::{BadCheckpoint, Broken, CheckpointFault, Fault, Known, Remark, Report};
use super::stored::{StoredCheckpoint, StoredEvent};
use super::suspect::{Suspect, fault_of_body, proven, suspect_nodes};

/// What a log is held against.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The authority all events must belong to.
    pub authority: Option<String>,
    /// The log's name; when absent, the name of the first key.
    pub origin: Option<String>,
    /// The keys whose checkpoints count. For an export without any, those of the file, which the report then remarks on.
    pub keys: Vec<VerifierKey>,
    /// Checkpoint notes somebody kept outside the house; the log must contain what they say.
    pub held: Vec<String>,
}

/// Verifies the log in an export. Fails only when there is no export to verify or it cannot be read from.
pub fn verify(reader: impl BufRead, mut options: Options) -> Result<Report, ExportError> {
    let mut reader = Reader::open(reader)?;
    let header = reader.header();
    let key_from_file = options.keys.is_empty();
    if key_from_file {
        options.keys.clone_from(&header.keys);
        options.origin.get_or_insert_with(|| header.origin.clone());
    }
    options.authority.get_or_insert_with(|| header.authority.clone());
    let mut verifier = Verifier::new(options);
    while let Some(entry) = reader.entry()? {
        match entry {
            Entry::Event(event) => verifier.event(&event),
            Entry::Checkpoint(checkpoint) => verifier.checkpoint(&checkpoint),
            Entry::End { events, checkpoints } => verifier.end(events, checkpoints),
            Entry::Unreadable { line } => verifier.stop(Fault::Line { line }),
            Entry::Truncated => verifier.stop(Fault::Truncated),
        }
    }
    let mut report = verifier.finish();
    if key_from_file && report.checkpoints > 0 {
        report.remarks.push(Remark::KeyFromFile);
    }
    Ok(report)
}

/// Verifies the log of a live store: events by number, checkpoints by size.
pub fn verify_log<E>(
    events: impl IntoIterator<Item = Result<StoredEvent, E>>,
    checkpoints: impl IntoIterator<Item = Result<StoredCheckpoint, E>>,
    options: Options,
) -> Result<Report, E> {
    let mut verifier = Verifier::new(options);
    let mut checkpoints = checkpoints.into_iter().peekable();
    for (position, event) in (0..).zip(events) {
        while let Some(due) =
            checkpoints.next_if(|next| next.as_ref().map_or(true, |next| next.size <= position))
        {
            verifier.checkpoint(&due?);
        }
        verifier.event(&event?);
    }
    for checkpoint in checkpoints {
        verifier.checkpoint(&checkpoint?);
    }
    Ok(verifier.finish())
}

/// Verifies one log. Feed it events in order, and each checkpoint right after the last event it covers; then ask for the report.
pub struct Verifier {
    options: Options,
    held: Vec<Checkpoint>,
    log: Hypotheses,
    suspect: Option<Suspect>,
    last_at: Option<Timestamp>,
    backwards: Option<(u64, u64)>,
    report: Report,
}

impl Verifier {
    /// A verifier that has seen nothing yet.
    pub fn new(options: Options) -> Verifier {
        let origin = options.origin.clone().or_else(|| options.keys.first().map(|key| key.name().to_owned()));
        let mut verifier = Verifier {
            held: Vec::new(),
            log: Hypotheses::default(),
            suspect: None,
            last_at: None,
            backwards: None,
            report: Report { authority: options.authority.clone(), origin, ..Report::default() },
            options,
        };
        let held = std::mem::take(&mut verifier.options.held);
        for note in &held {
            match verifier.genuine(note) {
                Ok(checkpoint) => verifier.held.push(checkpoint),
                Err(fault) => {
                    let size = Checkpoint::parse(note).map_or(0, |checkpoint| checkpoint.size);
                    verifier.bad_checkpoint(size, fault);
                }
            }
        }
        // The next one to ask about lies last.
        verifier.held.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        verifier
    }

    /// The next event as it lies in the store.
    pub fn event(&mut self, row: &StoredEvent) {
        self.ask_held();
        self.report.events += 1;
        if self.report.broken.is_some() {
            return;
        }
        let seq = self.log.size();
        if row.seq != seq {
            return self.out_of_order(row, seq);
        }
        let event = canonical::parse(&row.body);
        let known =
            Known { seq, at: event.as_ref().ok().map(|e| e.at), kind: event.as_ref().ok().map(|e| e.kind) };
        if let Ok(event) = &event {
            self.note_time(event, seq);
        }
        let body = leaf_hash(&row.body);
        if let Some(suspect) = &mut self.suspect {
            suspect.hear(row, event.as_ref().ok());
        }
        let before = self.log.last().copied();
        let mut level = 0;
        let mut lowest_bad = None;
        let last = Last { known, body, kept: row.leaf };
        self.log.push(last, row.before(), |node| {
            level += 1;
            if row.completed(level) != Some(node) {
                lowest_bad.get_or_insert(level);
            }
        });
        if self.suspect.is_none() {
            let authority = self.options.authority.as_deref();
            let fault = fault_of_body(&event, seq, authority, body == row.leaf);
            self.suspect = match fault {
                Some(fault) => Some(Suspect::at(known, fault)),
                None => suspect_nodes(row, &last, before.as_ref(), level, lowest_bad),
            };
        }
    }

    /// A checkpoint that covers all events so far.
    pub fn checkpoint(&mut self, row: &StoredCheckpoint) {
        self.ask_held();
        self.report.checkpoints += 1;
        if self.report.broken.is_some() {
            return;
        }
        let checkpoint = match self.genuine(&row.note) {
            Ok(checkpoint) if checkpoint.size == row.size => checkpoint,
            Ok(_) => return self.bad_checkpoint(row.size, CheckpointFault::OtherSize),
            Err(fault) => return self.bad_checkpoint(row.size, fault),
        };
        if row.size < self.log.size() {
            return self.bad_checkpoint(row.size, CheckpointFault::OutOfOrder);
        }
        let frontier = Frontier::from_bytes(&row.frontier).ok();
        let frontier = frontier.filter(|f| f.size() == row.size && f.root() == checkpoint.root);
        if frontier.is_none() && !row.frontier.is_empty() {
            self.bad_checkpoint(row.size, CheckpointFault::Frontier);
        }
        self.settle(&checkpoint, frontier.as_ref());
    }

    /// What was found.
    pub fn finish(mut self) -> Report {
        self.ask_held();
        while let Some(beyond) = self.held.pop() {
            self.settle(&beyond, None);
        }
        self.conclude();
        let tail = self.log.size().saturating_sub(self.report.proven);
        if tail > 0 && self.report.broken.is_none() {
            self.report.remarks.push(Remark::UnsignedTail { events: tail });
        }
        if let Some((events, first)) = self.backwards {
            self.report.remarks.push(Remark::TimeGoesBack { events, first });
        }
        self.report
    }

    /// The export ends in order and says how much it holds.
    fn end(&mut self, events: u64, checkpoints: u64) {
        if checkpoints != self.report.checkpoints {
            self.bad_checkpoint(self.log.size(), CheckpointFault::Count);
        }
        let read = self.report.events;
        if events > read {
            self.broken_at(read, Fault::Missing { found: None });
        } else if events < read {
            self.broken_at(events, Fault::Surplus);
        }
    }

    /// The source ends or cannot be read further.
    fn stop(&mut self, fault: Fault) {
        self.broken_at(self.log.size(), fault);
    }

    fn broken_at(&mut self, seq: u64, fault: Fault) {
        let known = Known { seq, at: None, kind: None };
        if !self.narrow(known, fault) {
            self.suspect = Some(Suspect::at(known, fault));
        }
        self.conclude();
    }

    fn out_of_order(&mut self, row: &StoredEvent, seq: u64) {
        if row.seq > seq {
            return self.broken_at(seq, Fault::Missing { found: Some(row.seq) });
        }
        let event = canonical::parse(&row.body).ok();
        let known =
            Known { seq: row.seq, at: event.as_ref().map(|e| e.at), kind: event.as_ref().map(|e| e.kind) };
        if !self.narrow(known, Fault::Repeated) {
            self.suspect = Some(Suspect::at(known, Fault::Repeated));
        }
        self.conclude();
    }

    /// Lets a new, certain finding sharpen an earlier doubt. False when there was none.
    fn narrow(&mut self, known: Known, fault: Fault) -> bool {
        let Some(suspect) = &mut self.suspect else { return false };
        if suspect.first < suspect.last && (suspect.first..=suspect.last).contains(&known.seq) {
            *suspect = Suspect::at(known, fault);
        }
        true
    }

    fn note_time(&mut self, event: &Parsed<'_>, seq: u64) {
        if self.last_at.is_some_and(|last| event.at < last) {
            self.backwards.get_or_insert((0, seq)).0 += 1;
        }
        self.last_at = Some(event.at);
        self.report.from.get_or_insert(event.at);
        self.report.to = Some(event.at);
    }

    fn genuine(&self, note: &str) -> Result<Checkpoint, CheckpointFault> {
        let checkpoint = match Checkpoint::verify(note, &self.options.keys) {
            // Another log's checkpoint carries another signer's name, and is worth saying so.
            Err(BadNote::UnknownKey) => match Checkpoint::parse(note) {
                Ok(other) if Some(&other.origin) != self.report.origin.as_ref() => {
                    return Err(CheckpointFault::OtherLog);
                }
                Ok(_) => return Err(CheckpointFault::UnknownKey),
                Err(bad) => return Err(bad.into()),
            },
            verified => verified?,
        };
        match Some(&checkpoint.origin) == self.report.origin.as_ref() {
            true => Ok(checkpoint),
            false => Err(CheckpointFault::OtherLog),
        }
    }

    fn bad_checkpoint(&mut self, size: u64, fault: CheckpointFault) {
        if self.report.bad_checkpoints.len() < Report::MOST_CHECKPOINTS {
            self.report.bad_checkpoints.push(BadCheckpoint { size, fault });
        }
    }

    fn ask_held(&mut self) {
        while let Some(due) = self.held.pop_if(|next| next.size <= self.log.size()) {
            if self.report.broken.is_none() {
                self.settle(&due, None);
            }
        }
    }

    /// Asks a genuine checkpoint about the log so far.
    fn settle(&mut self, checkpoint: &Checkpoint, frontier: Option<&Frontier>) {
        let size = self.log.size();
        if self.report.broken.is_some() {
            return;
        }
        if checkpoint.size > size {
            return self.broken_at(size, Fault::Missing { found: None });
        }
        let proof = self.log.prove(&checkpoint.root, frontier.and_then(Frontier::last));
        let suspect = self.suspect.take();
        self.report.broken = match (proof, suspect) {
            (Proof::Bodies, None) => {
                self.report.proven = size;
                // Its peaks are proven by its root, but its copy of the last leaf is not.
                if frontier.is_some_and(|frontier| frontier != self.log.bodies()) {
                    self.bad_checkpoint(size, CheckpointFault::Frontier);
                }
                None
            }
            (Proof::Bodies, Some(suspect)) => Some(suspect.though_bodies_are_genuine()),
            (Proof::ByKeptHash(known), _) => Some(proven(known, Fault::Content)),
            (Proof::ByCopy(known), suspect) => {
                let seen = suspect.filter(|s| s.row.seq == known.seq).map(|s| s.fault);
                let fault = seen.filter(|f| matches!(f, Fault::Content | Fault::Unreadable));
                Some(proven(known, fault.unwrap_or(Fault::Rewritten)))
            }
            (Proof::Nothing, suspect) => Some(self.range(suspect, frontier)),
        };
    }

    /// Nothing fits the signed root: the broken event is after the last good checkpoint, in the first perfect subtree that differs
    /// from the right edge kept with the checkpoint, and where the first doubt came up.
    fn range(&self, suspect: Option<Suspect>, frontier: Option<&Frontier>) -> Broken {
        let (mut first, mut last) = (self.report.proven, self.log.size().saturating_sub(1));
        let differs = frontier.and_then(|frontier| {
            frontier.peaks().zip(self.log.bodies().peaks()).find(|(signed, found)| signed != found)
        });
        if let Some(((start, width, _), _)) = differs {
            (first, last) = (first.max(start), last.min(start + width - 1));
        }
        match suspect {
            Some(suspect) if suspect.first <= last && suspect.last >= first => {
                let narrowed =
                    Suspect { first: suspect.first.max(first), last: suspect.last.min(last), ..suspect };
                narrowed.unproven()
            }
            Some(suspect) => suspect.unproven(),
            None => {
                let known = self.log.last().filter(|l| l.known.seq == first).map(|l| l.known);
                Broken {
                    first,
                    last,
                    at: known.and_then(|known| known.at),
                    kind: known.and_then(|known| known.kind),
                    fault: Fault::History,
                    proven: true,
                }
            }
        }
    }

    /// No checkpoint will settle a doubt any more.
    fn conclude(&mut self) {
        if let Some(mut suspect) = self.suspect.take()
            && self.report.broken.is_none()
        {
            suspect.first = suspect.first.max(self.report.proven).min(suspect.last);
            self.report.broken = Some(suspect.unproven());
        }
    }
}
