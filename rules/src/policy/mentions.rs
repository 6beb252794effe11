//! Mentions: every place where a policy names a KLE number, for whoever must know what a new edition of the plan touches.

use kle::{Facet, FacetPattern, Subject};

use super::Policy;
use crate::Unit;
use crate::rule::{Condition, Rule, RuleJournaling, Then};

/// A KLE number that a policy names, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention<'p> {
    /// The number.
    pub subject: Subject,
    /// The facets it is named with; `None` is any.
    pub facets: Option<FacetPattern>,
    /// Only the number itself is meant, nothing below it.
    pub exact: bool,
    /// Who names it.
    pub by: MentionedBy<'p>,
}

/// Who names a number.
#[derive(Clone, Copy, Debug)]
pub enum MentionedBy<'p> {
    /// A rule asks for it.
    Rule(&'p Rule),
    /// A rule makes new cases on it.
    NewCase(&'p Rule),
    /// A unit answers for it.
    Responsibility {
        /// Unit id.
        unit: &'p str,
    },
    /// Letters through a contact point are about it.
    ContactPoint {
        /// Its id, folded.
        id: &'p str,
        /// Unit id.
        unit: &'p str,
    },
    /// A crosswalk leads to it.
    Crosswalk {
        /// The other list, folded.
        list: &'p str,
        /// The number or code in it, folded.
        code: &'p str,
    },
}

impl PartialEq for MentionedBy<'_> {
    /// Rules are told apart by their ids.
    fn eq(&self, other: &Self) -> bool {
        use MentionedBy as By;
        match (self, other) {
            (By::Rule(one), By::Rule(other)) | (By::NewCase(one), By::NewCase(other)) => one.id == other.id,
            (By::Responsibility { unit: one }, By::Responsibility { unit: other }) => one == other,
            (By::ContactPoint { id: one, .. }, By::ContactPoint { id: other, .. }) => one == other,
            (By::Crosswalk { list: a, code: b }, By::Crosswalk { list: c, code: d }) => (a, b) == (c, d),
            _ => false,
        }
    }
}

impl Eq for MentionedBy<'_> {}

impl Mention<'_> {
    /// Would a letter marked with this number be among those that the mention is about?
    pub fn speaks_of(&self, number: Subject) -> bool {
        self.subject == number || (!self.exact && self.subject.contains(number))
    }
}

impl Policy {
    /// Every place where the policy names a KLE number: rules in order, then responsibilities, contact points, crosswalks.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        let mut found = Vec::new();
        for rule in &self.rules {
            of_rule(rule, &mut found);
        }
        found.extend(self.responsibilities.iter().map(|(subject, facets, unit)| Mention {
            subject,
            facets,
            exact: false,
            by: MentionedBy::Responsibility { unit },
        }));
        found.extend(self.contact_points.iter().filter_map(|(id, owner)| {
            let facets = owner.facet.map(FacetPattern::One);
            let by = MentionedBy::ContactPoint { id, unit: &owner.unit };
            Some(Mention { subject: owner.subject?, facets, exact: true, by })
        }));
        found.extend(self.crosswalks.rows().flat_map(|(list, code, subjects)| {
            let by = MentionedBy::Crosswalk { list, code };
            subjects.iter().map(move |&subject| Mention { subject, facets: None, exact: true, by })
        }));
        found
    }

    /// The unit that answers for a subject, and the entry of the map that says so.
    pub fn answers_for(
        &self,
        subject: Subject,
        facet: Option<Facet>,
    ) -> Option<(Subject, Option<FacetPattern>, &Unit)> {
        let owned = self.responsibilities.get(subject, facet)?;
        Some((owned.subject, owned.facet, self.open_unit(owned.value)?))
    }
}

fn of_rule<'p>(rule: &'p Rule, found: &mut Vec<Mention<'p>>) {
    let mut add = |subject: Subject, exact: bool, by| {
        let mention = Mention { subject, facets: None, exact, by };
        if !found.contains(&mention) {
            found.push(mention);
        }
    };
    subjects(&rule.when, &mut |subject, exact| add(subject, exact, MentionedBy::Rule(rule)));
    if let Some(Then::HandOver { journal: RuleJournaling::NewCase(new), .. }) = &rule.then
        && let Some(subject) = new.subject
    {
        add(subject, true, MentionedBy::NewCase(rule));
    }
}

/// The numbers of a condition, those under `not` too: what is left out is asked for as well.
fn subjects(condition: &Condition, visit: &mut dyn FnMut(Subject, bool)) {
    match condition {
        Condition::Subject(pattern) => pattern.prefixes.iter().for_each(|&subject| visit(subject, false)),
        Condition::SubjectExact(exact) => exact.iter().for_each(|&subject| visit(subject, true)),
        Condition::Suggested(suggested) => {
            suggested.subjects.iter().for_each(|&subject| visit(subject, false));
        }
        _ => condition.parts().iter().for_each(|part| subjects(part, visit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [authority]
        cvr = "12345678"
        name = "Prøve"
        [[unit]]
        id = "a"
        name = "A"
        journals = "new-case"
        [[responsibility]]
        kle = "27.18"
        facet = "K"
        unit = "a"
        [[contact_point]]
        id = "kp"
        unit = "a"
        kle = "27.18.04"
        [[crosswalk]]
        code = "59.10"
        kle = ["27.18.08", "28"]
        [[rule]]
        id = "r"
        title = "R"
        when = { all = [{ kle = ["27", "27.18"] }, { not = { kle_exact = "27.18.12" } }] }
        then = { unit = "a", journal = "new-case", kle = "27.18.16" }
    "#;

    #[test]
    fn every_place_that_names_a_number_is_found() {
        let policy = Policy::load(&[("p.toml", POLICY)], "1").unwrap();
        let told = |mention: &Mention<'_>| {
            let by = match mention.by {
                MentionedBy::Rule(rule) => format!("rule {}", rule.id),
                MentionedBy::NewCase(rule) => format!("new case {}", rule.id),
                MentionedBy::Responsibility { unit } => format!("unit {unit}"),
                MentionedBy::ContactPoint { id, .. } => format!("contact point {id}"),
                MentionedBy::Crosswalk { list, code } => format!("{list} {code}"),
            };
            format!("{} {} {by}", mention.subject, if mention.exact { "=" } else { ">" })
        };
        let found: Vec<String> = policy.mentions().iter().map(told).collect();
        assert_eq!(
            found,
            [
                "27 > rule r",
                "27.18 > rule r",
                "27.18.12 = rule r",
                "27.18.16 = new case r",
                "27.18 > unit a",
                "27.18.04 = contact point kp",
                "27.18.08 = form 59.10",
                "28 = form 59.10",
            ]
        );
        let complaint = Facet::parse("K02").ok();
        let (by, facets, unit) = policy.answers_for(Subject::parse("27.18.04").unwrap(), complaint).unwrap();
        assert_eq!(
            (by.to_string(), facets, unit.id.as_str()),
            ("27.18".into(), Some(FacetPattern::Category('K')), "a")
        );
    }

    #[test]
    fn a_number_is_spoken_of_by_what_stands_above_it_unless_that_is_meant_exactly() {
        let policy = Policy::load(&[("p.toml", POLICY)], "1").unwrap();
        let number = Subject::parse("27.18.12").unwrap();
        let speak = policy.mentions().iter().filter(|mention| mention.speaks_of(number)).count();
        assert_eq!(speak, 4);
    }
}
