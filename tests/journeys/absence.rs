//! Absence: mail to whoever is away goes on to whoever is there, and what nobody opens goes on until somebody does.

mod escalating;
mod standing_in;
mod told;

use std::path::PathBuf;

use jiff::civil::Date;
use journeys::letters::Letter;
use journeys::{Engine, World, world};
use router::audit::Event;
use router::config::OrganisationSource;
use router::intake::Taken;
use router::organisation::{Absence, Follower, Membership, Person, Snapshot, Unit};
use router::store::hand_over::HandOverRow;

use crate::on_its_way::PARTY;

/// Units, people and rules: a letter about a person's id goes to that person, one about a unit's to that unit.
const POLICY: &str = include_str!("absence/policy.toml");

/// A municipality whose people come and go.
pub struct Town {
    pub world: World,
    pub snapshot: Snapshot,
    follower: Follower,
}

impl Town {
    /// One where everybody is at work.
    pub async fn open(engine: Engine) -> Self {
        Self::around(World::with_policy(engine, vec![("policy.toml".into(), POLICY.into())]).await)
    }

    /// The people of the town, in this world.
    pub fn around(mut world: World) -> Self {
        let folder = world.folder.path().join("politik");
        std::fs::create_dir_all(&folder).expect("the folder is made");
        world.house.config.organisation.folder = Some(folder);
        world.house.config.organisation.source = OrganisationSource::Files;
        let follower = Follower::of(&world.house.config);
        Self { follower, world, snapshot: organisation() }
    }

    /// A person of the source.
    pub fn person(&mut self, id: &str) -> &mut Person {
        self.snapshot.people.get_mut(id).expect("a person of the source")
    }

    /// Sends a person away from one day to another.
    pub fn away(&mut self, id: &str, from: &str, to: Option<&str>) {
        let day = |day: &str| day.parse::<Date>().expect("a day");
        self.person(id).absences = vec![Absence { from: day(from), to: to.map(day) }];
    }

    pub fn file(&self) -> PathBuf {
        self.world.folder.path().join("politik/organisation.snapshot.json")
    }

    /// Writes the snapshot as a sync does. The room follows.
    pub async fn sync(&mut self) {
        let new = self.file().with_extension("ny");
        std::fs::write(&new, serde_json::to_vec(&self.snapshot).expect("JSON")).expect("written");
        std::fs::rename(new, self.file()).expect("in place");
        assert!(self.look().await.expect("it can be read"), "another file is another snapshot");
    }

    pub async fn look(&mut self) -> Result<bool, router::organisation::SyncError> {
        self.follower.look(self.world.room()).await
    }

    /// A letter about this.
    pub async fn letter(&self, number: u64, about: &str) -> Taken {
        self.receive(Letter::from_citizen(number, PARTY, "Mette Prøve").label(&format!("Om {about}"))).await
    }

    pub async fn receive(&self, letter: Letter) -> Taken {
        self.world.receive(&[letter.bytes()]).await.pop().expect("it is taken in")
    }

    /// Everybody who has or had a message.
    pub async fn hand_overs(&self, taken: &Taken) -> Vec<HandOverRow> {
        let store = &self.world.room().store;
        store.hand_overs(&taken.id.to_string()).await.expect("an answer")
    }

    /// Who has it now.
    pub async fn has(&self, taken: &Taken) -> HandOverRow {
        let mut current = self.hand_overs(taken).await;
        current.retain(|row| row.ended_at().is_none());
        assert_eq!(current.len(), 1, "{current:?}");
        current.remove(0)
    }

    /// What the log tells of a message, of this kind.
    pub async fn events(&self, taken: &Taken, kind: &str) -> Vec<Event> {
        let store = &self.world.room().store;
        let mut events = store.events_of(&taken.id.to_string()).await.expect("an answer");
        events.retain(|event| event.kind.name() == kind);
        events
    }

    /// Goes to another moment, and works.
    pub async fn at(&self, moment: &str) {
        use router::clock::Clock;
        let moment: jiff::Timestamp = moment.parse().expect("a time");
        self.world.clock.advance(moment.duration_since(self.world.clock.now()));
        self.world.work().await;
    }
}

/// As the source tells it: units and people as in the policy, but for one whom only the policy knows.
fn organisation() -> Snapshot {
    let mut snapshot = Snapshot { source: "files".into(), ..Snapshot::default() };
    for (id, parent) in
        [("raad", None), ("boern", Some("raad")), ("hold", Some("boern")), ("vej", Some("raad"))]
    {
        let unit = Unit { name: id.into(), parent: parent.map(str::to_owned), ..Unit::default() };
        snapshot.units.insert(id.into(), unit);
    }
    for (id, unit, deputy) in [
        ("anne", "boern", Some("bo")),
        ("bo", "boern", Some("carl")),
        ("carl", "boern", Some("anne")),
        ("dora", "boern", Some("ejnar")),
        ("ejnar", "vej", None),
        ("frida", "raad", None),
        ("gert", "hold", Some("frida")),
        ("hans", "hold", None),
    ] {
        let memberships = vec![Membership { unit: unit.into(), primary: true, ..Membership::default() }];
        let person =
            Person { name: id.into(), memberships, deputy: deputy.map(str::to_owned), ..Person::default() };
        snapshot.people.insert(id.into(), person);
    }
    snapshot
}

/// A day before the journeys begin, and a day long after.
pub const BEFORE: &str = "2026-11-01";
pub const AFTER: &str = "2027-03-01";

/// The same as [`world::morning`], as a text.
pub const MORNING: &str = "2026-11-20T08:00:00Z";

#[test]
fn the_journeys_begin_in_the_morning() {
    assert_eq!(world::morning().to_string(), MORNING);
}
