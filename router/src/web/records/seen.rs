//! `/journal/set`: who saw what, by person, by message, or by the person that letters are about (R9).
//!
//! The answer to a data subject is one form: number in, table out, without the employees' identity (C-579/21).

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::sheet::{Sheet, hand_out};
use super::{DeskView, NO_PURPOSE, SEEN, frame};
use crate::audit::{Event, EventKind};
use crate::oversight::seen::{self, LOOKED_THROUGH, Seen, Sight};
use crate::oversight::{self, DataSubject, Period, Purpose};
use crate::store::StoreError;
use crate::story::{self, danish_time};
use crate::table::Ending;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, draw, shown_name, trouble};
use crate::web::session::{SignedIn, Visitor};

/// Days looked through when nothing else is asked for: as long as anybody may ask back for, within what is looked through.
const DAYS: i64 = 365;

/// Events shown on the page; all of them are in the table that is taken out.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "journal/seen.html")]
struct SeenPage {
    frame: Frame,
    desk: DeskView,
    period: Period,
    most: u32,
    shown: usize,
    answer: Option<Answer>,
}

/// What the log answered.
struct Answer {
    about: String,
    with_who: bool,
    of_data_subject: bool,
    messages: usize,
    total: usize,
    cut: bool,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    who: String,
    sight: Sight,
}

/// Whom or what is asked about.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// `person`, `message` or `data-subject`.
    #[serde(default)]
    om: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    besked: String,
    #[serde(default)]
    nummer: String,
    #[serde(default)]
    opslag: String,
    #[serde(default)]
    fra: String,
    #[serde(default)]
    til: String,
    /// Something when the employees' identity is to be there.
    #[serde(default)]
    navne: String,
    #[serde(default)]
    formaal: String,
    #[serde(default)]
    svar: String,
}

/// A question that was understood.
enum About {
    Person(String),
    Message(uuid::Uuid),
    DataSubject(DataSubject),
}

struct Question {
    about: About,
    period: Period,
    with_who: bool,
    purpose: Purpose,
}

pub(super) async fn page(State(pages): State<Pages>, SignedIn(visitor): SignedIn) -> Response {
    draw(&SeenPage::of(&pages, &visitor, None))
}

impl SeenPage {
    fn of(pages: &Pages, visitor: &Visitor, purpose: Option<Purpose>) -> Self {
        Self {
            frame: frame(pages, visitor, "Hvem så hvad"),
            desk: DeskView::of(SEEN, purpose),
            period: Period::last_days(pages.room.clock.now(), DAYS),
            most: LOOKED_THROUGH,
            shown: SHOWN,
            answer: None,
        }
    }

    fn day(&self, day: &jiff::civil::Date) -> String {
        danish::day(*day)
    }
}

/// Asks the log, and shows the answer or takes it out.
pub(super) async fn ask(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let question = match understood(&pages, &asked).await {
        Ok(Ok(question)) => question,
        Ok(Err(said)) => {
            let mut page = SeenPage::of(&pages, &visitor, Purpose::parse(&asked.formaal));
            page.desk.said = said;
            return draw(&page);
        }
        Err(error) => return trouble(&pages, Some(&visitor), &error.into()),
    };
    let answer = match Ending::parse(&asked.svar) {
        Some(ending) => take_out(&pages, &visitor, question, ending).await,
        None => show(&pages, &visitor, question).await,
    };
    answer.unwrap_or_else(|error| trouble(&pages, Some(&visitor), &error.into()))
}

/// What the form says, or everything in it that cannot be understood.
async fn understood(pages: &Pages, asked: &Asked) -> Result<Result<Question, Vec<String>>, StoreError> {
    let room = &pages.room;
    let mut said = Vec::new();
    let about = match asked.om.as_str() {
        "person" if !asked.person.trim().is_empty() => Ok(About::Person(asked.person.trim().to_owned())),
        "person" => Err("Skriv medarbejderens bruger-id.".to_owned()),
        "message" => match story::find(room, &asked.besked).await? {
            Some(row) => Ok(About::Message(row.uuid()?)),
            None => Err("Der er ingen meddelelse med det id. Søg den frem, og prøv igen.".to_owned()),
        },
        "data-subject" => match DataSubject::of_token(&asked.opslag) {
            Some(subject) => Ok(About::DataSubject(subject)),
            None => DataSubject::typed(room.store.keys(), &asked.nummer).map(About::DataSubject),
        },
        _ => Err("Vælg, hvem eller hvad der spørges om.".to_owned()),
    };
    let otherwise = Period::last_days(room.clock.now(), DAYS);
    let period = Period::typed(&asked.fra, &asked.til, otherwise);
    let purpose = Purpose::parse(&asked.formaal).ok_or_else(|| NO_PURPOSE.to_owned());
    Ok(match (about, period, purpose) {
        (Ok(about), Ok(period), Ok(purpose)) => {
            // Whoever asks what somebody did knows who it was.
            let with_who = !asked.navne.is_empty() || matches!(about, About::Person(_));
            Ok(Question { about, period, with_who, purpose })
        }
        (about, period, purpose) => {
            said.extend(about.err());
            said.extend(period.err());
            said.extend(purpose.err());
            Err(said)
        }
    })
}

