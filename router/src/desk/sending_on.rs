//! Sending on (*videresendelse*): a letter that is another authority's is sent there by a person, with a note that says why
//! (forvaltningsloven § 7(2); journaling-law.md §6).
//!
//! **Deliberately absent:** the sending. Which authority it is, and what may be disclosed to it, is for a person to judge; they
//! send it from the authority's own system and say so here.

use uuid::Uuid;

use super::aside::{Kind, aside_of};
use crate::audit::{Actor, EventKind};
use crate::journey::InHand;
use crate::paper::{Draft, Part, Section};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::story::danish_time;

/// The note for a letter that is to be sent on; `None` for any other. That it is taken out is told to the log.
///
/// Nothing of the letter stands in it: what it is about is for the letter itself to say.
pub async fn note(
    room: &PostRoom,
    id: &Uuid,
    person: &str,
    authority: &str,
    format: &str,
) -> Result<Option<Draft>, StoreError> {
    let Some(row) = room.store.message(id).await? else { return Ok(None) };
    let aside = aside_of(room, &row).await?.filter(|aside| aside.kind == Kind::SendingOn);
    let Some(to) = aside.and_then(|aside| aside.authority) else { return Ok(None) };
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    let event = room.event_by(EventKind::Exported, Actor::person(person, super::ROLE)).about(row.uuid()?);
    tx.tell(event.with("what", "sending-on-note").with("format", format));
    tx.commit(now).await?;
    // A part goes by the letter's UUID too: the other authority knows of no parts.
    let reading = InHand::open(room, &row)?.reading;
    let uuid = reading.message.header.message_uuid;
    let carried = if reading.trimmed {
        "Send kun de dokumenter, som denne del af brevet har med."
    } else {
        "Send brevet med alle dokumenter, som de blev modtaget."
    };
    let came = danish_time(row.available_at());
    let text = |text: String| Part::Text(text);
    let section = |heading, parts| Section { heading, parts, apart: false };
    let sections = vec![
        section(
            "Til modtageren",
            vec![
                text(format!("Til {to}")),
                text(format!(
                    "{authority} har {came} modtaget vedlagte henvendelse i Digital Post. Den vedrører efter vores \
                     vurdering ikke vores sagsområde, men jeres, og sendes derfor videre til jer efter \
                     forvaltningslovens § 7, stk. 2."
                )),
                text(format!(
                    "Meddelelsens id i Digital Post er {uuid}. Mener I, at henvendelsen hører til et andet sted, så \
                     send den videre dertil eller tilbage til os."
                )),
            ],
        ),
        section(
            "Til afsenderen",
            vec![text(format!(
                "{authority} har {came} modtaget din henvendelse. Den hører ikke til hos os. Vi har sendt den videre \
                 til {to}, som svarer dig (forvaltningslovens § 7, stk. 2)."
            ))],
        ),
        section(
            "Før brevet sendes",
            vec![Part::List(vec![
                carried.into(),
                "Videresendelse er en videregivelse af personoplysninger. Er brevet fortroligt, og er det ikke sikkert, hvis det er, så spørg afsenderen først.".into(),
                "Frister løber fra den dag, rette myndighed får brevet; er der en frist i brevet, så send det i dag.".into(),
            ])],
        ),
        section(
            "Sendt",
            vec![
                Part::Field("Dato, og hvordan det er sendt", "Digital Post, sikker mail eller brev."),
                Part::Field("Sendt af", ""),
            ],
        ),
    ];
    Ok(Some(Draft { title: "Videresendelse til rette myndighed", sections }))
}
