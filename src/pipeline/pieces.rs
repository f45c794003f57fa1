//! What came of splits, wherever they were read, put together to what one reader of whole files makes.
//!
//! Parts are put together in the order of files and bytes, so names get the same numbers; accesses come afterwards, in
//! any order that leaves those of a request side by side. Nothing may be missing, twice, or left over.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::extract::{Desk, Extraction, ReadFile};
use super::split::Piece;
use super::{Observer, PipelineProblem};
use crate::route::extract::Part;
use crate::sequence::{Access, Accesses, Ceiling, Moved, Names, Spill};
use crate::source::Ending;

/// Parts put together, to which accesses are still to come.
pub struct Gathered {
    files: Vec<ReadFile>,
    all: Part,
    splits: Vec<Whence>,
    /// Accesses of each split that are still to come.
    missing: Vec<u64>,
    spill: Spill,
}

/// Where a split's accesses go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Whence {
    file: u32,
    /// Lines before it in its file.
    base: u64,
    /// Where its names have gone; `None` where its accesses count elsewhere, or were read again here.
    moved: Option<Moved>,
    /// Lines that count in another file, by their offsets.
    copied: Option<(u64, u64)>,
}

impl Whence {
    /// An access of the split as an access of all logs, with the numbers that its names have there; `None` where it counts
    /// elsewhere.
    pub fn applied(&self, access: Access) -> Option<Access> {
        let copied = |(from, until): (u64, u64)| (from..until).contains(&access.offset);
        if self.copied.is_some_and(copied) {
            return None;
        }
        let access = Access {
            file: self.file,
            line: access.line.wrapping_add(self.base),
            ..access
        };
        self.moved.as_ref().map(|moved| moved.applied(access))
    }
}

/// What is left of a piece when its part is put to its file.
struct Left {
    base: u64,
    names: Names,
    accesses: u64,
}

/// Puts pieces together: all of them, numbered in the order of files and bytes, and the endings of files that were read
/// in ranges. Files that cannot be read in ranges, and those that are in part a copy of another, are read again here: of
/// the latter only counts and names are kept.
///
/// # Errors
/// Pieces are missing or do not fit each other; a file has changed; one that must be read again cannot be; names do not
/// fit under the ceiling.
pub fn gather(
    desk: &Desk<'_>,
    pieces: Vec<Piece>,
    mut endings: BTreeMap<usize, Ending>,
    ceiling: Ceiling,
    observer: &dyn Observer,
) -> Result<Gathered, PipelineProblem> {
    let mut of_file: Vec<Vec<Piece>> = desk.inputs.iter().map(|_| Vec::new()).collect();
    for piece in pieces {
        match of_file.get_mut(piece.file) {
            Some(own) => own.push(piece),
            None => return Err(wrong("a split", "belongs to no input of the case")),
        }
    }
    let (mut files, mut left, mut remembering) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (file, own) in of_file.into_iter().enumerate() {
        let name = &desk.inputs[file].name;
        let ending = endings.remove(&file);
        let ending = checked(name, &own, ending)?;
        let remembers = own.iter().any(|piece| piece.remembers);
        if remembers {
            remembering.insert(file);
        }
        let (part, rest) = joined(own);
        left.push(rest);
        files.push(match remembers {
            true => desk.read_whole(file, observer)?,
            false => ReadFile::without_accesses(part, ending),
        });
    }
    desk.count_once(&mut files)?;
    let mut gathered = Gathered {
        files: Vec::new(),
        all: Part::default(),
        splits: Vec::new(),
        missing: Vec::new(),
        spill: desk.spill().clone(),
    };
    for (number, (mut file, left)) in files.into_iter().zip(left).enumerate() {
        // A file that is partly a copy was read again for its counts and names; its accesses come all the same.
        let copied = file.overlap.as_ref();
        let copied = copied.map(|found| (found.copy_from, found.copy_until));
        let again = copied.filter(|_| !remembering.contains(&number));
        if again.is_some() {
            file.part.accesses = Accesses::default();
        }
        let counts = (file.elsewhere || again.is_some()) && file.copy_of.is_none();
        if !file.elsewhere || file.copy_of.is_some() {
            file.hand_over(&mut gathered.all);
        }
        for one in left {
            let names = &mut gathered.all.names;
            let moved = |names: &mut Names| match again {
                Some(_) => names.find(&one.names),
                None => names.absorb(&one.names),
            };
            gathered.missing.push(one.accesses);
            gathered.splits.push(Whence {
                file: number as u32,
                base: one.base,
                moved: counts.then(|| moved(names)),
                copied: again,
            });
        }
        let check = ceiling.check(&gathered.all.names);
        check.map_err(PipelineProblem::Ceiling)?;
        gathered.files.push(file);
    }
    Ok(gathered)
}

