//! Shape: which keys there are and what kind of value each takes. Both are read off the default file.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::findings::{Finding, Place};
use super::sources::{Setting, key_of, own_value, variable_of};

/// Kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    List,
    Section,
    Other,
}

impl Kind {
    pub(super) fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(_) => Self::Text,
            DeValue::Integer(_) => Self::Number,
            DeValue::Boolean(_) => Self::Switch,
            DeValue::Array(_) => Self::List,
            DeValue::Table(_) => Self::Section,
            DeValue::Float(_) | DeValue::Datetime(_) => Self::Other,
        }
    }

    /// What a value of this kind looks like, for a person who wrote another.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "skal være en tekst i anførselstegn",
            Self::Number => "skal være et helt tal uden anførselstegn",
            Self::Switch => "skal være true eller false uden anførselstegn",
            Self::List => "skal være en liste af tekster, fx [\"en\", \"to\"]",
            Self::Section | Self::Other => "er et afsnit og kan ikke have en værdi",
        }
    }
}

/// One key of the default file.
pub(super) struct Key {
    /// `section.key`.
    pub name: String,
    pub kind: Kind,
}

impl Key {
    /// Section and last part.
    pub(super) fn split(&self) -> (&str, &str) {
        self.name.rsplit_once('.').unwrap_or(("", &self.name))
    }
}

/// Secrets that only the environment may give, beside their `_file` key.
pub(super) const SECRETS: [&str; 11] = [
    "content.access_key_id",
    "content.secret_access_key",
    "digital_post.api_token",
    "intake.push.required_header_value",
    "notices.mail.password",
    "notices.teams.target.*.url",
    "organisation.os2mo.client_secret",
    "organisation.service.api_key",
    "sign_in.break_glass.password_hash",
    "sign_in.oidc.client_secret",
    "webhooks.target.*.secret",
];

/// Stands in the default file for a section that the authority names itself, one for each of several things alike.
const ANY: &str = "*";

/// Every key of the default file, sections themselves left out.
pub(super) fn keys(defaults: &DeTable<'_>) -> Vec<Key> {
    let mut found = Vec::new();
    collect(defaults, "", &mut found);
    found
}

fn collect(table: &DeTable<'_>, section: &str, found: &mut Vec<Key>) {
    for (key, value) in table {
        let name = key_of(section, key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => collect(inner, &name, found),
            other => found.push(Key { name, kind: Kind::of(other) }),
        }
    }
}

/// Compares a file with the default file: what fits becomes settings, what does not becomes findings.
pub(super) struct Comparison<'a> {
    pub defaults: &'a DeTable<'a>,
    pub keys: &'a [Key],
    /// Turns a place in the text into a place a person can find.
    pub place: &'a dyn Fn(usize) -> Place,
    pub settings: Vec<Setting>,
    pub findings: Vec<Finding>,
}

impl Comparison<'_> {
    pub(super) fn run(&mut self, table: &DeTable<'_>) {
        self.section(self.defaults, table, "");
    }

    fn section(&mut self, defaults: &DeTable<'_>, table: &DeTable<'_>, section: &str) {
        for (key, value) in table {
            let name = key_of(section, key.get_ref());
            let place = (self.place)(key.span().start);
            match (defaults.get(key.get_ref().as_ref()).map(|known| known.get_ref()), value.get_ref()) {
                (None, DeValue::Table(given)) if defaults.contains_key(ANY) => {
                    self.named(defaults, given, &name, key.get_ref(), place);
                }
                (None, given) => {
                    let text = unknown(&name, given.is_table(), self.keys);
                    self.findings.push(Finding::error(place, Some(&name), text));
                }
                (Some(DeValue::Table(known)), DeValue::Table(given)) => self.section(known, given, &name),
                (Some(known), given) => self.value(Kind::of(known), given, name, place),
            }
        }
    }

    /// A section that the authority has named.
    fn named(
        &mut self,
        defaults: &DeTable<'_>,
        given: &DeTable<'_>,
        section: &str,
        name: &str,
        place: Place,
    ) {
        if !is_name(name) {
            let text = "et id her må kun bestå af bogstaver, tal, - og _";
            self.findings.push(Finding::error(place, Some(section), text));
        } else if let Some(DeValue::Table(template)) = defaults.get(ANY).map(|value| value.get_ref()) {
            self.section(template, given, section);
        }
    }

    fn value(&mut self, kind: Kind, given: &DeValue<'_>, name: String, place: Place) {
        if let DeValue::Array(elements) = given
            && kind == Kind::List
            && let Some(odd) = elements.iter().find(|element| !element.get_ref().is_str())
        {
            let place = (self.place)(odd.span().start);
            self.findings.push(Finding::error(place, Some(&name), kind.expected()));
            return;
        }
        if Kind::of(given) != kind {
            self.findings.push(Finding::error(place, Some(&name), kind.expected()));
            return;
        }
        match own_value(given) {
            Some(value) => self.settings.push(Setting { key: name, value, place }),
            None => self.findings.push(Finding::error(place, Some(&name), "tallet er for stort")),
        }
    }
}

