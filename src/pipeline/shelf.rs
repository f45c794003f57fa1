//! What a scan has when the sequences of all accounts stand, on disk: one that was killed later goes on from there, one with
//! another directory or other thresholds begins there.
//!
//! A folder beside the parts' (`keep`), named by all that sequences depend on: the logs, how they are read, the routes, the
//! sessions, what is set aside. `data` has the accesses, `index` where they stand and all else that is known of the logs;
//! `looks-…` has what the first look at each account gave, under the last case that began here. Whoever is at work in it
//! holds its lock; bytes that are not as they were written count for nothing; what cannot be kept is done again.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::analyse::{Common, Shared};
use super::extract::{Input, ReadFile};
use super::keep::{Keep, make};
use super::side_by_side;
use crate::case::Case;
use crate::route::Router;
use crate::route::extract::{Part, PartEnd};
use crate::sequence::{Names, Sequences, Shelved, Spill};
use crate::source::overlap::Overlap;
use crate::source::{Ending, digest_of};

/// Names that go into one piece of the index.
const NAMES: u32 = 1 << 16;
/// Pieces of looks that are read in one go.
const SOME: usize = 8;
/// What the index ends with.
const END: &[u8] = b"end";

/// The folder.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    /// Named by the case whose looks are kept.
    looks: PathBuf,
    /// Held as long as somebody is at work here.
    _lock: File,
}

/// What a scan has when its sequences stand.
#[derive(Debug)]
pub struct Ready {
    pub(super) common: Common,
    pub(super) sequences: Sequences,
}

/// An index that is being written.
#[derive(Debug)]
pub struct Writing {
    folder: PathBuf,
    index: BufWriter<File>,
}

/// What the first look at accounts gave, batch by batch.
#[derive(Debug)]
pub struct Looks {
    file: File,
    /// Where the last batch that holds ends.
    good: u64,
}

/// Where an analysis keeps what it comes to.
#[derive(Debug, Default)]
pub struct Keeping {
    /// Where sequences go.
    pub sequences: Option<Writing>,
    /// Where looks go, and come from.
    pub looks: Option<Looks>,
}

/// A file that was read.
#[derive(Serialize, Deserialize)]
struct KeptFile {
    ending: Ending,
    copy_of: Option<usize>,
    overlap: Option<Overlap>,
    part: Vec<u8>,
}

impl Keep {
    /// The folder for the sequences of a case's logs; `None` where one of them is a pipe, or somebody else is at work there.
    pub fn shelf(&self, case: &Case, inputs: &[Input], router: &Router) -> Option<Shelf> {
        let of = |input| self.key(input, router, "");
        let logs: Vec<String> = inputs.iter().map(of).collect::<Option<_>>()?;
        let sources: Vec<usize> = inputs.iter().map(|input| input.source).collect();
        // Where a route stands in the case, what it is called and what it discloses is asked for later.
        let routes: Vec<_> = case
            .routes
            .iter()
            .map(|one| {
                let asked = (&one.method, &one.path, &one.object, &one.container);
                (asked, &one.page, one.empty_below)
            })
            .collect();
        let key = format!(
            "sequences\n{logs:?}\n{sources:?}\n{routes:?}\n{:?}\n{:?} {:?} {:?}",
            case.directory.sessions, case.period, case.exclude_accounts, case.exclude_clients
        );
        let folder = self.folder().join(&digest_of(key.as_bytes())[..32]);
        make(&folder).ok()?;
        let lock = File::create(folder.join("lock")).ok()?;
        lock.try_lock().ok()?;
        let tables = case.tables.iter().map(|table| &table.sha256[..]);
        let all: Vec<&str> = [&case.sha256[..]].into_iter().chain(tables).collect();
        let looks = format!("looks-{}", &digest_of(all.join("\n").as_bytes())[..32]);
        Some(Shelf {
            looks: folder.join(looks),
            folder,
            _lock: lock,
        })
    }
}

impl Shelf {
    /// What stands here: the files, what the caller told of them ([`Writing::tell`]), and the sequences.
    pub fn read<T: DeserializeOwned>(
        &self,
        inputs: usize,
        spill: &Spill,
    ) -> Option<(Vec<ReadFile>, T, Ready)> {
        let mut index = BufReader::new(File::open(self.folder.join("index")).ok()?);
        let mut next = || get(&mut index).and_then(|piece| piece.body());
        let mut files = Vec::with_capacity(inputs);
        for file in 0..inputs {
            let kept: KeptFile = postcard::from_bytes(&next()?).ok()?;
            let (part, _) = Part::unpack(&kept.part, file as u32)?;
            let mut file = ReadFile::of(part, kept.ending);
            (file.copy_of, file.overlap) = (kept.copy_of, kept.overlap);
            files.push(file);
        }
        let told: T = postcard::from_bytes(&next()?).ok()?;
        let shared: Shared = postcard::from_bytes(&next()?).ok()?;
        let shelved: Shelved = postcard::from_bytes(&next()?).ok()?;
        let mut names = Names::default();
        loop {
            let piece = next()?;
            if piece == END {
                break;
            }
            let (list, some) = piece.split_first()?;
            names.unpack_some(*list, some)?;
        }
        let data = File::open(self.folder.join("data")).ok()?;
        let hands = &side_by_side;
        let sequences = Sequences::from_shelf(shelved, data, spill, digest_of, hands)?;
        let common = shared.with_names(names);
        Some((files, told, Ready { common, sequences }))
    }

