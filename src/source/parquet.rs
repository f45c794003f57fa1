//! Parquet into lines: every row a JSON object with the columns' names as keys. Offsets count those lines.
//!
//! The file's frame is checked here before the library that knows the rest sees it, its panics are caught, and
//! a damaged footer is told. What cannot be caught from outside: damage inside a page can make that library ask
//! for more memory than there is, which ends the process, without an answer. A row group is held at a time. Which JSON a value becomes is left to
//! `rows`.

mod rows;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::SourceProblem;
use super::damage::Packing;
use super::layer::{Layer, Notes, Peek};
use super::mapped::Mapping;
use rows::Rows;

/// What such a file begins and ends with.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// A file that is packed, or in an archive, has to be held as a whole.
const SPOOL: u64 = 512 << 20;

const UNPACK: &str = "unpack it first and name the unpacked files in the case";
const WHOLE: &str = "get the file again from where it was exported, or export it to JSON lines";

/// The file's bytes, wherever they are.
#[derive(Clone)]
struct Bytes {
    held: Arc<Held>,
    at: u64,
}

enum Held {
    Mapped(Mapping),
    Owned(Vec<u8>),
}

impl Bytes {
    fn of(held: Held) -> Bytes {
        Bytes {
            held: Arc::new(held),
            at: 0,
        }
    }

    fn all(&self) -> &[u8] {
        match &*self.held {
            Held::Mapped(map) => map.bytes(),
            Held::Owned(bytes) => bytes,
        }
    }

    /// Whether every byte that was looked at was the file's.
    fn whole(&self) -> bool {
        match &*self.held {
            Held::Mapped(map) => map.whole(),
            Held::Owned(_) => true,
        }
    }

    fn cursor(&self) -> Cursor<&[u8]> {
        let mut cursor = Cursor::new(self.all());
        cursor.set_position(self.at);
        cursor
    }
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.cursor().read(into)?;
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.cursor().seek(to)?;
        Ok(self.at)
    }
}

/// Opens a Parquet file. `content` stands at its beginning; `disk` is the file and its length where the
/// content is the file itself.
///
/// # Errors
/// It is damaged, or too large to be held where it has to be.
pub(super) fn open(
    place: &dyn Display,
    mut content: Peek,
    disk: Option<(&File, u64)>,
) -> Result<Peek, SourceProblem> {
    let mapped = disk.and_then(|(file, len)| Mapping::of(file, 0, usize::try_from(len).ok()?).ok());
    let held = match mapped {
        Some(map) => Held::Mapped(map),
        None => {
            let failed = |error| SourceProblem::reading(place, error);
            let bytes = content.take(SPOOL + 1).map_err(failed)?;
            if bytes.len() as u64 > SPOOL {
                let what = "this is Parquet inside a packed file, of more than 512 MiB".to_owned();
                return Err(SourceProblem::new(place, what, UNPACK));
            }
            Held::Owned(bytes)
        }
    };
    let bytes = Bytes::of(held);
    let damaged = |why: String| {
        SourceProblem::new(
            place,
            format!("this Parquet file cannot be read: {why}"),
            WHOLE,
        )
    };
    frame(bytes.all()).map_err(|why| damaged(why.to_owned()))?;
    let rows = Rows::new(bytes).map_err(damaged)?;
    Ok(Peek::new(Box::new(Parquet {
        input: content,
        rows: Some(rows),
        made: Vec::new(),
        given: 0,
    })))
}

/// Marks and footer length, which say whether there is anything to be read.
fn frame(bytes: &[u8]) -> Result<(), &'static str> {
    const SMALLEST: usize = 12;
    let Some((rest, end)) = bytes.split_last_chunk::<8>() else {
        return Err("it is too short");
    };
    let [a, b, c, d, mark @ ..] = end;
    if mark == b"PARE" {
        return Err("its footer is encrypted");
    }
    if mark != MAGIC || bytes.len() < SMALLEST {
        return Err("it ends without its footer, so it was cut or is damaged");
    }
    match u32::from_le_bytes([*a, *b, *c, *d]) as usize > rest.len() - MAGIC.len() {
        true => Err("its footer is longer than the file"),
        false => Ok(()),
    }
}

/// The rows as lines.
struct Parquet {
    /// The file's own bytes, which are passed over at the end for its digest.
    input: Peek,
    rows: Option<Rows>,
    made: Vec<u8>,
    given: usize,
}

impl Layer for Parquet {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = &self.made[self.given..];
            if !left.is_empty() {
                let take = left.len().min(into.len());
                into[..take].copy_from_slice(&left[..take]);
                self.given += take;
                return Ok(take);
            }
            let Some(rows) = &mut self.rows else {
                return Ok(0);
            };
            self.made.clear();
            self.given = 0;
            let more = rows.write(&mut self.made).map_err(|why| {
                io::Error::new(io::ErrorKind::InvalidData, format!("Parquet: {why}"))
            })?;
            if !more {
                self.rows = None;
                self.input.drain()?;
            }
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::Parquet);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
