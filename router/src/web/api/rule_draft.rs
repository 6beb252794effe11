//! A program's own draft of the rules: begun from what is in force, changed, checked, proposed.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::caller::Caller;
use super::describe::Refusal;
use super::finding::{Finding, faults, findings};
use super::once::{Act, key_of, once};
use super::problem::Problem;
use super::route::Route;
use super::rules::done_before;
use super::take::{LARGE, Sent};
use super::wire::Text;
use crate::drafting::{DraftError, Drafter, fill, insert, is_field, is_synced, remove, short};
use crate::rule_check::look;
use crate::tokens::Scope;
use crate::web::Pages;
use crate::web::rule_pages::desk;

pub(super) fn routes() -> Vec<Route> {
    let write = Scope::RulesWrite;
    let draft = json!({
        "base": 1, "version": 1, "changed_at": "2026-11-20T08:00:00Z", "behind": null, "differs": false,
        "files": [{ "name": "regler.toml", "text": "[[rule]]\n", "synced": false }]
    });
    let seen = json!({ "seen": 1 });
    vec![
        Route::get("/api/v1/rules/draft", write, show)
            .named("rules", "get_draft", "Vis tokenets kladde")
            .answers::<Held>("Kladden; null, når der ingen er.", json!({ "draft": draft })),
        Route::post("/api/v1/rules/draft/begin", write, begin)
            .named("rules", "begin_draft", "Begynd en kladde fra udgaven i kraft")
            .more("Har tokenet en kladde, bliver den, som den er. En kladde bestemmer intet.")
            .answers::<Draft>("Kladden.", draft.clone())
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/draft/text", write, save_text)
            .named("rules", "save_draft_text", "Ret teksten i en af kladdens filer")
            .more("Også en tekst med fejl gemmes: en kladde bestemmer intet. seen er den version, der blev set.")
            .takes::<TextBody>(json!({ "seen": 1, "file": 0, "text": "[[rule]]\n" }))
            .answers::<Draft>("Kladden, som den er nu.", draft.clone())
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/draft/rule", write, save_rule)
            .named("rules", "save_draft_rule", "Ret, indsæt eller fjern én regel i kladden")
            .more(
                "fields er som felterne på siden: title, when.kle, then, then.unit, annotate.tags …; then er give, hold eller desk. \
                 Felter, der ikke nævnes, bliver, som de er; et tomt felt fjernes. Alt andet i filen bliver til punkt og prikke.",
            )
            .takes::<RuleBody>(json!({
                "seen": 1, "file": 0, "how": "insert", "id": "raager",
                "fields": { "title": "Råger", "when.label_words": "rågerne", "then": "give", "then.unit": "park" }
            }))
            .answers::<Draft>("Kladden, som den er nu.", draft.clone())
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/draft/update", write, update)
            .named("rules", "update_draft", "Hent ind i kladden, hvad der er sat i kraft, siden den blev begyndt")
            .more(
                "Hvor begge har ændret de samme linjer, står begge i teksten mellem mærker, og clean er false: det er en fejl, til \
                 nogen har valgt.",
            )
            .takes::<SeenBody>(seen.clone())
            .answers::<Updated>("Hentet ind.", json!({ "clean": true, "draft": draft }))
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/draft/check", write, check)
            .named("rules", "check_draft", "Se kladden efter: fejl, eksempler og tvivl")
            .more("Har den fejl, er svaret 422 med fil, linje og regel for hver i findings.")
            .takes::<SeenBody>(seen.clone())
            .answers::<Checked>(
                "Kladden kan læses som et regelsæt.",
                json!({ "rules": 12, "examples_passed": 9, "examples_not_run": 0, "findings": [] }),
            )
            .or(Refusal::Conflict),
        once(Route::post("/api/v1/rules/draft/propose", write, propose))
            .named("rules", "propose_draft", "Foreslå kladden som en udgave")
            .more("Udgaven får et nummer, og kladden er væk. Den gælder først, når den sættes i kraft.")
            .takes::<ProposeBody>(json!({ "seen": 3, "reason": "Ny sagsgang" }))
            .answers::<Proposed>("Udgaven er lavet.", json!({ "number": 2 }))
            .or(Refusal::Conflict),
        Route::post("/api/v1/rules/draft/discard", write, discard)
            .named("rules", "discard_draft", "Smid kladden ud")
            .takes::<SeenBody>(seen)
            .answers_nothing()
            .or(Refusal::Conflict),
    ]
}

