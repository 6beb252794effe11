//! Fields: what of a rule a form can show, and how each is read from and written to a text.
//!
//! **Deliberately absent:** the whole language. What no field can show (conditions within conditions, pairs, patterns) stays in
//! the text as it stands, and the page says so.

use toml_edit::{Array, Datetime, Item, TableLike, Value, value};

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// One text, or several with commas between.
    List,
    /// A day.
    Day,
    /// A whole number.
    Number,
    /// One of these words, each with what it is called.
    Choice(&'static [(&'static str, &'static str)]),
}

/// A field of the form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the form: the table, a full stop and the key; the key alone for the rule's own.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What to write.
    pub hint: &'static str,
    /// How it is written.
    pub kind: Kind,
}

const fn field(name: &'static str, label: &'static str, hint: &'static str, kind: Kind) -> Field {
    Field { name, label, hint, kind }
}

/// Who answers for the rule, why it is there, and when it is in force.
pub const HEAD: [Field; 6] = [
    field("title", "Navn", "hvad reglen handler om", Kind::Text),
    field("owner", "Ejer", "id på en enhed eller medarbejder", Kind::Text),
    field("reason", "Begrundelse", "hvorfor reglen er der", Kind::Text),
    field("review", "Ses efter igen", "", Kind::Day),
    field("valid_from", "Gælder fra", "", Kind::Day),
    field("valid_to", "Gælder til og med", "", Kind::Day),
];

/// What it asks. All that are filled in must fit.
pub const CONDITIONS: [Field; 11] = [
    field("when.kle", "KLE-nummer", "27.18, 27.36: nummeret og alt under det", Kind::List),
    field("when.facet", "Handlingsfacet", "G01, eller K for hele kategorien", Kind::List),
    field("when.words", "Ord i titel eller tekst", "ét af dem er nok", Kind::List),
    field("when.label_words", "Ord i titlen", "ét af dem er nok", Kind::List),
    field("when.text_words", "Ord i teksten", "ét af dem er nok", Kind::List),
    field(
        "when.sender",
        "Afsender",
        "",
        Kind::Choice(&[
            ("citizen", "en borger"),
            ("company", "en virksomhed"),
            ("authority", "en myndighed"),
            ("ourselves", "os selv"),
            ("unknown", "ukendt"),
        ]),
    ),
    field("when.sender_cvr", "Afsenders CVR-nummer", "otte cifre", Kind::List),
    field(
        "when.kind",
        "Brevets art",
        "",
        Kind::Choice(&[("new", "nyt brev"), ("reply", "svar"), ("forward", "videresendt")]),
    ),
    field(
        "when.named_case",
        "Nævnt sag",
        "",
        Kind::Choice(&[
            ("none", "ingen"),
            ("open", "åben"),
            ("closed", "lukket"),
            ("not-party", "afsenderen er ikke part"),
            ("several", "flere"),
            ("unknown", "findes ikke"),
            ("foreign", "en andens"),
        ]),
    ),
    field("when.contact_point", "Kontaktpunkt", "kontaktpunktets id", Kind::List),
    field("when.message_code", "Brevtype", "afsenderens kode", Kind::List),
];

/// The words of what happens.
pub const THEN: Field = field(
    "then",
    "Hvad sker der",
    "",
    Kind::Choice(&[
        ("give", "gives til en modtager"),
        ("desk", "lægges hos postfordeleren"),
        ("hold", "holdes tilbage til et menneske, før alt andet"),
    ]),
);

/// To whom, and where it is journaled; only for a rule that hands over.
pub const RECEIVER: [Field; 7] = [
    field("then.unit", "Enhed", "enhedens id", Kind::Text),
    field("then.person", "Medarbejder", "medarbejderens id", Kind::Text),
    field("then.role", "Rolle", "rollens id", Kind::Text),
    field("then.queue", "Robotkø", "køens id", Kind::Text),
    field(
        "then.journal",
        "Journalisering",
        "",
        Kind::Choice(&[
            ("unit", "som enheden gør"),
            ("named-case", "på den nævnte sag"),
            ("reply-case", "på sagen, der svares på"),
            ("new-case", "på en ny sag"),
            ("collecting-case", "på samlesagen"),
            ("handler", "sagsbehandleren vælger"),
            ("never", "journaliseres ikke"),
        ]),
    ),
    field("then.case", "Sagsnummer", "altid på denne sag", Kind::Text),
    field("then.reason", "Hjemmel til ikke at journalisere", "offentlighedsloven § 15 …", Kind::Text),
];

/// What is put on the letter.
pub const MARKS: [Field; 5] = [
    field("annotate.tags", "Mærker", "", Kind::List),
    field("annotate.deadline_working_days", "Frist i arbejdsdage", "", Kind::Number),
    field("annotate.deadline_days", "Frist i døgn", "", Kind::Number),
    field(
        "annotate.sensitivity",
        "Følsomhed",
        "",
        Kind::Choice(&[
            ("open", "ikke fortrolig"),
            ("confidential", "fortrolig"),
            ("sensitive", "følsom"),
            ("protected", "beskyttet"),
        ]),
    ),
    field(
        "annotate.priority",
        "Prioritet",
        "",
        Kind::Choice(&[("low", "lav"), ("normal", "normal"), ("high", "høj"), ("urgent", "haster")]),
    ),
];

