//! What the answer shows of lines, read again once everybody was judged: SHA-256 of cited lines, the beginnings of rejected
//! ones. Each file is read once for both, from its first such line to its last.
//!
//! Threads are the caller's.

use std::sync::{Mutex, PoisonError};

use super::{EXCERPT, Place, digest, hex, read_places};
use crate::impact::Citation;
use crate::source::{Log, SourceProblem};
use crate::words::Hands;

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

/// What was read again.
#[derive(Debug, Default)]
pub struct Reread {
    /// Of the cited lines.
    pub digests: LineDigests,
    /// Beginnings of rejected lines, of at most [`EXCERPT`] bytes, by file and in the order in which they were asked for; empty of
    /// what cannot be read twice.
    pub excerpts: Vec<Vec<Vec<u8>>>,
}

/// Whose a place is: a cited line's or a rejected one's, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Cited(usize),
    Rejected(usize),
}

/// Bytes of a file that were found.
enum Found {
    Digest(usize, [u8; 32]),
    Excerpt(usize, usize, Vec<u8>),
}

/// Reads cited and rejected lines again. `rejected` has the places of each file, in any order; `log` gives a file by its number.
/// Files of one archive are read one after the other, all others side by side on `hands`.
///
/// # Errors
/// A file cannot be read again, or has become shorter: the first of them by its place on disk.
pub fn reread<'p>(
    citations: impl IntoIterator<Item = Citation>,
    rejected: &[Vec<Place>],
    log: impl Fn(usize) -> &'p Log + Sync,
    hands: Hands<'_>,
) -> Result<Reread, SourceProblem> {
    // A pipe has no second time.
    let mut cited: Vec<Citation> = citations.into_iter().collect();
    cited.sort_unstable();
    cited.dedup();
    let files = (0..rejected.len()).map(|file| (file, Vec::new()));
    let mut files: Vec<(usize, Vec<(Place, Of)>)> = files.collect();
    for (number, one) in cited.iter().enumerate() {
        if let Some((_, wanted)) = files.get_mut(one.file as usize) {
            wanted.push(((*one).into(), Of::Cited(number)));
        }
    }
    for ((_, wanted), places) in files.iter_mut().zip(rejected) {
        let places = places.iter().enumerate();
        wanted.extend(places.map(|(number, place)| {
            let length = place.length.min(EXCERPT as u64);
            (Place { length, ..*place }, Of::Rejected(number))
        }));
    }
    files.retain(|(file, wanted)| !wanted.is_empty() && log(*file).is_file());
    files.sort_by_key(|(file, _)| log(*file));
    // Whoever reads an archive's members in their order unpacks it once.
    let archives: Vec<_> = files
        .chunk_by(|a, b| log(a.0).path() == log(b.0).path())
        .collect();
    let found: Vec<Mutex<Result<Vec<Found>, SourceProblem>>> = archives
        .iter()
        .map(|_| Mutex::new(Ok(Vec::new())))
        .collect();
    hands(archives.len(), &|at| {
        let read = archives[at]
            .iter()
            .map(|(file, wanted)| read(*file, log(*file), wanted));
        let read = read.collect::<Result<Vec<_>, _>>();
        let read = read.map(|files| files.into_iter().flatten().collect());
        *found[at].lock().unwrap_or_else(PoisonError::into_inner) = read;
    });
    let mut digests = vec![None; cited.len()];
    let mut excerpts: Vec<Vec<Vec<u8>>> = rejected
        .iter()
        .map(|places| vec![Vec::new(); places.len()])
        .collect();
    for one in found {
        for found in one.into_inner().unwrap_or_else(PoisonError::into_inner)? {
            match found {
                Found::Digest(number, digest) => digests[number] = Some(digest),
                Found::Excerpt(file, number, bytes) => excerpts[file][number] = bytes,
            }
        }
    }
    let digests = LineDigests { cited, digests };
    Ok(Reread { digests, excerpts })
}

fn read(file: usize, log: &Log, wanted: &[(Place, Of)]) -> Result<Vec<Found>, SourceProblem> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    let places: Vec<Place> = wanted.iter().map(|(place, _)| *place).collect();
    let mut found = Vec::with_capacity(places.len());
    read_places(log, &places, |index, bytes| {
        found.push(match wanted[index].1 {
            Of::Cited(number) => Found::Digest(number, digest(bytes)),
            Of::Rejected(number) => Found::Excerpt(file, number, bytes.to_vec()),
        });
    })?;
    Ok(found)
}
