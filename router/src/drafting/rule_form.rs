//! One rule as a form, and back into its text: comments and every other rule stay as they are.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::blocks::blocks;
use super::fields::{CONDITIONS, Field, HEAD, MARKS, RECEIVER, THEN};

/// A rule as the form shows it.
#[derive(Clone, Debug, Default)]
pub struct RuleForm {
    /// Its id.
    pub id: String,
    /// What each field shows, by name; a field that is not here stands in the text in a way that the form cannot show.
    pub shown: BTreeMap<&'static str, String>,
    /// Keys that no field is for, such as `when.any`: they stay as they stand.
    pub beyond: Vec<String>,
}

/// What somebody sent, by the field's name.
pub type Submitted = BTreeMap<String, String>;

const NOT_THERE: &str = "Reglen er der ikke mere. Hent siden igen.";
const UNREADABLE: &str = "Filen kan ikke læses som TOML. Ret den i teksten først.";

/// All fields of the rule's tables.
fn all() -> impl Iterator<Item = &'static Field> {
    HEAD.iter().chain(&CONDITIONS).chain(&RECEIVER).chain(&MARKS)
}

/// The rule of this id as a form; `None` when the text has none, or is no TOML.
pub fn read(text: &str, id: &str) -> Option<RuleForm> {
    let document: DocumentMut = text.parse().ok()?;
    let rules = document.get("rule")?.as_array_of_tables()?;
    let rule = rules.iter().find(|rule| is(rule, id))?;
    let mut form = RuleForm { id: id.to_owned(), ..RuleForm::default() };
    for field in all() {
        let (table, key) = field.place();
        let item = match table {
            Some(table) => rule.get(table).and_then(Item::as_table_like).and_then(|table| table.get(key)),
            None => rule.get(key),
        };
        form.shown.extend(field.shown(item).map(|shown| (field.name, shown)));
    }
    form.shown.extend(happens(rule).map(|word| (THEN.name, word.to_owned())));
    form.beyond = beyond(rule);
    Some(form)
}

fn is(rule: &Table, id: &str) -> bool {
    rule.get("id").and_then(Item::as_str) == Some(id)
}

/// The word of what happens; `None` when it is written in a way that the form cannot show.
fn happens(rule: &Table) -> Option<&'static str> {
    match rule.get("then") {
        None => Some(""),
        Some(item) if item.is_table_like() => Some("give"),
        Some(item) => match item.as_str() {
            Some("hold") => Some("hold"),
            Some("desk") => Some("desk"),
            _ => None,
        },
    }
}

fn beyond(rule: &Table) -> Vec<String> {
    let known = |table: Option<&str>, key: &str| all().any(|field| field.place() == (table, key));
    let mut found = Vec::new();
    for (key, item) in rule.iter() {
        match (key, item.as_table_like()) {
            ("id" | "example", _) => {}
            ("when" | "then" | "annotate", Some(table)) => {
                let keys = table.iter().map(|(within, _)| within);
                found.extend(keys.filter(|within| !known(Some(key), within)).map(|w| format!("{key}.{w}")));
            }
            ("when" | "then" | "annotate", None) => {}
            _ if known(None, key) => {}
            _ => found.push(key.to_owned()),
        }
    }
    found
}

/// Is there a field of this name?
pub fn is_field(name: &str) -> bool {
    name == THEN.name || all().any(|field| field.name == name)
}

/// Writes what somebody sent into the rule of this id, and returns the whole text. Fails with what was not understood.
pub fn fill(text: &str, id: &str, sent: &Submitted) -> Result<String, Vec<String>> {
    let mut document: DocumentMut = text.parse().map_err(|_| vec![UNREADABLE.to_owned()])?;
    let rules = document.get_mut("rule").and_then(Item::as_array_of_tables_mut);
    let rule = rules.and_then(|rules| rules.iter_mut().find(|rule| is(rule, id)));
    let rule = rule.ok_or_else(|| vec![NOT_THERE.to_owned()])?;
    let mut wrong = Vec::new();
    write_into(rule, &HEAD, sent, &mut wrong);
    write_within(rule, "when", &CONDITIONS, sent, &mut wrong);
    if let (Some(there), Some(wanted)) = (happens(rule), sent.get(THEN.name)) {
        let wanted = wanted.as_str();
        match wanted {
            _ if wanted == there => {}
            "" => drop(rule.remove("then")),
            "give" => drop(rule.insert("then", value(InlineTable::new()))),
            "hold" | "desk" => drop(rule.insert("then", value(wanted))),
            _ => wrong.push(format!("{}: »{wanted}« er ikke en af mulighederne.", THEN.label)),
        }
    }
    if happens(rule) == Some("give") {
        write_within(rule, "then", &RECEIVER, sent, &mut wrong);
    }
    write_within(rule, "annotate", &MARKS, sent, &mut wrong);
    if wrong.is_empty() { Ok(document.to_string()) } else { Err(wrong) }
}

