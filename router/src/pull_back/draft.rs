//! Draft (*udkast*): the breach assessment as far as the program knows it, with empty fields for what a person must judge.
//!
//! Made of the log and the hand-overs each time it is asked for. Names of employees stand on a page of their own, so that the
//! rest can be given on without them; nothing of the letter is quoted.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::exposure::{Exposure, exposure};
use super::kinds::{Kinds, kinds};
use crate::journey::{Decided, InHand};
use crate::paper::{Draft, Part, Section};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::MessageRow;
use crate::story::danish_time;

/// How long an authority has to notify a breach, from when it knew (GDPR article 33(1)).
const TO_NOTIFY: SignedDuration = SignedDuration::from_hours(72);

/// The draft for a letter that came back; `None` for one that never did. `name` says what a person is called.
pub async fn draft(
    room: &PostRoom,
    row: &MessageRow,
    authority: &str,
    name: impl Fn(&str) -> String + Sync,
) -> Result<Option<Draft>, StoreError> {
    let Some(exposure) = exposure(room, row).await? else { return Ok(None) };
    let in_hand = InHand::open(room, row)?;
    let decisions = room.store.decisions(&row.id).await?;
    let last = decisions.last().ok_or(StoreError::Damaged("decision"))?;
    let decided = Decided::open(&in_hand.key, last)?;
    let kinds = kinds(room, &in_hand, &decided).await;
    let staff = Staff::of(&exposure);
    let sections = vec![
        what_happened(row, &exposure, authority),
        clock(&exposure, room.clock.now()),
        data(&kinds, &in_hand),
        numbers(&exposure, decided.facts.sender),
        who_saw(&exposure, &staff),
        went_on(&exposure),
        measures(&exposure),
        risk(),
        told(),
        signed(),
        staff.section(name),
    ];
    Ok(Some(Draft { title: "Udkast: vurdering af brud på persondatasikkerheden", sections }))
}

/// When the breach must have been notified.
pub(super) fn notify_by(known_at: Timestamp) -> Timestamp {
    known_at.saturating_add(TO_NOTIFY).unwrap_or(Timestamp::MAX)
}

impl Exposure {
    /// When the breach must have been notified to the supervisory authority, if it must.
    pub fn notify_by(&self) -> Timestamp {
        notify_by(self.incident.known_at)
    }
}

/// Employees by number: who is who stands apart.
struct Staff(BTreeMap<String, usize>);

impl Staff {
    fn of(exposure: &Exposure) -> Self {
        let mut staff = Self(BTreeMap::new());
        let viewers = exposure.viewers.iter().map(|viewer| &viewer.person);
        let receivers = exposure.periods.iter().filter_map(|period| period.person.as_ref());
        for person in viewers.chain(receivers).chain([&exposure.incident.person]) {
            let next = staff.0.len() + 1;
            staff.0.entry(person.clone()).or_insert(next);
        }
        staff
    }

    fn number(&self, person: &str) -> String {
        self.0.get(person).map_or_else(String::new, |number| format!("Medarbejder {number}"))
    }

    fn section(&self, name: impl Fn(&str) -> String) -> Section {
        let mut people: Vec<(&String, &usize)> = self.0.iter().collect();
        people.sort_by_key(|(_, number)| **number);
        let row =
            |(id, number): (&String, &usize)| vec![format!("Medarbejder {number}"), name(id), id.clone()];
        let rows = people.into_iter().map(row).collect();
        Section {
            heading: "Bilag: hvem er hvem",
            parts: vec![
                Part::Text("Bilaget kan udelades, når resten gives videre.".into()),
                Part::Table("Medarbejdere", vec!["Nummer", "Navn", "Bruger-id"], rows),
            ],
            apart: true,
        }
    }
}

fn section(heading: &'static str, parts: Vec<Part>) -> Section {
    Section { heading, parts, apart: false }
}

fn role_danish(role: &str) -> &'static str {
    match role {
        "case-handler" => "sagsbehandler",
        "post-distributor" => "postfordeler",
        "records-manager" => "journalansvarlig",
        "operator" => "drift",
        _ => "program",
    }
}

fn what_happened(row: &MessageRow, exposure: &Exposure, authority: &str) -> Section {
    let incident = &exposure.incident;
    let reason = if incident.reason.is_empty() { "ikke angivet" } else { &incident.reason };
    let units: Vec<&str> = exposure.periods.iter().map(|period| period.unit.as_str()).collect();
    section(
        "1. Hvad er der sket",
        vec![
            Part::Text(format!(
                "Et brev fra Digital Post stod til rådighed for {authority} den {}. Det blev fordelt til {} og {} den {} af en {}. Begrundelse: {reason}.",
                danish_time(row.available_at()),
                units.join(", derefter "),
                incident.how,
                danish_time(incident.known_at),
                role_danish(&incident.role),
            )),
            Part::Text(format!("Brevets id i modtag: {}. Brevets indhold er ikke gengivet her.", row.id)),
            Part::Field(
                "Uddybning",
                "Hvordan kom brevet forkert, og hvorfor? Skriv ikke brevets oplysninger af.",
            ),
        ],
    )
}

