//! `modtag kle show`: one number: what the plan says of it, and who answers for it here.

use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use kle::{Facet, FacetPattern, Register, RetentionCode, normalise};

use super::super::{Failure, print_json};
use super::shown::{Period, Responsible, Shown, ShownRetention, Titled};
use super::{near, present};
use crate::clock::danish_day;
use crate::setup::House;

#[derive(Args)]
pub(super) struct Show {
    /// Nummeret, som 27.36.04; også en gruppe eller hovedgruppe.
    #[arg(value_name = "NUMMER")]
    number: String,
    /// Handlingsfacetten, som G01.
    #[arg(long, value_name = "FACET")]
    facet: Option<String>,
    /// Dagen, det skal gælde; ellers i dag.
    #[arg(long, value_name = "DATO")]
    at: Option<Date>,
    /// Svar som JSON.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, house: House) -> Result<ExitCode, Failure> {
        let plan = present(&house)?;
        let day = self.at.unwrap_or_else(|| danish_day(house.room.clock.now()));
        let register = &plan.register;
        let not_there = |what: String| {
            let near = near::suggestions(register, &self.number, day);
            let meant =
                if near.is_empty() { String::new() } else { format!(" Mente du:\n  {}", near.join("\n  ")) };
            Failure::Said(format!("{what}{meant}"))
        };
        let Some(number) = near::subject(&self.number) else {
            return Err(not_there(format!(
                "\"{}\" er ikke et KLE-nummer som 27, 27.36 eller 27.36.04.",
                self.number
            )));
        };
        if register.subjects().of(number).is_empty() {
            return Err(not_there(format!("KLE {number} findes ikke i emneplanens {}.", plan.danish())));
        }
        let facet = self.facet(register, day)?;
        let shown = Shown::of(&plan, &house.room.policy(), number, facet, day);
        if self.json {
            print_json(&shown)?
        } else {
            print!("{}", shown.danish())
        }
        house.room.store.close().await;
        Ok(ExitCode::SUCCESS)
    }

    /// The facet asked for, or the one that was written behind the number.
    fn facet(&self, register: &Register, day: Date) -> Result<Option<Facet>, Failure> {
        let Some(text) = &self.facet else { return Ok(normalise(&self.number, None).facet) };
        let facet = Facet::parse(&text.trim().to_uppercase())
            .map_err(|_| Failure::Said(format!("\"{text}\" er ikke en handlingsfacet som G01.")))?;
        if register.facets().is_empty() || !register.facets().of(FacetPattern::One(facet)).is_empty() {
            return Ok(Some(facet));
        }
        let alike = |pattern: &FacetPattern| pattern.to_string().starts_with(facet.category());
        let known = register.facets().numbers().filter(alike);
        let known: Vec<String> = known
            .filter(|&one| register.facets().current(one, day).is_some())
            .map(|one| one.to_string())
            .collect();
        let known = if known.is_empty() { String::new() } else { format!(" Der er: {}.", known.join(", ")) };
        Err(Failure::Said(format!("Handlingsfacetten {facet} findes ikke i emneplanen.{known}")))
    }
}

impl Shown {
    fn danish(&self) -> String {
        let title = self.title.as_deref().unwrap_or("(uden titel)");
        let mut lines = vec![format!("{} {title}", self.number)];
        let mut say = |head: &str, text: String| lines.push(format!("  {head:<15} {text}"));
        say("Gyldighed", self.validity());
        if !self.successors.is_empty() {
            say("Afløst af", listed(&self.successors));
        }
        if !self.above.is_empty() {
            say("Hører under", listed(&self.above));
        }
        if let Some(facet) = &self.facet {
            let title = facet.title.as_deref().unwrap_or("(står ikke i emneplanen)");
            say("Handlingsfacet", format!("{} {title}", facet.facet));
        }
        if !self.keywords.is_empty() {
            say("Stikord", few(&self.keywords));
        }
        say("Bevaring", self.retention.danish());
        match &self.retention.erasure {
            Some(period) => say("Slettefrist", format!("{period} efter, at sagen er lukket")),
            None => say("Slettefrist", "ingen i emneplanen".into()),
        }
        match &self.responsible {
            Some(unit) => say("Ansvarlig", unit.danish()),
            None => say("Ansvarlig", "ingen enhed har ansvaret".into()),
        }
        for named in &self.policy {
            say("Politik", named.danish());
        }
        let edition = crate::subject_plan::named(self.edition, self.label.as_deref());
        lines.push(format!("  Efter emneplanens {edition}, som den gælder {}.", self.at));
        lines.join("\n") + "\n"
    }

    fn validity(&self) -> String {
        let periods: Vec<String> = self.periods.iter().map(Period::danish).collect();
        let today = match self.standing {
            "expired" => "udgået; ",
            "not-yet" => "gælder ikke endnu; ",
            _ => "",
        };
        format!("{today}{}", periods.join(", "))
    }
}

fn listed(all: &[Titled]) -> String {
    let told = |one: &Titled| {
        let doubt = if one.derived == Some(true) { " (udledt, ikke oplyst af KL)" } else { "" };
        let title = one.title.as_deref().map(|title| format!(" {title}")).unwrap_or_default();
        format!("{}{title}{doubt}", one.number)
    };
    all.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// So many keywords are shown in text; JSON has all.
const KEYWORDS: usize = 12;

fn few(words: &[String]) -> String {
    let shown = words.iter().take(KEYWORDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(KEYWORDS) {
        0 => shown,
        more => format!("{shown} og {more} til"),
    }
}

impl Period {
    fn danish(&self) -> String {
        match (self.from, self.to) {
            (None, None) => "gælder".to_owned(),
            (Some(from), None) => format!("fra {from}"),
            (None, Some(to)) => format!("indtil {to}"),
            (Some(from), Some(to)) => format!("fra {from} indtil {to}"),
        }
    }
}

impl ShownRetention {
    fn danish(&self) -> String {
        let code = |code: Option<RetentionCode>| code.map_or("ukendt".to_owned(), |code| code.to_string());
        let codes = format!("emnet {}, facetten {}", code(self.subject), code(self.facet));
        match (self.discard_after_years, self.settled) {
            (Some(0), _) => format!("kan kasseres ({codes})"),
            (Some(years), _) => format!("kan kasseres {years} år efter, at sagen er lukket ({codes})"),
            (None, true) => format!("bevares ({codes})"),
            (None, false) => format!("bevares, indtil begge koder kendes ({codes})"),
        }
    }
}

impl Responsible {
    fn danish(&self) -> String {
        let facets = self.facets.map(|facets| format!(" {facets}")).unwrap_or_default();
        format!("{} [{}] har ansvaret for {}{facets}", self.name, self.unit, self.by)
    }
}
