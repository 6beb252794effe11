//! Unseen: what the classifier may do without a person, and what it may learn from one.
//!
//! For every letter that no mark, rule or map decides, what the classifier believed is kept ([`judgement`]). When it is known
//! whose the letter was, the belief is settled ([`settling`]): by a person's answer, or by the letter having stayed where it
//! was put. Settled beliefs make the unit's limits ([`standing`]); too many wrong ones stop the unit by themselves. Where a
//! unit has allowed it, an answer also leaves a lesson ([`learning`]), which expires ([`upkeep`]).
//!
//! **Deliberately absent:** the decision. It is made by the rules, from what stands in the facts alone.

pub mod drift;
pub mod judgement;
pub mod learning;
pub mod settling;
pub mod standing;
pub mod upkeep;

/// What this process remembers between letters.
#[derive(Default)]
pub struct Memory {
    limits: standing::Limits,
    upkeep: upkeep::LastTime,
}

/// Numbers of the operator's choosing, from `[classifier]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Working days after which a letter that was passed on unseen and not redirected counts as right.
    pub confirmed_after: u32,
    /// How many of the newest letters passed on unseen are looked at for errors.
    pub recent: u32,
    /// Days that a lesson is kept.
    pub lessons_kept: u32,
}

/// A share as Danes write it: `2 %`, `0,5 %`.
pub fn percent(share: f64) -> String {
    let written = format!("{:.1}", share * 100.0);
    let written = written.strip_suffix(".0").map_or_else(|| written.replace('.', ","), str::to_owned);
    format!("{written} %")
}
