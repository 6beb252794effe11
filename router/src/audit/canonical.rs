//! The canonical bytes of an event; see [`Event::encode`] for the format.
//!
//! The reader knows one way to write each event and accepts no other: it goes through the bytes once, from literal to literal. For
//! verifying, [`parse`] borrows all it finds; [`decode`] makes an event of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter};
use uuid::Uuid;

use super::event::{Actor, Event, whole_microseconds};
use super::kind::EventKind;
use super::privacy;

const TIME: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
const TIME_PARSER: DateTimeParser = DateTimeParser::new();
/// How the bytes of version 1 end.
const END: &[u8] = b",\"v\":1}";

/// Why bytes are not an event's canonical bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Not written as this program writes an event.
    #[error("not an event in canonical form")]
    Form,
    /// A version this program does not know.
    #[error("an event of another version")]
    Version,
    /// A kind this program does not know.
    #[error("an event of an unknown kind")]
    Kind,
}

/// An event's bytes, understood and found canonical.
pub(super) struct Parsed<'a> {
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) authority: Cow<'a, str>,
    pub(super) kind: EventKind,
    message: Option<Uuid>,
    actor: [Option<Cow<'a, str>>; 3],
    reason: Option<Cow<'a, str>>,
    /// The members of the details, not yet taken apart.
    details: Cursor<'a>,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Event, NotCanonical> {
    let parsed = parse(bytes)?;
    let mut details = BTreeMap::new();
    let mut rest = parsed.details;
    rest.members(|key, value| drop(details.insert(key.into_owned(), value.into_owned())))?;
    let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).unwrap_or_default();
    let actor = match parsed.actor {
        [None, id, role] => Actor::Person { id: owned(id), role: owned(role) },
        [part, ..] => Actor::System { part: owned(part) },
    };
    Ok(Event {
        seq: parsed.seq,
        at: parsed.at,
        authority: parsed.authority.into_owned(),
        kind: parsed.kind,
        message: parsed.message,
        actor,
        reason: parsed.reason.map(Cow::into_owned),
        details,
    })
}

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed<'_>, NotCanonical> {
    let Some(whole) = bytes.strip_suffix(END) else {
        return Err(if has_other_version(bytes) { NotCanonical::Version } else { NotCanonical::Form });
    };
    let mut cursor = Cursor(std::str::from_utf8(whole).map_err(|_| NotCanonical::Form)?);
    let actor = if cursor.skips("{\"actor\":{\"part\":") {
        let part = cursor.string()?;
        cursor.literal(",\"type\":\"system\"},\"at\":\"")?;
        [Some(part), None, None]
    } else {
        cursor.literal("{\"actor\":{\"id\":")?;
        let id = cursor.string()?;
        cursor.literal(",\"role\":")?;
        let role = cursor.string()?;
        cursor.literal(",\"type\":\"person\"},\"at\":\"")?;
        [None, Some(id), Some(role)]
    };
    let at = cursor.time()?;
    cursor.literal("\",\"authority\":")?;
    let authority = cursor.string()?;
    cursor.literal(",\"details\":{")?;
    let details = Cursor(cursor.0);
    cursor.members(|_, _| ())?;
    cursor.literal(",\"kind\":")?;
    let kind = cursor.string()?.parse().map_err(|_| NotCanonical::Kind)?;
    let message = if cursor.skips(",\"message\":\"") { Some(cursor.uuid()?) } else { None };
    let reason = if cursor.skips(",\"reason\":") { Some(cursor.string()?) } else { None };
    cursor.literal(",\"seq\":")?;
    let digits = cursor.0;
    let is_number =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    let seq = digits.parse().ok().filter(|_| is_number).ok_or(NotCanonical::Form)?;
    Ok(Parsed { seq, at, authority, kind, message, actor, reason, details })
}

