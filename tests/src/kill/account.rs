//! The account: what is there at the end, held against what was delivered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use esdh::Steps;
use router::content::Binding;
use router::setup::House;
use router::store::message::{MessageRow, Stage, hex};
use router::story::{self, Story};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::deliver::Delivered;
use super::mail::{Expected, Mail};
use super::power::Killed;
use super::{Journal, Plan};
use crate::Engine;
use crate::double::{Double, Filed};

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The figures, in order: what, and how many.
    pub figures: Vec<(&'static str, String)>,
    /// What is not as it must be. Empty when all is well.
    pub violations: Vec<String>,
}

impl Summary {
    fn figure(&mut self, what: &'static str, value: impl fmt::Display) {
        self.figures.push((what, value.to_string()));
    }

    fn wrong(&mut self, what: String) {
        self.violations.push(what);
    }

    fn must(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong(otherwise());
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, value) in &self.figures {
            writeln!(f, "{what:<44} {value:>12}")?;
        }
        for violation in self.violations.iter().take(40) {
            writeln!(f, "VIOLATION: {violation}")?;
        }
        match self.violations.len() {
            0 => writeln!(f, "nothing lost, nothing twice, the audit log verifies"),
            n => writeln!(f, "{n} violations"),
        }
    }
}

pub(super) struct Times {
    pub(super) whole: Duration,
    pub(super) quiet_after: Duration,
}

