//! Senders: the scorecard of who marks what, what is missing, and what that costs here.

use std::collections::BTreeMap;

use super::business::{Price, Worth};
use super::marks::Mark;
use super::{LEAST, share, share_danish};
use crate::oversight::Period;
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::insight::marks::{By, Counted, MarkedRow};
use crate::table::{Cell, Table};

/// The most senders, and the most systems, that are shown.
pub const SHOWN: u32 = 200;

/// How a sender or a system marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// CVR number, kind of sender, or the system's key.
    pub key: String,
    /// What it calls itself; empty when it never did.
    pub name: String,
    /// What kind of sender (Danish).
    pub kind: &'static str,
    /// All letters.
    pub letters: u64,
    /// Those of them that waited for a post distributor.
    pub waited: u64,
    /// Those of these that had none of the marks that lead a letter on.
    pub unhelped: u64,
    pub(crate) with: [u64; 8],
}

impl Marking {
    fn of(row: &MarkedRow, names: &BTreeMap<String, String>) -> Self {
        let [letters, waited, unhelped] = row.counts();
        Self {
            name: names.get(&row.key).cloned().unwrap_or_default(),
            kind: kind_danish(&row.sender_kind),
            key: row.key.clone(),
            letters,
            waited,
            unhelped,
            with: row.with_mark(),
        }
    }

    /// How many letters have the mark.
    pub fn with(&self, mark: Mark) -> u64 {
        self.with[mark as usize]
    }

    /// The share of the letters that have it.
    pub fn share(&self, mark: Mark) -> Option<f64> {
        share(self.with(mark), self.letters)
    }

    /// That share as it is written.
    pub fn share_danish(&self, mark: &Mark) -> String {
        share_danish(self.share(*mark))
    }

    /// The marks that fewer than half of the letters have, the rarest first.
    pub fn missing(&self) -> Vec<Mark> {
        let mut missing: Vec<Mark> =
            Mark::ALL.into_iter().filter(|mark| 2 * self.with(*mark) < self.letters).collect();
        missing.sort_by_key(|mark| self.with(*mark));
        missing
    }

    /// Those marks in words.
    pub fn missing_danish(&self) -> String {
        let missing: Vec<&str> = self.missing().into_iter().map(Mark::danish).collect();
        if missing.is_empty() { "intet".to_owned() } else { missing.join(", ") }
    }

    /// What it cost here that letters had no mark that led them on.
    pub fn cost(&self, price: &Price) -> Worth {
        price.of(self.unhelped)
    }
}

fn kind_danish(kind: &str) -> &'static str {
    match kind {
        "citizen" => "Borgere",
        "company" => "Virksomhed",
        "authority" => "Myndighed",
        "ourselves" => "Os selv",
        _ => "Ukendt",
    }
}

/// The scorecard of a period.
pub struct Scorecard {
    /// By kind of sender: citizens are one row.
    pub kinds: Vec<Marking>,
    /// By sender, those that cost most first.
    pub senders: Vec<Marking>,
    /// By the system that made the letters, the same way.
    pub systems: Vec<Marking>,
    /// Senders that are not shown because they have sent too few letters, and how many letters those are.
    pub too_few: (u64, u64),
    /// The first day that is counted, when that is later than the period's first.
    pub since: Option<jiff::civil::Date>,
}

fn counted(period: Period) -> Counted {
    Counted { first: period.first, last: period.last, helpful: Mark::helpful(), least: LEAST }
}

async fn named(room: &PostRoom, by: By, rows: &[MarkedRow]) -> Result<Vec<Marking>, StoreError> {
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    let names = room.store.marked_names(by, &keys).await?;
    Ok(rows.iter().map(|row| Marking::of(row, &names)).collect())
}

/// Makes the scorecard of a period.
pub async fn scorecard(room: &PostRoom, period: Period) -> Result<Scorecard, StoreError> {
    let store = &room.store;
    let of = counted(period);
    let (kinds, senders, systems, too_few, since) = futures::try_join!(
        store.marked_by_kind(of),
        store.marked_by(By::Sender, of, SHOWN),
        store.marked_by(By::System, of, SHOWN),
        store.marked_too_few(of),
        store.marked_since(),
    )?;
    let nobody = BTreeMap::new();
    Ok(Scorecard {
        kinds: kinds.iter().map(|row| Marking::of(row, &nobody)).collect(),
        senders: named(room, By::Sender, &senders).await?,
        systems: named(room, By::System, &systems).await?,
        too_few,
        since: since.filter(|since| *since > period.first),
    })
}

