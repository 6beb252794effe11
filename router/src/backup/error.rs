//! What can go wrong with a backup, and the way forward.

use std::io;
use std::path::{Path, PathBuf};

use crate::content::ContentError;
use crate::keys::KeyError;
use crate::setup::SetupError;
use crate::store::StoreError;

/// Why a backup could not be made, trusted or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file of that name already.
    #[error("archive exists already")]
    Exists(PathBuf),
    /// Another backup is being written to the same file.
    #[error("archive is being written by another process")]
    Busy(PathBuf),
    /// No such file.
    #[error("archive is missing")]
    NoFile(PathBuf),
    /// The disk that the archive is written to is full.
    #[error("no room for the archive")]
    Full(PathBuf),
    /// The archive could not be read or written.
    #[error("archive cannot be read or written")]
    Io(PathBuf, #[source] io::Error),
    /// The archive has no end.
    #[error("archive is truncated")]
    Truncated,
    /// Something in the archive is not what was put there.
    #[error("archive has been changed: {0}")]
    Tampered(String),
    /// Made by a newer program.
    #[error("archive has format {0}")]
    Newer(u32),
    /// Another authority's.
    #[error("archive is of another authority")]
    WrongAuthority {
        /// Whose it is.
        archive: String,
        /// Whom the configuration is for.
        configured: String,
    },
    /// Sealed with other keys than the key file has.
    #[error("archive was sealed with other keys")]
    WrongKeys,
    /// The database to restore into has mail or cases in it.
    #[error("database is in use: {0}")]
    InUse(&'static str),
    /// The content store to restore into has another object of that name.
    #[error("content object {0} exists with other bytes")]
    OtherContent(String),
    /// A message whose content object is gone, or too short.
    #[error("content object {object} of message {message} is missing or cut short")]
    Lost {
        /// Name of the object.
        object: String,
        /// Our id of a message that lies in it.
        message: String,
    },
    /// The key file.
    #[error("key file")]
    Keys(#[from] KeyError),
    /// The content store.
    #[error("content store")]
    Content(#[from] ContentError),
    /// The database.
    #[error("database")]
    Store(#[from] StoreError),
    /// Configuration or surroundings.
    #[error("setup")]
    Setup(#[from] SetupError),
}

impl BackupError {
    /// Sorts what the disk said about the archive.
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |error| match error.kind() {
            io::ErrorKind::NotFound => Self::NoFile(path.clone()),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.clone()),
            _ => Self::Io(path.clone(), error),
        }
    }

    /// What the operator reads.
    pub fn danish(&self) -> String {
        match self {
            Self::Exists(path) => format!(
                "{} findes allerede og overskrives ikke. Vælg et andet navn, eller brug --force.",
                path.display()
            ),
            Self::Busy(path) => format!("En anden sikkerhedskopiering skriver allerede til {}. Vent, til den er færdig.", path.display()),
            Self::NoFile(path) => format!("{} findes ikke. Er stien rigtig, og findes mappen?", path.display()),
            Self::Full(path) => format!(
                "Disken er fuld: der er ikke plads til {}. Den ufærdige fil er slettet. Gør plads, eller vælg en anden disk, og kør igen.",
                path.display()
            ),
            Self::Io(path, error) => format!("{} kan ikke læses eller skrives: {error}.", path.display()),
            Self::Truncated => "Sikkerhedskopien er afkortet: dens slutning mangler, eller filen er slet ikke en sikkerhedskopi. \
                Hent filen igen, hvor den er hel, eller brug en anden sikkerhedskopi."
                .into(),
            Self::Tampered(what) => format!(
                "Sikkerhedskopien er ikke, som den blev skrevet ({what}). Den er beskadiget eller ændret. Brug en anden sikkerhedskopi."
            ),
            Self::Newer(format) => format!(
                "Sikkerhedskopien er skrevet af en nyere modtag (udgave {format} af formatet). Gendan med den version, eller en nyere."
            ),
            Self::WrongAuthority { archive, configured } => format!(
                "Sikkerhedskopien er for myndigheden med CVR {archive}, men konfigurationen er for CVR {configured}. \
                 Brug den rigtige fil, eller ret authority.cvr."
            ),
            Self::WrongKeys => "Nøglefilen er ikke den, sikkerhedskopien er krypteret med. Find den rigtige nøglefil frem, \
                og sæt keys.file. Uden den kan brevene ikke læses."
                .into(),
            Self::InUse(table) => format!(
                "Databasen er i brug: der er allerede rækker for denne myndighed (tabellen {table}). Der gendannes kun i en tom database. \
                 Peg database.url på en tom database. Intet er ændret."
            ),
            Self::OtherContent(object) => format!(
                "Indholdslageret har allerede et andet indhold under navnet {object}. Peg content på et tomt lager. Databasen er ikke ændret."
            ),
            Self::Lost { object, message } => format!(
                "Indholdet af meddelelse {message} mangler i indholdslageret eller er for kort (objektet {object}). \
                 Hent objektet fra en ældre sikkerhedskopi, og kør igen. `modtag explain {message}` viser meddelelsen."
            ),
            Self::Keys(error @ KeyError::Missing { .. }) => {
                format!("{} Læg nøglefilen tilbage fra det sted, hvor den opbevares for sig, før der gendannes.", error.danish())
            }
            Self::Keys(error) => error.danish(),
            Self::Content(error) => error.danish().into(),
            Self::Store(error) => error.danish(),
            Self::Setup(error) => error.to_string(),
        }
    }
}
