//! Case templates: what a new case is called, whom it is about and how sensitive it is.

use kle::{Facet, Subject};

use crate::policy::{Findings, Table, listed};
use crate::{CaseParty, CaseTemplate, Sensitivity};

/// A template as read, with the subject that the case is made on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NewCase {
    pub(crate) subject: Option<Subject>,
    pub(crate) facet: Option<Facet>,
    template: CaseTemplate,
}

/// What sensitivities are called.
pub(super) const SENSITIVITIES: [(&str, Sensitivity); 4] = [
    ("open", Sensitivity::Open),
    ("confidential", Sensitivity::Confidential),
    ("sensitive", Sensitivity::Sensitive),
    ("protected", Sensitivity::Protected),
];

impl NewCase {
    /// Keys that say something only of a new case.
    pub(super) const KEYS: [&'static str; 5] = ["kle", "facet", "title", "party", "sensitivity"];

    pub(crate) fn read(table: &Table<'_>, findings: &mut Findings<'_>) -> Self {
        let parties = [
            ("about", CaseParty::About),
            ("sender", CaseParty::Sender),
            ("representative", CaseParty::Representative),
        ];
        let title = table.text("title", findings);
        if let Some(wrong) =
            title.as_ref().and_then(|title| unknown_place(&title.value).map(|w| (w, title.place)))
        {
            let what = format!("titlen har »{{{}}}«, som ikke findes", wrong.0);
            findings.add(wrong.1, "bad-title", what, format!("Brug {}", listed(CaseTemplate::PLACES)));
        }
        Self {
            subject: table.subject("kle", findings).map(|subject| subject.value),
            facet: table.facet("facet", findings),
            template: CaseTemplate {
                title: title.map(|title| title.value),
                party: table.choice("party", &parties, findings).unwrap_or_default(),
                sensitivity: table.choice("sensitivity", &SENSITIVITIES, findings),
            },
        }
    }

    /// How the case is made, when that is not as any other.
    pub(crate) fn template(&self) -> Option<CaseTemplate> {
        (self.template != CaseTemplate::default()).then(|| self.template.clone())
    }

    /// What the rule itself says goes before what the template says.
    pub(super) fn over(self, template: &Self) -> Self {
        let own_subject = self.subject.is_some();
        Self {
            subject: self.subject.or(template.subject),
            facet: self.facet.or(template.facet.filter(|_| !own_subject)),
            template: CaseTemplate {
                title: self.template.title.or_else(|| template.template.title.clone()),
                party: match self.template.party {
                    CaseParty::About => template.template.party,
                    own => own,
                },
                sensitivity: self.template.sensitivity.or(template.template.sensitivity),
            },
        }
    }
}

/// The first `{…}` of a title that means nothing.
fn unknown_place(title: &str) -> Option<&str> {
    let inside = title.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest));
    inside.into_iter().find(|place| !CaseTemplate::PLACES.contains(place))
}