impl Gathered {
    /// Takes in an access of the split with this number, whose names and line are numbered as in the split.
    ///
    /// # Errors
    /// There is no such split, or all of its accesses are here already.
    pub fn add(&mut self, split: usize, access: Access) -> Result<(), PipelineProblem> {
        let (Some(whence), Some(missing)) = (self.splits.get(split), self.missing.get_mut(split))
        else {
            return Err(wrong("an access", "belongs to no split"));
        };
        *missing = missing.checked_sub(1).ok_or_else(|| {
            wrong(
                &format!("split {split}"),
                "has more accesses than were read from it",
            )
        })?;
        if let Some(access) = whence.applied(access) {
            self.all.accesses.push(access);
            self.all.accesses.spill(&self.spill, 1);
        }
        Ok(())
    }

    /// Whether accesses of some files were read here, so that they are not among those that come from elsewhere.
    pub fn has_own(&self) -> bool {
        !self.all.accesses.is_empty()
    }

    /// Files and names, where accesses stay elsewhere.
    pub fn without_accesses(self) -> Extraction {
        Extraction {
            files: self.files,
            all: self.all,
        }
    }

    /// Where each split's accesses have gone.
    pub fn whence(&mut self) -> Vec<Whence> {
        std::mem::take(&mut self.splits)
    }

    /// The extraction, when all accesses are here.
    ///
    /// # Errors
    /// Some are missing.
    pub fn finish(self) -> Result<Extraction, PipelineProblem> {
        let missing: u64 = self.missing.iter().sum();
        match missing {
            0 => Ok(Extraction {
                files: self.files,
                all: self.all,
            }),
            _ => Err(wrong(
                &format!("{missing} accesses"),
                "that were read from the logs did not come back from the analysis",
            )),
        }
    }
}

/// A file's pieces in their order as one part, without their names.
fn joined(pieces: Vec<Piece>) -> (Part, Vec<Left>) {
    let mut part = Part::default();
    let mut left = Vec::new();
    for mut piece in pieces {
        left.push(Left {
            base: part.tally.lines,
            names: std::mem::take(&mut piece.part.names),
            accesses: piece.accesses,
        });
        part.absorb(piece.part);
    }
    part.rejects.sort_by_key(|reject| reject.offset);
    (part, left)
}

/// How a file ended, if its pieces are all of it.
fn checked(
    name: &str,
    pieces: &[Piece],
    digested: Option<Ending>,
) -> Result<Ending, PipelineProblem> {
    if let ([whole], None) = (pieces, &digested)
        && whole.range.is_none()
        && let Some(ending) = &whole.ending
    {
        return Ok(ending.clone());
    }
    let Some(ending) = digested else {
        return Err(wrong(name, "was not read, or its digest is missing"));
    };
    let mut until = 0;
    for piece in pieces {
        match piece.range {
            Some((from, to)) if from == until => until = to,
            _ => {
                return Err(wrong(
                    name,
                    "was not read whole: its splits leave a hole or overlap",
                ));
            }
        }
    }
    match ending.content_bytes == until && ending.damage.is_empty() {
        true => Ok(ending),
        false => Err(PipelineProblem::Pieces(format!(
            "{name}: its splits are {until} bytes, hashed were {}: it was written to while it was read; copy the logs to \
             a quiet place and run the job again",
            ending.content_bytes
        ))),
    }
}

fn wrong(what: &str, how: &str) -> PipelineProblem {
    PipelineProblem::Pieces(format!("{what}: {how}; run the whole job again"))
}
