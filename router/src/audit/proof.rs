//! Proofs for one event or one earlier state, without the whole log: RFC 6962 section 2.1.1 and 2.1.2 (verified as in RFC 9162).

use super::merkle::{Hash, Tree, empty_root, largest_power_within, node_hash};

/// Where the perfect subtrees of a log are kept.
pub trait NodeSource {
    /// Why a node could not be had.
    type Error;

    /// The hash of the perfect subtree of 2^`level` leaves that starts at leaf `index` · 2^`level`.
    ///
    /// Level 0 are the leaf hashes; a higher one lies in the nodes kept beside leaf (`index` + 1) · 2^`level` − 1.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// A node the tree does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log has no such node")]
pub struct NoSuchNode;

impl NodeSource for Tree {
    type Error = NoSuchNode;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NoSuchNode> {
        Tree::node(self, level, index).ok_or(NoSuchNode)
    }
}

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The leaf or the earlier size lies outside the log.
    #[error("outside the log")]
    Outside,
    /// The source failed.
    #[error(transparent)]
    Source(E),
}

/// That leaf `index` is in the log of `size` leaves: the hashes beside its path, from the leaf up.
pub fn inclusion_proof<S: NodeSource>(
    index: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if index >= size {
        return Err(ProofError::Outside);
    }
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = split(start, end);
        let beside = if index < middle { (middle, end) } else { (start, middle) };
        path.push(range_root(beside.0, beside.1, source).map_err(ProofError::Source)?);
        (start, end) = if index < middle { (start, middle) } else { (middle, end) };
    }
    path.reverse();
    Ok(path)
}

/// That the log of `size` leaves continues the log of `earlier` leaves.
pub fn consistency_proof<S: NodeSource>(
    earlier: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if earlier > size {
        return Err(ProofError::Outside);
    }
    if earlier == 0 || earlier == size {
        return Ok(Vec::new());
    }
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end > earlier {
        let middle = split(start, end);
        let beside = if earlier <= middle { (middle, end) } else { (start, middle) };
        path.push(range_root(beside.0, beside.1, source).map_err(ProofError::Source)?);
        (start, end) = if earlier <= middle { (start, middle) } else { (middle, end) };
    }
    if start > 0 {
        path.push(range_root(start, end, source).map_err(ProofError::Source)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether the proof shows that `leaf` is number `index` in the log with this size and root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut computed) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            computed = node_hash(beside, &computed);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(&computed, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && computed == *root
}

/// Whether the proof shows that the log with (`size`, `root`) continues the one with (`earlier`, `earlier_root`).
pub fn verify_consistency(earlier: u64, earlier_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if earlier > size || (earlier == size && (earlier_root != root || !proof.is_empty())) {
        return false;
    }
    if earlier == size {
        return true;
    }
    if earlier == 0 {
        return proof.is_empty() && *earlier_root == empty_root();
    }
    let (first, rest) = match proof.split_first() {
        // A whole earlier tree is itself the first node, and is left out of the proof.
        _ if earlier.is_power_of_two() => (*earlier_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return false,
    };
    let (mut node, mut last) = (earlier - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (first, first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old = node_hash(beside, &old);
            new = node_hash(beside, &new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old == *earlier_root && new == *root
}

/// Where RFC 6962 splits the leaves `start..end` in two: after the largest power of two that is less than their number.
pub(super) fn split(start: u64, end: u64) -> u64 {
    start + largest_power_within(end - start - 1)
}

fn range_root<S: NodeSource>(start: u64, end: u64, source: &S) -> Result<Hash, S::Error> {
    let width = end - start;
    if width.is_power_of_two() {
        let level = width.trailing_zeros();
        return source.node(level, start >> level);
    }
    let middle = split(start, end);
    Ok(node_hash(&range_root(start, middle, source)?, &range_root(middle, end, source)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Frontier, leaf_hash};
    use proptest::prelude::*;

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    fn root(leaves: &[Hash]) -> Hash {
        let mut frontier = Frontier::default();
        leaves.iter().for_each(|leaf| drop(frontier.append(*leaf)));
        frontier.root()
    }

    #[test]
    fn every_leaf_and_every_earlier_size_of_small_logs_has_its_proof() {
        for size in 1..40 {
            let leaves = leaves(size);
            let (tree, newest) = (Tree::over(leaves.iter().copied()), root(&leaves));
            for index in 0..size {
                let proof = inclusion_proof(index, size, &tree).unwrap();
                let leaf = &leaves[index as usize];
                assert!(verify_inclusion(leaf, index, size, &proof, &newest), "{index} of {size}");
                assert!(!verify_inclusion(leaf, index + 1, size, &proof, &newest), "{index} of {size}");
                assert!(!verify_inclusion(&newest, index, size, &proof, &newest) || size == 1);
            }
            for earlier in 0..=size {
                let proof = consistency_proof(earlier, size, &tree).unwrap();
                let older = root(&leaves[..earlier as usize]);
                assert!(verify_consistency(earlier, &older, size, &newest, &proof), "{earlier} to {size}");
                if earlier < size {
                    assert!(!verify_consistency(earlier, &newest, size, &newest, &proof));
                    assert!(!verify_consistency(earlier, &older, size, &older, &proof) || earlier == 0);
                }
            }
            assert_eq!(inclusion_proof(size, size, &tree), Err(ProofError::Outside));
            assert_eq!(consistency_proof(size + 1, size, &tree), Err(ProofError::Outside));
        }
    }

    proptest! {
        #[test]
        fn a_changed_proof_proves_nothing(
            size in 2u64..300, pick: prop::sample::Index, at: prop::sample::Index, other: [u8; 32], cut: bool
        ) {
            let leaves = leaves(size);
            let (tree, newest) = (Tree::over(leaves.iter().copied()), root(&leaves));
            let chosen = pick.index(size as usize);
            let spoil = |mut proof: Vec<Hash>| {
                let at = at.index(proof.len());
                if cut { proof.remove(at); } else { proof[at] = other.into(); }
                proof
            };
            let proof = spoil(inclusion_proof(chosen as u64, size, &tree).unwrap());
            prop_assert!(!verify_inclusion(&leaves[chosen], chosen as u64, size, &proof, &newest));
            if chosen > 0 {
                let proof = spoil(consistency_proof(chosen as u64, size, &tree).unwrap());
                prop_assert!(!verify_consistency(chosen as u64, &root(&leaves[..chosen]), size, &newest, &proof));
            }
        }
    }
}
