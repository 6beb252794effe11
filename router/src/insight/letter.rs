//! The letter to a sender: what they mark, what is missing, what it costs here, and how to mark better.
//!
//! Counts and names of fields alone: nothing of any letter, no person on either side.

use super::business::Price;
use super::marks::Mark;
use super::senders::Marking;
use super::{count_danish, share_danish};
use crate::oversight::Period;
use crate::paper::{Draft, Part, Section};

/// What a letter is written from.
pub struct From<'a> {
    /// The authority that writes, by name.
    pub authority: &'a str,
    /// The days that are counted.
    pub period: Period,
    /// What a letter costs to distribute by hand.
    pub price: Price,
}

/// The letter to a sender.
pub fn letter(from: &From<'_>, to: &Marking) -> Draft {
    Draft {
        title: "Bedre opmærkning af jeres digitale post til os",
        sections: vec![greeting(from, to), what_we_see(to), cost(from, to), wish(to), example(), end(from)],
    }
}

fn section(heading: &'static str, parts: Vec<Part>) -> Section {
    Section { heading, parts, apart: false }
}

fn greeting(from: &From<'_>, to: &Marking) -> Section {
    let to_whom =
        if to.name.is_empty() { format!("CVR {}", to.key) } else { format!("{} (CVR {})", to.name, to.key) };
    let (first, last) = (day(from.period.first), day(from.period.last));
    let letters = count_danish(to.letters);
    section(
        "Til jer, der sender digital post",
        vec![
            Part::Text(format!("Til: {to_whom}")),
            Part::Text(format!(
                "Fra {first} til og med {last} har vi fået {letters} breve fra jer i Digital Post. Mærkerne i MeMo \
                 afgør, om et brev kan gå direkte til den rette enhed og på den rette sag, eller om en medarbejder \
                 først må åbne og læse det for at se, hvor det skal hen."
            )),
        ],
    )
}

fn what_we_see(to: &Marking) -> Section {
    let row = |mark: Mark| {
        let with = count_danish(to.with(mark));
        vec![mark.danish().to_owned(), with, to.share_danish(&mark), mark.use_of().to_owned()]
    };
    let missing = match to.missing_danish().as_str() {
        "intet" => "Alle mærker er der på mindst halvdelen af brevene. Tak for det.".to_owned(),
        missing => format!("På færre end halvdelen af brevene er der: {missing}."),
    };
    section(
        "Sådan er brevene mærket i dag",
        vec![
            Part::Table(
                "Breve med hvert mærke",
                vec!["Mærke", "Breve", "Andel", "Hvad vi bruger det til"],
                Mark::ALL.into_iter().map(row).collect(),
            ),
            Part::Text(missing),
        ],
    )
}

fn cost(from: &From<'_>, to: &Marking) -> Section {
    let (waited, unhelped) = (count_danish(to.waited), count_danish(to.unhelped));
    let share = share_danish(super::share(to.waited, to.letters));
    let mut parts = vec![Part::Text(format!(
        "{waited} af brevene ({share}) måtte vente på en postfordeler. {unhelped} af dem havde hverken KLE-emne, \
         sagsnummer, returdata eller modtagende enhed, så der var intet at fordele dem efter."
    ))];
    let worth = to.cost(&from.price);
    if let (Some(minutes), Some(_)) = (from.price.minutes, worth.hours) {
        let (hours, typed) = (worth.hours_danish(), from.price.minutes_typed());
        let unit = if minutes == 1.0 { "minut" } else { "minutter" };
        let money = worth.kroner.map(|_| format!(" eller {} kr.", worth.kroner_danish())).unwrap_or_default();
        parts.push(Part::Text(format!(
            "Med {typed} {unit} pr. brev svarer det til {hours} timer{money} hos os, og til lige så mange breve, som \
             flere end nødvendigt har set."
        )));
    }
    section("Hvad det betyder", parts)
}

