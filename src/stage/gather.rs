//! The side of whoever reads what `fold` and `analyse` wrote: parts put together first, then the accesses of every sequence,
//! or looks at accounts with the accesses of some.

use std::collections::BTreeMap;
use std::io::Read;

use super::rows::{ANALYSED, END, LOOKED, PART, Rows, SEQUENCE};
use super::{StageProblem, Told};
use crate::pipeline::Piece;
use crate::route::extract::Part;
use crate::sequence::{Access, Accesses, Interner, Spill};
use crate::source::{Ending, digest_of};

/// Reads what `analyse` has written, parts before sequences.
pub struct Gather<R: Read> {
    rows: Rows<R>,
    /// By key and place.
    parts: BTreeMap<(Vec<u8>, i32), (i64, Vec<u8>)>,
    /// Keys of sequences that have begun, and the last one's next piece.
    keys: Interner,
    next: Option<(u32, i32)>,
    /// The first sequence's piece, which ended the parts.
    held: Option<Came>,
}

/// A piece that is no part.
enum Came {
    /// Of a sequence: whether it is the first, and its accesses.
    Sequence(bool, Vec<Access>),
    /// Of a look: the account's number, its place, how many there are, bytes.
    Looked(u32, i32, i64, Vec<u8>),
}

/// The look at each account, as bytes, by the account's number.
pub type Looks = Vec<(u32, Vec<u8>)>;

/// All that came of the splits but their accesses.
pub struct Pieces {
    /// By the splits' numbers.
    pub pieces: Vec<Piece>,
    /// Of files that were hashed by themselves.
    pub endings: BTreeMap<usize, Ending>,
    /// As they were told.
    pub told: Vec<Told>,
}

impl Pieces {
    /// The plan that they were read by, in a word: two jobs over the same logs may cut them otherwise.
    pub fn plan(&self) -> String {
        let ranges = self
            .told
            .iter()
            .map(|told| (told.split, told.file, told.range));
        digest_of(format!("{:?}", ranges.collect::<Vec<_>>()).as_bytes())
    }
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

    /// The next piece of a sequence: whether it is its first, and its accesses; `None` behind the last.
    ///
    /// # Errors
    /// It does not fit behind the one before; the stream is cut, or has something else.
    pub fn sequence(&mut self) -> Result<Option<(bool, Vec<Access>)>, StageProblem> {
        match self.next()? {
            None => Ok(None),
            Some(Came::Sequence(begins, accesses)) => Ok(Some((begins, accesses))),
            Some(Came::Looked(..)) => Err(StageProblem::new(
                "the stream on stdin has looks at accounts, which need the job's context: name it with --context",
            )),
        }
    }

    /// The looks at all accounts, made in this context, and the accesses that came with some of them.
    ///
    /// # Errors
    /// Pieces are missing or come twice, or are of another context; the stream is cut.
    pub fn looks(
        &mut self,
        context: &str,
        spill: &Spill,
    ) -> Result<(Looks, Accesses), StageProblem> {
        let (mut looks, mut kept) = (Looks::new(), Accesses::default());
        let mut open = (0, 0);
        while let Some(came) = self.next()? {
            match came {
                Came::Sequence(_, accesses) => {
                    for access in accesses {
                        kept.push(access);
                        kept.spill(spill, 1);
                    }
                }
                Came::Looked(number, nth, count, bytes) => {
                    let last = looks.last_mut().filter(|last| last.0 == number);
                    match last {
                        None if nth == 0 && open.0 == open.1 => {
                            let bytes = bytes.strip_prefix(context.as_bytes());
                            let bytes = bytes.ok_or_else(|| other_context(number))?;
                            looks.push((number, bytes.to_vec()));
                            open = (1, count);
                        }
                        Some(last) if nth > 0 && i64::from(nth) == open.0 && count == open.1 => {
                            last.1.extend_from_slice(&bytes);
                            open.0 += 1;
                        }
                        _ => return Err(missing("a piece of the look at an account")),
                    }
                }
            }
        }
        match open.0 == open.1 {
            true => Ok((looks, kept)),
            false => Err(missing("a piece of the look at an account")),
        }
    }

    fn next(&mut self) -> Result<Option<Came>, StageProblem> {
        match self.held.take() {
            Some(held) => Ok(Some(held)),
            None => self.step(false),
        }
    }

    /// Reads on to the next piece that is no part, and keeps parts on the way where these may still come.
    fn step(&mut self, parts: bool) -> Result<Option<Came>, StageProblem> {
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
                    let accesses = Access::unpack_run(bytes, count).filter(|_| fits);
                    let accesses = accesses.ok_or_else(|| {
                        StageProblem::new(
                            "an account's sequence comes in pieces that do not fit each other, or twice; run the whole job \
                             again",
                        )
                    })?;
                    self.next = Some((self.keys.number(key), nth + 1));
                    return Ok(Some(Came::Sequence(nth == 0, accesses)));
                }
                LOOKED => {
                    let key = key.try_into().map(u32::from_be_bytes);
                    let number = key.map_err(|_| missing("an account's number"))?;
                    return Ok(Some(Came::Looked(number, nth, count, bytes.to_vec())));
                }
                _ => {
                    return Err(StageProblem::new(
                        "this stage wants the stages' outputs with all parts before the first sequence",
                    ));
                }
            }
        }
        Ok(None)
    }
}

fn other_context(number: u32) -> StageProblem {
    StageProblem::new(format!(
        "account {number} was looked at in another context: run `analyse` again with the job's own"
    ))
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
