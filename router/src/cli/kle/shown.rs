//! A number as it is shown: what the plan says of it on a day, and who answers for it here.

use jiff::civil::Date;
use kle::{
    Entry, ErasureDeadline, Facet, FacetPattern, KeywordKind, Number, Register, Retention, RetentionCode,
    Standing, Subject,
};
use rules::Policy;
use serde::Serialize;

use crate::subject_plan::SubjectPlan;
use crate::subject_plan::touched::{Named, speaking_of};

/// A number as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    pub(super) number: Subject,
    pub(super) title: Option<String>,
    pub(super) at: Date,
    pub(super) edition: i64,
    pub(super) label: Option<String>,
    pub(super) standing: &'static str,
    pub(super) periods: Vec<Period>,
    pub(super) successors: Vec<Titled>,
    pub(super) above: Vec<Titled>,
    pub(super) keywords: Vec<String>,
    pub(super) facet: Option<ShownFacet>,
    pub(super) retention: ShownRetention,
    pub(super) responsible: Option<Responsible>,
    pub(super) policy: Vec<Named>,
}

#[derive(Serialize)]
pub(super) struct Period {
    pub(super) title: Option<String>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
}

#[derive(Serialize)]
pub(super) struct Titled {
    pub(super) number: String,
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) derived: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct ShownFacet {
    pub(super) facet: Facet,
    pub(super) title: Option<String>,
    pub(super) standing: &'static str,
}

#[derive(Serialize)]
pub(super) struct ShownRetention {
    pub(super) subject: Option<RetentionCode>,
    pub(super) facet: Option<RetentionCode>,
    pub(super) discard_after_years: Option<u8>,
    pub(super) settled: bool,
    pub(super) erasure: Option<ErasureDeadline>,
}

#[derive(Serialize)]
pub(super) struct Responsible {
    pub(super) unit: String,
    pub(super) name: String,
    pub(super) by: Subject,
    pub(super) facets: Option<FacetPattern>,
}

fn standing<K>(standing: &Standing<'_, K>) -> &'static str {
    match standing {
        Standing::Current(_) => "current",
        Standing::Expired { .. } => "expired",
        Standing::NotYet(_) => "not-yet",
        Standing::Unknown { .. } => "unknown",
    }
}

impl Shown {
    pub(super) fn of(
        plan: &SubjectPlan,
        policy: &Policy,
        number: Subject,
        facet: Option<Facet>,
        day: Date,
    ) -> Self {
        let register = &plan.register;
        let titled = |number: Subject, derived| Titled {
            number: number.to_string(),
            title: register.title(number, day).map(str::to_owned),
            derived,
        };
        let stands = register.subject(number, day);
        let successors = match &stands {
            Standing::Expired { successors, .. } => {
                let derived = |next: &kle::Successor<Subject>| next.basis == kle::Basis::Derived;
                successors.iter().map(|next| titled(next.number, Some(derived(next)))).collect()
            }
            _ => Vec::new(),
        };
        let rule = register.retention(number, facet, day);
        Self {
            title: register.title(number, day).map(str::to_owned),
            at: day,
            edition: plan.number,
            label: plan.label.clone(),
            standing: standing(&stands),
            periods: register.subjects().of(number).iter().map(Period::of).collect(),
            successors,
            above: number.prefixes().skip(1).map(|above| titled(above, None)).collect(),
            keywords: keywords(register, number),
            facet: facet.map(|facet| ShownFacet::of(register, facet, day)),
            retention: ShownRetention {
                subject: rule.subject,
                facet: rule.facet,
                discard_after_years: match rule.outcome {
                    Retention::Discard { after_years } => Some(after_years),
                    Retention::Preserve => None,
                },
                settled: rule.is_settled(),
                erasure: rule.erasure,
            },
            responsible: policy.answers_for(number, facet).map(|(by, facets, unit)| Responsible {
                unit: unit.id.clone(),
                name: unit.name.clone(),
                by,
                facets,
            }),
            policy: speaking_of(policy, number)
                .into_iter()
                .filter(|named| named.kind != "responsibility")
                .collect(),
            number,
        }
    }
}

impl Period {
    fn of<K: Number>(entry: &Entry<K>) -> Self {
        Self { title: entry.title.clone(), from: entry.created, to: entry.expired }
    }
}

impl ShownFacet {
    fn of(register: &Register, facet: Facet, day: Date) -> Self {
        let stands = register.facet(facet, day);
        let title = stands.entry().and_then(|entry| entry.title.clone());
        Self { facet, title, standing: standing(&stands) }
    }
}

/// The keywords of a number, those that fix a facet with it; not its own title and what is no longer said.
fn keywords(register: &Register, number: Subject) -> Vec<String> {
    let plain = register.keywords_of(number).iter().filter(|keyword| keyword.kind == KeywordKind::Plain);
    plain
        .map(|keyword| match keyword.facet {
            Some(facet) => format!("{} ({facet})", keyword.text),
            None => keyword.text.clone(),
        })
        .collect()
}
