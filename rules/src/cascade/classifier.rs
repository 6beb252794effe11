//! Step 6, classifier and index: suggestions for a person to look at, and a decision where a unit has allowed one.
//!
//! It decides only where everything speaks for it: the letter has no mark of its own and names no case that could not be
//! settled; the classifier does not doubt that it says something; the unit that answers for the best subject has allowed
//! letters to be passed on unseen, and is not stopped; and the subject, or the group where all of it is that unit's, is as
//! sure as the unit's limit asks. A main group alone never decides.
//!
//! On a guess nothing is journaled and no case is opened, also where the unit journals on one case or not at all: what is
//! journaled cannot be taken back when the letter turns out to be somebody else's. The case handler chooses the case.

use kle::{Level, Subject};

use super::{Asked, Verdict, hand_over};
use crate::{Belief, Journaling, Judgement, Limit, Step, Unit, Unseen, time};

/// Why a letter waits, as a stable code and a Danish clause.
struct Passes(&'static str, String);

/// What the classifier decides on.
struct Sure<'p> {
    belief: Belief,
    limit: Limit,
    unit: &'p Unit,
    allowed: &'p Unseen,
}

pub(super) fn ask(asked: &mut Asked<'_>) -> Option<Verdict> {
    let facts = asked.facts;
    let Some(judgement) = &facts.judgement else { return suggested(asked) };
    if let Some(doubt) = &judgement.doubt {
        return asked.pass(
            Step::Classifier,
            "classifier.doubt",
            format!("Klassifikatoren afgør intet: {doubt}"),
        );
    }
    let Some(best) = judgement.belief(Level::Subject) else { return suggested(asked) };
    match sure(asked, judgement, best.label) {
        Ok(sure) => {
            let text = sure.wording();
            // A case that the sender's own return data proved is no guess.
            let journaling = asked.safe_case.clone().map_or(Journaling::LeftToHandler, Journaling::OnCase);
            let text = format!("{text}; {}", super::journaling::wording(&journaling));
            let outcome = hand_over(&sure.unit.id, None, journaling);
            asked.answer(Step::Classifier, "classifier.decides", text, outcome)
        }
        Err(Passes(code, why)) => {
            let text = format!(
                "Klassifikatoren foreslår KLE {} ({} sikker), men må ikke afgøre det: {why}",
                best.label,
                percent(best.confidence)
            );
            asked.pass(Step::Classifier, code, text)
        }
    }
}

/// Suggestions of somebody who has not judged.
fn suggested(asked: &mut Asked<'_>) -> Option<Verdict> {
    match asked.facts.suggestions.first() {
        None => asked.pass(Step::Classifier, "classifier.none", "Klassifikatoren har intet forslag"),
        Some(best) => {
            let text = format!(
                "Klassifikatoren foreslår KLE {} ({} sikker), men må ikke afgøre det selv",
                best.subject,
                percent(best.confidence)
            );
            asked.pass(Step::Classifier, "classifier.suggests", text)
        }
    }
}

fn sure<'p>(asked: &Asked<'p>, judgement: &Judgement, best: Subject) -> Result<Sure<'p>, Passes> {
    let (policy, facts) = (asked.policy, asked.facts);
    let passes = |code, why: &str| Passes(code, why.to_owned());
    if asked.unsettled.is_some() {
        return Err(passes(
            "classifier.unsettled",
            "brevet svarer på eller nævner en sag, der ikke kunne afgøres",
        ));
    }
    if facts.subject.as_ref().is_some_and(|mark| mark.ours) {
        return Err(passes("classifier.marked", "brevet er selv mærket med KLE"));
    }
    let unit = policy.responsible(best, None);
    let unit = unit.ok_or_else(|| passes("classifier.unowned", "ingen enhed har ansvaret for emnet"))?;
    let day = time::danish(facts.available_at).date();
    let allowed = policy.unseen(&unit.id).filter(|allowed| allowed.pass_on && allowed.holds_on(day));
    let not_allowed =
        || Passes("classifier.not-allowed", format!("enheden {} har ikke tilladt det", unit.name));
    let allowed = allowed.ok_or_else(not_allowed)?;
    let standing = judgement.standing.as_ref().filter(|standing| standing.unit == unit.id);
    let unknown = || Passes("classifier.other-unit", format!("grænsen for {} kendes ikke", unit.name));
    let standing = standing.ok_or_else(unknown)?;
    if standing.stopped {
        let why = format!("det er standset for {}, fordi for meget gik galt", unit.name);
        return Err(Passes("classifier.stopped", why));
    }
    let levels = [(Level::Subject, standing.subject), (Level::Group, standing.group)];
    let limits = levels.map(|(level, limit)| limit.zip(judgement.belief(level)));
    if limits.iter().all(Option::is_none) {
        let why = format!("{} har for få afgjorte breve til, at en grænse kan findes", unit.name);
        return Err(Passes("classifier.too-little-data", why));
    }
    let mut sure = limits.into_iter().flatten().filter(|(limit, belief)| limit.allows(belief.confidence));
    let Some((limit, belief)) = sure.next() else {
        return Err(Passes("classifier.unsure", format!("grænsen for {} er {}", unit.name, below(&limits))));
    };
    if belief.label.level() == Level::Group {
        let whole = policy.responsible_for_all(belief.label);
        if whole.is_none_or(|whole| whole.id != unit.id) {
            let why = format!("emnet er ikke sikkert nok, og {} er delt mellem flere enheder", belief.label);
            return Err(Passes("classifier.group-split", why));
        }
    }
    Ok(Sure { belief, limit, unit, allowed })
}

/// The limits that were not reached, for each level that has one.
fn below(limits: &[Option<(Limit, Belief)>; 2]) -> String {
    let told: Vec<String> = limits
        .iter()
        .flatten()
        .map(|(limit, belief)| {
            let level = if belief.label.level() == Level::Subject { "emnet" } else { "gruppen" };
            format!("{} for {level} ({})", share(limit.from), share(belief.confidence))
        })
        .collect();
    told.join(" og ")
}

impl Sure<'_> {
    fn wording(&self) -> String {
        let Self { belief, limit, unit, allowed } = self;
        let ground = match limit.letters {
            Some(letters) => format!("fra {letters} afgjorte breve"),
            None => "modellens egen".to_owned(),
        };
        format!(
            "Klassifikatoren er {} sikker på KLE {} og må afgøre det: enheden {} har ansvaret og har tilladt det \
             (siden {}), grænse {}, {ground}",
            share(belief.confidence),
            belief.label,
            unit.name,
            allowed.since,
            share(limit.from),
        )
    }
}

fn percent(confidence: f32) -> String {
    format!("{:.0} %", (confidence.clamp(0.0, 1.0) * 100.0).round())
}

/// A probability as Danes write it, rounded down so that it never looks surer than it is.
fn share(confidence: f32) -> String {
    // 0.97f32 times a thousand must not become 969.
    let thousandths = (f64::from(confidence.clamp(0.0, 1.0)) * 1000.0 + 1e-4).floor() / 1000.0;
    let written = format!("{thousandths:.3}").replace('.', ",");
    written.strip_suffix('0').map_or_else(|| written.clone(), str::to_owned)
}