/// One sender's letters of a period.
pub struct OneSender {
    /// All of them.
    pub marking: Marking,
    /// By the system that made them.
    pub systems: Vec<Marking>,
    /// The first day that is counted, when that is later than the period's first.
    pub since: Option<jiff::civil::Date>,
}

/// One sender by CVR number; `None` when there are too few letters to be told of.
pub async fn one(room: &PostRoom, cvr: &str, period: Period) -> Result<Option<OneSender>, StoreError> {
    let of = counted(period);
    let Some(row) = room.store.marked_of(cvr, of).await? else { return Ok(None) };
    let marking = named(room, By::Sender, &[row]).await?.pop().ok_or(StoreError::Damaged("sender"))?;
    let systems = room.store.systems_of(cvr, of).await?;
    let since = room.store.marked_since().await?.filter(|since| *since > period.first);
    Ok(Some(OneSender { marking, systems: named(room, By::System, &systems).await?, since }))
}

/// The scorecard for a spreadsheet: senders or systems.
pub fn table(name: &'static str, rows: &[Marking], price: &Price) -> Table {
    let cells = |one: &Marking| -> Vec<Cell> {
        let worth = one.cost(price);
        let mut cells: Vec<Cell> =
            vec![one.key.as_str().into(), one.name.as_str().into(), one.kind.into(), one.letters.into()];
        cells.extend(Mark::ALL.into_iter().map(|mark| Cell::from(one.with(mark))));
        cells.extend([one.waited.into(), one.unhelped.into()]);
        cells.extend([worth.hours_danish().into(), worth.kroner_danish().into()]);
        cells
    };
    Table {
        name,
        columns: &[
            "CVR eller nøgle",
            "Navn",
            "Art",
            "Breve",
            "Med KLE-emne",
            "Med handlingsfacet",
            "Med sagsnummer",
            "Med returdata",
            "Med hvem det handler om",
            "Med brevtype",
            "Med modtagende enhed",
            "Med afsendende system",
            "Ventede på en postfordeler",
            "Heraf uden et mærke, der kunne føre brevet videre",
            "Timer",
            "Kroner",
        ],
        rows: rows.iter().map(cells).collect(),
    }
}

/// Field by field what a sender marks, for a spreadsheet that the sender is sent.
pub fn table_of_fields(one: &Marking) -> Table {
    let cells = |mark: Mark| -> Vec<Cell> {
        vec![
            mark.danish().into(),
            mark.field().into(),
            one.letters.into(),
            one.with(mark).into(),
            one.share_danish(&mark).into(),
            mark.use_of().into(),
        ]
    };
    Table {
        name: "Mærker",
        columns: &["Mærke", "Felt i MeMo", "Breve", "Breve med mærket", "Andel", "Hvad vi bruger det til"],
        rows: Mark::ALL.into_iter().map(cells).collect(),
    }
}

#[cfg(test)]
pub(crate) fn sample(name: &str, with: [u64; 8]) -> Marking {
    Marking {
        key: "87654321".into(),
        name: name.into(),
        kind: "Myndighed",
        letters: 10,
        waited: 6,
        unhelped: 4,
        with,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_is_what_fewer_than_half_have_rarest_first() {
        let one = sample("Tårup Kommune", [10, 0, 5, 4, 10, 10, 3, 10]);
        assert_eq!(one.missing(), [Mark::Facet, Mark::Receiver, Mark::ReplyData]);
        assert_eq!(one.missing_danish(), "handlingsfacet, modtagende enhed, returdata");
        assert_eq!(sample("x", [10; 8]).missing_danish(), "intet");
        assert_eq!(one.share_danish(&Mark::Case), "50 %");
        let cost = one.cost(&Price { minutes: Some(3.0), wage: Some(300.0) });
        assert_eq!((cost.hours, cost.kroner), (Some(0.2), Some(60.0)));
    }

    #[test]
    fn tables_have_a_cell_for_every_column() {
        let one = sample("Tårup Kommune", [1, 2, 3, 4, 5, 6, 7, 8]);
        for table in
            [table("Afsendere", std::slice::from_ref(&one), &Price::default()), table_of_fields(&one)]
        {
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        }
    }
}
