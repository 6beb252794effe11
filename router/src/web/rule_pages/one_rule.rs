//! One rule of a draft as a form, beside its text.

use axum::Form;
use axum::extract::State;
use axum::response::Response;

use super::draft::{NotSaved, Place, Typed, at, change, not_saved};
use super::to;
use crate::drafting::{
    Block, CONDITIONS, Field, HEAD, Kind, MARKS, RECEIVER, Submitted, THEN, fill, insert, read, remove,
};
use crate::web::Pages;
use crate::web::page::trouble;
use crate::web::session::SignedIn;

/// The form as it is shown.
pub(super) struct FormShown {
    pub(super) is_new: bool,
    pub(super) id: String,
    pub(super) groups: Vec<Group>,
    /// Keys that stay as they stand in the text.
    pub(super) beyond: String,
    /// Rules that a new one can come before.
    pub(super) before: Vec<(String, String)>,
}

pub(super) struct Group {
    pub(super) legend: &'static str,
    pub(super) fields: Vec<FieldShown>,
}

pub(super) struct FieldShown {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) input: &'static str,
    /// Which list of names helps to fill it in.
    pub(super) list: &'static str,
    pub(super) value: String,
    pub(super) options: Vec<(&'static str, &'static str, bool)>,
    /// It stands in the text in a way that the form cannot show.
    pub(super) in_text: bool,
}

const GROUPS: [(&str, &[Field]); 5] = [
    ("Om reglen", &HEAD),
    ("Når alt dette passer", &CONDITIONS),
    ("Så sker der", &[THEN]),
    ("Modtager og journalisering", &RECEIVER),
    ("Og brevet mærkes", &MARKS),
];

impl FormShown {
    /// An empty form for a new rule, or what was typed in one.
    pub(super) fn new(typed: Submitted, blocks: &[Block]) -> Self {
        Self {
            is_new: true,
            id: typed.get("id").cloned().unwrap_or_default(),
            groups: groups(|field| Some(typed.get(field.name).cloned().unwrap_or_default())),
            beyond: String::new(),
            before: blocks.iter().map(|block| (block.id.clone(), block.title.clone())).collect(),
        }
    }

    /// The form of a rule, with what was typed in the place of what stands there; `None` when there is no such rule.
    pub(super) fn of(text: &str, id: &str, typed: Option<Submitted>) -> Option<Self> {
        let form = read(text, id)?;
        let typed = typed.unwrap_or_default();
        let shown = |field: &Field| {
            let stands = form.shown.get(field.name)?;
            Some(typed.get(field.name).unwrap_or(stands).clone())
        };
        Some(Self {
            is_new: false,
            groups: groups(shown),
            beyond: form.beyond.join(", "),
            before: Vec::new(),
            id: form.id,
        })
    }
}

fn groups(shown: impl Fn(&Field) -> Option<String>) -> Vec<Group> {
    let field = |field: &Field| {
        let value = shown(field);
        let in_text = value.is_none();
        let value = value.unwrap_or_default();
        FieldShown {
            name: field.name,
            label: field.label,
            hint: field.hint,
            input: match field.kind {
                Kind::Day => "date",
                Kind::Number => "number",
                Kind::Text | Kind::List | Kind::Choice(_) => "text",
            },
            list: match field.name {
                "then.unit" | "owner" => "enheder",
                "then.person" => "medarbejdere",
                _ => "",
            },
            options: match field.kind {
                Kind::Choice(words) => {
                    words.iter().map(|(word, called)| (*word, *called, *word == value)).collect()
                }
                _ => Vec::new(),
            },
            in_text,
            value,
        }
    };
    let group = |(legend, fields): (&'static str, &'static [Field])| Group {
        legend,
        fields: fields.iter().map(field).collect(),
    };
    GROUPS.into_iter().map(group).collect()
}

/// Saves the form: a rule is changed, put in, or taken out.
pub(super) async fn save(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let sent: Submitted = sent.into_iter().collect();
    let said = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
    let (id, is_new) = (said("id").trim().to_owned(), !said("ny").is_empty());
    let file = said("fil").parse().unwrap_or_default();
    let goes = said("handling") == "slet";
    let saved = change(&pages, &visitor, said("version"), file, |text| match (is_new, goes) {
        (true, _) => insert(text, &id, said("foer"), &sent),
        (false, true) => remove(text, &id),
        (false, false) => fill(text, &id, &sent),
    });
    let place = Place { fil: file, regel: if goes { String::new() } else { id.clone() }, ny: String::new() };
    match saved.await {
        Ok(()) => to(&at(&place)),
        Err(NotSaved::Trouble(error)) => trouble(&pages, Some(&visitor), &error),
        Err(NotSaved::Said(wrong)) => {
            let place = match is_new {
                true => Place { fil: file, regel: String::new(), ny: "1".into() },
                false => Place { fil: file, regel: id.clone(), ny: String::new() },
            };
            let typed = Typed { form: Some(sent), said: wrong, ..Typed::default() };
            not_saved(&pages, &visitor, &place, typed).await
        }
    }
}
