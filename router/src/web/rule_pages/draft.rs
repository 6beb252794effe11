//! `/regler/kladde`: a draft, its texts and one of its rules side by side, with what is wrong at its line.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::edition::NO_REASON;
use super::one_rule::FormShown;
use super::{DRAFT, RulesView, drafter, frame, short, to};
use crate::drafting::{Block, Draft, DraftError, Submitted, blocks, is_synced};
use crate::rule_check::{Looked, Remark, RemarkKind, look, remarks};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "rules/draft.html")]
pub(super) struct DraftPage {
    frame: Frame,
    view: RulesView,
    draft: Option<DraftShown>,
}

impl DraftPage {
    /// The class that a remark is drawn with.
    fn class(&self, kind: &RemarkKind) -> &'static str {
        match kind {
            RemarkKind::Fault | RemarkKind::Example => "fault",
            RemarkKind::Doubt => "doubt",
        }
    }
}

/// A draft as it is shown.
struct DraftShown {
    base: i64,
    version: i64,
    changed: String,
    /// The edition in force, when it is another than the draft was begun from.
    behind: Option<i64>,
    files: Vec<FileTab>,
    file: usize,
    name: String,
    text: String,
    rows: usize,
    /// May it be written here? What a sync writes is put right in its source.
    is_ours: bool,
    rules: Vec<RuleTab>,
    form: Option<FormShown>,
    remarks: Vec<Remark>,
    faults: usize,
    whole: Option<String>,
    examples: usize,
    not_run: usize,
    differs: bool,
    units: Vec<(String, String)>,
    people: Vec<(String, String)>,
}

struct FileTab {
    name: String,
    here: bool,
    differs: bool,
    remarks: usize,
}

struct RuleTab {
    id: String,
    title: String,
    here: bool,
}

/// Which part of a draft is looked at.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Place {
    #[serde(default)]
    pub(super) fil: usize,
    #[serde(default)]
    pub(super) regel: String,
    #[serde(default)]
    pub(super) ny: String,
}

/// What somebody typed that was not saved, and why.
#[derive(Default)]
pub(super) struct Typed {
    /// The text of the file.
    pub(super) text: Option<String>,
    /// The form of the rule.
    pub(super) form: Option<Submitted>,
    /// What was not understood (Danish).
    pub(super) said: Vec<String>,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(place): Query<Place>,
) -> Response {
    match shown(&pages, &visitor, &place, Typed::default()).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

/// The page with what was typed, when it could not be saved.
pub(super) async fn not_saved(pages: &Pages, visitor: &Visitor, place: &Place, typed: Typed) -> Response {
    match shown(pages, visitor, place, typed).await {
        Ok(page) => (StatusCode::CONFLICT, draw(&page)).into_response(),
        Err(error) => trouble(pages, Some(visitor), &error),
    }
}

async fn shown(pages: &Pages, visitor: &Visitor, place: &Place, typed: Typed) -> Result<DraftPage, Trouble> {
    let drafter = drafter(pages, visitor);
    let mut view = RulesView::of(pages, visitor, DRAFT);
    view.said = typed.said.clone();
    let draft = match drafter.draft().await? {
        Some(draft) => {
            let (in_force, standing) = drafter.in_force().await?;
            let looked = look(&pages.room, &pages.config, draft.files.clone()).await;
            Some(DraftShown::of(pages, &draft, (in_force, &standing), &looked, place, typed)?)
        }
        None => None,
    };
    Ok(DraftPage { frame: frame(pages, visitor, "Kladde til regler"), view, draft })
}

impl DraftShown {
    fn of(
        pages: &Pages,
        draft: &Draft,
        (in_force, standing): (i64, &crate::setup::PolicyFiles),
        looked: &Looked,
        place: &Place,
        typed: Typed,
    ) -> Result<Self, Trouble> {
        let (name, text) = draft.files.get(place.fil).ok_or(Trouble::NotFound)?;
        let remarks = remarks(&draft.files, looked);
        let blocks: Vec<Block> = blocks(text).unwrap_or_default();
        let policy = looked.policy.clone().unwrap_or_else(|| pages.room.policy());
        let files = draft.files.iter().enumerate().map(|(n, (name, text))| FileTab {
            name: short(name),
            here: n == place.fil,
            differs: standing.iter().find(|(other, _)| other == name).is_none_or(|(_, other)| other != text),
            remarks: remarks.iter().filter(|remark| remark.file == n).count(),
        });
        let is_ours = !is_synced(&pages.config, name);
        let form = match (place.ny.is_empty(), place.regel.is_empty()) {
            _ if !is_ours => None,
            (false, _) => Some(FormShown::new(typed.form.unwrap_or_default(), &blocks)),
            (true, false) => FormShown::of(text, &place.regel, typed.form),
            (true, true) => None,
        };
        Ok(Self {
            base: draft.base,
            version: draft.version,
            changed: danish::moment(draft.changed_at),
            behind: (in_force != draft.base).then_some(in_force),
            files: files.collect(),
            file: place.fil,
            name: short(name),
            rows: text.lines().count().clamp(12, 40),
            text: typed.text.unwrap_or_else(|| text.clone()),
            is_ours,
            rules: blocks
                .iter()
                .map(|block| RuleTab {
                    id: block.id.clone(),
                    title: block.title.clone(),
                    here: block.id == place.regel,
                })
                .collect(),
            form,
            faults: looked.count_faults(),
            whole: looked.said.clone(),
            examples: looked.failed().count(),
            not_run: looked.not_run(),
            differs: *standing != draft.files,
            units: policy.units().map(|unit| (unit.id.clone(), unit.name.clone())).collect(),
            people: policy.people().map(|person| (person.id.clone(), person.name.clone())).collect(),
            remarks,
        })
    }
}

pub(super) async fn begin(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    match drafter(&pages, &visitor).begin().await {
        Ok(()) => to(DRAFT),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

#[derive(Deserialize)]
pub(super) struct Text {
    #[serde(default)]
    version: String,
    #[serde(default)]
    fil: usize,
    #[serde(default)]
    regel: String,
    #[serde(default)]
    tekst: String,
}

/// Saves the text of one file, faulty or not: a draft decides nothing.
pub(super) async fn save_text(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(form): Form<Text>,
) -> Response {
    let place = Place { fil: form.fil, regel: form.regel.clone(), ny: String::new() };
    let typed = form.tekst.clone();
    let saved = change(&pages, &visitor, &form.version, form.fil, |old| Ok(as_typed(old, &typed))).await;
    match saved {
        Ok(()) => to(&at(&place)),
        Err(NotSaved::Trouble(error)) => trouble(&pages, Some(&visitor), &error),
        Err(NotSaved::Said(said)) => {
            let typed = Typed { text: Some(form.tekst), said, ..Typed::default() };
            not_saved(&pages, &visitor, &place, typed).await
        }
    }
}

/// Why a change was not saved.
pub(super) enum NotSaved {
    /// What was typed is shown again beside this (Danish).
    Said(Vec<String>),
    /// There is no page to show it on.
    Trouble(Trouble),
}

impl From<DraftError> for NotSaved {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Meanwhile => Self::Said(vec![format!(
                "{error} Det, du skrev, står her endnu: tag det med over i kladden, som den er nu."
            )]),
            DraftError::Form(said) => Self::Said(said),
            error => Self::Trouble(error.into()),
        }
    }
}

/// Changes one file of a draft in the version that was seen.
pub(super) async fn change(
    pages: &Pages,
    visitor: &Visitor,
    seen: &str,
    file: usize,
    new: impl FnOnce(&str) -> Result<String, Vec<String>>,
) -> Result<(), NotSaved> {
    let seen = seen.parse().map_err(|_| DraftError::Meanwhile)?;
    drafter(pages, visitor).change(seen, file, new).await?;
    Ok(())
}

/// What a browser sends of a text: it ends lines in its own way, which is no change of anybody's.
fn as_typed(old: &str, typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n");
    if old.replace("\r\n", "\n") == typed { old.to_owned() } else { typed }
}

/// The address of a part of the draft.
pub(super) fn at(place: &Place) -> String {
    let rule: String = place.regel.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    });
    match rule.is_empty() {
        true => format!("{DRAFT}?fil={}", place.fil),
        false => format!("{DRAFT}?fil={}&regel={rule}", place.fil),
    }
}

