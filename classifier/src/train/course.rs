//! The course of a training, from letters to a model file.

use std::collections::{BTreeMap, BTreeSet};

use kle::Subject;

use super::corpus::{Corpus, Labelled, Vein};
use super::doubt::{Outcome, doubts};
use super::gram::Gram;
use super::kept_out::{KeptOut, blend};
use super::thinning::Thinning;
use super::{lines, svm::Line};
use crate::LetterText;
use crate::features::{Vector, Vocabulary};
use crate::halves::halves;
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
    /// How many folds the cross-validation has. Kept out are natural letters alone, a file of them whole.
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
            folds: 3,
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
        kept_out.extend(letters.keep_out(fold, &gram, &labels, vocabulary.len(), recipe)?);
    }
    tell("lærer at veje og at tvivle");
    let blend = blend(&labels, &kept_out);
    let (confidence, outcomes) = doubts(&labels, &blend, &kept_out, &letters);
    drop(kept_out);
    tell("træner på alle breve");
    let table = letters.table(&gram, &labels, &letters.subjects, vocabulary.len(), recipe);
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
pub(super) struct Letters {
    pub(super) vectors: Vec<Vector>,
    /// The halves of natural letters.
    halves: Vec<Option<[Vector; 2]>>,
    stems: Vec<Vec<u32>>,
    /// By number; `None` for a letter that belongs nowhere.
    subjects: Vec<Option<usize>>,
    /// Subjects, groups and main groups that are right, by number.
    pub(super) right: Vec<Vec<usize>>,
    /// How many letters somebody wrote; what comes after them was put together here.
    pub(super) written: usize,
    pub(super) folds: Vec<usize>,
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
        let mut folds = assign_folds(&corpus, recipe.folds);
        let natural: Vec<bool> = corpus.letters().map(|labelled| labelled.vein == Vein::Natural).collect();
        let written = corpus.len();
        for (one, other) in mixtures(&subject(&corpus), &natural, &folds, recipe) {
            corpus.add_mixture(one, other);
            folds.push(folds[one]);
        }
        let number = |subject: Option<Subject>| subject.and_then(|subject| labels.number(subject));
        let vectors = corpus.letters().map(|labelled| vocabulary.vector(&labelled.letter)).collect();
        let half = |body: &str| vocabulary.vector(&LetterText { label: "", body });
        let in_halves = |labelled: Labelled<'_>| {
            let natural = labelled.vein == Vein::Natural;
            halves(labelled.letter.body).filter(|_| natural).map(|parts| parts.map(half))
        };
        let halves = corpus.letters().map(in_halves).collect();
        let stems = corpus.letters().map(|labelled| danish.hashes(&labelled.letter)).collect();
        let subjects = corpus.letters().map(|labelled| number(labelled.subject)).collect();
        let right = corpus.letters().map(|labelled| {
            let accepted = labelled.subject.iter().chain(labelled.also);
            accepted.flat_map(|subject| subject.prefixes()).filter_map(|label| labels.number(label)).collect()
        });
        let right = right.collect();
        Self { vectors, halves, stems, subjects, right, written, folds }
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
        features: usize,
        recipe: &Recipe,
    ) -> Result<Vec<KeptOut>, IndexFault> {
        let held: Vec<usize> = (0..self.vectors.len()).filter(|letter| self.folds[*letter] == fold).collect();
        let seen: Vec<Option<usize>> = self
            .subjects
            .iter()
            .zip(&self.folds)
            .map(|(subject, of)| subject.filter(|_| *of != fold))
            .collect();
        let table = self.table(gram, labels, &seen, features, recipe);
        let index = self.index_without(fold, labels)?;
        let keep = |letter: &usize| {
            let halves = self.halves[*letter].as_ref();
            Ok(KeptOut {
                letter: *letter,
                subject: self.subjects[*letter],
                scores: table.scores(&self.vectors[*letter]),
                halves: halves.map(|halves| halves.each_ref().map(|half| table.scores(half))),
                near: index.nearest(&self.stems[*letter], NEIGHBOURS)?,
            })
        };
        held.iter().map(keep).collect()
    }

    /// The weights of a model that learned from the letters for which a subject is given.
    fn table(
        &self,
        gram: &Gram,
        labels: &Labels,
        subjects: &[Option<usize>],
        features: usize,
        recipe: &Recipe,
    ) -> Table {
        let levels = [labels.subjects(), labels.groups(), labels.main_groups()];
        let taught = self.vectors.iter().zip(subjects).filter(|(_, subject)| subject.is_some());
        let taught = taught.map(|(vector, _)| vector);
        let thinning = Thinning::of(taught, features, recipe.common);
        let weigh = |label: usize, line: Line| {
            let level = levels.iter().position(|level| level.contains(&label)).unwrap_or(0);
            thinning.thin(&self.vectors, &line, label as u16, recipe.keep[level])
        };
        let (weights, bias): (Vec<Vec<Weight>>, Vec<f32>) =
            lines::draw(gram, labels, subjects, recipe.cost, weigh).into_iter().unzip();
        Table::of(weights.concat(), features, thinning.into_common(), bias)
    }
}

/// The fold of a letter that is never kept out.
const NEVER: usize = usize::MAX;

/// Puts a file of natural letters into one fold, so that letters are kept out together with their writers: real letters are by
/// nobody whom training has met. Short letters are never kept out. Where there are fewer files than folds, and for letters
/// that belong nowhere, each subject's letters are dealt out in turn, beginning at another fold for every subject.
fn assign_folds(corpus: &Corpus, folds: usize) -> Vec<usize> {
    let is_natural = |labelled: &Labelled<'_>| labelled.vein == Vein::Natural;
    let files: BTreeSet<usize> = corpus
        .letters()
        .filter(|labelled| is_natural(labelled) && labelled.subject.is_some())
        .map(|labelled| labelled.file)
        .collect();
    let by_file = files.len() >= folds;
    let mut next = BTreeMap::new();
    let mut begin = 0;
    let mut deal = |subject: Option<Subject>| {
        let fold = next.entry(subject).or_insert_with(|| {
            begin += 1;
            begin
        });
        *fold += 1;
        *fold % folds
    };
    let fold = |labelled: Labelled<'_>| match labelled.subject {
        _ if !is_natural(&labelled) => NEVER,
        Some(_) if by_file => files.range(..labelled.file).count() % folds,
        subject => deal(subject),
    };
    corpus.letters().map(fold).collect()
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
