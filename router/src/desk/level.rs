//! Levels of view: how much of a letter somebody sees.

/// Visningstrin: how much of a letter somebody sees. Each holds what the ones below it hold.
#[doc(alias = "visningstrin")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What kind of sender, the masked title, and what is suggested.
    #[default]
    Suggestion,
    /// A few masked sentences.
    KeyLines,
    /// The whole text, the title and the sender.
    Text,
    /// The documents as they were sent.
    Documents,
}

/// Why somebody sees more than key lines: code in the audit log, and what the person picks.
///
/// A short list, so that giving a reason is one key, and so that reasons can be counted (journaling-law.md, R9).
pub const REASONS: [(&str, &str); 7] = [
    ("not-enough", "Nøglelinjerne er ikke nok til at vælge modtager"),
    ("several", "Brevet ser ud til at handle om flere ting"),
    ("held", "Brevet er tilbageholdt og skal vurderes"),
    ("case", "Sagen skal findes"),
    ("control", "Kontrol af et forslag"),
    ("not-ours", "Brevet skal sendes videre til rette myndighed"),
    ("unsafe", "Mistanke om svindel, spam eller fare for nogen"),
];

/// What a reason's code says; `None` for a code that is not in [`REASONS`].
pub fn reason_danish(code: &str) -> Option<&'static str> {
    REASONS.iter().find(|(known, _)| *known == code).map(|(_, danish)| *danish)
}

impl Level {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::Suggestion, Self::KeyLines, Self::Text, Self::Documents];

    /// The level of this number, 0 to 3.
    pub fn of(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|number| Self::ALL.get(number)).copied()
    }

    /// Its number, 0 to 3.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The word in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suggestion => "suggestion",
            Self::KeyLines => "key-lines",
            Self::Text => "text",
            Self::Documents => "documents",
        }
    }

    /// Must whoever wants to see it say why?
    pub fn needs_reason(self) -> bool {
        self > Self::KeyLines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_and_reasons_have_names() {
        for level in Level::ALL {
            assert_eq!(Level::of(level.number()), Some(level));
        }
        assert_eq!((Level::of(-1), Level::of(4)), (None, None));
        assert!(!Level::KeyLines.needs_reason() && Level::Text.needs_reason());
        assert_eq!(reason_danish("several"), Some("Brevet ser ud til at handle om flere ting"));
        assert_eq!(reason_danish("<script>"), None);
    }
}
