//! The exact comparison of what might be a copy, and the choice among several.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr;

use super::super::{Log, Reader, Reading, SourceProblem, Window};
use serde::{Deserialize, Serialize};

use super::{Heads, Hits, text};

/// Lines of one file that stand in another, where they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// Index of the file whose lines are the copy.
    pub copy: usize,
    /// Index of the file that keeps them.
    pub of: usize,
    /// Where they begin in `copy`.
    pub copy_from: u64,
    /// Where the first byte behind them stands in `copy`.
    pub copy_until: u64,
    /// How many lines they are, blank ones and directives in between included.
    pub lines: u64,
    /// Where they begin in `of`.
    pub of_from: u64,
}

/// Compares every hit to the byte and says which files begin with a copy; at most one overlap a
/// file, the longest, sorted by `copy`. No line is a copy of a copy of itself: of two files that
/// hold each other, the earlier keeps the lines.
///
/// `logs` are all files by index.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next`].
pub fn confirm(hits: &Hits, heads: &Heads, logs: &[Log]) -> Result<Vec<Overlap>, SourceProblem> {
    let mut found: BTreeMap<(usize, usize), Overlap> = BTreeMap::new();
    let mut held: Option<(usize, Cursor)> = None;
    for (of, of_from, copy) in hits.in_order() {
        let (Some((source, own)), Some((other, head))) = (heads.of(of), heads.of(copy)) else {
            continue;
        };
        let (Some(of_log), Some(copy_log)) = (logs.get(of), logs.get(copy)) else {
            continue;
        };
        // Where both begin alike, each is a copy of the other; the earlier file keeps the lines.
        let mirrored = own.offset == of_from && copy < of;
        // Rows whose day stands above them are copies only as the beginning of a file that begins alike.
        let alike = head.day.is_none() || own.offset == of_from && own.day == head.day;
        if source != other || !alike || mirrored || found.contains_key(&(copy, of)) {
            continue;
        }
        let before = held
            .take()
            .filter(|(file, _)| *file == of)
            .map(|(_, cursor)| cursor);
        let mut original = Cursor::at(of_log, of_from, before)?;
        let mut suspect = Cursor::at(copy_log, head.offset, None)?;
        if let Some((copy_until, lines)) = agree(&mut original, &mut suspect)? {
            let overlap = Overlap {
                copy,
                of,
                copy_from: head.offset,
                copy_until,
                lines,
                of_from,
            };
            found.insert((copy, of), overlap);
        }
        held = Some((of, original));
    }
    Ok(choose(found.into_values().collect()))
}

/// How far the copy agrees with the original, as the offset behind it and the number of lines;
/// `None` when they part before either ends, or agree over too little.
fn agree(original: &mut Cursor, copy: &mut Cursor) -> Result<Option<(u64, u64)>, SourceProblem> {
    let mut lines = 0;
    let mut until = copy.offset();
    let mut copy_ended = false;
    while !copy_ended && copy.load()? && original.load()? {
        let (a, b) = (original.line(), copy.line());
        let (Some((a, a_ended)), Some((b, b_ended))) = (a, b) else {
            return Ok(None);
        };
        if text(a) != text(b) {
            let cut_in_copy = !b_ended && a.starts_with(b);
            if !cut_in_copy && !a_ended && b.starts_with(a) {
                break;
            }
            if !cut_in_copy {
                return Ok(None);
            }
            copy_ended = true;
        }
        original.step();
        copy.step();
        lines += 1;
        until = copy.offset();
    }
    let whole = copy_ended || !copy.load()?;
    Ok((lines >= 2 || (lines == 1 && whole)).then_some((until, lines)))
}

/// One overlap a copy, the longest that does not make a circle of copies.
fn choose(mut found: Vec<Overlap>) -> Vec<Overlap> {
    found.sort_by_key(|o| (o.copy, std::cmp::Reverse(o.lines), o.of));
    let mut chosen: BTreeMap<usize, Overlap> = BTreeMap::new();
    for overlap in found {
        if !chosen.contains_key(&overlap.copy) && !leads_to(&chosen, overlap.of, overlap.copy) {
            chosen.insert(overlap.copy, overlap);
        }
    }
    chosen.into_values().collect()
}

/// Whether following copies to their originals comes from one file to another.
fn leads_to(chosen: &BTreeMap<usize, Overlap>, from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = from;
    while at != to {
        match chosen.get(&at) {
            Some(overlap) if seen.insert(at) => at = overlap.of,
            _ => return false,
        }
    }
    true
}

/// A place in a file that moves line by line.
struct Cursor {
    reader: Reader,
    window: Option<Window>,
    /// Where the line begins, in the window.
    at: usize,
    /// Where the window begins, or the next one would.
    base: u64,
}

/// Both sides are read plainly, in blocks small enough for a hit that is none to cost little.
const BLOCKS: Reading = Reading {
    mapped: false,
    window: 128 << 10,
};

impl Cursor {
    /// At an offset; a cursor of the same file that stands before it saves unpacking it again.
    fn at(log: &Log, offset: u64, before: Option<Cursor>) -> Result<Cursor, SourceProblem> {
        if let Some(mut cursor) = before
            && cursor.reader.is_packed()
            && cursor.base <= offset
        {
            cursor.pass(offset)?;
            return Ok(cursor);
        }
        let reader = Reader::open_at(log, &BLOCKS, offset)?;
        Ok(Cursor {
            reader,
            window: None,
            at: 0,
            base: offset,
        })
    }

    fn pass(&mut self, offset: u64) -> Result<(), SourceProblem> {
        while self.load()? {
            let span = self.window.as_ref().map_or(0, Window::span);
            self.at = offset.saturating_sub(self.base).min(span) as usize;
            if (self.at as u64) < span {
                break;
            }
        }
        Ok(())
    }

    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Makes sure that a line is at hand; `false` at the end of the file.
    fn load(&mut self) -> Result<bool, SourceProblem> {
        while self
            .window
            .as_ref()
            .is_none_or(|w| self.at as u64 >= w.span())
        {
            self.base += self.window.take().map_or(0, |w| w.span());
            self.at = 0;
            self.window = self.reader.next()?;
            let Some(window) = &self.window else {
                return Ok(false);
            };
            self.base = window.offset;
        }
        Ok(true)
    }

    /// The line without `\n`, and whether it had one; `None` when it is too long to be held.
    fn line(&self) -> Option<(&[u8], bool)> {
        let window = self.window.as_ref().filter(|w| w.overlong.is_none())?;
        let rest = window.bytes().get(self.at..)?;
        Some(match memchr(b'\n', rest) {
            Some(end) => (&rest[..end], true),
            None => (rest, false),
        })
    }

    fn step(&mut self) {
        if let Some((line, ended)) = self.line() {
            self.at += line.len() + usize::from(ended);
        }
    }
}
