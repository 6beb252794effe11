//! Every way we could think of to tamper with a log, each found and named.

use std::convert::Infallible;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;

use super::export::Writer;
use super::report::{CheckpointFault, Fault, Remark};
use super::*;

/// Enough for every run of the tests; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

const ORIGIN: &str = "modtag.example/29189447";
const START: Timestamp = Timestamp::constant(1_772_000_000, 0);

#[derive(Clone)]
struct Log {
    rows: Vec<StoredEvent>,
    checkpoints: Vec<StoredCheckpoint>,
}

fn signer() -> Signer {
    Signer::new(ORIGIN, &[42; 32]).unwrap()
}

fn options() -> Options {
    Options {
        authority: Some("29189447".into()),
        keys: vec![signer().verifier().clone()],
        ..Options::default()
    }
}

fn event(i: u64) -> Event {
    let at = START + SignedDuration::from_millis(i as i64 * 250);
    let kind = EventKind::ALL[i as usize % EventKind::ALL.len()];
    Event::new(at, "29189447", kind, Actor::system("test"))
        .about(uuid::Uuid::from_u128(i.into()))
        .with("stage", i)
}

/// A log of `size`, with a checkpoint after every event whose place, plus one, is among `signed`.
fn log(size: u64, signed: impl Fn(u64) -> bool) -> Log {
    let mut frontier = Frontier::default();
    let mut log = Log { rows: Vec::new(), checkpoints: Vec::new() };
    for i in 0..size {
        log.rows.push(StoredEvent::append(&mut frontier, event(i)).1);
        if signed(i + 1) {
            log.checkpoints.push(StoredCheckpoint::sign(&frontier, &signer()));
        }
    }
    log
}

impl Log {
    /// How many events the last checkpoint covers.
    fn covered(&self) -> u64 {
        self.checkpoints.last().map_or(0, |checkpoint| checkpoint.size)
    }

    fn export(&self) -> Vec<u8> {
        let header = Header {
            authority: "29189447".into(),
            origin: ORIGIN.into(),
            keys: vec![signer().verifier().clone()],
            made_at: START,
        };
        let mut writer = Writer::new(Vec::new(), &header).unwrap();
        let mut due = self.checkpoints.iter().peekable();
        for row in &self.rows {
            while let Some(checkpoint) = due.next_if(|next| next.size <= writer.events()) {
                writer.checkpoint(checkpoint).unwrap();
            }
            writer.event(row).unwrap();
        }
        due.for_each(|checkpoint| writer.checkpoint(checkpoint).unwrap());
        writer.finish().unwrap()
    }

    /// Verified as a live log and as an export; both say the same.
    fn verify(&self) -> Report {
        let live = verify_log(
            self.rows.iter().cloned().map(Ok::<_, Infallible>),
            self.checkpoints.iter().cloned().map(Ok),
            options(),
        );
        let Ok(live) = live;
        let exported = super::verify(&self.export()[..], options()).unwrap();
        assert_eq!(live, exported);
        live
    }

    fn rewrite(&mut self, at: usize) {
        let row = &mut self.rows[at];
        let changed = Event::decode(&row.body).unwrap().with("stage", "changed");
        row.body = changed.encode();
        row.leaf = leaf_hash(&row.body);
    }

    fn renumber(&mut self) {
        self.rows.iter_mut().zip(0..).for_each(|(row, seq)| row.seq = seq);
    }

    /// The nodes as they would be if the leaves before this row were the true ones.
    fn nodes_for(&self, at: usize) -> Vec<u8> {
        let mut frontier = Frontier::default();
        self.rows[..=at].iter().map(|row| frontier.append(row.leaf)).last().unwrap()
    }
}

#[derive(Clone, Debug)]
enum Tampering {
    Body,
    BodyByte(Index, u8),
    BodyGone,
    BodyAndLeaf,
    BodyLeafAndOwnNodes,
    Leaf([u8; 32]),
    NodesByte(Index, u8),
    NodesCut(Index),
    Remove,
    RemoveAndRenumber,
    Insert(Forged),
    InsertAndRenumber(Forged),
    Duplicate,
    Swap(Index),
    SwapAndRenumber(Index),
    SwapBodies(Index),
    SwapBodiesAndLeaves(Index),
    OtherAuthority,
}

