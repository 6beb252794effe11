//! `modtag rules check`: policy files read, their examples run, and what is doubtful told, before anything bites.

use std::process::ExitCode;

use rules::{ExampleResult, Finding, Lint};
use serde::Serialize;

use super::rule_evidence::ask;
use super::{Failure, print_json};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::rule_check::{self, Checked};
use crate::setup::{self, SetupError};

/// What was found, as it is told.
#[derive(Default, Serialize)]
struct Told {
    /// Why the files can not be taken; then nothing else was looked at.
    faults: Vec<ToldFault>,
    /// Rules, units and people that were read.
    rules: usize,
    units: usize,
    people: usize,
    examples: usize,
    /// The edition of the subject plan that numbers were held against, when there is one.
    subject_plan: Option<i64>,
    /// Messages of past mail that the rules were held against, when there is any.
    messages: Option<u64>,
    failed: Vec<ToldExample>,
    lints: Vec<ToldLint>,
}

#[derive(Serialize)]
struct ToldFault {
    file: String,
    line: usize,
    column: usize,
    code: &'static str,
    what: String,
    advice: String,
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
pub(super) async fn check(config: &Config, quiet_days: u32, json: bool) -> Result<ExitCode, Failure> {
    let files = setup::policy_files(config)?;
    let policy = match setup::load_policy(config, &files) {
        Err(SetupError::Policy(faults)) if json => {
            let faults = faults.into_iter().map(ToldFault::of).collect();
            print_json(&Told { faults, ..Told::default() })?;
            return Ok(ExitCode::FAILURE);
        }
        loaded => loaded?,
    };
    let now = SystemClock.now();
    let folders = rule_check::folders(config);
    let known = ask(config, &policy, quiet_days, now, json).await;
    let Checked { examples, lints } = rule_check::check(&policy, &known, quiet_days, now, &mut |name| {
        rule_check::anywhere(&policy, &folders, name, now)
    });
    let told = Told {
        faults: Vec::new(),
        rules: policy.rules().len(),
        units: policy.units().count(),
        people: policy.people().count(),
        examples: examples.len(),
        subject_plan: known.plan.as_ref().map(|plan| plan.number),
        messages: known.survey.as_ref().map(|survey| survey.messages),
        failed: examples.into_iter().filter(|result| !result.passed).map(ToldExample::of).collect(),
        lints: lints.into_iter().map(ToldLint::of).collect(),
    };
    if json {
        print_json(&told)?
    } else {
        print!("{}", told.danish())
    }
    Ok(if told.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl ToldFault {
    fn of(fault: Finding) -> Self {
        let Finding { file, line, column, code, what, advice } = fault;
        Self { file, line, column, code, what, advice }
    }
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
        if let Some(messages) = self.messages {
            text.push_str(&format!("Reglerne er holdt op mod {messages} meddelelser, der er kommet.\n"));
        }
        text
    }
}
