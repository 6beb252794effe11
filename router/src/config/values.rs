//! Values: from what the file says to what the program means, with a Danish sentence when it cannot be.
//!
//! The sentences say what was expected and never repeat the value, since a secret may have landed on the wrong line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error};
use uuid::Uuid;

use super::secret::SecretText;

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(String::deserialize(from)?.trim().to_owned())
}

/// An empty text means "not set".
pub(super) fn optional_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(text(from)?).filter(|text| !text.is_empty()))
}

fn optional<'de, D: Deserializer<'de>, T>(
    from: D,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    match optional_text(from)? {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| D::Error::custom(expected)),
    }
}

pub(super) fn optional_secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretText>, D::Error> {
    Ok(optional_text(from)?.map(SecretText::new))
}

/// A path that the loader fills in when it is empty.
pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    Ok(PathBuf::from(String::deserialize(from)?))
}

pub(super) fn required_path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    let path = path(from)?;
    if path.as_os_str().is_empty() { Err(D::Error::custom("skal være en sti")) } else { Ok(path) }
}

pub(super) fn optional_path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    Ok(Some(path(from)?).filter(|path| !path.as_os_str().is_empty()))
}

pub(super) fn paths<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
    let paths = Vec::<PathBuf>::deserialize(from)?;
    if paths.iter().any(|path| path.as_os_str().is_empty()) {
        return Err(D::Error::custom("må ikke indeholde en tom sti"));
    }
    Ok(paths)
}

fn is_cvr(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn optional_cvr<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    optional(from, "skal være et CVR-nummer på otte cifre uden mellemrum", |text| {
        is_cvr(text).then(|| text.to_owned())
    })
}

pub(super) fn cvrs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let cvrs = Vec::<String>::deserialize(from)?;
    if !cvrs.iter().all(|cvr| is_cvr(cvr)) {
        return Err(D::Error::custom(
            "skal være CVR-numre på otte cifre uden mellemrum, hvert i anførselstegn",
        ));
    }
    Ok(cvrs)
}

fn number<'de, D: Deserializer<'de>>(from: D, least: u64, most: u64, unit: &str) -> Result<u64, D::Error> {
    let number = i64::deserialize(from)?;
    match u64::try_from(number) {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(D::Error::custom(format!("skal være mellem {} og {}{unit}", grouped(least), grouped(most)))),
    }
}

/// Digits in groups of three, as Danish writes them.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

pub(super) fn count<'de, D: Deserializer<'de>, const LEAST: u32, const MOST: u32>(
    from: D,
) -> Result<u32, D::Error> {
    let number = number(from, LEAST.into(), MOST.into(), "")?;
    u32::try_from(number).map_err(D::Error::custom)
}

pub(super) fn bytes<'de, D: Deserializer<'de>, const LEAST: u64, const MOST: u64>(
    from: D,
) -> Result<u64, D::Error> {
    number(from, LEAST, MOST, " byte")
}

pub(super) fn seconds<'de, D: Deserializer<'de>, const LEAST: u64, const MOST: u64>(
    from: D,
) -> Result<Duration, D::Error> {
    number(from, LEAST, MOST, " sekunder").map(Duration::from_secs)
}

pub(super) fn milliseconds<'de, D: Deserializer<'de>, const LEAST: u64, const MOST: u64>(
    from: D,
) -> Result<Duration, D::Error> {
    number(from, LEAST, MOST, " millisekunder").map(Duration::from_millis)
}

pub(super) fn hours<'de, D: Deserializer<'de>, const LEAST: u64, const MOST: u64>(
    from: D,
) -> Result<Duration, D::Error> {
    number(from, LEAST, MOST, " timer").map(|hours| Duration::from_secs(hours * 3_600))
}

pub(super) fn listen_address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    text(from)?.parse().map_err(|_| {
        D::Error::custom(
            "skal være en IP-adresse og en port, fx \"127.0.0.1:8080\", \"0.0.0.0:8080\" eller \"[::]:8080\"",
        )
    })
}

pub(super) fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    Vec::<String>::deserialize(from)?
        .iter()
        .map(|text| {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| address.into()))
        })
        .collect::<Option<Vec<IpNet>>>()
        .ok_or_else(|| D::Error::custom("skal være netværk som \"10.0.0.0/8\" eller enkelte IP-adresser"))
}

pub(super) fn url_path<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let path = text(from)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
    if path.len() > 1 && path.starts_with('/') && !path.ends_with('/') && path.bytes().all(plain) {
        Ok(path)
    } else {
        Err(D::Error::custom(
            "skal begynde med en skråstreg, ikke ende på en og kun bruge bogstaver a-z, tal og - _ . ~",
        ))
    }
}

pub(super) fn optional_header_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    optional(from, "skal være navnet på et http-felt, fx \"X-Client-Verified\"", |text| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            .then(|| text.to_ascii_lowercase())
    })
}

pub(super) fn optional_uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    optional(from, "skal være et UUID, fx \"3f2a1c9e-0000-4000-8000-000000000000\"", |text| {
        text.parse().ok()
    })
}

