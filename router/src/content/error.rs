//! What can go wrong with content, sorted by what happens next.

use std::{error::Error, io};

type BoxError = Box<dyn Error + Send + Sync>;

/// Why content could not be stored or read.
///
/// Prints itself in English for the log; [`ContentError::danish`] is for the person who must act.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The disk, the quota or the bucket is full. Say no to the sender; works again when there is room.
    #[error("content store is full")]
    Full(#[source] BoxError),
    /// Nothing may be written there. Say no to the sender; works again when the rights are put right.
    #[error("content store may not be written to")]
    ReadOnly(#[source] BoxError),
    /// The store does not answer, or not as it should. Try again later.
    #[error("content store is unavailable")]
    Unavailable(#[source] BoxError),
    /// There is no such object.
    #[error("content object {object} is missing")]
    Missing {
        /// Its name.
        object: String,
    },
    /// The bytes are not what was stored: changed, cut short, moved, or another message's.
    #[error("content in {object} has been changed or belongs to another message")]
    Tampered {
        /// The name of the object.
        object: String,
    },
    /// An object name we would never make.
    #[error("not a name for a content object")]
    BadName,
    /// More than may be read into memory, or than a stream can hold.
    #[error("content is too large")]
    TooLarge,
}

impl ContentError {
    /// The error in Danish, with a way forward.
    pub fn danish(&self) -> &'static str {
        match self {
            Self::Full(_) => "Indholdslageret er fuldt. Gør plads; modtagelsen fortsætter af sig selv.",
            Self::ReadOnly(_) => {
                "Der må ikke skrives i indholdslageret. Ret rettighederne; modtagelsen fortsætter af sig selv."
            }
            Self::Unavailable(_) => "Indholdslageret svarer ikke. Der prøves igen af sig selv.",
            Self::Missing { .. } => {
                "Indholdet findes ikke i indholdslageret. Hent det fra en sikkerhedskopi."
            }
            Self::Tampered { .. } => {
                "Indholdet i lageret er ændret eller beskadiget og åbnes ikke. Hent det fra en sikkerhedskopi."
            }
            Self::BadName => "Navnet kan ikke bruges i indholdslageret.",
            Self::TooLarge => "Indholdet er for stort.",
        }
    }

    /// The content error inside what [`BlockingReader`](super::BlockingReader) returned, if there is one.
    pub fn from_io(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    pub(super) fn unavailable(why: impl Into<BoxError>) -> Self {
        Self::Unavailable(why.into())
    }

    /// Sorts what happened while writing.
    pub(super) fn writing(error: object_store::Error) -> Self {
        use object_store::Error::{PermissionDenied, Unauthenticated};
        match &error {
            PermissionDenied { .. } | Unauthenticated { .. } => Self::ReadOnly(error.into()),
            _ => Self::from_disk(error),
        }
    }

    /// Sorts what the disk said while writing, however deep it is wrapped.
    pub(super) fn from_disk(error: impl Into<BoxError>) -> Self {
        let error = error.into();
        match io_kind(error.as_ref()) {
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Self::Full(error),
            Some(io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied) => {
                Self::ReadOnly(error)
            }
            _ if says_full(error.as_ref()) => Self::Full(error),
            _ => Self::Unavailable(error),
        }
    }

    /// Sorts what happened while reading an object.
    pub(super) fn reading(error: object_store::Error, object: &str) -> Self {
        match &error {
            // A bucket that is gone is the store's trouble, not the object's.
            object_store::Error::NotFound { source, .. } if !source.to_string().contains("NoSuchBucket") => {
                Self::Missing { object: object.to_owned() }
            }
            _ => Self::Unavailable(error.into()),
        }
    }

    pub(super) fn tampered(object: &str) -> Self {
        Self::Tampered { object: object.to_owned() }
    }
}

/// What the innermost I/O error among the causes is about.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let Some(io) = error.downcast_ref::<io::Error>() else {
        return io_kind(error.source()?);
    };
    // What an I/O error wraps is not its source but beside it.
    let inner = io.get_ref().and_then(|inner| io_kind(inner));
    Some(inner.unwrap_or(io.kind()))
}

/// S3 has no error code of its own for a full store; these are what MinIO, Ceph and plain HTTP (507) say.
fn says_full(error: &(dyn Error + 'static)) -> bool {
    let text = error.to_string();
    ["StorageFull", "QuotaExceeded", "507 Insufficient Storage"].iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(source: impl Into<BoxError>) -> object_store::Error {
        object_store::Error::Generic { store: "S3", source: source.into() }
    }

    fn not_found(says: &str) -> object_store::Error {
        object_store::Error::NotFound { path: "x".into(), source: says.into() }
    }

    #[test]
    fn what_a_disk_says_is_found_however_deep_it_is_wrapped() {
        let writing =
            |kind: io::ErrorKind| ContentError::writing(generic(io::Error::other(io::Error::from(kind))));
        assert!(matches!(writing(io::ErrorKind::StorageFull), ContentError::Full(_)));
        assert!(matches!(writing(io::ErrorKind::QuotaExceeded), ContentError::Full(_)));
        assert!(matches!(writing(io::ErrorKind::ReadOnlyFilesystem), ContentError::ReadOnly(_)));
        assert!(matches!(writing(io::ErrorKind::PermissionDenied), ContentError::ReadOnly(_)));
        assert!(matches!(writing(io::ErrorKind::ConnectionReset), ContentError::Unavailable(_)));
        assert!(matches!(writing(io::ErrorKind::NotFound), ContentError::Unavailable(_)));
        // Linux: 28 is ENOSPC, 122 is EDQUOT.
        for code in [28, 122] {
            let error = ContentError::from_disk(io::Error::from_raw_os_error(code));
            assert!(matches!(error, ContentError::Full(_)), "{code}");
        }
    }

    #[test]
    fn a_server_that_is_full_is_told_from_one_that_is_ill() {
        let full = generic("Server returned non-2xx status code: 507: <Code>XMinioStorageFull</Code>");
        assert!(matches!(ContentError::writing(full), ContentError::Full(_)));
        let ill = generic("Server returned non-2xx status code: 503: <Code>SlowDown</Code>");
        assert!(matches!(ContentError::writing(ill), ContentError::Unavailable(_)));
    }

    #[test]
    fn a_bucket_that_is_gone_makes_no_letter_missing() {
        let reading = |says| ContentError::reading(not_found(says), "x");
        assert!(matches!(reading("<Code>NoSuchKey</Code>"), ContentError::Missing { .. }));
        assert!(matches!(reading("<Code>NoSuchBucket</Code>"), ContentError::Unavailable(_)));
        assert!(matches!(ContentError::writing(not_found("NoSuchBucket")), ContentError::Unavailable(_)));
    }
}
