//! The Merkle tree of RFC 6962 section 2.1, as far as a log that only grows needs it: its right edge.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// A SHA-256 hash in the tree. Shown in hexadecimal, in JSON as base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// From 32 bytes; `None` for any other number.
    pub fn from_slice(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64, as in checkpoints.
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// Reads [`Hash::to_base64`].
    pub fn from_base64(text: &str) -> Option<Hash> {
        let mut bytes = [0; 33];
        let length = BASE64_STANDARD.decode_slice(text, &mut bytes).ok()?;
        Hash::from_slice(&bytes[..length])
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Hash {
        Hash(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

/// The hash of a leaf: SHA-256 of 0x00 and the event's canonical bytes.
pub fn leaf_hash(body: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(body).finalize().into())
}

/// The hash of an inner node: SHA-256 of 0x01 and its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

/// The root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The right edge of a growing tree: its size, the hashes of its largest perfect subtrees (*peaks*), left to right, and its last leaf.
///
/// All that is needed to append and to know the root; a few hundred bytes, whatever the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    last: Option<Hash>,
    peaks: Vec<Hash>,
}

/// Bytes that are no frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the right edge of a log")]
pub struct BadFrontier;

const FRONTIER_VERSION: u8 = 1;

impl Frontier {
    /// How many leaves the tree has; also the place of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The last leaf; `None` in an empty tree.
    pub fn last(&self) -> Option<Hash> {
        self.last
    }

    /// The largest perfect subtrees, left to right, as (first leaf, number of leaves, hash).
    pub fn peaks(&self) -> impl Iterator<Item = (u64, u64, Hash)> + '_ {
        let mut start = 0;
        self.peaks.iter().map(move |hash| {
            let width = largest_power_within(self.size - start);
            start += width;
            (start - width, width, *hash)
        })
    }

    /// Appends a leaf and returns the *nodes* to keep beside it: the hash of the leaf before it (absent in the first), then
    /// the perfect subtrees it completes, from the smallest up.
    pub fn append(&mut self, leaf: Hash) -> Vec<u8> {
        let mut nodes = Vec::with_capacity((1 + self.size.trailing_ones() as usize) * Hash::LEN);
        nodes.extend(self.last.iter().flat_map(Hash::as_bytes));
        self.push(leaf, |node| nodes.extend_from_slice(node.as_bytes()));
        nodes
    }

    /// Appends a leaf, telling each subtree it completes.
    pub(super) fn push(&mut self, leaf: Hash, mut completed: impl FnMut(Hash)) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            // There is one peak for each bit of the size, so it is there.
            let Some(left) = self.peaks.pop() else { break };
            node = node_hash(&left, &node);
            completed(node);
        }
        self.peaks.push(node);
        self.last = Some(leaf);
        self.size += 1;
    }

    /// The root hash of the tree.
    pub fn root(&self) -> Hash {
        let folded = self.peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        folded.unwrap_or_else(empty_root)
    }

    /// For keeping: version, size (big endian), last leaf, peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FRONTIER_VERSION];
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for hash in self.last.iter().chain(&self.peaks) {
            bytes.extend_from_slice(hash.as_bytes());
        }
        bytes
    }

    /// Reads [`Frontier::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Frontier, BadFrontier> {
        let (&[FRONTIER_VERSION, ref size @ ..], hashes) =
            bytes.split_first_chunk::<9>().ok_or(BadFrontier)?
        else {
            return Err(BadFrontier);
        };
        let size = u64::from_be_bytes(*size);
        let (hashes, rest) = hashes.as_chunks::<32>();
        let mut hashes = hashes.iter().copied().map(Hash);
        let last = if size > 0 { Some(hashes.next().ok_or(BadFrontier)?) } else { None };
        let peaks: Vec<Hash> = hashes.collect();
        let last_is_a_peak = size % 2 == 0 || peaks.last() == last.as_ref();
        if !rest.is_empty() || peaks.len() != size.count_ones() as usize || !last_is_a_peak {
            return Err(BadFrontier);
        }
        Ok(Frontier { size, last, peaks })
    }
}

/// The largest power of two that is not above `n`; 0 for 0.
pub(super) fn largest_power_within(n: u64) -> u64 {
    n.checked_ilog2().map_or(0, |log| 1 << log)
}

/// The whole tree in memory, 64 bytes a leaf: for proofs and for [`super::locate`], never on the daily path.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over these leaves.
    pub fn over(leaves: impl IntoIterator<Item = Hash>) -> Tree {
        let mut levels = vec![leaves.into_iter().collect::<Vec<_>>()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let level = below.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
            levels.push(level);
        }
        Tree { levels }
    }

    /// The hash of the perfect subtree of 2^`level` leaves with this index on its level; `None` beyond the tree.
    pub fn node(&self, level: u32, index: u64) -> Option<Hash> {
        self.levels.get(level as usize)?.get(usize::try_from(index).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962 section 2.1, word for word as a recursion.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            many => {
                let split = (many.len() as u64 - 1).checked_ilog2().map_or(1, |log| 1 << log);
                node_hash(&by_definition(&many[..split]), &by_definition(&many[split..]))
            }
        }
    }

    #[test]
    fn hashes_agree_with_values_computed_elsewhere() {
        for line in include_str!("testdata/merkle.txt").lines().filter(|line| !line.starts_with('#')) {
            let (size, root) = line.split_once(' ').unwrap();
            let mut frontier = Frontier::default();
            for i in 0..size.parse().unwrap() {
                frontier.append(leaf_hash(format!("leaf {i}").as_bytes()));
            }
            assert_eq!(frontier.root().to_string(), root, "size {size}");
        }
    }

    #[test]
    fn frontiers_keep_their_size_last_leaf_and_peaks() {
        let mut frontier = Frontier::default();
        for i in 0..300u64 {
            assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Ok(frontier.clone()));
            assert_eq!(frontier.size(), i);
            assert_eq!(frontier.peaks().map(|(_, width, _)| width).sum::<u64>(), i);
            frontier.append(leaf_hash(&i.to_be_bytes()));
        }
        let bytes = frontier.to_bytes();
        assert_eq!(Frontier::from_bytes(&bytes[..bytes.len() - 1]), Err(BadFrontier));
        assert_eq!(Frontier::from_bytes(&[]), Err(BadFrontier));
        assert_eq!(Frontier::from_bytes(&[&[2], &bytes[1..]].concat()), Err(BadFrontier));
    }

    proptest! {
        #[test]
        fn root_and_nodes_follow_the_definition(n in 0usize..200) {
            let leaves: Vec<Hash> = (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let tree = Tree::over(leaves.iter().copied());
            let mut frontier = Frontier::default();
            for (i, leaf) in leaves.iter().enumerate() {
                let nodes = frontier.append(*leaf);
                let (nodes, _) = nodes.as_chunks::<32>();
                prop_assert_eq!(nodes.len(), usize::from(i > 0) + (i + 1).trailing_zeros() as usize);
                for (level, node) in nodes.iter().enumerate().skip(1) {
                    prop_assert_eq!(Some(Hash(*node)), tree.node(level as u32, (i as u64) >> level));
                }
                if i > 0 {
                    prop_assert_eq!(Hash(nodes[0]), leaves[i - 1]);
                }
            }
            prop_assert_eq!(frontier.root(), by_definition(&leaves));
        }
    }
}