fn wish(to: &Marking) -> Section {
    let missing = to.missing();
    if missing.is_empty() {
        return section("Hvad I kan gøre", vec![Part::Text("Bliv ved, som I gør.".to_owned())]);
    }
    let line = |mark: Mark| format!("{}: {} – {}", mark.danish(), mark.field(), mark.use_of());
    section(
        "Hvad I kan gøre",
        vec![
            Part::Text("Disse felter i MeMo hjælper mest, når I udfylder dem i hvert brev:".to_owned()),
            Part::List(missing.into_iter().map(line).collect()),
            Part::Text(
                "Skriv aldrig CPR-numre eller andre personoplysninger i brevets titel eller i adviseringen."
                    .to_owned(),
            ),
        ],
    )
}

fn example() -> Section {
    let lines = [
        "messageCode: en kode, der er den samme for alle breve af samme type",
        "Recipient/AttentionData/ProductionUnit: P-nummeret på den enhed eller institution, brevet er til",
        "ContentData/CPRdata eller CVRdata: den, det handler om",
        "ContentData/KLEdata/subjectKey: emnet på tre led, fx 83.11.05; activityFacet: handlingsfacetten, fx A01",
        "ContentData/CaseID: sagsnummeret og sagssystemets navn",
        "ReplyData: de værdier, der stod i det brev, I svarer på, uændret",
        "Sender/AttentionData/GeneratingSystem: navnet på jeres system",
    ];
    section("Et brev, der er mærket godt", vec![Part::List(lines.into_iter().map(str::to_owned).collect())])
}

fn end(from: &From<'_>) -> Section {
    section(
        "Venlig hilsen",
        vec![
            Part::Text(from.authority.to_owned()),
            Part::Field("Kontaktperson", "navn og telefonnummer på den, afsenderen kan ringe til"),
            Part::Text(
                "Tallene er talt af vores modtagersystem, da hvert brev blev fordelt første gang. Brevet nævner ingen \
                 personer og intet af brevenes indhold."
                    .to_owned(),
            ),
        ],
    )
}

fn day(day: jiff::civil::Date) -> String {
    format!("{}.{}.{}", day.day(), day.month(), day.year())
}

#[cfg(test)]
mod tests {
    use super::super::senders::sample;
    use super::*;

    fn text(draft: &Draft) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::List(lines) => lines.join("\n"),
            Part::Table(caption, head, rows) => {
                format!("{caption} {head:?} {rows:?}")
            }
            Part::Field(label, guidance) => format!("{label} {guidance}"),
        };
        draft
            .sections
            .iter()
            .flat_map(|section| section.parts.iter().map(part))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn from(price: Price) -> From<'static> {
        let day = |day: &str| day.parse().unwrap();
        let period = Period { first: day("2026-10-24"), last: day("2026-11-20") };
        From { authority: "Sandby Kommune", period, price }
    }

    #[test]
    fn the_letter_says_what_is_missing_and_what_it_costs() {
        let to = sample("Tårup Kommune", [10, 0, 5, 4, 10, 10, 3, 10]);
        let price = Price { minutes: Some(3.0), wage: Some(300.0) };
        let said = text(&letter(&from(price), &to));
        for part in [
            "Til: Tårup Kommune (CVR 87654321)",
            "Fra 24.10.2026 til og med 20.11.2026 har vi fået 10 breve",
            "handlingsfacet, modtagende enhed, returdata",
            "6 af brevene (60 %) måtte vente",
            "0,2 timer eller 60 kr.",
            "KLEdata/activityFacet",
            "Sandby Kommune",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn without_a_price_nothing_is_said_of_cost_and_who_marks_all_is_thanked() {
        let said = text(&letter(&from(Price::default()), &sample("", [10; 8])));
        assert!(
            said.contains("Tak for det") && said.contains("Bliv ved") && !said.contains(" timer"),
            "{said}"
        );
        assert!(said.contains("Til: CVR 87654321"), "{said}");
    }
}
