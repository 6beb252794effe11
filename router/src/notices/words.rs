//! The words of a notice: how many letters, for whom, and when the first must be answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rules::Policy;

use crate::store::notice::UnseenRow;

/// What a notice says. Names units and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// How many there are, and for whom.
    pub(super) news: String,
    /// When the first must be answered; empty when none says.
    pub(super) deadline: String,
}

impl Said {
    /// What to say of these letters, of which there is at least one.
    pub(super) fn of(letters: &[UnseenRow], policy: &Policy, now: Timestamp) -> Self {
        let own = letters.iter().filter(|letter| letter.person.is_some()).count();
        let mut units: BTreeMap<String, usize> = BTreeMap::new();
        for letter in letters.iter().filter(|letter| letter.person.is_none()) {
            let name = policy.unit(&letter.unit).map_or(&letter.unit, |unit| &unit.name);
            *units.entry(name.split_whitespace().collect::<Vec<_>>().join(" ")).or_default() += 1;
        }
        let own = (own > 0).then(|| ("dig".to_owned(), own));
        let shares: Vec<(String, usize)> = own.into_iter().chain(units).collect();
        let earliest = letters.iter().filter_map(UnseenRow::deadline).min();
        Self { news: news(&shares), deadline: earliest.map(|at| deadline(at, now)).unwrap_or_default() }
    }
}

fn news(shares: &[(String, usize)]) -> String {
    let total = counted(shares.iter().map(|(_, count)| count).sum());
    if let [(only, _)] = shares {
        return format!("Der er {total} til {only} i modtag.");
    }
    let shares: Vec<String> = shares.iter().map(|(whom, count)| format!("{count} til {whom}")).collect();
    match shares.split_last() {
        Some((last, [])) => format!("Der er {total} i modtag: {last}."),
        Some((last, rest)) => format!("Der er {total} i modtag: {} og {last}.", rest.join(", ")),
        None => format!("Der er {total} i modtag."),
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 nyt brev".to_owned() } else { format!("{count} nye breve") }
}

fn deadline(at: Timestamp, now: Timestamp) -> String {
    let day = rules::time::danish(at);
    let is = if at < now { "var" } else { "er" };
    format!("Den tidligste frist {is} den {}.{}.{}.", day.day(), day.month(), day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_counts_and_names_units_alone() {
        let shares = |shares: &[(&str, usize)]| {
            news(&shares.iter().map(|(whom, count)| ((*whom).to_owned(), *count)).collect::<Vec<_>>())
        };
        assert_eq!(shares(&[("Vej og Park", 3)]), "Der er 3 nye breve til Vej og Park i modtag.");
        assert_eq!(shares(&[("dig", 1)]), "Der er 1 nyt brev til dig i modtag.");
        assert_eq!(
            shares(&[("dig", 1), ("Jura", 2), ("Vej og Park", 3)]),
            "Der er 6 nye breve i modtag: 1 til dig, 2 til Jura og 3 til Vej og Park."
        );
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let at = |text: &str| deadline(text.parse().unwrap(), now);
        assert_eq!(at("2026-11-26T22:59:59Z"), "Den tidligste frist er den 26.11.2026.");
        assert_eq!(at("2026-11-18T23:30:00Z"), "Den tidligste frist var den 19.11.2026.");
    }
}
