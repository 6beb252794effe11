//! Steps and contents kept in memory, for tests.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream;

use super::breathe;
use crate::{ContentStream, Contents, Fault, Steps};

/// Steps remembered for as long as this lives: a crash is played by keeping it, lost memory by a fresh one.
#[derive(Debug, Default)]
pub struct MemorySteps {
    tokens: Mutex<HashMap<String, String>>,
}

impl MemorySteps {
    /// Number of steps remembered.
    pub fn len(&self) -> usize {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Is nothing remembered?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[async_trait]
impl Steps for MemorySteps {
    async fn token(&self, step: &str) -> Result<Option<String>, Fault> {
        breathe().await;
        Ok(self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(step).cloned())
    }

    async fn record(&self, step: &str, token: &str) -> Result<(), Fault> {
        breathe().await;
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(step.to_owned(), token.to_owned());
        Ok(())
    }
}

/// Contents by number, handed out in pieces.
#[derive(Clone, Default)]
pub struct MemoryContents {
    contents: HashMap<u32, Bytes>,
}

impl MemoryContents {
    /// Adds a content.
    pub fn with(mut self, number: u32, bytes: impl Into<Bytes>) -> Self {
        self.contents.insert(number, bytes.into());
        self
    }
}

/// Small and odd, so that pieces never end where something else does.
const PIECE: usize = 1021;

#[async_trait]
impl Contents for MemoryContents {
    async fn open(&self, content: u32) -> Result<ContentStream, Fault> {
        let Some(bytes) = self.contents.get(&content) else {
            return Err(Fault::Person { reason: "et dokuments indhold findes ikke".into() });
        };
        Ok(pieces(bytes.clone()))
    }
}

/// Bytes as a stream of small pieces.
pub(crate) fn pieces(bytes: Bytes) -> ContentStream {
    Box::pin(stream::unfold(bytes, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(PIECE.min(rest.len()));
        Some((Ok(piece), rest))
    }))
}
