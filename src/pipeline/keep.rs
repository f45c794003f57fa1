//! Extracted parts on disk: a scan that was stopped goes on where it stood, a later one with another directory starts
//! from them.
//!
//! A log's parts lie in a folder of its own, named by all that extraction depends on: this build, the routes, how the
//! source is read, what else is read beside it, and which file it is (device, number, size, and both of its times: what
//! is changed has others). A part covers whole windows, from one at which the format remembers nothing; bytes that are
//! not as they were written are no part. What cannot be kept is read again: nothing here ends a run.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Input;
use crate::route::Router;
use crate::route::extract::{Part, PartEnd};
use crate::source::{Ending, Packing, digest_of};

/// Bytes of content from which a part is written.
pub(super) const PART: u64 = 16 << 20;

/// The part with which a log ends.
const LAST: &str = "last.part";

/// A folder for extracted parts.
#[derive(Clone, Debug)]
pub struct Keep {
    folder: PathBuf,
    build: String,
    fault: Fault,
}

/// The first write that the disk did not take, in words.
type Fault = Arc<OnceLock<String>>;

/// Where the parts of one log lie.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    fault: Fault,
}

/// What is known of a log that was read to its end without damage.
#[derive(Serialize, Deserialize)]
struct End {
    parts: u64,
    packing: Packing,
    file_bytes: u64,
    file_sha256: String,
    content_bytes: u64,
    content_sha256: String,
    /// The digest of all the others, by which bytes that are not as they were written are known.
    own: String,
}

impl End {
    fn digest(&self) -> String {
        let End {
            parts,
            packing,
            file_bytes,
            file_sha256,
            content_bytes,
            content_sha256,
            own: _,
        } = self;
        let all = format!(
            "{parts} {packing:?} {file_bytes} {file_sha256} {content_bytes} {content_sha256}"
        );
        digest_of(all.as_bytes())
    }
}

impl Keep {
    /// In a folder, which is made if it is not there; `build` names the program.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: &Path, build: &str) -> io::Result<Keep> {
        make(folder)?;
        Ok(Keep {
            folder: folder.to_owned(),
            build: build.to_owned(),
            fault: Fault::default(),
        })
    }

    /// Where the parts of an input lie; `None` for a pipe. `beside`: the other inputs, as far as they matter.
    pub(super) fn of(&self, input: &Input, router: &Router, beside: &str) -> Option<Kept> {
        let key = self.key(input, router, beside)?;
        Some(Kept {
            folder: self.folder.join(&digest_of(key.as_bytes())[..32]),
            fault: self.fault.clone(),
        })
    }

    /// Why not all that was read is kept, if so.
    pub fn fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }

    /// Where it keeps.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// All that what comes of an input depends on; `None` for a pipe.
    pub(super) fn key(&self, input: &Input, router: &Router, beside: &str) -> Option<String> {
        let facts = input.log.path().metadata().ok()?;
        if !facts.is_file() {
            return None;
        }
        let times = [
            facts.mtime(),
            facts.mtime_nsec(),
            facts.ctime(),
            facts.ctime_nsec(),
        ];
        Some(format!(
            "{}\n{router:?}\n{}\n{}\n{beside}\n{} {:?}\n{} {} {} {times:?}",
            self.build,
            input.way,
            input.clock_correction,
            input.name,
            input.log.member(),
            facts.dev(),
            facts.ino(),
            facts.len(),
        ))
    }
}

impl Kept {
    /// The parts from the first on, put together, for the file with this number now: the part, how many they are, and
    /// where they end.
    pub(super) fn begun(&self, file: u32) -> (Part, u64, PartEnd) {
        let (mut all, mut parts, mut end) = (Part::default(), 0, PartEnd::default());
        let at_a_time = 2 * rayon::current_num_threads() as u64;
        loop {
            let some = parts..parts + at_a_time;
            let some: Vec<Option<(Part, PartEnd)>> = some
                .into_par_iter()
                .map(|place| read(&self.part_path(place), file))
                .collect();
            for one in some {
                let Some((part, until)) = one else {
                    return (all, parts, end);
                };
                all.absorb(part);
                (parts, end) = (parts + 1, until);
            }
        }
    }

    /// All of a log that was read to its end.
    pub(super) fn whole(&self, file: u32) -> Option<(Part, Ending)> {
        let (ending, wanted) = self.end()?;
        let (mut all, parts, _) = self.begun(file);
        let (last, _) = read(&self.folder.join(LAST), file).filter(|_| parts == wanted)?;
        all.absorb(last);
        Some((all, ending))
    }

    /// Keeps a part, if the disk takes it: the `place`-th, and where it ends.
    pub(super) fn put(&self, place: u64, part: &mut Part, end: PartEnd) {
        if let Some(bytes) = part.pack(end) {
            self.write(&self.part_path(place), &bytes);
        }
    }

    fn end(&self) -> Option<(Ending, u64)> {
        let end: End = serde_json::from_slice(&fs::read(self.end_path()).ok()?).ok()?;
        if end.own != end.digest() {
            return None;
        }
        let ending = Ending {
            packing: end.packing,
            file_bytes: end.file_bytes,
            file_sha256: end.file_sha256,
            content_bytes: end.content_bytes,
            content_sha256: end.content_sha256,
            damage: Vec::new(),
        };
        Some((ending, end.parts))
    }

    /// Keeps the part behind `parts` others, and how the log ended, unless it is damaged: then it is read again.
    pub(super) fn put_end(&self, part: &mut Part, ending: &Ending, parts: u64) {
        if !ending.damage.is_empty() {
            return;
        }
        let until = PartEnd {
            until: ending.content_bytes,
            digest: Vec::new(),
        };
        if let Some(bytes) = part.pack(until) {
            self.write(&self.folder.join(LAST), &bytes);
        }
        let mut end = End {
            parts,
            packing: ending.packing.clone(),
            file_bytes: ending.file_bytes,
            file_sha256: ending.file_sha256.clone(),
            content_bytes: ending.content_bytes,
            content_sha256: ending.content_sha256.clone(),
            own: String::new(),
        };
        end.own = end.digest();
        if let Ok(text) = serde_json::to_vec(&end) {
            self.write(&self.end_path(), &text);
        }
    }

    /// Whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) {
        let half = path.with_extension(format!("half-{}", std::process::id()));
        let written = make(&self.folder)
            .and_then(|()| fs::write(&half, bytes))
            .and_then(|()| fs::rename(&half, path));
        if let Err(error) = written {
            let _ = fs::remove_file(&half);
            self.fault.get_or_init(|| error.to_string());
        }
    }

    fn part_path(&self, place: u64) -> PathBuf {
        self.folder.join(format!("{place:06}.part"))
    }

    fn end_path(&self) -> PathBuf {
        self.folder.join("end.json")
    }
}

/// What is kept is personal data: nobody else may look into its folder.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn read(path: &Path, file: u32) -> Option<(Part, PartEnd)> {
    Part::unpack(&fs::read(path).ok()?, file)
}
