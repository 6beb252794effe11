//! Drawing a line: a linear support vector machine with squared hinge loss, in its dual form.
//!
//! One multiplier per letter, found by coordinate descent: the letter that gains most is taken next
//! (Gauss-Southwell), its multiplier set to its best value, and everybody's margin brought up to date from
//! one row of the Gram matrix. A line between one subject and the rest is decided by a few hundred letters,
//! so this is some thousand passes over 16,000 numbers. No chance is involved: the same letters give the same
//! line. Background: Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM" (ICML 2008),
//! eq. (13) with its D_ii = 1/2C.

use super::Gram;

/// A line between one subject's letters and all others.
pub struct Line {
    /// Letters that decide it, with their signed multipliers: the weights are the sum of these letters'
    /// vectors.
    pub support: Vec<(u32, f32)>,
    /// The constant term.
    pub bias: f32,
    /// What the line says of every letter of the Gram matrix, also of those kept out: positive is "this
    /// subject".
    pub margins: Vec<f32>,
}

/// How far the best step may still reach when we stop: margins are then right to some thousandths.
const CLOSE_ENOUGH: f32 = 0.01;
/// Steps after which a line stays as it is: far more than any took.
const MOST_STEPS: usize = 100_000;
const LANES: usize = 64;

/// Draws the line between the letters for which `side` is positive and those where it is negative; 0 keeps a
/// letter out.
///
/// `cost` is how much a letter on the wrong side of its margin counts (C).
pub fn separate(gram: &Gram, side: &[i8], cost: f32) -> Line {
    let mut state = State::new(gram, side, cost);
    let mut next = side.iter().position(|side| *side > 0);
    for _ in 0..MOST_STEPS {
        let Some(letter) = next else { break };
        let change = state.best_change(letter);
        next = state.step(letter, change);
    }
    state.into_line()
}

struct State<'a> {
    gram: &'a Gram,
    /// 1, -1, or 0 for a letter kept out.
    side: Vec<f32>,
    /// 1, or 0 for a letter kept out: what its margin should be.
    goal: Vec<f32>,
    alpha: Vec<f32>,
    margin: Vec<f32>,
    softness: f32,
}

impl<'a> State<'a> {
    fn new(gram: &'a Gram, side: &[i8], cost: f32) -> Self {
        let size = gram.size();
        assert_eq!(size, side.len(), "a side for every letter");
        Self {
            gram,
            side: side.iter().map(|side| f32::from(*side)).collect(),
            goal: side.iter().map(|side| f32::from(side.abs())).collect(),
            alpha: vec![0.0; size],
            margin: vec![0.0; size],
            softness: 0.5 / cost,
        }
    }

    /// The change of this letter's multiplier after which it is at its best, all others being as they are.
    fn best_change(&self, letter: usize) -> f32 {
        let slope =
            self.side[letter] * self.margin[letter] - self.goal[letter] + self.alpha[letter] * self.softness;
        let curve = self.gram.row(letter)[letter] + 1.0 + self.softness;
        (-slope / curve).max(-self.alpha[letter])
    }

    /// Takes the step and finds the letter with the most to gain; `None` when nobody has anything worth it.
    fn step(&mut self, letter: usize, change: f32) -> Option<usize> {
        self.alpha[letter] += change;
        let push = change * self.side[letter];
        let (mut best, mut best_chunk) = (CLOSE_ENOUGH, None);
        let chunks = self.margin.chunks_mut(LANES).zip(self.gram.row(letter).chunks(LANES));
        let others = self.alpha.chunks(LANES).zip(self.side.chunks(LANES)).zip(self.goal.chunks(LANES));
        for (number, ((margin, alike), ((alpha, side), goal))) in chunks.zip(others).enumerate() {
            let most = advance(margin, alike, alpha, side, goal, push, self.softness);
            if most > best {
                (best, best_chunk) = (most, Some(number));
            }
        }
        let start = best_chunk? * LANES;
        (start..self.margin.len().min(start + LANES)).find(|letter| self.gain(*letter) >= best)
    }

    fn gain(&self, letter: usize) -> f32 {
        gain(self.margin[letter], self.alpha[letter], self.side[letter], self.goal[letter], self.softness)
    }

    fn into_line(self) -> Line {
        let multipliers = self.alpha.iter().zip(&self.side).map(|(alpha, side)| alpha * side);
        let support: Vec<(u32, f32)> =
            (0..).zip(multipliers).filter(|(_, multiplier)| *multiplier != 0.0).collect();
        let bias = support.iter().map(|(_, multiplier)| multiplier).sum();
        Line { support, bias, margins: self.margin }
    }
}

/// Brings some letters' margins up to date; the largest gain among them.
fn advance(
    margin: &mut [f32],
    alike: &[f32],
    alpha: &[f32],
    side: &[f32],
    goal: &[f32],
    push: f32,
    softness: f32,
) -> f32 {
    let size = margin.len();
    let (alike, alpha, side, goal) = (&alike[..size], &alpha[..size], &side[..size], &goal[..size]);
    let mut most = [0.0_f32; 8];
    for at in 0..size {
        margin[at] += push * (alike[at] + 1.0);
        let gain = gain(margin[at], alpha[at], side[at], goal[at], softness);
        let most = &mut most[at % 8];
        *most = if gain > *most { gain } else { *most };
    }
    most.into_iter().fold(0.0, f32::max)
}

/// How steeply the goal rises when this letter's multiplier changes in a direction it may change in.
#[inline(always)]
fn gain(margin: f32, alpha: f32, side: f32, goal: f32, softness: f32) -> f32 {
    let slope = side * margin - goal + alpha * softness;
    let down = if alpha > 0.0 { slope } else { 0.0 };
    if -slope > down { -slope } else { down }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Vector;

    #[test]
    fn a_line_tells_the_sides_apart_and_leaves_out_who_is_kept_out() {
        let of = |features: Vec<u32>| Vector { weights: vec![1.0; features.len()], features, known: 1.0 };
        let gram = Gram::of(&[of(vec![0]), of(vec![0, 2]), of(vec![1]), of(vec![1, 2]), of(vec![0, 2])]);
        let line = separate(&gram, &[1, 1, -1, -1, 0], 1.0);
        let signs: Vec<bool> = line.margins.iter().map(|margin| *margin > 0.0).collect();
        assert_eq!(signs, [true, true, false, false, true], "{:?}", line.margins);
        assert!(line.support.iter().all(|(letter, _)| *letter != 4), "{:?}", line.support);
        let again = separate(&gram, &[1, 1, -1, -1, 0], 1.0);
        assert_eq!(again.support, line.support);
    }
}
