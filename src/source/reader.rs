//! One file, from its first window to its digests.
//!
//! A plain file is mapped window by window, or read plainly when it cannot be mapped or changes
//! under the reader. A packed file and a pipe are read in order. The length at opening is the
//! snapshot: what is appended later is not read, and the ending says so.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;

use memchr::memrchr;
use serde::{Deserialize, Serialize};

use super::container::{self, Kind};
use super::damage::{Damage, DamageKind, Packing};
use super::digest::Tally;
use super::layer::{Peek, Raw};
use super::log::Log;
use super::mapped::Mapping;
use super::parquet;
use super::stream::Stream;
use super::window::Window;
use super::{LINE_CAP, SourceProblem};

/// How files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether plain files are mapped; `false` = plain reads everywhere.
    pub mapped: bool,
    /// Bytes that a window aims at, at most [`LINE_CAP`]. What is read never depends on it.
    pub window: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Reading {
            mapped: true,
            window: 8 << 20,
        }
    }
}

/// What is known once a file was read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// How it was packed.
    pub packing: Packing,
    /// Bytes of the file that were read; of a member, of the whole archive on disk.
    pub file_bytes: u64,
    /// SHA-256 of those, lower-case hex.
    pub file_sha256: String,
    /// Bytes of the unpacked content.
    pub content_bytes: u64,
    /// SHA-256 of those; of a plain file the same as `file_sha256`.
    pub content_sha256: String,
    /// What was wrong with it; empty = nothing.
    pub damage: Vec<Damage>,
}

/// A file being read.
///
/// Windows follow one another without a gap, but for zeros: where a run of them makes a line longer than
/// [`LINE_CAP`], the window begins behind them.
///
/// The loop is `next`, then `hash` and the caller's own work on the window, at the same time if it
/// likes, then [`Window::intact`]; after the last window, `finish`. The next window may be asked for
/// while earlier ones are in use.
pub struct Reader {
    log: Log,
    file: Arc<File>,
    aim: usize,
    way: Way,
    /// Length at opening; `None` for a pipe.
    snapshot: Option<u64>,
}

enum Way {
    /// A regular file without packing.
    Plain { at: u64, by: By, tally: Tally },
    /// Packed, or a pipe.
    Ordered(Box<Stream>),
}

enum By {
    Maps,
    Reads(Box<Stream>),
}

impl Reader {
    /// Opens a log read-only and sees how it is packed, by its content.
    ///
    /// # Errors
    /// It cannot be opened or read, is no file or pipe, is packed in a way that is not read yet, or is an
    /// archive, of which only members can be opened.
    pub fn open(log: impl Into<Log>, how: &Reading) -> Result<Reader, SourceProblem> {
        let log = log.into();
        let (file, facts) = open(log.path())?;
        let aim = how.window.clamp(1, LINE_CAP);
        let length = facts.is_file().then_some(facts.len());
        let snapshot = match log.inside() {
            Some(member) => Some(member.archive.snapshot()),
            None => length,
        };
        let bytes = match (log.inside(), snapshot) {
            (Some(member), _) => member.archive.member(&member.steps)?,
            (None, Some(length)) => {
                Peek::new(Box::new(Raw::regular(file.clone(), 0, length, true)))
            }
            (None, None) => Peek::new(Box::new(Raw::pipe(file.clone()))),
        };
        let opened = container::peel(&log, bytes)?;
        let plain = opened.layers == 0 && log.inside().is_none();
        let disk = snapshot.filter(|_| plain);
        let ordered = |content| Way::Ordered(Box::new(Stream::new(content, 0, true)));
        let way = match (opened.kind, disk) {
            (Some(Kind::Tar | Kind::Zip), _) => return Err(SourceProblem::archive(&log)),
            (Some(Kind::Parquet), disk) => {
                let disk = disk.map(|length| (&*file, length));
                ordered(parquet::open(&log, opened.content, disk)?)
            }
            (None, Some(_)) if how.mapped => Way::plain(By::Maps),
            (None, Some(length)) => Way::plain(By::Reads(plain_stream(&file, 0, length))),
            (None, None) => ordered(opened.content),
        };
        Ok(Reader {
            log,
            file,
            aim,
            way,
            snapshot,
        })
    }

