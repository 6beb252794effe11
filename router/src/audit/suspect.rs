//! The first doubt a verification has, and what the rows around it say about it.

use super::canonical::{NotCanonical, Parsed};
use super::hypotheses::Last;
use super::merkle::{Hash, node_hash};
use super::report::{Broken, Fault, Known};
use super::stored::StoredEvent;

/// The first doubt, until a checkpoint settles it.
pub(super) struct Suspect {
    /// The row the doubt came up at.
    pub(super) row: Known,
    /// The events it can be about.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) known: Known,
    pub(super) fault: Fault,
    /// The leaf before and the kept node over both, when the row after can tell whether the row was rewritten.
    pub(super) pair: Option<(Hash, Hash)>,
}

impl Suspect {
    pub(super) fn at(known: Known, fault: Fault) -> Suspect {
        let range = match fault {
            // It may claim its neighbour's number because an event was put in before it.
            Fault::Misplaced { claims } if claims + 1 == known.seq => claims,
            _ => known.seq,
        };
        Suspect { row: known, first: range, last: known.seq, known, fault, pair: None }
    }

    /// The row after the doubtful one may tell which of two it was.
    pub(super) fn hear(&mut self, next: &StoredEvent, event: Option<&Parsed<'_>>) {
        if next.seq != self.row.seq + 1 || self.first == self.last {
            return;
        }
        let claims_my_place = event.is_some_and(|event| event.seq == self.row.seq);
        match self.fault {
            Fault::Misplaced { claims } if claims_my_place => {
                *self = Suspect::at(Known { seq: claims, at: None, kind: None }, Fault::Repeated);
            }
            Fault::Misplaced { .. } => self.first = self.last,
            _ if claims_my_place => *self = Suspect::at(self.row, Fault::Repeated),
            _ => {
                if let Some((left, node)) = self.pair
                    && next.before().is_some_and(|copy| node_hash(&left, &copy) == node)
                {
                    *self = Suspect::at(self.row, Fault::Rewritten);
                }
            }
        }
    }

    /// The bodies are what was signed, so only what lies beside them can be wrong.
    pub(super) fn though_bodies_are_genuine(self) -> Broken {
        let fault = match self.fault {
            Fault::Content => Fault::KeptHash,
            Fault::Rewritten => Fault::Nodes,
            other => other,
        };
        proven(self.row, fault)
    }

    pub(super) fn unproven(self) -> Broken {
        let known = if self.known.seq == self.first { Some(self.known) } else { None };
        let known = known.or((self.row.seq == self.first).then_some(self.row));
        Broken {
            first: self.first,
            last: self.last,
            at: known.and_then(|known| known.at),
            kind: known.and_then(|known| known.kind),
            fault: self.fault,
            proven: false,
        }
    }
}

pub(super) fn proven(known: Known, fault: Fault) -> Broken {
    Broken { first: known.seq, last: known.seq, at: known.at, kind: known.kind, fault, proven: true }
}

pub(super) fn fault_of_body(
    event: &Result<Parsed<'_>, NotCanonical>,
    seq: u64,
    authority: Option<&str>,
    hash_fits: bool,
) -> Option<Fault> {
    match event {
        _ if !hash_fits => Some(Fault::Content),
        Err(_) => Some(Fault::Unreadable),
        Ok(event) if event.seq != seq => Some(Fault::Misplaced { claims: event.seq }),
        Ok(event) if authority.is_some_and(|authority| authority != event.authority) => {
            Some(Fault::OtherAuthority)
        }
        Ok(_) => None,
    }
}

/// Doubts about what is kept beside an event whose body is in order.
///
/// An odd row holds a copy of the leaf before it and the node over both, so the two can be told apart as long as one of them is old.
pub(super) fn suspect_nodes(
    row: &StoredEvent,
    this: &Last,
    before: Option<&Last>,
    levels: u32,
    lowest_bad: Option<u32>,
) -> Option<Suspect> {
    let whole = row.nodes.len() == (usize::from(before.is_some()) + levels as usize) * Hash::LEN;
    let nodes = Suspect::at(this.known, Fault::Nodes);
    let Some(before) = before else { return (!whole).then_some(nodes) };
    let copy = row.before();
    let copy_fits = copy == Some(before.body);
    if whole && copy_fits && lowest_bad.is_none() {
        return None;
    }
    if !whole {
        return Some(nodes);
    }
    let seq = this.known.seq;
    let either = Suspect { first: seq - 1, known: before.known, fault: Fault::Rewritten, ..nodes };
    let node = row.completed(1);
    Some(match (copy_fits, lowest_bad) {
        (false, None) if levels > 0 => {
            Suspect { fault: Fault::Nodes, first: seq, known: this.known, ..either }
        }
        (false, Some(1)) if copy.is_some_and(|copy| Some(node_hash(&copy, &this.body)) == node) => {
            Suspect { row: this.known, ..Suspect::at(before.known, Fault::Rewritten) }
        }
        (true, Some(1)) => Suspect { pair: node.map(|node| (before.body, node)), ..either },
        (true, Some(level)) => Suspect { first: (seq + 1).saturating_sub(1 << level.min(63)), ..either },
        _ => either,
    })
}
