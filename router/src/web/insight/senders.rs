//! `/indsigt/afsendere`: who marks what, what is missing, and what that costs.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;

use super::sheet::{FIGURES, Sheet, ending, hand_out};
use super::{Asked, Question, SENDERS, Shown, frame};
use crate::insight::LEAST;
use crate::insight::business::Price;
use crate::insight::marks::Mark;
use crate::insight::senders::{Marking, SHOWN, Scorecard, scorecard, table};
use crate::store::StoreError;
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "insight/senders.html")]
struct SendersPage {
    frame: Frame,
    shown: Shown,
    card: Scorecard,
    price: Price,
    least: u64,
    most: usize,
}

impl SendersPage {
    fn marks(&self) -> [Mark; 8] {
        Mark::ALL
    }

    /// The marks that say most, for a table that has little room.
    fn first_marks(&self) -> [Mark; 3] {
        [Mark::Subject, Mark::Case, Mark::ReplyData]
    }

    fn day(&self, day: &jiff::civil::Date) -> String {
        danish::day(*day)
    }
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Query(asked): Query<Asked>,
) -> Response {
    let (question, said) = asked.understood(&pages);
    match shown(&pages, &visitor, &question, said).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

async fn shown(
    pages: &Pages,
    visitor: &Visitor,
    question: &Question,
    said: Vec<String>,
) -> Result<SendersPage, StoreError> {
    Ok(SendersPage {
        frame: frame(pages, visitor, "Afsendere"),
        shown: Shown::of(SENDERS, question, said),
        card: scorecard(&pages.room, question.period).await?,
        price: question.price,
        least: LEAST,
        most: SHOWN as usize,
    })
}

/// Takes the scorecard out: senders and systems in one table.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Form(asked): Form<Asked>,
) -> Response {
    let ending = match ending(&asked.svar) {
        Ok(ending) => ending,
        Err(said) => return trouble(&pages, Some(&visitor), &said),
    };
    let (question, _) = asked.understood(&pages);
    match scorecard(&pages.room, question.period).await {
        Ok(card) => {
            let rows: Vec<Marking> =
                card.senders.into_iter().chain(card.systems.into_iter().map(a_system)).collect();
            let table = table("Afsendere", &rows, &question.price);
            let sheet = Sheet { what: "afsendere", table, ending, why: FIGURES };
            hand_out(&pages, &visitor, &question, sheet, |event| event).await
        }
        Err(error) => trouble(&pages, Some(&visitor), &error.into()),
    }
}

fn a_system(system: Marking) -> Marking {
    Marking { kind: "System", ..system }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::senders::sample;
    use crate::oversight::Period;

    #[test]
    fn the_page_can_be_drawn_with_sample_data_and_no_name_is_markup() {
        let day = "2026-11-20".parse().unwrap();
        let price = Price { minutes: Some(3.0), wage: Some(300.0) };
        let question = Question { period: Period { first: day, last: day }, price };
        let one = || sample("<b>Tårup</b>", [10, 0, 5, 4, 10, 10, 3, 10]);
        let card = Scorecard {
            kinds: vec![Marking { kind: "Borgere", ..one() }],
            senders: vec![one()],
            systems: vec![one()],
            too_few: (2, 6),
            since: Some(day),
        };
        let frame = Frame::sample("Prøve");
        let shown = Shown::of(SENDERS, &question, Vec::new());
        let html = SendersPage { frame, shown, card, price, least: LEAST, most: 1 }.render().expect("a page");
        for said in
            ["&#60;b&#62;Tårup", "Borgere", "0,2", "60", "handlingsfacet", "/indsigt/afsender/87654321?fra="]
        {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(
            html.contains("2 afsendere") && html.contains("20.11.2026") && !html.contains("<b>"),
            "{html}"
        );
    }
}
