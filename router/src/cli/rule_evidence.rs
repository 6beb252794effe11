//! What `modtag rules check` knows beside the rules: the subject plan, past mail, and who has left.
//!
//! All of it comes from an installation that is there already. Without one the rules are looked at alone.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rules::Policy;

use super::past_mail::PastMail;
use crate::clock::danish_day;
use crate::config::Config;
use crate::organisation::last_snapshot;
use crate::replay::{Survey, Surveyor};
use crate::rule_check::Known;
use crate::setup::{SetupError, store_at_hand};
use crate::store::Store;
use crate::subject_plan;

/// Finds out what there is to know. What cannot be found out is said, and leaves its part of the check out.
pub(super) async fn ask(
    config: &Config,
    policy: &Policy,
    quiet_days: u32,
    now: Timestamp,
    quiet: bool,
) -> Known {
    let told = |what: &str, error: &dyn std::fmt::Display| eprintln!("{what} er ikke efterprøvet: {error}");
    let mut known = Known::default();
    match last_snapshot(config) {
        Ok(snapshot) => known.organisation = snapshot.map(Arc::new),
        Err(error) => told("Fratrådte medarbejdere", &error.danish()),
    }
    let store = match store_at_hand(config).await {
        Ok(Some(store)) => store,
        Ok(None) => return known,
        Err(error) => {
            told("KLE-numre og modtaget post", &error);
            return known;
        }
    };
    match subject_plan::in_force(&store).await {
        Ok(plan) => known.plan = plan.map(Arc::new),
        Err(error) => told("KLE-numre", &error),
    }
    if quiet_days > 0 {
        match survey(&store, policy, quiet_days, now, quiet).await {
            Ok(survey) => known.survey = Some(Arc::new(survey)),
            Err(error) => told("Regler, der ikke passer på noget,", &error),
        }
    }
    store.close().await;
    known
}

async fn survey(
    store: &Store,
    policy: &Policy,
    days: u32,
    now: Timestamp,
    quiet: bool,
) -> Result<Survey, SetupError> {
    let since =
        now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
    let surveyor = Surveyor(Arc::new(policy.clone()));
    let mut survey = PastMail::since(since).count(store, &surveyor, quiet).await?;
    // Mail that was stored within the days may have been at our door before.
    survey.since = survey.since.map(|first| first.max(danish_day(since)));
    Ok(survey)
}
