//! Stretches of a file in which lines were overwritten: zeros that a crash left, bytes that are no text.
//!
//! A file system loses whole blocks, so what is shorter than one is noise: a client's hello, zeros before a line. Before
//! a file's first request and behind its last nothing was written yet. Parts merge to the same whatever the cuts.

use serde::{Deserialize, Serialize};

/// A block of a file system, in bytes.
pub const BLOCK: u64 = 4096;
/// One byte in so many that is no text makes a line none.
const SHARE: usize = 8;

/// Bytes in which nothing could be read, and where they begin.
type Run = Option<(u64, u64)>;

/// The dark stretches of a file, in line order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dark {
    /// Before the first line that was read.
    head: Run,
    /// Behind the last one.
    tail: Run,
    /// Whether a line was read at all.
    lit: bool,
    /// Stretches of a [`BLOCK`] and more between lines that were read, and where the first of them begins.
    count: u64,
    first: Option<u64>,
}

impl Dark {
    /// How many stretches lie between lines that were read, and the offset of the first.
    pub fn stretches(&self) -> Option<(u64, u64)> {
        self.first.map(|first| (self.count, first))
    }

    /// Takes in bytes of a line in which nothing could be read.
    pub(super) fn push(&mut self, at: u64, bytes: u64) {
        if bytes > 0 {
            self.add(Some((at, bytes)));
        }
    }

    /// Takes in a line that was read.
    #[inline]
    pub(super) fn light(&mut self) {
        if self.tail.is_some() {
            self.close();
        }
        self.lit = true;
    }

    /// Takes in what follows.
    pub(super) fn absorb(&mut self, next: Dark) {
        self.add(next.head);
        if next.lit {
            self.light();
            self.tail = next.tail;
        }
        self.count += next.count;
        self.first = self.first.or(next.first);
    }

    fn add(&mut self, run: Run) {
        let end = if self.lit {
            &mut self.tail
        } else {
            &mut self.head
        };
        *end = match (*end, run) {
            (Some((at, length)), Some((_, more))) => Some((at, length.saturating_add(more))),
            (known, new) => known.or(new),
        };
    }

    fn close(&mut self) {
        if let Some((at, length)) = self.tail.take()
            && length >= BLOCK
        {
            self.count += 1;
            self.first = self.first.or(Some(at));
        }
    }
}

/// Zeros in a line, wherever they stand.
pub(super) fn zeros(line: &[u8]) -> u64 {
    memchr::memchr_iter(0, line).count() as u64
}

/// How many bytes of a line that could not be read are no text, or stand between such; its zeros are counted apart.
pub(super) fn unreadable(line: &[u8]) -> u64 {
    let mut strange = 0;
    for chunk in line.utf8_chunks() {
        let controls = chunk.valid().bytes();
        strange += controls
            .filter(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\r' | 0x1b))
            .count();
        strange += chunk.invalid().len();
    }
    match strange * SHARE >= line.len() {
        true => line.len() as u64 - zeros(line),
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Dark, unreadable, zeros};

    /// `.` a line that was read, a number so many dark bytes.
    fn of(parts: &[&[u64]]) -> Dark {
        let mut all = Dark::default();
        let mut at = 0;
        for part in parts {
            let mut one = Dark::default();
            for bytes in *part {
                match bytes {
                    0 => one.light(),
                    bytes => one.push(at, *bytes),
                }
                at += bytes + 1;
            }
            all.absorb(one);
        }
        all
    }

    #[test]
    fn stretches_are_told_between_lines_whatever_the_cuts() {
        let half = BLOCK / 2;
        let lines = [
            half, half, 0, 0, half, half, 0, 10, 0, BLOCK, 0, BLOCK, BLOCK,
        ];
        let whole = of(&[&lines]);
        assert_eq!(whole.stretches(), Some((2, 2 * half + 4)));
        for first in 0..=lines.len() {
            for second in first..=lines.len() {
                let cut = of(&[&lines[..first], &lines[first..second], &lines[second..]]);
                assert_eq!(cut, whole, "cut at {first} and {second}");
            }
        }
        assert_eq!(of(&[&[BLOCK, 0, 5, 0, BLOCK]]).stretches(), None);
    }

    #[test]
    fn text_that_is_no_request_is_no_dark() {
        assert_eq!(unreadable(b"java.lang.NullPointerException: r\xe4v"), 0);
        assert_eq!((unreadable(&[0; 700]), zeros(&[0; 700])), (0, 700));
        assert_eq!(unreadable(b"\x8f\x01\xfe\xff\x90ab"), 7);
    }
}