impl Field {
    /// The table that it stands in, if not in the rule's own, and its key.
    pub fn place(&self) -> (Option<&'static str>, &'static str) {
        match self.name.split_once('.') {
            Some((table, key)) => (Some(table), key),
            None => (None, self.name),
        }
    }

    /// What stands there, as the form shows it: empty for nothing, `None` for what the form cannot show.
    pub fn shown(&self, item: Option<&Item>) -> Option<String> {
        let Some(item) = item else { return Some(String::new()) };
        match self.kind {
            Kind::Text => item.as_str().map(str::to_owned),
            Kind::Day => item.as_datetime().map(ToString::to_string),
            Kind::Number => item.as_integer().map(|number| number.to_string()),
            Kind::Choice(words) => {
                let word = item.as_str().filter(|word| words.iter().any(|(known, _)| known == word));
                word.map(str::to_owned)
            }
            Kind::List => {
                let texts: Vec<&str> = match item.as_array() {
                    Some(array) => array.iter().map(Value::as_str).collect::<Option<_>>()?,
                    None => vec![item.as_str()?],
                };
                let plain = |text: &&str| !text.contains(',') && text.trim() == *text && !text.is_empty();
                texts.iter().all(plain).then(|| texts.join(", "))
            }
        }
    }

    /// Writes what somebody typed; nothing typed takes the key out. Leaves alone what was not changed or cannot be shown.
    pub fn write(&self, table: &mut dyn TableLike, typed: &str) -> Result<(), String> {
        let (_, key) = self.place();
        let typed = typed.trim();
        let there = table.get(key);
        match self.shown(there) {
            None => return Ok(()),
            Some(shown) if shown == typed => return Ok(()),
            Some(_) => {}
        }
        if typed.is_empty() {
            table.remove(key);
            return Ok(());
        }
        let mut new = self.written(typed)?;
        if let (Some(Item::Value(old)), Item::Value(new)) = (there, &mut new) {
            // What stood around the value, such as a comment behind it, goes on standing there.
            *new.decor_mut() = old.decor().clone();
        }
        table.insert(key, new);
        Ok(())
    }

    fn written(&self, typed: &str) -> Result<Item, String> {
        let wrong = |how: &str| format!("{}: »{typed}« {how}", self.label);
        Ok(match self.kind {
            Kind::Text => value(typed),
            Kind::Day => {
                let day =
                    typed.parse::<Datetime>().ok().filter(|day| day.date.is_some() && day.time.is_none());
                value(day.ok_or_else(|| wrong("er ingen dag. Skriv den som 2027-06-01."))?)
            }
            Kind::Number => {
                let number = typed.parse::<u32>().map_err(|_| wrong("er ikke et helt tal."))?;
                value(i64::from(number))
            }
            Kind::Choice(words) => {
                if !words.iter().any(|(word, _)| *word == typed) {
                    return Err(wrong("er ikke en af mulighederne."));
                }
                value(typed)
            }
            Kind::List => {
                let texts: Vec<&str> =
                    typed.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
                match texts.as_slice() {
                    [] => return Err(wrong("siger ingenting.")),
                    [one] => value(*one),
                    many => value(many.iter().copied().collect::<Array>()),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml_edit::DocumentMut;

    #[test]
    fn what_was_not_changed_keeps_its_form_and_what_cannot_be_shown_stays() {
        let text =
            "owner = 'a'  # hvem\nkle = [ \"27\",\"28\" ] # to\nwords = [\"a, b\"]\nreview = 2027-06-01\n";
        let mut document: DocumentMut = text.parse().expect("a text");
        let write = |document: &mut DocumentMut, name, kind, typed| {
            field(name, "Prøve", "", kind).write(document.as_table_mut(), typed)
        };
        for (name, kind, typed) in [
            ("owner", Kind::Text, "a"),
            ("kle", Kind::List, "27, 28"),
            ("words", Kind::List, "noget andet"),
            ("review", Kind::Day, "2027-06-01"),
        ] {
            write(&mut document, name, kind, typed).expect("written");
        }
        assert_eq!(document.to_string(), text);
        write(&mut document, "owner", Kind::Text, "b \"c\"").expect("written");
        write(&mut document, "kle", Kind::List, "27.18").expect("written");
        write(&mut document, "review", Kind::Day, "").expect("written");
        let expected = "owner = 'b \"c\"'  # hvem\nkle = \"27.18\" # to\nwords = [\"a, b\"]\n";
        assert_eq!(document.to_string(), expected);
        assert!(write(&mut document, "review", Kind::Day, "i morgen").is_err());
        assert!(write(&mut document, "n", Kind::Number, "-1").is_err());
    }
}
