//! Base64, piece by piece.
//!
//! Most senders write one line without a blank in it; some wrap lines; a few indent them. Each has a way of its own,
//! tried in that order and kept to once it was the right one: decode as it stands, take the line feeds out first, or look at
//! every byte. What a faulty content decoded to before its fault is kept.

use base64_simd::{AsOut, STANDARD};

/// Most bytes of Base64 in one piece: small enough to stay in a core's cache from the search for its end to its decoding.
pub(super) const PIECE: usize = 64 * 1024;

pub(super) struct Decoder {
    /// Up to three characters that wait for their fourth.
    waiting: [u8; 3],
    waits: usize,
    /// `=` seen after them.
    padding: usize,
    ended: bool,
    broken: bool,
    habit: Habit,
    text: Vec<u8>,
    /// What a piece decoded to: the first `length` bytes.
    bytes: Vec<u8>,
    length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Plain,
    Lines,
    Odd,
}

/// How far a piece was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// To its end.
    End,
    /// Up to a `&`, which is not consumed.
    Reference(usize),
    /// A NUL byte.
    Nul,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Decoder {
            waiting: [0; 3],
            waits: 0,
            padding: 0,
            ended: false,
            broken: false,
            habit: Habit::Plain,
            text: Vec::new(),
            bytes: Vec::new(),
            length: 0,
        }
    }

    /// The next content begins.
    pub(super) fn begin(&mut self) {
        (self.waits, self.padding, self.ended, self.broken, self.habit) = (0, 0, false, false, Habit::Plain);
    }

    /// Decodes a piece of at most [`PIECE`] bytes. What it decoded to stands in [`Decoder::decoded`].
    ///
    /// `references`: is `&` the start of a reference here (it is not in CDATA)?
    pub(super) fn feed(&mut self, piece: &[u8], references: bool) -> Stop {
        debug_assert!(piece.len() <= PIECE);
        self.length = 0;
        if self.broken {
            return Stop::End;
        }
        if self.habit == Habit::Plain && !self.ended && self.as_it_stands(piece) {
            return Stop::End;
        }
        if self.habit != Habit::Odd && !self.ended && self.by_lines(piece) {
            self.habit = Habit::Lines;
            return Stop::End;
        }
        if piece.len() >= 64 {
            self.habit = Habit::Odd;
        }
        self.byte_by_byte(piece, references)
    }

    /// What the last piece decoded to.
    pub(super) fn decoded(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The content is over. Its last bytes, if it ended early, stand in [`Decoder::decoded`]; was it whole?
    pub(super) fn finish(&mut self) -> bool {
        self.length = 0;
        if !self.broken && self.waits > 0 {
            self.broken = true;
            self.take_waiting();
        }
        !self.broken
    }

    fn as_it_stands(&mut self, piece: &[u8]) -> bool {
        if self.waits == 0 && self.padding == 0 {
            return self.quads(piece, Text::Piece);
        }
        // The first characters complete the quad that waits; then it goes on as it stands.
        let missing = 4 - self.waits;
        if self.padding > 0 || piece.len() < missing {
            return false;
        }
        let (first, rest) = piece.split_at(missing);
        let mut quad = [0; 4];
        quad[..self.waits].copy_from_slice(&self.waiting[..self.waits]);
        quad[self.waits..].copy_from_slice(first);
        let mut three = [0; 3];
        if quad.contains(&b'=') || STANDARD.decode(&quad, three.as_mut_slice().as_out()).is_err() {
            return false;
        }
        let (waiting, waits) = (self.waiting, self.waits);
        self.waits = 0;
        if !self.quads(rest, Text::PieceAfter(three)) {
            (self.waiting, self.waits) = (waiting, waits);
            self.length = 0;
            return false;
        }
        true
    }

    fn by_lines(&mut self, piece: &[u8]) -> bool {
        if self.padding > 0 {
            return false;
        }
        self.text.clear();
        self.text.extend_from_slice(&self.waiting[..self.waits]);
        let mut from = 0;
        for end in memchr::memchr2_iter(b'\n', b'\r', piece) {
            self.text.extend_from_slice(&piece[from..end]);
            from = end + 1;
        }
        self.text.extend_from_slice(&piece[from..]);
        let waits = std::mem::take(&mut self.waits);
        let done = self.quads(&[], Text::Own);
        if !done {
            self.waits = waits;
        }
        done
    }

    /// Decodes whole quads in one go and lets the rest wait. On failure nothing has changed.
    fn quads(&mut self, piece: &[u8], text: Text) -> bool {
        let (piece, before) = match text {
            Text::Piece => (piece, &[][..]),
            Text::PieceAfter(ref three) => (piece, &three[..]),
            Text::Own => (&self.text[..], &[][..]),
        };
        let (quads, rest) = piece.split_at(piece.len() & !3);
        let ended = quads.last() == Some(&b'=');
        if ended && !rest.is_empty() || !rest.iter().all(|&b| is_alphabet(b)) {
            return false;
        }
        self.length = 0;
        let start = before.len();
        let room = start + quads.len() / 4 * 3;
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
        }
        self.bytes[..start].copy_from_slice(before);
        let Ok(decoded) = STANDARD.decode(quads, self.bytes[start..room].as_out()) else { return false };
        self.length = start + decoded.len();
        self.ended = ended;
        self.waiting[..rest.len()].copy_from_slice(rest);
        self.waits = rest.len();
        true
    }

    /// The patient way: blanks are passed over, and the first byte that has no place in Base64 ends it.
    fn byte_by_byte(&mut self, piece: &[u8], references: bool) -> Stop {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.extend_from_slice(&self.waiting[..self.waits]);
        let mut stop = Stop::End;
        for (at, &byte) in piece.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {}
                0 => {
                    stop = Stop::Nul;
                    break;
                }
                b'&' if references => {
                    stop = Stop::Reference(at);
                    break;
                }
                _ if self.ended || self.broken => {
                    self.broken = true;
                    break;
                }
                b'=' => {
                    self.padding += 1;
                    let waits = text.len() % 4;
                    self.broken = waits < 2;
                    self.ended = waits + self.padding == 4;
                }
                _ if self.padding == 0 && is_alphabet(byte) => text.push(byte),
                _ => self.broken = true,
            }
            if self.broken {
                break;
            }
        }
        let (quads, rest) = text.split_at(text.len() & !3);
        self.waiting[..rest.len()].copy_from_slice(rest);
        self.waits = rest.len();
        let length = quads.len() / 4 * 3;
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        }
        self.length = length;
        // Whole quads of the alphabet always decode.
        if STANDARD.decode(quads, self.bytes[..length].as_out()).is_err() {
            self.length = 0;
            self.broken = true;
        }
        self.text = text;
        if self.ended || self.broken {
            self.take_waiting();
        }
        stop
    }

    /// One byte of two characters, two of three. Bits beyond them, which should be zero, are let be.
    fn take_waiting(&mut self) {
        let waiting = &self.waiting[..std::mem::take(&mut self.waits)];
        let bits = waiting.iter().fold(0, |bits, &b| bits << 6 | u32::from(value(b)));
        let last = match waiting.len() {
            2 => &[(bits >> 4) as u8][..],
            3 => &[(bits >> 10) as u8, (bits >> 2) as u8],
            _ => &[],
        };
        self.bytes.truncate(self.length);
        self.bytes.extend_from_slice(last);
        self.length = self.bytes.len();
    }
}

