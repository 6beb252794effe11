//! Loading: texts to drafts, drafts to a policy, every fault noted on the way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use toml::de::DeTable;

use super::Policy;
use super::attention::{AttentionDraft, attention};
use super::authority::Authority;
use super::case_numbers::CaseNumbers;
use super::circles::check_units;
use super::crosswalk::{CrosswalkDraft, Crosswalks};
use super::finding::{Finding, Findings, Place};
use super::known::Known;
use super::lists::SenderListDraft;
use super::maps::{ContactPointDraft, ResponsibilityDraft, contact_points, responsibilities};
use super::people::PersonDraft;
use super::receivers::{QueueDraft, RoleDraft, TemplateDraft, WebhookDraft};
use super::table::{At, Table};
use super::units::{Unit, UnitDraft};
use super::unseen::UnseenDraft;
use crate::example::{Example, ExampleDraft};
use crate::fold;
use crate::index::Index;
use crate::rule::{Rule, RuleDraft};

/// Everything read, before it is held together.
#[derive(Default)]
struct Drafts {
    authority: Option<(Place, Option<Authority>)>,
    units: Vec<UnitDraft>,
    people: Vec<PersonDraft>,
    responsibilities: Vec<ResponsibilityDraft>,
    contact_points: Vec<ContactPointDraft>,
    attention: Vec<AttentionDraft>,
    forbidden_extensions: BTreeSet<String>,
    case_numbers: Option<CaseNumbers>,
    sender_lists: Vec<SenderListDraft>,
    crosswalks: Vec<CrosswalkDraft>,
    roles: Vec<RoleDraft>,
    queues: Vec<QueueDraft>,
    webhooks: Vec<WebhookDraft>,
    templates: Vec<TemplateDraft>,
    unseen: Vec<UnseenDraft>,
    rules: Vec<RuleDraft>,
    examples: Vec<ExampleDraft>,
}

pub(super) fn load<N: AsRef<str>, T: AsRef<str>>(
    files: &[(N, T)],
    edition: &str,
) -> Result<Policy, Vec<Finding>> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect();
    let mut findings = Findings::over(files.clone());
    let mut drafts = Drafts::default();
    let mut legible = true;
    for (index, (_, text)) in files.iter().enumerate() {
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            read_file(Table::new("filen", index, &table), &mut drafts, &mut findings);
            continue;
        }
        legible = false;
        for error in errors {
            let place = Place { file: index, offset: error.span().map_or(0, |span| span.start) };
            let what = format!("linjen kan ikke læses som TOML ({})", error.message());
            findings.add(place, "syntax", what, "Ret linjen; resten af filen er ikke læst");
        }
    }
    // What an unreadable file would have said is unknown, so nothing is held against it.
    let policy = if legible { hold_together(drafts, edition, &mut findings) } else { None };
    match policy {
        Some(policy) if findings.is_empty() => Ok(policy),
        _ => Err(findings.in_order()),
    }
}

