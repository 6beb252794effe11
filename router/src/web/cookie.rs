//! Cookies: read out of a request, and written so that no script and no other site gets at them.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of a cookie that the browser sent.
pub(super) fn value_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()
}

/// A cookie about to be set.
#[derive(Clone, Copy)]
pub(super) struct NewCookie<'c> {
    /// Its name.
    pub(super) name: &'c str,
    /// Its value: letters, digits, `-` and `_`.
    pub(super) value: &'c str,
    /// The paths that it is sent to.
    pub(super) path: &'c str,
    /// How long it lasts; 0 takes it out of the browser.
    pub(super) seconds: i64,
    /// Is the program reached over TLS?
    pub(super) over_tls: bool,
}

impl NewCookie<'_> {
    /// The header that sets it.
    pub(super) fn header(self) -> HeaderValue {
        let Self { name, value, path, seconds, over_tls } = self;
        let secure = if over_tls { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        // Base64 and digits are always fit for a header.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_kept_from_scripts_and_over_tls_from_plain_http() {
        let plain = NewCookie { name: "modtag", value: "abc", path: "/", seconds: 60, over_tls: false };
        assert_eq!(plain.header(), "modtag=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        let secure = NewCookie { name: "__Host-modtag", over_tls: true, ..plain };
        assert_eq!(secure.header(), "__Host-modtag=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_under_its_own_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("theme=dark; modtag=abc"));
        headers.append(header::COOKIE, HeaderValue::from_static("modtag-ind=x; modtag=def"));
        assert_eq!(value_of(&headers, "modtag").as_deref(), Some("abc"));
        assert_eq!(value_of(&headers, "modtag-ind").as_deref(), Some("x"));
        assert_eq!(value_of(&headers, "__Host-modtag"), None);
    }
}
