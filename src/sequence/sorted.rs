//! Each account's accesses in exact time order: in memory, or on disk, sorted a partition at a time.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::Access;
use super::packed::{PACKED, pack};
use super::store::{Accesses, Spill, read};

/// Into how many parts the room for accesses is cut: a partition, its sorting, and what is written must fit into it.
const PARTS: usize = 4;
/// Partitions that are written to at the same time, at most.
const MOST_PARTITIONS: usize = 1024;
/// Accesses of a partition that are written at a time.
const BATCH: usize = 256;

/// Accesses partitioned by account, each account's in exact order. Accounts stand in the order of
/// their numbers.
#[derive(Debug)]
pub struct Sequences {
    home: Home,
    /// Account and where its accesses begin.
    bounds: Vec<(u32, usize)>,
    len: usize,
}

/// Puts each of many accounts' accesses in [`order`].
pub type Many<'m> = &'m dyn Fn(Vec<&mut [Access]>);

#[derive(Debug)]
enum Home {
    Held(Vec<Access>),
    Spilled {
        spill: Spill,
        file: Arc<File>,
        at: u64,
    },
}

impl Sequences {
    /// Partitions accesses by account. `who` is asked twice for each, with its place among all and whether it is the
    /// first time, and gives the account's number, below `people`, or nothing for one that is set aside. `many` puts
    /// many accounts' accesses in [`order`], as many at a time as there are threads.
    pub fn build(
        accesses: Accesses,
        people: usize,
        spill: &Spill,
        mut who: impl FnMut(usize, &Access, bool) -> Option<u32>,
        many: Many<'_>,
    ) -> Sequences {
        let mut starts = vec![0_usize; people + 1];
        accesses.visit(|at, access| {
            let who = who(at, access, true);
            if let Some(slot) = who.and_then(|who| starts.get_mut(who as usize)) {
                *slot += 1;
            }
        });
        let mut bounds = Vec::new();
        let mut len = 0;
        for (account, slot) in starts.iter_mut().enumerate() {
            let count = std::mem::replace(slot, len);
            if count > 0 {
                bounds.push((account as u32, len));
            }
            len += count;
        }
        let mut sequences = Sequences {
            home: Home::Held(Vec::new()),
            bounds,
            len,
        };
        let home = match spill.overflows(2 * len) {
            false => Ok(sequences.hold(accesses, starts, who, many)),
            true => sequences.spill(accesses, starts, spill, who),
        };
        match home {
            Ok(home) => sequences.home = home,
            Err(error) => {
                spill.failed(&error);
                sequences.bounds.clear();
                sequences.len = 0;
            }
        }
        sequences
    }

    fn hold(
        &self,
        accesses: Accesses,
        mut places: Vec<usize>,
        mut who: impl FnMut(usize, &Access, bool) -> Option<u32>,
        many: Many<'_>,
    ) -> Home {
        let mut all = vec![Access::BLANK; self.len];
        accesses.consume(|at, access| {
            if let Some(account) = who(at, access, false)
                && let Some(place) = places.get_mut(account as usize)
                && let Some(slot) = all.get_mut(*place)
            {
                *slot = Access {
                    actor: account,
                    ..*access
                };
                *place += 1;
            }
        });
        let mut own = Vec::with_capacity(self.bounds.len());
        let mut rest = all.as_mut_slice();
        for index in 0..self.bounds.len() {
            let (one, others) = rest.split_at_mut(self.span(index).len());
            own.push(one);
            rest = others;
        }
        many(own);
        Home::Held(all)
    }

    /// Accounts that follow each other make a partition; each access goes to its partition's place, then each
    /// partition is sorted.
    fn spill(
        &self,
        accesses: Accesses,
        starts: Vec<usize>,
        spill: &Spill,
        mut who: impl FnMut(usize, &Access, bool) -> Option<u32>,
    ) -> io::Result<Home> {
        let (file, at) = spill.take((self.len * PACKED) as u64)?;
        let room = spill.room().unwrap_or(u64::MAX) as usize / size_of::<Access>() / PARTS;
        let size = room.max(self.len / MOST_PARTITIONS).max(1);
        // The partition of each account, and where each begins.
        let mut begins: Vec<usize> = Vec::new();
        let mut partition_of = vec![0_u32; starts.len()];
        for (account, start) in starts.iter().enumerate() {
            let end = starts.get(account + 1).copied().unwrap_or(self.len);
            let begin = begins.last().copied();
            if begin.is_none_or(|begin| end - begin > size && *start > begin) {
                begins.push(*start);
            }
            partition_of[account] = begins.len() as u32 - 1;
        }
        let mut writers: Vec<Writer> = begins.iter().map(|begin| Writer::at(*begin)).collect();
        let mut written = Ok(());
        accesses.consume(|place, access| {
            if let Some(account) = who(place, access, false)
                && written.is_ok()
            {
                let partition = partition_of.get(account as usize).copied().unwrap_or(0);
                let access = Access {
                    actor: account,
                    ..*access
                };
                written = writers[partition as usize].push(access, &file, at);
            }
        });
        written?;
        for writer in &mut writers {
            writer.flush(&file, at)?;
        }
        let ends = begins.iter().skip(1).copied().chain([self.len]);
        for (begin, end) in begins.iter().zip(ends) {
            sort((*begin, end), spill, &file, at)?;
        }
        Ok(Home::Spilled {
            spill: spill.clone(),
            file,
            at,
        })
    }

