//! What the case handler's templates are handed.

use askama::Template;
use jiff::Timestamp;

use crate::desk::{self, Found};
use crate::inbox::{Letter, NOT_JOURNALED, Page, RETURNS};
use crate::store::StoreError;
use crate::store::inbox::Shelf;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, shown_name};
use crate::web::role::Role;
use crate::web::session::Visitor;

/// The list.
#[derive(Template)]
#[template(path = "mine/list.html")]
pub(super) struct ListPage {
    frame: Frame,
    shelf: Shelf,
    page: Page,
    holders: Vec<String>,
    questions: usize,
    done: &'static str,
}

/// A letter.
#[derive(Template)]
#[template(path = "mine/letter.html")]
pub(super) struct LetterPage {
    frame: Frame,
    letter: Letter,
    person: String,
    holder: Option<String>,
    returns: &'static [(&'static str, &'static str)],
    not_journaled: &'static [(&'static str, &'static str)],
    search: Search,
}

/// Receivers that were found.
#[derive(Template)]
#[template(path = "mine/found.html")]
pub(super) struct FoundPart {
    search: Search,
}

/// What was typed, and what fits it.
struct Search {
    id: String,
    csrf: String,
    typed: String,
    found: Vec<Found>,
}

impl Search {
    async fn of(pages: &Pages, visitor: &Visitor, id: String, typed: String) -> Result<Self, StoreError> {
        let mut found = desk::search(&pages.room, &typed).await?;
        // A letter goes to units and people; where it is journaled stays.
        found.retain(|one| one.case.is_none());
        Ok(Self { id, csrf: visitor.csrf.clone(), typed, found })
    }
}

impl ListPage {
    pub(super) fn of(
        pages: &Pages,
        visitor: &Visitor,
        shelf: Shelf,
        page: Page,
        questions: usize,
        done: &str,
    ) -> Self {
        let holder = |person: &Option<String>| match person {
            Some(person) if *person == visitor.person => "Dig".to_owned(),
            Some(person) => shown_name(pages, person),
            None => String::new(),
        };
        Self {
            frame: Frame::of(pages, Some(visitor), "Min post", Some(Role::CaseHandler)),
            shelf,
            holders: page.letters.iter().map(|letter| holder(&letter.person)).collect(),
            page,
            questions,
            done: match done {
                "faerdig" => "Brevet er færdigt. Det står under Færdige.",
                "retur" => "Brevet er sendt retur til postfordelerne. Du kan ikke længere se det.",
                "videre" => "Brevet er sendt videre.",
                _ => "",
            },
        }
    }

    fn word(&self) -> &'static str {
        match self.shelf {
            Shelf::Open => "",
            Shelf::Colleagues => "kolleger",
            Shelf::Done => "faerdige",
        }
    }

    fn caption(&self) -> &'static str {
        match self.shelf {
            Shelf::Open => "Til dig og dine enheder",
            Shelf::Colleagues => "Hos kolleger i dine enheder",
            Shelf::Done => "Færdige breve, de nyeste først",
        }
    }

    fn empty(&self) -> &'static str {
        match self.shelf {
            Shelf::Open => "Der ligger ingen breve til dig eller dine enheder.",
            Shelf::Colleagues => "Ingen af dine kolleger har breve liggende.",
            Shelf::Done => "Ingen breve er meldt færdige endnu.",
        }
    }

    fn is(&self, shelf: &str) -> bool {
        self.word() == shelf
    }

    fn short(&self, at: &Timestamp) -> String {
        danish::day_and_time(*at)
    }

    fn holder(&self, at: &usize) -> &str {
        self.holders.get(*at).map(String::as_str).unwrap_or_default()
    }
}

impl LetterPage {
    pub(super) async fn of(
        pages: &Pages,
        visitor: &Visitor,
        letter: Letter,
        typed: String,
    ) -> Result<Self, StoreError> {
        let search = Search::of(pages, visitor, letter.lying.id.clone(), typed).await?;
        Ok(Self {
            frame: Frame::of(pages, Some(visitor), "Min post", Some(Role::CaseHandler)),
            holder: letter.lying.person.as_deref().map(|person| shown_name(pages, person)),
            letter,
            person: visitor.person.clone(),
            returns: &RETURNS,
            not_journaled: &NOT_JOURNALED,
            search,
        })
    }

    fn can_take(&self) -> bool {
        self.letter.lying.person.as_deref() != Some(&self.person)
    }

    fn long(&self, at: &Timestamp) -> String {
        danish::moment(*at)
    }

    fn size(&self, bytes: &u64) -> String {
        danish::size(*bytes)
    }
}

impl FoundPart {
    pub(super) async fn of(
        pages: &Pages,
        visitor: &Visitor,
        id: String,
        typed: String,
    ) -> Result<Self, StoreError> {
        Ok(Self { search: Search::of(pages, visitor, id, typed).await? })
    }
}
