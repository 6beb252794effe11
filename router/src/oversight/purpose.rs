//! Purpose: why a records manager looks, as the log keeps it (journaling-law.md, R9).

/// Formål: picked from a short list, so that purposes can be counted and no free text about a person gets into the log.
#[doc(alias = "formål")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Ordinary checks of the journal.
    #[default]
    Control,
    /// A colleague or a sender asks where a letter is.
    Find,
    /// Somebody asks what is kept of them, GDPR art. 15.
    DataAccess,
    /// Somebody asks for documents (aktindsigt).
    Documents,
    /// Something went wrong, or somebody may have looked without need.
    Incident,
    /// The regular look into a sample of the log.
    Review,
}

impl Purpose {
    /// All, in the order they are offered.
    pub const ALL: [Self; 6] =
        [Self::Control, Self::Find, Self::DataAccess, Self::Documents, Self::Incident, Self::Review];

    /// The word in forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Control => "kontrol",
            Self::Find => "find",
            Self::DataAccess => "indsigt",
            Self::Documents => "aktindsigt",
            Self::Incident => "haendelse",
            Self::Review => "stikproeve",
        }
    }

    /// What it is called, on the screen and in the log.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Control => "Kontrol af journaliseringen",
            Self::Find => "Finde en meddelelse for en medarbejder eller afsender",
            Self::DataAccess => "Anmodning om indsigt (databeskyttelsesforordningen art. 15)",
            Self::Documents => "Anmodning om aktindsigt",
            Self::Incident => "Undersøgelse af en hændelse eller mistanke om misbrug",
            Self::Review => "Løbende stikprøvekontrol af loggen",
        }
    }

    /// The purpose of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_read_back_and_fit_the_log() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
            assert!(crate::audit::privacy::fits(purpose.danish()));
        }
        assert_eq!(Purpose::parse("nysgerrighed"), None);
    }
}
