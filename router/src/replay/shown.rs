//! A tally as people read it: Danish lines, JSON, and a table with one row for each message.

use std::fmt::Write as _;

use rules::Policy;
use rules::replay::Receiver;
use serde::Serialize;
use uuid::Uuid;

use super::tally::{Kind, Tally, Verdicts};
use crate::table::Table;

/// Messages named on a line of text; JSON and table have all of them.
const NAMED: usize = 3;

impl Kind {
    const ALL: [Self; 5] = [
        Self::NewlyAutomatic,
        Self::NewlyManual,
        Self::Moved,
        Self::JournaledOtherwise,
        Self::MarkedOtherwise,
    ];

    /// The words on a screen.
    pub fn danish(self) -> &'static str {
        match self {
            Self::NewlyAutomatic => "Fordeles uden et menneske",
            Self::NewlyManual => "Kommer til at vente på en medarbejder",
            Self::Moved => "Skifter modtager",
            Self::JournaledOtherwise => "Samme modtager, men journaliseres et andet sted",
            Self::MarkedOtherwise => "Mærkes anderledes (frist, følsomhed, mærker, begrundelse for at vente)",
        }
    }
}

/// What a replay found.
#[derive(Serialize)]
pub struct Shown {
    /// The edition that was tried; `None` for the files as they stand.
    pub edition: Option<i64>,
    /// The edition compared with; `None` for what was decided at the time.
    pub against: Option<i64>,
    /// Messages decided on both sides.
    pub messages: u64,
    /// Of these, without any difference.
    pub unchanged: u64,
    /// Damaged messages that were left out.
    pub unreadable: u64,
    /// Messages of which a case would have been looked up that nobody looked up then.
    pub not_looked_up: u64,
    /// Differences, most first within their kind.
    pub changes: Vec<Line>,
    /// Against what people chose.
    pub truth: Truth,
}

/// Messages with the same difference.
#[derive(Serialize)]
pub struct Line {
    change: Kind,
    from: Option<Named>,
    to: Option<Named>,
    count: usize,
    messages: Vec<Uuid>,
}

/// A receiver with its Danish name.
#[derive(Serialize)]
pub struct Named {
    #[serde(flatten)]
    receiver: Receiver,
    name: String,
}

/// How both sides compare with what people chose.
#[derive(Serialize)]
pub struct Truth {
    /// Messages that a person sent on.
    answered: u64,
    old: Verdicts,
    new: Verdicts,
    better: Vec<Uuid>,
    worse: Vec<Uuid>,
}

impl Shown {
    /// Shows a tally; names come from the policy that knows the unit, the tried one first.
    pub fn of(tally: Tally, edition: Option<i64>, against: Option<i64>, policies: &[&Policy]) -> Self {
        let mut changes: Vec<Line> = tally
            .changes
            .into_iter()
            .map(|((change, (from, to)), messages)| Line {
                change,
                from: from.map(|receiver| Named::of(receiver, policies)),
                to: to.map(|receiver| Named::of(receiver, policies)),
                count: messages.len(),
                messages,
            })
            .collect();
        changes.sort_by_key(|line| (line.change, std::cmp::Reverse(line.count)));
        let truth = tally.truth;
        Self {
            edition,
            against,
            messages: tally.messages,
            unchanged: tally.unchanged,
            unreadable: tally.unreadable,
            not_looked_up: tally.not_looked_up,
            changes,
            truth: Truth {
                answered: truth.answered,
                old: truth.old,
                new: truth.new,
                better: truth.better,
                worse: truth.worse,
            },
        }
    }

    /// The whole as text.
    pub fn danish(&self) -> String {
        let mut text = format!(
            "{} prøvet på {} meddelelser, holdt op mod {}.\nUændret: {}\n",
            self.tried(),
            number(self.messages),
            self.compared_with(),
            share(self.unchanged, self.messages)
        );
        for kind in Kind::ALL {
            self.kind(kind, &mut text);
        }
        self.doubts(&mut text);
        self.truth.danish(&mut text);
        text
    }

    fn tried(&self) -> String {
        self.edition.map_or_else(|| "Filerne er".into(), |number| format!("Udgave {number} er"))
    }

    fn compared_with(&self) -> String {
        self.against
            .map_or_else(|| "det, der blev besluttet dengang".into(), |number| format!("udgave {number}"))
    }

