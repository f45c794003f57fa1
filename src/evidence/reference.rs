//! References as tables write them, `FILE:LINE@OFFSET+LENGTH`, and the exact bytes behind them.

use std::fmt;

use super::{Place, read_places, sha256};
use crate::source::{Log, SourceProblem};

/// Where a raw line stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The log's name in tables.
    pub file: String,
    /// Offset in its content, from 0.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Line number, from 1.
    pub line: u64,
}

impl Reference {
    /// Reads one; `None` where it is none.
    pub fn read(text: &str) -> Option<Reference> {
        let (text, length) = text.rsplit_once('+')?;
        let (text, offset) = text.rsplit_once('@')?;
        let (file, line) = text.rsplit_once(':')?;
        Some(Reference {
            file: file.to_owned(),
            offset: offset.parse().ok()?,
            length: length.parse().ok()?,
            line: line.parse().ok()?,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reference {
            file,
            line,
            offset,
            length,
        } = self;
        write!(f, "{file}:{line}@{offset}+{length}")
    }
}

/// A raw line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// Its bytes, without the end of line.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub sha256: String,
}

/// The lines of one log, in the order of `references`, which must be sorted.
///
/// # Errors
/// The log cannot be read, or ends before a reference.
pub fn raw_lines(log: &Log, references: &[&Reference]) -> Result<Vec<RawLine>, SourceProblem> {
    let places: Vec<Place> = references
        .iter()
        .map(|one| Place {
            offset: one.offset,
            length: one.length,
        })
        .collect();
    let mut lines = Vec::with_capacity(places.len());
    read_places(log, &places, |_, bytes| {
        lines.push(RawLine {
            bytes: bytes.to_vec(),
            sha256: sha256(bytes),
        });
    })?;
    Ok(lines)
}
