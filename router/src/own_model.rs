//! Own model (*egen model*): what the classifier has learned of this authority's own answers, as numbered candidates of which
//! one may be in force beside the shipped model.
//!
//! A candidate is made of the lessons that are kept ([`making`]), compared with the model in force on answers that neither has
//! seen ([`comparing`]), and put in force or taken back by a person ([`promoting`]). Every process follows within seconds
//! ([`following`]).
//!
//! A model keeps weights alone. What it compares with are the lessons that were learned when it was made and are still kept: one
//! that is forgotten stops speaking, and one that is learned since speaks when the next model is made, so that nothing changes
//! what letters are told but a person's act.

pub mod comparing;
pub mod following;
pub mod making;
pub mod promoting;

use classifier::own::{FEWEST, Own};
use classifier::{Judge, Lesson};
use jiff::Timestamp;

use crate::adviser::{Adviser, shipped_edition};
use crate::config::Config;
use crate::room::PostRoom;
use crate::store::own_model::OwnModelRow;
use crate::store::{Store, StoreError};
use crate::unseen::learning;

/// Why a model was not made, compared, promoted or taken back.
#[derive(Debug, thiserror::Error)]
pub enum OwnModelError {
    /// There is no shipped model to learn beside.
    #[error(
        "Klassifikatoren er slået fra (classifier.enabled i konfigurationen), eller dens model kan ikke gøres klar. Se: modtag check"
    )]
    NoModel,
    /// Too few lessons.
    #[error("{}", too_few(*.0, *.1))]
    TooFew(usize, usize),
    /// There is none of this number.
    #[error("Der er ingen egen model {0}. Se dem med: modtag classifier models")]
    Unknown(i64),
    /// There is none at all.
    #[error("Der er ingen egen model at sammenligne. Lav en med: modtag classifier train --from-answers")]
    None,
    /// It was made beside another shipped model.
    #[error(
        "Egen model {0} er lavet ved siden af en anden udgave af den medfølgende model og kan ikke bruges med denne. Lav en ny \
         med: modtag classifier train --from-answers"
    )]
    OtherBase(i64),
    /// It is in force.
    #[error("Egen model {0} er allerede i kraft.")]
    InForce(i64),
    /// Its maker may not promote it alone (`policy.four_eyes`).
    #[error(
        "Egen model {0} er lavet af dig selv. En anden skal sætte den i kraft (policy.four_eyes i konfigurationen)."
    )]
    SecondPerson(i64),
    /// It is measurably worse than the model in force.
    #[error(
        "Egen model {number} er målbart dårligere end den, der er i kraft: kun den har ret i {better} breve, kun den anden i {worse}. \
         Se: modtag classifier evaluate --answers. Skal den i kraft alligevel, så tilføj --force."
    )]
    Worse {
        /// Which.
        number: i64,
        /// Letters where only the candidate has the right group.
        better: usize,
        /// Letters where only the model in force has.
        worse: usize,
    },
    /// No answers are left to compare on.
    #[error(
        "Egen model {0} kan ikke sammenlignes med den, der er i kraft: der er for få lektier tilbage, som begge kan måles på. \
         Skal den i kraft alligevel, så tilføj --force."
    )]
    NoMeasure(i64),
    /// The shipped model is alone.
    #[error("Den medfølgende model er i kraft alene; der er intet at rulle tilbage.")]
    NothingToRollBack,
    /// Its bytes are not what this program writes.
    #[error(
        "Egen model {0} kan ikke læses af denne udgave af programmet. Lav en ny med: modtag classifier train --from-answers"
    )]
    Unreadable(i64),
    /// The database.
    #[error("{}", .0.danish())]
    Store(#[from] StoreError),
}

fn too_few(have: usize, others: usize) -> String {
    let beside = match others {
        0 => String::new(),
        _ => format!(
            " {others} andre er lært ved siden af en anden udgave af den medfølgende model og kan ikke bruges."
        ),
    };
    format!(
        "Der er {have} lektier at lære af, og der skal mindst {FEWEST} til.{beside} Lektier kommer af svar på breve uden mærker \
         (modtag answer … --subject) i enheder, der har tilladt det (learn = true under [[unseen]]). Intet er lavet."
    )
}

/// A lesson that can be learned from beside the shipped model.
pub struct Taught {
    /// The unit that the letter went to.
    pub unit: String,
    learned_at: Timestamp,
    /// What it teaches.
    pub lesson: Lesson,
}

impl Taught {
    /// Was it learned before then? A model that is made at that moment is not made of what is answered at the same one.
    pub fn before(&self, time: Timestamp) -> bool {
        self.learned_at < time
    }
}

/// A model that can be heard: its row and what it says.
pub struct Model {
    /// Its row.
    pub row: OwnModelRow,
    /// Its weights.
    pub own: Own,
}

impl Model {
    /// Reads a model of this number.
    pub async fn read(store: &Store, number: i64) -> Result<Self, OwnModelError> {
        let row = store.own_model(number).await?.ok_or(OwnModelError::Unknown(number))?;
        let own = Own::from_bytes(&row.open(store)?).map_err(|_| OwnModelError::Unreadable(number))?;
        Ok(Self { row, own })
    }

    /// Reads the model in force; `None` when the shipped model is alone, also because this one was made beside another.
    pub async fn in_force(store: &Store) -> Result<Option<Self>, OwnModelError> {
        let number = store.own_model_in_force().await?;
        if number == 0 {
            return Ok(None);
        }
        Ok(Some(Self::read(store, number).await?).filter(Self::fits))
    }

    /// Was it made beside the shipped model of this program?
    pub fn fits(&self) -> bool {
        self.row.base == shipped_edition()
    }
}

/// Where models are made and compared: a room, and the judge of the shipped model.
pub struct Workshop<'a> {
    room: &'a PostRoom,
    four_eyes: bool,
    adviser: Adviser,
}

impl<'a> Workshop<'a> {
    /// The workshop of an open room.
    pub fn of(room: &'a PostRoom, config: &Config) -> Result<Self, OwnModelError> {
        if room.suggest.is_silent() {
            return Err(OwnModelError::NoModel);
        }
        let adviser = Adviser::at(config.data.folder.join("index"));
        Ok(Self { room, four_eyes: config.policy.four_eyes, adviser })
    }

    fn judge(&self) -> Result<&Judge, OwnModelError> {
        self.adviser.judge().ok_or(OwnModelError::NoModel)
    }

    /// The lessons that are kept and were taught beside this shipped model, oldest first; and how many others are kept.
    async fn lessons(&self) -> Result<(Vec<Taught>, usize), StoreError> {
        let kept = learning::kept(self.room).await?;
        let all = kept.len();
        let taught = kept.into_iter().filter_map(|kept| {
            let learned_at = kept.row.learned_at();
            let lesson = kept.lesson.filter(|lesson| lesson.edition == shipped_edition())?;
            Some(Taught { unit: kept.row.unit, learned_at, lesson })
        });
        let taught: Vec<Taught> = taught.collect();
        let others = all - taught.len();
        Ok((taught, others))
    }
}
