//! Scopes: which prefix means which namespace, here and now; and which elements are open.

use crate::namespaces::{NAMESPACES, Namespace};

/// The open elements and the prefixes they declared.
#[derive(Default)]
pub(super) struct Scopes {
    /// Names of the open elements, one after the other, as they were written.
    names: Vec<u8>,
    open: Vec<Open>,
    bindings: Vec<Binding>,
    /// Namespaces whose usual prefix means them here, one bit each: names can then be compared as they are written.
    usual: u16,
}

struct Open {
    /// Where its name begins in `names`.
    name: usize,
    /// The bindings before it.
    bindings: usize,
    /// Did the parser see its start? Then it must see its end, too.
    parsed: bool,
}

struct Binding {
    prefix: Box<[u8]>,
    namespace: Namespace,
}

impl Scopes {
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self, name: &[u8], parsed: bool) {
        self.open.push(Open { name: self.names.len(), bindings: self.bindings.len(), parsed });
        self.names.extend_from_slice(name);
    }

    /// Declares a prefix on the element opened last; the empty one is the default namespace.
    pub(super) fn bind(&mut self, prefix: &str, uri: &str) {
        self.bindings.push(Binding { prefix: prefix.as_bytes().into(), namespace: Namespace::of(uri) });
    }

    /// All prefixes of the element opened last are declared.
    pub(super) fn bound(&mut self) {
        self.find_usual();
    }

    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.truncate(open.name);
            if self.bindings.len() > open.bindings {
                self.bindings.truncate(open.bindings);
                self.find_usual();
            }
        }
    }

    fn find_usual(&mut self) {
        self.usual = 0;
        for (namespace, prefix, _) in NAMESPACES {
            let bound = self.bindings.iter().rev().find(|binding| *binding.prefix == *prefix.as_bytes());
            if bound.is_some_and(|binding| binding.namespace == namespace) {
                self.usual |= 1 << namespace as u16;
            }
        }
    }

    /// Does the usual prefix of this namespace mean it here?
    #[inline]
    pub(super) fn is_usual(&self, namespace: Namespace) -> bool {
        self.usual >> namespace as u16 & 1 == 1
    }

    /// The name of the element opened last, as it was written, and whether the parser saw its start.
    pub(super) fn innermost(&self) -> Option<(&[u8], bool)> {
        self.open.last().map(|open| (&self.names[open.name..], open.parsed))
    }

    /// Namespace and local name of a written name. A prefix that nobody declared is of no namespace we know.
    pub(super) fn resolve<'n>(&self, name: &'n [u8]) -> (Namespace, &'n [u8]) {
        // A loop, because prefixes have three or four letters.
        let (prefix, local) = match name.iter().position(|&b| b == b':') {
            Some(colon) => (&name[..colon], &name[colon + 1..]),
            None => (&name[..0], name),
        };
        let binding = self.bindings.iter().rev().find(|binding| *binding.prefix == *prefix);
        (binding.map_or(Namespace::other, |binding| binding.namespace), local)
    }
}
