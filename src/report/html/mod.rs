//! `report.html`: one page for people, made from a finished answer's files and from nothing else, so that `scan` and
//! `report` write the same bytes.
//!
//! Rust gathers (`gather` and its helpers), says the sentences and the ledger (`sentences`, `still`) and puts the file
//! together (`assemble`); how it looks and behaves is told in `page/`, its words in `strings/`. No figure is computed
//! here that the answer's files do not hold; lines, subjects and requests behind a figure are only counted.

pub(super) mod accesses;
mod accounts;
mod assemble;
pub(super) mod clock;
mod controllers;
mod findings;
mod gather;
mod held;
mod lines;
pub(super) mod sentences;
pub(super) mod still;
mod subjects;
mod timeline;
mod walk;
pub(in crate::report) mod words;

use std::io::{self, Read, Write};

use serde_json::Value;

use super::entries::{self, Each};

pub use words::Language;

/// The page's own name in an answer; it is left out of the digests that it shows.
pub const FILE: &str = "report.html";

/// How a file of an answer is opened by its name; an error is a sentence.
pub type Opening<'a> = dyn Fn(&str) -> Result<Box<dyn Read>, String> + 'a;

/// The finished files of an answer that the page is made from.
pub struct Source<'a> {
    /// The manifest, with or without the page itself among its outputs.
    pub manifest: Value,
    /// The bytes of a file by its name, or a sentence that says why there are none.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
    /// The same to read on: an error at its end, where its bytes are not those that the manifest names.
    pub open: &'a Opening<'a>,
}

impl Source<'_> {
    /// `findings.json`, whose entries of accounts `each` takes one by one.
    pub(super) fn findings(&self, each: Each<'_>) -> Result<Value, String> {
        entries::read((self.open)(entries::FILE)?, each)
    }
}

/// A page that only has to be written.
pub struct Page(gather::Page);

/// The page in a language.
///
/// # Errors
/// A sentence: a file of the answer is missing, was changed, or is none of this program's.
pub fn page(source: &Source<'_>, language: Language) -> Result<Page, String> {
    let words = words::Words::of(language)?;
    gather::page(source, words).map(Page)
}

impl Page {
    /// Writes it.
    ///
    /// # Errors
    /// As `to` has them.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        assemble::write(&self.0, to)
    }
}
