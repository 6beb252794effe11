//! `/indsigt/afsender/{key}`: one sender by CVR number: what is missing, what it costs, and a letter about it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::sheet::{Sheet, TO_SENDER, ending, file, hand_out, tell};
use super::{Asked, Question, Shown, frame};
use crate::insight::business::Worth;
use crate::insight::count_danish;
use crate::insight::letter::{From, letter};
use crate::insight::marks::Mark;
use crate::insight::senders::{Marking, OneSender, one, table_of_fields};
use crate::paper::{Draft, Part, docx};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::plot::{self, Bar};
use crate::web::session::{SignedIn, Visitor};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

#[derive(Template)]
#[template(path = "insight/sender.html")]
struct SenderPage {
    frame: Frame,
    shown: Shown,
    one: OneSender,
    worth: Worth,
    plot: String,
    letter: Draft,
}

impl SenderPage {
    fn marks(&self) -> [Mark; 8] {
        Mark::ALL
    }

    fn day(&self, day: &jiff::civil::Date) -> String {
        danish::day(*day)
    }
}

/// One sender, or why there is nothing to show. Too few letters look like none at all.
async fn found(pages: &Pages, key: &str, question: &Question) -> Result<OneSender, Trouble> {
    let is_cvr = key.len() == 8 && key.bytes().all(|byte| byte.is_ascii_digit());
    if !is_cvr {
        return Err(Trouble::NotFound);
    }
    one(&pages.room, key, question.period).await?.ok_or(Trouble::NotFound)
}

fn draft(pages: &Pages, question: &Question, marking: &Marking) -> Draft {
    let Question { period, price } = *question;
    letter(&From { authority: &pages.name, period, price }, marking)
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let (question, said) = asked.understood(&pages);
    match found(&pages, &key, &question).await {
        Ok(one) => draw(&page_of(&pages, &visitor, &question, said, one)),
        Err(why) => trouble(&pages, Some(&visitor), &why),
    }
}

fn page_of(
    pages: &Pages,
    visitor: &Visitor,
    question: &Question,
    said: Vec<String>,
    one: OneSender,
) -> SenderPage {
    let here = format!("/indsigt/afsender/{}", one.marking.key);
    SenderPage {
        frame: frame(pages, visitor, "Afsender"),
        shown: Shown::of(&here, question, said),
        worth: one.marking.cost(&question.price),
        plot: draw_marks(&one.marking),
        letter: draft(pages, question, &one.marking),
        one,
    }
}

fn draw_marks(marking: &Marking) -> String {
    let bar = |mark: Mark| {
        let share = marking.share(mark).unwrap_or_default();
        let said = format!("{} ({})", marking.share_danish(&mark), count_danish(marking.with(mark)));
        Bar { name: mark.danish().to_owned(), share, said }
    };
    plot::bars("Andel af afsenderens breve med hvert mærke", &Mark::ALL.map(bar))
}

/// Takes the letter out as a Word document, or the marks as a table.
pub(super) async fn take_out(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(key): Path<String>,
    Form(asked): Form<Asked>,
) -> Response {
    let (question, _) = asked.understood(&pages);
    let one = match found(&pages, &key, &question).await {
        Ok(one) => one,
        Err(why) => return trouble(&pages, Some(&visitor), &why),
    };
    if asked.svar == "docx" {
        return word(&pages, &visitor, &question, &one.marking).await;
    }
    match ending(&asked.svar) {
        Ok(ending) => {
            let table = table_of_fields(&one.marking);
            let sheet = Sheet { what: "maerker", table, ending, why: TO_SENDER };
            hand_out(&pages, &visitor, &question, sheet, |event| event.with("sender", key)).await
        }
        Err(said) => trouble(&pages, Some(&visitor), &said),
    }
}

async fn word(pages: &Pages, visitor: &Visitor, question: &Question, marking: &Marking) -> Response {
    let Ok(bytes) = docx(&draft(pages, question, marking)) else {
        let said = "Dokumentet kunne ikke laves. Brug brevet på siden i stedet.".to_owned();
        return trouble(pages, Some(visitor), &Trouble::Said(said));
    };
    let told = tell(pages, visitor, question, TO_SENDER, |event| {
        event.with("what", "brev").with("format", "docx").with("sender", &marking.key)
    });
    match told.await {
        Ok(()) => file(pages, "brev-om-opmaerkning", "docx", WORD, bytes),
        Err(error) => trouble(pages, Some(visitor), &error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::business::Price;
    use crate::insight::senders::sample;
    use crate::oversight::Period;

    #[test]
    fn the_page_can_be_drawn_with_sample_data_and_no_name_is_markup() {
        let day = "2026-11-20".parse().unwrap();
        let price = Price { minutes: Some(3.0), wage: Some(300.0) };
        let question = Question { period: Period { first: day, last: day }, price };
        let marking = sample("<i>Tårup</i>", [10, 0, 5, 4, 10, 10, 3, 10]);
        let from = From { authority: "Sandby <Kommune>", period: question.period, price };
        let page = SenderPage {
            frame: Frame::sample("Sandby <Kommune>"),
            shown: Shown::of("/indsigt/afsender/87654321", &question, Vec::new()),
            worth: marking.cost(&price),
            plot: draw_marks(&marking),
            letter: letter(&from, &marking),
            one: OneSender { systems: vec![sample("", [0; 8])], since: Some(day), marking },
        };
        let html = page.render().expect("the page is drawn");
        for said in
            ["&#60;i&#62;Tårup", "KLEdata/activityFacet", "Sandby &#60;Kommune&#62;", "docx", "ikke oplyst"]
        {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("<i>"), "{html}");
    }
}
