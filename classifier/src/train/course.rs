//! The course of a training, from letters to a model file.

use kle::Subject;

use super::corpus::{Corpus, Vein};
use super::doubt::{Outcome, doubts};
use super::gram::Gram;
use super::kept_out::{KeptOut, blend};
use super::thinning::Thinning;
use super::{lines, svm::Line};
use crate::features::{Vector, Vocabulary};
use crate::index::{Danish, Entry, Index, IndexFault, NEIGHBOURS};
use crate::labels::Labels;
use crate::model::{Model, Sheet, Table, Weight};

/// What may be chosen about a training.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Recipe {
    /// Name of the model.
    pub name: String,
    /// Edition of KLE its labels are from.
    pub kle: String,
    /// How much a letter on the wrong side of its margin counts (C).
    pub cost: f32,
    /// A term counts when it stands in so many letters.
    pub least: u32,
    /// How many folds the cross-validation has.
    pub folds: usize,
    /// How many features are common: those in most letters. Their weights are all kept.
    pub common: usize,
    /// How many weights of rare features a subject, a group and a main group keep: their largest.
    pub keep: [usize; 3],
    /// Every so many-th natural letter is also read together with another one, as a letter with two matters.
    pub mix_every: usize,
}

impl Default for Recipe {
    /// What the shipped model is made with; its card tells what else was tried.
    fn default() -> Self {
        Self {
            name: "kle".to_owned(),
            kle: "2026-02".to_owned(),
            cost: 1.0,
            least: 2,
            folds: 4,
            common: 4_000,
            keep: [800, 1_200, 4_000],
            mix_every: 12,
        }
    }
}

/// A model, and what cross-validation says of it.
pub struct Trained {
    /// The model file.
    pub file: Vec<u8>,
    /// Letters that were learned from, mixtures not counted.
    pub letters: usize,
    /// Labels on all levels.
    pub labels: usize,
    /// Features and weights in the file.
    pub size: [usize; 2],
    /// What came of every natural letter that was kept out, per level.
    pub outcomes: [Vec<Outcome>; 3],
}

/// Trains a model. `tell` hears, in Danish, which step begins.
pub fn train(corpus: &Corpus, recipe: &Recipe, tell: impl Fn(&str)) -> Result<Trained, IndexFault> {
    tell("finder ord og orddele");
    let vocabulary = Vocabulary::learn(corpus.letters().map(|labelled| labelled.letter), recipe.least);
    let labels = Labels::of(corpus.letters().filter_map(|labelled| labelled.subject));
    let danish = Danish::learn(corpus);
    let letters = Letters::prepare(corpus, recipe, &vocabulary, &danish, &labels);
    tell("sammenligner brevene");
    let gram = Gram::of(&letters.vectors);
    let mut kept_out = Vec::new();
    for fold in 0..recipe.folds {
        tell(&format!("prøver af på breve, der er holdt ude ({} af {})", fold + 1, recipe.folds));
        kept_out.extend(letters.keep_out(fold, &gram, &labels, recipe)?);
    }
    tell("lærer at veje og at tvivle");
    let blend = blend(&labels, &kept_out);
    kept_out.retain(|letter| letters.natural[letter.letter]);
    let (confidence, outcomes) = doubts(&labels, &blend, &kept_out, &letters.vectors);
    drop(kept_out);
    tell("træner på alle breve");
    let table = letters.table(&gram, &labels, vocabulary.len(), recipe);
    let subjects = labels.subjects().map(|label| labels.get(label)).collect();
    let sheet = Sheet { name: recipe.name.clone(), kle: recipe.kle.clone(), subjects, blend, confidence };
    Ok(Trained {
        file: Model::write(&vocabulary, &table, &danish, &sheet),
        letters: corpus.len(),
        labels: labels.len(),
        size: [vocabulary.len(), table.len()],
        outcomes,
    })
}

/// Letters made ready: first those with a subject, then those that belong nowhere.
struct Letters {
    vectors: Vec<Vector>,
    stems: Vec<Vec<u32>>,
    natural: Vec<bool>,
    /// By number; `None` for a letter that belongs nowhere.
    subjects: Vec<Option<usize>>,
    folds: Vec<usize>,
}