    /// Begins to write what stands, of files whose accesses and names were handed over.
    pub fn write(&self, files: &mut [ReadFile]) -> Option<Writing> {
        let _ = fs::remove_file(self.folder.join("index"));
        let index = File::create(self.folder.join("index.half")).ok()?;
        let mut writing = Writing {
            folder: self.folder.clone(),
            index: BufWriter::new(index),
        };
        for file in files {
            let kept = KeptFile {
                ending: file.ending.clone(),
                copy_of: file.copy_of,
                overlap: file.overlap,
                part: file.part.pack(PartEnd::default())?,
            };
            writing.put(&kept)?;
        }
        Some(writing)
    }

    /// What the first look at accounts gave under this case, as far as it came; of other cases' nothing is left.
    pub fn looks(&self) -> Option<Looks> {
        for other in fs::read_dir(&self.folder).ok()?.flatten() {
            let name = other.file_name();
            let is_looks = name.to_string_lossy().starts_with("looks-");
            if is_looks && other.path() != self.looks {
                let _ = fs::remove_file(other.path());
            }
        }
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&self.looks).ok()?;
        Some(Looks { file, good: 0 })
    }
}

impl Ready {
    /// Names of what accesses carry as numbers.
    pub fn names(&self) -> &Names {
        self.common.names()
    }
}

impl Writing {
    /// Adds what the caller knows of the files and will want again.
    #[must_use]
    pub fn tell<T: Serialize>(mut self, told: &T) -> Option<Writing> {
        self.put(told)?;
        Some(self)
    }

    /// Adds the sequences, and what was found in all accesses.
    pub(super) fn finish(mut self, common: &Common, sequences: &Sequences) -> Option<()> {
        self.put(&common.shared())?;
        let data = self.folder.join("data");
        let file = File::create(&data).ok()?;
        let shelved = sequences.shelve(&file, digest_of, &side_by_side).ok();
        if shelved.is_none() {
            // It may be that the disk is full.
            let _ = fs::remove_file(&data);
        }
        self.put(&shelved?)?;
        let mut bytes = Vec::new();
        for (list, len) in common.names().lens().into_iter().enumerate() {
            for from in (0..len).step_by(NAMES as usize) {
                bytes.clear();
                bytes.push(list as u8);
                let some = from..len.min(from + NAMES);
                common.names().pack_some(list as u8, some, &mut bytes);
                put(&mut self.index, &bytes)?;
            }
        }
        put(&mut self.index, END)?;
        self.index.flush().ok()?;
        let half = self.folder.join("index.half");
        fs::rename(half, self.folder.join("index")).ok()
    }

    fn put<T: Serialize>(&mut self, what: &T) -> Option<()> {
        put(&mut self.index, &postcard::to_stdvec(what).ok()?)
    }
}

impl Looks {
    /// The next few batches, to be taken one by one ([`Looks::took`]).
    pub(super) fn next(&mut self) -> Vec<Piece> {
        let mut from = BufReader::new(&self.file);
        let at = self.good;
        match from.seek(SeekFrom::Start(at)) {
            Ok(_) => (0..SOME).map_while(|_| get(&mut from)).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// A batch holds, and was taken.
    pub(super) fn took(&mut self, batch: &Piece) {
        self.good += (HEAD + batch.bytes.len()) as u64;
    }

    /// Adds a batch behind those that hold; no more can be kept where that fails.
    #[must_use]
    pub(super) fn put(mut self, batch: &[u8]) -> Option<Looks> {
        self.file.set_len(self.good).ok()?;
        self.file.seek(SeekFrom::Start(self.good)).ok()?;
        put(&mut self.file, batch)?;
        self.good += (HEAD + batch.len()) as u64;
        Some(self)
    }
}

/// Length of what stands before each piece: how long it is, and its digest.
const HEAD: usize = 8 + 64;

/// Bytes with the digest that they were written with.
#[derive(Debug)]
pub(super) struct Piece {
    digest: [u8; 64],
    bytes: Vec<u8>,
}

impl Piece {
    /// The bytes, if they are as they were written.
    pub fn body(self) -> Option<Vec<u8>> {
        self.holds().then_some(self.bytes)
    }

    /// The same, read.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let bytes = self.holds().then_some(&self.bytes)?;
        postcard::from_bytes(bytes).ok()
    }

    fn holds(&self) -> bool {
        digest_of(&self.bytes).as_bytes() == self.digest
    }
}

fn put(to: &mut impl Write, bytes: &[u8]) -> Option<()> {
    let mut whole = Vec::with_capacity(HEAD + bytes.len());
    whole.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    whole.extend_from_slice(digest_of(bytes).as_bytes());
    whole.extend_from_slice(bytes);
    to.write_all(&whole).ok()
}

fn get(from: &mut impl Read) -> Option<Piece> {
    let (mut length, mut digest) = ([0; 8], [0; 64]);
    from.read_exact(&mut length).ok()?;
    from.read_exact(&mut digest).ok()?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(Piece { digest, bytes })
}
