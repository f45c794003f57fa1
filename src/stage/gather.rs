//! `conclude`'s side of the stream: parts put together first, then the accesses of every sequence.

use std::collections::BTreeMap;
use std::io::Read;

use super::rows::{ANALYSED, END, PART, Rows, SEQUENCE};
use super::{StageProblem, Told};
use crate::pipeline::Piece;
use crate::route::extract::Part;
use crate::sequence::{Access, Interner};
use crate::source::Ending;

/// Reads what `analyse` has written, parts before sequences.
pub struct Gather<R: Read> {
    rows: Rows<R>,
    /// By key and place.
    parts: BTreeMap<(Vec<u8>, i32), (i64, Vec<u8>)>,
    /// Keys of sequences that have begun, and the last one's next piece.
    keys: Interner,
    next: Option<(u32, i32)>,
    /// The first sequence's piece, which ended the parts.
    held: Option<Vec<u8>>,
}

/// All that came of the splits but their accesses.
pub struct Pieces {
    /// By the splits' numbers.
    pub pieces: Vec<Piece>,
    /// Of files that were hashed by themselves.
    pub endings: BTreeMap<usize, Ending>,
    /// As they were told.
    pub told: Vec<Told>,
}

impl<R: Read> Gather<R> {
    /// Reads the beginning of the stream.
    ///
    /// # Errors
    /// It is not what `analyse` writes.
    pub fn begin(from: R) -> Result<Gather<R>, StageProblem> {
        Ok(Gather {
            rows: Rows::begin(from, ANALYSED)?,
            parts: BTreeMap::new(),
            keys: Interner::default(),
            next: None,
            held: None,
        })
    }

    /// All parts, which come first.
    ///
    /// # Errors
    /// One is missing, comes twice, is not as it was written, or is of another job.
    pub fn pieces(&mut self, tag: &str) -> Result<Pieces, StageProblem> {
        self.held = self.step(true)?;
        let mut all: BTreeMap<Vec<u8>, (i64, Vec<Vec<u8>>)> = BTreeMap::new();
        for ((key, nth), (count, bytes)) in std::mem::take(&mut self.parts) {
            let own = all.entry(key).or_insert((count, Vec::new()));
            if own.0 != count || own.1.len() as i64 != i64::from(nth) {
                return Err(missing("a piece of a split's part"));
            }
            own.1.push(bytes);
        }
        let mut read: Vec<(Told, Part)> = Vec::new();
        for (count, pieces) in all.into_values() {
            if count != pieces.len() as i64 {
                return Err(missing("a piece of a split's part"));
            }
            read.push(Told::unpack(&pieces.concat())?);
        }
        sorted(read, tag)
    }

    /// The next piece of a sequence, as bytes of whole accesses; `None` behind the last.
    ///
    /// # Errors
    /// It does not fit behind the one before; the stream is cut.
    pub fn sequence(&mut self) -> Result<Option<Vec<u8>>, StageProblem> {
        match self.held.take() {
            Some(held) => Ok(Some(held)),
            None => self.step(false),
        }
    }

    /// Reads on to the next piece of a sequence, and keeps parts on the way where these may still come.
    fn step(&mut self, parts: bool) -> Result<Option<Vec<u8>>, StageProblem> {
        while let Some((kind, batch, row)) = self.rows.next()? {
            let nth = batch.short(2).get(row).copied().unwrap_or(-1);
            let count = batch.long(3).get(row).copied().unwrap_or(-1);
            let (key, bytes) = (batch.bytes(1, row), batch.bytes(6, row));
            match kind {
                END => {}
                PART if parts => {
                    let twice = self
                        .parts
                        .insert((key.to_vec(), nth), (count, bytes.to_vec()));
                    if twice.is_some() {
                        return Err(StageProblem::new(
                            "a split's part came twice: the stages' outputs of two runs were mixed; run the whole job again",
                        ));
                    }
                }
                SEQUENCE => {
                    let number = self.keys.known(key);
                    let fits = match (number, self.next) {
                        (None, _) => nth == 0,
                        (Some(number), next) => next == Some((number, nth)),
                    };
                    if !fits || Some(bytes.len()) != Access::packed_bytes(count) {
                        return Err(StageProblem::new(
                            "an account's sequence comes in pieces that do not fit each other, or twice; run the whole job \
                             again",
                        ));
                    }
                    self.next = Some((self.keys.number(key), nth + 1));
                    return Ok(Some(bytes.to_vec()));
                }
                _ => {
                    return Err(StageProblem::new(
                        "`conclude` wants the stages' outputs with all parts before the first sequence",
                    ));
                }
            }
        }
        Ok(None)
    }
}

fn missing(what: &str) -> StageProblem {
    StageProblem::new(format!("{what} is missing; run the whole job again"))
}

fn sorted(mut read: Vec<(Told, Part)>, tag: &str) -> Result<Pieces, StageProblem> {
    read.sort_by_key(|(told, _)| (told.digest, told.split));
    let mut all = Pieces {
        pieces: Vec::new(),
        endings: BTreeMap::new(),
        told: Vec::new(),
    };
    let mut file = 0;
    for (told, part) in read {
        if told.tag != tag {
            return Err(StageProblem::new(format!(
                "split {} was read by another job ({} instead of {tag}): run the whole job again",
                told.split, told.tag
            )));
        }
        all.told.push(told.clone());
        if told.digest {
            let ending = told.ending.ok_or_else(|| missing("a file's digest"))?;
            all.endings.insert(told.file as usize, ending);
            continue;
        }
        if told.split as usize != all.pieces.len() || told.file < file {
            return Err(missing("a split"));
        }
        file = told.file;
        all.pieces.push(told.piece(part));
    }
    Ok(all)
}
