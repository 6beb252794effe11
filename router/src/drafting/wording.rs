//! A rule as a Danish sentence: what it asks, and what it does.
//!
//! Said from the text itself, so that a draft with a fault elsewhere can be read too. What has no words of its own here is said
//! as it stands in the text.

use toml_edit::{DocumentMut, Item, TableLike, Value};

/// What ids are called.
pub trait Names {
    /// A unit.
    fn unit(&self, id: &str) -> String;
    /// A person.
    fn person(&self, id: &str) -> String;
}

/// Keys whose values are said after these words; several values are joined with *eller*.
const SAID: [(&str, &str); 37] = [
    ("kle", "KLE er {} eller derunder"),
    ("kle_exact", "KLE er netop {}"),
    ("facet", "handlingsfacetten er {}"),
    ("words", "titel eller tekst har {}"),
    ("label_words", "titlen har {}"),
    ("text_words", "teksten har {}"),
    ("pattern", "titel eller tekst passer på mønstret {}"),
    ("label_pattern", "titlen passer på mønstret {}"),
    ("text_pattern", "teksten passer på mønstret {}"),
    ("kind", "brevet er {}"),
    ("sender", "afsenderen er {}"),
    ("sender_cvr", "afsenderens CVR-nummer er {}"),
    ("sender_list", "afsenderen står på listen {}"),
    ("named_case", "den nævnte sag er {}"),
    ("contact_point", "kontaktpunktet er {}"),
    ("contact_group", "kontaktgruppen er {}"),
    ("attention_person", "brevet er stilet til {}"),
    ("attention_email", "brevet er stilet til {}"),
    ("p_number", "modtagerens P-nummer er {}"),
    ("gln", "modtagerens GLN er {}"),
    ("se_number", "modtagerens SE-nummer er {}"),
    ("sor", "modtagerens SOR-id er {}"),
    ("eid", "modtagerens eID er {}"),
    ("representative", "afsenderens repræsentant er {}"),
    ("generating_system", "afsenderens system er {}"),
    ("message_code", "brevtypen er {}"),
    ("post_type", "posttypen er {}"),
    ("vehicle", "brevet handler om køretøjet {}"),
    ("property", "brevet handler om ejendommen {}"),
    ("about_p_number", "brevet handler om P-nummer {}"),
    ("education", "brevet handler om uddannelsen {}"),
    ("zip_code", "brevet handler om postnummer {}"),
    ("form", "FORM-opgaven er {}"),
    ("language", "et dokument er på {}"),
    ("extension", "en fil er af typen {}"),
    ("documents", "antallet af dokumenter er {}"),
    ("suggested", "klassifikatoren foreslår {}"),
];

/// Keys that are true or false: how either is said.
const FLAGS: [(&str, &str, &str); 4] = [
    ("kle_marked", "der er et KLE-mærke", "der ikke er et KLE-mærke"),
    ("legal_notification", "brevet er en forkyndelse", "brevet ikke er en forkyndelse"),
    ("mandatory", "brevet er obligatorisk", "brevet ikke er obligatorisk"),
    ("may_reply", "afsenderen tager imod svar", "afsenderen ikke tager imod svar"),
];

/// Words of values.
const WORDS: [(&str, &str, &str); 19] = [
    ("kind", "new", "nyt"),
    ("kind", "reply", "et svar"),
    ("kind", "forward", "videresendt"),
    ("sender", "citizen", "en borger"),
    ("sender", "company", "en virksomhed"),
    ("sender", "authority", "en myndighed"),
    ("sender", "ourselves", "os selv"),
    ("sender", "unknown", "ukendt"),
    ("named_case", "none", "ingen"),
    ("named_case", "open", "åben"),
    ("named_case", "closed", "lukket"),
    ("named_case", "not-party", "en, som afsenderen ikke er part i"),
    ("named_case", "several", "flere"),
    ("named_case", "unknown", "en, der ikke findes"),
    ("named_case", "foreign", "en anden myndigheds"),
    ("sensitivity", "open", "ikke fortrolig"),
    ("sensitivity", "confidential", "fortrolig"),
    ("sensitivity", "sensitive", "følsom"),
    ("sensitivity", "protected", "beskyttet"),
];

