//! `/journal/soeg`: messages by what is known of them. What is searched for travels in the form, never in an address.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kle::Subject;
use serde::Deserialize;
use uuid::Uuid;

use super::sheet::{Sheet, hand_out};
use super::{Choice, DeskView, NO_PURPOSE, SEARCH, frame};
use crate::journey::outcome_danish;
use crate::oversight::search::{Criteria, Found, Hit, OPENED, SHOWN, search as find, table};
use crate::oversight::{DataSubject, Period, Purpose, seen};
use crate::store::message::Stage;
use crate::table::Ending;
use crate::web::Pages;
use crate::web::danish::moment;
use crate::web::page::{Frame, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Days searched when nothing else is asked for.
const DAYS: i64 = 90;

/// Outcomes to choose among; `quarantine` stands for all of its kinds.
const OUTCOMES: [&str; 17] = [
    "journaled",
    "not-journaled",
    "sent-on",
    "unwanted",
    "split",
    "left-to-handler",
    "nothing-applies",
    "which-case",
    "closed-case",
    "protected-party",
    "conflicting-duplicate",
    "damaged-document",
    "held-by-rule",
    "sent-by-rule",
    "foreign-recipient",
    "nemsms",
    "effect-failed",
];

#[derive(Template)]
#[template(path = "journal/search.html")]
struct SearchPage {
    frame: Frame,
    desk: DeskView,
    typed: Typed,
    units: Vec<Choice>,
    stages: Vec<Choice>,
    outcomes: Vec<Choice>,
    channels: Vec<Choice>,
    found: Option<Found>,
    shown: usize,
    opened: u32,
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    id: String,
    #[serde(default)]
    sag: String,
    #[serde(default)]
    kle: String,
    #[serde(default)]
    enhed: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    udfald: String,
    #[serde(default)]
    kanal: String,
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
    /// The sender's number: forgotten once it is hashed.
    #[serde(default)]
    nummer: String,
    /// What stands for the number afterwards.
    #[serde(default)]
    opslag: String,
    #[serde(default)]
    formaal: String,
    #[serde(default)]
    svar: String,
}

impl SearchPage {
    fn of(pages: &Pages, visitor: &Visitor, typed: Typed) -> Self {
        let policy = pages.room.policy();
        let choice = |word: &str, name: &str, chosen: &str| Choice {
            word: word.to_owned(),
            name: name.to_owned(),
            chosen: word == chosen,
        };
        let outcomes = OUTCOMES.iter().map(|word| choice(word, outcome_danish(word), &typed.udfald));
        let quarantine = choice("quarantine", "i karantæne", &typed.udfald);
        let mut units: Vec<Choice> =
            policy.units().map(|unit| choice(&unit.id, &unit.name, &typed.enhed)).collect();
        units.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            frame: frame(pages, visitor, "Søg i meddelelser"),
            desk: DeskView::of(SEARCH, Purpose::parse(&typed.formaal)),
            units,
            stages: Stage::ALL
                .iter()
                .map(|stage| choice(stage.as_str(), stage.danish(), &typed.status))
                .collect(),
            outcomes: outcomes.chain([quarantine]).collect(),
            channels: [("push", "Digital Post"), ("folder", "mappe"), ("ingest", "indlæst fra fil")]
                .map(|(word, name)| choice(word, name, &typed.kanal))
                .into(),
            typed: Typed { nummer: String::new(), ..typed },
            found: None,
            shown: SHOWN,
            opened: OPENED,
        }
    }

    fn moment(&self, hit: &Hit) -> String {
        moment(hit.available_at)
    }
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    draw(&SearchPage::of(&pages, &visitor, Typed::default()))
}

/// Searches, and shows what was found or takes it out.
pub(super) async fn search(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(typed): Form<Typed>,
) -> Response {
    let (criteria, purpose) = match understood(&pages, &typed) {
        Ok(understood) => understood,
        Err(said) => {
            let mut page = SearchPage::of(&pages, &visitor, typed);
            page.desk.said = said;
            return draw(&page);
        }
    };
    let found = match find(&pages.room, &criteria, &visitor.person, purpose).await {
        Ok(found) => found,
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    if let Some(ending) = Ending::parse(&typed.svar) {
        let sheet = Sheet { what: "messages", table: table(&found.hits), ending, purpose };
        let reference = criteria.sender.map(|sender| sender.reference(pages.room.store.keys()));
        let by = criteria.kinds();
        return hand_out(&pages, &visitor, sheet, |event| match reference {
            Some(reference) => event.with("by", by).with(seen::DATA_SUBJECT, reference),
            None => event.with("by", by),
        })
        .await;
    }
    let mut page = SearchPage::of(&pages, &visitor, typed);
    page.desk.kept = kept(&page.typed, criteria.sender);
    page.found = Some(found);
    draw(&page)
}

/// What the form says, or everything in it that cannot be understood.
fn understood(pages: &Pages, typed: &Typed) -> Result<(Criteria, Purpose), Vec<String>> {
    let mut said = Vec::new();
    let mut or_say = |result: Result<Option<DataSubject>, String>| match result {
        Ok(sender) => sender,
        Err(wrong) => {
            said.push(wrong);
            None
        }
    };
    let sender = or_say(match typed.nummer.trim() {
        "" => Ok(DataSubject::of_token(&typed.opslag)),
        number => DataSubject::typed(pages.room.store.keys(), number).map(Some),
    });
    let id = match typed.id.trim() {
        "" => String::new(),
        id => id.parse::<Uuid>().map(|id| id.to_string()).unwrap_or_else(|_| {
            said.push(
                "Meddelelsens id kan ikke læses. Det er et UUID, fx 5f0c1d7e-8a52-4f0b-9d3b-2f1f6f6a1c11."
                    .into(),
            );
            String::new()
        }),
    };
    let subject = match typed.kle.trim() {
        "" => None,
        kle => kle
            .parse::<Subject>()
            .map_err(|_| {
                said.push(
                    "KLE-nummeret kan ikke læses. Skriv fx 28.03.04, eller 28.03 for en hel gruppe.".into(),
                );
            })
            .ok(),
    };
    let otherwise = Period::last_days(pages.room.clock.now(), DAYS);
    let period = Period::typed(&typed.fra, &typed.til, otherwise).unwrap_or_else(|wrong| {
        said.push(wrong);
        otherwise
    });
    let purpose = Purpose::parse(&typed.formaal).unwrap_or_else(|| {
        said.push(NO_PURPOSE.to_owned());
        Purpose::Control
    });
    if !said.is_empty() {
        return Err(said);
    }
    let text = |text: &str| text.trim().to_owned();
    let criteria = Criteria {
        id,
        case: text(&typed.sag),
        subject,
        unit: text(&typed.enhed),
        stage: text(&typed.status),
        outcome: text(&typed.udfald),
        channel: text(&typed.kanal),
        sender,
        period,
    };
    Ok((criteria, purpose))
}

/// The same search again, with a hash in the number's place.
fn kept(typed: &Typed, sender: Option<DataSubject>) -> Vec<(&'static str, String)> {
    vec![
        ("id", typed.id.clone()),
        ("sag", typed.sag.clone()),
        ("kle", typed.kle.clone()),
        ("enhed", typed.enhed.clone()),
        ("status", typed.status.clone()),
        ("udfald", typed.udfald.clone()),
        ("kanal", typed.kanal.clone()),
        ("fra", typed.fra.clone()),
        ("til", typed.til.clone()),
        ("opslag", sender.map(|sender| sender.token()).unwrap_or_default()),
    ]
}