/// The nodes beside a forged event.
#[derive(Clone, Copy, Debug)]
enum Forged {
    Fitting,
    Old,
    Without,
}

fn tamperings() -> impl Strategy<Value = Tampering> {
    use Tampering::*;
    let forged = || prop::sample::select(&[Forged::Fitting, Forged::Old, Forged::Without][..]);
    prop_oneof![
        Just(Body),
        (any::<Index>(), 1u8..).prop_map(|(at, by)| BodyByte(at, by)),
        Just(BodyGone),
        Just(BodyAndLeaf),
        Just(BodyLeafAndOwnNodes),
        any::<[u8; 32]>().prop_map(Leaf),
        (any::<Index>(), 1u8..).prop_map(|(at, by)| NodesByte(at, by)),
        any::<Index>().prop_map(NodesCut),
        Just(Remove),
        Just(RemoveAndRenumber),
        forged().prop_map(Insert),
        forged().prop_map(InsertAndRenumber),
        Just(Duplicate),
        any::<Index>().prop_map(Swap),
        any::<Index>().prop_map(SwapAndRenumber),
        any::<Index>().prop_map(SwapBodies),
        any::<Index>().prop_map(SwapBodiesAndLeaves),
        Just(OtherAuthority),
    ]
}

/// How well the report must name the event.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Named {
    /// Exactly.
    Exactly,
    /// In a range of at most two.
    Within2,
    /// In a range.
    Within,
    /// It may pass: nobody has signed it yet, and it fits.
    Unseen,
}

