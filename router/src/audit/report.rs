//! What a verification found: for machines as JSON, for a records manager in Danish.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::kind::EventKind;
use super::note::BadNote;

/// The result of verifying one authority's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The authority's CVR number, where known.
    pub authority: Option<String>,
    /// The log's name.
    pub origin: Option<String>,
    /// How many events were read.
    pub events: u64,
    /// How many checkpoints were read.
    pub checkpoints: u64,
    /// How many events, from the first, a checkpoint with a good signature proves genuine.
    pub proven: u64,
    /// When the first and the last readable event happened.
    pub from: Option<Timestamp>,
    /// See `from`.
    pub to: Option<Timestamp>,
    /// The first broken event.
    pub broken: Option<Broken>,
    /// Checkpoints that are not to be believed, at most [`Report::MOST_CHECKPOINTS`] of them.
    pub bad_checkpoints: Vec<BadCheckpoint>,
    /// What is worth knowing and breaks nothing.
    pub remarks: Vec<Remark>,
}

/// The first broken event: one, or a range in which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The first number it can have.
    pub first: u64,
    /// The last number it can have; equal to `first` when it is certain which event it is.
    pub last: u64,
    /// When the event with the number `first` happened, as it lies there.
    pub at: Option<Timestamp>,
    /// Its kind, as it lies there.
    pub kind: Option<EventKind>,
    /// What is wrong.
    pub fault: Fault,
    /// Whether a signed checkpoint proves that it is this event and that all before it are genuine.
    pub proven: bool,
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Fault {
    /// It is not there.
    Missing {
        /// The number of the event that stands in its place.
        found: Option<u64>,
    },
    /// Its number is there more than once, so an event was put in.
    Repeated,
    /// It says of itself that it belongs elsewhere in the log.
    Misplaced {
        /// The number it says it has.
        claims: u64,
    },
    /// It belongs to another authority.
    OtherAuthority,
    /// Its bytes are no canonical event.
    Unreadable,
    /// Its content does not fit its hash.
    Content,
    /// Its content and its hash were changed.
    Rewritten,
    /// Its content is genuine; the hash kept beside it was changed.
    KeptHash,
    /// The tree nodes kept beside it were changed.
    Nodes,
    /// Everything fits, but not the signed checkpoint: content, hashes and nodes were all made anew.
    History,
    /// The export ends here, in the middle.
    Truncated,
    /// The export's line cannot be read.
    Line {
        /// The line's number, from 1.
        line: u64,
    },
    /// There are more events than the export says it holds.
    Surplus,
}

/// A checkpoint that is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BadCheckpoint {
    /// The log size it is said to be about.
    pub size: u64,
    /// What is wrong.
    pub fault: CheckpointFault,
}

/// What is wrong with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointFault {
    /// No signed checkpoint.
    Malformed,
    /// Signed by none of the known keys.
    UnknownKey,
    /// The signature does not fit.
    Forged,
    /// Genuine, but of another log.
    OtherLog,
    /// Genuine, but of another size than the row or line says.
    OtherSize,
    /// Stands where the log is already longer.
    OutOfOrder,
    /// Genuine, but the right edge kept beside it is not.
    Frontier,
    /// The export says it holds more or fewer checkpoints.
    Count,
}

/// Something worth knowing that breaks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "remark", rename_all = "snake_case")]
pub enum Remark {
    /// The last events are not covered by a checkpoint yet: they fit each other, but nobody has signed them.
    UnsignedTail {
        /// How many.
        events: u64,
    },
    /// The key that was used for verifying came with the log, so whoever made the file chose it.
    KeyFromFile,
    /// Some events are dated before the event ahead of them; clocks do that.
    TimeGoesBack {
        /// How many.
        events: u64,
        /// The first of them.
        first: u64,
    },
}

/// An event's number, and time and kind if its body could be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) seq: u64,
    pub(super) at: Option<Timestamp>,
    pub(super) kind: Option<EventKind>,
}

impl From<BadNote> for CheckpointFault {
    fn from(bad: BadNote) -> CheckpointFault {
        match bad {
            BadNote::Malformed => CheckpointFault::Malformed,
            BadNote::UnknownKey => CheckpointFault::UnknownKey,
            BadNote::Forged => CheckpointFault::Forged,
        }
    }
}