/// The program's draft, if it has one.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldRuleDraft)]
struct Held {
    draft: Option<Draft>,
}

/// A draft of the rules.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleDraft)]
struct Draft {
    /// The edition that it was begun from, or last brought up to date with.
    base: i64,
    /// How many times it was saved: `seen` of what is done to it.
    version: i64,
    changed_at: Timestamp,
    /// The edition in force, when it is another than `base`.
    behind: Option<i64>,
    /// Does it say anything else than the edition in force?
    differs: bool,
    files: Vec<File>,
}

/// A file of a draft.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleDraftFile)]
struct File {
    name: String,
    text: String,
    /// Is it written from the organisation's source? Then it cannot be changed here.
    synced: bool,
}

/// The version that was seen.
#[derive(Deserialize, ToSchema)]
#[schema(as = RuleDraftSeen)]
#[serde(deny_unknown_fields)]
struct SeenBody {
    /// The draft's version.
    seen: i64,
}

/// The text of a file.
#[derive(Deserialize, ToSchema)]
#[schema(as = RuleDraftText)]
#[serde(deny_unknown_fields)]
struct TextBody {
    /// The draft's version.
    seen: i64,
    /// Place of the file in the draft, from 0.
    file: u32,
    text: String,
}

/// One rule of a file.
#[derive(Deserialize, ToSchema)]
#[schema(as = RuleDraftRule)]
#[serde(deny_unknown_fields)]
struct RuleBody {
    /// The draft's version.
    seen: i64,
    /// Place of the file in the draft, from 0.
    file: u32,
    how: HowChanged,
    /// The rule, by id.
    id: Text,
    /// Id of the rule that a new one comes before; last without it.
    before: Option<Text>,
    /// What the form says, by the names of its fields.
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// What is done to a rule.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = HowRuleIsChanged)]
#[serde(rename_all = "kebab-case")]
enum HowChanged {
    Change,
    Insert,
    Remove,
}

/// A draft with what was put in force since.
#[derive(Serialize, ToSchema)]
#[schema(as = UpdatedRuleDraft)]
struct Updated {
    /// Did nobody have to choose?
    clean: bool,
    draft: Draft,
}

/// A draft without faults.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckedRuleDraft)]
struct Checked {
    /// How many rules there are.
    rules: usize,
    examples_passed: usize,
    /// Examples whose message lies in a file that is not read here.
    examples_not_run: usize,
    /// Examples that come out otherwise than they should, and what is doubtful.
    findings: Vec<Finding>,
}

/// That a draft is to be an edition, and why.
#[derive(Deserialize, ToSchema)]
#[schema(as = ProposeRules)]
#[serde(deny_unknown_fields)]
struct ProposeBody {
    /// The draft's version.
    seen: i64,
    /// Why; it stands in the history and the audit log.
    reason: Text,
}

/// An edition that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = ProposedRules)]
struct Proposed {
    number: i64,
}

/// What can be done with this program's draft.
pub(super) fn drafter<'p>(pages: &'p Pages, caller: &Caller) -> Drafter<'p> {
    Drafter { desk: desk(pages), by: caller.holder().actor() }
}

/// The draft as it is now.
async fn now(drafter: &Drafter<'_>) -> Result<Option<Draft>, Problem> {
    let Some(draft) = drafter.draft().await? else { return Ok(None) };
    let (in_force, standing) = drafter.in_force().await?;
    let file = |(name, text): (String, String)| File {
        synced: is_synced(drafter.desk.config, &name),
        name: short(&name),
        text,
    };
    Ok(Some(Draft {
        base: draft.base,
        version: draft.version,
        changed_at: draft.changed_at,
        behind: (in_force != draft.base).then_some(in_force),
        differs: standing != draft.files,
        files: draft.files.into_iter().map(file).collect(),
    }))
}

/// The draft after something was done to it.
async fn after(drafter: &Drafter<'_>) -> Result<Draft, Problem> {
    now(drafter).await?.ok_or_else(|| DraftError::Meanwhile.into())
}

