//! Secrets: values that come from a file or the environment and are never shown.
//!
//! **Deliberately absent:** a `Display` and a way to write one out. Reading happens when the secret is needed, so that a
//! renewed token counts from the next start without anybody editing the configuration.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A secret text: shown as a placeholder, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes a text that must not be shown.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. Whoever asks takes care of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hemmelig]")
    }
}

/// Where a secret is to be had.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'a> {
    /// Nobody has said.
    Unset,
    /// In this file.
    File(&'a Path),
    /// From the environment.
    Given(&'a SecretText),
}

/// No token, password or address is longer; a larger file is some other file.
const LONGEST: u64 = 64 * 1024;

impl<'a> Secret<'a> {
    /// The environment's own value goes before the file, as the environment always does.
    pub(super) fn of(given: Option<&'a SecretText>, file: Option<&'a Path>) -> Self {
        match (given, file) {
            (Some(text), _) => Self::Given(text),
            (None, Some(path)) => Self::File(path),
            (None, None) => Self::Unset,
        }
    }

    /// Whether anything was said.
    pub fn is_set(self) -> bool {
        !matches!(self, Self::Unset)
    }

    /// Reads the secret; white space around it (an editor's last newline) does not belong to it.
    pub fn read(self) -> Result<Option<SecretText>, SecretError> {
        match self {
            Self::Unset => Ok(None),
            Self::Given(text) => Ok(Some(text.clone())),
            Self::File(path) => read_file(path).map(Some),
        }
    }
}

fn read_file(path: &Path) -> Result<SecretText, SecretError> {
    let unreadable = |source| SecretError::Unreadable { file: path.to_owned(), source };
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
        .map_err(unreadable)?;
    if text.len() as u64 > LONGEST {
        return Err(SecretError::TooLong { file: path.to_owned() });
    }
    match text.trim() {
        "" => Err(SecretError::Empty { file: path.to_owned() }),
        secret => Ok(SecretText::new(secret.to_owned())),
    }
}

/// A secret could not be had; an operator must look.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read secret file {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is empty.
    #[error("secret file {} is empty", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The file is far too long to be a secret.
    #[error("secret file {} is too long", file.display())]
    TooLong {
        /// The file.
        file: PathBuf,
    },
    /// The file should hold a database address.
    #[error("secret file {} holds no database address", file.display())]
    NotADatabase {
        /// The file.
        file: PathBuf,
    },
}

impl SecretError {
    /// The same in Danish, with a way forward.
    pub fn danish(&self) -> String {
        match self {
            Self::Unreadable { file, source } => {
                let why = match source.kind() {
                    std::io::ErrorKind::NotFound => "filen findes ikke",
                    std::io::ErrorKind::PermissionDenied => "programmets bruger må ikke læse den",
                    std::io::ErrorKind::InvalidData => "den er ikke tekst",
                    std::io::ErrorKind::IsADirectory => "det er en mappe",
                    _ => "den kan ikke læses",
                };
                format!("hemmeligheden i {} kan ikke hentes: {why}", file.display())
            }
            Self::Empty { file } => format!("{} er tom; den skal indeholde hemmeligheden", file.display()),
            Self::TooLong { file } => {
                format!("{} er for stor til at være en hemmelighed; er det den rigtige fil?", file.display())
            }
            Self::NotADatabase { file } => format!(
                "{} skal indeholde en databaseadresse, der begynder med postgres:// eller sqlite:",
                file.display()
            ),
        }
    }
}
