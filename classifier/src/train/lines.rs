//! All lines of a model: one per label, drawn by two threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::gram::Gram;
use super::svm::{Line, separate};
use crate::labels::Labels;

/// How many threads draw. The result does not depend on it.
const THREADS: usize = 2;

/// Draws every label's line and keeps of it what `take` makes of it, in the order of the labels.
///
/// `subjects` gives each letter's subject by number; a letter without one is kept out.
pub(super) fn draw<T: Send>(
    gram: &Gram,
    labels: &Labels,
    subjects: &[Option<usize>],
    cost: f32,
    take: impl Fn(usize, Line) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let drawn: Vec<Mutex<Option<T>>> = (0..labels.len()).map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let label = next.fetch_add(1, Ordering::Relaxed);
            let Some(place) = drawn.get(label) else { break };
            let line = separate(gram, &sides(labels, subjects, label), cost);
            *place.lock().expect("nobody panics with it") = Some(take(label, line));
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(work);
        }
    });
    drawn.into_iter().filter_map(|place| place.into_inner().expect("nobody panics with it")).collect()
}

/// On which side of the label's line each letter belongs.
fn sides(labels: &Labels, subjects: &[Option<usize>], label: usize) -> Vec<i8> {
    let side = |subject: &Option<usize>| match *subject {
        None => 0,
        Some(subject) if subject == label || labels.above(subject).contains(&label) => 1,
        Some(_) => -1,
    };
    subjects.iter().map(side).collect()
}
