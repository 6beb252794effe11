//! The learning curve, drawn: right labels by letters taught per unit, with 95 % intervals.

use std::fmt::Write;

use super::draw::{SIDE, frame, place};
use crate::evaluate::Share;
use crate::own::Curve;

/// The curve of the group (blue) and of the subject (ochre). The axis below counts letters per unit, up to the most taught.
pub fn learning(curve: &Curve) -> String {
    let most = curve.steps.iter().map(|step| step.per_unit).max().unwrap_or(0).max(1) as f64;
    let mut marks = String::new();
    let group: Vec<(f64, Share)> =
        curve.steps.iter().map(|step| (step.per_unit as f64 / most, step.gruppe_at_1)).collect();
    let subject: Vec<(f64, Share)> =
        curve.steps.iter().map(|step| (step.per_unit as f64 / most, step.emne_at_1)).collect();
    for (name, colour, points) in [("gruppe", "#1b6ca8", group), ("emne", "#b87a16", subject)] {
        draw(name, colour, &points, &mut marks);
    }
    for step in &curve.steps {
        let [x, y] = place(step.per_unit as f64 / most, 0.0);
        let _ = write!(
            marks,
            r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            y + 18.0,
            step.per_unit
        );
    }
    let title = format!("Breve pr. enhed, der er svaret på ({} breve i alt)", curve.letters);
    frame([&title, "Første forslag rigtigt"], [None, Some(1.0)], &marks)
}

fn draw(name: &str, colour: &str, points: &[(f64, Share)], marks: &mut String) {
    let mut line = String::new();
    for (x, share) in points {
        let ([at, y], [_, low], [_, high]) =
            (place(*x, share.share), place(*x, share.low), place(*x, share.high));
        let _ = write!(line, "{at:.1},{y:.1} ");
        let _ = write!(
            marks,
            r#"<line x1="{at:.1}" y1="{low:.1}" x2="{at:.1}" y2="{high:.1}" stroke="{colour}" stroke-opacity="0.4"/><circle cx="{at:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#
        );
    }
    let _ = write!(
        marks,
        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
        line.trim_end()
    );
    if let Some((x, share)) = points.last() {
        let [at, y] = place(*x, share.share);
        let _ = write!(
            marks,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end" fill="{colour}">{name}</text>"#,
            at.min(SIDE + 50.0) - 8.0,
            y + 16.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own::{Paired, Step};

    #[test]
    fn what_is_taught_more_lies_further_right_and_what_is_right_higher() {
        let step = |per_unit: usize, hits: usize| Step {
            per_unit,
            taught: 8 * per_unit,
            moved: Share::of(1, 1),
            gruppe_at_1: Share::of(hits, 10),
            emne_at_1: Share::of(hits - 1, 10),
            group: Paired::counted(0, 0),
        };
        let curve =
            Curve { model: "kle".into(), letters: 10, rounds: 1, steps: vec![step(0, 5), step(40, 10)] };
        let drawing = learning(&curve);
        assert!(drawing.contains(r#"points="56.0,188.0 376.0,28.0""#), "{drawing}");
        assert!(drawing.contains(">40</text>") && drawing.ends_with("</svg>\n"), "{drawing}");
    }
}
