//! The adviser: the model and the index that this installation asks what unmarked mail is about.
//!
//! Both come with the program. The model is read when the first letter asks for it, not at start: most commands never
//! need it. The index is built from the shipped letters into the data folder by whoever asks first, under another name
//! until it is whole, so that processes that start together do not disturb each other; a damaged or old one is built
//! anew. Without an index nothing is suggested, and every unmarked letter waits for a person. Where an own model of the
//! authority's is in force ([`crate::own_model`]), it is heard, too; one that was made beside another shipped model is not.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock, RwLock};

use classifier::index::{Index, IndexFault};
use classifier::model::{Model, NotModel};
use classifier::own::Own;
use classifier::train::{Corpus, NotCorpus, Vein};
use classifier::{Judge, Lesson, LetterText, NoModel, Opinion, Suggest};
use include_dir::{Dir, include_dir};

/// The model that comes with the program.
pub const SHIPPED_MODEL: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/kle/kle.onnx"));
static SHIPPED_LETTERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../models/corpus");

/// Model and index cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum AdviserError {
    /// The model file.
    #[error("the model cannot be read")]
    Model(#[from] NotModel),
    /// The letters beside it.
    #[error("the shipped letters cannot be read")]
    Letters(#[from] NotCorpus),
    /// The index.
    #[error("the index cannot be made")]
    Index(#[from] IndexFault),
    /// The folder of the index.
    #[error("the folder of the index cannot be written")]
    Folder(#[from] std::io::Error),
}

/// The model that comes with the program, read.
pub fn shipped_model() -> Result<Model, NotModel> {
    Model::load(SHIPPED_MODEL)
}

/// The letters that come with the program.
pub fn shipped_letters() -> Result<Corpus, NotCorpus> {
    let mut files: Vec<_> = SHIPPED_LETTERS.files().collect();
    files.sort_by_key(|file| file.path());
    let mut corpus = Corpus::default();
    for file in files.iter().filter(|file| is_table(file.path())) {
        let name = file.path().to_str().unwrap_or_default();
        corpus.read(Vein::of(name), file.contents_utf8().unwrap_or_default())?;
    }
    Ok(corpus)
}

fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "tsv")
}

/// What the shipped model calls itself. Known without reading it: the file's hash is taken once per process.
pub fn shipped_edition() -> &'static str {
    static EDITION: LazyLock<String> = LazyLock::new(|| classifier::model::edition_of("kle", SHIPPED_MODEL));
    &EDITION
}

/// The adviser of an installation, ready when it is first asked.
pub struct Adviser {
    folder: PathBuf,
    shipped: OnceLock<Option<Judge>>,
    own: RwLock<Arc<Heard>>,
}

/// The model that is heard: the shipped one alone, or with an own model and the lessons it compares with.
struct Heard {
    edition: String,
    own: Option<(Own, Vec<Lesson>)>,
    judge: OnceLock<Option<Judge>>,
}

impl Heard {
    fn shipped() -> Self {
        Self { edition: shipped_edition().to_owned(), own: None, judge: OnceLock::new() }
    }
}

impl Adviser {
    /// An adviser that keeps its index in this folder.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, shipped: OnceLock::new(), own: RwLock::new(Arc::new(Heard::shipped())) }
    }

    /// The judge of the shipped model alone; `None` when it cannot be made ready.
    pub fn judge(&self) -> Option<&Judge> {
        let ready = || match self.make_ready() {
            Ok(judge) => Some(judge),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "no model: every unmarked letter waits for a person");
                None
            }
        };
        self.shipped.get_or_init(ready).as_ref()
    }

    fn heard(&self) -> Arc<Heard> {
        self.own.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Asks whoever is heard just now; `None` when nobody can be.
    fn ask<T>(&self, of: impl FnOnce(&Judge) -> T) -> Option<T> {
        let shipped = self.judge()?;
        let heard = self.heard();
        let with_own = || heard.own.as_ref().map(|(own, lessons)| shipped.with_own(own.clone(), lessons));
        Some(of(heard.judge.get_or_init(with_own).as_ref().unwrap_or(shipped)))
    }

    fn make_ready(&self) -> Result<Judge, AdviserError> {
        let model = shipped_model()?;
        let index = self.index(&model)?;
        Ok(Judge::new(Arc::new(model), Arc::new(index)))
    }

    fn index(&self, model: &Model) -> Result<Index, AdviserError> {
        let place = self.folder.join(folder_name(model.edition()));
        if let Some(index) = Index::open(&place).ok().filter(Index::is_sound) {
            return Ok(index);
        }
        std::fs::create_dir_all(&self.folder)?;
        let making = tempfile::Builder::new().prefix("under-opbygning-").tempdir_in(&self.folder)?;
        let letters = shipped_letters()?;
        drop(Index::create(making.path(), letters.entries(model.danish()))?);
        if let Err(error) = std::fs::rename(making.path(), &place) {
            // Another process was first, or an unsound one lies there.
            if Index::open(&place).is_ok_and(|index| index.is_sound()) {
                return Ok(Index::open(&place)?);
            }
            std::fs::remove_dir_all(&place).map_err(|_| error)?;
            std::fs::rename(making.path(), &place)?;
        }
        Ok(Index::open(&place)?)
    }
}

fn folder_name(edition: &str) -> String {
    edition.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

impl Suggest for Adviser {
    fn suggest(&self, letter: &LetterText<'_>) -> Opinion {
        self.ask(|judge| judge.suggest(letter)).unwrap_or_else(|| NoModel.suggest(letter))
    }

    fn sure_from(&self, level: usize, budget: f32) -> Option<f32> {
        self.ask(|judge| judge.sure_from(level, budget))?
    }

    fn lesson(&self, letter: &LetterText<'_>, subject: kle::Subject) -> Option<Lesson> {
        self.judge()?.lesson(letter, subject)
    }

    fn edition(&self) -> String {
        self.heard().edition.clone()
    }

    fn take_up(&self, own: Option<(Own, Vec<Lesson>)>) {
        let own = own.filter(|(own, _)| own.base == shipped_edition());
        let heard = match own {
            Some((own, lessons)) => {
                Heard { edition: own.edition(), own: Some((own, lessons)), judge: OnceLock::new() }
            }
            None => Heard::shipped(),
        };
        *self.own.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(heard);
    }
}