    /// Opens a log so that the first window begins at `offset` of the content, which should be
    /// where a line begins. A packed file is unpacked and passed over up to there.
    ///
    /// # Errors
    /// As [`Reader::open`]; an offset behind the end is none: there is no window then.
    pub fn open_at(
        log: impl Into<Log>,
        how: &Reading,
        offset: u64,
    ) -> Result<Reader, SourceProblem> {
        let mut reader = Reader::open(log, how)?;
        match &mut reader.way {
            Way::Plain { at, by, .. } => {
                *at = offset.min(reader.snapshot.unwrap_or(0));
                if let By::Reads(stream) = by {
                    *stream = plain_stream(&reader.file, *at, reader.snapshot.unwrap_or(0));
                }
            }
            Way::Ordered(stream) => {
                stream
                    .pass(offset)
                    .map_err(|error| SourceProblem::reading(&reader.log, error))?;
            }
        }
        Ok(reader)
    }

    /// The next window, in order; `None` after the last.
    ///
    /// # Errors
    /// A failed read, with the offset in the file.
    #[allow(clippy::should_implement_trait)] // A window can be asked for again, and reading can fail.
    pub fn next(&mut self) -> Result<Option<Window>, SourceProblem> {
        self.try_next()
            .map_err(|error| SourceProblem::reading(&self.log, error))
    }

    /// Reads a window again that was not intact: rewinds to its beginning, reads plainly from there
    /// up to where the file really ends, and gives the first window of that. Windows that were given
    /// after the broken one are void, they come again.
    ///
    /// # Errors
    /// A failed read, with the offset in the file.
    pub fn again(&mut self, broken: Window) -> Result<Option<Window>, SourceProblem> {
        let Way::Plain { at, by, tally } = &mut self.way else {
            return Ok(Some(broken));
        };
        *at = broken.offset;
        tally.back_to(broken.offset);
        *by = By::Reads(plain_stream(&self.file, *at, self.snapshot.unwrap_or(0)));
        drop(broken);
        self.next()
    }

    /// Takes a window into the digests. Call it once for every window, in order, while the window is
    /// still in the processor's cache. What was not given here, [`Reader::finish`] reads again.
    /// Costs nothing for packed files and pipes, which are hashed while they are unpacked.
    ///
    /// # Errors
    /// A failed read of what lies between this window and the one before.
    pub fn hash(&mut self, window: &Window) -> Result<(), SourceProblem> {
        let Way::Plain { tally, .. } = &mut self.way else {
            return Ok(());
        };
        tally
            .take(window, &self.file)
            .map_err(|error| SourceProblem::reading(&self.log, error))
    }

    /// Takes the digest up where an earlier run left it, at the place where this reader was opened; what lies before that is
    /// not hashed again. Without effect for packed files, which have to be unpacked from their beginning.
    pub fn resume_digest(&mut self, state: &[u8]) {
        if let Way::Plain { at, tally, .. } = &mut self.way {
            tally.resume(*at, state);
        }
    }

    /// What [`Reader::resume_digest`] needs for going on where a window begins that was hashed lately; `None` for packed
    /// files.
    pub fn digest_at(&self, window: u64) -> Option<Vec<u8>> {
        match &self.way {
            Way::Plain { tally, .. } => tally.state_at(window),
            Way::Ordered(_) => None,
        }
    }

    /// Bytes of the file, as it lies on disk, that were consumed, of a member those in its archive: for
    /// progress.
    pub fn packed_position(&self) -> u64 {
        match &self.way {
            Way::Plain { at, .. } => *at,
            Way::Ordered(stream) => stream.consumed(),
        }
    }

    /// Digests, packing and damage; reads to the end what was not read.
    ///
    /// # Errors
    /// A failed read.
    pub fn finish(mut self) -> Result<Ending, SourceProblem> {
        while self.next()?.is_some() {}
        let length = self
            .file
            .metadata()
            .map_err(|e| SourceProblem::opening(self.log.path(), e))?
            .len();
        let snapshot = self.snapshot.unwrap_or(length);
        let mut ending = match self.way {
            Way::Plain { at, tally, .. } => plain_ending(&self.file, at, tally),
            Way::Ordered(stream) => Ok(ordered_ending(*stream)),
        }
        .map_err(|error| SourceProblem::reading(&self.log, error))?;
        if let Some(member) = self.log.inside() {
            let digest = member.archive.digest();
            (ending.file_bytes, ending.file_sha256) =
                digest.map_err(|error| SourceProblem::reading(&self.log, error))?;
            let mut packing = member.packing.clone();
            packing.extend(ending.packing.layers());
            ending.packing = Packing::of(packing);
            ending.damage.splice(0..0, member.damage.iter().cloned());
        }
        ending
            .damage
            .extend(changed(ending.file_bytes, snapshot, length));
        Ok(ending)
    }