    fn kind(&self, kind: Kind, text: &mut String) {
        let lines = || self.changes.iter().filter(|line| line.change == kind);
        let count: u64 = lines().map(|line| line.count as u64).sum();
        if count == 0 {
            return;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {}", kind.danish(), share(count, self.messages));
        for line in lines() {
            let examples: Vec<String> = line.messages.iter().take(NAMED).map(Uuid::to_string).collect();
            let more = if line.count > NAMED { " …" } else { "" };
            let _ = writeln!(
                text,
                "  {:>7}  {}\n           fx {}{more}",
                number(line.count as u64),
                line.way(),
                examples.join(" ")
            );
        }
    }

    fn doubts(&self, text: &mut String) {
        if self.not_looked_up > 0 {
            let _ = writeln!(
                text,
                "For {} ville der være slået en sag op, som ingen slog op dengang; hvad der stod på den, vides ikke.",
                messages(self.not_looked_up)
            );
        }
        if self.unreadable > 0 {
            let _ = writeln!(
                text,
                "{} kunne ikke læses og er ikke talt med. Kør modtag check.",
                messages(self.unreadable)
            );
        }
    }
}

impl Line {
    /// What kind of difference.
    pub fn kind(&self) -> Kind {
        self.change
    }

    /// How many messages.
    pub fn count(&self) -> usize {
        self.count
    }

    /// One of the messages, by its id.
    pub fn first(&self) -> String {
        self.messages.first().map(Uuid::to_string).unwrap_or_default()
    }

    /// From whom to whom, in words.
    pub fn way(&self) -> String {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{} → {}", from.name, to.name),
            (None, Some(to)) => match self.change {
                Kind::NewlyAutomatic => format!("→ {}", to.name),
                _ => to.name.clone(),
            },
            (Some(from), None) => format!("fra {}", from.name),
            (None, None) => "venter på en medarbejder".into(),
        }
    }
}

impl Named {
    fn of(receiver: Receiver, policies: &[&Policy]) -> Self {
        let unit = policies
            .iter()
            .find_map(|policy| policy.unit(&receiver.unit))
            .map_or_else(|| receiver.unit.clone(), |unit| unit.name.clone());
        // People by id only: a list of differences is no place for names of colleagues.
        let within = [
            receiver.person.as_ref().map(|id| format!("medarbejder {id}")),
            receiver.role.as_ref().map(|id| format!("rolle {id}")),
            receiver.queue.as_ref().map(|id| format!("robotkø {id}")),
        ];
        let within: Vec<String> = within.into_iter().flatten().collect();
        let name = if within.is_empty() { unit } else { format!("{unit} ({})", within.join(", ")) };
        Self { receiver, name }
    }
}

impl Truth {
    fn danish(&self, text: &mut String) {
        if self.answered == 0 {
            return;
        }
        let side = |verdicts: Verdicts| {
            format!(
                "valgte det samme for {}, spurgte om {}, tog fejl af {}",
                share(verdicts.right, self.answered),
                number(verdicts.asks),
                number(verdicts.wrong)
            )
        };
        let _ = writeln!(
            text,
            "Hvor en medarbejder har fordelt ({}):\n  før: {}\n  nu:  {}\n  {} bliver bedre, {} bliver værre.",
            messages(self.answered),
            side(self.old),
            side(self.new),
            number(self.better.len() as u64),
            number(self.worse.len() as u64)
        );
    }
}

/// One row for each message that differs.
pub fn table(shown: &Shown) -> Table {
    let unit = |named: &Option<Named>| named.as_ref().map_or("", |named| &named.receiver.unit).to_owned();
    let name = |named: &Option<Named>| named.as_ref().map_or("", |named| &named.name).to_owned();
    let row = |line: &Line, message: &Uuid| {
        vec![
            message.to_string().into(),
            line.change.danish().into(),
            unit(&line.from).into(),
            name(&line.from).into(),
            unit(&line.to).into(),
            name(&line.to).into(),
        ]
    };
    let rows =
        shown.changes.iter().flat_map(|line| line.messages.iter().map(move |message| row(line, message)));
    Table {
        name: "Forskelle",
        columns: &["Meddelelse", "Forskel", "Fra", "Fra (navn)", "Til", "Til (navn)"],
        rows: rows.collect(),
    }
}

fn messages(count: u64) -> String {
    if count == 1 { "1 meddelelse".into() } else { format!("{} meddelelser", number(count)) }
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return number(part);
    }
    let tenths = (part as f64 / whole as f64 * 1000.0).round() as u64;
    format!("{} ({},{} %)", number(part), tenths / 10, tenths % 10)
}

/// A number with full stops between the thousands, as in Danish.
fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_are_danish() {
        assert_eq!(
            [number(0), number(999), number(1000), number(1_234_567)],
            ["0", "999", "1.000", "1.234.567"]
        );
        assert_eq!(share(1, 8), "1 (12,5 %)");
        assert_eq!(share(0, 0), "0");
    }
}
