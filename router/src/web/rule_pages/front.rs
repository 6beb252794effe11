//! `/regler`: the edition in force, rule by rule, with what is doubtful at each.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::SignedDuration;
use rules::{Policy, Rule};
use serde::Deserialize;

use super::looked::look_in_force;
use super::{FRONT, RulesView, called, desk, frame, short};
use crate::drafting::{Block, Names, blocks, without_configuration, wording};
use crate::rule_check::{Looked, told};
use crate::setup::PolicyFiles;
use crate::store::edition::EditionRow;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Days that letters are counted over.
const DAYS: i64 = 30;

/// Rules on one page.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "rules/front.html")]
struct Front {
    frame: Frame,
    view: RulesView,
    edition: EditionRow,
    since: String,
    who: String,
    why: String,
    waiting: Vec<Waiting>,
    counts: Vec<(&'static str, usize)>,
    days: i64,
    sought: String,
    rules: Vec<RuleShown>,
    found: usize,
    next: Option<usize>,
    receivers: Vec<(String, String, usize)>,
    files: Vec<(usize, String, usize)>,
    not_run: usize,
    own_draft: bool,
}

/// An edition that was made after the one in force and never put in force.
struct Waiting {
    number: i64,
    who: String,
    reason: String,
}

/// A rule as it is shown.
struct RuleShown {
    place: usize,
    id: String,
    title: String,
    owner: String,
    reason: String,
    says: String,
    text: String,
    review: String,
    overdue: bool,
    validity: String,
    /// How many letters it decided; `None` for a rule that decides none.
    letters: Option<i64>,
    doubts: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    soeg: String,
    #[serde(default)]
    fra: usize,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(sought): Query<Sought>,
) -> Response {
    match front(&pages, &visitor, &sought).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

/// Names from the policy itself.
pub(super) struct Called<'p>(pub(super) &'p Policy);

impl Names for Called<'_> {
    fn unit(&self, id: &str) -> String {
        self.0.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone())
    }

    fn person(&self, id: &str) -> String {
        self.0.person(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
    }
}

async fn front(pages: &Pages, visitor: &Visitor, sought: &Sought) -> Result<Front, Trouble> {
    let (store, now) = (&pages.room.store, pages.room.clock.now());
    let edition = store.edition_in_force().await?.ok_or(Trouble::NotFound)?;
    let files = desk(pages).files(&edition).await?;
    let looked = look_in_force(pages, &edition.edition, files.clone()).await;
    let policy = looked.policy.clone().ok_or_else(|| unreadable(&looked))?;
    let since = now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now);
    let letters: HashMap<String, i64> = store.decided_by_rules(since).await?.into_iter().collect();
    let activations = store.activations().await?;
    let last = activations.last().ok_or(Trouble::NotFound)?;
    let editions = store.editions().await?;
    let never = |row: &&EditionRow| !activations.iter().any(|act| act.number == row.number);
    let waiting = editions.iter().filter(|row| row.number > edition.number).filter(never).rev();
    let texts = texts(&files);
    let today = crate::clock::danish_day(now);
    let words = sought.soeg.to_lowercase();
    let fits = |rule: &Rule| {
        let text = texts.get(rule.id.as_str()).map(|block| block.text.as_str()).unwrap_or_default();
        [rule.id.as_str(), rule.title.as_str(), text].iter().any(|said| said.to_lowercase().contains(&words))
    };
    let all: Vec<(usize, &Rule)> = policy.rules().iter().enumerate().filter(|(_, rule)| fits(rule)).collect();
    let names = Called(&policy);
    let shown = all.iter().skip(sought.fra).take(SHOWN).map(|(place, rule)| {
        let block = texts.get(rule.id.as_str());
        RuleShown {
            place: place + 1,
            id: rule.id.clone(),
            title: rule.title.clone(),
            owner: rule.owner().map(|owner| owner_called(pages, &policy, owner)).unwrap_or_default(),
            reason: rule.reason().unwrap_or_default().to_owned(),
            says: block.and_then(|block| wording(&block.text, &names)).unwrap_or_default(),
            text: block.map(|block| block.text.clone()).unwrap_or_default(),
            review: rule.review().map(danish::day).unwrap_or_default(),
            overdue: rule.review().is_some_and(|review| review < today),
            validity: validity(rule),
            letters: rule.decides().then(|| letters.get(&rule.id).copied().unwrap_or_default()),
            doubts: looked.doubts(&rule.id).map(told).collect(),
        }
    });
    let rules: Vec<RuleShown> = shown.collect();
    let next = sought.fra + rules.len();
    Ok(Front {
        frame: frame(pages, visitor, "Regler"),
        view: RulesView::of(pages, visitor, FRONT),
        since: danish::moment(last.at()),
        who: called(pages, &last.person),
        why: last.reason.clone(),
        waiting: waiting
            .map(|row| Waiting {
                number: row.number,
                who: called(pages, &row.author),
                reason: row.reason.clone(),
            })
            .collect(),
        counts: counts(&policy, &looked),
        days: DAYS,
        sought: sought.soeg.clone(),
        found: all.len(),
        next: (next < all.len()).then_some(next),
        rules,
        receivers: receivers(&policy),
        files: files
            .iter()
            .enumerate()
            .map(|(n, (name, text))| (n, short(name), text.lines().count()))
            .collect(),
        not_run: looked.not_run(),
        own_draft: store.draft(&visitor.person).await?.is_some(),
        edition,
    })
}

/// What is said of an edition in force that this version of the program does not take.
pub(super) fn unreadable(looked: &Looked) -> Trouble {
    let first = looked.faults.first().map(ToString::to_string).or_else(|| looked.said.clone());
    Trouble::Said(format!("Udgaven kan ikke læses mere: {}", first.unwrap_or_default()))
}

fn texts(files: &PolicyFiles) -> BTreeMap<String, Block> {
    let files = without_configuration(files.clone());
    let all = files.iter().flat_map(|(_, text)| blocks(text).unwrap_or_default());
    all.map(|block| (block.id.clone(), block)).collect()
}

fn owner_called(pages: &Pages, policy: &Policy, owner: &str) -> String {
    policy.unit(owner).map_or_else(|| shown_name(pages, owner), |unit| unit.name.clone())
}

fn validity(rule: &Rule) -> String {
    match rule.validity() {
        (None, None) => String::new(),
        (Some(from), None) => format!("fra {}", danish::day(from)),
        (None, Some(to)) => format!("til og med {}", danish::day(to)),
        (Some(from), Some(to)) => format!("fra {} til og med {}", danish::day(from), danish::day(to)),
    }
}

fn counts(policy: &Policy, looked: &Looked) -> Vec<(&'static str, usize)> {
    vec![
        ("regler", policy.rules().len()),
        ("eksempler, der går, som de skal", looked.checked.examples.iter().filter(|e| e.passed).count()),
        ("eksempler, der ikke gør", looked.failed().count()),
        ("ting at se på", looked.checked.lints.len()),
    ]
}

/// Units that rules hand to, with how many rules do, most first; name, id, rules.
fn receivers(policy: &Policy) -> Vec<(String, String, usize)> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in policy.rules().iter().filter_map(Rule::unit) {
        *found.entry(unit).or_default() += 1;
    }
    let name = |id: &str| policy.unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.clone());
    let mut all: Vec<(String, String, usize)> =
        found.into_iter().map(|(id, rules)| (name(id), id.to_owned(), rules)).collect();
    all.sort_by_key(|(_, _, rules)| std::cmp::Reverse(*rules));
    all
}