    /// Whether the content is the file's own bytes, so that any place in it can be gone to.
    pub fn is_plain(&self) -> bool {
        !self.is_packed()
    }

    /// Whether reaching a place means unpacking, or waiting for, all that lies before it.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self.way, Way::Ordered(_))
    }

    fn try_next(&mut self) -> io::Result<Option<Window>> {
        let (at, by) = match &mut self.way {
            Way::Ordered(stream) => return stream.next(self.aim),
            Way::Plain { at, by, .. } => (at, by),
        };
        let end = self.snapshot.unwrap_or(0);
        let window = match by {
            By::Maps => match next_mapped(&self.file, *at, end, self.aim)? {
                Some(window) => Some(window),
                None => {
                    let mut stream = plain_stream(&self.file, *at, end);
                    let window = stream.next(self.aim)?;
                    *by = By::Reads(stream);
                    window
                }
            },
            By::Reads(stream) => stream.next(self.aim)?,
        };
        if let Some(window) = &window {
            *at = window.offset + window.span();
        } else if let By::Reads(stream) = by {
            *at = stream.offset();
        }
        Ok(window)
    }
}

impl Way {
    fn plain(by: By) -> Way {
        Way::Plain {
            at: 0,
            by,
            tally: Tally::default(),
        }
    }
}

/// Opens a file or pipe; a device or folder has no end or no bytes.
fn open(path: &Path) -> Result<(Arc<File>, Metadata), SourceProblem> {
    let failed = |error| SourceProblem::opening(path, error);
    let facts = path.metadata().map_err(failed)?;
    if let Some(problem) = SourceProblem::no_log(path, &facts) {
        return Err(problem);
    }
    let file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    Ok((Arc::new(file), facts))
}

fn plain_stream(file: &Arc<File>, at: u64, end: u64) -> Box<Stream> {
    let raw = Raw::regular(file.clone(), at, end, false);
    Box::new(Stream::new(Peek::new(Box::new(raw)), at, false))
}

/// A mapped window from `at`; `None` when the rest must be read plainly, or nothing is left.
fn next_mapped(file: &Arc<File>, at: u64, end: u64, aim: usize) -> io::Result<Option<Window>> {
    let left = end.saturating_sub(at);
    if left == 0 || file.metadata()?.len() != end {
        return Ok(None);
    }
    let len = left.min(aim as u64) as usize;
    let Ok(map) = Mapping::of(file, at, len) else {
        return Ok(None);
    };
    let cut = match memrchr(b'\n', map.bytes()) {
        _ if len as u64 == left => len,
        Some(last) => last + 1,
        // A line longer than a window is rare and is put together by the one way that knows how.
        None => return plain_stream(file, at, end).next(aim),
    };
    let window = Window::mapped(at, cut, map, file.clone());
    Ok(window.intact().then_some(window))
}

fn plain_ending(file: &File, end: u64, mut tally: Tally) -> io::Result<Ending> {
    tally.read_up_to(end, file)?;
    let sha256 = tally.hex();
    Ok(Ending {
        packing: Packing::Plain,
        file_bytes: end,
        file_sha256: sha256.clone(),
        content_bytes: end,
        content_sha256: sha256,
        damage: Vec::new(),
    })
}

fn ordered_ending(stream: Stream) -> Ending {
    let (content_bytes, file_bytes) = (stream.offset(), stream.consumed());
    let (notes, content_sha256) = stream.tell();
    let content_sha256 = content_sha256.unwrap_or_default();
    Ending {
        packing: Packing::of(notes.packing),
        file_bytes,
        file_sha256: notes.file_sha256.unwrap_or_else(|| content_sha256.clone()),
        content_bytes,
        content_sha256,
        damage: notes.damage,
    }
}

/// Whether a file is no longer as long as it was at opening; `read` is what was read of it.
fn changed(read: u64, snapshot: u64, now: u64) -> Option<Damage> {
    let (kind, detail) = if now > snapshot {
        let more = now - snapshot;
        let what =
            format!("grew by {more} bytes while it was read; only the first {read} were read");
        (DamageKind::Grew, what)
    } else if now < snapshot || read < snapshot {
        let what = format!("shrank from {snapshot} bytes while it was read; {read} were read");
        (DamageKind::Shrank, what)
    } else {
        return None;
    };
    Some(Damage {
        kind,
        at: read,
        detail,
    })
}
