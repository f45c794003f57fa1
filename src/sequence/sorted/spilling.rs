//! Sequences of more accesses than there is room for: parted by account on disk, then put in order a partition at a time.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::super::spill::{Block, Spill};
use super::super::store::Accesses;
use super::super::{Access, NONE};
use super::{Home, SOME, Sequences, locked};
use crate::words::Hands;

/// Into how many parts the room for accesses is cut: a partition for each thread, and what is written of it, must fit.
const PARTS: usize = 8;
/// Partitions that are written to at the same time, at most.
const MOST_PARTITIONS: usize = 1024;
/// Accesses of a partition that are written at a time.
const BATCH: usize = 256;
/// Groups of partitions that are written to side by side.
const LANES: usize = 8;
/// Fewest accesses that are looked at in one go.
const FEW: usize = 1 << 12;

/// Accesses that are looked at in one go: what is read of the disk for it must fit beside all else.
pub(super) fn at_once(spill: &Spill) -> usize {
    let room = |room: u64| room as usize / size_of::<Access>() / PARTS;
    spill
        .room()
        .map_or(SOME, |bytes| room(bytes).clamp(FEW, SOME))
}

impl Sequences {
    /// Accounts that follow each other make a partition; each access goes to its partition's place, then each
    /// partition is sorted.
    pub(super) fn spill(
        &self,
        accesses: Accesses,
        spill: &Spill,
        mut who: impl FnMut(usize, &Access, bool) -> Option<u32>,
        hands: Hands<'_>,
    ) -> io::Result<Home> {
        let room = spill.room().unwrap_or(u64::MAX) as usize / size_of::<Access>() / PARTS;
        let size = room.max(self.len / MOST_PARTITIONS).max(1);
        let partitions = self.partitions(size);
        // The partition of each account.
        let mut partition_of =
            vec![0_u32; self.bounds.last().map_or(0, |(last, _)| *last as usize + 1)];
        for (partition, accounts) in partitions.iter().enumerate() {
            for (account, _) in &self.bounds[accounts.clone()] {
                partition_of[*account as usize] = partition as u32;
            }
        }
        let mut writers: Vec<Writer> = partitions.iter().map(|_| Writer::default()).collect();
        let each = partitions.len().div_ceil(LANES).max(1);
        let lanes = writers.chunks_mut(each).enumerate().map(|(lane, writers)| {
            Mutex::new(Lane {
                first: lane * each,
                writers,
                written: Ok(()),
            })
        });
        let lanes: Vec<Mutex<Lane<'_>>> = lanes.collect();
        // Account and partition of each access of a group.
        let mut owners: Vec<(u32, u32)> = Vec::new();
        accesses.consume_groups(at_once(spill), hands, |at, some| {
            owners.clear();
            let all = some.iter().flat_map(|chunk| chunk.iter());
            owners.extend((at..).zip(all).map(|(place, access)| {
                let account = who(place, access, false).unwrap_or(NONE);
                let partition = partition_of.get(account as usize);
                (account, partition.copied().unwrap_or(NONE))
            }));
            hands(lanes.len(), &|lane| {
                locked(&lanes[lane]).take(some, &owners, spill)
            });
        });
        for lane in lanes {
            let lane = lane.into_inner().unwrap_or_else(|e| e.into_inner());
            lane.written?;
            for writer in lane.writers {
                writer.flush(spill)?;
            }
        }
        let sorted: Vec<Mutex<io::Result<Option<Sorted>>>> =
            partitions.iter().map(|_| Mutex::new(Ok(None))).collect();
        hands(partitions.len(), &|at| {
            let done = self.sort(partitions[at].clone(), &writers[at], spill);
            *locked(&sorted[at]) = done.map(Some);
        });
        let mut blocks = Vec::with_capacity(self.bounds.len());
        let mut file = None;
        for one in sorted {
            let one = one
                .into_inner()
                .unwrap_or_else(|poisoned| poisoned.into_inner())?;
            if let Some((own, written)) = one {
                blocks.extend(written);
                file = Some(own);
            }
        }
        Ok(Home::Spilled {
            spill: spill.clone(),
            file: file.ok_or(io::ErrorKind::InvalidData)?,
            blocks,
        })
    }

    /// Sorts a partition, which is read into memory for it.
    fn sort(&self, accounts: Range<usize>, written: &Writer, spill: &Spill) -> io::Result<Sorted> {
        let begin = self.spans(&accounts).start;
        let mut places: Vec<usize> = accounts
            .clone()
            .map(|one| self.span(one).start - begin)
            .collect();
        let mut all = vec![Access::BLANK; self.spans(&accounts).len()];
        let mut bytes = Vec::new();
        let own = &self.bounds[accounts.clone()];
        let file = written.file.as_ref().ok_or(io::ErrorKind::InvalidData)?;
        for block in &written.blocks {
            block.read(spill, file, &mut bytes, |access| {
                let found = own.binary_search_by_key(&access.actor, |(account, _)| *account);
                if let Ok(found) = found
                    && let Some(slot) = all.get_mut(places[found])
                {
                    *slot = access;
                    places[found] += 1;
                }
            });
        }
        self.order_each(accounts.clone(), &mut all);
        let runs = accounts.map(|one| {
            let span = self.span(one);
            &all[span.start - begin..span.end - begin]
        });
        Block::write(spill, runs, &mut bytes)
    }
}

/// The accounts of a partition on disk.
type Sorted = (Arc<File>, Vec<Block>);

/// Partitions side by side that are written to one access after the other.
struct Lane<'w> {
    /// The first of them.
    first: usize,
    writers: &'w mut [Writer],
    written: io::Result<()>,
}

impl Lane<'_> {
    /// Takes what belongs to its partitions; `owners` tells whose each access is, and which partition's.
    fn take(&mut self, some: &[&[Access]], owners: &[(u32, u32)], spill: &Spill) {
        let all = some.iter().flat_map(|chunk| chunk.iter());
        for ((account, partition), access) in owners.iter().zip(all) {
            let own = (*partition as usize).wrapping_sub(self.first);
            if let Some(writer) = self.writers.get_mut(own)
                && self.written.is_ok()
            {
                let access = Access {
                    actor: *account,
                    ..*access
                };
                self.written = writer.push(access, spill);
            }
        }
    }
}

/// Accesses of a partition: on disk, and on their way there.
#[derive(Default)]
struct Writer {
    file: Option<Arc<File>>,
    blocks: Vec<Block>,
    waiting: Vec<Access>,
}

impl Writer {
    fn push(&mut self, access: Access, spill: &Spill) -> io::Result<()> {
        self.waiting.push(access);
        match self.waiting.len() {
            BATCH => self.flush(spill),
            _ => Ok(()),
        }
    }

    fn flush(&mut self, spill: &Spill) -> io::Result<()> {
        let run = std::iter::once(&self.waiting[..]).filter(|run| !run.is_empty());
        let (file, blocks) = Block::write(spill, run, &mut Vec::new())?;
        self.file = Some(file);
        self.blocks.extend(blocks);
        self.waiting.clear();
        Ok(())
    }
}