/// What is left to read.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn skips(&mut self, literal: &str) -> bool {
        let rest = self.0.strip_prefix(literal);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn literal(&mut self, literal: &str) -> Result<(), NotCanonical> {
        if self.skips(literal) { Ok(()) } else { Err(NotCanonical::Form) }
    }

    /// Exactly this many bytes.
    fn take(&mut self, length: usize) -> Result<&'a str, NotCanonical> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(NotCanonical::Form)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A string with its quotation marks, without anything the trail may not keep.
    fn string(&mut self) -> Result<Cow<'a, str>, NotCanonical> {
        self.literal("\"")?;
        let (mut at, mut escapes, mut digits, mut is_plain) = (0, 0, 0, true);
        let bytes = self.0.as_bytes();
        loop {
            match bytes.get(at) {
                None | Some(0..0x20) => return Err(NotCanonical::Form),
                Some(b'"') => break,
                Some(b'\\') => {
                    if !matches!(bytes.get(at + 1), Some(b'"' | b'\\')) {
                        return Err(NotCanonical::Form);
                    }
                    escapes += 1;
                    at += 1;
                }
                Some(byte) => {
                    digits += usize::from(byte.is_ascii_digit());
                    is_plain &= matches!(byte, 0x20..0x7f);
                }
            }
            at += 1;
        }
        let text = self.take(at)?;
        self.literal("\"")?;
        let text = if escapes == 0 { Cow::Borrowed(text) } else { Cow::Owned(unescape(text)) };
        // Most strings need no second look.
        let fits = (is_plain && digits < 10 && text.len() <= privacy::LONGEST) || privacy::fits(&text);
        if fits { Ok(text) } else { Err(NotCanonical::Form) }
    }

    /// A time, up to the quotation mark.
    fn time(&mut self) -> Result<Timestamp, NotCanonical> {
        let text = self.take(self.0.find('"').ok_or(NotCanonical::Form)?)?;
        let at = TIME_PARSER.parse_timestamp(text).map_err(|_| NotCanonical::Form)?;
        if TIME.timestamp_to_string(&at) == text { Ok(at) } else { Err(NotCanonical::Form) }
    }

    /// A UUID with the quotation mark after it.
    fn uuid(&mut self) -> Result<Uuid, NotCanonical> {
        let text = self.take(36)?;
        let id = Uuid::try_parse(text).map_err(|_| NotCanonical::Form)?;
        let is_canonical = *id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *text;
        self.literal("\"")?;
        if is_canonical { Ok(id) } else { Err(NotCanonical::Form) }
    }

    /// The members of an object, each key after the one before it, and its closing brace.
    fn members(&mut self, mut found: impl FnMut(Cow<'a, str>, Cow<'a, str>)) -> Result<(), NotCanonical> {
        let mut last: Option<Cow<'a, str>> = None;
        while !self.skips("}") {
            if last.is_some() {
                self.literal(",")?;
            }
            let key = self.string()?;
            if last.is_some_and(|last| last >= key) {
                return Err(NotCanonical::Form);
            }
            self.literal(":")?;
            let value = self.string()?;
            found(key.clone(), value);
            last = Some(key);
        }
        Ok(())
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        // Every backslash has been seen to have what it escapes after it.
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

fn has_other_version(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_suffix(b"}") else { return false };
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest[..rest.len() - digits].ends_with(b",\"v\":")
}

pub(super) fn encode_into(event: &Event, out: &mut Vec<u8>) {
    match &event.actor {
        Actor::System { part } => {
            out.extend_from_slice(b"{\"actor\":{\"part\":");
            string(out, part);
            out.extend_from_slice(b",\"type\":\"system\"");
        }
        Actor::Person { id, role } => {
            out.extend_from_slice(b"{\"actor\":{\"id\":");
            string(out, id);
            out.extend_from_slice(b",\"role\":");
            string(out, role);
            out.extend_from_slice(b",\"type\":\"person\"");
        }
    }
    out.extend_from_slice(b"},\"at\":\"");
    let at = whole_microseconds(event.at);
    out.extend_from_slice(TIME.timestamp_to_string(&at).as_bytes());
    out.extend_from_slice(b"\",\"authority\":");
    string(out, &event.authority);
    out.extend_from_slice(b",\"details\":{");
    for (i, (key, value)) in event.details.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(out, key);
        out.push(b':');
        string(out, value);
    }
    out.extend_from_slice(b"},\"kind\":");
    string(out, event.kind.name());
    if let Some(id) = event.message {
        out.extend_from_slice(b",\"message\":\"");
        out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        out.push(b'"');
    }
    if let Some(reason) = &event.reason {
        out.extend_from_slice(b",\"reason\":");
        string(out, reason);
    }
    // Writing to a vector does not fail.
    let _ = write!(out, ",\"seq\":{}", event.seq);
    out.extend_from_slice(END);
}