/// Waits until nothing is on its way; says what is when the time is up.
pub(super) async fn wait_until_quiet(house: &House, at_most: Duration) -> Vec<String> {
    let until = Instant::now() + at_most;
    loop {
        let left = on_their_way(house).await;
        if left.is_empty() || Instant::now() > until {
            return left;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn on_their_way(house: &House) -> Vec<String> {
    let store = &house.room.store;
    let mut left = Vec::new();
    let underway = [Stage::Received, Stage::Decided, Stage::CarriedOut].map(Stage::as_str);
    for (stage, outcome, n) in store.counts().await.expect("the store answers") {
        if underway.contains(&stage.as_str()) {
            left.push(format!("{n} messages are still {stage} ({outcome})"));
        }
    }
    for (kind, state, n) in store.effect_counts().await.expect("the store answers") {
        if state == "due" {
            left.push(format!("{n} effects of kind {kind} are still due"));
        }
    }
    left
}

/// One message as it ended.
struct Ended {
    row: MessageRow,
    story: Story,
}

#[allow(clippy::too_many_arguments)] // Everything that the end of a run knows, said once.
pub(super) async fn draw_up(
    plan: &Plan,
    mail: &[Mail],
    house: &House,
    double: Option<&Double>,
    delivered: Delivered,
    killed: Killed,
    left: Vec<String>,
    logs: Vec<String>,
    times: Times,
) -> Summary {
    let mut summary = Summary { violations: left, ..Summary::default() };
    summary.violations.extend(delivered.wrong);
    summary.must(delivered.acknowledged >= mail.len(), || "not everything was acknowledged".into());
    // Only the program's own lines have a time at the start; the others are last words.
    let last_words: Vec<&String> = logs
        .iter()
        .filter(|line| !line.starts_with(|first: char| first.is_ascii_digit() || first.is_control()))
        .collect();
    summary.must(killed.fell_over == 0, || {
        format!("{} processes ended by themselves: {last_words:?}", killed.fell_over)
    });

    let ended = stored_once(&mut summary, mail, house).await;
    let mut stages: BTreeMap<&str, u64> = BTreeMap::new();
    let mut journaled: HashMap<Uuid, &Ended> = HashMap::new();
    let mut to_person = 0;
    for (mail, ended) in mail.iter().zip(&ended) {
        let Some(ended) = ended else { continue };
        let stage = ended.row.stage().expect("a stage");
        *stages.entry(stage.as_str()).or_default() += 1;
        to_person += u64::from(ended.row.outcome == "effect-failed");
        ended_well(&mut summary, mail, ended, double.is_some());
        if ended.row.outcome == "journaled" {
            journaled.insert(ended.row.uuid().expect("an id"), ended);
        }
    }
    let entries = match double {
        Some(double) => entries_outside(&mut summary, house, double, &journaled, &ended).await,
        None => entries_inside(&mut summary, house, &journaled).await,
    };
    let events = audit(&mut summary, house).await;

    let duplicates = ended.iter().flatten().map(|ended| count(&ended.story, "duplicate")).sum::<usize>();
    let in_doubt = ended
        .iter()
        .flatten()
        .flat_map(|ended| &ended.story.effects)
        .map(|effect| effect.attempts)
        .sum::<i64>();
    summary.must(duplicates >= delivered.again, || {
        format!("{} redeliveries, but only {duplicates} duplicates were recognised", delivered.again)
    });
    let engine = match plan.engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    let mut figures = Summary::default();
    figures.figure("database", engine);
    figures.figure("processes", plan.processes);
    figures.figure("journal", if plan.journal == Journal::Double { "double" } else { "built in" });
    figures.figure("seed", plan.seed);
    figures.figure("messages", mail.len());
    figures.figure("kills (SIGKILL)", killed.kills);
    figures.figure("  of these before the process was ready", killed.while_starting);
    figures.figure("restarts", killed.restarts);
    figures.figure("deliveries acknowledged", delivered.acknowledged);
    figures.figure("  of these deliberate redeliveries", delivered.again);
    figures.figure("deliveries cut off or refused", delivered.failed);
    figures.figure("duplicates recognised", duplicates);
    figures.figure("stored", ended.iter().flatten().count());
    for (stage, n) in stages {
        figures.figure(
            match Stage::parse(stage) {
                Some(Stage::Settled) => "  settled",
                Some(Stage::Waiting) => "  waiting",
                Some(Stage::Quarantined) => "  quarantined",
                _ => "  still under way",
            },
            n,
        );
    }
    figures.figure("journaled", journaled.len());
    figures.figure("given to a person by the case system", to_person);
    figures.figure("journal entries", entries);
    figures.figure("attempts at effects", in_doubt);
    if let Some(double) = double {
        figures.figure(
            "entries taken up from earlier steps",
            double.entries().iter().filter(|filed| filed.is_resumed).count(),
        );
        figures.figure("files uploaded in vain", double.orphans());
        figures.figure("mishaps of the case system", double.mishaps());
    }
    let lost = logs.iter().filter(|line| line.contains("claim lost")).count();
    figures.figure("claims lost while at work", lost);
    let errors = logs.iter().filter(|line| line.contains("ERROR")).count();
    figures.figure("errors logged", errors);
    figures.figure("audit events", events);
    figures.figure("quiet after the last kill, s", format!("{:.1}", times.quiet_after.as_secs_f64()));
    figures.figure("time in all, s", format!("{:.1}", times.whole.as_secs_f64()));
    summary.figures = figures.figures;
    summary
}

/// Each message is stored once, and its bytes are the bytes that were sent.
async fn stored_once(summary: &mut Summary, mail: &[Mail], house: &House) -> Vec<Option<Ended>> {
    let store = &house.room.store;
    let digests: Vec<[u8; 32]> = mail.iter().map(|mail| mail.digest).collect();
    let mut ids: HashMap<Vec<u8>, Vec<String>> = HashMap::new();
    for (digest, id) in store.known_digests(&digests).await.expect("the store answers") {
        ids.entry(digest).or_default().push(id);
    }
    let mut ended = Vec::with_capacity(mail.len());
    for (number, mail) in mail.iter().enumerate() {
        let found = ids.remove(mail.digest.as_slice()).unwrap_or_default();
        summary.must(found.len() == 1, || format!("message {number} is stored {} times", found.len()));
        let rows = store.messages(&found).await.expect("the store answers");
        let Some(row) = rows.into_iter().next() else {
            ended.push(None);
            continue;
        };
        let key = row.key(store).expect("the key opens");
        let bytes = house.room.content.read(&row.content(), &key, Binding::message(&row.id), 1 << 24).await;
        let digest = bytes.as_deref().map(|bytes| <[u8; 32]>::from(Sha256::digest(bytes)));
        summary.must(digest.as_ref().is_ok_and(|digest| *digest == mail.digest), || {
            format!("the stored bytes of message {number} are not those sent ({})", digest.is_ok())
        });
        let story = story::tell(&house.room, &row, false).await.expect("the story is told");
        ended.push(Some(Ended { row, story }));
    }
    let counts = store.counts().await.expect("the store answers");
    let stored: u64 = counts.iter().map(|(_, _, n)| n).sum();
    summary.must(stored == mail.len() as u64, || {
        format!("{stored} messages are stored, {} were sent", mail.len())
    });
    ended
}

fn count(story: &Story, kind: &str) -> usize {
    story.events.iter().filter(|event| event.kind == kind).count()
}

/// The message is where it must be, every step was made once and told once, and nothing is left to do.
fn ended_well(summary: &mut Summary, mail: &Mail, ended: &Ended, has_bad_days: bool) {
    let Ended { row, story } = ended;
    let (stage, outcome) = (row.stage.as_str(), row.outcome.as_str());
    let gave_up = has_bad_days
        && mail.expected == Expected::Journaled
        && (stage, outcome) == ("waiting", "effect-failed");
    let as_expected = match mail.expected {
        Expected::Journaled => (stage, outcome) == ("settled", "journaled"),
        Expected::NotJournaled => (stage, outcome) == ("settled", "not-journaled"),
        Expected::Waiting => (stage, outcome) == ("waiting", "nothing-applies"),
        Expected::Quarantined => stage == "quarantined",
    };
    summary.must(as_expected || gave_up, || {
        format!("message {} ended {stage} ({outcome}), expected {:?}", row.id, mail.expected)
    });
    let handed_over = usize::from(matches!(mail.expected, Expected::Journaled | Expected::NotJournaled));
    let settled = usize::from(stage == "settled");
    let taken_in = count(story, "received") + count(story, "quarantined");
    let decided = count(story, "decided");
    let mut told = vec![
        ("taken in", taken_in, 1),
        ("decided", decided, handed_over),
        ("handed over", count(story, "handed_over"), handed_over),
        ("settled", count(story, "settled"), settled),
    ];
    if !gave_up {
        told.push((
            "journaled",
            count(story, "journaled"),
            usize::from(mail.expected == Expected::Journaled),
        ));
    }
    for (what, times, expected) in told {
        summary.must(times == expected, || {
            format!("message {} was {what} {times} times in the audit log, not {expected}", row.id)
        });
    }
    let receipts = story.effects.iter().filter(|effect| effect.kind == "receipt").count();
    summary.must(receipts == 1 + count(story, "duplicate"), || {
        format!("message {} has {receipts} receipts", row.id)
    });
    for effect in &story.effects {
        let is_right =
            effect.state == "done" || (gave_up && effect.kind == "journal" && effect.state == "failed");
        summary
            .must(is_right, || format!("effect {} of message {} is {}", effect.kind, row.id, effect.state));
    }
}

/// The entries in the double: one for each journaled message, final, and made with the steps that are remembered.
async fn entries_outside(
    summary: &mut Summary,
    house: &House,
    double: &Double,
    journaled: &HashMap<Uuid, &Ended>,
    ended: &[Option<Ended>],
) -> usize {
    let known: HashMap<String, &Ended> =
        ended.iter().flatten().map(|ended| (format!("modtag:{}", ended.row.id), ended)).collect();
    let entries = double.entries();
    let mut by_key: HashMap<String, Vec<&Filed>> = HashMap::new();
    for filed in &entries {
        by_key.entry(filed.stored.entry.key.0.clone()).or_default().push(filed);
    }
    for (key, filed) in &by_key {
        summary.must(filed.len() == 1, || format!("{} journal entries under {key}", filed.len()));
        summary.must(known.contains_key(key), || format!("an entry under {key}, which no message has"));
    }
    for (id, ended) in journaled {
        let key = format!("modtag:{id}");
        let Some(filed) = by_key.get(&key).and_then(|filed| filed.first()) else {
            summary.wrong(format!("message {id} is called journaled and has no entry"));
            continue;
        };
        summary.must(filed.is_final, || format!("the entry of message {id} is not final"));
        let digest = hex(&ended.row.digest);
        summary
            .must(filed.stored.message_digest == digest, || format!("the entry of {id} is of other bytes"));
        let received = filed.stored.entry.dates.received.as_second() == ended.row.available_at().as_second();
        summary.must(received, || format!("the entry of {id} has another received date"));
        remembered(summary, house, id, ended, filed).await;
    }
    for ended in ended.iter().flatten() {
        let made = double.cases_made(&format!("modtag-case:{}", ended.row.id));
        summary.must(made <= 1, || format!("{made} cases were made for message {}", ended.row.id));
    }
    entries.len()
}

/// What is remembered of the steps is what the system did: each file's token, and the entry's.
async fn remembered(summary: &mut Summary, house: &House, id: &Uuid, ended: &Ended, filed: &Filed) {
    let told = ended.story.events.iter().find(|event| event.kind == "journaled");
    let Some((effect, entry)) =
        told.and_then(|event| event.details.get("effect").zip(event.details.get("entry")))
    else {
        return summary.wrong(format!("the audit log does not name the entry of message {id}"));
    };
    summary.must(*entry == filed.stored.id, || format!("the audit log names another entry for message {id}"));
    let steps = house.room.store.steps(effect, house.room.clock.clone());
    let last = [("entry".to_owned(), filed.stored.id.clone()), ("final".to_owned(), filed.stored.id.clone())];
    for (step, token) in filed.uploads.iter().chain(&last) {
        let kept = steps.token(step).await.expect("the store answers");
        summary.must(kept.as_ref() == Some(token), || {
            format!("step {step} of message {id} gave {token}, remembered is {kept:?}")
        });
    }
}

/// The entries in the built-in journal: one for each journaled message.
async fn entries_inside(summary: &mut Summary, house: &House, journaled: &HashMap<Uuid, &Ended>) -> usize {
    let store = &house.room.store;
    let (entries, of_messages) = store.entry_counts().await.expect("the store answers");
    summary.must(entries == of_messages, || format!("{entries} entries of {of_messages} messages"));
    summary.must(entries == journaled.len() as u64, || {
        format!("{entries} entries, but {} messages are called journaled", journaled.len())
    });
    let mut places: HashSet<(String, Option<u64>)> = HashSet::new();
    for id in journaled.keys() {
        match store.entry(&format!("modtag:{id}")).await.expect("the store answers") {
            Some((entry, _)) => {
                let place = (entry.case.0.clone(), entry.index);
                summary.must(places.insert(place), || format!("two entries have the number of {id}"));
            }
            None => summary.wrong(format!("message {id} is called journaled and has no entry")),
        }
    }
    usize::try_from(entries).unwrap_or(usize::MAX)
}

/// The audit log is whole and signed, in the database and as an export.
async fn audit(summary: &mut Summary, house: &House) -> u64 {
    house.sign().await.expect("the log is signed");
    let report = router::cli::verify_live(house, None).await.expect("the log is read");
    summary.must(report.is_intact(), || report.danish());
    summary.must(report.checkpoints > 0, || "the audit log has no checkpoint".into());
    let file = house.config.data.folder.join("audit-export");
    let events = router::cli::export_to(house, &file).await.expect("the log is exported");
    let export = std::io::BufReader::new(std::fs::File::open(&file).expect("the export"));
    let options =
        router::audit::Options { keys: vec![house.signer.verifier().clone()], ..Default::default() };
    let report = router::audit::verify(export, options).expect("the export is read");
    summary.must(report.is_intact(), || report.danish());
    events
}
