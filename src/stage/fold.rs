//! `fold`: the accesses of whole accounts, in order, folded to a sequence for each.
//!
//! A sequence goes out in pieces, so that the memory for it does not depend on the account.

use std::io::{Read, Write};

use super::StageProblem;
use super::rows::{ACCESS, ANALYSED, END, PART, ROWS, Rows, SEQUENCE, access};
use super::wire::{Cell, Sink};
use crate::sequence::Access;

/// Accesses of a piece.
const PIECE: usize = 1 << 15;

/// By what rows are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: Vec<u8>,
    within: (i64, i32, i64, i32),
}

/// A sequence that is being folded.
#[derive(Default)]
struct Folding {
    pieces: i32,
    accesses: Vec<Access>,
}

/// Reads rows and writes sequences; parts of splits pass through.
///
/// # Errors
/// Rows that are not grouped by key or not in order, with the row's number; a stream that is cut; a stream that cannot
/// be written.
pub fn fold<R: Read, W: Write>(
    from: R,
    to: W,
    facts: &[(&'static str, String)],
) -> Result<(), StageProblem> {
    let mut rows = Rows::begin(from, ROWS)?;
    let mut to = Sink::begin(to, ANALYSED, facts)?;
    let mut before: Option<Place> = None;
    let mut folding = Folding::default();
    let mut written = 0;
    let mut at = 0_u64;
    while let Some((kind, batch, row)) = rows.next()? {
        at += 1;
        if kind == END {
            continue;
        }
        let key = batch.bytes(0, row);
        let long = |column: usize| batch.long(column).get(row).copied().unwrap_or(-1);
        let short = |column: usize| batch.short(column).get(row).copied().unwrap_or(-1);
        let within = (long(1), short(2), long(3), short(4));
        let same = before.as_ref().is_some_and(|before| before.key == key);
        if let Some(before) = &before
            && (before.key.as_slice(), before.within) >= (key, within)
        {
            return Err(disorder(at, same));
        }
        if !same && let Some(before) = &before {
            written += folding.write(&mut to, &before.key)?;
            folding = Folding::default();
        }
        match (&mut before, same) {
            (Some(before), true) => before.within = within,
            _ => {
                before = Some(Place {
                    key: key.to_vec(),
                    within,
                });
            }
        }
        match kind {
            ACCESS => {
                folding.accesses.push(access(batch, row));
                if folding.accesses.len() >= PIECE {
                    written += folding.write(&mut to, key)?;
                }
            }
            PART => {
                to.row(&[
                    Cell::Short(PART),
                    Cell::Bytes(key),
                    Cell::Short(short(4)),
                    Cell::Long(long(3)),
                    Cell::Long(0),
                    Cell::Long(0),
                    Cell::Bytes(batch.bytes(19, row)),
                ])?;
                written += 1;
            }
            other => {
                return Err(StageProblem::new(format!(
                    "row {at} of the stream on stdin is of kind {other}, which `fold` does not know: give it what \
                     `extract` writes"
                )));
            }
        }
    }
    if let Some(before) = &before {
        written += folding.write(&mut to, &before.key)?;
    }
    to.row(&[
        Cell::Short(END),
        Cell::Bytes(b""),
        Cell::Short(0),
        Cell::Long(written),
        Cell::Long(0),
        Cell::Long(0),
        Cell::Bytes(b""),
    ])?;
    to.end()
}

fn disorder(row: u64, same: bool) -> StageProblem {
    let what = match same {
        true => "stands before the row that precedes it, or is the same",
        false => {
            "begins a key that should have come before: its account's rows are not side by side"
        }
    };
    StageProblem::new(format!(
        "row {row} of the stream on stdin {what}; sort by key, time, split, line, nth, all ascending, keys by their bytes"
    ))
}

impl Folding {
    /// Writes what there is, and begins the next piece.
    fn write<W: Write>(&mut self, to: &mut Sink<W>, key: &[u8]) -> Result<i64, StageProblem> {
        let (Some(first), Some(last)) = (self.accesses.first(), self.accesses.last()) else {
            return Ok(0);
        };
        let mut packed = Vec::new();
        Access::pack_run(self.accesses.iter().copied(), &mut packed);
        to.row(&[
            Cell::Short(SEQUENCE),
            Cell::Bytes(key),
            Cell::Short(self.pieces),
            Cell::Long(self.accesses.len() as i64),
            Cell::Long(first.time.0),
            Cell::Long(last.time.0),
            Cell::Bytes(&packed),
        ])?;
        self.pieces += 1;
        self.accesses.clear();
        Ok(1)
    }
}
