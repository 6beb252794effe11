//! Business: what goes by itself saves volume × minutes × wage.
//!
//! The two numbers are the authority's own: from `[insight]` in the configuration, or typed on the page. Neither has a default,
//! since none was found that anybody vouches for.

use super::{count_danish, decimal_danish};

/// What it costs to distribute a letter by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// Minutes for a letter.
    pub minutes: Option<f64>,
    /// Kroner for an hour.
    pub wage: Option<f64>,
}

/// The most minutes that a letter may be said to take: eight hours.
const MOST_MINUTES: f64 = 480.0;
/// The most kroner that an hour may be said to cost.
const MOST_WAGE: f64 = 10_000.0;

impl Price {
    /// As it is configured, where 0 is "not said".
    pub fn configured(seconds: u32, wage: u32) -> Self {
        let said = |number: f64| Some(number).filter(|number| *number > 0.0);
        Self { minutes: said(f64::from(seconds) / 60.0), wage: said(f64::from(wage)) }
    }

    /// As two numbers were typed, `2,5`; where one is left blank, as in `otherwise`. What is wrong is said in Danish.
    pub fn typed(minutes: &str, wage: &str, otherwise: Self) -> Result<Self, String> {
        let minutes = number(minutes, otherwise.minutes, MOST_MINUTES)
            .ok_or("Minutter pr. brev skal være et tal fra 0 til 480, fx 2,5.")?;
        let wage = number(wage, otherwise.wage, MOST_WAGE)
            .ok_or("Timelønnen skal være et tal fra 0 til 10.000, fx 350.")?;
        Ok(Self { minutes, wage })
    }

    /// What so many letters cost, or save.
    pub fn of(self, letters: u64) -> Worth {
        let hours = self.minutes.map(|minutes| letters as f64 * minutes / 60.0);
        Worth { hours, kroner: hours.zip(self.wage).map(|(hours, wage)| hours * wage) }
    }

    /// The minutes as they stand in a form.
    pub fn minutes_typed(self) -> String {
        self.minutes.map(plain).unwrap_or_default()
    }

    /// The wage as it stands in a form.
    pub fn wage_typed(self) -> String {
        self.wage.map(plain).unwrap_or_default()
    }
}

/// `None` of what is no such number.
fn number(typed: &str, otherwise: Option<f64>, most: f64) -> Option<Option<f64>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Some(otherwise);
    }
    let number: f64 = as_written_in_code(typed)?.parse().ok()?;
    (0.0..=most).contains(&number).then_some(Some(number))
}

/// `2,5` and `2.5` are two and a half, `1.200` is twelve hundred: a full stop before three digits parts thousands.
fn as_written_in_code(typed: &str) -> Option<String> {
    let (whole, part) = typed.split_once(',').map_or((typed, None), |(whole, part)| (whole, Some(part)));
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if ![first].iter().chain(&rest).copied().chain(part).all(digits) {
        return None;
    }
    match (rest.as_slice(), part) {
        (groups, part) if groups.iter().all(|group| group.len() == 3) => {
            Some(format!("{first}{}.{}", groups.concat(), part.unwrap_or("0")))
        }
        ([decimals], None) => Some(format!("{first}.{decimals}")),
        _ => None,
    }
}

fn plain(number: f64) -> String {
    let written = format!("{number:.2}");
    written.trim_end_matches('0').trim_end_matches('.').replace('.', ",")
}

/// Time and money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worth {
    /// Hours; `None` while nobody has said what a letter takes.
    pub hours: Option<f64>,
    /// Kroner; `None` while nobody has said what an hour costs either.
    pub kroner: Option<f64>,
}

impl Worth {
    /// The hours as they are written.
    pub fn hours_danish(&self) -> String {
        self.hours.map_or_else(|| "–".to_owned(), decimal_danish)
    }

    /// Whole kroner as they are written.
    pub fn kroner_danish(&self) -> String {
        self.kroner.map_or_else(|| "–".to_owned(), |kroner| count_danish(kroner.round() as u64))
    }

    /// As much for a year, when it was for so many days.
    pub fn a_year(self, days: u64) -> Self {
        let yearly = |amount: f64| amount * 365.0 / days.max(1) as f64;
        Self { hours: self.hours.map(yearly), kroner: self.kroner.map(yearly) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_letters_times_minutes_times_wage() {
        let price = Price::typed("2,5", "360", Price::default()).unwrap();
        let worth = price.of(1_200);
        assert_eq!((worth.hours, worth.kroner), (Some(50.0), Some(18_000.0)));
        assert_eq!((worth.hours_danish(), worth.kroner_danish()), ("50,0".into(), "18.000".into()));
        assert_eq!(worth.a_year(73).kroner, Some(90_000.0));
        assert_eq!((price.minutes_typed(), price.wage_typed()), ("2,5".into(), "360".into()));
    }

    #[test]
    fn without_numbers_nothing_is_said_to_be_saved() {
        let unsaid = Price::configured(0, 0);
        assert_eq!(unsaid, Price::default());
        assert_eq!((unsaid.of(9).hours_danish(), unsaid.of(9).kroner_danish()), ("–".into(), "–".into()));
        let only_time = Price::typed("2", "", unsaid).unwrap().of(30);
        assert_eq!((only_time.hours, only_time.kroner), (Some(1.0), None));
        assert_eq!(Price::configured(150, 300).minutes, Some(2.5));
    }

    #[test]
    fn what_is_no_number_is_said() {
        for typed in ["to", "-1", "481", "1e3", "inf", "NaN", "1,2,3", "+2", "1.2.3", "2,", ".5", "2.500"] {
            assert!(Price::typed(typed, "", Price::default()).is_err(), "{typed}");
        }
        let price = Price::typed("2.5", "1.200,50", Price::default()).unwrap();
        assert_eq!((price.minutes, price.wage), (Some(2.5), Some(1200.5)));
        assert!(Price::typed("", "10.001", Price::default()).unwrap_err().contains("Timelønnen"));
    }
}
