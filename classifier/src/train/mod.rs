//! Training: letters whose subject is known in, a model file out; computes, nothing else.
//!
//! [`train`] tells the steps. The costly one is made cheap by [`Gram`]: every letter is compared with every
//! other once, and all that follows, 2,925 lines in each cross-validation fold and in the end, reads those
//! products.

mod choice;
mod corpus;
mod course;
mod doubt;
mod gram;
mod kept_out;
mod lines;
mod svm;
mod thinning;

pub(crate) use choice::{Case, Prior, choose_near};
pub use corpus::{Corpus, Labelled, NotCorpus, Vein};
pub use course::{Recipe, Trained, train};
pub use doubt::Outcome;
pub use gram::Gram;
pub use svm::{Line, separate};