impl Question {
    async fn answered(&self, pages: &Pages) -> Result<Seen, StoreError> {
        let room = &pages.room;
        match &self.about {
            About::Person(person) => seen::by_person(room, person, self.period).await,
            About::Message(message) => seen::of_message(room, message, self.with_who).await,
            About::DataSubject(subject) => {
                seen::of_data_subject(room, subject, self.period, self.with_who).await
            }
        }
    }

    /// The question as the log keeps it: about whom is said by what finds it again, and by nothing else.
    fn told(&self, pages: &Pages, event: Event) -> Event {
        let who = if self.with_who { "shown" } else { "left-out" };
        let event = event.with("what", "seen").with("identity", who);
        match &self.about {
            About::Person(person) => event.with("by", "person").with("person", person),
            About::Message(message) => event.with("by", "message").about(*message),
            About::DataSubject(subject) => event
                .with("by", "data-subject")
                .with(seen::DATA_SUBJECT, subject.reference(pages.room.store.keys())),
        }
    }

    /// What the form of the next question brings along.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let about = match &self.about {
            About::Person(person) => [("om", "person".into()), ("person", person.clone())],
            About::Message(message) => [("om", "message".into()), ("besked", message.to_string())],
            About::DataSubject(subject) => [("om", "data-subject".into()), ("opslag", subject.token())],
        };
        let names = if self.with_who { "1" } else { "" };
        let rest = [
            ("fra", self.period.first.to_string()),
            ("til", self.period.last.to_string()),
            ("navne", names.into()),
        ];
        about.into_iter().chain(rest).collect()
    }

    fn about(&self, pages: &Pages) -> String {
        match &self.about {
            About::Person(person) => format!("Hvad {} så", shown_name(pages, person)),
            About::Message(message) => format!("Hvem der så meddelelse {message}"),
            About::DataSubject(_) => "Hvornår den registreredes oplysninger er set".into(),
        }
    }
}

async fn show(pages: &Pages, visitor: &Visitor, question: Question) -> Result<Response, StoreError> {
    let room = &pages.room;
    let found = question.answered(pages).await?;
    let event = oversight::event(room, EventKind::Searched, &visitor.person, question.purpose);
    let event = question.told(pages, event).with("found", found.sights.len());
    oversight::tell(room, event).await?;
    let mut page = SeenPage::of(pages, visitor, Some(question.purpose));
    page.period = question.period;
    page.desk.kept = question.kept();
    page.answer = Some(Answer {
        about: question.about(pages),
        with_who: question.with_who,
        of_data_subject: matches!(question.about, About::DataSubject(_)),
        messages: found.messages,
        total: found.sights.len(),
        cut: found.cut,
        rows: found.sights.into_iter().take(SHOWN).map(|sight| Row::of(pages, sight)).collect(),
    });
    Ok(draw(&page))
}

impl Row {
    fn of(pages: &Pages, sight: Sight) -> Self {
        let who = sight.who.as_deref().map(|who| shown_name(pages, who)).unwrap_or_default();
        Self { at: danish_time(sight.at), who, sight }
    }
}

async fn take_out(
    pages: &Pages,
    visitor: &Visitor,
    question: Question,
    ending: Ending,
) -> Result<Response, StoreError> {
    let found = question.answered(pages).await?;
    let table = seen::table("Hvem så hvad", &found.sights, question.with_who);
    let sheet = Sheet { what: "seen", table, ending, purpose: question.purpose };
    Ok(hand_out(pages, visitor, sheet, |event| question.told(pages, event)).await)
}