fn write_into(table: &mut dyn TableLike, fields: &[Field], sent: &Submitted, wrong: &mut Vec<String>) {
    for field in fields {
        if let Some(typed) = sent.get(field.name) {
            wrong.extend(field.write(table, typed).err());
        }
    }
}

/// Writes into a table of the rule, which is made when there is something to put in it, and taken out when it is left empty.
fn write_within(rule: &mut Table, key: &str, fields: &[Field], sent: &Submitted, wrong: &mut Vec<String>) {
    let says = fields.iter().any(|field| sent.get(field.name).is_some_and(|typed| !typed.trim().is_empty()));
    if !rule.contains_key(key) && !says {
        return;
    }
    let item = rule.entry(key).or_insert_with(|| value(InlineTable::new()));
    let before = item.to_string();
    let Some(table) = item.as_table_like_mut() else { return };
    write_into(table, fields, sent, wrong);
    let is_empty = table.is_empty();
    if is_empty && key == "annotate" {
        rule.remove(key);
    } else if let Item::Value(Value::InlineTable(inline)) = item
        && !before.contains(['\n', '#'])
        && inline.to_string() != before
    {
        // Commas and blanks as in the rest of the file; a table over several lines keeps its own.
        inline.fmt();
    }
}

/// Puts a new rule before the rule of an id, or last, and returns the whole text.
pub fn insert(text: &str, id: &str, before: &str, sent: &Submitted) -> Result<String, Vec<String>> {
    let id = id.trim();
    if id.is_empty() || id.chars().any(char::is_control) {
        return Err(vec!["Skriv et id til reglen: et kort ord, som beslutninger nævner den ved.".to_owned()]);
    }
    let blocks = blocks(text).ok_or_else(|| vec![UNREADABLE.to_owned()])?;
    if blocks.iter().any(|block| block.id == id) {
        return Err(vec![format!("Der er allerede en regel »{id}« i filen.")]);
    }
    let mut rule = Table::new();
    rule.insert("id", value(id));
    rule.insert("title", value(sent.get("title").map_or("", |title| title.trim())));
    rule.insert("when", value(InlineTable::new()));
    let mut only = ArrayOfTables::new();
    only.push(rule);
    let mut new = DocumentMut::new();
    new.insert("rule", Item::ArrayOfTables(only));
    let new = new.to_string();
    let text = match blocks.iter().find(|block| !before.is_empty() && block.id == before) {
        Some(block) => {
            let at = start_of(text, block.line);
            format!("{}{}\n{}", &text[..at], new.trim_start(), &text[at..])
        }
        None if text.trim().is_empty() => new.trim_start().to_owned(),
        None => format!("{}\n\n{}", text.trim_end(), new.trim_start()),
    };
    fill(&text, id, sent)
}

/// Where a rule's own comments begin: the lines directly above its `[[rule]]` on this line.
fn start_of(text: &str, line: usize) -> usize {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut first = line.saturating_sub(1).min(lines.len());
    while first > 0 && lines[first - 1].trim_start().starts_with('#') {
        first -= 1;
    }
    lines[..first].iter().map(|line| line.len()).sum()
}

