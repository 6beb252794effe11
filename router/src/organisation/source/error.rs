//! Errors of sources: what went wrong, and what somebody can do about it.

use std::fmt::Write;
use std::path::PathBuf;

use crate::config::SecretError;
use crate::digital_post::OpenError;

/// The organisation could not be read. Nothing is changed. Holds no text of an answer and nothing about a person.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The configuration names no source.
    #[error("organisation.source is not set")]
    NoSource,
    /// The configuration is not whole.
    #[error("{0} is not set")]
    NotSet(&'static str),
    /// A key or secret cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The way to the service cannot be opened.
    #[error("cannot set up the connection to {system}")]
    Setup {
        /// Which system.
        system: &'static str,
        /// Why.
        source: OpenError,
    },
    /// No answer, or one that broke off.
    #[error("{system} does not answer: {why}")]
    Silent {
        /// Which system.
        system: &'static str,
        /// What was seen.
        why: &'static str,
    },
    /// 401 or 403, also with a fresh key.
    #[error("{system} refuses the credentials ({status})")]
    Credentials {
        /// Which system.
        system: &'static str,
        /// The status.
        status: u16,
    },
    /// Another status than 200.
    #[error("{system} answers {status}")]
    Status {
        /// Which system.
        system: &'static str,
        /// The status.
        status: u16,
    },
    /// The answer is not what the interface promises.
    #[error("{system} gives an answer that cannot be read: {what}")]
    Garbage {
        /// Which system.
        system: &'static str,
        /// What about it, in Danish.
        what: String,
    },
    /// More than `organisation.service.max_bytes`.
    #[error("{system} gives too long an answer")]
    TooLong {
        /// Which system.
        system: &'static str,
    },
    /// The pages do not end.
    #[error("the pages of {system} do not end")]
    Endless {
        /// Which system.
        system: &'static str,
    },
    /// A table cannot be opened.
    #[error("cannot read {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why, in Danish.
        why: String,
    },
    /// Rows of tables that make no sense.
    #[error("{} rows of the tables cannot be used", .0.len())]
    Rows(Vec<String>),
}

impl SourceError {
    /// The same in Danish, with a way forward.
    pub fn danish(&self) -> String {
        match self {
            Self::NoSource => {
                "organisation.source er \"none\": der er ingen kilde at hente organisationen fra. Sæt den i \
                               konfigurationen."
                    .to_owned()
            }
            Self::NotSet(key) => format!("{key} er ikke sat i konfigurationen."),
            Self::Secret(error) => format!("{}.", capital(&error.danish())),
            Self::Setup { system, source } => {
                format!("Forbindelsen til {system} kan ikke sættes op: {}.", source.danish())
            }
            Self::Silent { system, why } => {
                format!("{system} svarer ikke: {why}. Intet er ændret. Prøv igen senere.")
            }
            Self::Credentials { system, status } => format!(
                "{system} godkender ikke adgangen ({status}). Se efter, om nøglen er den rigtige, og om den er udløbet. Intet er \
                 ændret."
            ),
            Self::Status { system, status: status @ (429 | 500..) } => {
                format!("{system} kan ikke svare nu ({status}). Intet er ændret. Prøv igen senere.")
            }
            Self::Status { system, status } => format!(
                "{system} svarer {status}. Se efter, om adressen (organisation.service.base_url) er den rigtige. Intet er ændret."
            ),
            Self::Garbage { system, what } => {
                format!("Svaret fra {system} kan ikke bruges: {what}. Intet er ændret.")
            }
            Self::TooLong { system } => format!(
                "Svaret fra {system} er større end organisation.service.max_bytes. Sæt grænsen op, hvis organisationen er så stor. \
                 Intet er ændret."
            ),
            Self::Endless { system } => {
                format!("{system} bliver ved med at sende de samme sider. Intet er ændret.")
            }
            Self::File { file, why } => format!("{}: {why}. Intet er ændret.", file.display()),
            Self::Rows(rows) => {
                rows.iter().fold("Tabellerne har fejl:\n".to_owned(), |mut text, row| {
                    // Writing to a text does not fail.
                    let _ = writeln!(text, "  {row}");
                    text
                }) + "Intet er ændret."
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
