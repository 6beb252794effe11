//! The picture of growth: an SVG with two lines on logarithmic axes, legible on light and dark paper.

use std::fmt::Write as _;

use crate::measure::{Cost, Measured};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// Left, right, top and bottom of the field.
const FIELD: [f64; 4] = [70.0, 600.0, 40.0, 360.0];
const INK: &str = "#7d8590";
const THEIRS: &str = "#cf6a1f";
const OURS: &str = "#2f81d6";

/// Costs of both engines by number of rules, with caches emptied before each pass.
pub fn growth(measured: &[Measured]) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">
<title>Cost of deciding one letter, by number of rules</title>
<text x="{}" y="22" font-size="15">Cost of deciding one letter, by number of rules</text>
"#,
        FIELD[0]
    );
    let axes = Axes::over(measured);
    axes.draw(&mut svg);
    axes.line(&mut svg, "zen-engine", THEIRS, measured, |one| &one.cold.theirs);
    axes.line(&mut svg, "modtag", OURS, measured, |one| &one.cold.ours);
    svg + "</svg>\n"
}

/// Whole decades that hold every point, as powers of ten.
struct Axes {
    rules: [i32; 2],
    micros: [i32; 2],
}

impl Axes {
    fn over(measured: &[Measured]) -> Self {
        let costs = measured.iter().flat_map(|one| [one.cold.theirs.median, one.cold.ours.median]);
        Self { rules: decades(measured.iter().map(|one| one.rules as f64)), micros: decades(costs) }
    }

    fn x(&self, rules: f64) -> f64 {
        FIELD[0] + share(rules, self.rules) * (FIELD[1] - FIELD[0])
    }

    fn y(&self, micros: f64) -> f64 {
        FIELD[3] - share(micros, self.micros) * (FIELD[3] - FIELD[2])
    }

    fn draw(&self, svg: &mut String) {
        let [left, right, top, bottom] = FIELD;
        for power in self.rules[0]..=self.rules[1] {
            let (x, label) = (self.x(10f64.powi(power)), shown(10f64.powi(power)));
            let _ =
                writeln!(svg, r#"<path d="M{x:.1} {top}V{bottom}" stroke="{INK}" stroke-opacity="0.35"/>"#);
            let _ = writeln!(
                svg,
                r#"<text x="{x:.1}" y="{}" text-anchor="middle">{label}</text>"#,
                bottom + 20.0
            );
        }
        for power in self.micros[0]..=self.micros[1] {
            let (y, label) = (self.y(10f64.powi(power)), shown(10f64.powi(power)));
            let _ =
                writeln!(svg, r#"<path d="M{left} {y:.1}H{right}" stroke="{INK}" stroke-opacity="0.35"/>"#);
            let _ = writeln!(
                svg,
                r#"<text x="{}" y="{:.1}" text-anchor="end">{label}</text>"#,
                left - 8.0,
                y + 4.0
            );
        }
        let middle = (left + right) / 2.0;
        let _ =
            writeln!(svg, r#"<text x="{middle}" y="{}" text-anchor="middle">rules</text>"#, bottom + 44.0);
        let half = (top + bottom) / 2.0;
        let _ = writeln!(
            svg,
            r#"<text transform="translate(18 {half}) rotate(-90)" text-anchor="middle">µs a letter (median)</text>"#
        );
    }

    fn line(
        &self,
        svg: &mut String,
        name: &str,
        colour: &str,
        measured: &[Measured],
        cost: impl Fn(&Measured) -> &Cost,
    ) {
        let points: Vec<(f64, f64, f64)> = measured
            .iter()
            .map(|one| (self.x(one.rules as f64), self.y(cost(one).median), cost(one).median))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.5"/>"#,
            path.join(" ")
        );
        for (x, y, micros) in &points {
            let _ = writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="4" fill="{colour}"/>"#);
            let _ = writeln!(
                svg,
                r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle" fill="{colour}">{}</text>"#,
                y - 10.0,
                shown(*micros)
            );
        }
        if let Some((x, y, _)) = points.last() {
            let _ = writeln!(
                svg,
                r#"<text x="{:.1}" y="{:.1}" font-size="15" fill="{colour}">{name}</text>"#,
                x + 14.0,
                y + 5.0
            );
        }
    }
}

fn decades(values: impl Iterator<Item = f64> + Clone) -> [i32; 2] {
    let least = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
    let most = values.fold(0.0, f64::max).log10().ceil();
    [least as i32, most as i32]
}

/// How far between two powers of ten.
fn share(value: f64, [least, most]: [i32; 2]) -> f64 {
    (value.log10() - f64::from(least)) / f64::from(most - least)
}

/// A number as it is written on an axis or beside a point.
fn shown(value: f64) -> String {
    match value {
        value if value < 10.0 && value.fract() != 0.0 => format!("{value:.1}"),
        value if value < 1_000.0 => format!("{value:.0}"),
        value => format!("{},{:03}", value.round() as u64 / 1_000, value.round() as u64 % 1_000),
    }
}