/// The version that somebody saw, and why they do what they do.
#[derive(Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    version: String,
    #[serde(default)]
    begrundelse: String,
}

impl Seen {
    fn version(&self) -> Result<i64, Trouble> {
        self.version.parse().map_err(|_| DraftError::Meanwhile.into())
    }
}

pub(super) async fn discard(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(seen): Form<Seen>,
) -> Response {
    let done = match seen.version() {
        Ok(version) => drafter(&pages, &visitor).discard(version).await.map_err(Trouble::from),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => to(super::FRONT),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

/// Brings in what was put in force since the draft was begun.
pub(super) async fn bring_up_to_date(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(seen): Form<Seen>,
) -> Response {
    match brought(&pages, &visitor, &seen).await {
        Ok(()) => to(DRAFT),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn brought(pages: &Pages, visitor: &Visitor, seen: &Seen) -> Result<(), Trouble> {
    // Where both changed the same lines the text now holds both, between marks: that is a fault, and is told at its line.
    drafter(pages, visitor).bring_up_to_date(seen.version()?).await?;
    Ok(())
}

/// Makes an edition of the draft.
pub(super) async fn propose(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(seen): Form<Seen>,
) -> Response {
    let reason = seen.begrundelse.trim();
    let made = match seen.version() {
        Ok(_) if reason.is_empty() => Err(Trouble::Said(NO_REASON.into())),
        Ok(version) => drafter(&pages, &visitor).propose(version, reason, None).await.map_err(Trouble::from),
        Err(error) => Err(error),
    };
    match made {
        Ok(number) => to(&format!("/regler/udgave/{number}")),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_line_ends_are_no_change_and_ids_do_not_leave_their_place_in_an_address() {
        assert_eq!(as_typed("a\r\nb\n", "a\r\nb\r\n"), "a\r\nb\n");
        assert_eq!(as_typed("a\n", "a\r\nb"), "a\nb");
        let place = Place { fil: 2, regel: "å&b=\"<".into(), ny: String::new() };
        assert_eq!(at(&place), "/regler/kladde?fil=2&regel=%C3%A5%26b%3D%22%3C");
    }
}