/// Where the characters stand.
enum Text {
    Piece,
    /// In the piece, after a quad that was already decoded.
    PieceAfter([u8; 3]),
    /// In the decoder's own buffer.
    Own,
}

fn is_alphabet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn value(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a text in pieces of a given size; the bytes, and whether it was whole.
    fn decode(text: &str, size: usize) -> (Vec<u8>, bool) {
        let mut decoder = Decoder::new();
        let mut bytes = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            assert_eq!(decoder.feed(piece, true), Stop::End);
            bytes.extend_from_slice(decoder.decoded());
        }
        let whole = decoder.finish();
        bytes.extend_from_slice(decoder.decoded());
        (bytes, whole)
    }

    #[test]
    fn pieces_of_any_size_decode_to_the_same_bytes() {
        let plain: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for length in [0, 1, 2, 3, 4, 5, 57, 58, 59, 998, 999, 1000] {
            let expected = (plain[..length].to_vec(), true);
            let line = STANDARD.encode_to_string(&plain[..length]);
            let wrapped = line.as_bytes().chunks(76).map(|l| str::from_utf8(l).unwrap()).collect::<Vec<_>>();
            let forms = [line.clone(), wrapped.join("\r\n"), format!("\n\t{}\n", wrapped.join("\n\t\t"))];
            for form in forms {
                for size in [1, 2, 3, 4, 5, 7, 64, 100, PIECE] {
                    assert!(decode(&form, size) == expected, "{length} bytes in pieces of {size}: {form:?}");
                }
            }
        }
    }

    #[test]
    fn what_came_before_a_fault_is_kept() {
        for size in [1, 2, 3, 4, 5, PIECE] {
            for (text, bytes) in [
                ("QUJDREV", "ABCDE"),
                ("QUJDREVG!QUJD", "ABCDEF"),
                ("QUJDR", "ABC"),
                ("QUJDRA=", "ABCD"),
                ("QUJDRA==QUJD", "ABCD"),
                ("QUJDRA=A", "ABCD"),
                ("QUJD====", "ABC"),
                ("=", ""),
                ("QUJD\u{e6}", "ABC"),
            ] {
                assert_eq!(decode(text, size), (bytes.into(), false), "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn bits_after_the_end_are_let_be() {
        assert_eq!(decode("QUJDRR==", PIECE), ("ABCE".into(), true));
        assert_eq!(decode("QUJDREX=", 3), ("ABCDE".into(), true));
    }

    #[test]
    fn references_and_nul_bytes_are_left_to_the_caller() {
        let mut decoder = Decoder::new();
        assert_eq!(decoder.feed(b"QUJD&#10;", true), Stop::Reference(4));
        assert_eq!(decoder.decoded(), b"ABC");
        assert_eq!(decoder.feed(b"QU\0", true), Stop::Nul);
        decoder.begin();
        assert_eq!(decoder.feed(b"QUJD&#10;", false), Stop::End);
        assert!(decoder.broken);
    }
}
