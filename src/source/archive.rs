//! An archive on disk: its members' bytes, in whatever order they are asked for, and its own digest.
//!
//! A member of a plain archive is read where it stands. To come to a member of a packed one, all before it
//! has to be unpacked; a decoder that has come past one member waits here for whoever asks for a later one,
//! so that members asked for in order cost one pass. What the tables of an archive look like is left to
//! `tar` and `zip`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::SourceProblem;
use super::container::{self, Opened};
use super::layer::{Layer, Notes, Peek, Raw, read_at};
use super::log::Step;
use super::zip;

/// An archive file, as it was when it was listed.
pub(super) struct Archive {
    path: PathBuf,
    snapshot: u64,
    /// Decoders of the outermost packing and where each stands in its content.
    waiting: Mutex<Vec<(u64, Peek)>>,
    digest: Mutex<Option<(u64, String)>>,
}

/// Decoders that wait: as many as workers commonly read one archive at a time.
const WAITING: usize = 4;

impl Archive {
    pub(super) fn new(path: &Path, snapshot: u64) -> Archive {
        Archive {
            path: path.to_owned(),
            snapshot,
            waiting: Mutex::default(),
            digest: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its length when it was listed.
    pub(super) fn snapshot(&self) -> u64 {
        self.snapshot
    }

    /// Bytes and SHA-256 of the whole file; read once.
    pub(super) fn digest(&self) -> io::Result<(u64, String)> {
        let mut digest = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*digest {
            return Ok(known.clone());
        }
        let file = File::open(&self.path)?;
        let (mut state, mut at) = (Sha256::new(), 0);
        let mut block = vec![0; 256 << 10];
        while at < self.snapshot {
            let most = (self.snapshot - at).min(block.len() as u64) as usize;
            let got = read_at(&file, &mut block[..most], at)?;
            if got == 0 {
                break;
            }
            state.update(&block[..got]);
            at += got as u64;
        }
        let known = (at, format!("{:x}", state.finalize()));
        *digest = Some(known.clone());
        Ok(known)
    }

    /// The bytes of a member, packed as they were put in but out of the archive; no steps = the file itself.
    pub(super) fn member(self: &Arc<Self>, steps: &[Step]) -> Result<Peek, SourceProblem> {
        let Some((last, before)) = steps.split_last() else {
            return self.file(0, self.snapshot).map_err(|e| self.failed(e));
        };
        let start = self.content_at(before, last.from)?;
        let enter = || match &last.zipped {
            None => Ok(section(start, last.len, None)),
            Some(zipped) => zip::enter(start, last.len, zipped),
        };
        enter().map_err(|e| self.failed(e))
    }

    /// The content of what `steps` lead to, an archive or the file itself, from `offset` on.
    pub(super) fn content_at(
        self: &Arc<Self>,
        steps: &[Step],
        offset: u64,
    ) -> Result<Peek, SourceProblem> {
        if steps.is_empty() {
            return self.outermost(offset);
        }
        let mut content = self.peeled(steps)?.content;
        content.pass(offset).map_err(|e| self.failed(e))?;
        Ok(content)
    }

    /// What `steps` lead to, without its packings.
    pub(super) fn peeled(self: &Arc<Self>, steps: &[Step]) -> Result<Opened, SourceProblem> {
        container::peel(&self.path.display(), self.member(steps)?)
    }

    fn outermost(self: &Arc<Self>, offset: u64) -> Result<Peek, SourceProblem> {
        let (at, mut content) = match self.nearest(offset) {
            Some(waiting) => waiting,
            None => {
                let opened = self.peeled(&[])?;
                if opened.layers == 0 {
                    return self.file(offset, self.snapshot).map_err(|e| self.failed(e));
                }
                (0, opened.content)
            }
        };
        content.pass(offset - at).map_err(|e| self.failed(e))?;
        let waiter = Some((self.clone(), offset));
        Ok(section(content, u64::MAX, waiter))
    }

    fn file(&self, from: u64, until: u64) -> io::Result<Peek> {
        let file = Arc::new(File::open(&self.path)?);
        Ok(Peek::new(Box::new(Raw::regular(file, from, until, false))))
    }

    /// The waiting decoder that has the shortest way to an offset.
    fn nearest(&self, offset: u64) -> Option<(u64, Peek)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.iter().enumerate().filter(|(_, w)| w.0 <= offset);
        let index = before.max_by_key(|(_, w)| w.0)?.0;
        Some(waiting.swap_remove(index))
    }

    fn wait(&self, at: u64, content: Peek) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == WAITING {
            waiting.remove(0);
        }
        waiting.push((at, content));
    }

    fn failed(&self, error: io::Error) -> SourceProblem {
        SourceProblem::reading(self.path.display(), error)
    }
}

/// So many bytes of a layer, as a layer of their own. What lies below is the archive's business and is told
/// when it is listed.
pub(super) fn section(inner: Peek, len: u64, waiter: Option<(Arc<Archive>, u64)>) -> Peek {
    Peek::new(Box::new(Section {
        inner: Some(inner),
        left: len,
        taken: 0,
        waiter,
    }))
}

struct Section {
    inner: Option<Peek>,
    left: u64,
    taken: u64,
    /// Where the layer below goes when this one is done, and where this began in it.
    waiter: Option<(Arc<Archive>, u64)>,
}

impl Layer for Section {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = self.left.min(into.len() as u64) as usize;
        let Some(inner) = self.inner.as_mut().filter(|_| most > 0) else {
            return Ok(0);
        };
        let got = inner.read(&mut into[..most])?;
        self.left -= got as u64;
        self.taken += got as u64;
        Ok(got)
    }

    fn tell(&self, _: &mut Notes) {}

    fn consumed(&self) -> u64 {
        self.taken
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        if let (Some((archive, start)), Some(inner)) = (self.waiter.take(), self.inner.take()) {
            archive.wait(start.saturating_add(self.taken), inner);
        }
    }
}
