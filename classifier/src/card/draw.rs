//! Two drawings for the card: is a confidence worth what it says, and what does passing on cost.

use std::fmt::Write;

use crate::evaluate::{Passed, Point, full_curve};
use crate::train::Outcome;

pub(super) const SIDE: f64 = 320.0;
const MARGIN: f64 = 56.0;
/// Bins of the reliability diagram.
const BINS: usize = 10;

/// The reliability diagram: how sure the model was, and how often it was right, in ten bins. On the line, a
/// confidence is worth what it says; a dot's size tells how many letters it stands for.
pub fn reliability(outcomes: &[Outcome]) -> String {
    let mut bins = [(0.0_f64, 0.0_f64, 0.0_f64); BINS];
    for outcome in outcomes {
        let sure = f64::from(outcome.confidence);
        let bin = &mut bins[((sure * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + sure, bin.2 + f64::from(u8::from(outcome.right)));
    }
    let mut marks = line((0.0, 0.0), (1.0, 1.0), "#999", "4 4");
    for (count, sure, right) in bins.into_iter().filter(|bin| bin.0 > 0.0) {
        let size = 3.0 + 9.0 * (count / outcomes.len() as f64).sqrt();
        let [x, y] = place(sure / count, right / count);
        let _ = write!(marks, r##"<circle cx="{x:.1}" cy="{y:.1}" r="{size:.1}" fill="#1b6ca8"/>"##);
    }
    frame(["Hvor sikker modellen var", "Hvor ofte gruppen var rigtig"], [Some(1.0), Some(1.0)], &marks)
}

/// The risk–coverage curve: of the letters passed on, the surest first, how many have a wrong group.
pub fn risk(outcomes: &[Outcome]) -> String {
    let passed: Vec<Passed> = (outcomes.iter().filter(|outcome| outcome.routable))
        .map(|outcome| Passed { confidence: outcome.confidence, right: outcome.right })
        .collect();
    let curve = full_curve(&passed);
    let highest = curve.iter().map(|point| point.risk).fold(0.1, f64::max);
    let mut marks = line((0.0, 0.02 / highest), (1.0, 0.02 / highest), "#999", "4 4");
    let step = (curve.len() / 200).max(1);
    let points = curve.iter().step_by(step).map(|Point { coverage, risk, .. }| {
        let [x, y] = place(*coverage, risk / highest);
        format!("{x:.1},{y:.1}")
    });
    let points = points.collect::<Vec<_>>().join(" ");
    let _ = write!(marks, r##"<polyline points="{points}" fill="none" stroke="#1b6ca8" stroke-width="2"/>"##);
    frame(["Andel ført videre", "Andel med forkert gruppe"], [Some(1.0), Some(highest)], &marks)
}

pub(super) fn place(x: f64, y: f64) -> [f64; 2] {
    [MARGIN + x * SIDE, MARGIN / 2.0 + (1.0 - y) * SIDE]
}

fn line(from: (f64, f64), to: (f64, f64), colour: &str, dashes: &str) -> String {
    let ([x1, y1], [x2, y2]) = (place(from.0, from.1), place(to.0, to.1));
    format!(
        r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{colour}" stroke-dasharray="{dashes}"/>"#
    )
}

/// Axes from 0 to the highest share of each, without figures where there is none; their names, and the marks.
pub(super) fn frame([below, beside]: [&str; 2], highest: [Option<f64>; 2], marks: &str) -> String {
    let (width, height) = (SIDE + MARGIN * 1.5, SIDE + MARGIN * 1.5);
    let mut drawing = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>"##
    );
    for tenth in 0..=5 {
        let share = f64::from(tenth) / 5.0;
        let ([x, _], [_, y]) = (place(share, 0.0), place(0.0, share));
        if let Some(highest) = highest[0] {
            let (y, percent) = (SIDE + MARGIN / 2.0 + 18.0, share * highest * 100.0);
            let _ = write!(drawing, r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{percent:.0} %</text>"#);
        }
        if let Some(highest) = highest[1] {
            let (x, y, percent) = (MARGIN - 6.0, y + 4.0, share * highest * 100.0);
            let _ = write!(drawing, r#"<text x="{x}" y="{y:.1}" text-anchor="end">{percent:.0} %</text>"#);
        }
    }
    let (middle, bottom) = (MARGIN + SIDE / 2.0, height - 12.0);
    let _ = write!(
        drawing,
        r##"<rect x="{MARGIN}" y="{}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#333"/>{marks}<text x="{middle}" y="{bottom}" text-anchor="middle">{below}</text><text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{beside}</text></svg>"##,
        MARGIN / 2.0,
    );
    drawing.push('\n');
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_lies_above_what_is_wrong() {
        let outcome = |confidence, right| Outcome { confidence, right, routable: true };
        let drawing = reliability(&[outcome(0.95, true), outcome(0.05, false)]);
        let dots: Vec<&str> = drawing.split("<circle").skip(1).collect();
        assert_eq!(dots.len(), 2, "{drawing}");
        assert!(dots[0].contains(r#"cy="348.0""#) && dots[1].contains(r#"cy="28.0""#), "{dots:?}");
        let curve = risk(&[outcome(0.9, true), outcome(0.8, false)]);
        assert!(curve.contains(r#"points="216.0,348.0 376.0,28.0""#), "{curve}");
        assert!(risk(&[]).ends_with("</svg>\n") && reliability(&[]).ends_with("</svg>\n"));
    }
}
