//! Timing: passes of the two engines in turns.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use rules::{Facts, Policy};
use zen_engine::{Decision as ZenDecision, Variable};

/// More than the near caches of any processor at hand hold (2 MB where this was written).
const CACHES: usize = 32 << 20;

/// How long an engine goes on before it is the other's turn, when passes stand back to back.
const TURN: Duration = Duration::from_millis(20);

/// What a letter costs with a table of one size.
pub struct Measured {
    /// How many rules.
    pub rules: u64,
    /// With the near caches emptied before each pass.
    pub cold: Pair,
    /// With passes back to back.
    pub warm: Pair,
}

/// Both engines under the same conditions.
pub struct Pair {
    /// zen-engine.
    pub theirs: Cost,
    /// modtag.
    pub ours: Cost,
}

/// Microseconds of a letter.
pub struct Cost {
    /// In the median pass.
    pub median: f64,
    /// In the fastest pass.
    pub least: f64,
}

impl Cost {
    fn of(mut passes: Vec<Duration>, letters: usize) -> Self {
        passes.sort_unstable();
        let a_letter = |pass: Duration| pass.as_secs_f64() * 1e6 / letters as f64;
        Self { median: a_letter(passes[passes.len() / 2]), least: a_letter(passes[0]) }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cost = |cost: &Cost| format!("{:.2} ({:.2})", cost.median, cost.least);
        let times = self.theirs.median / self.ours.median;
        write!(f, "{:>18} {:>16} {times:>6.1}", cost(&self.theirs), cost(&self.ours))
    }
}

/// Times both for so many seconds, half of them in each way.
pub fn measure(
    rules: u64,
    seconds: f64,
    policy: &Policy,
    zen: &ZenDecision,
    letters: &[Facts],
    inputs: &[Variable],
) -> Measured {
    let theirs = || {
        for input in inputs {
            black_box(block_on(zen.evaluate(input.clone())))
                .unwrap_or_else(|error| panic!("zen-engine: {error:?}"));
        }
    };
    let ours = || {
        for facts in letters {
            black_box(rules::decide(policy, facts));
        }
    };
    let half = Duration::from_secs_f64(seconds / 2.0);
    let mut caches = vec![0u8; CACHES];
    let cold = in_turns(half, letters.len(), theirs, ours, |pass, passes| {
        caches.iter_mut().step_by(64).for_each(|byte| *byte = black_box(byte.wrapping_add(1)));
        passes.push(timed(pass));
    });
    let warm = in_turns(half, letters.len(), theirs, ours, |pass, passes| {
        // The first pass after the other's turn finds the other's things in the caches.
        pass();
        let end = Instant::now() + TURN;
        while Instant::now() < end {
            passes.push(timed(pass));
        }
    });
    Measured { rules, cold, warm }
}

/// Lets the engines take turns until the time is up; each has at least one.
fn in_turns(
    time: Duration,
    letters: usize,
    theirs: impl Fn(),
    ours: impl Fn(),
    mut turn: impl FnMut(&dyn Fn(), &mut Vec<Duration>),
) -> Pair {
    let end = Instant::now() + time;
    let (mut of_theirs, mut of_ours) = (Vec::new(), Vec::new());
    while Instant::now() < end || of_theirs.is_empty() {
        turn(&theirs, &mut of_theirs);
        turn(&ours, &mut of_ours);
    }
    Pair { theirs: Cost::of(of_theirs, letters), ours: Cost::of(of_ours, letters) }
}

fn timed(pass: &dyn Fn()) -> Duration {
    let start = Instant::now();
    pass();
    start.elapsed()
}
