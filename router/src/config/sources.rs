//! Sources: the default file, the authority's own file and the environment, laid on top of each other.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::findings::{Finding, Place};
use super::shape::{Comparison, Key, Kind, SECRETS, nearest, unknown};
use super::values;

/// What the configuration is gathered from.
#[derive(Clone)]
pub struct Sources {
    /// The file that `--config` names; without it `modtag.toml` in the working folder, if there is one.
    pub file: Option<PathBuf>,
    /// Where relative paths of defaults and environment start.
    pub working_folder: PathBuf,
    /// The environment; only names beginning with `MODTAG_` matter.
    pub environment: Vec<(String, OsString)>,
}

/// The file that is read when nobody names one.
pub const USUAL_FILE: &str = "modtag.toml";

const PREFIX: &str = "MODTAG_";

impl Sources {
    /// The process's own working folder and environment.
    pub fn of_process(file: Option<PathBuf>) -> std::io::Result<Self> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        Ok(Self { file, working_folder: std::env::current_dir()?, environment })
    }

    /// The file in force, named as the user would name it.
    pub(super) fn chosen_file(&self) -> Option<PathBuf> {
        match &self.file {
            Some(file) => Some(file.clone()),
            None => self.working_folder.join(USUAL_FILE).is_file().then(|| PathBuf::from(USUAL_FILE)),
        }
    }
}

/// Shown without values: some are secrets.
impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.environment.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("working_folder", &self.working_folder)
            .field("environment", &names)
            .finish()
    }
}

/// One key with the value that somebody gave it.
#[derive(Clone)]
pub(super) struct Setting {
    pub key: String,
    pub value: Value,
    pub place: Place,
}

pub(super) fn key_of(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// `intake.push.path` is `MODTAG_INTAKE__PUSH__PATH` in the environment, which knows no hyphens.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").replace('-', "_").to_uppercase())
}

/// An owned copy of a checked value; `None` for numbers beyond 64 bits.
pub(super) fn own_value(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()?)
        }
        DeValue::Boolean(switch) => Value::Boolean(*switch),
        DeValue::Array(elements) => {
            Value::Array(elements.iter().map(|element| own_value(element.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(table) => Value::Table(
            table
                .iter()
                .map(|(key, value)| Some((key.get_ref().clone().into_owned(), own_value(value.get_ref())?)))
                .collect::<Option<_>>()?,
        ),
        DeValue::Float(_) | DeValue::Datetime(_) => return None,
    })
}

/// Reads the authority's file.
pub(super) fn from_file(
    shown: &Path,
    working_folder: &Path,
    defaults: &DeTable<'_>,
    keys: &[Key],
) -> (Vec<Setting>, Vec<Finding>) {
    let at = |line| Place::File { path: shown.to_owned(), line };
    let path = working_folder.join(shown);
    let text = match std::fs::read(&path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
                let text = "filen er ikke UTF-8 her; gem den igen som UTF-8";
                return (Vec::new(), vec![Finding::error(at(line), None, text)]);
            }
        },
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "filen findes ikke",
                std::io::ErrorKind::PermissionDenied => "programmets bruger må ikke læse filen",
                std::io::ErrorKind::IsADirectory => "det er en mappe, ikke en fil",
                _ => "filen kan ikke læses",
            };
            return (Vec::new(), vec![Finding::error(at(0), None, why)]);
        }
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    let place = |offset: usize| at(line_of(text.as_bytes(), offset));
    if !errors.is_empty() {
        let findings = errors
            .iter()
            .map(|error| {
                let place = error.span().map_or(at(0), |span| place(span.start));
                Finding::error(place, None, syntax(error.message()))
            })
            .collect();
        return (Vec::new(), findings);
    }
    let mut comparison =
        Comparison { defaults, keys, place: &place, settings: Vec::new(), findings: Vec::new() };
    comparison.run(table.get_ref());
    let Comparison { mut settings, mut findings, .. } = comparison;
    let folder = path.parent().unwrap_or(working_folder);
    for setting in &mut settings {
        anchor(&setting.key, &mut setting.value, folder);
        if setting.key == "database.url" && setting.value.as_str().is_some_and(values::has_password) {
            let text = "adgangskoden må ikke stå i konfigurationsfilen; brug url_file eller miljøvariablen \
                        MODTAG_DATABASE__URL";
            findings.push(Finding::error(setting.place.clone(), Some("database.url"), text));
        }
    }
    (settings, findings)
}