impl Letters {
    fn prepare(
        corpus: &Corpus,
        recipe: &Recipe,
        vocabulary: &Vocabulary,
        danish: &Danish,
        labels: &Labels,
    ) -> Self {
        let mut corpus = corpus.clone();
        let subject = |corpus: &Corpus| -> Vec<Option<Subject>> {
            corpus.letters().map(|labelled| labelled.subject).collect()
        };
        let mut folds = assign_folds(&subject(&corpus), recipe.folds);
        let natural: Vec<bool> = corpus.letters().map(|labelled| labelled.vein == Vein::Natural).collect();
        for (one, other) in mixtures(&subject(&corpus), &natural, &folds, recipe) {
            corpus.add_mixture(one, other);
            folds.push(folds[one]);
        }
        let number = |subject: Option<Subject>| subject.and_then(|subject| labels.number(subject));
        let vectors = corpus.letters().map(|labelled| vocabulary.vector(&labelled.letter)).collect();
        let stems = corpus.letters().map(|labelled| danish.hashes(&labelled.letter)).collect();
        let subjects = corpus.letters().map(|labelled| number(labelled.subject)).collect();
        let natural = corpus.letters().map(|labelled| labelled.vein == Vein::Natural).collect();
        Self { vectors, stems, natural, subjects, folds }
    }

    /// An index of the letters that have a subject and are not in this fold.
    fn index_without(&self, fold: usize, labels: &Labels) -> Result<Index, IndexFault> {
        let others = self.taught().filter(|letter| self.folds[*letter] != fold);
        Index::in_memory(others.filter_map(|letter| {
            let subject = labels.get(self.subjects[letter]?);
            Some(Entry { subject, stems: self.stems[letter].clone() })
        }))
    }

    /// The letters that have a subject.
    fn taught(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.vectors.len()).filter(|letter| self.subjects[*letter].is_some())
    }

    /// What a model that never saw a fold's letters says of them.
    fn keep_out(
        &self,
        fold: usize,
        gram: &Gram,
        labels: &Labels,
        recipe: &Recipe,
    ) -> Result<Vec<KeptOut>, IndexFault> {
        let held: Vec<usize> = (0..self.vectors.len()).filter(|letter| self.folds[*letter] == fold).collect();
        let seen: Vec<Option<usize>> = self
            .subjects
            .iter()
            .zip(&self.folds)
            .map(|(subject, of)| subject.filter(|_| *of != fold))
            .collect();
        let margins =
            |_: usize, line: Line| held.iter().map(|letter| line.margins[*letter]).collect::<Vec<f32>>();
        let by_label = lines::draw(gram, labels, &seen, recipe.cost, margins);
        let index = self.index_without(fold, labels)?;
        let keep = |(at, letter): (usize, &usize)| {
            Ok(KeptOut {
                letter: *letter,
                subject: self.subjects[*letter],
                scores: by_label.iter().map(|margins| margins[at]).collect(),
                near: index.nearest(&self.stems[*letter], NEIGHBOURS)?,
            })
        };
        held.iter().enumerate().map(keep).collect()
    }

    /// The weights of the model that learned from all letters.
    fn table(&self, gram: &Gram, labels: &Labels, features: usize, recipe: &Recipe) -> Table {
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let taught = self.taught().map(|letter| &self.vectors[letter]);
        let thinning = Thinning::of(taught, features, recipe.common);
        let weigh = |label: usize, line: Line| {
            let level = levels.iter().position(|level| level.contains(&label)).unwrap_or(0);
            thinning.thin(&self.vectors, &line, label as u16, recipe.keep[level])
        };
        let (weights, bias): (Vec<Vec<Weight>>, Vec<f32>) =
            lines::draw(gram, labels, &self.subjects, recipe.cost, weigh).into_iter().unzip();
        Table::of(weights.concat(), features, thinning.into_common(), bias)
    }
}

/// Deals each subject's letters out to the folds in turn, beginning at another fold for every subject.
fn assign_folds(subjects: &[Option<Subject>], folds: usize) -> Vec<usize> {
    let mut next = std::collections::BTreeMap::new();
    let mut begin = 0;
    let mut deal = |subject: &Option<Subject>| {
        let fold = next.entry(*subject).or_insert_with(|| {
            begin += 1;
            begin
        });
        *fold += 1;
        *fold % folds
    };
    subjects.iter().map(&mut deal).collect()
}

/// Pairs of natural letters of one fold that are about different main groups.
fn mixtures(
    subjects: &[Option<Subject>],
    natural: &[bool],
    folds: &[usize],
    recipe: &Recipe,
) -> Vec<(usize, usize)> {
    let main_group = |letter: usize| subjects[letter].map(Subject::main_group);
    let count = subjects.len();
    let apart = |one: usize| {
        let mut others = (0..count).map(|step| (one + count / 2 + step * 31) % count);
        let fits = |other: &usize| {
            natural[*other]
                && folds[*other] == folds[one]
                && main_group(*other).is_some()
                && main_group(*other) != main_group(one)
        };
        others.find(fits).map(|other| (one, other))
    };
    let whole = (0..count).filter(|one| natural[*one] && main_group(*one).is_some());
    whole.step_by(recipe.mix_every.max(1)).filter_map(apart).collect()
}
