//! Plots: small drawings made here, as SVG that needs no script and no style of its own; the sheet gives them their colours, in
//! light and dark. Each has a name for those who do not see it, and the page has the same figures in a table beside it.
//!
//! **Deliberately absent:** what is drawn. Names in a drawing come from outside and are written as text, whatever they hold.

use std::fmt::Write;

/// Width of every drawing, in its own units.
const WIDTH: f64 = 640.0;
/// Where names end and marks begin.
const LEFT: f64 = 216.0;
/// Where marks end.
const RIGHT: f64 = 560.0;
/// Height of a row.
const ROW: f64 = 26.0;
/// The most rows that are drawn; the table has them all.
pub(super) const ROWS: usize = 30;
/// The longest name in a drawing, in characters.
const NAME: usize = 27;

/// A bar.
pub(super) struct Bar {
    /// What it is of.
    pub(super) name: String,
    /// Its length, 0 to 1.
    pub(super) share: f64,
    /// What stands at its end.
    pub(super) said: String,
}

/// Bars under each other.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let bars = &bars[..bars.len().min(ROWS)];
    let mut svg = open(title, bars.len() as f64 * ROW + 8.0);
    for (at, bar) in bars.iter().enumerate() {
        let y = 4.0 + at as f64 * ROW;
        let length = bar.share.clamp(0.0, 1.0) * (RIGHT - LEFT);
        row_name(&mut svg, y, &bar.name);
        let _ = write!(
            svg,
            r#"<rect class="mark" x="{LEFT}" y="{:.1}" width="{length:.1}" height="{}"/>"#,
            y + 4.0,
            ROW - 10.0
        );
        text(&mut svg, [LEFT + length + 6.0, y + 17.0], "start", &bar.said);
    }
    close(svg)
}

/// A share with the bounds that it lies between, and the most that is allowed.
pub(super) struct Between {
    /// What it is of.
    pub(super) name: String,
    /// The share.
    pub(super) share: f64,
    /// Its bounds.
    pub(super) bounds: (f64, f64),
    /// The most that is allowed.
    pub(super) limit: Option<f64>,
}