fn read_file(table: Table<'_>, drafts: &mut Drafts, findings: &mut Findings<'_>) {
    if let Some(section) = table.table("authority", "[authority]", findings) {
        let place = section.place();
        let authority = Authority::read(section, findings);
        if let Some((first, _)) = &drafts.authority {
            let what = format!("[authority] står også i {}", findings.line_of(*first));
            findings.add(place, "duplicate-authority", what, "Slet den ene");
        } else {
            drafts.authority = Some((place, authority));
        }
    }
    for section in table.tables("unit", "[[unit]]", findings) {
        drafts.units.extend(UnitDraft::read(section, findings));
    }
    for section in table.tables("person", "[[person]]", findings) {
        drafts.people.extend(PersonDraft::read(section, findings));
    }
    for section in table.tables("responsibility", "[[responsibility]]", findings) {
        drafts.responsibilities.extend(ResponsibilityDraft::read(section, findings));
    }
    for section in table.tables("contact_point", "[[contact_point]]", findings) {
        drafts.contact_points.extend(ContactPointDraft::read(section, findings));
    }
    for section in table.tables("attention", "[[attention]]", findings) {
        drafts.attention.extend(AttentionDraft::read(section, findings));
    }
    if let Some(section) = table.table("files", "[files]", findings) {
        let extensions = section.texts("forbidden", findings);
        drafts
            .forbidden_extensions
            .extend(extensions.iter().map(|e| fold::plain(e.value.trim_start_matches('.'))));
        section.finish(findings);
    }
    if let Some(section) = table.table("case_numbers", "[case_numbers]", findings) {
        drafts.case_numbers = CaseNumbers::read(section, findings).or(drafts.case_numbers.take());
    }
    for section in table.tables("sender_list", "[[sender_list]]", findings) {
        drafts.sender_lists.extend(SenderListDraft::read(section, findings));
    }
    for section in table.tables("crosswalk", "[[crosswalk]]", findings) {
        drafts.crosswalks.extend(CrosswalkDraft::read(section, findings));
    }
    for section in table.tables("role", "[[role]]", findings) {
        drafts.roles.extend(RoleDraft::read(section, findings));
    }
    for section in table.tables("queue", "[[queue]]", findings) {
        drafts.queues.extend(QueueDraft::read(section, findings));
    }
    for section in table.tables("webhook", "[[webhook]]", findings) {
        drafts.webhooks.extend(WebhookDraft::read(section, findings));
    }
    for section in table.tables("case_template", "[[case_template]]", findings) {
        drafts.templates.extend(TemplateDraft::read(section, findings));
    }
    for section in table.tables("unseen", "[[unseen]]", findings) {
        drafts.unseen.extend(UnseenDraft::read(section, findings));
    }
    for section in table.tables("rule", "[[rule]]", findings) {
        drafts.rules.extend(RuleDraft::read(section, findings));
    }
    for section in table.tables("example", "[[example]]", findings) {
        drafts.examples.extend(ExampleDraft::read(section, findings));
    }
    table.finish(findings);
}

