//! Lines in a run of bytes, and runs of bytes cut at lines.

use memchr::{Memchr, memchr, memchr_iter};

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
