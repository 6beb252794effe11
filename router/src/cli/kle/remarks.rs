//! Remarks: what was noticed in imported files, counted, and the first of each kind where they stand.

use std::collections::BTreeMap;

use kle::{Fault, Report};
use serde::Serialize;

use crate::subject_plan::offer::PlanFile;

/// So many remarks of each kind are shown in words; the rest are counted.
const SHOWN: usize = 5;

/// What was noticed in the files: how often each, and the first of each where they stand.
#[derive(Serialize)]
pub(super) struct Remarks {
    counts: BTreeMap<&'static str, usize>,
    first: Vec<Remark>,
}

#[derive(Serialize)]
struct Remark {
    code: &'static str,
    grave: bool,
    file: Option<String>,
    line: Option<usize>,
    text: String,
}

impl Remarks {
    pub(super) fn of(files: &[PlanFile], reports: &[Report]) -> Self {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let mut first = Vec::new();
        for report in reports {
            let code = report.fault.code();
            let seen = counts.entry(code).or_default();
            if let Fault::More(_, count) = report.fault {
                *seen += count;
                continue;
            }
            *seen += 1;
            if *seen <= SHOWN {
                let place = &report.place;
                let number = place.number.as_ref().map(|number| format!("{number}: ")).unwrap_or_default();
                first.push(Remark {
                    code,
                    grave: report.fault.is_grave(),
                    file: place.file.and_then(|file| files.get(file)).map(|file| file.name.clone()),
                    line: place.line,
                    text: format!("{number}{}", report.fault),
                });
            }
        }
        Self { counts, first }
    }

    pub(super) fn danish(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (code, count) in &self.counts {
            let own: Vec<&Remark> = self.first.iter().filter(|remark| remark.code == *code).collect();
            lines.extend(own.iter().map(|remark| format!("  {}", remark.danish())));
            if *count > own.len() {
                lines.push(format!("  … og {} til af samme slags ({code})", count - own.len()));
            }
        }
        if !lines.is_empty() {
            lines.insert(0, format!("Bemærkninger ({}):", self.counts.values().sum::<usize>()));
        }
        lines
    }
}

impl Remark {
    fn danish(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: {}", self.text),
            (Some(file), None) => format!("{file}: {}", self.text),
            (None, _) => self.text.clone(),
        }
    }
}
