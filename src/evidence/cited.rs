//! What the answer shows of lines, read again once everybody was judged: SHA-256 of cited lines, the beginnings of rejected
//! ones. Each file is read once for both, from its first such line to its last.
//!
//! Threads are the caller's, and so is where beginnings are kept: there may be as many as lines.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{EXCERPT, Place, digest, hex, read_places};
use crate::impact::Citation;
use crate::source::{Log, SourceProblem};
use crate::words::Hands;

/// Beginnings that are told together.
const TOGETHER: usize = 16;

/// SHA-256 of cited lines.
#[derive(Debug, Default)]
pub struct LineDigests {
    /// Each line once, in their order.
    cited: Vec<Citation>,
    /// `None` for a line that is not there.
    digests: Vec<Option<[u8; 32]>>,
}

impl LineDigests {
    /// A line's, in lower-case hex; `None` where it was not cited or is not there.
    pub fn get(&self, citation: &Citation) -> Option<String> {
        let found = self.cited.binary_search(citation).ok()?;
        self.digests[found].as_ref().map(|digest| hex(digest))
    }
}

/// Beginnings of lines that could not be read and follow each other among those of their file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpts {
    /// The file, by its number.
    pub file: u32,
    /// The first of the lines, by its number among the file's.
    pub first: u64,
    /// At most [`EXCERPT`] bytes of each.
    pub lines: Vec<Vec<u8>>,
}

/// Whose a place is: a cited line's or a rejected one's, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Cited(usize),
    Rejected(u64),
}

/// Digests of cited lines, by their numbers.
type Digests = Vec<(usize, [u8; 32])>;

/// Reads cited and rejected lines again. `rejected` has the places of each file, in their order; `log` gives a file by its
/// number. Files of one archive are read one after the other, all others side by side on `hands`; `tell` gets the beginnings of
/// rejected lines, of one file in their order. Nothing is read of what cannot be read twice.
///
/// # Errors
/// A file cannot be read again, or has become shorter: the first of them by its place on disk.
pub fn reread<'p>(
    citations: impl IntoIterator<Item = Citation>,
    rejected: &[Vec<Place>],
    log: impl Fn(usize) -> &'p Log + Sync,
    hands: Hands<'_>,
    tell: &(dyn Fn(Excerpts) + Sync),
) -> Result<LineDigests, SourceProblem> {
    let mut cited: Vec<Citation> = citations.into_iter().collect();
    cited.sort_unstable();
    cited.dedup();
    // Citations stand by file.
    let of = |file: usize| {
        let from = cited.partition_point(|one| (one.file as usize) < file);
        let until = cited.partition_point(|one| one.file as usize <= file);
        from..until
    };
    let wanted = |file: usize| !of(file).is_empty() || !rejected[file].is_empty();
    let mut files: Vec<usize> = (0..rejected.len())
        .filter(|file| wanted(*file) && log(*file).is_file())
        .collect();
    files.sort_by_key(|file| log(*file));
    // Whoever reads an archive's members in their order unpacks it once.
    let archives: Vec<&[usize]> = files
        .chunk_by(|a, b| log(*a).path() == log(*b).path())
        .collect();
    let read: Vec<Mutex<Result<Digests, SourceProblem>>> = archives
        .iter()
        .map(|_| Mutex::new(Ok(Vec::new())))
        .collect();
    hands(archives.len(), &|at| {
        let mut digests = Vec::new();
        let all = archives[at].iter().try_for_each(|file| {
            let rejected = rejected[*file].iter().zip(0..).map(|(place, number)| {
                let length = place.length.min(EXCERPT as u64);
                (Place { length, ..*place }, Of::Rejected(number))
            });
            let cited = of(*file).map(|number| (cited[number].into(), Of::Cited(number)));
            let mut places: Vec<(Place, Of)> = cited.chain(rejected).collect();
            places.sort_unstable_by_key(|(place, of)| (place.offset, *of));
            read_one((*file, log(*file)), &places, &mut digests, tell)
        });
        *read[at].lock().unwrap_or_else(PoisonError::into_inner) = all.map(|()| digests);
    });
    let mut digests = vec![None; cited.len()];
    for one in read {
        for (number, digest) in one.into_inner().unwrap_or_else(PoisonError::into_inner)? {
            digests[number] = Some(digest);
        }
    }
    Ok(LineDigests { cited, digests })
}

fn read_one(
    (file, log): (usize, &Log),
    wanted: &[(Place, Of)],
    digests: &mut Digests,
    tell: &(dyn Fn(Excerpts) + Sync),
) -> Result<(), SourceProblem> {
    let places: Vec<Place> = wanted.iter().map(|(place, _)| *place).collect();
    let none = |first| Excerpts {
        file: file as u32,
        first,
        lines: Vec::new(),
    };
    let mut some = none(0);
    read_places(log, &places, |index, bytes| match wanted[index].1 {
        Of::Cited(number) => digests.push((number, digest(bytes))),
        Of::Rejected(number) => {
            some.lines.push(bytes.to_vec());
            if some.lines.len() == TOGETHER {
                tell(std::mem::replace(&mut some, none(number + 1)));
            }
        }
    })?;
    if !some.lines.is_empty() {
        tell(some);
    }
    Ok(())
}
