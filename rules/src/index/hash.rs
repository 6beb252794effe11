//! A quick hash for the index's tables (the multiply and rotate of Firefox and rustc, finished by folding a product).
//!
//! The standard library's hash costs more than the look-ups themselves and guards against keys made to collide. Here it
//! is safe to do without: only the policy puts keys in. What a message says is looked up and never kept, so that hostile
//! mail can at most hit the fullest place that the policy's own keys have made.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table whose keys come from the policy.
pub(super) type Table<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// An odd number without pattern: the golden ratio's fraction in 64 bits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Clone, Copy, Default)]
pub(super) struct Quick(u64);

impl Quick {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            last[7] = rest.len() as u8;
            self.add(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(byte.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    /// Both halves of a product: the table takes its places from the low bits and its tags from the high ones.
    fn finish(&self) -> u64 {
        let product = u128::from(self.0) * u128::from(FACTOR);
        product as u64 ^ (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;

    #[test]
    fn numbers_that_differ_little_are_spread() {
        let hash = |text: &str| BuildHasherDefault::<Quick>::default().hash_one(text);
        let hashes: Vec<u64> = (20_000_000..20_010_000).map(|cvr: u32| hash(&cvr.to_string())).collect();
        // 10,000 thrown into 16,384 places fill about 7,500 of them.
        let places: HashSet<u64> = hashes.iter().map(|hash| hash % 16_384).collect();
        let tags: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
        assert!(places.len() > 7_000, "{} places", places.len());
        assert_eq!(tags.len(), 128);
        assert_ne!(hash("a"), hash("a\0"));
    }
}
