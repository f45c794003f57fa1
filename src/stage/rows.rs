//! The rows that pass between the stages: which columns they have, and accesses as such rows.
//!
//! A stream of each kind ends with a row of kind [`END`], which says how many rows came before it: an Arrow stream that is
//! cut between two messages looks whole to many readers.

use std::io::{Read, Write};

use super::wire::{Batch, Cell, Column, Feed, Kind, Sink};
use super::{StageProblem, Told};
use crate::route::extract::Part;
use crate::scope::Together;
use crate::sequence::Access;
use crate::words::Stamp;

/// A split to read.
pub const SPLIT: i32 = 0;
/// A file to hash.
pub const DIGEST: i32 = 1;
/// An access.
pub const ACCESS: i32 = 2;
/// All else that came of a split, or a file's digests.
pub const PART: i32 = 3;
/// Accesses of an account, in order.
pub const SEQUENCE: i32 = 4;
/// What the look at an account gave.
pub const LOOKED: i32 = 5;
/// The end of a stream.
pub const END: i32 = 9;

/// What `extract` reads: splits, and files to hash. `until` -1 = the whole file; `size` and `changed` (nanoseconds since
/// 1970) are the file's when the job was planned; the end's `note` is the job's tag and its `start` the rows before it.
pub const PLAN: &[Column] = &[
    ("kind", Kind::Short),
    ("split", Kind::Short),
    ("file", Kind::Short),
    ("start", Kind::Long),
    ("until", Kind::Long),
    ("size", Kind::Long),
    ("changed", Kind::Long),
    ("note", Kind::Bytes),
];

/// What `extract` writes and `fold` reads, sorted by the first six columns but `kind`. Names are numbers in the split's
/// part, -1 = none; the order in a request is `nth`; the end's `start` is the rows before it.
pub const ROWS: &[Column] = &[
    ("key", Kind::Bytes),
    ("time", Kind::Long),
    ("split", Kind::Short),
    ("line", Kind::Long),
    ("nth", Kind::Short),
    ("kind", Kind::Short),
    ("start", Kind::Long),
    ("length", Kind::Short),
    ("bytes", Kind::Long),
    ("actor", Kind::Short),
    ("client", Kind::Short),
    ("agent", Kind::Short),
    ("object", Kind::Short),
    ("container", Kind::Short),
    ("skip", Kind::Short),
    ("take", Kind::Short),
    ("route", Kind::Short),
    ("status", Kind::Short),
    ("with_body", Kind::Short),
    ("payload", Kind::Bytes),
];

/// What `fold` and `analyse` write, and all behind them read: the pieces of parts, of sequences, of looks, each with its
/// place `nth` among those of its key (a split; a name; behind `analyse` an account's number, big-endian). `start`: of a
/// sequence how many accesses a piece holds, of the end the rows before it, else how many pieces there are.
pub const ANALYSED: &[Column] = &[
    ("kind", Kind::Short),
    ("key", Kind::Bytes),
    ("nth", Kind::Short),
    ("start", Kind::Long),
    ("first", Kind::Long),
    ("last", Kind::Long),
    ("payload", Kind::Bytes),
];

/// Bytes of a part that go into one row.
const PIECE: usize = 1 << 20;

/// Writes what came of a split, or of hashing a file.
///
/// # Errors
/// It cannot be written.
pub fn write_part<W: Write>(
    to: &mut Sink<W>,
    together: &Together<'_>,
    told: &Told,
    mut part: Part,
) -> Result<u64, StageProblem> {
    let mut rows = 0;
    let split = told.split as i32;
    let mut before = None;
    let mut nth = 0;
    let accesses = std::mem::take(&mut part.accesses);
    for access in accesses.iter() {
        let place = Some((access.time, access.line, access.offset));
        nth = if before == place { nth + 1 } else { 0 };
        before = place;
        let key = together.key(part.names.actors.name(access.actor), &access);
        to.row(&cells(&key, split, nth, &access))?;
        rows += 1;
    }
    let payload = told.pack(&mut part)?;
    let key = told.key();
    let pieces = payload.chunks(PIECE);
    let count = pieces.len() as i64;
    for (nth, piece) in pieces.enumerate() {
        let mut cells = cells(&key, split, nth as i32, &Access::BLANK);
        cells[3] = Cell::Long(count);
        cells[5] = Cell::Short(PART);
        cells[19] = Cell::Bytes(piece);
        to.row(&cells)?;
        rows += 1;
    }
    Ok(rows)
}

