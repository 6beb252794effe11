//! Rules tried: on one message, and on past mail, beside those in force. Nothing is set in motion.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::describe::Refusal;
use super::finding::faults;
use super::problem::Problem;
use super::route::Route;
use super::rule_draft::drafter;
use super::take::Sent;
use crate::replay::{Kind, Shown, shifts};
use crate::rule_trial::{self, Found, NotTried, Replayed, Side, Tried};
use crate::tokens::Scope;
use crate::web::Pages;

pub(super) fn routes() -> Vec<Route> {
    let side = json!({ "happens": "gives til Park og Vej; sagsbehandleren vælger sagen", "steps": [{ "decides": true, "text": "Reglen raager" }] });
    let receiver = json!({
        "name": "Park og Vej", "before": 3, "after": 5, "automatic": 2, "manual": 0, "gained": 0, "lost": 0
    });
    let change = json!({
        "change": "newly-automatic", "text": "→ Park og Vej", "count": 2, "first": "018f0000-0000-7000-8000-000000000000"
    });
    vec![
        Route::post("/api/v1/rules/try", Scope::RulesTry, one)
            .named("rules", "try_rules", "Prøv regler på et brev ved siden af dem, der er i kraft")
            .more(
                "edition er en udgaves nummer; uden den prøves tokenets kladde. Sig ét af message, example og sketch. Hvad et brev er \
                 mærket med, ses af svaret, så det skrives i revisionssporet. Intet sættes i gang.",
            )
            .takes::<TryBody>(json!({ "edition": 2, "sketch": "label = \"rågerne\"" }))
            .answers::<Trial>(
                "Hvad begge ville gøre.",
                json!({
                    "what": "Brevet, du skrev", "marks": [{ "name": "KLE", "value": "27.18.04" }],
                    "change": "Brevet ville blive fordelt uden et menneske.", "not_looked_up": false,
                    "in_force": side, "tried": side
                }),
            )
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/replay", Scope::RulesTry, past)
            .named("rules", "replay_rules", "Prøv regler på den post, der er kommet")
            .more("Én optælling ad gangen og højst 20.000 meddelelser; ellers brug modtag rules replay. Intet sættes i gang.")
            .takes::<ReplayBody>(json!({ "edition": 2, "days": 30 }))
            .answers::<Replay>(
                "Hvad der ville ske med hver modtagers post.",
                json!({
                    "edition": 2, "against": 1, "days": 30, "messages": 40, "unchanged": 38, "unreadable": 0, "not_looked_up": 0,
                    "receivers": [receiver], "changes": [change], "better": 1, "worse": 0
                }),
            )
            .or(Refusal::Conflict),
    ]
}

/// What is tried, and on what.
#[derive(Deserialize, ToSchema)]
#[schema(as = TryRules)]
#[serde(deny_unknown_fields)]
struct TryBody {
    /// Number of the edition; the token's draft without it.
    edition: Option<i64>,
    /// A stored message, by id.
    message: Option<Uuid>,
    /// Place of an example among those in the texts, from 0.
    example: Option<u32>,
    /// A message with the keys of an example (TOML).
    sketch: Option<String>,
}

/// What both sides would do with a message.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleTrial)]
struct Trial {
    /// What was tried (Danish).
    what: String,
    marks: Vec<Marked>,
    /// What would be different (Danish).
    change: &'static str,
    /// Would a case have been looked up that nobody looked up then?
    not_looked_up: bool,
    in_force: TriedSide,
    tried: TriedSide,
}

/// What a message is marked with.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleTrialMark)]
struct Marked {
    /// Danish.
    name: &'static str,
    value: String,
}

/// What one side would do.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleTrialSide)]
struct TriedSide {
    /// Danish.
    happens: String,
    steps: Vec<Step>,
}

/// A step of the decision.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleTrialStep)]
struct Step {
    decides: bool,
    /// Danish.
    text: String,
}

/// What is tried, and on how much mail.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReplayRules)]
#[serde(deny_unknown_fields)]
struct ReplayBody {
    /// Number of the edition; the token's draft without it.
    edition: Option<i64>,
    /// Days of mail.
    #[schema(minimum = 1, maximum = 366)]
    days: i64,
}

/// What would become of past mail.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleReplay)]
struct Replay {
    /// Null for the token's draft.
    edition: Option<i64>,
    /// The edition in force.
    against: i64,
    days: i64,
    messages: u64,
    unchanged: u64,
    /// Damaged messages that were left out.
    unreadable: u64,
    /// Messages of which a case would have been looked up that nobody looked up then.
    not_looked_up: u64,
    receivers: Vec<Receiver>,
    changes: Vec<Change>,
    /// Messages that would be handed to whom a person chose, and are not.
    better: usize,
    /// Messages that are handed to whom a person chose, and would not be.
    worse: usize,
}

