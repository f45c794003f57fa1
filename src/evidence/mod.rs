//! References -> exact bytes: the raw line behind a citation, its hash, and the digests of what was written.
//!
//! Reads the logs again, read-only, through `source`; what a line means is nobody's business here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hmac::Mac as _;
use sha2::{Digest, Sha256};

use crate::impact::Citation;
use crate::source::{Log, Reader, Reading, SourceProblem, Window};

/// How long an excerpt of a rejected line may be, in bytes of the line.
pub const EXCERPT: usize = 200;

/// What is wanted of a place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Offset in the content.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

impl From<Citation> for Place {
    fn from(citation: Citation) -> Place {
        Place {
            offset: citation.offset,
            length: u64::from(citation.length),
        }
    }
}

/// Reads places of one file again. `places` must be sorted by offset; `each` gets the place's index and its
/// bytes (of a line longer than `source::LINE_CAP`, its beginning).
///
/// # Errors
/// The file cannot be read any more, or has become shorter than a place.
pub fn read_places(
    log: &Log,
    places: &[Place],
    mut each: impl FnMut(usize, &[u8]),
) -> Result<(), SourceProblem> {
    let Some(first) = places.first() else {
        return Ok(());
    };
    let how = Reading::default();
    let mut reader = Reader::open_at(log, &how, first.offset)?;
    let mut index = 0;
    while index < places.len() {
        let Some(window) = reader.next()? else {
            return Err(SourceProblem::shrunk(log, places[index].offset));
        };
        while let Some(bytes) = places.get(index).and_then(|place| held(&window, *place)) {
            each(index, bytes);
            index += 1;
        }
        if !window.intact() {
            return Err(SourceProblem::shrunk(log, window.offset));
        }
    }
    Ok(())
}

fn held(window: &Window, place: Place) -> Option<&[u8]> {
    let from = place.offset.checked_sub(window.offset)?;
    if from >= window.span() {
        return None;
    }
    let bytes = window.bytes();
    let from = (from as usize).min(bytes.len());
    let until = from.saturating_add(place.length as usize).min(bytes.len());
    Some(&bytes[from..until])
}

/// SHA-256 of every cited line, in lower-case hex. `log` gives a file by its number.
///
/// # Errors
/// A file cannot be read again.
pub fn line_digests<'p>(
    citations: impl IntoIterator<Item = Citation>,
    log: impl Fn(u32) -> &'p Log,
) -> Result<BTreeMap<Citation, String>, SourceProblem> {
    let mut digests: BTreeMap<Citation, String> = BTreeMap::new();
    for citation in citations {
        digests.insert(citation, String::new());
    }
    let mut cited: Vec<Citation> = digests.keys().copied().collect();
    cited.sort_by_key(|citation| (citation.file, citation.offset));
    let mut files: Vec<&[Citation]> = cited.chunk_by(|a, b| a.file == b.file).collect();
    files.sort_by_key(|of_file| log(of_file[0].file));
    for of_file in files {
        let places: Vec<Place> = of_file.iter().map(|citation| (*citation).into()).collect();
        read_places(log(of_file[0].file), &places, |index, bytes| {
            digests.insert(of_file[index], sha256(bytes));
        })?;
    }
    Ok(digests)
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// HMAC-SHA256 of parts under a key; each part's length is hashed before it, so that parts never run together.
pub fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a shorter key up with zeros to the block; doing so here leaves no error that could be passed over.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <hmac::Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Bytes in lower-case hex.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn hashes_like_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), empty);
    }

    #[test]
    fn parts_do_not_run_together() {
        let key = [7; 32];
        assert_ne!(
            super::keyed(&key, &[b"ab", b"c"]),
            super::keyed(&key, &[b"a", b"bc"])
        );
        // Made with Python's hmac: key 32 times 0x07, message (8 bytes: 1) "a".
        let known = "0eff5865c6601ac7c16849c20a20547c55637abc83d589476c630c8fb6394be6";
        assert_eq!(super::hex(&super::keyed(&key, &[b"a"])), known);
    }
}
