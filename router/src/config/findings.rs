//! Findings: what is wrong with a configuration, where, and what to do about it. Danish, for the operator.

use std::fmt;
use std::path::PathBuf;

/// Something about the configuration that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// The key, `section.key`, when it is about one.
    pub key: Option<String>,
    /// What it is, in Danish.
    pub text: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the program runs.
    Warning,
    /// The program must not run like this.
    Error,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a file; line 0 means the file as a whole.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// The default file, or nowhere in particular.
    Defaults,
}

impl Finding {
    pub(super) fn error(place: Place, key: Option<&str>, text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place, key: key.map(str::to_owned), text: text.into() }
    }

    pub(super) fn warning(place: Place, key: Option<&str>, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, key, text) }
    }

    /// Whether the program must not run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Defaults => {}
            place => write!(f, "{place}: ")?,
        }
        match &self.key {
            Some(key) => write!(f, "{key}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0 } => write!(f, "{}", path.display()),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "miljøvariablen {name}"),
            Self::Defaults => f.write_str("standardværdierne"),
        }
    }
}

/// The configuration cannot be used: every reason at once, so that it takes one round to put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Finding>);

impl Faults {
    /// What the program exits with when its configuration cannot be used.
    pub const EXIT_CODE: u8 = 2;
}

/// A Danish list, one finding a line.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("der er én fejl i konfigurationen:")?,
            count => write!(f, "der er {count} fejl i konfigurationen:")?,
        }
        for finding in &self.0 {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
