//! A set of texts looked at: its faults, or the policy that it is with examples and doubts.

use std::sync::Arc;

use rules::{ExampleResult, Finding, Lint, Policy};

use super::{Checked, Known, check, folders, within};
use crate::config::Config;
use crate::room::PostRoom;
use crate::setup::{self, PolicyFiles, SetupError};

/// What was found.
#[derive(Clone, Default)]
pub struct Looked {
    /// The policy, when the texts have no fault.
    pub policy: Option<Arc<Policy>>,
    /// Faults with file and line.
    pub faults: Vec<Finding>,
    /// A fault of the whole (Danish).
    pub said: Option<String>,
    /// Examples and doubts.
    pub checked: Checked,
}

impl Looked {
    /// How many faults there are.
    pub fn count_faults(&self) -> usize {
        self.faults.len() + usize::from(self.said.is_some())
    }

    /// Examples that came out otherwise than they should.
    pub fn failed(&self) -> impl Iterator<Item = &ExampleResult> {
        self.checked.examples.iter().filter(|example| !example.passed && !example.was_not_run())
    }

    /// Examples whose message lies in a file that is not read here.
    pub fn not_run(&self) -> usize {
        self.checked.examples.iter().filter(|example| example.was_not_run()).count()
    }

    /// Doubts about a rule.
    pub fn doubts(&self, rule: &str) -> impl Iterator<Item = &Lint> {
        let about = move |lint: &&Lint| lint.rules.first().is_some_and(|first| first == rule);
        self.checked.lints.iter().filter(about)
    }
}

/// Looks at these texts, on a thread where it may take its time.
pub async fn look(room: &PostRoom, config: &Config, files: PolicyFiles) -> Looked {
    let (config, known) = (config.clone(), Known::of_room(room));
    let now = room.clock.now();
    let work = tokio::task::spawn_blocking(move || match setup::load_policy(&config, &files) {
        Ok(policy) => {
            let folders = folders(&config);
            let checked = check(&policy, &known, 0, now, &mut |name| within(&policy, &folders, name, now));
            Looked { policy: Some(Arc::new(policy)), checked, ..Looked::default() }
        }
        Err(SetupError::Policy(faults)) => Looked { faults, ..Looked::default() },
        Err(other) => Looked { said: Some(other.to_string()), ..Looked::default() },
    });
    work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