/// Numbers of 32 and 64 bits are passed on by their bits: engines know no numbers without a sign.
fn cells<'c>(key: &'c [u8], split: i32, nth: i32, access: &Access) -> [Cell<'c>; 20] {
    let short = |number: u32| Cell::Short(number as i32);
    [
        Cell::Bytes(key),
        Cell::Long(access.time.0),
        Cell::Short(split),
        Cell::Long(access.line as i64),
        Cell::Short(nth),
        Cell::Short(ACCESS),
        Cell::Long(access.offset as i64),
        short(access.length),
        Cell::Long(access.bytes as i64),
        short(access.actor),
        short(access.client),
        short(access.agent),
        short(access.object),
        short(access.container),
        short(access.skip),
        short(access.take),
        short(u32::from(access.route)),
        short(u32::from(access.status)),
        short(u32::from(access.with_body)),
        Cell::Bytes(b""),
    ]
}

/// The access of a row; its `file` is the split's number.
pub fn access(batch: &Batch, row: usize) -> Access {
    let short = |column: usize| batch.short(column).get(row).copied().unwrap_or(-1) as u32;
    let long = |column: usize| batch.long(column).get(row).copied().unwrap_or(-1) as u64;
    Access {
        time: Stamp(long(1) as i64),
        file: short(2),
        line: long(3),
        offset: long(6),
        length: short(7),
        bytes: long(8),
        actor: short(9),
        client: short(10),
        agent: short(11),
        object: short(12),
        container: short(13),
        skip: short(14),
        take: short(15),
        route: short(16) as u16,
        status: short(17) as u16,
        with_body: short(18) == 1,
    }
}

/// Writes the end of a stream of [`ROWS`].
///
/// # Errors
/// It cannot be written.
pub fn end_rows<W: Write>(mut to: Sink<W>, rows: u64) -> Result<(), StageProblem> {
    let mut cells = cells(b"", 0, 0, &Access::BLANK);
    cells[5] = Cell::Short(END);
    cells[6] = Cell::Long(rows as i64);
    to.row(&cells)?;
    to.end()
}

/// Reads rows one by one up to their end, which must count them.
pub struct Rows<R: Read> {
    feed: Feed<R>,
    /// Where `kind` and `start` stand.
    kind: usize,
    start: usize,
    batch: Option<Batch>,
    next: usize,
    rows: u64,
    ended: bool,
}

impl<R: Read> Rows<R> {
    /// Reads the beginning of a stream with these columns.
    ///
    /// # Errors
    /// It has others.
    pub fn begin(from: R, columns: &'static [Column]) -> Result<Rows<R>, StageProblem> {
        let place = |name: &str| columns.iter().position(|(column, _)| *column == name);
        Ok(Rows {
            kind: place("kind").unwrap_or(0),
            start: place("start").unwrap_or(0),
            feed: Feed::begin(from, columns)?,
            batch: None,
            next: 0,
            rows: 0,
            ended: false,
        })
    }

    /// The next row's kind, and where it stands; `None` when all were read, and the end, if it is one, says so.
    ///
    /// # Errors
    /// The stream is cut, or has another number of rows than it says.
    #[allow(clippy::should_implement_trait)] // A row borrows its batch.
    pub fn next(&mut self) -> Result<Option<(i32, &Batch, usize)>, StageProblem> {
        while self
            .batch
            .as_ref()
            .is_none_or(|batch| self.next >= batch.rows())
        {
            self.next = 0;
            self.batch = self.feed.next()?;
            if self.batch.is_none() {
                return match self.ended {
                    true => Ok(None),
                    false => Err(StageProblem::cut()),
                };
            }
        }
        let Some(batch) = &self.batch else {
            return Err(StageProblem::cut());
        };
        if self.ended {
            return Err(StageProblem::new(
                "the stream on stdin goes on behind its end: two streams were joined; give each stage one",
            ));
        }
        let row = self.next;
        self.next += 1;
        let kind = batch.short(self.kind).get(row).copied().unwrap_or(-1);
        if kind == END {
            let told = batch.long(self.start).get(row).copied().unwrap_or(-1);
            if told != self.rows as i64 {
                return Err(StageProblem::new(format!(
                    "the stream on stdin says that it has {told} rows and has {}: rows were lost or came twice",
                    self.rows
                )));
            }
            self.ended = true;
        } else {
            self.rows += 1;
        }
        Ok(Some((kind, batch, row)))
    }
}
