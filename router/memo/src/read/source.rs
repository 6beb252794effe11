//! The bytes of the message, rationed: no more in all, and no more for one piece of markup, than the limits allow.

use std::io::{self, BufRead, Read};

use crate::error::NotMemoReason;

/// What [`Source::peek`] can look ahead: enough for `<![CDATA[` and for a character reference.
pub(super) const AHEAD: usize = 16;

/// A reader that stops when a ration is used up, and can look a few bytes ahead.
pub(super) struct Source<R> {
    inner: R,
    /// Bytes looked at ahead, across the border of two buffers of the inner reader.
    held: [u8; AHEAD],
    held_from: usize,
    held_to: usize,
    left_in_all: u64,
    left_in_piece: usize,
    /// Which ration was used up.
    stopped: Option<NotMemoReason>,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(inner: R, total: u64) -> Self {
        Source {
            inner,
            held: [0; AHEAD],
            held_from: 0,
            held_to: 0,
            left_in_all: total,
            left_in_piece: 0,
            stopped: None,
        }
    }

    /// Begins a piece that may have so many bytes.
    pub(super) fn ration(&mut self, piece: usize) {
        self.left_in_piece = piece;
    }

    pub(super) fn stopped(&self) -> Option<NotMemoReason> {
        self.stopped
    }

    /// At least so many bytes (at most [`AHEAD`]) without consuming them; fewer only at the end.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let held = self.held_to - self.held_from;
        if held == 0 && uninterrupted(|| self.inner.fill_buf().map(<[u8]>::len))? >= wanted {
            return self.inner.fill_buf();
        }
        self.held.copy_within(self.held_from..self.held_to, 0);
        (self.held_from, self.held_to) = (0, held);
        while self.held_to < wanted.min(AHEAD) {
            let room = &mut self.held[self.held_to..];
            let fetched = uninterrupted(|| {
                let window = self.inner.fill_buf()?;
                let count = window.len().min(room.len());
                room[..count].copy_from_slice(&window[..count]);
                Ok(count)
            })?;
            if fetched == 0 {
                break;
            }
            self.inner.consume(fetched);
            self.held_to += fetched;
        }
        Ok(&self.held[..self.held_to])
    }

    fn stop(&mut self, reason: NotMemoReason) -> io::Error {
        self.stopped = Some(reason);
        io::Error::other(reason.as_str())
    }
}

impl<R: BufRead> BufRead for Source<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left_in_piece == 0 || self.left_in_all == 0 {
            if self.held_from == self.held_to && self.inner.fill_buf()?.is_empty() {
                return Ok(&[]);
            }
            let in_all = self.left_in_all == 0;
            return Err(self.stop(if in_all { NotMemoReason::TooLarge } else { NotMemoReason::TextTooLong }));
        }
        let window = if self.held_from < self.held_to {
            &self.held[self.held_from..self.held_to]
        } else {
            self.inner.fill_buf()?
        };
        let ration = self.left_in_piece.min(usize::try_from(self.left_in_all).unwrap_or(usize::MAX));
        Ok(&window[..window.len().min(ration)])
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.left_in_piece = self.left_in_piece.saturating_sub(amount);
        self.left_in_all = self.left_in_all.saturating_sub(amount as u64);
        if self.held_from < self.held_to {
            self.held_from += amount;
        } else {
            self.inner.consume(amount);
        }
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let window = self.fill_buf()?;
        let count = window.len().min(buffer.len());
        buffer[..count].copy_from_slice(&window[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Tries again when a signal came in between.
pub(super) fn uninterrupted<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
