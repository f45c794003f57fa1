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

use serde_json::Value;

pub use words::Language;

/// The page's own name in an answer; it is left out of the digests that it shows.
pub const FILE: &str = "report.html";

/// The finished files of an answer that the page is made from.
pub struct Source<'a> {
    /// The manifest, with or without the page itself among its outputs.
    pub manifest: Value,
    /// The bytes of a file by its name, or a sentence that says why there are none.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl Source<'_> {
    pub(super) fn json(&self, file: &str) -> Result<Value, String> {
        serde_json::from_slice(&(self.read)(file)?)
            .map_err(|e| format!("{file} is no JSON: {e}; make the answer again"))
    }
}

/// The page in a language.
///
/// # Errors
/// A sentence: a file of the answer is missing, was changed, or is none of this program's.
pub fn render(source: &Source<'_>, language: Language) -> Result<Vec<u8>, String> {
    let words = words::Words::of(language)?;
    let page = gather::page(source, words)?;
    assemble::file(&page)
}
