//! What a signed root can prove about a log that does not fit it, in constant memory.
//!
//! Each leaf has three witnesses: the body itself, the leaf hash kept beside it, and the copy in the row after it. One right edge is
//! kept for each kind of witness. When a root fits the leaf hashes or the copies but not the bodies, these are proven true all the way,
//! and the first body that disagrees with them is proven to be the first that was changed.

use super::merkle::{Frontier, Hash};
use super::report::Known;

/// The right edges, by kind of witness. As long as all agree, only that of the bodies is counted on.
#[derive(Default)]
pub(super) struct Hypotheses {
    bodies: Frontier,
    /// The edge before the last event.
    before: Frontier,
    last: Option<Last>,
    others: Option<Others>,
}

#[derive(Clone, Copy)]
pub(super) struct Last {
    pub(super) known: Known,
    pub(super) body: Hash,
    pub(super) kept: Hash,
}

struct Others {
    kept: Frontier,
    first_by_kept: Option<Known>,
    /// One leaf behind, since the copy of a leaf lies in the next row.
    copies: Frontier,
    first_by_copy: Option<Known>,
}

/// What a root proves.
pub(super) enum Proof {
    /// All bodies are what was signed.
    Bodies,
    /// This is the first event whose body is not; its kept hash still is, so the body alone was changed.
    ByKeptHash(Known),
    /// This is the first event whose body is not.
    ByCopy(Known),
    /// Nothing fits.
    Nothing,
}

impl Hypotheses {
    pub(super) fn size(&self) -> u64 {
        self.bodies.size()
    }

    pub(super) fn bodies(&self) -> &Frontier {
        &self.bodies
    }

    pub(super) fn last(&self) -> Option<&Last> {
        self.last.as_ref()
    }

    /// Takes one more event with its three witnesses, telling each subtree the bodies complete.
    pub(super) fn push(&mut self, event: Last, copy_of_last: Option<Hash>, completed: impl FnMut(Hash)) {
        let copy = self.last.map(|last| copy_of_last.unwrap_or(last.body));
        let copy_differs = self.last.is_some_and(|last| copy != Some(last.body));
        let kept_differs = event.kept != event.body;
        if self.others.is_none() && (copy_differs || kept_differs) {
            self.others = Some(Others {
                kept: self.bodies.clone(),
                first_by_kept: None,
                copies: self.before.clone(),
                first_by_copy: None,
            });
        }
        if let Some(others) = &mut self.others {
            others.kept.push(event.kept, drop);
            if kept_differs {
                others.first_by_kept.get_or_insert(event.known);
            }
            if let (Some(copy), Some(last)) = (copy, self.last) {
                others.copies.push(copy, drop);
                if copy_differs {
                    others.first_by_copy.get_or_insert(last.known);
                }
            }
        }
        self.before.clone_from(&self.bodies);
        self.bodies.push(event.body, completed);
        self.last = Some(event);
    }

    /// What the root of the log at its present size proves; `last_leaf` is the copy of the last leaf that came with the checkpoint.
    pub(super) fn prove(&self, root: &Hash, last_leaf: Option<Hash>) -> Proof {
        if self.bodies.root() == *root {
            return Proof::Bodies;
        }
        let Some(last) = self.last else { return Proof::Nothing };
        if let Some(Others { kept, first_by_kept: Some(first), .. }) = &self.others
            && kept.root() == *root
        {
            return Proof::ByKeptHash(*first);
        }
        let (copies, first) = match &self.others {
            Some(others) => (&others.copies, others.first_by_copy),
            None => (&self.before, None),
        };
        for leaf in [last_leaf, Some(last.kept)].into_iter().flatten() {
            let mut whole = copies.clone();
            whole.push(leaf, drop);
            if whole.root() == *root {
                return Proof::ByCopy(first.unwrap_or(last.known));
            }
        }
        Proof::Nothing
    }
}
