//! `/journal/besked/{id}`: the whole story of one message on one page, without its own words.
//!
//! Whoever opens it is told of in the audit log, and so in the story itself from then on.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{DeskView, SEARCH, frame};
use crate::audit::EventKind;
use crate::journey::{Redirect, outcome_danish, webhook_of};
use crate::oversight::{self, Purpose};
use crate::store::effect::EffectKind;
use crate::store::message::Stage;
use crate::story::{self, EffectView, EventView, HandOverView, Story, danish_time};
use crate::web::Pages;
use crate::web::danish::size;
use crate::web::page::{Frame, Trouble, draw, shown_name, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "journal/message.html")]
struct MessagePage {
    frame: Frame,
    desk: DeskView,
    uuid: String,
    came: Vec<Pair>,
    /// The letter that it is a part of, and the parts: what it is called, and our id.
    relatives: Vec<(String, String)>,
    known: Vec<Pair>,
    decided: Vec<Pair>,
    entry: Vec<Pair>,
    trace: Vec<Line>,
    remarks: Vec<Remark>,
    effects: Vec<Effect>,
    hand_overs: Vec<HandOver>,
    events: Vec<Told>,
}

/// A name and what stands for it.
struct Pair {
    name: &'static str,
    value: String,
}

struct Line {
    decided: bool,
    text: String,
}

struct Remark {
    severity: String,
    text: String,
    path: String,
}

struct Effect {
    kind: String,
    state: String,
    attempts: i64,
    fault: String,
}

struct HandOver {
    at: String,
    to: String,
    more: String,
}

struct Told {
    seq: u64,
    at: String,
    what: String,
    who: String,
    reason: String,
    details: String,
}

