//! Levels and grounds.

use serde::{Deserialize, Serialize};

/// Følsomhedsgrad: four steps, neutral to vendors.
///
/// | Here | SF1470 | Nova |
/// |---|---|---|
/// | `Ordinary` | `IKKE_FORTROLIGE_DATA` | `IkkeFortrolige` |
/// | `Confidential` | `FORTROLIGE_PERSONOPLYSNINGER` | `Fortrolige` |
/// | `Sensitive` | `FOELSOMME_PERSONOPLYSNINGER` | `Følsomme` |
/// | `Protected` | `VIP_SAGER` | `SærligFølsomme` |
///
/// A reader of one level may see those below it, so `Protected` is the level that the fewest may read.
#[doc(alias = "følsomhedsgrad")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Almindelig: nothing was found.
    Ordinary,
    /// Fortrolig: CPR number or account.
    Confidential,
    /// Følsom: GDPR articles 9 and 10, children in need, violence, danger of life.
    Sensitive,
    /// Særligt beskyttet: where somebody lives must not be known.
    Protected,
}

impl Level {
    /// The Danish word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ordinary => "almindelig",
            Self::Confidential => "fortrolig",
            Self::Sensitive => "følsom",
            Self::Protected => "særligt beskyttet",
        }
    }
}

/// Why a letter has to be guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// Protected address or name (*adressebeskyttelse*), or somebody in hiding.
    ProtectedAddress,
    /// A life in danger: suicide, or a threat to kill.
    Danger,
    /// Violence or abuse.
    Violence,
    /// Children in need: reports of concern, removal, neglect.
    Children,
    /// Health, article 9.
    Health,
    /// Racial or ethnic origin, article 9.
    Ethnicity,
    /// Religion or philosophical belief, article 9.
    Religion,
    /// Political opinion, article 9.
    Politics,
    /// Membership of a union, article 9.
    Union,
    /// Sexual life and orientation, article 9.
    SexualLife,
    /// Genetic or biometric data, article 9.
    Biometric,
    /// Criminal matters, article 10.
    Criminal,
    /// CPR number or account.
    Identity,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 13] = [
        Self::ProtectedAddress,
        Self::Danger,
        Self::Violence,
        Self::Children,
        Self::Health,
        Self::Ethnicity,
        Self::Religion,
        Self::Politics,
        Self::Union,
        Self::SexualLife,
        Self::Biometric,
        Self::Criminal,
        Self::Identity,
    ];

    /// Its name in data files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProtectedAddress => "protected-address",
            Self::Danger => "danger",
            Self::Violence => "violence",
            Self::Children => "children",
            Self::Health => "health",
            Self::Ethnicity => "ethnicity",
            Self::Religion => "religion",
            Self::Politics => "politics",
            Self::Union => "union",
            Self::SexualLife => "sexual-life",
            Self::Biometric => "biometric",
            Self::Criminal => "criminal",
            Self::Identity => "identity",
        }
    }

    /// What is shown of it: never the letter's own words.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ProtectedAddress => {
                "Brevet nævner beskyttet navn eller adresse, eller at nogen skjuler, hvor de bor."
            }
            Self::Danger => {
                "Brevet tyder på fare for liv: selvmordstanker eller trusler. Nogen bør se det med det samme."
            }
            Self::Violence => "Brevet handler om vold eller overgreb.",
            Self::Children => "Brevet handler om et barn, der kan have brug for særlig støtte.",
            Self::Health => "Brevet oplyser om en persons helbred.",
            Self::Ethnicity => "Brevet oplyser om en persons race eller etniske oprindelse.",
            Self::Religion => "Brevet oplyser om en persons religion eller overbevisning.",
            Self::Politics => "Brevet oplyser om en persons politiske holdning.",
            Self::Union => "Brevet oplyser om en persons fagforening.",
            Self::SexualLife => "Brevet oplyser om en persons seksuelle forhold.",
            Self::Biometric => "Brevet oplyser om en persons genetiske eller biometriske data.",
            Self::Criminal => "Brevet oplyser om strafbare forhold.",
            Self::Identity => "Brevet oplyser et CPR-nummer eller en bankkonto.",
        }
    }

    /// How guarded a letter with this ground has to be.
    pub const fn level(self) -> Level {
        match self {
            Self::ProtectedAddress => Level::Protected,
            Self::Identity => Level::Confidential,
            _ => Level::Sensitive,
        }
    }

    /// Must somebody look at it at once?
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Danger)
    }
}
