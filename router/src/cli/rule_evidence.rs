//! What `modtag rules check` knows beside the rules: the subject plan, past mail, and who has left.
//!
//! All of it comes from an installation that is there already. Without one the rules are looked at alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use kle::{Standing, Subject};
use rules::{KleState, Policy};

use super::past_mail::PastMail;
use crate::clock::danish_day;
use crate::config::Config;
use crate::organisation::{Snapshot, last_snapshot};
use crate::replay::{Survey, Surveyor};
use crate::setup::{SetupError, store_at_hand};
use crate::store::Store;
use crate::subject_plan::{self, SubjectPlan};

/// What is known.
#[derive(Default)]
pub(super) struct Known {
    /// The subject plan in force.
    pub(super) plan: Option<SubjectPlan>,
    /// Past mail under the policy that is checked; `None` when none was asked about.
    pub(super) survey: Option<Survey>,
    /// The organisation as its source last told it.
    organisation: Option<Snapshot>,
}

impl Known {
    /// Finds out what there is to know. What cannot be found out is said, and leaves its part of the check out.
    pub(super) async fn of(
        config: &Config,
        policy: &Policy,
        quiet_days: u32,
        now: Timestamp,
        quiet: bool,
    ) -> Self {
        let told =
            |what: &str, error: &dyn std::fmt::Display| eprintln!("{what} er ikke efterprøvet: {error}");
        let mut known = Self::default();
        match last_snapshot(config) {
            Ok(snapshot) => known.organisation = snapshot,
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
            Ok(plan) => known.plan = plan,
            Err(error) => told("KLE-numre", &error),
        }
        if quiet_days > 0 {
            match survey(&store, policy, quiet_days, now, quiet).await {
                Ok(survey) => known.survey = Some(survey),
                Err(error) => told("Regler, der ikke passer på noget,", &error),
            }
        }
        store.close().await;
        known
    }

    /// What the plan says of a number; a local one that it does not have is the authority's own affair.
    pub(super) fn kle(&self, number: Subject, today: Date) -> KleState {
        let Some(plan) = &self.plan else { return KleState::Valid };
        match plan.register.subject(number, today) {
            Standing::Expired { .. } => KleState::Expired,
            Standing::Unknown { local: false, .. } if !plan.register.subjects().is_empty() => {
                KleState::Unknown
            }
            _ => KleState::Valid,
        }
    }

    /// Has this person, by id, left?
    pub(super) fn has_left(&self, person: &str, today: Date) -> bool {
        let person = self.organisation.as_ref().and_then(|organisation| organisation.people.get(person));
        person.is_some_and(|person| person.has_left(today))
    }

    /// The last day on which each rule was heard.
    pub(super) fn last_hits(&self) -> BTreeMap<String, Date> {
        let heard = self.survey.iter().flat_map(|survey| &survey.rules);
        heard.map(|(rule, heard)| (rule.clone(), heard.last)).collect()
    }
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
