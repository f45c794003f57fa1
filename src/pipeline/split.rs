//! Inputs cut into splits that are read apart: ranges of plain files whose lines stand for themselves, all others whole.
//!
//! A line belongs to the split that holds its first byte. How what came of them is put together is left to `pieces`.

use memchr::memchr;

use super::extract::{Desk, Input};
use super::{Observer, PipelineProblem};
use crate::format::State;
use crate::route::extract::Part;
use crate::source::{Ending, Reader, Reading, SourceProblem, Window};

/// Bytes of a file's beginning that are looked at for what its format remembers.
const BEGINNING: usize = 256 << 10;

/// Some bytes of an input, to be read apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Index of the input.
    pub file: usize,
    /// From which byte on lines begin, and before which; `None` = all of it, with its digests in the same pass.
    pub range: Option<(u64, u64)>,
    /// Bytes of the file on disk.
    pub size: u64,
}

/// What came of a split.
#[derive(Debug)]
pub struct Piece {
    /// Index of the input.
    pub file: usize,
    /// As [`Split::range`].
    pub range: Option<(u64, u64)>,
    /// What came of its lines. Its accesses may have gone another way.
    pub part: Part,
    /// How many accesses came of them.
    pub accesses: u64,
    /// Digests, packing and damage of a whole file.
    pub ending: Option<Ending>,
    /// The format remembers something of its lines for those behind: then the file cannot be read in ranges.
    pub remembers: bool,
}

/// Cuts inputs into splits of about `most` bytes, in the order of the inputs and of their bytes.
///
/// # Errors
/// An input cannot be opened or read, or is a pipe, which cannot be read on several machines.
pub fn splits(inputs: &[Input], most: u64) -> Result<Vec<Split>, PipelineProblem> {
    let mut all = Vec::new();
    for (file, input) in inputs.iter().enumerate() {
        if !input.log.is_file() {
            return Err(PipelineProblem::Pieces(format!(
                "{}: is a pipe, which only one program on one machine can read: use `scan`, or write it to a file",
                input.name
            )));
        }
        let facts = input.log.path().metadata();
        let facts = facts.map_err(|e| SourceProblem::opening(input.log.path(), e))?;
        let size = facts.len();
        if size <= most || !goes_in_ranges(input)? {
            let range = None;
            all.push(Split { file, range, size });
            continue;
        }
        let count = size.div_ceil(most.max(1));
        let bounds =
            (0..=count).map(|at| (u128::from(size) * u128::from(at) / u128::from(count)) as u64);
        let bounds: Vec<u64> = bounds.collect();
        all.extend(bounds.windows(2).map(|two| Split {
            file,
            range: Some((two[0], two[1])),
            size,
        }));
    }
    Ok(all)
}

/// Whether an input is plain and each of its lines is read by itself, as far as its beginning tells.
fn goes_in_ranges(input: &Input) -> Result<bool, SourceProblem> {
    if !input.format.reads_each_line_alone() {
        return Ok(false);
    }
    let how = Reading {
        mapped: false,
        window: BEGINNING,
    };
    let mut reader = Reader::open(&input.log, &how)?;
    if !reader.is_plain() {
        return Ok(false);
    }
    let mut state = State::default();
    if let Some(window) = reader.next()? {
        input
            .format
            .advance(&mut state, window.bytes(), window.offset);
    }
    Ok(state.remembers_nothing())
}

impl Desk<'_> {
    /// Reads a split.
    ///
    /// # Errors
    /// The file cannot be read; the user's stop.
    pub fn read_split(
        &self,
        file: usize,
        range: Option<(u64, u64)>,
        observer: &dyn Observer,
    ) -> Result<Piece, PipelineProblem> {
        let (part, state, ending) = match range {
            None => {
                let read = self.read_whole(file, observer)?;
                (read.part, State::default(), Some(read.ending))
            }
            Some(range) => {
                let (part, state) = self.read_range(file, range, observer)?;
                (part, state, None)
            }
        };
        Ok(Piece {
            file,
            range,
            accesses: part.accesses.len() as u64,
            part,
            ending,
            remembers: !state.remembers_nothing(),
        })
    }

    /// Reads a file for its digests alone.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn digest(&self, file: usize) -> Result<Ending, PipelineProblem> {
        let reader = Reader::open(&self.inputs[file].log, &Reading::default())?;
        Ok(reader.finish()?)
    }
}

/// How many bytes of a window belong to lines that begin before `until`; its first line does.
pub(super) fn cut(window: &Window, until: u64) -> usize {
    let bytes = window.bytes();
    if window.overlong.is_some() {
        return bytes.len();
    }
    // The line that holds the last byte before `until` is the last one.
    let last = until.saturating_sub(1).saturating_sub(window.offset);
    let last = usize::try_from(last).unwrap_or(usize::MAX);
    match bytes.get(last..).and_then(|rest| memchr(b'\n', rest)) {
        Some(end) => last + end + 1,
        None => bytes.len(),
    }
}
