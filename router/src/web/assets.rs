//! Static files: the style sheet and two scripts, in the program itself. Nothing is fetched from anywhere else.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Name, type and content of each. htmx (Zero-Clause BSD) is version 2.0.11 as released, unchanged.
const FILES: [(&str, &str, &[u8]); 3] = [
    ("modtag.css", "text/css; charset=utf-8", include_bytes!("static/modtag.css")),
    ("modtag.js", "text/javascript; charset=utf-8", include_bytes!("static/modtag.js")),
    ("htmx.js", "text/javascript; charset=utf-8", include_bytes!("static/htmx-2.0.11.min.js")),
];

/// Digest of the files: part of their addresses, so that they may be kept for ever.
pub(super) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hash = Sha256::new();
        FILES.iter().for_each(|(_, _, content)| hash.update(content));
        crate::store::message::hex(&hash.finalize()[..6])
    })
}

/// One of them, by its name.
pub(super) async fn file(Path((_, name)): Path<(String, String)>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, content)) => {
            let kept = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, kept)], *content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