/// Why the story is read.
#[derive(Deserialize)]
pub(super) struct Why {
    #[serde(default)]
    formaal: String,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> Response {
    let purpose = Purpose::parse(&why.formaal).unwrap_or_default();
    match told(&pages, &visitor, &id, purpose).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn told(pages: &Pages, visitor: &Visitor, id: &str, purpose: Purpose) -> Result<MessagePage, Trouble> {
    let room = &pages.room;
    let row = story::find(room, id).await?.ok_or(Trouble::NotFound)?;
    let event = oversight::event(room, EventKind::Viewed, &visitor.person, purpose);
    oversight::tell(room, event.about(row.uuid()?).with("level", "story")).await?;
    let story = story::tell(room, &row, false).await?;
    Ok(MessagePage::of(pages, visitor, story))
}

impl MessagePage {
    fn of(pages: &Pages, visitor: &Visitor, story: Story) -> Self {
        let named = |unit: &str| {
            pages.room.policy().unit(unit).map_or_else(|| unit.to_owned(), |unit| unit.name.clone())
        };
        Self {
            frame: frame(pages, visitor, "Meddelelse"),
            // The story belongs to no page of the navigation; whoever came from a search goes on from there.
            desk: DeskView::of("", None),
            came: came(&story),
            relatives: relatives(&story, &named),
            known: known(&story),
            decided: decided(&story, &named),
            entry: entry(&story),
            trace: story
                .trace
                .iter()
                .map(|line| Line { decided: line.decided, text: line.text.clone() })
                .collect(),
            remarks: story
                .remarks
                .iter()
                .map(|remark| Remark {
                    severity: story::severity_danish(&remark.severity).to_owned(),
                    text: remark.text.clone(),
                    path: remark.path.clone(),
                })
                .collect(),
            effects: story.effects.iter().map(Effect::of).collect(),
            hand_overs: story.hand_overs.iter().map(|one| HandOver::of(one, &named)).collect(),
            events: story.events.iter().map(|event| Told::of(event, pages)).collect(),
            uuid: story.uuid.unwrap_or_else(|| "(kunne ikke læses)".into()),
        }
    }

    fn search(&self) -> &'static str {
        SEARCH
    }
}

fn pair(name: &'static str, value: impl Into<String>) -> Pair {
    Pair { name, value: value.into() }
}

fn came(story: &Story) -> Vec<Pair> {
    let stage = Stage::parse(&story.stage).map_or("ukendt", Stage::danish);
    let mut pairs = vec![
        pair("Status", stage),
        pair("Udfald", outcome_danish(&story.outcome)),
        pair("Modtagelsesdato", danish_time(story.available_at)),
        pair("Gemt", format!("{} via {}, {}", danish_time(story.stored_at), story.channel, size(story.size))),
        pair("Vores id", story.id.as_str()),
        pair("SHA-256", story.sha256.as_str()),
    ];
    pairs.extend(story.deadline.as_ref().map(|deadline| pair("Frist", deadline.text.as_str())));
    pairs.extend(story.part.as_ref().map(|part| {
        let trimmed = if part.trimmed { ", uden alle brevets dokumenter" } else { "" };
        pair("Del", format!("nr. {} af et delt brev{trimmed}", part.number))
    }));
    pairs.extend(story.conflicts_with.as_ref().map(|other| pair("Samme id, andet indhold", other.as_str())));
    pairs
}

/// What belongs to the same letter as this: the letter as it was received first, then its parts.
fn relatives(story: &Story, named: &impl Fn(&str) -> String) -> Vec<(String, String)> {
    let whole = story.part.as_ref().map(|part| ("Brevet som modtaget".to_owned(), part.of.clone()));
    let part = |part: &story::PartView| {
        let unit = part.unit.as_deref().map(|unit| format!(", hos {}", named(unit))).unwrap_or_default();
        (format!("Del {}{unit}", part.number), part.id.clone())
    };
    whole.into_iter().chain(story.parts.iter().map(part)).collect()
}

fn known(story: &Story) -> Vec<Pair> {
    let Some(facts) = &story.facts else { return Vec::new() };
    let kind = format!("{} fra {}", story::kind_danish(&facts.kind), story::sender_danish(&facts.sender));
    let mut pairs = vec![pair("Art", kind)];
    if let Some(subject) = &facts.subject {
        let facet = facts.facet.as_deref().map(|facet| format!(" {facet}")).unwrap_or_default();
        let counts = if facts.subject_counts == Some(false) { " (videresendt: kun et forslag)" } else { "" };
        pairs.push(pair("KLE", format!("{subject}{facet}{counts}")));
    }
    pairs.extend(facts.contact_point.as_ref().map(|point| pair("Kontaktpunkt", point.as_str())));
    for case in &facts.cases {
        let state = match (case.found, case.open, case.sender_is_party) {
            (false, ..) => "findes ikke i journalen".to_owned(),
            (true, open, party) => {
                let open = if open == Some(true) { "åben" } else { "lukket" };
                let party = if party == Some(true) { "er part" } else { "er ikke part" };
                format!("{open}, afsenderen {party}")
            }
        };
        pairs.push(pair("Sag", format!("{}: {state}", case.number)));
    }
    for document in &facts.documents {
        let kind = story::document_danish(document.kind);
        pairs.push(pair("Dokument", format!("{kind}, {}, {}", document.format, size(document.size))));
    }
    pairs
}

fn decided(story: &Story, named: &impl Fn(&str) -> String) -> Vec<Pair> {
    let Some(decision) = &story.decision else { return Vec::new() };
    let mut pairs = vec![
        pair("Beslutning", format!("nr. {}, {}", decision.number, danish_time(decision.decided_at))),
        pair("Truffet af", decision.decider.as_str()),
        pair("Regelsæt", decision.edition.as_str()),
    ];
    if let Some(unit) = &decision.unit {
        let person = decision.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
        pairs.push(pair("Til", format!("{}{person}", named(unit))));
        let case = decision.case.as_deref().map(|case| format!(" {case}")).unwrap_or_default();
        let journaling = story::journaling_danish(decision.journaling.as_deref().unwrap_or_default());
        pairs.push(pair("Journal", format!("{journaling}{case}")));
    }
    pairs.extend(decision.subject.as_ref().map(|subject| pair("Emne", subject.as_str())));
    pairs.extend(decision.queue.as_ref().map(|queue| pair("Robotkø", queue.as_str())));
    let priority = decision.priority.as_deref().map(story::priority_danish);
    pairs.extend(priority.map(|priority| pair("Prioritet", priority)));
    for suggestion in &decision.suggestions {
        let what = suggestion.case.as_ref().or(suggestion.subject.as_ref()).or(suggestion.unit.as_ref());
        let what = what.map(String::as_str).unwrap_or_default();
        // Why the classifier believes so is told by words of the letter, and they are not shown here.
        let why = match suggestion.confidence {
            Some(sure) => format!("klassifikatoren, {}", crate::unseen::percent(f64::from(sure))),
            None => suggestion.why.clone(),
        };
        pairs.push(pair("Forslag", format!("{what}: {why}")));
    }
    pairs
}

fn entry(story: &Story) -> Vec<Pair> {
    let Some(entry) = &story.entry else { return Vec::new() };
    let number = entry.number.map(|number| format!("nr. {number} på ")).unwrap_or_default();
    let mut pairs = vec![
        pair("Journalpost", format!("{number}sag {}", entry.case)),
        pair("Modtaget", danish_time(entry.received)),
        pair("Dokumenter", entry.documents.to_string()),
    ];
    pairs.extend(entry.letter.as_ref().map(|letter| pair("Brevdato", letter.as_str())));
    pairs
}

impl Effect {
    fn of(effect: &EffectView) -> Self {
        let kind = EffectKind::parse(&effect.kind);
        let state = match effect.state.as_str() {
            "done" => format!("udført {}", effect.done_at.map(danish_time).unwrap_or_default()),
            "failed" if kind == Some(EffectKind::Webhook) => "opgivet".into(),
            "failed" => "opgivet; venter på en medarbejder".into(),
            _ => format!("prøves {}", danish_time(effect.due_at)),
        };
        let kind = match kind {
            Some(EffectKind::Webhook) => format!("webhook {}", webhook_of(&effect.key)),
            kind => kind.map_or("ukendt", EffectKind::danish).to_owned(),
        };
        let fault = effect.last_fault.clone().unwrap_or_default();
        Self { kind, state, attempts: effect.attempts, fault }
    }
}

impl HandOver {
    fn of(one: &HandOverView, named: &impl Fn(&str) -> String) -> Self {
        let mut more = Vec::new();
        let redirect = one.redirect.as_deref().and_then(Redirect::parse);
        if let (Some(redirect), Some(meant_for)) = (redirect, &one.meant_for) {
            more.push(redirect.danish(meant_for));
        }
        more.push(match (one.opened_at, one.escalate_at, one.ended_at) {
            (Some(at), ..) => format!("åbnet {}", danish_time(at)),
            (None, Some(at), None) => format!("ikke åbnet; går videre efter {}", danish_time(at)),
            _ => "ikke åbnet".to_owned(),
        });
        more.extend(one.ended_at.map(|at| match one.ended_why.as_deref() {
            Some("escalated") => format!("sendt videre uåbnet {}", danish_time(at)),
            _ => format!("afløst {}", danish_time(at)),
        }));
        let person = one.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
        Self {
            at: danish_time(one.handed_at),
            to: format!("{}{person}", named(&one.unit)),
            more: more.join("; "),
        }
    }
}

impl Told {
    fn of(event: &EventView, pages: &Pages) -> Self {
        let what =
            event.kind.parse::<EventKind>().map_or(event.kind.clone(), |kind| kind.danish().to_owned());
        let who = match event.actor.split_once(':') {
            Some(("person", person)) => shown_name(pages, person),
            Some((_, part)) => format!("systemet ({part})"),
            None => event.actor.clone(),
        };
        let details = event.details.iter().filter(|(name, _)| name.as_str() != oversight::seen::DATA_SUBJECT);
        Self {
            seq: event.seq,
            at: danish_time(event.at),
            what,
            who,
            reason: event.reason.clone().unwrap_or_default(),
            details: details.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", "),
        }
    }
}