/// Scheme and host of a web address, when it is one and carries no user or password.
fn web_address(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    let fit = matches!(scheme, "http" | "https")
        && !host.is_empty()
        && !authority.contains('@')
        && !text.contains(char::is_whitespace);
    fit.then_some((scheme, host))
}

pub(super) fn optional_web_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let expected =
        "skal være en adresse, der begynder med https:// eller http://, uden brugernavn og adgangskode";
    optional(from, expected, |text| web_address(text).map(|_| text.trim_end_matches('/').to_owned()))
}

/// An address that is spoken to with a token: https, except on this very machine.
pub(super) fn optional_service_address<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    let address = optional_issuer(from)?;
    Ok(address.map(|address| address.trim_end_matches('/').to_owned()))
}

/// As a service's address, and to the letter: a provider whose name ends in a slash has no other.
pub(super) fn optional_issuer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let expected = "skal begynde med https:// (http:// kun til 127.0.0.1, ::1 eller localhost) og være uden brugernavn, \
                    ? og #";
    optional(from, expected, |text| is_service_address(text).then(|| text.to_owned()))
}

fn is_service_address(text: &str) -> bool {
    let own_machine = |host: &str| {
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    !text.contains(['?', '#'])
        && web_address(text).is_some_and(|(scheme, host)| scheme == "https" || own_machine(host))
}

/// The host of a web address, in lower case.
pub(super) fn host_of(text: &str) -> Option<String> {
    web_address(text).map(|(_, host)| host.to_ascii_lowercase())
}

/// The host of an address that is itself a secret, in lower case: https, except on this very machine.
pub(super) fn host_of_secret(url: &str) -> Option<String> {
    let plain = url.split('?').next().unwrap_or_default();
    is_service_address(plain).then(|| host_of(plain)).flatten()
}

/// A port.
pub(super) fn port<'de, D: Deserializer<'de>>(from: D) -> Result<u16, D::Error> {
    let port = u16::deserialize(from).ok().filter(|port| *port > 0);
    port.ok_or_else(|| D::Error::custom("skal være en port mellem 1 og 65535"))
}

/// Names or addresses of hosts, without scheme, port and path.
pub(super) fn hosts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let hosts: Vec<String> =
        Vec::<String>::deserialize(from)?.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let is_host = |host: &String| {
        host.parse::<std::net::IpAddr>().is_ok() || !host.is_empty() && host.chars().all(plain)
    };
    if hosts.iter().all(is_host) {
        Ok(hosts)
    } else {
        Err(D::Error::custom(
            "skal være værter som \"robot.kommune.example\" eller IP-adresser, uden https://, port, sti og *",
        ))
    }
}

/// Words of what somebody may do at the desks.
pub(super) fn roles<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    const ROLES: [&str; 4] = ["post-distributor", "case-handler", "records-manager", "operator"];
    let words = Vec::<String>::deserialize(from)?;
    match words.iter().find(|word| !ROLES.contains(&word.as_str())) {
        Some(other) => Err(D::Error::custom(not_among(other, &ROLES))),
        None if words.is_empty() => Err(D::Error::custom("må ikke være tom")),
        None => Ok(words),
    }
}

pub(super) fn log_filter<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let filter = text(from)?;
    let known = |directive: &str| {
        let level = directive.rsplit('=').next().unwrap_or(directive).trim();
        LEVELS.contains(&level.to_ascii_lowercase().as_str())
    };
    if filter.split(',').all(known) {
        Ok(filter)
    } else {
        Err(D::Error::custom(
            "skal være error, warn, info, debug eller trace, evt. pr. del som \"info,router::intake=debug\"",
        ))
    }
}

pub(super) fn optional_database_url<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SecretText>, D::Error> {
    let expected = "skal være tom eller begynde med postgres:// eller sqlite:";
    optional(from, expected, |text| is_database_url(text).then(|| SecretText::new(text.to_owned())))
}

pub(super) fn is_database_url(text: &str) -> bool {
    text.starts_with("postgres://")
        || text.starts_with("postgresql://")
        || sqlite_file(text)
            .is_some_and(|file| !file.is_empty() && !file.starts_with(':') && !file.contains('?'))
}

/// The file that `sqlite:file` or `sqlite://file` names.
pub(super) fn sqlite_file(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    Some(rest.strip_prefix("//").unwrap_or(rest))
}

/// Whether a database address carries a password: `user:password@` or a `password=` parameter.
pub(super) fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    // A password may itself hold a slash, so the last `@` before the query ends the user part.
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = before.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || query.split('&').any(|pair| pair.to_ascii_lowercase().starts_with("password="))
}

/// Says that a value must be one of a few, and which one may have been meant.
pub(super) fn not_among(given: &str, names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let list = match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} eller {last}", rest.join(", ")),
        None => String::new(),
    };
    match super::shape::nearest(given, names.iter().copied()) {
        Some(meant) => format!("skal være {list}; mente du \"{meant}\"?"),
        None => format!("skal være {list}"),
    }
}

/// An enum that is written as one of a few words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The word in the configuration.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                match word.trim() {
                    $($word => Ok(Self::$variant),)+
                    other => Err(serde::de::Error::custom(values::not_among(other, &[$($word),+]))),
                }
            }
        }
    };
}
pub(super) use choice;
