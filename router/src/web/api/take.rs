//! What is taken out of a call: the id in its address, its query, its body. Each is read once and whole, or refused with what
//! is wrong with it.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

use super::problem::Problem;
use crate::web::Pages;

/// The largest body, in bytes.
const LARGEST: usize = 64 << 10;
/// The largest body of a route that takes the text of a rule file: as large as the form of the page.
pub(super) const LARGE: usize = 2 << 20;

/// The longest name of a field that is said again.
const LONGEST_NAME: usize = 60;

/// The message that an address names by our id of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id(pub(super) Uuid);

impl FromRequestParts<Pages> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Problem> {
        Ok(Self(uuid(&segment(parts, pages, "id").await?).ok_or_else(Problem::not_found)?))
    }
}

/// A document of a message, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct DocumentOf {
    /// Our id of the message.
    pub(super) id: Uuid,
    /// The document's number in it.
    pub(super) content: u32,
}

impl FromRequestParts<Pages> for DocumentOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Problem> {
        let Id(id) = Id::from_request_parts(parts, pages).await?;
        let content = segment(parts, pages, "content").await?;
        let plain = content.bytes().all(|byte| byte.is_ascii_digit());
        let content = content.parse().ok().filter(|_| plain).ok_or_else(Problem::not_found)?;
        Ok(Self { id, content })
    }
}

/// The number that an address names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) i64);

impl FromRequestParts<Pages> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Problem> {
        let number = segment(parts, pages, "number").await?;
        let plain = number.bytes().all(|byte| byte.is_ascii_digit());
        Ok(Self(number.parse().ok().filter(|_| plain).ok_or_else(Problem::not_found)?))
    }
}

async fn segment(parts: &mut Parts, pages: &Pages, name: &str) -> Result<String, Problem> {
    let segments = RawPathParams::from_request_parts(parts, pages).await.map_err(|_| Problem::not_found())?;
    let found = segments.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    found.ok_or_else(Problem::not_found)
}

/// A UUID in its usual form, and in no other that could be read.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    text.parse().ok().filter(|_| text.len() == 36)
}

/// The query of a call. A field that it does not know is refused.
#[derive(Clone, Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Pages> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Pages) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(asked)| Self(asked)).map_err(|rejection| {
            let text = rejection.body_text();
            let said = text.split_once(": ").map_or(text.as_str(), |(_, said)| said);
            let (path, said) = match said.split_once(": ") {
                Some((path, rest)) if !path.contains(' ') => (path, rest),
                _ => ("", said),
            };
            fault(path, said)
        })
    }
}

/// The JSON body of a call. A field that it does not know is refused.
#[derive(Clone, Debug)]
pub(super) struct Sent<T, const LONGEST: usize = LARGEST>(pub(super) T);

impl<T: DeserializeOwned, const LONGEST: usize> FromRequest<Pages> for Sent<T, LONGEST> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Pages) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::not_json());
        }
        let bytes = to_bytes(request.into_body(), LONGEST).await.map_err(|_| Problem::too_large())?;
        read(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // The reader would take a list for an object whose fields come in order.
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if begins != Some(&b'{') {
        let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        return Err(if is_json {
            Problem::field("", "skal være et JSON-objekt")
        } else {
            Problem::malformed()
        });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // Of a number where a word should be, the reader says that it is not JSON.
        if inner.is_data() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            fault(path.trim_start_matches('.'), &inner.to_string())
        } else {
            Problem::malformed()
        }
    })?;
    reader.end().map_err(|_| Problem::malformed())?;
    Ok(read)
}

/// What is wrong with a field, by what the reader says of it. Nothing of the field's value is said again.
fn fault(path: &str, said: &str) -> Problem {
    let named = said.split('`').nth(1).unwrap_or_default();
    let field = |name: &str| match (path, name) {
        ("" | ".", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        (path, name) if path.ends_with(name) => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    };
    let (field, detail) = if said.starts_with("missing field") {
        (field(named), "mangler".to_owned())
    } else if said.starts_with("unknown field") {
        (field(named), "findes ikke; se beskrivelsen på /api/v1/openapi.json".to_owned())
    } else if said.starts_with("duplicate field") {
        (field(named), "står der to gange".to_owned())
    } else if let Some((_, words)) =
        said.rsplit_once(", expected ").filter(|_| said.starts_with("unknown variant"))
    {
        // What stands there are our own words, never the caller's.
        let words = words.split(" at line").next().unwrap_or_default().trim_start_matches("one of ");
        (field(""), format!("skal være en af {}", words.replace('`', "\"").replace(" or ", ", ")))
    } else {
        (field(""), "har en forkert form eller en værdi, der ikke kan bruges".to_owned())
    };
    Problem::field(field.chars().take(LONGEST_NAME).collect::<String>(), detail)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Body {
        unit: String,
        seen: i64,
        how: Option<How>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum How {
        KeyLines,
        Text,
    }

    #[test]
    fn a_field_that_is_wrong_is_named_and_its_value_is_not_said_again() {
        for (body, field, said) in [
            (r#"{"unit":"a"}"#, "seen", "mangler"),
            (r#"{"unit":"a","seen":1,"0101701234":2}"#, "0101701234", "findes ikke"),
            (r#"{"unit":"a","seen":"0101701234"}"#, "seen", "forkert form"),
            (r#"{"unit":"a","seen":1,"how":"0101701234"}"#, "how", "skal være en af \"key-lines\""),
            (r#"{"unit":"a","unit":"b","seen":1}"#, "unit", "to gange"),
        ] {
            let problem = format!("{:?}", read::<Body>(body.as_bytes()).unwrap_err());
            assert!(problem.contains(&format!("field: \"{field}\"")) && problem.contains("422"), "{problem}");
            let said_again = problem.replace(&format!("field: \"{field}\""), "").contains("0101701234");
            assert!(problem.contains(&said.replace('"', "\\\"")) && !said_again, "{problem}");
        }
        for body in ["", "{", "[1,", r#"{"unit":"a","seen":1} x"#, "\u{feff}{}"] {
            assert!(format!("{:?}", read::<Body>(body.as_bytes()).unwrap_err()).contains("400"), "{body}");
        }
    }

    #[test]
    fn a_uuid_is_taken_in_its_usual_form_alone() {
        let usual = "018f0000-0000-7000-8000-000000000000";
        assert!(uuid(usual).is_some());
        for other in
            [format!("{{{usual}}}"), format!("urn:uuid:{usual}"), usual.replace('-', ""), String::new()]
        {
            assert_eq!(uuid(&other), None, "{other}");
        }
    }
}