    /// How many accounts have a sequence.
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether there is no access at all.
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// The `index`-th account's number and its accesses in order.
    pub fn sequence(&self, index: usize) -> (u32, Cow<'_, [Access]>) {
        let span = self.span(index);
        let accesses = match &self.home {
            Home::Held(all) => Cow::Borrowed(&all[span]),
            Home::Spilled { spill, file, at } => {
                let place = at + (span.start * PACKED) as u64;
                Cow::Owned(read(spill, file, place, span.len()))
            }
        };
        (self.bounds[index].0, accesses)
    }

    /// Where an account's sequence stands.
    pub fn place(&self, account: u32) -> Option<usize> {
        let found = self.bounds.binary_search_by_key(&account, |(own, _)| *own);
        found.ok()
    }

    fn span(&self, index: usize) -> std::ops::Range<usize> {
        let next = self.bounds.get(index + 1);
        self.bounds[index].1..next.map_or(self.len, |(_, start)| *start)
    }
}

/// Sorts a partition in its place.
fn sort((begin, end): (usize, usize), spill: &Spill, file: &File, at: u64) -> io::Result<()> {
    let mut place = at + (begin * PACKED) as u64;
    let mut accesses = read(spill, file, place, end - begin);
    // Stable: accesses of one request keep the order in which the request names them.
    accesses.sort_by_key(|access| (access.actor, access.order()));
    let mut bytes = Vec::with_capacity(BATCH * PACKED);
    for batch in accesses.chunks(BATCH) {
        bytes.clear();
        batch.iter().for_each(|access| pack(access, &mut bytes));
        file.write_all_at(&bytes, place)?;
        place += bytes.len() as u64;
    }
    Ok(())
}

/// Puts one account's accesses in exact order. Stable: accesses of one request keep the order in which the request names
/// them. Nearly all stand in order already.
pub fn order(accesses: &mut [Access]) {
    if !accesses.is_sorted_by_key(Access::order) {
        accesses.sort_by_key(Access::order);
    }
}

/// Accesses on their way to a partition.
struct Writer {
    /// The next place in it.
    next: usize,
    waiting: Vec<Access>,
}

impl Writer {
    fn at(begin: usize) -> Writer {
        Writer {
            next: begin,
            waiting: Vec::new(),
        }
    }

    fn push(&mut self, access: Access, file: &File, at: u64) -> io::Result<()> {
        self.waiting.push(access);
        match self.waiting.len() {
            BATCH => self.flush(file, at),
            _ => Ok(()),
        }
    }

    fn flush(&mut self, file: &File, at: u64) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(self.waiting.len() * PACKED);
        self.waiting
            .iter()
            .for_each(|access| pack(access, &mut bytes));
        file.write_all_at(&bytes, at + (self.next * PACKED) as u64)?;
        self.next += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::packed::tests::access;

    fn one_by_one(own: Vec<&mut [Access]>) {
        own.into_iter().for_each(order);
    }

    /// Account and accesses, by index.
    fn all(sequences: &Sequences) -> Vec<(u32, Vec<Access>)> {
        let one = |index| {
            let (account, accesses) = sequences.sequence(index);
            (account, accesses.into_owned())
        };
        (0..sequences.len()).map(one).collect()
    }

    #[test]
    fn on_disk_as_in_memory() {
        let accesses = || -> Accesses { (0..20_000).map(|n| access(n * 7919 % 20_000)).collect() };
        // One account has half of all, and every eleventh access is set aside.
        let who = |at: usize, access: &Access, _: bool| match at {
            at if at % 11 == 0 => None,
            at if at % 2 == 0 => Some(3),
            _ => Some(access.actor % 200),
        };
        let held = Sequences::build(accesses(), 200, &Spill::never(), who, &one_by_one);
        let expected = all(&held);
        assert!(
            expected
                .iter()
                .all(|(_, own)| own.is_sorted_by_key(Access::order))
        );
        let count: usize = expected.iter().map(|(_, own)| own.len()).sum();
        assert_eq!(count, 20_000 - 20_000_usize.div_ceil(11));
        for room in [1, 100_000, 1_000_000] {
            let spill = Spill::new(Some(room), &std::env::temp_dir());
            let mut own = accesses();
            own.spill(&spill, 1);
            let spilled = Sequences::build(own, 200, &spill, who, &one_by_one);
            assert!(matches!(spilled.home, Home::Spilled { .. }));
            assert_eq!(all(&spilled), expected, "room {room}");
            assert_eq!(spill.fault(), None);
        }
    }
}
