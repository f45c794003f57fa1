//! Statements and what became of them -> text, JSON, and an annex for a letter. Computes no figure.

pub(super) mod annex;
mod json;
mod text;

pub use annex::{statements_html, statements_markdown};
pub use json::statements_json;
pub use text::statements_text;

use std::collections::BTreeMap;

use crate::case::Case;
use crate::claims::{Claim, Claims, Example, Finding, Outcome, Pair};
use crate::words::{Stamp, behind};

/// Everything that is printed of statements.
pub struct Statements<'c> {
    /// The case.
    pub case: &'c Case,
    /// The statements.
    pub claims: &'c Claims,
    /// What became of them, in their order.
    pub findings: Vec<Finding>,
    /// Statements that cannot both hold.
    pub pairs: Vec<Pair>,
    /// The logs, in the order in which they were read.
    pub logs: Vec<LogNote>,
    /// Raw lines that are shown, by file and offset.
    pub lines: BTreeMap<(u32, u64), Cited>,
}

/// A raw line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A log as an input of the run.
#[derive(Clone, Debug)]
pub struct LogNote {
    /// Its name in tables.
    pub name: String,
    /// Name of its source.
    pub source: String,
    /// Bytes on disk, and their SHA-256.
    pub bytes: u64,
    /// SHA-256 of these.
    pub sha256: String,
    /// SHA-256 of its unpacked content.
    pub content_sha256: String,
    /// Lines in it.
    pub lines: u64,
    /// First and last stamp.
    pub span: Option<(Stamp, Stamp)>,
    /// Name of the file whose content it repeats.
    pub copy_of: Option<String>,
}

/// Longest part of a raw line that is shown; its digest is that of the whole line.
const LONGEST: usize = 2000;

impl Statements<'_> {
    /// How many statements ended so.
    fn count(&self, outcome: Outcome) -> usize {
        self.findings
            .iter()
            .filter(|one| one.outcome == outcome)
            .count()
    }

    fn both(&self) -> impl Iterator<Item = (&Claim, &Finding)> {
        self.claims.claims.iter().zip(&self.findings)
    }

    fn id(&self, index: usize) -> &str {
        self.claims
            .claims
            .get(index)
            .map_or("", |claim| claim.id.as_str())
    }

    fn file(&self, example: &Example) -> &str {
        self.logs
            .get(example.file as usize)
            .map_or("", |log| log.name.as_str())
    }

    /// `FILE:LINE@OFFSET+LENGTH`, as tables of answers write it.
    fn place(&self, example: &Example) -> String {
        let Example {
            line,
            offset,
            length,
            ..
        } = example;
        format!("{}:{line}@{offset}+{length}", self.file(example))
    }

    /// The line's digest; `None` where its text must not be shown, for with the lines beside it, it would prove a guess.
    fn digest(&self, example: &Example) -> Option<&str> {
        let line = self.lines.get(&(example.file, example.offset));
        line.filter(|_| !example.withheld)
            .map(|line| line.sha256.as_str())
    }

    /// The line's text, its control characters as codes; `None` where it must not be shown.
    fn line(&self, example: &Example) -> Option<String> {
        let line = self.lines.get(&(example.file, example.offset))?;
        if example.withheld {
            return None;
        }
        let shown = line.bytes.get(..LONGEST).unwrap_or(&line.bytes);
        let mut text = super::cells::visible(&crate::sequence::text(shown));
        if shown.len() < line.bytes.len() {
            text.push('…');
        }
        Some(text)
    }
}

/// The codes, joined.
fn codes(finding: &Finding) -> String {
    let codes: Vec<&str> = finding.reasons.iter().map(|reason| reason.code()).collect();
    codes.join(";")
}

/// Bounds in words.
fn bounds(finding: &Finding) -> String {
    match finding.interval {
        None => String::new(),
        Some(one) => {
            let max = one
                .max
                .map_or("any number".to_owned(), |max| max.to_string());
            format!("{} to {max}", one.min)
        }
    }
}

/// What the bounds count, as it reads behind them.
fn counts(finding: &Finding) -> String {
    let max = finding.interval.and_then(|one| one.max);
    behind(max.unwrap_or_default(), finding.counts)
}

/// The time looked at, in words.
fn window(finding: &Finding) -> String {
    let end = |at: Option<Stamp>| at.map_or("…".to_owned(), |at| at.to_string());
    format!(
        "{} until {}",
        end(finding.cover.window.0),
        end(finding.cover.window.1)
    )
}

/// The word for people.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotDeterminable => "not determinable",
        other => other.word(),
    }
}
