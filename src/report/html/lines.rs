//! The pool of raw-line references that the page's figures open: each line once, named by a number.

use std::collections::HashMap;

use serde::{Serialize, Serializer};

use super::accesses::Place;
use crate::evidence::{base64, unhex};
use crate::report::cells::visible;

/// How many bytes a digest has.
const DIGEST: usize = 32;

/// The pool.
#[derive(Default)]
pub(super) struct Lines<'a> {
    numbers: HashMap<(&'a str, i64, i64), usize>,
    files: Vec<&'a str>,
    file_numbers: HashMap<&'a str, usize>,
    file: Vec<usize>,
    line: Vec<i64>,
    offset: Vec<i64>,
    length: Vec<i64>,
    digests: Vec<u8>,
}

impl<'a> Lines<'a> {
    /// The number of a line.
    pub(super) fn number(&mut self, place: Place<'a>, sha256: Option<&str>) -> usize {
        let key = (place.file, place.line, place.offset);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.line.len();
        self.numbers.insert(key, number);
        let files = &mut self.files;
        let file = *self.file_numbers.entry(place.file).or_insert_with(|| {
            files.push(place.file);
            files.len() - 1
        });
        self.file.push(file);
        self.line.push(place.line);
        self.offset.push(place.offset);
        self.length.push(place.length);
        // 32 zeros say that there is none.
        let digest = sha256.and_then(unhex).filter(|bytes| bytes.len() == DIGEST);
        self.digests
            .extend(digest.unwrap_or_else(|| vec![0; DIGEST]));
        number
    }

    /// For the script in the page: what finds a line's number again is let go.
    pub(super) fn pool(self) -> Pool {
        Pool {
            files: self.files.into_iter().map(visible).collect(),
            f: self.file,
            n: self.line,
            o: self.offset,
            l: self.length,
            h: self.digests,
        }
    }
}

/// The pool as the script reads it, in columns.
#[derive(Serialize)]
pub(super) struct Pool {
    files: Vec<String>,
    f: Vec<usize>,
    n: Vec<i64>,
    o: Vec<i64>,
    l: Vec<i64>,
    #[serde(serialize_with = "as_base64")]
    h: Vec<u8>,
}

fn as_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64(bytes))
}

/// A reference as the answer's files write it, read back.
pub(super) fn reference(text: &str) -> Option<Place<'_>> {
    let (rest, length) = text.rsplit_once('+')?;
    let (rest, offset) = rest.rsplit_once('@')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Place {
        file,
        line: line.parse().ok()?,
        offset: offset.parse().ok()?,
        length: length.parse().ok()?,
    })
}

/// The references of a cell; a file's name may hold a semicolon too.
pub(super) fn references(cell: &str) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let ends = cell
        .match_indices(';')
        .map(|(at, _)| at)
        .chain([cell.len()]);
    for end in ends {
        if let Some(place) = cell.get(from..end).and_then(reference) {
            found.push(place);
            from = end + 1;
        }
    }
    found
}
