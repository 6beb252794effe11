//! Pace: how often somebody wants to be told.

use jiff::{SignedDuration, Timestamp};
use rules::calendar;

use crate::clock::danish_day;

/// How often somebody wants to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Not at all.
    #[default]
    Never,
    /// As soon as there is something, but not more often than every five minutes.
    AtOnce,
    /// At each full hour.
    Hourly,
    /// Each working day at seven.
    Morning,
}

/// Between two notices to somebody who wants them at once.
const BREATH: SignedDuration = SignedDuration::from_mins(5);

/// When the working day begins.
const MORNING: i8 = 7;

impl Pace {
    /// All, in the order that they are offered.
    pub const ALL: [Self; 4] = [Self::Never, Self::AtOnce, Self::Hourly, Self::Morning];

    /// The word in column and form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AtOnce => "at-once",
            Self::Hourly => "hourly",
            Self::Morning => "morning",
        }
    }

    /// What it is called on the page.
    pub fn danish(self) -> &'static str {
        match self {
            Self::Never => "Ingen besked",
            Self::AtOnce => "Straks, dog højst hvert 5. minut",
            Self::Hourly => "Hver hele time, hvis der er kommet noget",
            Self::Morning => "Hver arbejdsdag kl. 7, hvis der er kommet noget",
        }
    }

    /// The pace of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.as_str() == word)
    }

    /// When somebody is told first who chooses this now.
    pub(super) fn first(self, now: Timestamp) -> Timestamp {
        if self == Self::AtOnce { now } else { self.next(now) }
    }

    /// When somebody is told next after now.
    pub(super) fn next(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Never => Timestamp::MAX,
            Self::AtOnce => now.saturating_add(BREATH).unwrap_or(Timestamp::MAX),
            Self::Hourly => {
                let hour = now.as_second().div_euclid(3600) + 1;
                Timestamp::from_second(hour * 3600).unwrap_or(Timestamp::MAX)
            }
            Self::Morning => next_morning(now).unwrap_or(Timestamp::MAX),
        }
    }
}

fn next_morning(now: Timestamp) -> Option<Timestamp> {
    let mut day = danish_day(now);
    loop {
        let morning = day.at(MORNING, 0, 0, 0).to_zoned(rules::time::denmark()).ok()?.timestamp();
        if morning > now && calendar::is_working_day(day) {
            return Some(morning);
        }
        day = day.tomorrow().ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_the_hour_or_the_working_morning_in_denmark() {
        for (pace, now, next) in [
            (Pace::AtOnce, "2026-11-20T08:00:00Z", "2026-11-20T08:05:00Z"),
            (Pace::Hourly, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"),
            (Pace::Hourly, "2026-11-20T08:59:59Z", "2026-11-20T09:00:00Z"),
            // Friday after seven: Monday, at six by the universal clock.
            (Pace::Morning, "2026-11-20T08:00:00Z", "2026-11-23T06:00:00Z"),
            (Pace::Morning, "2026-11-20T05:59:00Z", "2026-11-20T06:00:00Z"),
            (Pace::Morning, "2026-11-20T06:00:00Z", "2026-11-23T06:00:00Z"),
            // Summer time; and over Christmas.
            (Pace::Morning, "2026-07-02T10:00:00Z", "2026-07-03T05:00:00Z"),
            (Pace::Morning, "2026-12-23T10:00:00Z", "2026-12-28T06:00:00Z"),
        ] {
            assert_eq!(pace.next(now.parse().unwrap()), next.parse::<Timestamp>().unwrap(), "{pace:?} {now}");
        }
        for pace in Pace::ALL {
            assert_eq!(Pace::of_word(pace.as_str()), Some(pace));
        }
    }
}
