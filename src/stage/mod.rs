//! The stages of a scan as programs over streams of rows, for an engine that runs them on many machines.
//!
//! `extract` turns splits of files into accesses, `fold` puts together those of each account, `context` looks up what
//! judging one account needs of all, `analyse` judges each account alone, `conclude` makes of all what `scan` makes of files. Each calls what `scan` calls; here stands only how rows are written ([`wire`],
//! [`rows`]), how a stage knows that it is the same program over the same case as the others ([`Tag`]), and what makes a
//! stream whole. What a file's split is, is left to `pipeline`, which engine runs them to `cluster/`.

mod context;
mod fold;
mod gather;
mod judge;
pub mod rows;
mod told;
pub mod wire;

use std::fmt;

use crate::source::digest_of;

pub use context::Context;
pub use fold::fold;
pub use gather::Gather;
pub use judge::{Groups, Verdicts};
pub use told::Told;

/// Raised when rows or their meaning change.
pub const VERSION: u32 = 3;

/// Why a stage ends early: what happened and what to do.
#[derive(Debug)]
pub struct StageProblem {
    message: String,
}

impl StageProblem {
    /// In the user's words.
    pub fn new(message: impl Into<String>) -> StageProblem {
        StageProblem {
            message: message.into(),
        }
    }

    pub(crate) fn stream(error: impl fmt::Display) -> StageProblem {
        StageProblem::new(format!(
            "the stream on stdin is no whole Arrow IPC stream: {error}; whoever wrote it has failed: look there"
        ))
    }

    pub(crate) fn writing(error: impl fmt::Display) -> StageProblem {
        StageProblem::new(format!(
            "rows cannot be written to stdout: {error}; whoever reads them has ended: look there"
        ))
    }

    pub(crate) fn cut() -> StageProblem {
        StageProblem::new(
            "the stream on stdin is cut: it ends without its end; whoever wrote it has failed: look there",
        )
    }
}

impl fmt::Display for StageProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StageProblem {}

/// What must be the same wherever a stage of one job runs: the program, the case with its tables, and the inputs that the
/// case names, with the first line of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    program: String,
    case: String,
    inputs: String,
}

impl Tag {
    /// From the program's own bytes, the digests of the case and of its tables, and the inputs in words.
    pub fn new(program: &[u8], case: &[String], inputs: &str) -> Tag {
        let short = |bytes: &[u8]| digest_of(bytes)[..16].to_owned();
        Tag {
            program: short(program),
            case: short(case.join("\n").as_bytes()),
            inputs: short(inputs.as_bytes()),
        }
    }

    /// Whether a job's tag, as text, is this one.
    ///
    /// # Errors
    /// What differs, and what to do.
    pub fn check(&self, job: &str) -> Result<(), StageProblem> {
        Tag::check_program(job, &self.program)?;
        let mut parts = job.split(':').skip(2);
        if parts.next() != Some(&self.case) {
            return Err(StageProblem::new(
                "the case or one of its tables here is not the job's: ship the case's folder anew with the job",
            ));
        }
        match parts.next() == Some(&self.inputs) {
            true => Ok(()),
            false => Err(StageProblem::new(
                "the logs that the case names are not the same here as where the job was planned, by their names and first \
                 lines: mount the same folder everywhere and name it with --logs",
            )),
        }
    }

    /// Whether a job's tag, as text, is that of this program and case, wherever the logs are.
    ///
    /// # Errors
    /// What differs, and what to do.
    pub fn check_but_logs(job: &str, program: &[u8], case: &[String]) -> Result<(), StageProblem> {
        let inputs = job.rsplit(':').next().unwrap_or_default().to_owned();
        let own = Tag {
            inputs,
            ..Tag::new(program, case, "")
        };
        own.check(job)
    }

    /// Whether a job's tag, as text, names the program with these bytes.
    ///
    /// # Errors
    /// It does not.
    pub fn check_own_program(job: &str, program: &[u8]) -> Result<(), StageProblem> {
        Tag::check_program(job, &digest_of(program)[..16])
    }

    fn check_program(job: &str, program: &str) -> Result<(), StageProblem> {
        let mut parts = job.split(':');
        if parts.next() != Some(&VERSION.to_string()) {
            return Err(StageProblem::new(format!(
                "the job's tag {job:?} is not of version {VERSION} of the stages: plan the job with this build"
            )));
        }
        match parts.next() == Some(program) {
            true => Ok(()),
            false => Err(StageProblem::new(
                "the program here is not the one that planned the job: ship one binary to all machines",
            )),
        }
    }
}

/// `VERSION:PROGRAM:CASE:INPUTS`.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{VERSION}:{}:{}:{}",
            self.program, self.case, self.inputs
        )
    }
}