/// Shares with their bounds, on an axis that holds them all.
pub(super) fn between(title: &str, rows: &[Between]) -> String {
    let rows = &rows[..rows.len().min(ROWS)];
    let highest =
        end_of_axis(rows.iter().flat_map(|row| [row.bounds.1, row.limit.unwrap_or(0.0)]).fold(0.0, f64::max));
    let bottom = rows.len() as f64 * ROW + 4.0;
    let mut svg = open(title, bottom + 24.0);
    let x = |share: f64| LEFT + share.clamp(0.0, highest) / highest * (RIGHT - LEFT);
    for fifth in 0..=5 {
        let share = highest * f64::from(fifth) / 5.0;
        line(&mut svg, "grid", [x(share), 2.0], [x(share), bottom]);
        text(&mut svg, [x(share), bottom + 18.0], "middle", &crate::unseen::percent(share));
    }
    for (at, row) in rows.iter().enumerate() {
        let middle = 4.0 + (at as f64 + 0.5) * ROW;
        row_name(&mut svg, middle - ROW / 2.0, &row.name);
        line(&mut svg, "bounds", [x(row.bounds.0), middle], [x(row.bounds.1), middle]);
        if let Some(limit) = row.limit {
            line(&mut svg, "limit", [x(limit), middle - 9.0], [x(limit), middle + 9.0]);
        }
        let _ = write!(svg, r#"<circle class="mark" cx="{:.1}" cy="{middle:.1}" r="4.5"/>"#, x(row.share));
    }
    close(svg)
}

/// A line of points, both from 0 to 1, and what it is called.
pub(super) struct Curve {
    /// What it is called; two curves have two classes.
    pub(super) name: &'static str,
    /// Its points, from left to right.
    pub(super) points: Vec<(f64, f64)>,
}

/// Curves over a common axis below; the axis beside ends a little above the highest point.
pub(super) fn curves(title: &str, [below, beside]: [&str; 2], ends: [&str; 2], curves: &[Curve]) -> String {
    const TOP: f64 = 24.0;
    const BOTTOM: f64 = 224.0;
    const START: f64 = 72.0;
    let points = curves.iter().flat_map(|curve| &curve.points);
    let highest = end_of_axis(points.map(|(_, y)| *y).fold(0.0, f64::max));
    let mut svg = open(title, BOTTOM + 44.0);
    let place = |x: f64, y: f64| [START + x * (RIGHT - START), BOTTOM - y / highest * (BOTTOM - TOP)];
    for quarter in 0..=4 {
        let share = highest * f64::from(quarter) / 4.0;
        let [_, y] = place(0.0, share);
        line(&mut svg, "grid", [START, y], [RIGHT, y]);
        text(&mut svg, [START - 6.0, y + 4.0], "end", &crate::unseen::percent(share));
    }
    text(&mut svg, [START - 60.0, 14.0], "start", beside);
    text(&mut svg, [START, BOTTOM + 18.0], "start", ends[0]);
    text(&mut svg, [RIGHT, BOTTOM + 18.0], "end", ends[1]);
    text(&mut svg, [f64::midpoint(START, RIGHT), BOTTOM + 36.0], "middle", below);
    for (number, curve) in curves.iter().enumerate() {
        let points: Vec<String> =
            curve.points.iter().map(|(x, y)| place(*x, *y)).map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(svg, r#"<polyline class="curve curve-{number}" points="{}"/>"#, points.join(" "));
        if let Some([x, y]) = curve.points.last().map(|(x, y)| place(*x, *y)) {
            let _ = write!(svg, r#"<circle class="dot-{number}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#);
            text(&mut svg, [x.min(RIGHT) + 6.0, y + 4.0], "start", curve.name);
        }
    }
    close(svg)
}

/// The first round share that is not smaller.
fn end_of_axis(highest: f64) -> f64 {
    [0.05, 0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|end| highest <= *end).unwrap_or(1.0)
}

fn open(title: &str, height: f64) -> String {
    let mut svg = format!(r#"<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label=""#);
    escape(&mut svg, title);
    svg.push_str("\">");
    svg
}

fn close(mut svg: String) -> String {
    svg.push_str("</svg>");
    svg
}

fn row_name(svg: &mut String, y: f64, name: &str) {
    let mut short: String = name.chars().take(NAME).collect();
    if name.chars().count() > NAME {
        short.push('…');
    }
    text(svg, [LEFT - 8.0, y + 17.0], "end", &short);
}

fn text(svg: &mut String, [x, y]: [f64; 2], anchor: &str, said: &str) {
    let _ = write!(svg, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">"#);
    escape(svg, said);
    svg.push_str("</text>");
}

fn line(svg: &mut String, class: &str, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
    let _ = write!(svg, r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#);
}

fn escape(svg: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            '"' => svg.push_str("&quot;"),
            '\'' => svg.push_str("&#39;"),
            letter if letter.is_control() => svg.push(' '),
            letter => svg.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, share: f64) -> Bar {
        Bar { name: name.into(), share, said: "x".into() }
    }

    #[test]
    fn no_name_can_break_out_of_a_drawing() {
        let evil = "\"><script>alert('x')</script>&\u{1}";
        let one = Between { name: evil.into(), share: 0.1, bounds: (0.0, 0.3), limit: Some(0.02) };
        for svg in [bars(evil, &[bar(evil, 0.5)]), between(evil, &[one])] {
            assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"), "{svg}");
            assert!(!svg.contains('\u{1}') && svg.ends_with("</svg>") && !svg.contains("style="), "{svg}");
            assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        }
    }

    #[test]
    fn marks_stay_inside_the_drawing_whatever_the_share() {
        let svg =
            bars("x", &[bar("a", 7.0), bar("b", -1.0), bar("c", f64::NAN), bar(&"lang ".repeat(20), 0.5)]);
        assert!(svg.contains(r#"width="344.0""#) && svg.contains(r#"width="0.0""#), "{svg}");
        assert!(svg.contains("lang lang lang lang lang la…"), "{svg}");
        let many: Vec<Bar> = (0..100).map(|_| bar("a", 0.1)).collect();
        assert_eq!(bars("x", &many).matches("<rect").count(), ROWS);
    }

    #[test]
    fn a_curve_ends_at_the_axes() {
        let curve = Curve { name: "fejl", points: vec![(0.0, 0.0), (1.0, 0.1)] };
        let svg = curves("x", ["andel", "fejl"], ["0 %", "100 %"], &[curve]);
        assert!(svg.contains(r#"points="72.0,224.0 560.0,24.0""#), "{svg}");
        assert!(curves("x", ["a", "b"], ["", ""], &[]).contains("5 %"));
    }
}