impl Report {
    /// No more bad checkpoints than this are listed.
    pub const MOST_CHECKPOINTS: usize = 20;

    /// Nothing was removed, changed, put in or moved, as far as the checkpoints reach.
    pub fn is_intact(&self) -> bool {
        self.broken.is_none() && self.bad_checkpoints.is_empty()
    }

    /// The report as a Danish reader gets it.
    pub fn danish(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let unknown = "ukendt";
        let authority = self.authority.as_deref().unwrap_or(unknown);
        let origin = self.origin.as_deref().unwrap_or(unknown);
        writeln!(out, "Revisionsspor for myndighed {authority} ({origin})")?;
        writeln!(out, "Resultat: {}", if self.is_intact() { "i orden" } else { "IKKE I ORDEN" })?;
        let (events, checkpoints) = (self.events, self.checkpoints);
        write!(
            out,
            "Læst: {} og {}",
            of_events(events),
            counted(checkpoints, "kontrolpunkt", "kontrolpunkter")
        )?;
        match (self.from, self.to) {
            (Some(from), Some(to)) => writeln!(out, ", fra {} til {}.", time(from), time(to))?,
            _ => writeln!(out, ".")?,
        }
        match self.proven {
            0 => writeln!(out, "Intet kontrolpunkt med gyldig signatur beviser hændelserne.")?,
            n => writeln!(
                out,
                "Bevist ægte ved signeret kontrolpunkt: {} (nr. 0 til {}).",
                of_events(n),
                n - 1
            )?,
        }
        if let Some(broken) = &self.broken {
            writeln!(out, "{}", broken.danish())?;
        }
        for bad in &self.bad_checkpoints {
            writeln!(
                out,
                "Kontrolpunktet ved {} er ikke til at stole på: {}.",
                of_events(bad.size),
                bad.fault.danish()
            )?;
        }
        for remark in &self.remarks {
            writeln!(out, "Bemærk: {}.", remark.danish())?;
        }
        Ok(())
    }
}

impl Broken {
    /// One sentence: which event, when, what is wrong, how certain.
    pub fn danish(&self) -> String {
        let mut text = match self.last - self.first {
            0 => format!("Første brudte hændelse: nr. {}", self.first),
            _ => format!("Første brudte hændelse ligger mellem nr. {} og {}", self.first, self.last),
        };
        if self.first == self.last {
            let at = self.at.map(|at| format!(", {}", time(at))).unwrap_or_default();
            let kind = self.kind.map(|kind| format!(", »{}«", kind.danish())).unwrap_or_default();
            text += &format!("{at}{kind}");
        }
        text += &format!(": {}.", self.fault.danish());
        text += match (self.proven, self.first == self.last) {
            (true, true) => " Et signeret kontrolpunkt beviser, at det er denne, og at alle før den er ægte.",
            (true, false) => " Et signeret kontrolpunkt beviser, at bruddet ligger her.",
            (false, true) => "",
            (false, false) => " De gemte hashværdier rækker ikke til at sige hvilken af dem.",
        };
        text
    }
}

impl Fault {
    /// What is wrong, as the rest of a Danish sentence.
    pub fn danish(&self) -> String {
        match self {
            Fault::Missing { found: Some(found) } => {
                format!("den mangler; på dens plads står hændelse nr. {found}")
            }
            Fault::Missing { found: None } => "den mangler".into(),
            Fault::Repeated => "dens nummer findes mere end én gang, så en hændelse er skudt ind".into(),
            Fault::Misplaced { claims } => {
                format!("på dens plads står en hændelse, der selv siger, at den er nr. {claims}")
            }
            Fault::OtherAuthority => "den hører til en anden myndighed".into(),
            Fault::Unreadable => "dens indhold kan ikke læses som en hændelse i den faste form".into(),
            Fault::Content => "dens indhold svarer ikke til dens hashværdi".into(),
            Fault::Rewritten => "dens indhold er ændret, og dens hashværdi er regnet om".into(),
            Fault::KeptHash => "dens indhold er ægte, men den gemte hashværdi er ændret".into(),
            Fault::Nodes => "de hashværdier for træet, der er gemt ved den, passer ikke".into(),
            Fault::History => {
                "loggen passer med sig selv, men ikke med det signerede kontrolpunkt; den er skrevet om"
                    .into()
            }
            Fault::Truncated => "filen er afkortet og slutter før denne".into(),
            Fault::Line { line } => format!("linje {line} i filen kan ikke læses"),
            Fault::Surplus => "filen rummer flere hændelser, end den selv siger".into(),
        }
    }
}

