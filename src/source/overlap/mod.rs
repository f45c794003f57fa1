//! Lines that a rotation has left in two files of one source.
//!
//! The rule: file B's first record line (not blank, not `#…`) stands in file A, and from there on
//! both agree byte for byte, line ends `\n` and `\r\n` taken as the same, until A ends or B ends,
//! over at least two lines, or over the whole of a B of one line. Then those lines of B are a copy;
//! they stay in A and count once. Where B ends first, all of it from that line on is a copy. A last
//! line that A cut short stays with B; one that B cut short is a copy of A's.
//!
//! While the lines are read anyway, [`Heads::hit`] looks for first lines and [`Hits`] keeps where
//! they stood; [`confirm`] then reads both sides again and compares. Equal hashes decide nothing.
//! Memory depends on the number of files, never on their size.
//!
//! Left out: lines longer than [`LINE_CAP`](super::LINE_CAP) never agree, pipes cannot be read
//! again, and a first record line right behind a byte order mark is not looked for.

mod confirm;
mod heads;
mod hits;

pub use confirm::{Overlap, confirm};
pub use heads::{Head, Heads, head_line};
pub use hits::Hits;

/// A line without the `\r` of its line end: `\n` and `\r\n` are no difference.
fn text(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
