//! What logs carry and can answer, before anybody has written a case: sources, fields, routes, questions.
//!
//! Pure over sampled lines and records: [`recognise`] says how a file is written, [`account`] where it
//! names who asked, [`Gatherer`] what its lines carry and ask for, [`assemble`] puts that together by
//! source, [`questions`] says what could be answered from it, and [`propose`] makes a case of it. Reading files is left to `source` and
//! `pipeline`, words on the screen to `report`. Nothing is invented: what cannot be told is `None`.

pub mod account;
mod ask;
mod assemble;
mod doubts;
mod figures;
mod gather;
mod json;
mod known;
mod layout;
mod mask;
pub mod propose;
mod questions;
mod recognise;
pub mod shape;
mod table;
mod tree;
mod values;

pub use ask::{Wish, wishes};
pub use assemble::{FileNote, Input, Route, Source, Survey, Told, Variable, assemble};
pub use figures::{Figures, Leaf};
pub use gather::{Facts, Field, Gatherer, Jump};
pub use known::Known;
pub use mask::mask;
pub use questions::{Answer, Finding, Verdict, answers};
pub use recognise::{Recognised, Sample, recognise};
pub use tree::{Template, Tree};
pub use values::{Distinct, Sizes, Values};

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// One of several readings.
    Guess,
    /// What it mostly is.
    Likely,
    /// Held against the directory, or beyond doubt.
    Sure,
}

impl Sureness {
    /// The word for comments and tables.
    pub fn word(self) -> &'static str {
        match self {
            Sureness::Guess => "guess",
            Sureness::Likely => "likely",
            Sureness::Sure => "sure",
        }
    }
}
