//! What was found of the edition in force, kept: it is shown often.

use std::sync::{Arc, Mutex};

use crate::clock::danish_day;
use crate::rule_check::{Looked, look};
use crate::setup::PolicyFiles;
use crate::web::Pages;

/// What was found of the edition in force, as it is shown often.
#[derive(Default)]
pub(in crate::web) struct Kept {
    in_force: Mutex<Option<(String, Arc<Looked>)>>,
    /// One count over past mail at a time: it takes all cores.
    pub(in crate::web) counting: OneAtATime,
}

/// Lets one through at a time.
pub(in crate::web) struct OneAtATime(pub(in crate::web) tokio::sync::Semaphore);

impl Default for OneAtATime {
    fn default() -> Self {
        Self(tokio::sync::Semaphore::new(1))
    }
}

/// Looks at the texts of the edition in force; what was found is kept for the day.
pub(super) async fn look_in_force(pages: &Pages, edition: &str, files: PolicyFiles) -> Arc<Looked> {
    let plan = pages.room.subject_plan().map_or(0, |plan| plan.number);
    let key = format!("{edition} {} {plan}", danish_day(pages.room.clock.now()));
    let known = pages.kept.in_force.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    if let Some((_, looked)) = known.filter(|(of, _)| *of == key) {
        return looked;
    }
    let looked = Arc::new(look(&pages.room, &pages.config, files).await);
    let mut kept = pages.kept.in_force.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    *kept = Some((key, looked.clone()));
    looked
}
