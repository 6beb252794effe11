//! `/organisation/enhed/{id}`: one unit: how it journals, what happens to what nobody opens, and what it lets the classifier do.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use rules::{ClosedCase, Grounds, Journals, Limit, MentionedBy, Policy, Unit, Unseen};

use super::tree::unit_called;
use super::{OrgView, frame};
use crate::clock::danish_day;
use crate::store::StoreError;
use crate::story::danish_time;
use crate::unseen::{percent, standing};
use crate::web::Pages;
use crate::web::danish;
use crate::web::page::{Frame, Trouble, draw, trouble};
use crate::web::session::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "organisation/unit.html")]
struct UnitPage {
    frame: Frame,
    view: OrgView,
    id: String,
    name: String,
    settings: Vec<(&'static str, String)>,
    classifier: Vec<(&'static str, String)>,
    stopped: String,
    numbers: Vec<(String, String)>,
    points: Vec<String>,
    people: Vec<(String, bool)>,
    rules: Vec<(String, String)>,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Response {
    match shown(&pages, &visitor, &id).await {
        Ok(page) => draw(&page),
        Err(error) => trouble(&pages, Some(&visitor), &error),
    }
}

async fn shown(pages: &Pages, visitor: &Visitor, id: &str) -> Result<UnitPage, Trouble> {
    let policy = pages.room.policy();
    let unit = policy.unit(id).ok_or(Trouble::NotFound)?;
    let today = danish_day(pages.room.clock.now());
    let organisation = pages.room.organisation();
    let is_away = |person: &str| {
        let known = organisation.as_ref().and_then(|snapshot| snapshot.people.get(person));
        known.is_some_and(|person| !person.is_there(today))
    };
    let plan = pages.room.subject_plan();
    let title = |subject| {
        let standing = plan.as_ref().map(|plan| plan.register.subject(subject, today));
        standing.and_then(|standing| standing.entry()?.title.clone()).unwrap_or_default()
    };
    let mut numbers = Vec::new();
    for mention in policy.mentions() {
        if matches!(mention.by, MentionedBy::Responsibility { unit } if unit == id) {
            let facets = mention.facets.map(|facets| format!(" {facets}")).unwrap_or_default();
            numbers.push((format!("{}{facets}", mention.subject), title(mention.subject)));
        }
    }
    let stops = pages.room.store.stopped_units().await?;
    let stopped = stops.into_iter().find(|stop| stop.unit == id);
    let points = policy.contact_points().filter(|(_, _, unit)| *unit == id);
    let people = policy.people().filter(|person| person.unit == id);
    let rules = policy.rules().iter().filter(|rule| rule.unit() == Some(id));
    Ok(UnitPage {
        frame: frame(pages, visitor, &unit.name),
        view: OrgView::of(pages, visitor, ""),
        id: unit.id.clone(),
        name: unit.name.clone(),
        settings: settings(&policy, unit),
        classifier: classifier(pages, &policy, id).await?,
        stopped: stopped
            .map(|stop| format!("{}: {}", danish_time(stop.stopped_at()), stop.why))
            .unwrap_or_default(),
        numbers,
        points: points.map(|(id, name, _)| name.unwrap_or(id).to_owned()).collect(),
        people: people.map(|person| (person.name.clone(), is_away(&person.id))).collect(),
        rules: rules.map(|rule| (rule.id.clone(), rule.title.clone())).collect(),
    })
}

fn settings(policy: &Policy, unit: &Unit) -> Vec<(&'static str, String)> {
    let called = |id: &str| unit_called(policy, id);
    let mut settings = Vec::new();
    if unit.closed {
        let heir = unit.successor.as_deref().map(|heir| format!("; posten går til {}", called(heir)));
        settings.push(("Nedlagt", format!("ja{}", heir.unwrap_or_default())));
    }
    settings.push(("Hører under", unit.parent.as_deref().map_or("ingen; øverst".into(), called)));
    settings.push((
        "Journaliserer",
        match &unit.journals {
            Journals::Case => "på partens eneste åbne sag med emnet; ellers vælger sagsbehandleren".into(),
            Journals::NewCase => "på partens åbne sag med emnet; ellers på en ny sag".into(),
            Journals::CollectingCase(case) => format!("på samlesagen {case}"),
            Journals::Handler => "sagsbehandleren vælger altid sagen".into(),
            Journals::Never(reason) => format!("journaliserer ikke: {reason}"),
        },
    ));
    let closed_case = match unit.closed_case {
        ClosedCase::Ask => "et menneske spørges",
        ClosedCase::Reopen => "sagen genåbnes",
        ClosedCase::Successor => "den nyeste åbne efterfølger får svaret",
    };
    settings.push(("Svar på en lukket sag", closed_case.into()));
    settings.push((
        "Uåbnet post",
        match policy.escalates_after(&unit.id) {
            None => "bliver liggende".into(),
            Some(days) => {
                let to = policy.escalates_to(&unit.id).map_or("postfordeleren", |unit| unit.name.as_str());
                format!("går efter {days} arbejdsdage videre til {to}")
            }
        },
    ));
    settings
}

/// What the unit lets the classifier do, and how that has gone.
async fn classifier(
    pages: &Pages,
    policy: &Policy,
    id: &str,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let Some(allowed) = policy.unseen(id) else {
        return Ok(vec![("Tilladt", "kun forslag".to_owned())]);
    };
    let mut shown = permission(allowed);
    if allowed.pass_on {
        let model = pages.room.suggest.edition();
        let [subject, group] = standing::limits(&pages.room, allowed, &model).await?;
        shown.push(("Grænse for et emne", limit(subject)));
        shown.push(("Grænse for en gruppe", limit(group)));
    }
    let tallies = pages.room.store.judged_tallies().await?;
    if let Some(tally) = tallies.iter().find(|tally| tally.unit == id) {
        let (letters, settled, wrong) = tally.passed_on();
        let share = (settled > 0).then(|| percent(wrong as f64 / settled as f64));
        let share = share.map(|share| format!(", {share} forkert")).unwrap_or_default();
        shown.push((
            "Sendt videre uset",
            format!("{letters} breve, {settled} afgjort, {wrong} forkert{share}"),
        ));
    }
    Ok(shown)
}

fn permission(allowed: &Unseen) -> Vec<(&'static str, String)> {
    let yes = |is: bool| if is { "ja" } else { "nej" }.to_owned();
    let grounds = match allowed.grounds {
        Grounds::Own => "enhedens egne afgjorte breve",
        Grounds::Shipped => "den medfølgende models, til der er nok af enhedens egne breve",
    };
    vec![
        ("Må sende videre uset", yes(allowed.pass_on)),
        ("Må lære af svar", yes(allowed.learn)),
        ("Fejlbudget", percent(allowed.budget)),
        ("Grænsen findes på", grounds.into()),
        ("Tilladt af", format!("{}, fra {}", allowed.allowed_by, danish::day(allowed.since))),
        ("Hjemmel", allowed.legal_basis.clone()),
    ]
}

fn limit(limit: Option<Limit>) -> String {
    match limit {
        None => "ingen: der er for få afgjorte breve".into(),
        Some(Limit { from, letters: Some(letters) }) => {
            format!("{}, fundet på {letters} breve", percent(f64::from(from)))
        }
        Some(Limit { from, letters: None }) => {
            format!("{}, den medfølgende models", percent(f64::from(from)))
        }
    }
}
