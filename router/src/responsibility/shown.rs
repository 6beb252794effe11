//! The report as people read it: a page of text, and a table for spreadsheets.

use std::fmt::Write as _;

use super::Report;
use super::row::{Doubt, Owner, Row};
use crate::table::Table;

/// Lines of a list on the page; the table has all of them.
const SHOWN: usize = 20;

impl Report {
    /// The doubts, as a page of text.
    pub fn danish(&self) -> String {
        let mut text = self.head();
        let unowned: Vec<String> = self
            .unowned()
            .into_iter()
            .map(|(subject, count)| match count {
                1 => format!("{subject}{}", self.title(subject)),
                _ => format!("{subject}{}: alle {count} numre", self.title(subject)),
            })
            .collect();
        let numbers = self.with(Doubt::Unowned).len();
        section(&mut text, &format!("Ingen ejer ({numbers} numre)"), unowned);
        let contested = self.with(Doubt::Contested);
        let lines =
            contested.iter().map(|row| format!("{}: {}", named(row), row.claims.join(", "))).collect();
        section(&mut text, &format!("Flere enheder gør krav ({})", contested.len()), lines);
        let without = self.with(Doubt::WithoutRule);
        let lines = without.iter().map(|row| format!("{}: {}", named(row), came(row))).collect();
        section(&mut text, &format!("Får post, men ingen regel afgør den ({})", without.len()), lines);
        let strange = self.with(Doubt::NotInPlan);
        let lines =
            strange.iter().map(|row| format!("{}: {} breve", named(row), row.mail.messages)).collect();
        section(&mut text, &format!("Post med numre, der ikke gælder ({})", strange.len()), lines);
        text
    }

    fn head(&self) -> String {
        let plan = self.plan.as_deref().map_or_else(
            || "Der er ingen emneplan; kun numre fra regler og post er med (se modtag kle import)".to_owned(),
            |plan| format!("Emneplan: {plan}"),
        );
        let mail = match self.since {
            Some(since) => format!("{} meddelelser siden {}", self.messages, since.strftime("%d.%m.%Y")),
            None => "ingen post endnu".into(),
        };
        format!("{plan}. {} numre, {mail}.\n", self.rows.len())
    }

    fn title(&self, subject: kle::Subject) -> String {
        let row = self.rows.iter().find(|row| row.subject == subject);
        row.and_then(|row| row.title.as_ref()).map(|title| format!(" {title}")).unwrap_or_default()
    }

    /// Every number with everything that is known of it.
    pub fn table(&self) -> Table {
        Table {
            name: "Ansvar",
            columns: &[
                "KLE",
                "Titel",
                "Ansvarlig enhed",
                "Enhedens navn",
                "Efter",
                "Særlige facetter",
                "Flere krav",
                "Regler",
                "Breve",
                "Afgjort af regel",
                "Fordelt på anden vis",
                "Venter",
                "At se på",
            ],
            rows: self.rows.iter().map(cells).collect(),
        }
    }
}

fn cells(row: &Row) -> Vec<crate::table::Cell> {
    let owner = |part: fn(&Owner) -> &str| row.owner.as_ref().map_or("", part).to_owned();
    let facets: Vec<String> =
        row.by_facet.iter().map(|owner| format!("{}: {}", owner.by, owner.name)).collect();
    let doubts: Vec<&str> = row.doubts.iter().map(|doubt| doubt.danish()).collect();
    vec![
        row.subject.to_string().into(),
        row.title.clone().unwrap_or_default().into(),
        owner(|owner| &owner.unit).into(),
        owner(|owner| &owner.name).into(),
        owner(|owner| &owner.by).into(),
        facets.join("; ").into(),
        row.claims.join(", ").into(),
        row.rules.join(", ").into(),
        row.mail.messages.into(),
        row.mail.by_rule.into(),
        row.mail.by_step.into(),
        row.mail.asks.into(),
        doubts.join(", ").into(),
    ]
}

fn named(row: &Row) -> String {
    row.title.as_ref().map_or_else(|| row.subject.to_string(), |title| format!("{} {title}", row.subject))
}

fn came(row: &Row) -> String {
    let mail = row.mail;
    let owner = row.owner.as_ref().map_or("ingen enhed", |owner| owner.name.as_str());
    format!("{} breve, {} uden om reglerne til {owner}, {} venter", mail.messages, mail.by_step, mail.asks)
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{title}");
    for line in lines.iter().take(SHOWN) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > SHOWN {
        let _ = writeln!(text, "  … og {} linjer til; se dem alle med --table FIL.xlsx", lines.len() - SHOWN);
    }
}