/// What to say about a key that does not exist.
pub(super) fn unknown(name: &str, is_section: bool, keys: &[Key]) -> String {
    if SECRETS.iter().any(|secret| stands_for(secret, name)) {
        return format!(
            "hemmeligheder må ikke stå i konfigurationsfilen; brug {name}_file eller miljøvariablen {}",
            variable_of(name)
        );
    }
    let (section, last) = name.rsplit_once('.').unwrap_or(("", name));
    if is_section {
        return match nearest(name, sections(keys).iter().map(String::as_str)) {
            Some(meant) => format!("ukendt afsnit; mente du [{meant}]?"),
            None => "ukendt afsnit".to_owned(),
        };
    }
    let here = keys.iter().map(Key::split).filter(|(of, _)| stands_for(of, section)).map(|(_, key)| key);
    if let Some(meant) = nearest(last, here) {
        return format!("ukendt nøgle; mente du {meant}?");
    }
    let elsewhere: Vec<&str> =
        keys.iter().filter(|key| key.split().1 == last).map(|key| key.split().0).collect();
    if let [home] = elsewhere.as_slice() {
        return format!("ukendt nøgle; {last} hører til i afsnittet [{home}]");
    }
    if looks_secret(last) {
        return "ukendt nøgle; hemmeligheder må i øvrigt aldrig stå i konfigurationsfilen".to_owned();
    }
    "ukendt nøgle".to_owned()
}

/// Whether a key or section of the default file is this one, or stands for it.
fn stands_for(known: &str, given: &str) -> bool {
    known == given
        || known.split('.').count() == given.split('.').count()
            && known.split('.').zip(given.split('.')).all(|(known, given)| known == ANY || known == given)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

/// The keys, and those of sections that settings have named: their secrets too, which only the environment may give.
pub(super) fn with_named<'s>(keys: &[Key], settings: impl Iterator<Item = &'s str>) -> Vec<Key> {
    let settings: Vec<&str> = settings.collect();
    let secrets = SECRETS.iter().map(|secret| (*secret, Kind::Text));
    let known: Vec<(&str, Kind)> =
        keys.iter().map(|key| (key.name.as_str(), key.kind)).chain(secrets).collect();
    let mut all: Vec<Key> = keys.iter().map(|key| Key { name: key.name.clone(), kind: key.kind }).collect();
    for (name, kind) in known {
        let Some((section, key)) = name.split_once(".*.") else { continue };
        let named: BTreeSet<&str> = settings
            .iter()
            .filter_map(|setting| Some(setting.strip_prefix(section)?.strip_prefix('.')?.split_once('.')?.0))
            .collect();
        all.extend(named.into_iter().map(|name| Key { name: format!("{section}.{name}.{key}"), kind }));
    }
    all
}

/// Gives every named section the defaults of the one that stands for it, which then goes.
pub(super) fn fill_named(table: &mut Table) {
    if let Some(Value::Table(template)) = table.remove(ANY) {
        for section in table.iter_mut().filter_map(|(_, value)| value.as_table_mut()) {
            for (key, value) in &template {
                section.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    table.iter_mut().filter_map(|(_, value)| value.as_table_mut()).for_each(fill_named);
}

fn sections(keys: &[Key]) -> Vec<String> {
    let mut sections: Vec<String> = keys.iter().map(|key| key.split().0.to_owned()).collect();
    sections.dedup();
    sections
}

fn looks_secret(key: &str) -> bool {
    ["password", "passwd", "secret", "token", "adgangskode", "kodeord", "hemmelig"]
        .iter()
        .any(|word| key.to_ascii_lowercase().contains(word))
}

/// The candidate that was probably meant: two slips at most, or the same beginning and much in common.
pub(super) fn nearest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    /// Below this, suggestions became guesses when tried on the keys of the default file.
    const ALIKE: f64 = 0.88;
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let slips = strsim::damerau_levenshtein(&given, candidate);
            let close = slips <= 2 && slips * 3 <= candidate.chars().count();
            (candidate, close, strsim::jaro_winkler(&given, candidate))
        })
        .filter(|(_, close, alike)| *close || *alike >= ALIKE)
        .max_by(|(_, a_close, a), (_, b_close, b)| a_close.cmp(b_close).then(a.total_cmp(b)))
        .map(|(candidate, ..)| candidate)
}
