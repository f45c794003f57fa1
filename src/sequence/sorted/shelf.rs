//! Sequences in a file that outlives the run, so that a later one begins with them instead of sorting all accesses again.
//!
//! Which file that is, and of which logs, is left to `pipeline`. Bytes that are not as they were written are no sequences.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::super::packed::pack_run;
use super::super::spill::{Block, Spill};
use super::{Home, Sequences, held, locked};
use crate::words::Hands;

/// Tells bytes from any others.
pub type Seal = fn(&[u8]) -> String;

/// Accesses that are written in one go.
const ACCESSES: usize = 1 << 17;
/// Bytes that are copied in one go, unless one account has more.
const BYTES: u64 = 4 << 20;

/// Where sequences stand in a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shelved {
    /// Accounts by number, with how many accesses each has and how many bytes these take.
    accounts: Vec<(u32, u64, u64)>,
    pieces: Vec<Piece>,
}

/// Accounts whose accesses stand behind each other.
#[derive(Debug, Serialize, Deserialize)]
struct Piece {
    accounts: usize,
    at: u64,
    bytes: u64,
    seal: String,
}

/// What was put into the file, and how many bytes each account takes.
type Put = (Piece, Vec<u64>);

impl Sequences {
    /// Writes all of them to a file.
    ///
    /// # Errors
    /// It cannot be written, or what is on disk cannot be read.
    pub fn shelve(&self, file: &File, seal: Seal, hands: Hands<'_>) -> io::Result<Shelved> {
        let ranges = self.to_shelve();
        let end = AtomicU64::new(0);
        let done: Vec<Mutex<Option<io::Result<Put>>>> =
            ranges.iter().map(|_| Mutex::new(None)).collect();
        hands(ranges.len(), &|place| {
            let put = self.put(ranges[place].clone(), file, &end, seal);
            *locked(&done[place]) = Some(put);
        });
        let mut shelved = Shelved {
            accounts: Vec::with_capacity(self.len()),
            pieces: Vec::with_capacity(ranges.len()),
        };
        for one in done {
            let one = one.into_inner().unwrap_or_else(|e| e.into_inner());
            let (piece, lengths) = one.ok_or(io::ErrorKind::Interrupted)??;
            for length in lengths {
                let index = shelved.accounts.len();
                let count = self.span(index).len() as u64;
                shelved.accounts.push((self.bounds[index].0, count, length));
            }
            shelved.pieces.push(piece);
        }
        Ok(shelved)
    }

    fn put(
        &self,
        accounts: Range<usize>,
        file: &File,
        end: &AtomicU64,
        seal: Seal,
    ) -> io::Result<Put> {
        let (bytes, lengths) = self.packed(accounts)?;
        let piece = Piece {
            accounts: lengths.len(),
            at: end.fetch_add(bytes.len() as u64, Ordering::Relaxed),
            bytes: bytes.len() as u64,
            seal: seal(&bytes),
        };
        file.write_all_at(&bytes, piece.at)?;
        Ok((piece, lengths))
    }

    /// Reads where they stand in a file; `None` where that has not the bytes that were written. A disk that fails later is
    /// known to `spill`.
    pub fn from_shelf(
        shelved: Shelved,
        file: File,
        spill: &Spill,
        seal: Seal,
        hands: Hands<'_>,
    ) -> Option<Sequences> {
        let Shelved { accounts, pieces } = shelved;
        let whole: Vec<Mutex<bool>> = pieces.iter().map(|_| Mutex::new(false)).collect();
        hands(pieces.len(), &|place| {
            let piece = &pieces[place];
            let size = usize::try_from(piece.bytes).ok();
            let there = file.metadata().map_or(0, |facts| facts.len());
            let fits = piece
                .at
                .checked_add(piece.bytes)
                .is_some_and(|e| e <= there);
            let mut bytes = vec![0; size.filter(|_| fits).unwrap_or(0)];
            let read = file.read_exact_at(&mut bytes, piece.at);
            *locked(&whole[place]) = fits && read.is_ok() && seal(&bytes) == piece.seal;
        });
        if !whole.iter().all(|one| *locked(one)) {
            return None;
        }
        let mut sequences = Sequences {
            home: Home::Held(Vec::new()),
            bounds: Vec::with_capacity(accounts.len()),
            len: 0,
        };
        let mut blocks = Vec::with_capacity(accounts.len());
        let mut rest = accounts.into_iter();
        for piece in pieces {
            let mut at = piece.at;
            for (account, count, bytes) in rest.by_ref().take(piece.accounts) {
                let count = usize::try_from(count).ok()?;
                sequences.bounds.push((account, sequences.len));
                sequences.len = sequences.len.checked_add(count)?;
                blocks.push(Block { at, bytes, count });
                at = at.checked_add(bytes)?;
            }
            if at != piece.at + piece.bytes {
                return None;
            }
        }
        let rising = sequences.bounds.is_sorted_by(|a, b| a.0 < b.0);
        sequences.home = Home::Spilled {
            spill: spill.clone(),
            file: Arc::new(file),
            blocks,
        };
        (rising && rest.next().is_none()).then_some(sequences)
    }

