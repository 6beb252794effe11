//! The story for a person to read, in Danish.

use jiff::Timestamp;

use super::hand_over;
use super::views::Story;
use crate::journey::{outcome_danish, webhook_of};
use crate::store::effect::EffectKind;
use crate::store::message::Stage;

impl Story {
    /// The story for a person to read, in Danish.
    pub fn danish(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_danish(&mut text);
        text
    }

    /// Who has it and what more there is to it, in a few Danish words for a list; empty when there is nothing to say.
    pub fn whereabouts(&self) -> String {
        let mut words = Vec::new();
        if let Some(decision) = &self.decision {
            let named = |word: &str, id: &Option<String>| id.as_ref().map(|id| format!("{word} {id}"));
            words.extend(named("enhed", &decision.unit));
            words.extend(named("rolle", &decision.role));
            words.extend(named("kø", &decision.queue));
            words.extend(
                decision.priority.as_deref().map(|word| format!("prioritet {}", priority_danish(word))),
            );
        }
        words.extend(self.webhooks.iter().map(|webhook| {
            let state = match webhook.state.as_str() {
                "done" => "udført",
                "failed" => "opgivet",
                "stopped" => "stoppet",
                _ => "prøves",
            };
            format!("webhook {} {state}", webhook.id)
        }));
        words.join(", ")
    }

    fn write_danish(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        let unread = "(kunne ikke læses)";
        writeln!(out, "Meddelelse {}", self.uuid.as_deref().unwrap_or(unread))?;
        writeln!(out, "  Vores id        {}", self.id)?;
        let stage = Stage::parse(&self.stage).map_or("ukendt", Stage::danish);
        writeln!(out, "  Status          {stage}: {}", outcome_danish(&self.outcome))?;
        writeln!(out, "  Til rådighed    {}   (modtagelsesdato)", danish_time(self.available_at))?;
        writeln!(
            out,
            "  Gemt            {}   via {}, {} byte",
            danish_time(self.stored_at),
            self.channel,
            self.size
        )?;
        writeln!(out, "  SHA-256         {}", self.sha256)?;
        if let Some(deadline) = &self.deadline {
            writeln!(out, "  Frist           {}", deadline.text)?;
        }
        if let Some(other) = &self.conflicts_with {
            writeln!(out, "  Bemærk          samme id som {other}, men andet indhold")?;
        }
        if let Some(part) = &self.part {
            let trimmed = if part.trimmed { "; har ikke alle dokumenter med" } else { "" };
            writeln!(out, "  Del             nr. {} af brevet {}{trimmed}", part.number, part.of)?;
        }
        for part in &self.parts {
            let unit = part.unit.as_deref().map(|unit| format!(", enhed {unit}")).unwrap_or_default();
            let which = if self.part.is_some() { "Anden del" } else { "Delt i" };
            writeln!(out, "  {which:<15} nr. {} som {}{unit}", part.number, part.id)?;
        }
        self.write_reading(out)?;
        self.write_decision(out)?;
        self.write_effects(out)?;
        hand_over::write_danish(&self.hand_overs, out)?;
        writeln!(out, "\nHændelser")?;
        for event in &self.events {
            let kind = event
                .kind
                .parse::<crate::audit::EventKind>()
                .map_or(event.kind.clone(), |kind| kind.danish().to_owned());
            let reason = event.reason.as_deref().map(|reason| format!(" – {reason}")).unwrap_or_default();
            writeln!(out, "  {:>6}  {}  {kind} ({}){reason}", event.seq, danish_time(event.at), event.actor)?;
        }
        Ok(())
    }

    fn write_reading(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        if !self.remarks.is_empty() {
            writeln!(out, "\nBemærkninger ved læsningen")?;
            for remark in &self.remarks {
                writeln!(
                    out,
                    "  {:<8} {}  ({})",
                    severity_danish(&remark.severity),
                    remark.text,
                    remark.path
                )?;
            }
        }
        let Some(facts) = &self.facts else { return Ok(()) };
        writeln!(out, "\nKendsgerninger")?;
        writeln!(out, "  Art             {} fra {}", kind_danish(&facts.kind), sender_danish(&facts.sender))?;
        if let Some(subject) = &facts.subject {
            let facet = facts.facet.as_deref().map(|facet| format!(" {facet}")).unwrap_or_default();
            let counts = if facts.subject_counts == Some(false) {
                "   (afsenderens egen verden; kun et forslag)"
            } else {
                ""
            };
            writeln!(out, "  KLE             {subject}{facet}{counts}")?;
        }
        if let Some(point) = &facts.contact_point {
            writeln!(out, "  Kontaktpunkt    {point}")?;
        }
        for case in &facts.cases {
            let state = match (case.found, case.open, case.sender_is_party) {
                (false, _, _) => "findes ikke i journalen".to_owned(),
                (true, open, party) => format!(
                    "{}, afsenderen er {}part",
                    if open == Some(true) { "åben" } else { "lukket" },
                    if party == Some(true) { "" } else { "ikke " }
                ),
            };
            writeln!(out, "  Sag             {}   {state}   ({})", case.number, case.evidence)?;
        }
        for document in &facts.documents {
            writeln!(
                out,
                "  Dokument        {}, {}, {} byte",
                document_danish(document.kind),
                document.format,
                document.size
            )?;
        }
        Ok(())
    }

