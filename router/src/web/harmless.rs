//! Harmless: HTML from a letter, shown in a sandbox of its own with nothing left in it that runs, loads or leads anywhere.
//!
//! Three locks, each enough by itself: what is not known to be harmless is taken out (ammonia); the page lies in a sandbox
//! without scripts, forms and an origin; and its policy lets nothing be fetched.

use std::collections::HashSet;

use ammonia::Builder;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::text::decoded_html;

/// What the page may do: nothing. Pictures that lie in it are shown.
const POLICY: &str =
    "sandbox; default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page with the HTML of a document in it.
pub(super) async fn shown(name: &str, bytes: Vec<u8>) -> Response {
    let name = name.to_owned();
    let page = tokio::task::spawn_blocking(move || page(&name, &decoded_html(&bytes))).await;
    let Ok(page) = page else {
        tracing::error!("document not made harmless");
        return (StatusCode::INTERNAL_SERVER_ERROR, "Dokumentet kunne ikke vises.\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    let mut response = (headers, page).into_response();
    response.headers_mut().insert("x-frame-options", HeaderValue::from_static("DENY"));
    response
}

fn page(name: &str, html: &str) -> String {
    let title = ammonia::clean_text(name);
    format!(
        "<!doctype html><html lang=\"da\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>{}</body></html>",
        cleaned(html)
    )
}

/// The HTML without scripts, styles, forms, frames and addresses. A link keeps its words and leads nowhere: where it would
/// lead is for the document itself to say, which can be saved.
fn cleaned(html: &str) -> String {
    let mut builder = Builder::default();
    builder
        .rm_tags(["a", "map", "area"])
        .url_schemes(HashSet::from(["data"]))
        .generic_attributes(HashSet::from(["lang", "title"]))
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") => value.starts_with("data:image/").then(|| value.into()),
            (_, "cite" | "longdesc" | "href" | "src") => None,
            _ => Some(value.into()),
        });
    builder.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tables_stay_and_nothing_runs_or_loads() {
        let html = "<h1 onclick=x()>Hej</h1><script>x()</script><style>b{}</style><table><tr><td style='a'>1</td></tr></table>\
                    <a href='https://a.dk'>her</a><img src='https://a.dk/x.png' alt='kort'><img src='data:image/png;base64,AA=='>\
                    <img src='data:text/html,x'><iframe src=x></iframe><form action=x><input></form><svg onload=x()></svg>\
                    <blockquote cite='https://a.dk'>q</blockquote><base href=x><meta http-equiv=refresh content=0>";
        let clean = cleaned(html);
        for kept in [
            "<h1>Hej</h1>",
            "<td>1</td>",
            "her",
            "alt=\"kort\"",
            "data:image/png;base64,AA==",
            "<blockquote>q",
        ] {
            assert!(clean.contains(kept), "{kept}: {clean}");
        }
        for gone in [
            "script",
            "onclick",
            "style",
            "href",
            "https:",
            "text/html",
            "iframe",
            "form",
            "svg",
            "meta",
            "base ",
        ] {
            assert!(!clean.contains(gone), "{gone}: {clean}");
        }
    }

    #[test]
    fn a_name_is_no_markup() {
        let page = page("</title><script>x()</script>", "");
        assert!(!page.contains("<script"), "{page}");
    }
}