/// What would become of one receiver's mail.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleReplayReceiver)]
struct Receiver {
    name: String,
    before: u64,
    after: u64,
    /// Comes without a person having been asked, where one was.
    automatic: u64,
    /// Waits for a person, where nobody was asked.
    manual: u64,
    /// Comes from another receiver.
    gained: u64,
    /// Goes to another receiver.
    lost: u64,
}

/// Messages with the same difference.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleReplayChange)]
struct Change {
    change: ChangeKind,
    /// From whom to whom (Danish).
    text: String,
    count: usize,
    /// One of the messages, by id.
    first: String,
}

/// A kind of difference.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleReplayChangeKind)]
#[serde(rename_all = "kebab-case")]
enum ChangeKind {
    NewlyAutomatic,
    NewlyManual,
    Moved,
    JournaledOtherwise,
    MarkedOtherwise,
}

/// What is to be tried; without faults.
async fn sound(pages: &Pages, caller: &Caller, edition: Option<i64>) -> Result<Tried, Problem> {
    let tried = rule_trial::tried(&pages.room, &drafter(pages, caller), edition).await?;
    let tried = tried.ok_or_else(|| {
        Problem::conflict("Tokenet har ingen kladde at prøve. Begynd en, eller sig en udgaves nummer.")
    })?;
    match tried.looked.policy {
        Some(_) => Ok(tried),
        None => Err(Problem::faulty(faults(&tried.files, &tried.looked))),
    }
}

async fn one(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<TryBody>,
) -> Result<Json<Trial>, Problem> {
    let room = &pages.room;
    if [body.message.is_some(), body.example.is_some(), body.sketch.is_some()]
        .into_iter()
        .filter(|said| *said)
        .count()
        != 1
    {
        return Err(Problem::field("message", "sig ét af message, example og sketch"));
    }
    let tried = sound(&pages, &caller, body.edition).await?;
    let found = match (body.message, body.example, body.sketch) {
        (Some(id), _, _) => {
            rule_trial::of_stored(room, caller.holder().actor(), &tried, &id.to_string()).await
        }
        (None, Some(place), _) => rule_trial::of_sample(room, &tried, place as usize).await,
        (None, None, sketch) => rule_trial::of_sketch(room, &tried, &sketch.unwrap_or_default()).await,
    };
    Ok(Json(trial(found?)))
}

fn trial(found: Found) -> Trial {
    let side = |side: Side| TriedSide {
        happens: side.happens,
        steps: side.lines.into_iter().map(|(decides, text)| Step { decides, text }).collect(),
    };
    let Found { what, marks, trial } = found;
    Trial {
        what,
        marks: marks.into_iter().map(|(name, value)| Marked { name, value }).collect(),
        change: trial.change,
        not_looked_up: trial.not_looked_up,
        in_force: side(trial.old),
        tried: side(trial.new),
    }
}

async fn past(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<ReplayBody>,
) -> Result<Json<Replay>, Problem> {
    if !(1..=rule_trial::MOST_DAYS).contains(&body.days) {
        return Err(NotTried::Days.into());
    }
    let tried = sound(&pages, &caller, body.edition).await?;
    let counting = &pages.kept.counting.0;
    let by = caller.holder().actor();
    let replayed = rule_trial::on_past_mail(&pages.room, by, counting, &tried, body.days).await?;
    Ok(Json(replay(replayed, body)))
}

fn replay(replayed: Replayed, body: ReplayBody) -> Replay {
    let Replayed { tally, against, sides: [new, old] } = replayed;
    let policies: &[&rules::Policy] = &[&new, &old];
    let name = |unit: &str| {
        let known = policies.iter().find_map(|policy| policy.unit(unit));
        known.map_or_else(|| unit.to_owned(), |unit| unit.name.clone())
    };
    let receivers = shifts(&tally.flows, &name).into_iter().map(|shift| Receiver {
        name: shift.name,
        before: shift.before,
        after: shift.after,
        automatic: shift.automatic,
        manual: shift.manual,
        gained: shift.gained,
        lost: shift.lost,
    });
    let receivers = receivers.collect();
    let (better, worse) = (tally.truth.better.len(), tally.truth.worse.len());
    let shown = Shown::of(tally, body.edition, Some(against), policies);
    let changes = shown.changes.iter().map(|line| Change {
        change: match line.kind() {
            Kind::NewlyAutomatic => ChangeKind::NewlyAutomatic,
            Kind::NewlyManual => ChangeKind::NewlyManual,
            Kind::Moved => ChangeKind::Moved,
            Kind::JournaledOtherwise => ChangeKind::JournaledOtherwise,
            Kind::MarkedOtherwise => ChangeKind::MarkedOtherwise,
        },
        text: line.way(),
        count: line.count(),
        first: line.first(),
    });
    Replay {
        edition: body.edition,
        against,
        days: body.days,
        messages: shown.messages,
        unchanged: shown.unchanged,
        unreadable: shown.unreadable,
        not_looked_up: shown.not_looked_up,
        receivers,
        changes: changes.collect(),
        better,
        worse,
    }
}
