//! A set of texts looked at: its faults, or the policy that it is with examples and doubts.

use std::sync::{Arc, Mutex};

use rules::{ExampleResult, Finding, Lint, Policy};

use crate::clock::danish_day;
use crate::rule_check::{self, Checked, Known};
use crate::setup::{self, PolicyFiles, SetupError};
use crate::web::Pages;

/// What was found.
#[derive(Clone, Default)]
pub(super) struct Looked {
    /// The policy, when the texts have no fault.
    pub(super) policy: Option<Arc<Policy>>,
    /// Faults with file and line.
    pub(super) faults: Vec<Finding>,
    /// A fault of the whole (Danish).
    pub(super) said: Option<String>,
    /// Examples and doubts.
    pub(super) checked: Checked,
}

impl Looked {
    /// Examples that came out otherwise than they should.
    pub(super) fn failed(&self) -> impl Iterator<Item = &ExampleResult> {
        self.checked.examples.iter().filter(|example| !example.passed && !example.was_not_run())
    }

    /// Examples whose message lies in a file that a page does not read.
    pub(super) fn not_run(&self) -> usize {
        self.checked.examples.iter().filter(|example| example.was_not_run()).count()
    }

    /// Doubts about a rule.
    pub(super) fn doubts(&self, rule: &str) -> impl Iterator<Item = &Lint> {
        let about = move |lint: &&Lint| lint.rules.first().is_some_and(|first| first == rule);
        self.checked.lints.iter().filter(about)
    }
}

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

/// Looks at these texts, on a thread where it may take its time.
pub(super) async fn look(pages: &Pages, files: PolicyFiles) -> Looked {
    let (config, known) = (pages.config.clone(), Known::of_room(&pages.room));
    let now = pages.room.clock.now();
    let work = tokio::task::spawn_blocking(move || match setup::load_policy(&config, &files) {
        Ok(policy) => {
            let folders = rule_check::folders(&config);
            let checked = rule_check::check(&policy, &known, 0, now, &mut |name| {
                rule_check::within(&policy, &folders, name, now)
            });
            Looked { policy: Some(Arc::new(policy)), checked, ..Looked::default() }
        }
        Err(SetupError::Policy(faults)) => Looked { faults, ..Looked::default() },
        Err(other) => Looked { said: Some(other.to_string()), ..Looked::default() },
    });
    work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Looks at the texts of the edition in force; what was found is kept for the day.
pub(super) async fn look_in_force(pages: &Pages, edition: &str, files: PolicyFiles) -> Arc<Looked> {
    let plan = pages.room.subject_plan().map_or(0, |plan| plan.number);
    let key = format!("{edition} {} {plan}", danish_day(pages.room.clock.now()));
    let known = pages.kept.in_force.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    if let Some((_, looked)) = known.filter(|(of, _)| *of == key) {
        return looked;
    }
    let looked = Arc::new(look(pages, files).await);
    let mut kept = pages.kept.in_force.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    *kept = Some((key, looked.clone()));
    looked
}