/// Line, counted from one, of a place in a text.
fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// The TOML reader's own words, when a person can use them; they never hold the file's text.
fn syntax(message: &str) -> String {
    match message {
        "duplicate key" => "nøglen eller afsnittet står her for anden gang".to_owned(),
        _ => format!(
            "linjen kan ikke læses som TOML; mangler der et anførselstegn eller et lighedstegn? ({message})"
        ),
    }
}

/// Reads the environment.
pub(super) fn from_environment(
    environment: &[(String, OsString)],
    working_folder: &Path,
    keys: &[Key],
) -> (Vec<Setting>, Vec<Finding>) {
    let (mut settings, mut findings) = (Vec::new(), Vec::new());
    let mut variables: Vec<&(String, OsString)> =
        environment.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    variables.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, value) in variables {
        let place = Place::Environment(name.clone());
        let Some((key, kind)) = known(name, keys) else {
            if let Some(text) = misspelt(name, keys) {
                findings.push(Finding::error(place, None, text));
            }
            continue;
        };
        let Some(value) = value.to_str() else {
            findings.push(Finding::error(place, Some(&key), "er ikke gyldig UTF-8"));
            continue;
        };
        match from_text(kind, value) {
            Some(mut value) => {
                anchor(&key, &mut value, working_folder);
                settings.push(Setting { key, value, place });
            }
            None => findings.push(Finding::error(place, Some(&key), in_environment(kind))),
        }
    }
    (settings, findings)
}

fn known(variable: &str, keys: &[Key]) -> Option<(String, Kind)> {
    let secret =
        SECRETS.iter().find(|key| variable_of(key) == variable).map(|key| ((*key).to_owned(), Kind::Text));
    secret.or_else(|| {
        keys.iter().find(|key| variable_of(&key.name) == variable).map(|key| (key.name.clone(), key.kind))
    })
}

/// Variables without `__` are not ours (container platforms make `MODTAG_PORT` and the like for a service called
/// modtag), unless only the underscores are wrong.
fn misspelt(variable: &str, keys: &[Key]) -> Option<String> {
    let variables: Vec<String> =
        keys.iter().map(|key| key.name.as_str()).chain(SECRETS).map(variable_of).collect();
    if !variable.contains("__") {
        let flat = variables.iter().find(|known| known.replace("__", "_") == variable)?;
        return Some(format!("ukendt; mente du {flat} med to understreger mellem afsnit og nøgle?"));
    }
    let rest = variable.strip_prefix(PREFIX)?.to_lowercase().replace("__", ".");
    Some(match variables.iter().find(|known| known.eq_ignore_ascii_case(variable)) {
        Some(meant) => format!("ukendt; skriv den med store bogstaver: {meant}"),
        None => match nearest(&rest, keys.iter().map(|key| key.name.as_str()).chain(SECRETS)) {
            Some(meant) => format!("ukendt; mente du {}?", variable_of(meant)),
            None => unknown(&rest, false, keys),
        },
    })
}

fn from_text(kind: Kind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        Kind::Text => Some(Value::String(text.to_owned())),
        Kind::Number => trimmed.replace('_', "").parse().ok().map(Value::Integer),
        Kind::Switch => trimmed.parse().ok().map(Value::Boolean),
        Kind::List => Some(Value::Array(
            trimmed
                .split(',')
                .map(str::trim)
                .filter(|element| !element.is_empty())
                .map(|element| Value::String(element.to_owned()))
                .collect(),
        )),
        Kind::Section | Kind::Other => None,
    }
}

fn in_environment(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "skal være et helt tal",
        Kind::Switch => "skal være true eller false",
        other => other.expected(),
    }
}

/// Makes relative paths start in a folder.
pub(super) fn anchor(key: &str, value: &mut Value, folder: &Path) {
    match value {
        Value::String(text) if key == "database.url" => {
            if let Some(file) = values::sqlite_file(text).filter(|_| values::is_database_url(text)) {
                *text = format!("sqlite:{}", folder.join(file).display());
            }
        }
        Value::String(text) if is_path(key) && !text.is_empty() => {
            if let Some(joined) = folder.join(&*text).to_str() {
                *text = joined.to_owned();
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| anchor(key, element, folder)),
        _ => {}
    }
}

/// The same for a whole table of settings.
pub(super) fn anchor_table(section: &str, table: &mut Table, folder: &Path) {
    for (key, value) in table.iter_mut() {
        let name = key_of(section, key);
        match value {
            Value::Table(inner) => anchor_table(&name, inner, folder),
            value => anchor(&name, value, folder),
        }
    }
}

/// Keys that name files and folders say so in their name.
fn is_path(key: &str) -> bool {
    ["file", "files", "folder"].iter().any(|ending| key.ends_with(ending)) || key == "intake.folder.path"
}

/// Puts a setting into the table of defaults.
pub(super) fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
