//! Accesses in the order in which they were read, in memory or on disk.
//!
//! Chunks are held as they came, so that putting parts together copies nothing; what is over the ceiling goes to a
//! file without a name, which vanishes with the process. A disk that fails is remembered and told by [`Spill::fault`]:
//! whoever concludes from accesses asks for it before anything is printed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::packed::{pack_run, unpack_run};
use super::{Access, Moved, NONE, Names};

/// Accesses for which room is made at first.
const FEW: usize = 256;
/// Accesses that are read from disk at a time.
const BLOCK: usize = 4096;
/// Blocks that are written at a time.
const BLOCKS: usize = 16;

/// Where accesses go for which there is no room in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spill {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Most bytes of accesses in memory; `None` = no ceiling.
    room: Option<u64>,
    folder: PathBuf,
    file: Mutex<Option<(Arc<File>, u64)>>,
    fault: OnceLock<String>,
}

impl Spill {
    /// Beside a folder that may be written; nothing is written before the room is used up.
    pub fn new(room: Option<u64>, folder: &Path) -> Spill {
        Spill {
            inner: Arc::new(Inner {
                room,
                folder: folder.to_owned(),
                file: Mutex::new(None),
                fault: OnceLock::new(),
            }),
        }
    }

    /// Nothing goes to disk.
    pub fn never() -> Spill {
        Spill::new(None, Path::new(""))
    }

    /// Most bytes of accesses in memory.
    pub fn room(&self) -> Option<u64> {
        self.inner.room
    }

    /// Whether so many accesses are more than there is room for.
    pub fn overflows(&self, accesses: usize) -> bool {
        let bytes = (accesses * size_of::<Access>()) as u64;
        self.inner.room.is_some_and(|room| bytes > room)
    }

    /// What went wrong with the disk, if anything did: then nothing that was read back may be used.
    pub fn fault(&self) -> Option<&str> {
        self.inner.fault.get().map(String::as_str)
    }

    /// Takes so many bytes of the file for somebody: the file, and where they begin.
    pub(super) fn take(&self, bytes: u64) -> io::Result<(Arc<File>, u64)> {
        let mut file = match self.inner.file.lock() {
            Ok(file) => file,
            Err(poisoned) => poisoned.into_inner(),
        };
        let (file, end) = match file.as_mut() {
            Some(open) => open,
            None => file.insert((Arc::new(nameless(&self.inner.folder)?), 0)),
        };
        let from = *end;
        *end += bytes;
        Ok((file.clone(), from))
    }

    pub(super) fn failed(&self, error: &io::Error) {
        let folder = self.inner.folder.display();
        let _ = self.inner.fault.set(format!(
            "{folder}: accesses that do not fit into --memory cannot be kept here: {error}; make room there, or give more \
             --memory"
        ));
    }
}

/// A file that has no name any more and vanishes with the process.
fn nameless(folder: &Path) -> io::Result<File> {
    // Scans of one process may lie side by side.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(
        ".breachscope-spill-{}-{number}",
        std::process::id()
    ));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Accesses in order.
#[derive(Debug, Default)]
pub struct Accesses {
    chunks: Vec<Chunk>,
    len: usize,
    /// Those of them that are in memory.
    held: usize,
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
    moved: Option<Arc<Moved>>,
}

/// A run of accesses on disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Where it begins in the file.
    pub at: u64,
    /// How many bytes it takes.
    pub bytes: u64,
    /// How many accesses are in it.
    pub count: usize,
}

