//! An authority's questions, answered with what a finished answer shows.
//!
//! The questions are data: a template names facts, `facts` tells each with its bounds and the file that it is from, and
//! `render` writes it down. What only a human can say is left as a marked blank and never invented.

mod facts;
mod render;
mod template;

use std::path::Path;

use super::finished::Finished;
use super::formats;
use super::html::Language;
use crate::case::CaseProblem;

pub use render::Form;
pub use template::Template;

/// The shipped templates by name; the build lists the folder, so that a new file is all that a new template takes.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Names of the shipped templates.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The template of a name, or of a file of the user's own.
///
/// # Errors
/// File, line, key and what to do; the nearest known name where a fact, a key or a template is unknown.
pub fn template(named: &Path) -> Result<Template, CaseProblem> {
    template::load(named, SHIPPED)
}

/// The answers' bytes.
///
/// # Errors
/// A sentence: the answer is not what its manifest says.
pub fn answers(
    answer: &Finished,
    template: &Template,
    language: Language,
    form: Form,
) -> Result<Vec<u8>, String> {
    let content = formats::content(answer, language)?;
    let read = |file: &str| answer.bytes(file);
    let open = |file: &str| answer.open_file(file);
    let source = answer.source(&read, &open);
    let facts = facts::Facts {
        content: &content,
        source: &source,
    };
    render::bytes(&facts, template, form)
}
