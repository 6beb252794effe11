//! A sender's mark held against the register: does the number apply, and what instead when not?

use std::fmt::{self, Display};

use crate::register::{Basis, Edition, Standing, in_danish};
use crate::{Facet, FacetPattern, Normalised, Subject};

/// A normalised mark and what the register says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The number as it was read.
    pub subject: Subject,
    /// How it stands.
    pub standing: Standing<'a, Subject>,
    /// The facet as it was read.
    pub facet: Option<Facet>,
    /// How the facet stands; `None` also when the register has no facets to ask.
    pub facet_standing: Option<Standing<'a, FacetPattern>>,
}

/// Asks the register about a mark, for the day it was written. `None` when no number could be read.
pub fn checked<'a>(mark: &Normalised, edition: Edition<'a>) -> Option<Checked<'a>> {
    let Edition { register, date } = edition;
    let subject = mark.subject?;
    let facet = mark.facet;
    let facet_standing =
        facet.filter(|_| !register.facets().is_empty()).map(|facet| register.facet(facet, date));
    Some(Checked { subject, standing: register.subject(subject, date), facet, facet_standing })
}

impl Checked<'_> {
    /// The number to go by today: itself, or the only one that replaced it. `None` when that takes a person.
    ///
    /// Mail about an old case goes by the number as it was read: the case keeps it.
    pub fn today(&self) -> Option<Subject> {
        match &self.standing {
            Standing::Current(entry) => Some(entry.number),
            Standing::Expired { successors, .. } => match successors.as_slice() {
                [only] => Some(only.number),
                _ => None,
            },
            Standing::NotYet(_) | Standing::Unknown { .. } => None,
        }
    }

    /// What there is to say, in Danish; `None` when number and facet both apply.
    pub fn remark(&self) -> Option<String> {
        let number = said(self.subject, &self.standing, "KLE");
        let facet = self.facet.zip(self.facet_standing.as_ref());
        let facet = facet.and_then(|(facet, standing)| said(facet, standing, "handlingsfacet"));
        let sentences: Vec<String> = number.into_iter().chain(facet).collect();
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

fn said<K: crate::Number>(number: impl Display, standing: &Standing<'_, K>, kind: &str) -> Option<String> {
    let name = format!("{kind} {number}");
    match standing {
        Standing::Current(_) => None,
        Standing::Expired { entry, successors } => {
            let day = entry.expired.map(in_danish).unwrap_or_default();
            let derived = successors.iter().any(|next| next.basis == Basis::Derived);
            let doubt = if derived { " (udledt, ikke oplyst af KL)" } else { "" };
            let numbers: Vec<String> = successors.iter().map(|next| next.number.to_string()).collect();
            Some(match numbers.as_slice() {
                [] => format!("{name} udgik {day} uden kendt afløser"),
                _ => format!("{name} udgik {day} og er afløst af {}{doubt}", numbers.join(" eller ")),
            })
        }
        Standing::NotYet(entry) => {
            Some(format!("{name} gælder først fra {}", entry.created.map(in_danish).unwrap_or_default()))
        }
        Standing::Unknown { local: true, .. } => {
            Some(format!("{name} er et lokalt nummer, som ikke står i den indlæste emneplan"))
        }
        Standing::Unknown { nearest: Some(nearest), .. } => {
            Some(format!("{name} findes ikke i emneplanen, men {nearest} gør"))
        }
        Standing::Unknown { .. } => Some(format!("{name} findes ikke i emneplanen")),
    }
}

impl fmt::Display for Checked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.remark() {
            Some(remark) => f.write_str(&remark),
            None => write!(f, "KLE {} gælder", self.subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Register, import, normalise};

    const TABLE: &str = "number\ttitle\tvalid_from\tvalid_to\n\
        09\tTang\n\
        09.10\tTang\n\
        09.10.04\tGammel\t\t2023-02-01\n\
        09.10.08\tNy\t2023-02-01\n\
        09.10.12\tDelt\t\t2023-02-01\n\
        09.10.16\tSenere\t2030-01-01\n\
        09.10.20\tSlut\t\t2023-02-01\n";
    const REPLACED: &str = "old_number\tnew_number\tbasis\n\
        09.10.04\t09.10.08\tkl\n\
        09.10.12\t09.10.08\tsame-title\n\
        09.10.12\t09.10\tsame-title\n";
    const FACETS: &str = "facet\ttitle\nK\tOpfundet\nK02\tOpfundet\n";

    #[test]
    fn a_mark_is_held_against_the_register() {
        let parts = [TABLE, REPLACED, FACETS].map(|table| import(table.as_bytes()).unwrap());
        let (register, _) = Register::build(parts.into(), None, None);
        for (mark, facet, today, remark) in [
            ("09.10.08", Some("K02"), Some("09.10.08"), None),
            (
                "KLE 09.10.04",
                None,
                Some("09.10.08"),
                Some("KLE 09.10.04 udgik 1. februar 2023 og er afløst af 09.10.08"),
            ),
            (
                "09.10.12",
                None,
                None,
                Some(
                    "KLE 09.10.12 udgik 1. februar 2023 og er afløst af 09.10 eller 09.10.08 \
                     (udledt, ikke oplyst af KL)",
                ),
            ),
            ("09.10.16", None, None, Some("KLE 09.10.16 gælder først fra 1. januar 2030")),
            ("09.10.20", None, None, Some("KLE 09.10.20 udgik 1. februar 2023 uden kendt afløser")),
            ("09.10.24", None, None, Some("KLE 09.10.24 findes ikke i emneplanen, men 09.10 gør")),
            (
                "09.10.84",
                None,
                None,
                Some("KLE 09.10.84 er et lokalt nummer, som ikke står i den indlæste emneplan"),
            ),
            ("09.10.08", Some("A53"), Some("09.10.08"), Some("handlingsfacet A53 findes ikke i emneplanen")),
        ] {
            let mark = normalise(mark, facet);
            let checked = checked(&mark, register.at(date(2024, 1, 1))).unwrap();
            assert_eq!(checked.today().map(|subject| subject.to_string()).as_deref(), today);
            assert_eq!(checked.remark().as_deref(), remark);
        }
        assert_eq!(checked(&normalise("", None), register.at(date(2024, 1, 1))), None);
    }
}
