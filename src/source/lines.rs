//! Lines in a run of bytes, and runs of bytes cut at lines.

use std::fs::File;
use std::io;

use memchr::{Memchr, memchr, memchr_iter};

use super::layer::read_at;
use super::{Log, SourceProblem};

/// The lines of `bytes`: where each begins, and its bytes without the `\n` (a `\r` stays).
///
/// Nothing follows a final `\n`; what stands behind the last one is a line too.
pub fn lines(bytes: &[u8]) -> Lines<'_> {
    Lines {
        bytes,
        start: 0,
        ends: memchr_iter(b'\n', bytes),
    }
}

/// Iterator of [`lines`].
pub struct Lines<'a> {
    bytes: &'a [u8],
    start: usize,
    ends: Memchr<'a>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start;
        let end = match self.ends.next() {
            Some(end) => end,
            None if start < self.bytes.len() => self.bytes.len(),
            None => return None,
        };
        self.start = end + 1;
        Some((start, &self.bytes[start..end]))
    }
}

/// Cuts a window into pieces of whole lines, each of at least `pieces_of` bytes but the last.
///
/// The pieces joined are `bytes`; only a last line without `\n` leaves a piece without one.
pub fn split(bytes: &[u8], pieces_of: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let least = pieces_of.clamp(1, rest.len());
        let cut = memchr(b'\n', &rest[least - 1..]).map_or(rest.len(), |at| least + at);
        let (piece, behind) = rest.split_at(cut);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// The first place from `from` on at which a line of a plain file begins; the largest number where none does.
///
/// # Errors
/// It cannot be opened or read.
pub fn line_from(log: &Log, from: u64) -> Result<u64, SourceProblem> {
    let Some(mut at) = from.checked_sub(1) else {
        return Ok(0);
    };
    let mut find = || -> io::Result<u64> {
        let file = File::open(log.path())?;
        let mut block = vec![0; 64 << 10];
        loop {
            let got = read_at(&file, &mut block, at)?;
            if got == 0 {
                return Ok(u64::MAX);
            }
            if let Some(end) = memchr(b'\n', &block[..got]) {
                return Ok(at + end as u64 + 1);
            }
            at += got as u64;
        }
    };
    find().map_err(|error| SourceProblem::opening(log.path(), error))
}