fn hold_together(mut drafts: Drafts, edition: &str, findings: &mut Findings<'_>) -> Option<Policy> {
    if drafts.authority.is_none() {
        let advice = "Tilføj [authority] med cvr og name";
        findings.add(
            Place { file: 0, offset: 0 },
            "no-authority",
            "ingen fil siger, hvem myndigheden er",
            advice,
        );
    }
    unique("duplicate-unit", "enheden", drafts.units.iter().map(|unit| &unit.id), findings);
    unique("duplicate-person", "personen", drafts.people.iter().map(|person| &person.id), findings);
    unique(
        "duplicate-sender-list",
        "afsenderlisten",
        drafts.sender_lists.iter().map(|list| &list.id),
        findings,
    );
    unique("duplicate-role", "rollen", drafts.roles.iter().map(|role| &role.id), findings);
    unique("duplicate-queue", "robotkøen", drafts.queues.iter().map(|queue| &queue.id), findings);
    unique("duplicate-webhook", "webhooken", drafts.webhooks.iter().map(|webhook| &webhook.id), findings);
    unique("duplicate-case-template", "sagsskabelonen", drafts.templates.iter().map(|t| &t.id), findings);
    unique("duplicate-rule", "reglen", drafts.rules.iter().map(|rule| &rule.id), findings);
    let known = Known {
        units: drafts.units.iter().map(|unit| (unit.id.value.as_str(), unit)).collect(),
        people: drafts.people.iter().map(|p| (p.id.value.as_str(), p.unit.value.as_str())).collect(),
        sender_lists: drafts.sender_lists.iter().map(|list| (list.id.value.as_str(), &list.cvrs)).collect(),
        roles: drafts.roles.iter().map(|role| (role.id.value.as_str(), role)).collect(),
        queues: drafts.queues.iter().map(|queue| (queue.id.value.as_str(), queue)).collect(),
        webhooks: drafts.webhooks.iter().map(|webhook| (webhook.id.value.as_str(), webhook)).collect(),
        templates: drafts.templates.iter().map(|t| (t.id.value.as_str(), t)).collect(),
    };
    check_units(&drafts.units, &known, findings);
    for person in &drafts.people {
        known.unit(&person.unit, findings);
    }
    for role in &drafts.roles {
        known.unit(&role.unit, findings);
        role.people.iter().for_each(|person| known.person(person, findings));
    }
    once_a_unit(&drafts.unseen, findings);
    for unseen in &drafts.unseen {
        known.unit(&unseen.unit, findings);
    }
    for queue in &drafts.queues {
        known.unit(&queue.unit, findings);
    }
    let responsibilities = responsibilities(&drafts.responsibilities, &known, findings);
    let contact_points = contact_points(&drafts.contact_points, &known, findings);
    let attention = attention(&drafts.attention, &drafts.people, &known, findings);
    let of_rules: Vec<_> =
        drafts.rules.iter_mut().map(|rule| (rule.id.value.clone(), rule.take_examples())).collect();
    let rules: Vec<Rule> =
        drafts.rules.into_iter().filter_map(|rule| rule.into_rule(&known, findings)).collect();
    let units: BTreeMap<String, Unit> =
        drafts.units.into_iter().map(|unit| (unit.id.value.clone(), unit.into_unit())).collect();
    let examples = examples(of_rules, drafts.examples, &units, findings);
    Some(Policy {
        edition: edition.to_owned(),
        authority: drafts.authority?.1?,
        responsibilities,
        contact_points,
        attention,
        forbidden_extensions: drafts.forbidden_extensions,
        case_numbers: drafts.case_numbers.or_else(CaseNumbers::built_in)?,
        index: Index::of(&rules),
        roles: drafts.roles.into_iter().map(|r| (r.id.value.clone(), r.into_role())).collect(),
        queues: drafts.queues.into_iter().map(|q| (q.id.value.clone(), q.into_queue())).collect(),
        webhooks: drafts.webhooks.into_iter().map(|w| (w.id.value.clone(), w.into_webhook())).collect(),
        crosswalks: Crosswalks::hold_together(drafts.crosswalks, findings),
        unseen: drafts.unseen.into_iter().map(|u| (u.unit.value.clone(), u.into_unseen())).collect(),
        rules,
        examples,
        units,
        people: drafts.people.into_iter().map(|p| (p.id.value.clone(), p.into_person())).collect(),
    })
}

/// The examples of one rule, and a time at which the rule is in force.
type OfRule = (Vec<ExampleDraft>, Option<Timestamp>);

/// The examples of rules and those that stand by themselves.
fn examples(
    of_rules: Vec<(String, OfRule)>,
    by_themselves: Vec<ExampleDraft>,
    units: &BTreeMap<String, Unit>,
    findings: &mut Findings<'_>,
) -> Vec<Example> {
    let ids: BTreeSet<String> = of_rules.iter().map(|(id, _)| id.clone()).collect();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let mut examples = Vec::new();
    for (rule, (drafts, when)) in of_rules {
        for draft in drafts {
            examples.push(draft.into_example(Some(&rule), &ids, units, when, findings));
        }
    }
    for draft in by_themselves {
        examples.push(draft.into_example(None, &ids, units, None, findings));
    }
    examples
}

/// A unit says what it allows in one place.
fn once_a_unit(drafts: &[UnseenDraft], findings: &mut Findings<'_>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for UnseenDraft { unit, .. } in drafts {
        if let Some(first) = seen.insert(&unit.value, unit.place) {
            let what =
                format!("enheden »{}« har også et [[unseen]] i {}", unit.value, findings.line_of(first));
            findings.add(unit.place, "duplicate-unseen", what, "Saml dem i ét afsnit");
        }
    }
}

fn unique<'d>(
    code: &'static str,
    noun: &str,
    ids: impl Iterator<Item = &'d At<String>>,
    findings: &mut Findings<'_>,
) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for id in ids {
        if let Some(first) = seen.get(id.value.as_str()) {
            let what = format!("{noun} »{}« står også i {}", id.value, findings.line_of(*first));
            findings.add(id.place, code, what, "Giv den ene et andet id, eller slet den");
        } else {
            seen.insert(&id.value, id.place);
        }
    }
}