impl Accesses {
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
            Some(Chunk::Held(chunk)) => chunk.push(access),
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
        let moved = moved.map(Arc::new);
        for chunk in &mut next.chunks {
            match chunk {
                Chunk::Held(accesses) => accesses.iter_mut().for_each(|access| {
                    access.line = access.line.wrapping_add(base);
                    if let Some(moved) = &moved {
                        *access = moved.applied(*access);
                    }
                }),
                // What is on disk belongs to a whole file, whose lines are numbered already.
                Chunk::Spilled(spilled) => spilled.moved.clone_from(&moved),
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
        let mut at = 0;
        for chunk in &self.chunks {
            let mut see = |access: &Access| {
                see(at, access);
                at += 1;
            };
            match chunk {
                Chunk::Held(accesses) => accesses.iter().for_each(&mut see),
                Chunk::Spilled(spilled) => spilled.visit(&mut see),
            }
        }
    }

    /// The same, where each chunk goes when it was shown.
    pub fn consume(self, mut see: impl FnMut(usize, &Access)) {
        let mut at = 0;
        for chunk in self.chunks {
            let one = Accesses {
                chunks: vec![chunk],
                ..Accesses::default()
            };
            let mut shown = 0;
            one.visit(|_, access| {
                see(at + shown, access);
                shown += 1;
            });
            at += shown;
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Access> {
        self.chunks.iter().flat_map(Chunk::iter)
    }
}

impl From<Vec<Access>> for Accesses {
    fn from(all: Vec<Access>) -> Accesses {
        Accesses {
            len: all.len(),
            held: all.len(),
            chunks: vec![Chunk::Held(all)],
        }
    }
}

impl FromIterator<Access> for Accesses {
    fn from_iter<I: IntoIterator<Item = Access>>(all: I) -> Accesses {
        Accesses::from(Vec::from_iter(all))
    }
}

impl Chunk {
    fn iter(&self) -> impl Iterator<Item = Access> + '_ {
        let (held, spilled) = match self {
            Chunk::Held(accesses) => (&accesses[..], None),
            Chunk::Spilled(spilled) => (&[][..], Some(spilled.clone())),
        };
        let spilled = spilled.into_iter().flat_map(Spilled::into_iter);
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

    fn visit(&self, mut see: impl FnMut(&Access)) {
        let mut bytes = Vec::new();
        for block in &*self.blocks {
            block.read(&self.spill, &self.file, &mut bytes, |access| {
                match &self.moved {
                    Some(moved) => see(&moved.applied(access)),
                    None => see(&access),
                }
            });
        }
    }

    fn into_iter(self) -> impl Iterator<Item = Access> {
        let blocks = self.blocks.clone();
        (0..blocks.len()).flat_map(move |at| {
            let one = Spilled {
                blocks: [blocks[at]].into(),
                ..self.clone()
            };
            let mut accesses = Vec::with_capacity(blocks[at].count);
            one.visit(|access| accesses.push(*access));
            accesses
        })
    }
}

impl Block {
    /// Writes runs behind each other; `bytes` is only room to work in.
    pub fn write<'a>(
        spill: &Spill,
        runs: impl Iterator<Item = &'a [Access]>,
        bytes: &mut Vec<u8>,
    ) -> io::Result<(Arc<File>, Vec<Block>)> {
        bytes.clear();
        let mut blocks: Vec<Block> = runs
            .map(|run| {
                let from = bytes.len();
                pack_run(run.iter().copied(), bytes);
                Block {
                    at: from as u64,
                    bytes: (bytes.len() - from) as u64,
                    count: run.len(),
                }
            })
            .collect();
        let (file, at) = spill.take(bytes.len() as u64)?;
        file.write_all_at(bytes, at)?;
        blocks.iter_mut().for_each(|block| block.at += at);
        Ok((file, blocks))
    }

    /// Shows its accesses; none, or not all, where the disk fails, which the spill then knows. `bytes` is only room to
    /// work in.
    pub fn read(&self, spill: &Spill, file: &File, bytes: &mut Vec<u8>, see: impl FnMut(Access)) {
        bytes.resize(self.bytes as usize, 0);
        let read = file.read_exact_at(bytes, self.at);
        let read = read.and_then(|()| {
            unpack_run(bytes, self.count, see).ok_or_else(|| io::ErrorKind::InvalidData.into())
        });
        if let Err(error) = read {
            spill.failed(&error);
        }
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

impl Moved {
    /// An access with the numbers that its names have now.
    pub fn applied(&self, access: Access) -> Access {
        let new = |map: &[u32], old: u32| map.get(old as usize).copied().unwrap_or(NONE);
        Access {
            actor: new(&self.actors, access.actor),
            client: new(&self.clients, access.client),
            agent: new(&self.agents, access.agent),
            object: new(&self.objects, access.object),
            container: new(&self.objects, access.container),
            ..access
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::packed::tests::access;

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
        accesses.consume(|at, access| seen.push((at, *access)));
        assert_eq!(seen, numbered);
        assert_eq!(spill.fault(), None);
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