fn clock(exposure: &Exposure, now: Timestamp) -> Section {
    let notify_by = exposure.notify_by();
    let mut parts = vec![
        Part::Text(format!(
            "Myndigheden blev bekendt med det den {}. Er det et brud, der skal anmeldes, skal Datatilsynet have anmeldelsen uden unødig forsinkelse og senest 72 timer efter: den {} dansk tid (databeskyttelsesforordningens artikel 33, stk. 1).",
            danish_time(exposure.incident.known_at),
            danish_time(notify_by),
        )),
        Part::Text("Anmeldelsen kan undlades, hvis det er usandsynligt, at bruddet indebærer en risiko for de berørte. Vurderingen skal dokumenteres i begge tilfælde (artikel 33, stk. 5).".into()),
    ];
    if now > notify_by {
        parts.push(Part::Field("Fristen er overskredet", "Begrund forsinkelsen i anmeldelsen."));
    }
    section("2. Fristen på 72 timer", parts)
}

fn data(kinds: &Kinds, in_hand: &InHand) -> Section {
    let mut lines = vec![format!("CPR-nummer: {}", if kinds.cpr { "ja" } else { "ikke fundet" })];
    if !kinds.ordinary.is_empty() {
        lines.push(format!("Brevet ser ud til at rumme {}.", kinds.ordinary.join(", ")));
    }
    lines.extend(kinds.grounds.iter().map(|ground| (*ground).to_owned()));
    if kinds.grounds.is_empty() {
        lines.push("Ingen følsomme oplysninger er fundet af programmet.".into());
    }
    let body = in_hand.reading.message.body.as_ref();
    let documents =
        body.map_or(0, |body| usize::from(body.main_document.is_some()) + body.additional_documents.len());
    lines.push(format!("Dokumenter i brevet: {documents}"));
    lines.extend(kinds.unread.iter().cloned());
    section(
        "3. Hvilke oplysninger",
        vec![
            Part::Text("Fundet af programmet; det kan tage fejl. Ret og tilføj.".into()),
            Part::List(lines),
            Part::Field(
                "Rettelser",
                "Er der følsomme oplysninger (artikel 9), strafbare forhold (artikel 10) eller beskyttede adresser?",
            ),
        ],
    )
}

fn numbers(exposure: &Exposure, sender: rules::SenderKind) -> Section {
    let sender = match sender {
        rules::SenderKind::Citizen => "Mindst 1: den borger, der har sendt brevet. Brevet kan nævne flere.",
        _ => "Afsenderen er ikke en borger. Brevet kan nævne personer.",
    };
    let opened = exposure.viewers.iter().filter(|viewer| viewer.role == crate::inbox::ROLE).count();
    let could: usize = exposure.periods.iter().map(|period| period.people).sum();
    section(
        "4. Hvor mange",
        vec![
            Part::List(vec![
                format!("Registrerede: {sender}"),
                format!("Medarbejdere i de enheder, der havde brevet: {could}"),
                format!("Modtagere, der åbnede det: {opened}"),
            ]),
            Part::Field(
                "Antal registrerede",
                "Skriv antallet af personer, som brevets oplysninger handler om.",
            ),
        ],
    )
}

fn who_saw(exposure: &Exposure, staff: &Staff) -> Section {
    let period = |period: &super::Period| {
        let person = period.person.as_deref().map(|person| staff.number(person)).unwrap_or_default();
        vec![
            period.unit.clone(),
            person,
            period.people.to_string(),
            danish_time(period.from),
            danish_time(period.until),
            period.ended.to_owned(),
        ]
    };
    let viewer = |viewer: &super::Viewer| {
        vec![
            staff.number(&viewer.person),
            role_danish(&viewer.role).to_owned(),
            if viewer.documents { "tekst og dokumenter" } else { "tekst" }.to_owned(),
            danish_time(viewer.first),
            danish_time(viewer.until),
            lasted(viewer.first, viewer.until),
        ]
    };
    let mut parts = vec![Part::Table(
        "Hvem havde brevet",
        vec!["Enhed", "Stilet til", "Ansatte i enheden", "Fra", "Til", "Derefter"],
        exposure.periods.iter().map(period).collect(),
    )];
    if exposure.viewers.is_empty() {
        parts.push(Part::Text("Ingen har åbnet brevet.".into()));
    } else {
        parts.push(Part::Table(
            "Hvem åbnede brevet, og hvor længe kunne de se det",
            vec!["Hvem", "Rolle", "Hvad", "Første gang", "Kunne se det til", "I alt"],
            exposure.viewers.iter().map(viewer).collect(),
        ));
    }
    parts.push(Part::Text(
        "Kilde: revisionssporet, som ikke kan ændres bagefter. Læsning i ESDH-systemet står i dets egen log."
            .into(),
    ));
    section("5. Hvem har kunnet se det, og hvem har set det", parts)
}

