//! `/post/{id}/del`: a letter about several matters is split. What is chosen so far lies in the form itself, so the page needs no
//! script, and nothing of it stands in an address.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use uuid::Uuid;

use super::act::{go_on, next_after};
use super::view::Shown;
use super::{not_shown, show};
use crate::desk::answers::{self, Given, GivenPart, Receiver, Refused};
use crate::desk::{self, Choice, Found, Level};
use crate::journey::AnswerError;
use crate::web::Pages;
use crate::web::page::{shown_name, trouble};
use crate::web::session::{SignedIn, Visitor};

/// What is chosen so far, as the page shows it.
#[derive(Default)]
pub(super) struct SplitView {
    /// The parts, in order.
    pub(super) parts: Vec<PartView>,
    /// Whom the suggestions would add, in their order.
    pub(super) choices: Vec<String>,
    /// Whom what was found would add, in its order.
    pub(super) found: Vec<String>,
    /// Has the letter more than one document to choose among?
    pub(super) asks: bool,
}

/// A part as the page shows it.
pub(super) struct PartView {
    /// The receiver, as the form sends it.
    pub(super) to: String,
    /// What the receiver is called.
    pub(super) name: String,
    /// Subject or case.
    pub(super) about: String,
    /// The documents: number, name, and whether the part carries it.
    pub(super) documents: Vec<(u32, String, bool)>,
}

/// What the form says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Draft {
    seen: i64,
    parts: Vec<GivenPart>,
    act: Act,
    typed: String,
}

/// What is done with the draft.
#[derive(Debug, Default, PartialEq, Eq)]
enum Act {
    #[default]
    Look,
    Add(Receiver),
    Remove(usize),
    Send,
}

/// The letter with nothing chosen yet.
pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Response {
    draw(&pages, &visitor, &headers, &id, Draft::default(), String::new()).await
}

/// Adds or removes a part, or sends them all. The form's fields repeat, so they come as pairs.
pub(super) async fn act(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let mut draft = understood(&fields);
    let mut said = String::new();
    match std::mem::take(&mut draft.act) {
        Act::Look => {}
        Act::Add(to) if draft.parts.iter().any(|part| part.to == to) => {
            said = AnswerError::SamePart.danish();
        }
        Act::Add(to) => {
            draft.parts.push(GivenPart { to, carries: None });
            // What was typed was for this one; the next is somebody else.
            draft.typed.clear();
        }
        Act::Remove(place) if place < draft.parts.len() => drop(draft.parts.remove(place)),
        Act::Remove(_) => {}
        Act::Send => {
            let next = match next_after(&pages, &id).await {
                Ok(next) => next,
                Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
            };
            let given = Given::Split { parts: draft.parts.clone() };
            match answers::keep(&pages.room, &id, &visitor.person, draft.seen, given).await {
                Ok(_) => return go_on(&pages, &visitor, &headers, next, String::new()).await,
                Err(Refused::Answer(AnswerError::Store(error))) => {
                    return trouble(&pages, Some(&visitor), &error.into());
                }
                Err(refused) => said = refused.danish(),
            }
        }
    }
    draw(&pages, &visitor, &headers, &id, draft, said).await
}

async fn draw(
    pages: &Pages,
    visitor: &Visitor,
    headers: &HeaderMap,
    id: &Uuid,
    draft: Draft,
    said: String,
) -> Response {
    let letter = match desk::look(&pages.room, id, &visitor.person, Level::Suggestion, None).await {
        Ok(letter) => letter,
        Err(error) if said.is_empty() => return not_shown(pages, visitor, headers, error).await,
        // Why nothing was sent is said before why the letter is not shown.
        Err(_) => return show(pages, visitor, headers, Shown { said, ..Shown::default() }).await,
    };
    let documents = match desk::heads(&pages.room, id, letter.level).await {
        Ok(documents) => documents,
        Err(error) => return trouble(pages, Some(visitor), &error.into()),
    };
    let split = SplitView {
        choices: letter.waiting.choices.iter().map(|choice| written(&of_choice(choice))).collect(),
        asks: documents.len() > 1,
        parts: draft.parts.iter().map(|part| part_view(pages, part, &documents)).collect(),
        found: Vec::new(),
    };
    let shown =
        Shown { letter: Some(letter), said, typed: draft.typed, split: Some(split), ..Shown::default() };
    show(pages, visitor, headers, shown).await
}