/// Also escapes control characters, so that an event built by hand stays one line of valid JSON; such bytes are refused when read.
fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => drop(write!(out, "\\u{byte:04x}")),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::audit::EventKind;
    use proptest::prelude::*;

    pub(in crate::audit) fn events() -> impl Strategy<Value = Event> {
        let actor = prop_oneof![
            "\\PC{0,12}".prop_map(|part| Actor::system(&part)),
            ("[a-z\"\\\\æ]{0,9}", "\\PC{0,12}").prop_map(|(id, role)| Actor::person(&id, &role)),
        ];
        let times = -60_000_000_000_000_000i64..200_000_000_000_000_000;
        let details = proptest::collection::btree_map("\\PC{0,8}", "\\PC{0,230}", 0..4);
        let text = proptest::option::of("\\PC{0,30}|[0-9-]{9,12}");
        let kinds = proptest::sample::select(EventKind::ALL);
        (any::<u64>(), times, kinds, any::<Option<u128>>(), actor, text, details).prop_map(
            |(seq, at, kind, message, actor, reason, details)| {
                let at = Timestamp::from_microsecond(at).unwrap();
                let mut event = Event::new(at, "29189447", kind, actor);
                event.seq = seq;
                event.message = message.map(Uuid::from_u128);
                if let Some(reason) = reason {
                    event = event.because(&reason);
                }
                details.iter().fold(event, |event, (key, value)| event.with(key, value))
            },
        )
    }

    #[test]
    fn the_bytes_are_these_and_stay_these() {
        let at: Timestamp = "2026-03-02T07:15:00.123456789Z".parse().unwrap();
        let mut event =
            Event::new(at, "29189447", EventKind::Viewed, Actor::person("abc", "post_distributor"))
                .about(Uuid::from_u128(0x0190_f3a1_0000_7000_8000_0000_0000_00ab))
                .because("fordeling af \"brev\" \\ 010170-1234")
                .with("stage", "waiting")
                .with("part", 2);
        event.seq = 17;
        let expected = concat!(
            r#"{"actor":{"id":"abc","role":"post_distributor","type":"person"},"at":"2026-03-02T07:15:00.123456Z","#,
            r#""authority":"29189447","details":{"part":"2","stage":"waiting"},"kind":"viewed","#,
            r#""message":"0190f3a1-0000-7000-8000-0000000000ab","reason":"fordeling af \"brev\" \\ ******-****","seq":17,"v":1}"#
        );
        assert_eq!(String::from_utf8(event.encode()).unwrap(), expected);
        assert_eq!(Event::decode(expected.as_bytes()), Ok(event));
    }

    #[test]
    fn other_ways_to_write_the_same_event_are_refused() {
        let at = Timestamp::from_second(1_772_000_000).unwrap();
        let event = Event::new(at, "29189447", EventKind::Started, Actor::system("æble"))
            .with("a", "1")
            .with("b", "2");
        let text = String::from_utf8(event.encode()).unwrap();
        let check = |from: &str, to: &str, expected| {
            let other = text.replacen(from, to, 1);
            assert_ne!(other, text, "{from}");
            assert_eq!(Event::decode(other.as_bytes()), Err(expected), "{other}");
        };
        check("\"seq\":0", "\"seq\": 0", NotCanonical::Form);
        check("\"seq\":0", "\"seq\":00", NotCanonical::Form);
        check("\"a\":\"1\",\"b\":\"2\"", "\"b\":\"2\",\"a\":\"1\"", NotCanonical::Form);
        check("\"a\":\"1\"", "\"a\":\"1\",\"a\":\"1\"", NotCanonical::Form);
        check("æ", "\\u00e6", NotCanonical::Form);
        check(".000000Z", "Z", NotCanonical::Form);
        check(".000000Z", ".0000001Z", NotCanonical::Form);
        check(".000000Z", ".000000+00:00", NotCanonical::Form);
        check("\"started\"", "\"begun\"", NotCanonical::Kind);
        check("\"v\":1", "\"v\":2", NotCanonical::Version);
        check("\"v\":1", "\"v\":1,\"w\":1", NotCanonical::Form);
        check("\"seq\":0", "\"reason\":null,\"seq\":0", NotCanonical::Form);
        check("\"1\"", "\"010170-1234\"", NotCanonical::Form);
        check("\"1\"", "\"\\u0009\"", NotCanonical::Form);
        check("\"1\"", "\"\\/\"", NotCanonical::Form);
        check("\"1\"", "\"\u{85}\"", NotCanonical::Form);
        check("\"1\"", "1", NotCanonical::Form);
        check("\"2\"}", "\"2\",}", NotCanonical::Form);
        check("{\"a\"", "{,\"a\"", NotCanonical::Form);
        check("\"2\"}", "\"2\"", NotCanonical::Form);
        check(":0,", ":+0,", NotCanonical::Form);
        check(":0,", ":18446744073709551616,", NotCanonical::Form);
        check(":0,", ":,", NotCanonical::Form);
        assert_eq!(Event::decode(&[text.as_bytes(), b"\n"].concat()), Err(NotCanonical::Form));
    }

    proptest! {
        #[test]
        fn decoding_gives_the_event_back(event in events()) {
            let bytes = event.encode();
            let back = Event::decode(&bytes);
            prop_assert_eq!(back.as_ref(), Ok(&event));
        }

        #[test]
        fn different_events_have_different_bytes(one in events(), other in events()) {
            prop_assert_eq!(one == other, one.encode() == other.encode());
        }

        #[test]
        fn hostile_bytes_never_pass_for_another_event(event in events(), at: prop::sample::Index, byte: u8) {
            let mut bytes = event.encode();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = Event::decode(&bytes) {
                prop_assert_eq!(read.encode(), bytes);
            }
        }
    }
}
