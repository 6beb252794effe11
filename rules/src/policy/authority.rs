//! The authority: who we are, and whom we know.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::table::{At, Table};
use crate::fold;

/// Myndighed: who we are in the messages that reach us.
#[doc(alias = "myndighed")]
#[derive(Clone, Debug)]
pub struct Authority {
    /// Our CVR number.
    pub cvr: String,
    /// Other CVR numbers that are ours too.
    pub other_cvrs: BTreeSet<String>,
    /// Our name.
    pub name: String,
    /// Names in `generatingSystemID` and `caseSystem` that mean us, folded: there is no register of them
    /// (`spec/data-marking.md` §2).
    pub(crate) systems: BTreeSet<String>,
    /// CVR numbers of authorities other than us.
    pub(crate) known_authorities: BTreeSet<String>,
}

impl Authority {
    /// Is this CVR number ours?
    pub fn is_ours(&self, cvr: &str) -> bool {
        cvr == self.cvr || self.other_cvrs.contains(cvr)
    }

    /// Is this the name of a system of ours?
    pub fn is_our_system(&self, name: &str) -> bool {
        self.systems.contains(&fold::plain(name))
    }

    /// Is this the CVR number of an authority that we know?
    pub fn is_known_authority(&self, cvr: &str) -> bool {
        self.known_authorities.contains(cvr)
    }

    /// One of the authorities that we know; without any, a number that is nobody's.
    pub(crate) fn a_known_authority(&self) -> &str {
        self.known_authorities.first().map_or("99999999", String::as_str)
    }

    /// Is this our name? Compared by words: the field it is held against is text without an identity.
    pub(crate) fn is_our_name(&self, name: &str) -> bool {
        fold::words(name) == fold::words(&self.name)
    }

    pub(super) fn read(table: Table<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let cvr = table.required("cvr", findings).and_then(|text| cvr(text, findings));
        let name = table.required("name", findings);
        let other_cvrs = cvrs(table.texts("other_cvrs", findings), findings);
        let systems = table.texts("systems", findings).iter().map(|name| fold::plain(&name.value)).collect();
        let known_authorities = cvrs(table.texts("known_authorities", findings), findings);
        table.finish(findings);
        Some(Self { cvr: cvr?, other_cvrs, name: name?.value, systems, known_authorities })
    }
}

fn cvrs(texts: Vec<At<String>>, findings: &mut Findings<'_>) -> BTreeSet<String> {
    texts.into_iter().filter_map(|text| cvr(text, findings)).collect()
}

/// Eight digits; blanks between them are left out.
pub(crate) fn cvr(text: At<String>, findings: &mut Findings<'_>) -> Option<String> {
    let digits: String = text.value.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(digits);
    }
    findings.add(
        text.place,
        "bad-cvr",
        format!("»{}« er ikke et CVR-nummer", text.value),
        "Skriv otte cifre",
    );
    None
}