impl CheckpointFault {
    /// What is wrong, as the rest of a Danish sentence.
    pub fn danish(&self) -> &'static str {
        match self {
            CheckpointFault::Malformed => "det kan ikke læses",
            CheckpointFault::UnknownKey => "det er ikke signeret med en kendt nøgle",
            CheckpointFault::Forged => "signaturen passer ikke til teksten",
            CheckpointFault::OtherLog => "det hører til en anden log",
            CheckpointFault::OtherSize => "det gælder en anden længde af loggen",
            CheckpointFault::OutOfOrder => "det står på en forkert plads",
            CheckpointFault::Frontier => "det er ægte, men de hashværdier, der er gemt ved det, er ændret",
            CheckpointFault::Count => "filen rummer et andet antal kontrolpunkter, end den selv siger",
        }
    }
}

impl Remark {
    /// The remark as a Danish sentence without its full stop.
    pub fn danish(&self) -> String {
        match self {
            Remark::UnsignedTail { events } => {
                format!("usigneret hale på {}; intet kontrolpunkt dækker dem endnu", of_events(*events))
            }
            Remark::KeyFromFile => {
                "nøglen til signaturerne kom med filen selv; sammenlign den med den, I har fået ad anden vej"
                    .into()
            }
            Remark::TimeGoesBack { events, first } => {
                format!("{} er dateret før den forrige, første gang nr. {first}", of_events(*events))
            }
        }
    }
}

fn of_events(n: u64) -> String {
    counted(n, "hændelse", "hændelser")
}

/// With a full stop between thousands, as Danish readers expect.
fn counted(n: u64, one: &str, many: &str) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    format!("{text} {}", if n == 1 { one } else { many })
}

/// Danish local time, where the time zone is known; otherwise UTC, which it then says.
fn time(at: Timestamp) -> String {
    match TimeZone::get("Europe/Copenhagen") {
        Ok(zone) => at.to_zoned(zone).strftime("%d.%m.%Y kl. %H.%M.%S").to_string(),
        Err(_) => at.strftime("%d.%m.%Y kl. %H.%M.%S UTC").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_danish_report_reads_like_this() {
        let at = "2026-03-02T07:15:00Z".parse().unwrap();
        let report = Report {
            authority: Some("29189447".into()),
            origin: Some("modtag.example/29189447".into()),
            events: 1_234_567,
            checkpoints: 1,
            proven: 16,
            from: Some(at),
            to: Some(at),
            broken: Some(Broken {
                first: 17,
                last: 17,
                at: Some(at),
                kind: Some(EventKind::Journaled),
                fault: Fault::Rewritten,
                proven: true,
            }),
            bad_checkpoints: vec![BadCheckpoint { size: 20, fault: CheckpointFault::Forged }],
            remarks: vec![Remark::UnsignedTail { events: 2 }],
        };
        assert_eq!(
            report.danish(),
            "Revisionsspor for myndighed 29189447 (modtag.example/29189447)\n\
             Resultat: IKKE I ORDEN\n\
             Læst: 1.234.567 hændelser og 1 kontrolpunkt, fra 02.03.2026 kl. 08.15.00 til 02.03.2026 kl. 08.15.00.\n\
             Bevist ægte ved signeret kontrolpunkt: 16 hændelser (nr. 0 til 15).\n\
             Første brudte hændelse: nr. 17, 02.03.2026 kl. 08.15.00, »journaliseret«: dens indhold er ændret, og dens \
             hashværdi er regnet om. Et signeret kontrolpunkt beviser, at det er denne, og at alle før den er ægte.\n\
             Kontrolpunktet ved 20 hændelser er ikke til at stole på: signaturen passer ikke til teksten.\n\
             Bemærk: usigneret hale på 2 hændelser; intet kontrolpunkt dækker dem endnu.\n"
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["broken"]["fault"]["what"], "rewritten");
        assert_eq!(json["broken"]["kind"], "journaled");
        assert_eq!(json["bad_checkpoints"][0]["fault"], "forged");
        assert_eq!(json["remarks"][0]["remark"], "unsigned_tail");
    }
}
