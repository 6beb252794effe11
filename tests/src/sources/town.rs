//! The town: an invented organisation, told by every simulator in its own shape.

use uuid::Uuid;

/// The CPR number that is planted in every feed: a replacement number, which is nobody's.
pub const CPR: [&str; 2] = ["6202801212", "620280-1212"];

/// A municipality's organisation.
#[derive(Clone, Debug)]
pub struct Town {
    /// Units, the top one first.
    pub units: Vec<Unit>,
    /// People.
    pub people: Vec<Person>,
    /// Contact points.
    pub contact_points: Vec<ContactPoint>,
}

/// A unit.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its UUID.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The unit above.
    pub parent: Option<Uuid>,
    /// KLE numbers it carries out.
    pub performs: Vec<String>,
    /// KLE numbers it may see.
    pub sees: Vec<String>,
}

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their UUID.
    pub id: Uuid,
    /// User name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: Uuid,
}

/// A contact point.
#[derive(Clone, Debug)]
pub struct ContactPoint {
    /// Its UUID.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its KLE numbers.
    pub kle: Vec<String>,
}

/// The UUID of a thing of a kind, always the same.
fn id(kind: u16, number: u16) -> Uuid {
    Uuid::from_u128(
        (0x7000_u128 << 112)
            | (0x4000_u128 << 64)
            | (0x8000_u128 << 48)
            | (u128::from(kind) << 16)
            | u128::from(number),
    )
}

impl Town {
    /// A town with a council, ten units below it, three people in each, and four contact points.
    pub fn new() -> Self {
        let unit = |number: u16, name: &str, performs: &[&str], sees: &[&str]| Unit {
            id: id(1, number),
            name: name.to_owned(),
            parent: (number > 0).then(|| id(1, 0)),
            performs: performs.iter().map(|kle| (*kle).to_owned()).collect(),
            sees: sees.iter().map(|kle| (*kle).to_owned()).collect(),
        };
        let units = vec![
            unit(0, "Sandby Kommune", &["00"], &["27", "32", "28"]),
            unit(1, "Børn og Familie", &["27", "28.06"], &["32.18"]),
            unit(2, "Borgerservice", &["23", "32.18.04"], &["27.18"]),
            unit(3, "Pladsanvisningen", &["28.03", "28.09"], &[]),
            unit(4, "Teknik og Miljø", &["01", "02", "09"], &[]),
            unit(5, "Vej og Park", &["04", "05"], &[]),
            unit(6, "Jobcenter", &["15"], &["32"]),
            unit(7, "Ydelser", &["32"], &[]),
            unit(8, "Skoler", &["17", "18"], &[]),
            unit(9, "Sundhed", &["29"], &["27"]),
            unit(10, "Kultur", &["19", "20"], &[]),
        ];
        let people = (0..33)
            .map(|number| Person {
                id: id(2, number),
                login: format!("MEDARB{number:02}"),
                name: format!("Medarbejder {number} Prøve"),
                unit: id(1, number / 3),
            })
            .collect();
        let contact_point = |number: u16, name: &str, kle: &[&str]| ContactPoint {
            id: id(3, number),
            name: name.to_owned(),
            kle: kle.iter().map(|kle| (*kle).to_owned()).collect(),
        };
        let contact_points = vec![
            contact_point(0, "Skriv om dagtilbud", &["28.03.00"]),
            contact_point(1, "Skriv om veje og parker", &["05.01.00", "04.01.00"]),
            contact_point(2, "Skriv om alt andet", &[]),
            contact_point(3, "Skriv om pension", &["32.18.04"]),
        ];
        Self { units, people, contact_points }
    }

    /// The unit with this name.
    ///
    /// Panics when there is none.
    pub fn unit(&mut self, name: &str) -> &mut Unit {
        self.units.iter_mut().find(|unit| unit.name == name).expect("a unit of the town")
    }
}

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}
