//! The text of the key file: TOML that an operator can recognise, back up and leave alone.

use std::{collections::HashSet, path::Path, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::{KeyError, Keys, Secret, WrappingKey};

const HEADING: &str = "\
# Nøglefil til modtag. Uden den kan ingen gemte breve læses, heller ikke fra en sikkerhedskopi.
#
# - Tag en kopi, og opbevar den et andet sted end kopien af brevene.
# - Kun den bruger, programmet kører som, må kunne læse filen (chmod 600).
# - Ret den ikke i hånden.
";

/// The file as it is written. Its strings are wiped when it is dropped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    lookup: String,
    audit: String,
    wrapping: Vec<WrittenKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    id: String,
    created: String,
    key: String,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.lookup.zeroize();
        self.audit.zeroize();
        self.wrapping.iter_mut().for_each(|key| key.key.zeroize());
    }
}

pub(super) fn write(keys: &Keys) -> Zeroizing<String> {
    // Room for all of it at once: a string that grows leaves copies of itself behind.
    let mut text = Zeroizing::new(String::with_capacity(1024 + 256 * keys.wrapping.len()));
    text.push_str(HEADING);
    text.push_str("\nversion = 1\n");
    secret_line(&mut text, "lookup", &keys.lookup);
    secret_line(&mut text, "audit", &keys.audit);
    for key in &keys.wrapping {
        text.push_str(&format!("\n[[wrapping]]\nid = \"{}\"\ncreated = \"{}\"\n", key.id, key.created));
        secret_line(&mut text, "key", &key.secret);
    }
    text
}

fn secret_line(text: &mut String, name: &str, secret: &Secret) {
    let mut encoded = Zeroizing::new([0; 44]);
    BASE64_STANDARD
        .encode_slice(secret.as_slice(), encoded.as_mut_slice())
        .expect("32 bytes are 44 in base64");
    text.push_str(name);
    text.push_str(" = \"");
    text.extend(encoded.iter().map(|byte| char::from(*byte)));
    text.push_str("\"\n");
}

pub(super) fn read(text: &str, path: &Path) -> Result<Keys, KeyError> {
    let damaged = |line, what| KeyError::Damaged { path: path.to_owned(), line, what };
    // TOML's own error quotes the line it stumbled on, and that line may hold a key: only its number goes on.
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        damaged(line, "not the fields of a key file")
    })?;
    if written.version != 1 {
        return Err(damaged(None, "a version this program does not know"));
    }
    let secret = |text: &str| secret(text).ok_or_else(|| damaged(None, "a key is not 32 bytes in base64"));
    let mut wrapping = Vec::with_capacity(written.wrapping.len());
    let mut seen = HashSet::new();
    for key in &written.wrapping {
        let id = key.id.parse().map_err(|_| damaged(None, "a key id is not 16 hexadecimal digits"))?;
        let created: Timestamp =
            key.created.parse().map_err(|_| damaged(None, "a key's time cannot be read"))?;
        if !seen.insert(id) {
            return Err(damaged(None, "two keys have the same id"));
        }
        wrapping.push(WrappingKey { id, created, secret: Arc::new(secret(&key.key)?) });
    }
    if wrapping.is_empty() {
        return Err(damaged(None, "no wrapping key"));
    }
    Ok(Keys {
        wrapping,
        lookup: Arc::new(secret(&written.lookup)?),
        audit: Arc::new(secret(&written.audit)?),
    })
}

fn secret(text: &str) -> Option<Secret> {
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
    let mut secret = Zeroizing::new([0; 32]);
    if bytes.len() != secret.len() {
        return None;
    }
    secret.copy_from_slice(&bytes);
    Some(secret)
}
