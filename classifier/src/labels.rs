//! What can be suggested: the subjects a model was trained on, and the groups and main groups above them.

use std::collections::BTreeMap;
use std::ops::Range;

use kle::Subject;

/// The labels of a model on three levels. Numbers run through all three: first the subjects, then the groups,
/// then the main groups, each in the order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    all: Vec<Subject>,
    subjects: usize,
    groups: usize,
    /// For every subject, the number of its group and of its main group.
    above: Vec<[u16; 2]>,
}

impl Labels {
    /// The labels of a model that knows these subjects. What is no subject (emne) is left out.
    pub fn of(subjects: impl IntoIterator<Item = Subject>) -> Self {
        let mut all: Vec<Subject> =
            subjects.into_iter().filter(|subject| subject.level() == kle::Level::Subject).collect();
        all.sort_unstable();
        all.dedup();
        let subjects = all.len();
        let group = |subject: &Subject| subject.parent();
        let mut groups: Vec<Subject> = all.iter().filter_map(group).collect();
        groups.dedup();
        let mut main_groups: Vec<Subject> = groups.iter().filter_map(group).collect();
        main_groups.dedup();
        let group_count = groups.len();
        all.extend(groups);
        all.extend(main_groups);
        let number: BTreeMap<Subject, u16> = all.iter().copied().zip(0..).collect();
        let above = all[..subjects].iter().map(|subject| {
            let mut higher = subject.prefixes().skip(1).map(|higher| number[&higher]);
            [higher.next().unwrap_or(0), higher.next().unwrap_or(0)]
        });
        let above = above.collect();
        Self { all, subjects, groups: group_count, above }
    }

    /// How many labels there are, on all levels.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// No label at all.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The numbers of the subjects.
    pub fn subjects(&self) -> Range<usize> {
        0..self.subjects
    }

    /// The numbers of the groups.
    pub fn groups(&self) -> Range<usize> {
        self.subjects..self.subjects + self.groups
    }

    /// The numbers of the main groups.
    pub fn main_groups(&self) -> Range<usize> {
        self.subjects + self.groups..self.all.len()
    }

    /// The label of this number.
    pub fn get(&self, number: usize) -> Subject {
        self.all[number]
    }

    /// The number of a label.
    pub fn number(&self, label: Subject) -> Option<usize> {
        [self.subjects(), self.groups(), self.main_groups()]
            .into_iter()
            .find_map(|level| self.all[level.clone()].binary_search(&label).ok().map(|at| level.start + at))
    }

    /// The number of the group and of the main group above a subject, itself given by number.
    pub fn above(&self, subject: usize) -> [usize; 2] {
        self.above[subject].map(usize::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_numbered_level_by_level() {
        let parse = |text: &str| Subject::parse(text).expect(text);
        let labels =
            Labels::of(["27.18.04", "05.01.02", "27.18.02", "27.12.04", "27.18", "27.18.04"].map(parse));
        assert_eq!((labels.subjects(), labels.groups(), labels.main_groups()), (0..4, 4..7, 7..9));
        let names: Vec<String> = (0..labels.len()).map(|number| labels.get(number).to_string()).collect();
        assert_eq!(
            names,
            ["05.01.02", "27.12.04", "27.18.02", "27.18.04", "05.01", "27.12", "27.18", "05", "27"]
        );
        assert_eq!(labels.above(3), [6, 8]);
        assert_eq!(labels.number(parse("27.18")), Some(6));
        assert_eq!(labels.number(parse("27.19")), None);
        assert!(Labels::of([]).is_empty());
    }
}
