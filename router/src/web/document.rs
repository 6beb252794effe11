//! A letter's document, shown by the browser itself. Nothing in it runs, and nothing in it is fetched.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use esdh::{ContentStream, Contents};
use futures::StreamExt;

use super::page::{Trouble, trouble};
use super::session::Visitor;
use super::{Pages, harmless};
use crate::desk::{Document, LookError};
use crate::journey::{InHand, MessageContents};

/// What a browser may show by itself. HTML is shown as far as it is [harmless](super::harmless); everything else is only saved.
const SHOWN: [&str; 6] =
    ["application/pdf", "text/plain", "image/png", "image/jpeg", "image/gif", "image/bmp"];

const HTML: [&str; 2] = ["text/html", "application/xhtml+xml"];

/// The largest HTML that is made harmless, in bytes; a larger one is only saved.
const LARGEST_HTML: u64 = 4 << 20;

/// A document as its reader's browser gets it. Whoever asks for it has been let in to it, and the log has been told.
pub(super) async fn served(
    pages: &Pages,
    visitor: &Visitor,
    in_hand: &InHand,
    document: &Document,
) -> Response {
    let Ok(stream) = MessageContents::new(&pages.room, in_hand).open(document.content).await else {
        return trouble(pages, Some(visitor), &Trouble::Said(LookError::Unreadable.danish()));
    };
    let kind = document.format.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if HTML.contains(&kind.as_str()) && document.size <= LARGEST_HTML {
        return match whole(stream).await {
            Some(bytes) => harmless::shown(&document.name, bytes).await,
            None => trouble(pages, Some(visitor), &Trouble::Said(LookError::Unreadable.danish())),
        };
    }
    let shown = SHOWN.iter().find(|known| **known == kind);
    let disposition = format!(
        "{}; filename*=UTF-8''{}",
        if shown.is_some() { "inline" } else { "attachment" },
        encoded(&document.name)
    );
    let headers = [
        (header::CONTENT_TYPE, shown.copied().unwrap_or("application/octet-stream").to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from_stream(stream)).into_response()
}

/// All bytes of a small document; `None` when they cannot be had, or are more than were said.
async fn whole(mut stream: ContentStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.ok()?);
        if bytes.len() as u64 > LARGEST_HTML {
            return None;
        }
    }
    Some(bytes)
}

/// A file name for a header (RFC 8187): everything but letters and digits as percent codes, paths and control characters gone.
pub(super) fn encoded(name: &str) -> String {
    use std::fmt::Write;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(120).collect();
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_can_say_nothing_but_a_name() {
        assert_eq!(encoded("../../etc/passwd"), "passwd");
        assert_eq!(encoded("a\r\nSet-Cookie: b.pdf"), "aSet-Cookie%3A%20b.pdf");
        assert_eq!(encoded("ærø\".pdf"), "%C3%A6r%C3%B8%22.pdf");
    }
}
