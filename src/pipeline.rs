//! Files -> parts -> one extraction; accounts -> outcomes -> one analysis. The only home of rayon.
//!
//! Parallel work is "make one, fold, merge in order": a worker knows nothing of threads, and the order of
//! merging is that of the files, windows and accounts, never that of finishing.

mod analyse;
mod copies;
mod extract;
mod keep;
mod pieces;
mod records;
mod shelf;
mod split;
mod survey;

pub use analyse::{
    AccountOutcome, AfterClosing, Analysis, Common, Details, Material, Panel, Returned, Seen,
    SetAside, Shared, Watched, analyse, look_apart, together,
};
pub use extract::{Desk, Extraction, Input, ReadFile, extract};
pub use keep::Keep;
pub use pieces::{Gathered, Whence, gather};
pub use records::{Records, Shown};
pub use shelf::{Keeping, Looks, Ready, Shelf, Writing};
pub use split::{Piece, Split, splits};
pub use survey::survey;

use std::fmt;

use rayon::prelude::*;

use crate::sequence::CeilingReached;
use crate::source::SourceProblem;

/// Told how far the work is; asked whether to go on.
pub trait Observer: Sync {
    /// So many more bytes of the files, as they lie on disk, were read.
    fn read(&self, bytes: u64);
    /// Whether the user wants to stop.
    fn stopped(&self) -> bool;
}

/// Nobody looks on.
pub struct Unobserved;

impl Observer for Unobserved {
    fn read(&self, _bytes: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// Why the pipeline stopped.
#[derive(Debug)]
pub enum PipelineProblem {
    /// A file cannot be read.
    Source(SourceProblem),
    /// Names need more memory than allowed.
    Ceiling(CeilingReached),
    /// The user stopped it.
    Stopped,
    /// The threads could not be started.
    Threads(String),
    /// What was read apart does not fit together.
    Pieces(String),
}

impl fmt::Display for PipelineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PipelineProblem::Source(problem) => problem.fmt(f),
            PipelineProblem::Ceiling(reached) => write!(
                f,
                "the names of accounts, addresses and IDs need {} bytes of memory so far, --memory allows {}; only \
                 accesses go to disk: raise it, narrow the case's routes, or split the case by source",
                reached.needed, reached.ceiling
            ),
            PipelineProblem::Stopped => f.write_str("stopped"),
            PipelineProblem::Pieces(problem) => f.write_str(problem),
            PipelineProblem::Threads(problem) => write!(f, "cannot start threads: {problem}"),
        }
    }
}

impl std::error::Error for PipelineProblem {}

impl From<SourceProblem> for PipelineProblem {
    fn from(problem: SourceProblem) -> PipelineProblem {
        PipelineProblem::Source(problem)
    }
}

/// Does work on all threads: once with each number below a count.
pub fn side_by_side(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).into_par_iter().for_each(work);
}

/// Does two things on all threads.
pub fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(one, other)
}

/// Runs `work` with so many threads; `None` = as many as there are cores.
///
/// # Errors
/// The threads cannot be started.
pub fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, PipelineProblem> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|e| PipelineProblem::Threads(e.to_string()))?;
    Ok(pool.install(work))
}