    /// Accounts that are written in one go: those on disk stand behind each other there.
    fn to_shelve(&self) -> Vec<Range<usize>> {
        let Home::Spilled { blocks, .. } = &self.home else {
            return self.partitions(ACCESSES);
        };
        let (mut all, mut from) = (Vec::new(), 0);
        while from < blocks.len() {
            let mut until = from + 1;
            while until < blocks.len()
                && blocks[until].at == blocks[until - 1].at + blocks[until - 1].bytes
                && blocks[until].at + blocks[until].bytes - blocks[from].at <= BYTES
            {
                until += 1;
            }
            all.push(from..until);
            from = until;
        }
        all
    }

    /// Bytes of accounts behind each other, and how many each of them takes.
    fn packed(&self, accounts: Range<usize>) -> io::Result<(Vec<u8>, Vec<u64>)> {
        let mut bytes = Vec::new();
        match &self.home {
            Home::Held(pieces) => {
                let runs = accounts.map(|index| {
                    let before = bytes.len();
                    let own = held(pieces, self.span(index));
                    pack_run(own.iter().copied(), &mut bytes);
                    (bytes.len() - before) as u64
                });
                let lengths = runs.collect();
                Ok((bytes, lengths))
            }
            Home::Spilled { file, blocks, .. } => {
                let own = &blocks[accounts];
                let lengths: Vec<u64> = own.iter().map(|block| block.bytes).collect();
                bytes.resize(lengths.iter().sum::<u64>() as usize, 0);
                let first = own.first().map_or(0, |block| block.at);
                file.read_exact_at(&mut bytes, first)?;
                Ok((bytes, lengths))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::packed::tests::access;
    use crate::sequence::{Access, Accesses};

    fn one_by_one(count: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(work);
    }

    fn seal(bytes: &[u8]) -> String {
        let sum = bytes.iter().fold(7_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
        });
        sum.to_string()
    }

    fn all(sequences: &Sequences) -> Vec<(u32, Vec<Access>)> {
        let one = |index| {
            let (account, accesses) = sequences.sequence(index);
            (account, accesses.into_owned())
        };
        (0..sequences.len()).map(one).collect()
    }

    fn file(name: &str) -> File {
        let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path);
        let _ = std::fs::remove_file(path);
        file.unwrap()
    }

    #[test]
    fn from_the_shelf_as_they_were() {
        let accesses = || -> Accesses { (0..20_000).map(|n| access(n * 7919 % 20_000)).collect() };
        let who = |_: usize, access: &Access, _: bool| Some(access.actor % 200);
        for (name, room) in [("shelf-held", None), ("shelf-spilled", Some(1))] {
            let spill = Spill::new(room, &std::env::temp_dir());
            let built = Sequences::build(accesses(), 200, &spill, who, &one_by_one);
            let file = file(name);
            let shelved = built.shelve(&file, seal, &one_by_one).unwrap();
            let told = postcard::to_stdvec(&shelved).unwrap();
            let again = || postcard::from_bytes::<Shelved>(&told).unwrap();
            let copy = || file.try_clone().unwrap();
            let back = |shelved| {
                Sequences::from_shelf(shelved, copy(), &Spill::never(), seal, &one_by_one)
            };
            assert_eq!(all(&back(again()).unwrap()), all(&built));
            // One byte of any piece, or less than was written, and there are none.
            let size = file.metadata().unwrap().len();
            for at in [0, size / 2, size - 1] {
                let mut byte = [0];
                file.read_exact_at(&mut byte, at).unwrap();
                file.write_all_at(&[byte[0] ^ 1], at).unwrap();
                assert!(back(again()).is_none(), "{at}");
                file.write_all_at(&byte, at).unwrap();
            }
            assert!(back(again()).is_some());
            file.set_len(size - 1).unwrap();
            assert!(back(again()).is_none());
            let mut short = again();
            short.accounts.pop();
            assert!(back(short).is_none());
        }
    }
}