/// How a rule says that something is journaled.
const JOURNAL: [(&str, &str); 7] = [
    ("unit", ""),
    ("named-case", "journaliseres på den nævnte sag"),
    ("reply-case", "journaliseres på sagen, der svares på"),
    ("new-case", "journaliseres på en ny sag"),
    ("collecting-case", "journaliseres på samlesagen"),
    ("handler", "sagsbehandleren vælger sagen"),
    ("never", "journaliseres ikke"),
];

/// The rule that stands in this text alone, as one sentence; `None` when it cannot be read.
pub fn wording(rule: &str, names: &dyn Names) -> Option<String> {
    let document: DocumentMut = rule.parse().ok()?;
    let rule = document.get("rule")?.as_array_of_tables()?.iter().next()?;
    let asks = rule.get("when").and_then(Item::as_table_like).map(condition).unwrap_or_default();
    let mut does = Vec::new();
    does.extend(rule.get("then").map(|then| happens(then, names)));
    does.extend(rule.get("annotate").and_then(Item::as_table_like).map(marks));
    does.extend(
        rule.get("webhook").map(|webhook| format!("giver besked til {}", listed("webhook", webhook))),
    );
    let asks = if asks.is_empty() { "altid".to_owned() } else { asks };
    let forwarded = match rule.get("forwarded_marks").and_then(Item::as_bool) {
        Some(true) => " (også efter mærker på videresendte breve)",
        _ => "",
    };
    Some(format!("Når {asks}{forwarded}: {}.", does.join("; ")))
}

/// What a table of conditions asks: all of it.
fn condition(table: &dyn TableLike) -> String {
    let parts: Vec<String> = table.iter().map(|(key, item)| one(table, key, item)).collect();
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", og ")
}

fn one(table: &dyn TableLike, key: &str, item: &Item) -> String {
    match key {
        "all" => within(item, ", og "),
        "any" => within(item, " eller "),
        "not" => {
            let part = item.as_table_like().map(condition).unwrap_or_default();
            format!("det ikke gælder, at {part}")
        }
        "field" => {
            // A field brings its comparison beside it.
            let beside = table.iter().filter(|(key, _)| is_comparison(key));
            let rest: Vec<String> = beside.map(|(key, item)| comparison(key, item)).collect();
            format!("feltet {} {}", listed(key, item), rest.join(" og "))
        }
        "deadline" => deadline(item),
        _ if is_comparison(key) && table.contains_key("field") => String::new(),
        _ => plain(key, item),
    }
}

fn comparison(key: &str, item: &Item) -> String {
    let value = listed(key, item);
    match (key, item.as_bool()) {
        ("present", Some(true)) => "er udfyldt".to_owned(),
        ("present", Some(false)) => "er tomt".to_owned(),
        ("equals" | "one_of", _) => format!("er {value}"),
        ("prefix", _) => format!("begynder med {value}"),
        ("contains", _) => format!("indeholder {value}"),
        ("matches", _) => format!("passer på mønstret {value}"),
        ("at_least", _) => format!("er mindst {value}"),
        ("at_most", _) => format!("er højst {value}"),
        _ => raw(key, item),
    }
}

/// How far away a deadline is at most.
fn deadline(item: &Item) -> String {
    let days = |key| item.as_table_like()?.get(key)?.as_integer();
    match (days("within_days"), days("within_working_days")) {
        (Some(days), _) => format!("svarfristen er højst {days} dage væk"),
        (None, Some(days)) => format!("svarfristen er højst {days} arbejdsdage væk"),
        (None, None) => raw("deadline", item),
    }
}

fn plain(key: &str, item: &Item) -> String {
    if let (Some((_, yes, no)), Some(is)) = (FLAGS.iter().find(|(flag, ..)| *flag == key), item.as_bool()) {
        return (if is { *yes } else { *no }).to_owned();
    }
    match SAID.iter().find(|(said, _)| *said == key) {
        Some((_, said)) => said.replace("{}", &listed(key, item)),
        None => raw(key, item),
    }
}

fn is_comparison(key: &str) -> bool {
    ["equals", "one_of", "prefix", "contains", "matches", "present", "at_least", "at_most"].contains(&key)
}

/// Conditions in a list, joined with a word.
fn within(item: &Item, join: &str) -> String {
    let tables: Vec<String> = match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| condition(table)).collect(),
        _ => {
            let values = item.as_array().into_iter().flatten();
            values.filter_map(Value::as_inline_table).map(|table| condition(table)).collect()
        }
    };
    match tables.len() {
        1 => tables.concat(),
        _ => format!("({})", tables.join(join)),
    }
}