/// Tampers with one place; says which event is the first broken one, and how well it must be named.
fn tamper(log: &mut Log, at: usize, tampering: &Tampering) -> Option<(u64, Named)> {
    use Tampering::*;
    let (size, covered) = (log.rows.len(), at < log.covered() as usize);
    let is_last = at + 1 == size;
    let seq = at as u64;
    let later = |pick: &Index| (!is_last).then(|| at + 1 + pick.index(size - at - 1));
    let forge = |log: &Log, forged: &Forged| {
        let mut forgery = Event::new(START, "29189447", EventKind::Viewed, Actor::system("forger"));
        forgery.seq = seq;
        let mut row = log.rows[at].clone();
        row.body = forgery.encode();
        row.leaf = leaf_hash(&row.body);
        match forged {
            Forged::Fitting => {
                let mut fitting = log.clone();
                fitting.rows[at] = row.clone();
                row.nodes = fitting.nodes_for(at);
            }
            Forged::Old => {}
            Forged::Without => row.nodes.clear(),
        }
        row
    };
    match tampering {
        Body => {
            log.rows[at].body = Event::decode(&log.rows[at].body).unwrap().with("stage", "changed").encode();
            Some((seq, Named::Exactly))
        }
        BodyByte(pick, by) => {
            let body = &mut log.rows[at].body;
            let pick = pick.index(body.len());
            body[pick] ^= by;
            Some((seq, Named::Exactly))
        }
        BodyGone => {
            log.rows[at].body.clear();
            Some((seq, Named::Exactly))
        }
        BodyAndLeaf => {
            log.rewrite(at);
            Some(match (covered, is_last) {
                (true, _) | (_, false) => (seq, Named::Exactly),
                _ if at % 2 == 1 => (seq, Named::Within2),
                _ => (seq, Named::Unseen),
            })
        }
        BodyLeafAndOwnNodes => {
            log.rewrite(at);
            log.rows[at].nodes = log.nodes_for(at);
            Some(match (covered, is_last) {
                (true, _) => (seq, Named::Exactly),
                (false, false) => (seq, Named::Within2),
                _ => (seq, Named::Unseen),
            })
        }
        Leaf(bytes) => {
            log.rows[at].leaf = (*bytes).into();
            Some((seq, Named::Exactly))
        }
        NodesByte(pick, by) => {
            let nodes = &mut log.rows[at].nodes;
            if nodes.is_empty() {
                return None;
            }
            let pick = pick.index(nodes.len());
            nodes[pick] ^= by;
            Some((seq, if covered { Named::Exactly } else { Named::Within }))
        }
        NodesCut(pick) => {
            let nodes = &mut log.rows[at].nodes;
            if nodes.is_empty() {
                return None;
            }
            nodes.truncate(pick.index(nodes.len()));
            Some((seq, Named::Exactly))
        }
        Remove | RemoveAndRenumber => {
            log.rows.remove(at);
            if matches!(tampering, RemoveAndRenumber) {
                log.renumber();
            }
            Some((seq, if is_last && !covered { Named::Unseen } else { Named::Exactly }))
        }
        Insert(forged) => {
            let row = forge(log, forged);
            log.rows.insert(at, row);
            Some((seq, Named::Within2))
        }
        InsertAndRenumber(forged) => {
            let row = forge(log, forged);
            log.rows.insert(at, row);
            log.renumber();
            Some((seq, Named::Within2))
        }
        Duplicate => {
            let row = log.rows[at].clone();
            log.rows.insert(at, row);
            Some((seq, Named::Exactly))
        }
        Swap(pick) | SwapAndRenumber(pick) => {
            log.rows.swap(at, later(pick)?);
            if matches!(tampering, SwapAndRenumber(_)) {
                log.renumber();
            }
            Some((seq, Named::Exactly))
        }
        SwapBodies(pick) | SwapBodiesAndLeaves(pick) => {
            let other = later(pick)?;
            let (left, right) = log.rows.split_at_mut(other);
            std::mem::swap(&mut left[at].body, &mut right[0].body);
            if matches!(tampering, SwapBodiesAndLeaves(_)) {
                std::mem::swap(&mut left[at].leaf, &mut right[0].leaf);
            }
            Some((seq, Named::Exactly))
        }
        OtherAuthority => {
            let row = &mut log.rows[at];
            let mut other = Event::decode(&row.body).unwrap();
            other.authority = "12345678".into();
            row.body = other.encode();
            row.leaf = leaf_hash(&row.body);
            Some((seq, Named::Exactly))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn any_single_tampering_is_found_and_the_first_broken_event_named(
        size in 1u64..70, at: Index, signed: u64, tampering in tamperings()
    ) {
        let mut log = log(size, |n| (signed >> (n % 64)) & 1 == 1 && n % 3 != 1);
        prop_assert!(log.verify().is_intact());
        let checkpoints_reach = log.covered();
        let Some((seq, named)) = tamper(&mut log, at.index(size as usize), &tampering) else { return Ok(()) };
        let report = log.verify();
        let Some(broken) = report.broken else {
            prop_assert_eq!(named, Named::Unseen, "{:?}", report);
            return Ok(());
        };
        prop_assert!((broken.first..=broken.last).contains(&seq), "{} in {:?}", seq, broken);
        let width = broken.last - broken.first + 1;
        match named {
            Named::Exactly => prop_assert_eq!(width, 1, "{:?}", broken),
            Named::Within2 => prop_assert!(width <= 2, "{:?}", broken),
            Named::Within | Named::Unseen => {}
        }
        // Of an event that is there twice, the first may well be proven.
        prop_assert!(report.proven <= seq + u64::from(broken.fault == Fault::Repeated));
        prop_assert!(!broken.proven || seq < checkpoints_reach);
        prop_assert!(report.bad_checkpoints.is_empty());
    }

    #[test]
    fn a_history_made_anew_is_found_between_two_checkpoints(size in 3u64..70, at: Index, one: Index, other: Index) {
        let (one, other) = (1 + one.index(size as usize) as u64, 1 + other.index(size as usize) as u64);
        let mut log = log(size, |n| n == one || n == other);
        let at = at.index(size as usize);
        log.rewrite(at);
        let mut frontier = Frontier::default();
        for row in &mut log.rows {
            row.nodes = frontier.append(row.leaf);
        }
        let report = log.verify();
        let at = at as u64;
        let (before, after) = (one.min(other), one.max(other));
        prop_assert_eq!(report.broken.is_some(), at < after, "{:?}", report);
        if let Some(broken) = report.broken {
            let (from, to) = if at < before { (0, before - 1) } else { (before, after - 1) };
            prop_assert!(broken.proven && from <= broken.first && broken.last <= to);
            prop_assert!((broken.first..=broken.last).contains(&at), "{} in {:?}", at, broken);
        }
    }

    #[test]
    fn an_export_cut_anywhere_is_truncated_after_its_last_whole_event(size in 0u64..12, signed: u16, cut: Index) {
        let mut file = log(size, |n| (signed >> n) & 1 == 1).export();
        let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        file.truncate(header + cut.index(file.len() - header));
        let report = super::verify(&file[..], options()).unwrap();
        let whole = file.split_inclusive(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"seq") && line.ends_with(b"\n"));
        let broken = report.broken.unwrap();
        prop_assert_eq!((broken.first, broken.fault), (whole.count() as u64, Fault::Truncated));
    }

    #[test]
    fn an_export_with_any_byte_changed_is_not_intact(size in 1u64..12, signed: u16, at: Index, by in 1u8..) {
        let mut file = log(size, |n| (signed >> n) & 1 == 1).export();
        let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let at = header + at.index(file.len() - header);
        let line_start = file[..at].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let events = file[..line_start].split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"seq")).count();
        let in_event = file[line_start..].starts_with(b"{\"seq");
        file[at] ^= by;
        let report = super::verify(&file[..], options()).unwrap();
        prop_assert!(!report.is_intact());
        if let (true, Some(broken)) = (in_event, report.broken) {
            prop_assert!((broken.first..=broken.last).contains(&(events as u64)), "{} in {:?}", events, broken);
        }
    }
}