async fn show(State(pages): State<Pages>, caller: Caller) -> Result<Json<Held>, Problem> {
    Ok(Json(Held { draft: now(&drafter(&pages, &caller)).await? }))
}

async fn begin(State(pages): State<Pages>, caller: Caller) -> Result<Json<Draft>, Problem> {
    let drafter = drafter(&pages, &caller);
    drafter.begin().await?;
    Ok(Json(after(&drafter).await?))
}

async fn save_text(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<TextBody, LARGE>,
) -> Result<Json<Draft>, Problem> {
    let drafter = drafter(&pages, &caller);
    drafter.change(body.seen, body.file as usize, |_| Ok(body.text)).await?;
    Ok(Json(after(&drafter).await?))
}

async fn save_rule(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<RuleBody>,
) -> Result<Json<Draft>, Problem> {
    if body.fields.keys().any(|name| !is_field(name)) {
        return Err(Problem::field("fields", "nævner et felt, som regler ikke har"));
    }
    let (id, fields) = (body.id.as_str(), &body.fields);
    let before = body.before.as_ref().map_or("", Text::as_str);
    let drafter = drafter(&pages, &caller);
    let new = |text: &str| match body.how {
        HowChanged::Change => fill(text, id, fields),
        HowChanged::Insert => insert(text, id, before, fields),
        HowChanged::Remove => remove(text, id),
    };
    drafter.change(body.seen, body.file as usize, new).await?;
    Ok(Json(after(&drafter).await?))
}

async fn update(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<SeenBody>,
) -> Result<Json<Updated>, Problem> {
    let drafter = drafter(&pages, &caller);
    let clean = drafter.bring_up_to_date(body.seen).await?;
    Ok(Json(Updated { clean, draft: after(&drafter).await? }))
}

async fn check(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<SeenBody>,
) -> Result<Json<Checked>, Problem> {
    let draft = drafter(&pages, &caller).draft().await?;
    let draft = draft.filter(|draft| draft.version == body.seen).ok_or(DraftError::Meanwhile)?;
    let looked = look(&pages.room, &pages.config, draft.files.clone()).await;
    let Some(policy) = &looked.policy else {
        return Err(Problem::faulty(faults(&draft.files, &looked)));
    };
    Ok(Json(Checked {
        rules: policy.rules().len(),
        examples_passed: looked.checked.examples.iter().filter(|example| example.passed).count(),
        examples_not_run: looked.not_run(),
        findings: findings(&draft.files, &looked),
    }))
}

async fn propose(
    State(pages): State<Pages>,
    caller: Caller,
    headers: HeaderMap,
    Sent(body): Sent<ProposeBody>,
) -> Result<Json<Proposed>, Problem> {
    let reason = body.reason.as_str();
    let request = format!("propose\n{}\n{reason}", body.seen);
    let key = key_of(&pages.room, &caller, &headers, Act::Rules, &request)?;
    if let Some(number) = done_before(&pages, &key).await? {
        return Ok(Json(Proposed { number }));
    }
    let drafter = drafter(&pages, &caller);
    match drafter.propose(body.seen, reason, Some(&key)).await {
        Ok(number) => Ok(Json(Proposed { number })),
        Err(DraftError::Faulty(_)) => Err(faulty(&pages, &drafter).await?),
        // The same call may have come a moment before, and be what stands in this one's way.
        Err(error) => match done_before(&pages, &key).await? {
            Some(number) => Ok(Json(Proposed { number })),
            None => Err(error.into()),
        },
    }
}

/// What is wrong with the draft.
async fn faulty(pages: &Pages, drafter: &Drafter<'_>) -> Result<Problem, Problem> {
    let draft = drafter.draft().await?.ok_or(DraftError::Meanwhile)?;
    let looked = look(&pages.room, &pages.config, draft.files.clone()).await;
    Ok(Problem::faulty(faults(&draft.files, &looked)))
}

async fn discard(
    State(pages): State<Pages>,
    caller: Caller,
    Sent(body): Sent<SeenBody>,
) -> Result<StatusCode, Problem> {
    drafter(&pages, &caller).discard(body.seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
