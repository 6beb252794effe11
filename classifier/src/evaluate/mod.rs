//! Evaluation: how good a model is on letters that somebody else has judged.
//!
//! A [`Judged`] letter carries every subject an experienced journal keeper would accept, and whether a
//! careful system must hold it back. [`measure`] turns judged letters and verdicts into [`Measures`], each
//! share with its 95 % interval, so that nobody reads more out of a hundred letters than is in them. Model
//! cards and the command line print the same.
//!
//! **Deliberately absent:** a clock. The time per letter is the caller's to take.

mod coverage;
mod judged;
mod masking;
mod measures;
mod share;

pub use coverage::{Passed, Point, calibration_error, coverage_at, full_curve, risk_coverage};
pub use judged::{Judged, NotJudged};
pub use masking::{JudgedMask, Listed, MaskMeasures};
pub use measures::{Measures, measure, passed_on};
pub use share::Share;