#[test]
fn an_intact_log_says_how_far_it_is_proven() {
    let report = log(10, |n| n == 4 || n == 7).verify();
    assert!(report.is_intact());
    assert_eq!((report.events, report.checkpoints, report.proven), (10, 2, 7));
    assert_eq!(report.remarks, [Remark::UnsignedTail { events: 3 }]);
    assert_eq!((report.from, report.to), (Some(START), Some(START + SignedDuration::from_millis(2250))));
    let empty = log(0, |_| true).verify();
    assert!(empty.is_intact() && empty.remarks.is_empty());
}

#[test]
fn the_key_in_the_file_is_used_only_when_no_other_is_given_and_then_remarked() {
    let file = log(3, |n| n == 3).export();
    let report = super::verify(&file[..], Options::default()).unwrap();
    assert!(report.is_intact());
    assert_eq!((report.proven, &report.remarks[..]), (3, &[Remark::KeyFromFile][..]));
    let stranger = Signer::new(ORIGIN, &[1; 32]).unwrap();
    let report =
        super::verify(&file[..], Options { keys: vec![stranger.verifier().clone()], ..Options::default() })
            .unwrap();
    assert_eq!(report.bad_checkpoints[0].fault, CheckpointFault::UnknownKey);
    assert_eq!(report.proven, 0);
}

#[test]
fn a_checkpoint_that_is_not_genuine_is_named_and_proves_nothing() {
    let check = |spoil: fn(&mut StoredCheckpoint), expected| {
        let mut log = log(8, |n| n == 4 || n == 8);
        spoil(&mut log.checkpoints[1]);
        let report = log.verify();
        assert_eq!(report.broken, None);
        let bad: Vec<_> = report.bad_checkpoints.iter().map(|bad| bad.fault).collect();
        assert_eq!(bad, [expected]);
        assert!(!report.is_intact());
        assert_eq!(report.proven, if expected == CheckpointFault::Frontier { 8 } else { 4 });
    };
    check(|c| c.note = c.note.replacen("\n8\n", "\n7\n", 1), CheckpointFault::Forged);
    check(|c| c.note = c.note.replace("29189447", "29189448"), CheckpointFault::OtherLog);
    check(|c| c.note.truncate(20), CheckpointFault::Malformed);
    check(|c| c.note.clear(), CheckpointFault::Malformed);
    check(|c| c.frontier[20] ^= 1, CheckpointFault::Frontier);
    check(|c| c.frontier.truncate(3), CheckpointFault::Frontier);
    // Another key under the same name; another log under its own name; the same key for another log.
    check(
        |c| {
            *c = StoredCheckpoint::sign(
                &Frontier::from_bytes(&c.frontier).unwrap(),
                &Signer::new(ORIGIN, &[9; 32]).unwrap(),
            )
        },
        CheckpointFault::UnknownKey,
    );
    check(
        |c| {
            *c = StoredCheckpoint::sign(
                &Frontier::from_bytes(&c.frontier).unwrap(),
                &Signer::new("other", &[42; 32]).unwrap(),
            )
        },
        CheckpointFault::OtherLog,
    );
    check(
        |c| {
            let root = Frontier::from_bytes(&c.frontier).unwrap().root();
            c.note = Checkpoint { origin: "other".into(), size: 8, root }.sign(&signer());
        },
        CheckpointFault::OtherLog,
    );
}

