//! Escalation: who is next when nobody opens a letter.

use std::collections::BTreeSet;

use super::{Policy, Unit};

impl Policy {
    /// Working days after which a letter that nobody in this unit has opened goes on; `None` is never.
    ///
    /// The unit's own limit, else that of the nearest unit above that has one: a limit is said once for a department.
    pub fn escalates_after(&self, unit: &str) -> Option<u32> {
        let mut upwards = self.from(unit, |unit| unit.parent.as_deref());
        upwards.find_map(|unit| unit.escalate_after_working_days).filter(|days| *days > 0)
    }

    /// The unit that an unopened letter of this one goes on to: the one it names, else the one above. A closed one is
    /// followed to its heir, or passed over when it has none. `None` at the top.
    pub fn escalates_to(&self, unit: &str) -> Option<&Unit> {
        let from = self.open_unit(unit).map_or(unit, |open| open.id.as_str());
        self.from(from, Unit::goes_on_to).skip(1).find(|unit| !unit.closed)
    }

    /// A unit, and those that `next` leads to from there, each once.
    fn from<'p>(
        &'p self,
        unit: &str,
        next: impl Fn(&'p Unit) -> Option<&'p str>,
    ) -> impl Iterator<Item = &'p Unit> {
        let mut seen = BTreeSet::new();
        let mut at = self.units.get(unit);
        std::iter::from_fn(move || {
            let unit = at.filter(|unit| seen.insert(unit.id.as_str()))?;
            at = next(unit).and_then(|id| self.units.get(id));
            Some(unit)
        })
    }
}

impl Unit {
    fn goes_on_to(&self) -> Option<&str> {
        let heir = self.successor.as_deref().filter(|_| self.closed);
        heir.or(self.escalate_to.as_deref()).or(self.parent.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units in short: `id parent closed successor escalate_to days`, `-` for nothing.
    fn policy(units: &str) -> Policy {
        let mut text = "[authority]\ncvr = \"12345678\"\nname = \"Sandby\"\n".to_owned();
        for line in units.split(';') {
            let words: Vec<&str> = line.split_whitespace().collect();
            text.push_str(&format!(
                "[[unit]]\nid = \"{0}\"\nname = \"{0}\"\njournals = \"case\"\n",
                words[0]
            ));
            for (key, word) in ["parent", "closed", "successor", "escalate_to"].iter().zip(&words[1..]) {
                match *word {
                    "-" => {}
                    "true" => text.push_str("closed = true\n"),
                    id => text.push_str(&format!("{key} = \"{id}\"\n")),
                }
            }
            if let Some(days) = words.get(5) {
                text.push_str(&format!("escalate_after_working_days = {days}\n"));
            }
        }
        Policy::load(&[("units.toml", &text)], "1").unwrap_or_else(|findings| panic!("{findings:?}"))
    }

    #[test]
    fn what_lies_unopened_goes_to_the_named_unit_else_upwards_and_past_what_is_closed() {
        let policy = policy(
            "top - - - -; dept top - - -; team dept - - -; side top - - team; gone dept true team -; \
             shut dept true - -; below shut - - -; moved gone - - -",
        );
        for (unit, expected) in [
            ("team", Some("dept")),
            ("dept", Some("top")),
            ("top", None),
            ("side", Some("team")),
            ("gone", Some("dept")),
            ("below", Some("dept")),
            ("moved", Some("team")),
            ("nobody", None),
        ] {
            assert_eq!(policy.escalates_to(unit).map(|unit| unit.id.as_str()), expected, "{unit}");
        }
    }

    #[test]
    fn the_nearest_limit_upwards_counts_and_nought_is_never() {
        let policy =
            policy("top - - - - 5; dept top - - -; team dept - - - 2; quiet top - - - 0; other - - - -");
        for (unit, expected) in
            [("top", Some(5)), ("dept", Some(5)), ("team", Some(2)), ("quiet", None), ("other", None)]
        {
            assert_eq!(policy.escalates_after(unit), expected, "{unit}");
        }
    }
}
