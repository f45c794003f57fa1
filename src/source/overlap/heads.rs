//! First record lines, and a test that is cheap enough for every line.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hasher};

use super::super::{Log, Reader, Reading, SourceProblem, lines};
use super::text;

/// The first record line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Hash of the line without its line end.
    pub hash: u64,
    /// Where it begins in the content.
    pub offset: u64,
    sample: u16,
    /// Hash of the directives before it, where these hold the day of its rows: the same row under others is another request.
    pub(super) day: Option<u64>,
}

/// Finds the first record line of a file; reads no further than that.
///
/// `None` for a file without one, for a pipe, and where the line is too long to be held.
///
/// # Errors
/// As [`Reader::open`] and [`Reader::next`].
pub fn head_line(log: impl Into<Log>) -> Result<Option<Head>, SourceProblem> {
    let log = log.into();
    let facts = log.path().metadata();
    let facts = facts.map_err(|error| SourceProblem::opening(log.path(), error))?;
    if !facts.is_file() {
        return Ok(None);
    }
    let how = Reading {
        mapped: false,
        window: 64 << 10,
    };
    let mut reader = Reader::open(log, &how)?;
    let (mut headed, mut before) = (false, 0_u64);
    while let Some(window) = reader.next()? {
        for (start, line) in lines(window.bytes()) {
            let line = text(line);
            let offset = window.offset + start as u64;
            headed |= tells_only_time(line);
            if is_record(line, offset) {
                let head = Head {
                    hash: hash(line),
                    offset,
                    sample: sample(line),
                    day: headed.then_some(before),
                };
                return Ok(window.overlong.is_none().then_some(head));
            }
            before = before.rotate_left(1) ^ hash(line);
        }
    }
    Ok(None)
}

/// Whether a header says that rows have a time and no day.
fn tells_only_time(line: &[u8]) -> bool {
    let Some(fields) = line.strip_prefix(b"#Fields:") else {
        return false;
    };
    let names = fields.split(|byte| byte.is_ascii_whitespace());
    let has = |name: &[u8]| names.clone().any(|one| one == name);
    has(b"time") && !has(b"date")
}

fn is_record(line: &[u8], offset: u64) -> bool {
    let mark: &[u8] = if offset == 0 { b"\xef\xbb\xbf" } else { b"" };
    let line = line.strip_prefix(mark).unwrap_or(line);
    let first = line
        .iter()
        .find(|&&byte| byte != 0 && !byte.is_ascii_whitespace());
    first.is_some_and(|&byte| byte != b'#')
}

/// The first record lines of every file that may be a copy.
pub struct Heads {
    /// One bit for each sample that some head has.
    samples: Vec<u64>,
    files_by_hash: HashMap<u64, Vec<usize>>,
    heads: BTreeMap<usize, (usize, Head)>,
}

impl Heads {
    /// From each file's index, its source, and its head. Sources with a single file ask for nothing.
    pub fn new(files: &[(usize, usize, Head)]) -> Heads {
        let mut files_of: HashMap<usize, usize> = HashMap::new();
        for (_, source, _) in files {
            *files_of.entry(*source).or_default() += 1;
        }
        let mut heads = Heads {
            samples: vec![0; (1 << 16) / 64],
            files_by_hash: HashMap::new(),
            heads: BTreeMap::new(),
        };
        for &(file, source, head) in files.iter().filter(|(_, source, _)| files_of[source] > 1) {
            heads.samples[usize::from(head.sample) / 64] |= 1 << (head.sample % 64);
            heads.files_by_hash.entry(head.hash).or_default().push(file);
            heads.heads.insert(file, (source, head));
        }
        heads
    }

    /// Whether no file may be a copy.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The files, by index, that begin with this line (given without `\n`); nearly always none.
    ///
    /// The file that is being read is among them at its own first line; [`Hits::push`] passes over it.
    pub fn hit(&self, line: &[u8]) -> &[usize] {
        let line = text(line);
        let sample = sample(line);
        if self.samples[usize::from(sample) / 64] & (1 << (sample % 64)) == 0 {
            return &[];
        }
        self.files_by_hash
            .get(&hash(line))
            .map_or(&[], Vec::as_slice)
    }

    /// The source and head of a file.
    pub(super) fn of(&self, file: usize) -> Option<(usize, Head)> {
        self.heads.get(&file).copied()
    }
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(line);
    hasher.finish()
}

/// Sixteen bits out of the length and of eight bytes each from the beginning, middle and end: lines
/// of one log often share two of these, seldom all.
fn sample(line: &[u8]) -> u16 {
    let word = |at: usize| {
        let bytes = line.get(at..at + 8).and_then(|eight| eight.try_into().ok());
        u64::from_le_bytes(bytes.unwrap_or_default())
    };
    let length = line.len();
    let last = word(length.saturating_sub(8));
    let mixed = word(0) ^ last.rotate_left(21) ^ word(length / 2).rotate_left(42) ^ length as u64;
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as u16
}
