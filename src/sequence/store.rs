//! Accesses in the order in which they were read, in memory or on disk.
//!
//! Chunks are held as they came, so that putting parts together copies nothing; what is over the ceiling goes to a
//! file (`spill`).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex};

use super::moves::{Last, Move};
use super::sorted::locked;
use super::spill::{Block, Spill};
use super::{Access, Moved, Names};
use crate::words::Hands;

/// Accesses for which room is made at first.
const FEW: usize = 256;
/// Accesses that are read from disk at a time.
const BLOCK: usize = 4096;
/// Blocks that are written at a time.
const BLOCKS: usize = 16;

/// Accesses in order.
#[derive(Debug, Default)]
pub struct Accesses {
    chunks: Vec<Chunk>,
    len: usize,
    /// Those of them that are in memory.
    held: usize,
    /// How many there will be, where that is likely.
    likely: usize,
}

#[derive(Debug)]
enum Chunk {
    Held(Vec<Access>),
    Spilled(Spilled),
}

/// Accesses on disk, whose names have moved since.
#[derive(Clone, Debug)]
struct Spilled {
    spill: Spill,
    file: Arc<File>,
    blocks: Arc<[Block]>,
    moved: Option<Arc<Move>>,
}

impl Accesses {
    /// None yet; once there are more than a few, room is made for so many, so that they are not moved again and again.
    pub fn likely(likely: usize) -> Accesses {
        Accesses {
            likely,
            ..Accesses::default()
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many are in memory.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Adds one.
    pub fn push(&mut self, access: Access) {
        self.len += 1;
        self.held += 1;
        match self.chunks.last_mut() {
            Some(Chunk::Held(chunk)) => {
                if chunk.len() == chunk.capacity() {
                    chunk.reserve(self.likely.saturating_sub(chunk.len()).max(1));
                }
                chunk.push(access);
            }
            _ => {
                let mut chunk = Vec::with_capacity(FEW);
                chunk.push(access);
                self.chunks.push(Chunk::Held(chunk));
            }
        }
    }

    /// Gives back what was reserved for more.
    pub fn shrink(&mut self) {
        if let Some(Chunk::Held(chunk)) = self.chunks.last_mut() {
            chunk.shrink_to_fit();
        }
    }

    /// Takes in those that follow; their names have moved, and their lines begin after `base`.
    pub fn append(&mut self, mut next: Accesses, moved: Option<Moved>, base: u64) {
        let mut on_disk: Option<Arc<Move>> = None;
        for chunk in &mut next.chunks {
            match chunk {
                Chunk::Held(accesses) => accesses.iter_mut().for_each(|access| {
                    access.line = access.line.wrapping_add(base);
                    if let Some(moved) = &moved {
                        *access = moved.applied(*access);
                    }
                }),
                // What is on disk belongs to a whole file, whose lines are numbered already.
                Chunk::Spilled(spilled) => {
                    if let Some(moved) = moved.as_ref().filter(|_| on_disk.is_none()) {
                        on_disk = Move::of(&spilled.spill, moved);
                    }
                    spilled.moved.clone_from(&on_disk);
                }
            }
        }
        self.chunks.append(&mut next.chunks);
        self.len += next.len;
        self.held += next.held;
    }

    /// Writes to disk what is in memory, if it is more than the share of the room that is due to it.
    pub fn spill(&mut self, spill: &Spill, share: usize) {
        if !spill.overflows(self.held.saturating_mul(share)) {
            return;
        }
        for chunk in &mut self.chunks {
            if let Chunk::Held(accesses) = chunk
                && !accesses.is_empty()
            {
                match Spilled::write(spill, accesses) {
                    Ok(spilled) => {
                        self.held -= accesses.len();
                        *chunk = Chunk::Spilled(spilled);
                    }
                    Err(error) => return spill.failed(&error),
                }
            }
        }
    }

    /// Shows all of them, in order, with their places: what is in memory is not copied for it.
    pub fn visit(&self, mut see: impl FnMut(usize, &Access)) {
        let (mut at, mut last) = (0, Last::None);
        for chunk in &self.chunks {
            chunk.moved(&mut last);
            let mut see = |access: &Access| {
                see(at, access);
                at += 1;
            };
            match chunk {
                Chunk::Held(accesses) => accesses.iter().for_each(&mut see),
                Chunk::Spilled(spilled) => spilled.visit(last.as_deref(), &mut see),
            }
        }
    }

    /// Shows all of them by groups of about so many, in order, with the place of the first: what is on disk is read side by
    /// side.
    pub(super) fn visit_groups(
        &self,
        some: usize,
        hands: Hands<'_>,
        mut see: impl FnMut(usize, &[&[Access]]),
    ) {
        let (mut at, mut held) = (0, 0);
        let mut group: Vec<Lot<'_>> = Vec::new();
        let mut last = Last::None;
        for chunk in &self.chunks {
            chunk.moved(&mut last);
            for lot in chunk.lots(&last) {
                held += lot.len();
                group.push(lot);
                if held >= some {
                    Lot::show(&group, hands, |all| see(at, all));
                    at += std::mem::take(&mut held);
                    group.clear();
                }
            }
        }
        if !group.is_empty() {
            Lot::show(&group, hands, |all| see(at, all));
        }
    }

    /// The same, where chunks go when they were shown.
    pub(super) fn consume_groups(
        self,
        some: usize,
        hands: Hands<'_>,
        mut see: impl FnMut(usize, &[&[Access]]),
    ) {
        let (mut at, mut last) = (0, Last::None);
        let mut chunks = self.chunks.into_iter().peekable();
        while chunks.peek().is_some() {
            let mut one = Accesses::default();
            while one.len < some
                && let Some(chunk) = chunks.next()
            {
                one.len += chunk.len();
                chunk.moved(&mut last);
                one.chunks.push(chunk);
            }
            one.visit_groups(some, hands, |from, all| see(at + from, all));
            at += one.len;
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Access> {
        let mut last = Last::None;
        self.chunks.iter().flat_map(move |chunk| {
            chunk.moved(&mut last);
            chunk.iter(&last)
        })
    }
}

impl From<Vec<Access>> for Accesses {
    fn from(all: Vec<Access>) -> Accesses {
        Accesses {
            len: all.len(),
            held: all.len(),
            likely: 0,
            chunks: vec![Chunk::Held(all)],
        }
    }
}

impl FromIterator<Access> for Accesses {
    fn from_iter<I: IntoIterator<Item = Access>>(all: I) -> Accesses {
        Accesses::from(Vec::from_iter(all))
    }
}

/// Accesses that are read in one go.
enum Lot<'c> {
    Held(&'c [Access]),
    Block(&'c Spilled, Block, Last),
}

impl Lot<'_> {
    fn len(&self) -> usize {
        match self {
            Lot::Held(accesses) => accesses.len(),
            Lot::Block(_, block, _) => block.count,
        }
    }

    fn show(group: &[Lot<'_>], hands: Hands<'_>, see: impl FnOnce(&[&[Access]])) {
        let read: Vec<Mutex<Vec<Access>>> = group.iter().map(|_| Mutex::default()).collect();
        if group.iter().any(|lot| matches!(lot, Lot::Block(..))) {
            hands(group.len(), &|place| {
                if let Lot::Block(spilled, block, moved) = &group[place] {
                    *locked(&read[place]) = spilled.block(block, moved.as_deref());
                }
            });
        }
        let read: Vec<Vec<Access>> = read
            .into_iter()
            .map(|one| one.into_inner().unwrap_or_else(|e| e.into_inner()))
            .collect();
        let all = group.iter().zip(&read).map(|(lot, read)| match lot {
            Lot::Held(accesses) => accesses,
            Lot::Block(..) => &read[..],
        });
        see(&all.collect::<Vec<_>>());
    }
}

impl Chunk {
    fn len(&self) -> usize {
        match self {
            Chunk::Held(accesses) => accesses.len(),
            Chunk::Spilled(spilled) => spilled.blocks.iter().map(|block| block.count).sum(),
        }
    }

    /// Where the names of its accesses have gone; nowhere for those that have their names' numbers themselves.
    fn moved(&self, last: &mut Last) {
        *last = match self {
            Chunk::Held(_) => None,
            Chunk::Spilled(spilled) => spilled.moved.as_ref().map(|moved| moved.get()),
        };
    }

    fn lots<'c>(&'c self, moved: &Last) -> impl Iterator<Item = Lot<'c>> + use<'c> {
        let (held, spilled) = match self {
            Chunk::Held(accesses) => (Some(Lot::Held(accesses)), None),
            Chunk::Spilled(spilled) => (None, Some(spilled)),
        };
        let moved = moved.clone();
        let blocks = spilled.into_iter().flat_map(move |spilled| {
            let (blocks, moved) = (spilled.blocks.iter(), moved.clone());
            blocks.map(move |block| Lot::Block(spilled, *block, moved.clone()))
        });
        held.into_iter().chain(blocks)
    }

    fn iter<'c>(&'c self, moved: &Last) -> impl Iterator<Item = Access> + use<'c> {
        let (held, spilled) = match self {
            Chunk::Held(accesses) => (&accesses[..], None),
            Chunk::Spilled(spilled) => (&[][..], Some(spilled.clone())),
        };
        let moved = moved.clone();
        let spilled = spilled.into_iter();
        let spilled = spilled.flat_map(move |spilled| spilled.into_iter(moved.clone()));
        held.iter().copied().chain(spilled)
    }
}

impl Spilled {
    fn write(spill: &Spill, accesses: &[Access]) -> io::Result<Spilled> {
        let (mut bytes, mut blocks) = (Vec::new(), Vec::new());
        let mut file = None;
        for some in accesses.chunks(BLOCKS * BLOCK) {
            let (own, written) = Block::write(spill, some.chunks(BLOCK), &mut bytes)?;
            blocks.extend(written);
            file = Some(own);
        }
        Ok(Spilled {
            spill: spill.clone(),
            file: file.ok_or(io::ErrorKind::InvalidInput)?,
            blocks: blocks.into(),
            moved: None,
        })
    }

    /// The accesses of one of its blocks.
    fn block(&self, block: &Block, moved: Option<&Moved>) -> Vec<Access> {
        let mut all = Vec::with_capacity(block.count);
        block.read(&self.spill, &self.file, &mut Vec::new(), |access| {
            all.push(match moved {
                Some(moved) => moved.applied(access),
                None => access,
            });
        });
        all
    }

    fn visit(&self, moved: Option<&Moved>, mut see: impl FnMut(&Access)) {
        let mut bytes = Vec::new();
        for block in &*self.blocks {
            block.read(&self.spill, &self.file, &mut bytes, |access| match moved {
                Some(moved) => see(&moved.applied(access)),
                None => see(&access),
            });
        }
    }

    fn into_iter(self, moved: Last) -> impl Iterator<Item = Access> {
        let blocks = self.blocks.clone();
        (0..blocks.len()).flat_map(move |at| self.block(&blocks[at], moved.as_deref()))
    }
}

/// Names of one log on disk, until those of all logs are put together.
#[derive(Debug)]
pub struct Stowed {
    spill: Spill,
    file: Arc<File>,
    at: u64,
    len: usize,
}

impl Names {
    /// Puts them on disk and leaves none here; `None` where the disk fails, which the spill then knows.
    pub fn stow(&mut self, spill: &Spill) -> Option<Stowed> {
        let mut bytes = Vec::new();
        self.pack(&mut bytes);
        let written = spill.take(bytes.len() as u64).and_then(|(file, at)| {
            file.write_all_at(&bytes, at)?;
            Ok(Stowed {
                spill: spill.clone(),
                file,
                at,
                len: bytes.len(),
            })
        });
        match written {
            Ok(stowed) => {
                *self = Names::default();
                Some(stowed)
            }
            Err(error) => {
                spill.failed(&error);
                None
            }
        }
    }
}

impl Stowed {
    /// The names again; none where the disk fails, which the spill then knows.
    pub fn names(self) -> Names {
        let mut bytes = vec![0; self.len];
        let read = self.file.read_exact_at(&mut bytes, self.at);
        let names = read.map(|()| Names::unpack(&bytes).map(|(names, _)| names));
        match names {
            Ok(Some(names)) => names,
            Ok(None) => {
                self.spill.failed(&io::ErrorKind::InvalidData.into());
                Names::default()
            }
            Err(error) => {
                self.spill.failed(&error);
                Names::default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sequence::packed::tests::access;

    fn one_by_one(count: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(work);
    }

    #[test]
    fn what_was_on_disk_is_what_was_in_memory() {
        let folder = std::env::temp_dir();
        let all: Vec<Access> = (0..10_000).map(access).collect();
        let mut accesses: Accesses = all.iter().copied().collect();
        let spill = Spill::new(Some(1), &folder);
        accesses.spill(&spill, 1);
        assert_eq!((accesses.held(), accesses.len()), (0, all.len()));
        accesses.push(access(10_000));
        let read: Vec<Access> = accesses.iter().collect();
        assert_eq!(read[..all.len()], all);
        assert_eq!(read.last(), Some(&access(10_000)));
        let mut seen = Vec::new();
        accesses.visit(|at, access| seen.push((at, *access)));
        let numbered: Vec<(usize, Access)> = read.into_iter().enumerate().collect();
        assert_eq!(seen, numbered);
        seen.clear();
        accesses.consume_groups(1_000, &one_by_one, |at, some| {
            let all = some.iter().flat_map(|chunk| chunk.iter());
            seen.extend((at..).zip(all.copied()));
        });
        assert_eq!(seen, numbered);
        assert_eq!(spill.fault(), None);
    }

    #[test]
    fn chunks_are_shown_in_order_with_their_places() {
        let all: Vec<Access> = (0..10_000).map(access).collect();
        let mut accesses = Accesses::default();
        for part in all.chunks(700) {
            accesses.append(part.iter().copied().collect(), None, 0);
            if accesses.len() == 4_200 {
                accesses.spill(&Spill::new(Some(1), &std::env::temp_dir()), 1);
            }
        }
        let (mut seen, mut groups) = (Vec::new(), 0);
        accesses.consume_groups(2_000, &one_by_one, |at, some| {
            assert_eq!(at, seen.len());
            some.iter().for_each(|chunk| seen.extend_from_slice(chunk));
            groups += 1;
        });
        assert_eq!((seen, groups), (all, 5));
    }

    #[test]
    fn stowed_names_come_back() {
        let mut names = Names::default();
        (0..1000_u32).for_each(|n| _ = names.objects.number(format!("name {n}").as_bytes()));
        let spill = Spill::new(Some(1), &std::env::temp_dir());
        let stowed = names.stow(&spill).unwrap();
        assert!(names.is_empty());
        assert_eq!(stowed.names().objects.known(b"name 999"), Some(999));
        assert_eq!(spill.fault(), None);
    }

    #[test]
    fn a_disk_that_fails_is_told() {
        let mut accesses: Accesses = (0..10).map(access).collect();
        let spill = Spill::new(Some(1), Path::new("/no/such/folder"));
        accesses.spill(&spill, 1);
        assert!(
            spill
                .fault()
                .is_some_and(|fault| fault.contains("/no/such/folder"))
        );
        // Nothing was lost by it.
        assert_eq!(accesses.iter().count(), 10);
    }
}