    fn write_decision(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        let Some(decision) = &self.decision else { return Ok(()) };
        writeln!(
            out,
            "\nBeslutning nr. {} ({}, regelsæt {})",
            decision.number, decision.decider, decision.edition
        )?;
        if let Some(unit) = &decision.unit {
            let person = decision.person.as_deref().map(|person| format!(", {person}")).unwrap_or_default();
            let case = decision.case.as_deref().map(|case| format!(" {case}")).unwrap_or_default();
            writeln!(out, "  Til             {unit}{person}")?;
            writeln!(
                out,
                "  Journal         {}{case}",
                journaling_danish(decision.journaling.as_deref().unwrap_or_default())
            )?;
        }
        for (label, value) in [
            ("Emne", decision.subject.as_deref()),
            ("Rolle", decision.role.as_deref()),
            ("Robotkø", decision.queue.as_deref()),
            ("Prioritet", decision.priority.as_deref().map(priority_danish)),
        ] {
            if let Some(value) = value {
                writeln!(out, "  {label:<15} {value}")?;
            }
        }
        for suggestion in &decision.suggestions {
            let what = suggestion.case.as_ref().or(suggestion.subject.as_ref()).or(suggestion.unit.as_ref());
            writeln!(
                out,
                "  Forslag         {}: {}",
                what.map(String::as_str).unwrap_or_default(),
                suggestion.why
            )?;
        }
        writeln!(out, "\nBegrundelse")?;
        for line in &self.trace {
            let mark = if line.decided { "→" } else { " " };
            writeln!(out, "  {mark} {}", line.text)?;
        }
        Ok(())
    }

    fn write_effects(&self, out: &mut String) -> std::fmt::Result {
        use std::fmt::Write;
        if !self.effects.is_empty() {
            writeln!(out, "\nUdførelse")?;
        }
        for effect in &self.effects {
            let kind = EffectKind::parse(&effect.kind);
            let state = match effect.state.as_str() {
                "done" => format!("udført {}", effect.done_at.map(danish_time).unwrap_or_default()),
                "failed" if kind == Some(EffectKind::Webhook) => "opgivet".into(),
                "failed" => "opgivet; venter på en medarbejder".into(),
                "stopped" => "stoppet, fordi brevet blev taget tilbage".into(),
                _ => format!("prøves {}", danish_time(effect.due_at)),
            };
            let fault =
                effect.last_fault.as_deref().map(|fault| format!("; senest: {fault}")).unwrap_or_default();
            let kind = match kind {
                Some(EffectKind::Webhook) => format!("webhook {}", webhook_of(&effect.key)),
                kind => kind.map_or("ukendt", EffectKind::danish).to_owned(),
            };
            writeln!(out, "  {kind:<22} {state}, {} forsøg{fault}", effect.attempts)?;
        }
        if let Some(entry) = &self.entry {
            let number = entry.number.map(|number| number.to_string()).unwrap_or_default();
            writeln!(
                out,
                "  Journalpost nr. {number} på sag {}, modtaget {}, {} dokumenter",
                entry.case,
                danish_time(entry.received),
                entry.documents
            )?;
        }
        Ok(())
    }
}

/// A time as people in Denmark read it.
pub fn danish_time(at: Timestamp) -> String {
    at.to_zoned(crate::store::cases::copenhagen()).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

pub(crate) fn severity_danish(word: &str) -> &str {
    match word {
        "error" => "fejl",
        "warning" => "advarsel",
        _ => "note",
    }
}

pub(crate) fn kind_danish(word: &str) -> &str {
    match word {
        "reply" => "svar",
        "forward" => "videresendt meddelelse",
        _ => "ny meddelelse",
    }
}

pub(crate) fn sender_danish(word: &str) -> &str {
    match word {
        "citizen" => "en borger",
        "company" => "en virksomhed",
        "authority" => "en myndighed",
        "ourselves" => "os selv",
        _ => "en ukendt afsender",
    }
}

pub(crate) fn document_danish(word: &str) -> &str {
    match word {
        "main" => "hoveddokument",
        "additional" => "bilag",
        _ => "teknisk dokument",
    }
}

pub(crate) fn priority_danish(word: &str) -> &str {
    match word {
        "low" => "lav",
        "high" => "høj",
        "urgent" => "haster",
        _ => "normal",
    }
}

pub(crate) fn journaling_danish(word: &str) -> &str {
    match word {
        "case" => "på sag",
        "reopened-case" => "på genåbnet sag",
        "new-case" => "på ny sag",
        "collecting-case" => "på samlesag",
        "left-to-handler" => "sagsbehandleren vælger sagen",
        "not-journaled" => "besluttet ikke journaliseret",
        _ => "",
    }
}