fn part_view(pages: &Pages, part: &GivenPart, documents: &[(u32, String)]) -> PartView {
    let policy = pages.room.policy();
    let to = &part.to;
    let unit = policy.unit(&to.unit).map_or_else(|| to.unit.clone(), |unit| unit.name.clone());
    let carries = |content: &u32| part.carries.as_ref().is_none_or(|carries| carries.contains(content));
    let subject = to.subject.map(|subject| {
        let title = desk::title(&pages.room, subject).map(|title| format!(" {title}")).unwrap_or_default();
        format!("KLE {subject}{title}")
    });
    let case = to.case.as_ref().map(|case| format!("sag {case}"));
    PartView {
        name: match &to.person {
            Some(person) => format!("{unit}, {}", shown_name(pages, person)),
            None => unit,
        },
        about: subject.into_iter().chain(case).collect::<Vec<_>>().join(", "),
        documents: documents
            .iter()
            .map(|(content, name)| (*content, name.clone(), carries(content)))
            .collect(),
        to: written(to),
    }
}

fn of_choice(choice: &Choice) -> Receiver {
    receiver(&choice.unit, choice.person.as_ref(), choice.subject, choice.case.as_ref())
}

/// The receiver that something found leads to, as the form sends it.
pub(super) fn of_found(found: &Found) -> String {
    written(&receiver(&found.unit, found.person.as_ref(), found.subject, found.case.as_ref()))
}

fn receiver(
    unit: &str,
    person: Option<&String>,
    subject: Option<kle::Subject>,
    case: Option<&String>,
) -> Receiver {
    Receiver {
        unit: unit.to_owned(),
        person: person.cloned(),
        case: case.cloned(),
        subject,
        not_journaled: None,
        reason: None,
    }
}

fn written(receiver: &Receiver) -> String {
    // A receiver is plain data and always has a JSON form.
    serde_json::to_string(receiver).unwrap_or_default()
}

/// Reads a receiver that a form of ours sends back. Why something is not journaled, no form of ours says.
fn read(text: &str) -> Option<Receiver> {
    let receiver: Receiver = serde_json::from_str(text).ok()?;
    Some(Receiver { not_journaled: None, reason: None, ..receiver })
}

/// What the form says. A field that is none of ours says nothing.
fn understood(fields: &[(String, String)]) -> Draft {
    let all = |name: &str| {
        let name = name.to_owned();
        fields.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value.as_str())
    };
    let asked = all("valg").next().is_some();
    let ticked: Vec<(usize, u32)> = all("med")
        .filter_map(|value| {
            let (part, content) = value.split_once(' ')?;
            Some((part.parse().ok()?, content.parse().ok()?))
        })
        .collect();
    let carried =
        |place: usize| ticked.iter().filter(move |(part, _)| *part == place).map(|(_, content)| *content);
    let parts = all("part").filter_map(read).enumerate();
    let parts = parts.map(|(place, to)| GivenPart { to, carries: asked.then(|| carried(place).collect()) });
    let act = match all("act").next().and_then(|act| act.split_once(':')) {
        Some(("add", to)) => read(to).map(Act::Add),
        Some(("remove", place)) => place.parse().ok().map(Act::Remove),
        Some(("send", _)) => Some(Act::Send),
        _ => None,
    };
    Draft {
        seen: all("seen").next().and_then(|seen| seen.parse().ok()).unwrap_or_default(),
        // One more than can be sent, so that too many is said and not hidden.
        parts: parts.take(crate::journey::MOST + 1).collect(),
        act: act.unwrap_or_default(),
        typed: all("q").next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn a_form_says_its_parts_and_what_each_carries() {
        let draft = understood(&[
            pair("seen", "3"),
            pair("part", r#"{"unit":"park","person":null,"case":null,"subject":"05.01.02"}"#),
            pair("part", r#"{"unit":"plads","not_journaled":"fordi"}"#),
            pair("valg", "ja"),
            pair("med", "0 0"),
            pair("med", "0 1"),
            pair("act", "send:"),
        ]);
        assert_eq!((draft.seen, draft.parts.len(), draft.act), (3, 2, Act::Send));
        assert_eq!(draft.parts[0].carries, Some(vec![0, 1]));
        assert_eq!(draft.parts[1].carries, Some(Vec::new()), "every tick was taken away");
        assert_eq!(draft.parts[1].to.not_journaled, None, "no form of ours says that");
    }

    #[test]
    fn a_letter_with_one_document_is_carried_whole_and_strange_fields_say_nothing() {
        let draft = understood(&[
            pair("part", "park"),
            pair("part", r#"{"unit":"park"}"#),
            pair("act", "remove:x"),
            pair("med", "0"),
            pair("seen", "x"),
        ]);
        assert_eq!((draft.parts.len(), draft.seen, draft.act), (1, 0, Act::Look));
        assert_eq!(draft.parts[0].carries, None);
        let added = understood(&[pair("act", r#"add:{"unit":"park"}"#)]);
        assert!(matches!(added.act, Act::Add(to) if to.unit == "park"));
    }
}
