//! What the desk's templates are handed.

use askama::Template;
use jiff::Timestamp;
use rules::Closing;

use super::split::SplitView;
use crate::desk::answers::Given;
use crate::desk::aside::{HOLDS, Kind, PERIODS};
use crate::desk::{self, Found, Letter, Level, Queue, REASONS};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::Frame;
use crate::web::role::Role;
use crate::web::session::Visitor;

/// Letters shown in the queue: a screenful and a half. More come up as these go.
pub(super) const SHOWN: u32 = 50;

/// What is to be seen beside the queue.
#[derive(Default)]
pub(super) struct Shown {
    /// The letter that lies open.
    pub(super) letter: Option<Letter>,
    /// What is said at the top (Danish).
    pub(super) said: String,
    /// What was typed to find a receiver.
    pub(super) typed: String,
    /// The letter that lies open on the page, when only the queue is drawn.
    pub(super) open: String,
    /// Is a reason asked for?
    pub(super) asking: bool,
    /// How the letter is to be split, as far as it is chosen; `None` when it is not being split.
    pub(super) split: Option<SplitView>,
}

/// An answer that can still be taken back.
pub(super) struct KeptView {
    message: String,
    /// What was answered (Danish).
    what: String,
    until: Timestamp,
}

/// The desk as it stands: everything that any part of the page shows.
pub(super) struct Desk {
    csrf: String,
    person: String,
    queue: Queue,
    letter: Option<Letter>,
    kept: Vec<KeptView>,
    /// How many answers can still be taken back.
    kept_in_all: usize,
    said: String,
    typed: String,
    found: Vec<Found>,
    id: String,
    seen: i64,
    open: String,
    reasons: &'static [(&'static str, &'static str)],
    holds: &'static [(&'static str, &'static str)],
    periods: &'static [(&'static str, &'static str, u32)],
    asking: bool,
    split: Option<SplitView>,
}

/// The whole page.
#[derive(Template)]
#[template(path = "post/desk.html")]
pub(super) struct DeskPage {
    pub(super) frame: Frame,
    pub(super) desk: Desk,
}

/// The letter and, beside it, the queue: what htmx swaps.
#[derive(Template)]
#[template(path = "post/parts.html")]
pub(super) struct Parts {
    pub(super) desk: Desk,
}

/// The queue alone.
#[derive(Template)]
#[template(path = "post/queue.html")]
pub(super) struct QueuePart {
    pub(super) desk: Desk,
}

/// Receivers that were found.
#[derive(Template)]
#[template(path = "post/found.html")]
pub(super) struct FoundPart {
    pub(super) desk: Desk,
}

impl Desk {
    /// The desk with what is to be seen beside the queue.
    pub(super) async fn of(pages: &Pages, visitor: &Visitor, shown: Shown) -> Result<Self, StoreError> {
        let room = &pages.room;
        let policy = room.policy();
        let kept = desk::answers::kept_by(room, &visitor.person).await?;
        let named = |unit: &str| policy.unit(unit).map_or_else(|| unit.to_owned(), |unit| unit.name.clone());
        let kept_in_all = kept.len();
        // Only the newest few: whoever clears two letters a second must not lose the sight of the letter itself.
        let kept = kept.into_iter().rev().take(2).map(|kept| KeptView {
            what: match &kept.given {
                Given::To(receiver) => format!("Fordelt til {}", named(&receiver.unit)),
                Given::Closed { close: Closing::SentOn(_) } => "Lukket som sendt videre".to_owned(),
                Given::Closed { close: Closing::Unwanted } => "Lukket som uønsket".to_owned(),
                Given::Split { parts } => {
                    let names: Vec<String> = parts.iter().map(|part| named(&part.to.unit)).collect();
                    format!("Delt til {}", names.join(" og "))
                }
            },
            message: kept.message,
            until: kept.until,
        });
        let found = desk::search(room, &shown.typed).await?;
        let split = shown
            .split
            .map(|split| SplitView { found: found.iter().map(super::split::of_found).collect(), ..split });
        let open = shown.letter.as_ref().map(|letter| letter.waiting.id.clone()).unwrap_or(shown.open);
        Ok(Self {
            csrf: visitor.csrf.clone(),
            person: visitor.person.clone(),
            queue: desk::queue(room, SHOWN).await?,
            kept: kept.collect(),
            kept_in_all,
            found,
            split,
            id: open.clone(),
            seen: shown.letter.as_ref().map_or(0, |letter| letter.waiting.decision),
            open,
            letter: shown.letter,
            said: shown.said,
            typed: shown.typed,
            reasons: &REASONS,
            holds: &HOLDS,
            periods: &PERIODS,
            asking: shown.asking,
        })
    }

    /// What was found for one letter, and nothing else.
    pub(super) async fn found(
        pages: &Pages,
        visitor: &Visitor,
        id: String,
        seen: i64,
        typed: String,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            csrf: visitor.csrf.clone(),
            person: visitor.person.clone(),
            queue: Queue { letters: Vec::new(), total: 0, aside: 0 },
            letter: None,
            kept: Vec::new(),
            kept_in_all: 0,
            said: String::new(),
            found: desk::search(&pages.room, &typed).await?,
            typed,
            open: String::new(),
            id,
            seen,
            reasons: &REASONS,
            holds: &HOLDS,
            periods: &PERIODS,
            asking: false,
            split: None,
        })
    }

    /// Does it lie before somebody else?
    fn is_anothers(&self, before: &Option<String>) -> bool {
        before.as_ref().is_some_and(|person| *person != self.person)
    }

    fn short(&self, at: &Timestamp) -> String {
        danish::day_and_time(*at)
    }

    fn long(&self, at: &Timestamp) -> String {
        danish::moment(*at)
    }

    fn percent(&self, share: &f32) -> String {
        crate::unseen::percent((f64::from(*share) * 100.0).round() / 100.0)
    }

    fn size(&self, bytes: &u64) -> String {
        danish::size(*bytes)
    }

    fn level_danish(&self) -> &'static str {
        match self.letter.as_ref().map(|letter| letter.level).unwrap_or_default() {
            Level::Suggestion => "afsendertype, maskeret titel og forslag",
            Level::KeyLines => "maskerede nøglelinjer",
            Level::Text => "hele teksten",
            Level::Documents => "teksten og dokumenterne",
        }
    }
}

impl DeskPage {
    /// The whole page.
    pub(super) fn of(pages: &Pages, visitor: &Visitor, desk: Desk) -> Self {
        Self { frame: Frame::of(pages, Some(visitor), "Fordeling", Some(Role::PostDistributor)), desk }
    }
}
