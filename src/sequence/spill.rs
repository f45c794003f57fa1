//! The file to which goes what does not fit into memory: runs of accesses, and whatever else somebody keeps.
//!
//! It has no name and vanishes with the process. A disk that fails is remembered and told by [`Spill::fault`]: whoever
//! concludes from accesses asks for it before anything is printed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::Access;
use super::packed::{pack_run, unpack_run};

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

    /// Keeps bytes of any kind, where others stood `before` if they fit there; `None` where the disk fails.
    pub fn keep(&self, bytes: &[u8], before: Option<Kept>) -> Option<Kept> {
        let length = bytes.len() as u32;
        let written = match before.filter(|kept| kept.room >= length) {
            Some(kept) => self
                .open(|file| file.write_all_at(bytes, kept.at))
                .map(|()| kept),
            None => self.take(bytes.len() as u64).and_then(|(file, at)| {
                file.write_all_at(bytes, at)?;
                let room = length;
                Ok(Kept { at, length, room })
            }),
        };
        match written {
            Ok(kept) => Some(Kept { length, ..kept }),
            Err(error) => {
                self.failed(&error);
                None
            }
        }
    }

    /// Shows bytes that were kept; `None` where the disk fails, or they are not what `read` takes.
    pub fn kept<T>(&self, kept: Kept, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let mut bytes = vec![0; kept.length as usize];
        let got = self.open(|file| file.read_exact_at(&mut bytes, kept.at));
        let got = got.and_then(|()| read(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into()));
        match got {
            Ok(one) => Some(one),
            Err(error) => {
                self.failed(&error);
                None
            }
        }
    }

    fn open<T>(&self, work: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let file = match self.inner.file.lock() {
            Ok(file) => file.as_ref().map(|(file, _)| file.clone()),
            Err(poisoned) => poisoned.into_inner().as_ref().map(|(file, _)| file.clone()),
        };
        work(&*file.ok_or(io::ErrorKind::InvalidData)?)
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
            "{folder}: what does not fit into --memory cannot be kept here: {error}; make room there, or give more \
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

/// Where bytes are kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    at: u64,
    length: u32,
    /// How many may stand there.
    room: u32,
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
