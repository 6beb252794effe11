//! Indsigt: how much goes by itself, how many eyes see a letter, how long it takes, how often it goes wrong, what it saves, and
//! how well each sender marks.
//!
//! **Where the figures come from.** What happens to letters is counted when somebody asks, out of the rows that the post room
//! itself works from: no figure can drift from what it tells of, and a letter that is sent back a week later is a misroute from
//! then on. A period is asked for, a year at most, and each question begins at an index on time, so that it costs what the
//! period holds and not what is stored. Two things could not be counted so, and have tables of their own, written in the
//! transaction that they tell of:
//!
//! * how senders mark their letters ([`marks`]): it lies sealed in each letter, and to open thousands of letters for a table
//!   would be a use of them that nobody asked for. So it is counted when the letter is decided, by day, sender, system, unit
//!   and marks, without a link to the letter. It counts from the day this table came; earlier letters are not opened for it;
//! * who has seen which letter: the log has it, a body at a time. It is kept beside the log, and older events are caught up.
//!
//! **Persons.** A sender is shown by CVR number alone; citizens are one row together. Groups of fewer than [`LEAST`] letters are
//! not shown by sender or system. No figure is about an employee.
//!
//! **Deliberately absent:** numbers that nobody has given. What a letter costs to distribute by hand, and what an hour costs,
//! are the authority's to say; without them nothing is said to be saved.

pub mod business;
pub mod course;
pub mod handed;
pub mod letter;
pub mod marks;
pub mod minutes;
pub mod senders;
pub mod sureness;

/// Groups of fewer letters are not shown by sender or system.
pub const LEAST: u64 = 5;

/// The longest period that is asked for at a time, in days.
pub const LONGEST: i64 = 366;

/// A part of a whole; `None` of nothing.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A share as it is written; a dash of nothing.
pub fn share_danish(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), crate::unseen::percent)
}

/// A count as Danes write it: `1.234`.
pub fn count_danish(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A number with one decimal as Danes write it: `1,5`.
pub fn decimal_danish(number: f64) -> String {
    format!("{number:.1}").replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_danes_do() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count_danish), ["0", "999", "1.000", "1.234.567"]);
        assert_eq!((decimal_danish(1.25), decimal_danish(0.0)), ("1,2".to_owned(), "0,0".to_owned()));
        assert_eq!((share(1, 0), share_danish(None)), (None, "–".to_owned()));
        assert_eq!(share_danish(share(1, 8)), "12,5 %");
    }
}
