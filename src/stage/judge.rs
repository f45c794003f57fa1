//! `analyse`: whole accounts in, the look at each of them out, and the accesses of those that later steps look at again.
//!
//! How accounts are looked at is left to `pipeline`. The accesses of one account, or of one address, are in memory at once.

use std::io::{Read, Write};

use super::rows::{ANALYSED, END, LOOKED, SEQUENCE};
use super::wire::{Cell, Sink};
use super::{Gather, StageProblem};
use crate::pipeline::{Seen, Whence};
use crate::sequence::Access;

/// Bytes of a look that go into one row.
const PIECE: usize = 1 << 20;
/// Accesses of a piece of a sequence.
const ACCESSES: usize = 1 << 15;

/// Reads the accesses that stand under one key after the other.
pub struct Groups<'w, R: Read> {
    gather: Gather<R>,
    splits: &'w [Whence],
    /// The first piece of the next key.
    held: Option<Vec<Access>>,
}

impl<'w, R: Read> Groups<'w, R> {
    /// Reads the beginning of a stream that `fold` wrote.
    ///
    /// # Errors
    /// It is none.
    pub fn begin(from: R, splits: &'w [Whence]) -> Result<Groups<'w, R>, StageProblem> {
        Ok(Groups {
            gather: Gather::begin(from)?,
            splits,
            held: None,
        })
    }

    /// All accesses under the next key, in order, with the numbers that names have in the context.
    ///
    /// # Errors
    /// Pieces do not fit each other; an access is of no split; the stream is cut.
    #[allow(clippy::should_implement_trait)] // An iterator would go on behind an error.
    pub fn next(&mut self) -> Result<Option<Vec<Access>>, StageProblem> {
        let first = match self.held.take() {
            Some(held) => Some(held),
            None => self.gather.sequence()?.map(|(_, accesses)| accesses),
        };
        let Some(first) = first else {
            return Ok(None);
        };
        let mut group = Vec::new();
        self.add(first, &mut group)?;
        while let Some((begins, accesses)) = self.gather.sequence()? {
            if begins {
                self.held = Some(accesses);
                break;
            }
            self.add(accesses, &mut group)?;
        }
        Ok(Some(group))
    }

    fn add(&self, accesses: Vec<Access>, group: &mut Vec<Access>) -> Result<(), StageProblem> {
        for access in accesses {
            let whence = self.splits.get(access.file as usize);
            let whence = whence.ok_or_else(|| {
                StageProblem::new(format!(
                    "an access of split {} is of no split that the context knows: run the whole job again",
                    access.file
                ))
            })?;
            group.extend(whence.applied(access));
        }
        Ok(())
    }
}

/// Writes looks.
pub struct Verdicts<'s, W: Write> {
    to: Sink<W>,
    stamp: &'s str,
    rows: i64,
}

impl<'s, W: Write> Verdicts<'s, W> {
    /// Begins a stream of looks that are made in the context with this stamp.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        to: W,
        stamp: &'s str,
        facts: &[(&'static str, String)],
    ) -> Result<Verdicts<'s, W>, StageProblem> {
        Ok(Verdicts {
            to: Sink::begin(to, ANALYSED, facts)?,
            stamp,
            rows: 0,
        })
    }

    /// Writes what came of one account.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, seen: &Seen) -> Result<(), StageProblem> {
        let bytes = [self.stamp.as_bytes(), &seen.told].concat();
        let pieces = bytes.chunks(PIECE);
        let count = pieces.len() as i64;
        for (nth, piece) in pieces.enumerate() {
            self.row((LOOKED, seen.number), (nth, count), (0, 0), piece)?;
        }
        let mut packed = Vec::new();
        for (nth, piece) in seen.kept.chunks(ACCESSES).enumerate() {
            packed.clear();
            Access::pack_run(piece.iter().copied(), &mut packed);
            let ends = [piece.first(), piece.last()].map(|one| one.map_or(0, |one| one.time.0));
            let (kind, count) = (SEQUENCE, piece.len() as i64);
            self.row(
                (kind, seen.number),
                (nth, count),
                (ends[0], ends[1]),
                &packed,
            )?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        (kind, number): (i32, u32),
        (nth, start): (usize, i64),
        (first, last): (i64, i64),
        payload: &[u8],
    ) -> Result<(), StageProblem> {
        self.rows += i64::from(kind != END);
        self.to.row(&[
            Cell::Short(kind),
            Cell::Bytes(&number.to_be_bytes()),
            Cell::Short(nth as i32),
            Cell::Long(start),
            Cell::Long(first),
            Cell::Long(last),
            Cell::Bytes(payload),
        ])
    }

    /// Ends the stream with the count of its rows.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> Result<(), StageProblem> {
        self.row((END, 0), (0, self.rows), (0, 0), b"")?;
        self.to.end()
    }
}
