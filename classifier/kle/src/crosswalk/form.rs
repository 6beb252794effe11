//! A FORM task: a number of the all-government task catalogue.

use std::fmt;
use std::str::FromStr;

/// FORM-opgave: one to four pairs of digits, such as `05.05.08.15`.
///
/// FORM and KLE look the same on the first three levels and mean different things: never guess one from the other
/// (`spec/kle.md` §11).
#[doc(alias = "FORM-opgave")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormTask {
    parts: [u8; 4],
    depth: u8,
}

/// The text is not a FORM number of the form `NN` to `NN.NN.NN.NN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a FORM number of the form NN, NN.NN, NN.NN.NN or NN.NN.NN.NN")]
pub struct NotFormTask;

impl FormTask {
    /// Reads the exact form and nothing else.
    pub fn parse(text: &str) -> Result<Self, NotFormTask> {
        let mut task = Self { parts: [0; 4], depth: 0 };
        for piece in text.split('.') {
            let &[tens, ones] = piece.as_bytes() else { return Err(NotFormTask) };
            let place = task.parts.get_mut(usize::from(task.depth)).ok_or(NotFormTask)?;
            if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
                return Err(NotFormTask);
            }
            *place = (tens - b'0') * 10 + (ones - b'0');
            task.depth += 1;
        }
        Ok(task)
    }

    /// The task one level up; `None` for a service area.
    pub fn parent(self) -> Option<Self> {
        let depth = self.depth.checked_sub(1).filter(|depth| *depth > 0)?;
        let mut parts = self.parts;
        parts[usize::from(depth)] = 0;
        Some(Self { parts, depth })
    }
}

impl FromStr for FormTask {
    type Err = NotFormTask;

    fn from_str(text: &str) -> Result<Self, NotFormTask> {
        Self::parse(text)
    }
}

impl fmt::Display for FormTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.parts[..usize::from(self.depth)].iter().enumerate() {
            let stop = if place > 0 { "." } else { "" };
            write!(f, "{stop}{part:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_four_pairs_of_digits_are_a_task() {
        for text in ["02", "02.05", "02.05.05", "05.05.08.15"] {
            assert_eq!(FormTask::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "2", "02.", "02.05.05.05.05", "02-05", "02.5", "æ2", "02.05.05.0"] {
            assert_eq!(FormTask::parse(text), Err(NotFormTask), "{text}");
        }
    }

    #[test]
    fn a_task_climbs_to_its_service_area() {
        let climb = std::iter::successors(FormTask::parse("05.05.08.15").ok(), |task| task.parent());
        let climb: Vec<String> = climb.map(|task| task.to_string()).collect();
        assert_eq!(climb, ["05.05.08.15", "05.05.08", "05.05", "05"]);
    }
}
