//! `stage`: the steps of a scan as programs over Arrow streams, for an engine that runs them on many machines.

mod analyse;
mod conclude;
mod context;
mod extract;
mod fold;
mod plan;

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Ending;
use crate::case::{self, Case};
use crate::cli::{Stage, StageArgs, StageCase};
use crate::pipeline::Desk;
use crate::source::Reading;
use crate::stage::{StageProblem, Tag};

/// Runs it.
pub(super) fn run(args: &StageArgs) -> Result<(), Ending> {
    match &args.stage {
        Stage::Plan(args) => plan::run(args),
        Stage::Extract(args) => extract::run(args),
        Stage::Fold(args) => fold::run(args),
        Stage::Context(args) => context::run(args),
        Stage::Analyse(args) => analyse::run(args),
        Stage::Conclude(args) => conclude::run(args),
    }
}

/// The case, whose logs may lie elsewhere than it does.
fn load(args: &StageCase) -> Result<Case, Ending> {
    let mut case = case::load_with(&args.case, &args.reading.outside).map_err(Ending::usage)?;
    if let Some(logs) = &args.logs {
        case.folder = logs.canonicalize().map_err(|error| {
            Ending::Usage(format!(
                "--logs {}: cannot be opened: {error}; name the folder that the case's `files` are relative to",
                logs.display()
            ))
        })?;
    }
    Ok(case)
}

fn reading(args: &StageCase) -> Reading {
    Reading {
        mapped: !args.reading.no_mmap,
        ..Reading::default()
    }
}

/// This program's own bytes.
fn program() -> Result<Vec<u8>, Ending> {
    let own = std::env::current_exe().and_then(std::fs::read);
    own.map_err(|error| {
        Ending::Failed(format!(
            "the program cannot read itself to tell its digest: {error}"
        ))
    })
}

/// What must be the same wherever this job runs.
fn tag(case: &Case, desk: &Desk<'_>) -> Result<Tag, Ending> {
    Ok(Tag::new(&program()?, &digests(case), desk.words()))
}

/// Digests of the case and of its tables.
fn digests(case: &Case) -> Vec<String> {
    let tables = case.tables.iter().map(|table| table.sha256.clone());
    [case.sha256.clone()].into_iter().chain(tables).collect()
}

/// What stands in the schema of a stage's stream.
fn facts(tag: &str) -> [(&'static str, String); 3] {
    [
        ("breachscope.stage", crate::stage::VERSION.to_string()),
        ("breachscope.build", crate::report::BUILD.to_owned()),
        ("breachscope.tag", tag.to_owned()),
    ]
}

/// Size and time of the last change, in nanoseconds since 1970, by which a job sees that a log is written to.
fn stand(path: &Path) -> Result<(u64, i64), Ending> {
    let facts = path.metadata().map_err(|error| {
        Ending::Failed(format!(
            "{}: cannot be opened here: {error}; logs must lie at the same place on all machines",
            path.display()
        ))
    })?;
    let seconds = facts.mtime().saturating_mul(1_000_000_000);
    Ok((facts.len(), seconds.saturating_add(facts.mtime_nsec())))
}

fn failed(problem: StageProblem) -> Ending {
    Ending::failed(problem)
}
