//! What can be wrong with keys, and what an operator does about it.

use std::{io, path::PathBuf};

use super::KeyId;

/// Why the key file, or a key, cannot be used.
///
/// Prints itself in English for the log; [`KeyError::danish`] is for the person who must act. Neither ever quotes
/// from the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no key file where one must be.
    #[error("key file {} does not exist", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Group or others may read or write it.
    #[error("key file {} has mode {mode:03o}; only its owner may have access", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is a folder, a link, a pipe or a device.
    #[error("key file {} is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Another user owns it, and could change or open it at will.
    #[error("key file {} is owned by uid {owner}, the program runs as uid {us}", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user the program runs as.
        us: u32,
    },
    /// Its text cannot be understood.
    #[error("key file {} is damaged{}: {what}", path.display(), line.map(|n| format!(" at line {n}")).unwrap_or_default())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line at fault, when there is one.
        line: Option<usize>,
        /// What was expected, without what was found.
        what: &'static str,
    },
    /// The disk said no.
    #[error("could not {doing} key file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the disk said.
        source: io::Error,
    },
    /// A message is wrapped by a key that is not in the file.
    #[error("wrapping key {0} is not in the key file")]
    UnknownKey(KeyId),
    /// The key to be dropped is the one that wraps.
    #[error("wrapping key {0} is the newest and still wraps")]
    StillWraps(KeyId),
    /// Bytes that were sealed under another key, for another use, or have been changed.
    #[error("sealed bytes do not belong here or have been changed")]
    Unopenable,
    /// Text that is no key id.
    #[error("a key id has 16 hexadecimal digits")]
    NotAKeyId,
}

impl KeyError {
    /// The error in Danish, with a way forward.
    pub fn danish(&self) -> String {
        match self {
            Self::Missing { path } => format!(
                "Nøglefilen {} findes ikke. Læg sikkerhedskopien af den tilbage; uden den kan de gemte breve ikke læses.",
                path.display()
            ),
            Self::Exposed { path, mode } => format!(
                "Nøglefilen {0} kan læses eller ændres af andre (rettigheder {mode:03o}). Kør »chmod 600 {0}«, og overvej at skifte nøgle, hvis andre har haft adgang.",
                path.display()
            ),
            Self::NotAFile { path } => {
                format!(
                    "Nøglefilen {} er ikke en almindelig fil. Ret stien, eller læg selve filen dér.",
                    path.display()
                )
            }
            Self::NotOurs { path, owner, us } => format!(
                "Nøglefilen {} ejes af en anden bruger (uid {owner}) end den, programmet kører som (uid {us}). Ret ejeren med »chown«.",
                path.display()
            ),
            Self::Damaged { path, line, .. } => format!(
                "Nøglefilen {} er beskadiget{}. Læg sikkerhedskopien af den tilbage.",
                path.display(),
                line.map(|line| format!(" i linje {line}")).unwrap_or_default()
            ),
            Self::Io { path, source, .. } => {
                format!("Nøglefilen {} kunne ikke læses eller skrives: {source}.", path.display())
            }
            Self::UnknownKey(id) => format!(
                "Nøglen {id} mangler i nøglefilen. Brevene, der er låst med den, kan først læses, når en nøglefil med den er lagt tilbage."
            ),
            Self::StillWraps(id) => {
                format!("Nøglen {id} er den nyeste og er i brug. Skift nøgle, før den fjernes.")
            }
            Self::Unopenable => {
                "Indholdet kan ikke låses op: det er ændret, eller det hører til en anden nøgle.".to_owned()
            }
            Self::NotAKeyId => "En nøgles navn består af 16 hexadecimale cifre.".to_owned(),
        }
    }
}