/// How long: `2 timer 5 minutter`.
fn lasted(from: Timestamp, until: Timestamp) -> String {
    let minutes = until.duration_since(from).as_mins().max(0);
    match (minutes / 60, minutes % 60) {
        (0, 0) => "under et minut".into(),
        (0, minutes) => format!("{minutes} min."),
        (hours, minutes) => format!("{hours} t. {minutes} min."),
    }
}

fn went_on(exposure: &Exposure) -> Section {
    if exposure.sent_on.is_empty() {
        return section(
            "6. Sendt videre til",
            vec![Part::Text("Brevet er ikke sendt videre til andre systemer.".into())],
        );
    }
    let rows = exposure.sent_on.iter().map(|one| vec![one.to.clone(), one.state.clone()]).collect();
    section(
        "6. Sendt videre til",
        vec![
            Part::Table("Andre systemer", vec!["Hvortil", "Tilstand"], rows),
            Part::Field(
                "Oprydning dér",
                "Er brevet fjernet eller spærret i de systemer? Hvornår og af hvem?",
            ),
        ],
    )
}

fn measures(exposure: &Exposure) -> Section {
    let mut done = vec![
        format!("Adgangen blev lukket den {}.", danish_time(exposure.incident.known_at)),
        "Brevet ligger igen hos postfordelerne.".to_owned(),
        "Det, der manglede at blive udført efter den forkerte fordeling, er stoppet.".to_owned(),
    ];
    if let Some(at) = exposure.corrected_at {
        done.push(format!(
            "Journalposten er markeret som fejl den {}. Den er ikke slettet.",
            danish_time(at)
        ));
    }
    section(
        "7. Hvad der er gjort",
        vec![Part::List(done), Part::Field("Yderligere tiltag", "Hvad gøres, for at det ikke sker igen?")],
    )
}

fn risk() -> Section {
    section(
        "8. Risiko (vurderes af en medarbejder)",
        vec![
            Part::Field(
                "Sandsynlige konsekvenser",
                "Identitetstyveri, økonomisk tab, skade på omdømme, tab af fortrolighed, fare for nogen?",
            ),
            Part::Field(
                "Risiko: ingen, lav, middel eller høj – og hvorfor",
                "Se på oplysningernes art, hvor mange der så dem, om de har tavshedspligt, og hvor længe det varede.",
            ),
            Part::Field(
                "Skal det anmeldes til Datatilsynet? Ja eller nej – og hvorfor",
                "Anmeldes på virk.dk, medmindre risiko er usandsynlig (artikel 33, stk. 1).",
            ),
        ],
    )
}

fn told() -> Section {
    section(
        "9. Underretning af de berørte (vurderes af en medarbejder)",
        vec![Part::Field(
            "Skal de underrettes? Ja eller nej – og hvorfor",
            "De skal underrettes uden unødig forsinkelse, når risikoen sandsynligvis er høj (artikel 34), medmindre en undtagelse i artikel 34, stk. 3, gælder.",
        )],
    )
}

fn signed() -> Section {
    section(
        "10. Underskrift",
        vec![Part::Field(
            "Vurderet af, dato",
            "Spørg databeskyttelsesrådgiveren, før vurderingen underskrives.",
        )],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_for_72_hours_also_over_a_change_of_the_clock() {
        let known: Timestamp = "2026-10-23T12:00:00Z".parse().unwrap();
        assert_eq!(danish_time(known), "23.10.2026 14:00:00");
        assert_eq!(danish_time(notify_by(known)), "26.10.2026 13:00:00", "summer time ended in between");
    }

    #[test]
    fn how_long_is_told_in_hours_and_minutes() {
        let from: Timestamp = "2026-10-23T12:00:00Z".parse().unwrap();
        let after = |seconds| from + SignedDuration::from_secs(seconds);
        assert_eq!(lasted(from, after(59)), "under et minut");
        assert_eq!(lasted(from, after(7_500)), "2 t. 5 min.");
        assert_eq!(lasted(after(60), from), "under et minut", "a clock that was set back");
    }
}