#[test]
fn a_genuine_checkpoint_of_a_log_with_another_history_shows_the_range() {
    let mut ours = log(8, |n| n == 4);
    let mut theirs = log(8, |_| false);
    theirs.rewrite(5);
    let mut frontier = Frontier::default();
    theirs.rows.iter().for_each(|row| drop(frontier.append(row.leaf)));
    ours.checkpoints.push(StoredCheckpoint::sign(&frontier, &signer()));
    let broken = ours.verify().broken.unwrap();
    assert_eq!((broken.first, broken.last, broken.fault), (4, 7, Fault::History));
}

#[test]
fn a_checkpoint_kept_outside_shows_that_the_end_was_cut_off() {
    let mut log = log(8, |n| n == 4 || n == 8);
    let held = vec![log.checkpoints[1].note.clone()];
    let verify =
        |log: &Log| super::verify(&log.export()[..], Options { held: held.clone(), ..options() }).unwrap();
    assert!(verify(&log).is_intact());
    log.rows.truncate(6);
    log.checkpoints.truncate(1);
    assert!(log.verify().is_intact());
    let broken = verify(&log).broken.unwrap();
    assert_eq!((broken.first, broken.fault), (6, Fault::Missing { found: None }));
    let mut forged = Options { held: held.clone(), ..options() };
    forged.held[0] = forged.held[0].replacen("\n8\n", "\n6\n", 1);
    assert_eq!(
        super::verify(&log.export()[..], forged).unwrap().bad_checkpoints[0].fault,
        CheckpointFault::Forged
    );
}

#[test]
fn many_changed_bodies_still_name_the_first() {
    let mut log = log(64, |n| n == 64);
    for at in [60, 13, 14, 40] {
        log.rewrite(at);
    }
    let broken = log.verify().broken.unwrap();
    assert_eq!((broken.first, broken.last, broken.fault, broken.proven), (13, 13, Fault::Rewritten, true));
    assert_eq!(broken.kind, Some(EventKind::ALL[13]));
    assert!(broken.danish().starts_with("Første brudte hændelse: nr. 13, 25.02.2026 kl. 07.13.23, »"));
}

#[test]
fn clocks_that_go_back_are_a_remark() {
    let mut frontier = Frontier::default();
    let rows =
        [0, 5, 3, 4, 6, 1].map(|i| Ok::<_, Infallible>(StoredEvent::append(&mut frontier, event(i)).1));
    let Ok(report) = verify_log(rows, [], options());
    assert!(report.is_intact());
    assert_eq!(
        report.remarks,
        [Remark::UnsignedTail { events: 6 }, Remark::TimeGoesBack { events: 2, first: 2 }]
    );
}

#[test]
fn an_end_line_that_counts_otherwise_is_not_intact() {
    let file = String::from_utf8(log(3, |n| n == 2).export()).unwrap();
    let check = |from: &str, to: &str| super::verify(file.replace(from, to).as_bytes(), options()).unwrap();
    let missing = check("\"events\":3", "\"events\":4").broken.unwrap();
    assert_eq!((missing.first, missing.fault), (3, Fault::Missing { found: None }));
    let surplus = check("\"events\":3", "\"events\":2").broken.unwrap();
    assert_eq!((surplus.first, surplus.fault), (2, Fault::Surplus));
    assert_eq!(
        check("\"checkpoints\":1", "\"checkpoints\":2").bad_checkpoints[0].fault,
        CheckpointFault::Count
    );
}