/// Takes the rule of an id out, with its comments, and returns the whole text.
pub fn remove(text: &str, id: &str) -> Result<String, Vec<String>> {
    let blocks = blocks(text).ok_or_else(|| vec![UNREADABLE.to_owned()])?;
    let block = blocks.iter().find(|block| block.id == id).ok_or_else(|| vec![NOT_THERE.to_owned()])?;
    let from = start_of(text, block.line);
    let to: usize = text.split_inclusive('\n').take(block.last).map(str::len).sum();
    let (head, tail) = (text[..from].trim_end_matches('\n'), text[to..].trim_start_matches('\n'));
    Ok(match (head.is_empty(), tail.is_empty()) {
        (true, _) => tail.to_owned(),
        (false, true) => format!("{head}\n"),
        (false, false) => format!("{head}\n\n{tail}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Reglerne.\n\n# Om klager.\n[[rule]]\nid = \"klager\"\ntitle = \"Klager\" # kort\nwhen = { any = [{ kle = \"27\" }], sender = \"citizen\" }\nthen = { unit = \"boern\" }\n\n[[rule.example]]\nkle = \"27.18\"\n\n# Om resten.\n[[rule]]\nid = \"resten\"\ntitle = \"Resten\"\nwhen = { kind = \"new\" }\nthen = \"desk\"\n";

    fn sent(pairs: &[(&str, &str)]) -> Submitted {
        pairs.iter().map(|(name, typed)| ((*name).to_owned(), (*typed).to_owned())).collect()
    }

    #[test]
    fn a_form_sent_back_as_it_was_changes_nothing() {
        for id in ["klager", "resten"] {
            let form = read(TEXT, id).expect("the rule");
            let same = form.shown.iter().map(|(name, shown)| ((*name).to_owned(), shown.clone())).collect();
            assert_eq!(fill(TEXT, id, &same).expect("written"), TEXT, "{id}");
        }
        let form = read(TEXT, "klager").expect("the rule");
        assert_eq!(form.beyond, ["when.any"]);
        assert_eq!((form.shown["then"].as_str(), form.shown["then.unit"].as_str()), ("give", "boern"));
    }

    #[test]
    fn one_rule_is_changed_and_the_rest_stays_to_the_letter() {
        let sent = sent(&[
            ("title", "Klager \"over\" alt"),
            ("when.sender", ""),
            ("when.kle", "27.18, 28"),
            ("then", "hold"),
            ("annotate.tags", "klage"),
            ("annotate.deadline_working_days", "7"),
        ]);
        let text = fill(TEXT, "klager", &sent).expect("written");
        let expected = TEXT
            .replace("title = \"Klager\" # kort", "title = 'Klager \"over\" alt' # kort")
            .replace("sender = \"citizen\" }", "kle = [\"27.18\", \"28\"] }")
            .replace(
                "then = { unit = \"boern\" }\n",
                "then = \"hold\"\nannotate = { tags = \"klage\", deadline_working_days = 7 }\n",
            );
        assert_eq!(text, expected);
    }

    #[test]
    fn a_rule_comes_in_before_another_and_goes_out_with_its_comments() {
        let new = sent(&[("title", "Ny"), ("when.kle", "05"), ("then", "give"), ("then.unit", "vej")]);
        let text = insert(TEXT, "ny", "resten", &new).expect("written");
        let ids: Vec<String> = blocks(&text).expect("a text").into_iter().map(|block| block.id).collect();
        assert_eq!(ids, ["klager", "ny", "resten"]);
        assert!(text.contains("then = { unit = \"vej\" }\n\n# Om resten.\n[[rule]]"), "{text}");
        assert_eq!(remove(&text, "ny").expect("taken out"), TEXT);
        let last = insert(TEXT, "ny", "", &new).expect("written");
        assert!(last.starts_with(TEXT.trim_end()) && last.ends_with("then = { unit = \"vej\" }\n"), "{last}");
        assert_eq!(remove(&last, "ny").expect("taken out"), TEXT);
        assert!(insert(TEXT, "klager", "", &new).is_err());
        assert!(insert(TEXT, " ", "", &new).is_err());
        let first = insert("", "ny", "", &new).expect("written");
        assert!(read(&first, "ny").is_some());
    }

    #[test]
    fn what_is_typed_stays_within_its_quotes() {
        let hostile = "\"\n[[rule]]\nid = \"x\" <script>";
        let new = sent(&[("title", hostile), ("then", "desk"), ("when.words", hostile)]);
        let text = insert(TEXT, "</script>\"]", "", &new).expect("written");
        assert_eq!(blocks(&text).expect("a text").len(), 3);
        let form = read(&text, "</script>\"]").expect("the rule");
        assert_eq!(form.shown["title"], hostile.trim());
    }
}
