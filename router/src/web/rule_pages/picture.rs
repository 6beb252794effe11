//! A picture of where mail goes: those who have it now to the left, those who would have it to the right, and bands between.
//!
//! Drawn with shapes and classes alone: no style and no script stands in it. The table beside it says the same.

use std::collections::BTreeMap;

use crate::replay::Flow;

/// The picture, ready to be drawn.
pub(super) struct Picture {
    pub(super) height: u32,
    pub(super) boxes: Vec<Holder>,
    pub(super) bands: Vec<Band>,
}

/// Somebody who has mail, on one side.
pub(super) struct Holder {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) height: u32,
    pub(super) text_x: u32,
    pub(super) text_y: u32,
    pub(super) anchor: &'static str,
    pub(super) label: String,
}

/// Mail on its way from one side to the other.
pub(super) struct Band {
    pub(super) path: String,
    /// `same`, `automatic`, `manual`, `moved`.
    pub(super) class: &'static str,
    pub(super) title: String,
}

/// Receivers shown by themselves; the others are shown as one.
const SHOWN: usize = 11;
/// Height of all mail together.
const TALL: f64 = 420.0;
const GAP: f64 = 14.0;
const TOP: f64 = 10.0;
const LEFT: u32 = 230;
const RIGHT: u32 = 570;
const WIDE: u32 = 14;
/// Letters of a name that there is room for.
const LETTERS: usize = 27;

/// A receiver in the picture: a person is asked, a unit, or all units that there is no room for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Asked,
    Unit(String),
    Others,
}

impl Who {
    fn called(&self, name: &impl Fn(&str) -> String) -> String {
        match self {
            Self::Asked => "Venter på et menneske".into(),
            Self::Unit(unit) => name(unit),
            Self::Others => "Øvrige enheder".into(),
        }
    }
}

impl Picture {
    pub(super) fn of(flows: &BTreeMap<Flow, u64>, name: &impl Fn(&str) -> String) -> Self {
        let known = most(flows);
        let who = |side: &Option<String>| match side {
            None => Who::Asked,
            Some(unit) if known.contains(unit) => Who::Unit(unit.clone()),
            Some(_) => Who::Others,
        };
        let mut bands: BTreeMap<(Who, Who, &'static str), u64> = BTreeMap::new();
        for (flow, messages) in flows {
            *bands.entry((who(&flow.0), who(&flow.1), class(flow))).or_default() += messages;
        }
        let all: u64 = flows.values().sum();
        let scale = TALL / (all.max(1) as f64);
        let (left, left_end) = side(bands.iter().map(|((old, _, _), n)| (old, *n)), scale);
        let (right, right_end) = side(bands.iter().map(|((_, new, _), n)| (new, *n)), scale);
        let mut boxes: Vec<Holder> = Vec::new();
        for (column, is_left) in [(&left, true), (&right, false)] {
            boxes.extend(column.iter().map(|(who, (y, messages))| {
                let height = messages.to_owned() as f64 * scale;
                Holder {
                    x: if is_left { LEFT } else { RIGHT },
                    y: round(*y),
                    height: round(height).max(1),
                    text_x: if is_left { LEFT - 8 } else { RIGHT + WIDE + 8 },
                    text_y: round(y + height / 2.0 + 4.0),
                    anchor: if is_left { "end" } else { "start" },
                    label: format!("{} ({messages})", cut(&who.called(name))),
                }
            }));
        }
        let (mut at_left, mut at_right): (BTreeMap<&Who, f64>, BTreeMap<&Who, f64>) = Default::default();
        let drawn = bands.iter().map(|((old, new, class), messages)| {
            let thick = *messages as f64 * scale;
            let from = at_left.entry(old).or_insert_with(|| left[old].0);
            let to = at_right.entry(new).or_insert_with(|| right[new].0);
            let path = band(*from, *to, thick.max(1.0));
            *from += thick;
            *to += thick;
            let title = format!("{} → {}: {messages}", old.called(name), new.called(name));
            Band { path, class, title }
        });
        let bands = drawn.collect();
        Self { height: round(left_end.max(right_end) + TOP), boxes, bands }
    }
}

/// The units with most mail on either side.
fn most(flows: &BTreeMap<Flow, u64>) -> Vec<String> {
    let mut mail: BTreeMap<&String, u64> = BTreeMap::new();
    for ((old, new), messages) in flows {
        // What changes is worth more room than what stays.
        let weight = if old == new { *messages } else { messages.saturating_mul(1000) };
        for unit in [old, new].into_iter().flatten() {
            *mail.entry(unit).or_default() += weight;
        }
    }
    let mut units: Vec<(&String, u64)> = mail.into_iter().collect();
    units.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    units.into_iter().take(SHOWN).map(|(unit, _)| unit.clone()).collect()
}

fn class((old, new): &Flow) -> &'static str {
    match (old, new) {
        (old, new) if old == new => "same",
        (None, _) => "automatic",
        (_, None) => "manual",
        _ => "moved",
    }
}

/// Where each box of a side begins, how much mail it has, and where the side ends.
fn side<'w>(mail: impl Iterator<Item = (&'w Who, u64)>, scale: f64) -> (BTreeMap<&'w Who, (f64, u64)>, f64) {
    let mut boxes: BTreeMap<&Who, (f64, u64)> = BTreeMap::new();
    for (who, messages) in mail {
        boxes.entry(who).or_insert((0.0, 0)).1 += messages;
    }
    let mut at = TOP;
    for (y, messages) in boxes.values_mut() {
        *y = at;
        // A name needs its line, however little mail there is.
        at += (*messages as f64 * scale).max(GAP) + GAP;
    }
    (boxes, at)
}

fn band(from: f64, to: f64, thick: f64) -> String {
    let (x1, x2) = (LEFT + WIDE, RIGHT);
    let middle = (x1 + x2) / 2;
    let (from_end, to_end) = (from + thick, to + thick);
    format!(
        "M{x1} {from:.1} C{middle} {from:.1} {middle} {to:.1} {x2} {to:.1} L{x2} {to_end:.1} C{middle} {to_end:.1} {middle} {from_end:.1} {x1} {from_end:.1} Z"
    )
}

fn round(number: f64) -> u32 {
    number.round().max(0.0) as u32
}

fn cut(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let short: String = name.chars().take(LETTERS - 1).collect();
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_a_band_and_many_receivers_become_one() {
        let some = |unit: usize| Some(format!("enhed{unit:02}"));
        let mut flows: BTreeMap<Flow, u64> = (0..30).map(|unit| ((some(unit), some(unit)), 10)).collect();
        flows.insert((None, some(3)), 4);
        flows.insert((some(4), None), 2);
        flows.insert((some(5), some(6)), 1);
        let picture = Picture::of(&flows, &str::to_owned);
        assert!(picture.boxes.len() <= 2 * (SHOWN + 2), "{}", picture.boxes.len());
        for class in ["same", "automatic", "manual", "moved"] {
            assert!(picture.bands.iter().any(|band| band.class == class), "{class}");
        }
        assert!(picture.boxes.iter().any(|one| one.label == "Øvrige enheder (190)"));
        let lowest = picture.boxes.iter().map(|one| one.y + one.height).max().unwrap_or_default();
        assert!(picture.height >= lowest);
        assert_eq!(Picture::of(&BTreeMap::new(), &str::to_owned).bands.len(), 0);
    }
}
