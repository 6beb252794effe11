//! `modtag rules check`: policy files read, their examples run, and what is doubtful told, before anything bites.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::civil::Date;
use kle::{Standing, Subject};
use rules::{ExampleResult, Facts, KleState, Lint, LintEvidence, Policy};
use serde::Serialize;

use super::{Failure, print_json};
use crate::clock::{Clock, SystemClock, danish_day};
use crate::config::Config;
use crate::subject_plan::{self, SubjectPlan};
use crate::{intake, setup};

/// What was found, as it is told.
#[derive(Serialize)]
struct Told {
    /// Rules, units and people that were read.
    rules: usize,
    units: usize,
    people: usize,
    examples: usize,
    /// The edition of the subject plan that numbers were held against, when there is one.
    subject_plan: Option<i64>,
    failed: Vec<ToldExample>,
    lints: Vec<ToldLint>,
}

#[derive(Serialize)]
struct ToldExample {
    file: String,
    line: usize,
    example: Option<String>,
    rule: Option<String>,
    expected: String,
    found: String,
    #[serde(skip)]
    text: String,
}

#[derive(Serialize)]
struct ToldLint {
    file: String,
    line: usize,
    code: &'static str,
    rules: Vec<String>,
    what: String,
    advice: String,
    witness: Option<String>,
    #[serde(skip)]
    text: String,
}

/// Reads, runs and lints. Fails when the files cannot be read or an example comes out otherwise; doubts alone do not fail.
pub(super) async fn check(config: &Config, json: bool) -> Result<ExitCode, Failure> {
    let files = setup::policy_files(config)?;
    let policy = setup::load_policy(config, &files)?;
    let now = SystemClock.now();
    let folders = folders(config);
    let results = rules::run_examples(&policy, &mut |name| facts_of(&policy, &folders, name, now));
    let plan = subject_plan::at_hand(config).await.unwrap_or_else(|error| {
        eprintln!("KLE-numre er ikke efterprøvet: {error}");
        None
    });
    let today = danish_day(now);
    let kle = |number| plan.as_ref().map_or(KleState::Valid, |plan| state(plan, number, today));
    let lints = rules::lint(&policy, today, &LintEvidence { kle: &kle, ..LintEvidence::none() });
    let told = Told {
        rules: policy.rules().len(),
        units: policy.units().count(),
        people: policy.people().count(),
        examples: results.len(),
        subject_plan: plan.as_ref().map(|plan| plan.number),
        failed: results.into_iter().filter(|result| !result.passed).map(ToldExample::of).collect(),
        lints: lints.into_iter().map(ToldLint::of).collect(),
    };
    if json {
        print_json(&told)?
    } else {
        print!("{}", told.danish())
    }
    Ok(if told.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the plan says of a number; a local one that it does not have is the authority's own affair.
fn state(plan: &SubjectPlan, number: Subject, today: Date) -> KleState {
    match plan.register.subject(number, today) {
        Standing::Expired { .. } => KleState::Expired,
        Standing::Unknown { local: false, .. } if !plan.register.subjects().is_empty() => KleState::Unknown,
        _ => KleState::Valid,
    }
}

/// Folders of the policy files, where the messages of examples are looked for.
fn folders(config: &Config) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        config.policy.files.iter().filter_map(|file| file.parent()).map(Path::to_path_buf).collect();
    folders.sort();
    folders.dedup();
    folders
}

/// The facts of a message that an example names, as far as the message itself tells them: no case is looked up.
fn facts_of(policy: &Policy, folders: &[PathBuf], name: &str, now: Timestamp) -> Option<Facts> {
    let file = folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file())?;
    let bytes = std::fs::read(file).ok()?;
    let reading = intake::read_bytes(&bytes).ok()?;
    let message = &reading.message;
    Some(Facts {
        kind: rules::message_kind(policy, message),
        sender: rules::sender_kind(policy, message),
        recipient: rules::recipient_kind(policy, message),
        subject: rules::marked_subject(policy, message),
        remarks: reading.remarks,
        available_at: now,
        size: bytes.len() as u64,
        named_cases: Vec::new(),
        holds: Vec::new(),
        text: reading.text,
        technical: reading.technical,
        suggestions: Vec::new(),
        message: reading.message,
    })
}

impl ToldExample {
    fn of(result: ExampleResult) -> Self {
        let text = result.to_string();
        let ExampleResult { file, line, name, rule, expected, found, .. } = result;
        Self { file, line, example: name, rule, expected, found, text }
    }
}

impl ToldLint {
    fn of(lint: Lint) -> Self {
        let text = lint.to_string();
        let Lint { file, line, code, rules, what, advice, witness } = lint;
        Self { file, line, code, rules, what, advice, witness, text }
    }
}

impl Told {
    fn danish(&self) -> String {
        let failed = self.failed.iter().map(|example| &example.text);
        let lints = self.lints.iter().map(|lint| &lint.text);
        let mut text: String = failed.chain(lints).map(|line| format!("{line}\n")).collect();
        text.push_str(&format!(
            "{} regler, {} enheder, {} medarbejdere. {} af {} eksempler går, som de skal. {} ting at se på.\n",
            self.rules,
            self.units,
            self.people,
            self.examples - self.failed.len(),
            self.examples,
            self.lints.len()
        ));
        if let Some(number) = self.subject_plan {
            text.push_str(&format!("KLE-numrene er holdt op mod emneplanens udgave {number}.\n"));
        }
        text
    }
}
