//! The town whose rules and mail are measured: invented, and always the same.
//!
//! A rule asks for a sender's CVR number, a KLE prefix, a word of the title, or two of them, and names a unit. Half of the
//! letters fit some rule, half are like them and fit by chance. Letters of a small table and of a large one are made alike.

use jiff::Timestamp;
use kle::Subject;
use memo::{ContactPoint, Header, Message, Recipient, Sender};
use rules::{Facts, MarkedSubject, MessageKind, Policy, RecipientKind, SenderKind};

/// How many units there are.
const UNITS: u64 = 40;

/// One row of the table: what is asked for, and who gets the letter.
pub struct Row {
    /// CVR number of the sender.
    pub sender: Option<String>,
    /// KLE prefix.
    pub kle: Option<Subject>,
    /// A word of the title.
    pub word: Option<String>,
    /// Id of the unit.
    pub unit: String,
}

/// A table of rules, and letters.
pub struct Town {
    /// The table; the first row that fits decides.
    pub rows: Vec<Row>,
    /// Letters.
    pub letters: Vec<Facts>,
}

impl Town {
    /// A town with so many rules and letters.
    pub fn new(rules: u64, letters: u64) -> Self {
        let mut dice = Dice(rules);
        let words = (rules / 4).max(50);
        let rows: Vec<Row> = (0..rules).map(|_| row(&mut dice, rules, words)).collect();
        let letters = (0..letters)
            .map(|number| {
                let at = dice.roll(rules) as usize;
                letter(&mut dice, (number % 2 == 0).then(|| &rows[at]), rules, words)
            })
            .collect();
        Self { rows, letters }
    }

    /// The table as a policy; `place` is the key that looks for words: `label_words` or `words`.
    pub fn policy(&self, place: &str) -> Policy {
        let mut text = "[authority]\ncvr = \"12345678\"\nname = \"Sandby Kommune\"\n".to_owned();
        for unit in 0..UNITS {
            text += &format!("[[unit]]\nid = \"u{unit}\"\nname = \"Enhed {unit}\"\njournals = \"handler\"\n");
        }
        for (number, row) in self.rows.iter().enumerate() {
            text += &format!("[[rule]]\nid = \"r{number}\"\ntitle = \"Regel {number}\"\n");
            text += &format!("when = {{ {} }}\nthen = {{ unit = \"{}\" }}\n", row.when(place), row.unit);
        }
        match Policy::load(&[("town.toml", text)], "bench") {
            Ok(policy) => policy,
            Err(findings) => panic!("the town's policy is not right: {:?}", &findings[..1]),
        }
    }
}

impl Row {
    fn when(&self, place: &str) -> String {
        let mut parts = Vec::new();
        if let Some(sender) = &self.sender {
            parts.push(format!("field = \"Sender.senderID\", equals = \"{sender}\""));
        }
        if let Some(kle) = self.kle {
            parts.push(format!("kle = \"{kle}\""));
        }
        if let Some(word) = &self.word {
            parts.push(format!("{place} = \"{word}\""));
        }
        parts.join(", ")
    }
}

/// The rows that people write, in what we think is their proportion.
fn row(dice: &mut Dice, rules: u64, words: u64) -> Row {
    let mut row = Row { sender: None, kle: None, word: None, unit: format!("u{}", dice.roll(UNITS)) };
    let kind = dice.roll(100);
    if !(40..90).contains(&kind) {
        row.sender = Some(cvr(dice, rules));
    }
    if (40..80).contains(&kind) {
        row.kle = Some(subject(dice, kind < 50));
    }
    if (15..65).contains(&kind) || (80..90).contains(&kind) {
        row.word = Some(word(dice.roll(words)));
    }
    row
}

/// A letter; one that fits the row, when there is one.
fn letter(dice: &mut Dice, row: Option<&Row>, rules: u64, words: u64) -> Facts {
    let sender_id = match row.and_then(|row| row.sender.clone()) {
        Some(sender) => sender,
        // Twice as many senders write as rules know.
        None => cvr(dice, 2 * rules),
    };
    let mut title: Vec<String> = (0..4 + dice.roll(4)).map(|_| word(2 * dice.roll(words * 2))).collect();
    title.extend(row.and_then(|row| row.word.clone()));
    let marked = row.is_some_and(|row| row.kle.is_some()) || dice.roll(2) == 0;
    let subject = row.and_then(|row| row.kle).unwrap_or_else(|| subject(dice, false));
    Facts {
        message: Message {
            header: Header {
                label: format!("Vedr. {}", title.join(" ")),
                sender: Sender { sender_id, id_type: "CVR".to_owned(), ..Sender::default() },
                recipient: Recipient {
                    recipient_id: "12345678".to_owned(),
                    id_type: "CVR".to_owned(),
                    contact_point: Some(ContactPoint {
                        contact_point_id: "3f2a6f0e-4f6d-4b86-9f0e-6a1f0d5c2b11".to_owned(),
                        ..ContactPoint::default()
                    }),
                    ..Recipient::default()
                },
                ..Header::default()
            },
            ..Message::default()
        },
        remarks: Vec::new(),
        available_at: Timestamp::UNIX_EPOCH,
        size: 20_000,
        kind: MessageKind::New,
        sender: SenderKind::Company,
        recipient: RecipientKind::Ours,
        subject: marked.then_some(MarkedSubject { subject, facet: None, ours: true, remark: None }),
        named_cases: Vec::new(),
        holds: Vec::new(),
        // A page of words, none of them a rule's.
        text: (0..300).map(|_| word(2 * dice.roll(100_000) + 1) + " ").collect(),
        suggestions: Vec::new(),
        technical: Vec::new(),
        judgement: None,
        glimpse: None,
    }
}

fn cvr(dice: &mut Dice, senders: u64) -> String {
    (20_000_000 + dice.roll(senders)).to_string()
}

/// One of 2,400 numbers, or its group.
fn subject(dice: &mut Dice, group: bool) -> Subject {
    let main = ["27", "28", "29", "32"][dice.roll(4) as usize];
    let text = match group {
        true => format!("{main}.{:02}", dice.roll(30)),
        false => format!("{main}.{:02}.{:02}", dice.roll(30), dice.roll(20)),
    };
    text.parse().expect("a KLE number")
}

/// A word of its own for every number, put together as Danish words are.
fn word(number: u64) -> String {
    const BITS: [&str; 24] = [
        "vej", "bade", "lys", "skole", "børne", "have", "ældre", "affalds", "bro", "pleje", "bolig",
        "kultur", "miljø", "jord", "natur", "vand", "kloak", "bygge", "plan", "penge", "rejse", "bus",
        "cykel", "skov",
    ];
    let mut rest = number;
    let mut word = String::new();
    loop {
        word += BITS[(rest % 24) as usize];
        rest /= 24;
        if rest == 0 {
            return word + "sag";
        }
    }
}

/// Numbers that look thrown and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides
    }
}
