//! Content that is given twice: whole files that repeat another, and lines that a rotation left in two.

use super::PipelineProblem;
use super::extract::{Input, ReadFile};
use crate::source::Log;
use crate::source::overlap::{self, Heads, Hits, Overlap};

/// A file whose whole content an earlier one has already is a copy of that one.
pub(super) fn mark_copies(files: &mut [ReadFile]) {
    for later in 1..files.len() {
        let (before, rest) = files.split_at_mut(later);
        let copy = &mut rest[0];
        let same = |file: &ReadFile| {
            file.copy_of.is_none()
                && file.ending.content_bytes > 0
                && file.ending.content_sha256 == copy.ending.content_sha256
        };
        copy.copy_of = before.iter().position(same);
    }
}

/// Overlaps among files that are no copies as a whole.
pub(super) fn overlaps(
    inputs: &[Input],
    files: &[ReadFile],
    heads: &Heads,
) -> Result<Vec<Overlap>, PipelineProblem> {
    let mut hits = Hits::default();
    for file in files.iter().filter(|file| file.copy_of.is_none()) {
        hits.merge(file.part.hits.clone());
    }
    let logs: Vec<Log> = inputs.iter().map(|input| input.log.clone()).collect();
    let mut found = overlap::confirm(&hits, heads, &logs)?;
    found.retain(|overlap| files[overlap.copy].copy_of.is_none());
    Ok(found)
}