fn happens(then: &Item, names: &dyn Names) -> String {
    let Some(table) = then.as_table_like() else {
        return match then.as_str() {
            Some("hold") => "holdes tilbage til et menneske, før alt andet".into(),
            Some("desk") => "lægges hos postfordeleren".into(),
            _ => raw("then", then),
        };
    };
    let text = |key| table.get(key).and_then(Item::as_str);
    let mut to: Vec<String> = Vec::new();
    to.extend(text("person").map(|id| names.person(id)));
    to.extend(text("role").map(|id| format!("rollen {id}")));
    to.extend(text("queue").map(|id| format!("robotkøen {id}")));
    to.extend(text("unit").map(|id| names.unit(id)));
    let mut said = format!("gives til {}", to.join(", "));
    let journal = text("journal").unwrap_or("unit");
    let how = JOURNAL.iter().find(|(word, _)| *word == journal).map_or(journal, |(_, how)| how);
    let case = text("case").map(|case| match case {
        "named" => "journaliseres på den nævnte sag".to_owned(),
        number => format!("journaliseres på sag {number}"),
    });
    for more in [Some(how.to_owned()).filter(|how| !how.is_empty()), case].into_iter().flatten() {
        said.push_str(&format!(", {more}"));
    }
    if let Some(reason) = text("reason") {
        said.push_str(&format!(" ({reason})"));
    }
    said
}

fn marks(table: &dyn TableLike) -> String {
    let parts = table.iter().map(|(key, item)| match key {
        "tags" => format!("mærkes {}", listed(key, item)),
        "deadline_days" => format!("får frist {} døgn", bare(item)),
        "deadline_working_days" => format!("får frist {} arbejdsdage", bare(item)),
        "sensitivity" => format!("er {}", listed(key, item)),
        "priority" => {
            let word = item.as_str().map_or(String::new(), |word| crate::story::priority_danish(word).into());
            format!("får prioritet {word}")
        }
        "urgent" => "haster".to_owned(),
        _ => raw(key, item),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// Values as they are read aloud: texts in quotes unless they are words of ours.
fn listed(key: &str, item: &Item) -> String {
    let value = |value: &Value| match value.as_str() {
        Some(text) => match WORDS.iter().find(|(of, word, _)| *of == key && *word == text) {
            Some((_, _, said)) => (*said).to_owned(),
            None => format!("»{text}«"),
        },
        None => value.to_string().trim().to_owned(),
    };
    match item {
        Item::Value(Value::Array(values)) => values.iter().map(value).collect::<Vec<_>>().join(" eller "),
        Item::Value(one) => value(one),
        other => bare(other),
    }
}

/// What has no words of its own: as in the text.
fn raw(key: &str, item: &Item) -> String {
    format!("{key} = {}", bare(item))
}

fn bare(item: &Item) -> String {
    let one_line = item.clone().into_value().map(|value| value.to_string()).unwrap_or_default();
    one_line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ids;

    impl Names for Ids {
        fn unit(&self, id: &str) -> String {
            id.to_uppercase()
        }

        fn person(&self, id: &str) -> String {
            format!("person {id}")
        }
    }

    #[test]
    fn a_rule_reads_as_a_danish_sentence() {
        for (rule, expected) in [
            (
                "when = { kle = [\"27\", \"34\"], sender = \"citizen\" }\nthen = { unit = \"boern\", journal = \"handler\" }",
                "Når KLE er »27« eller »34« eller derunder, og afsenderen er en borger: gives til BOERN, sagsbehandleren vælger sagen.",
            ),
            (
                "when = { any = [{ words = \"aktindsigt\" }, { facet = \"A53\" }], not = { kind = \"forward\" } }\nannotate = { tags = [\"a\"], deadline_working_days = 7, priority = \"high\" }",
                "Når (titel eller tekst har »aktindsigt« eller handlingsfacetten er »A53«), og det ikke gælder, at brevet er videresendt: mærkes »a«, får frist 7 arbejdsdage, får prioritet høj.",
            ),
            (
                "then = \"hold\"\nwebhook = \"gis\"\n[rule.when]\nfield = \"label\"\npresent = true",
                "Når feltet »label« er udfyldt: holdes tilbage til et menneske, før alt andet; giver besked til »gis«.",
            ),
        ] {
            let text = format!("[[rule]]\nid = \"x\"\n{rule}\n");
            assert_eq!(wording(&text, &Ids).as_deref(), Some(expected));
        }
    }
}
