//! References -> exact bytes: the raw line behind a citation, its hash, and the digests of what was written.
//!
//! Reads the logs again, read-only, through `source`; what a line means is nobody's business here.

pub mod attest;
mod bag;
mod cited;
pub mod journal;
mod reference;
mod sign;

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use base64ct::{Base64, Encoding};
use hmac::Mac as _;
use sha2::{Digest, Sha256};

use crate::impact::Citation;
use crate::source::{Log, Reader, Reading, SourceProblem, Window};

pub use bag::Bag;
pub use cited::{Excerpts, LineDigests, reread};
pub use reference::{RawLine, Reference, raw_lines};
pub use sign::Signer;

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

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256, as bytes.
fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of all that can be read, in lower-case hex.
///
/// # Errors
/// A read that fails.
pub fn digest_of(mut bytes: impl Read) -> io::Result<String> {
    let mut state = Sha256::new();
    let mut block = vec![0; 256 << 10];
    loop {
        match bytes.read(&mut block) {
            Ok(0) => return Ok(hex(&state.finalize())),
            Ok(got) => state.update(&block[..got]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes what it is given, and knows its length and its SHA-256 in the end.
pub struct Digesting<W> {
    into: W,
    state: Sha256,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    /// Nothing was written yet.
    pub fn new(into: W) -> Digesting<W> {
        Digesting {
            into,
            state: Sha256::new(),
            bytes: 0,
        }
    }

    /// Bytes that were written, and their SHA-256 in lower-case hex.
    ///
    /// # Errors
    /// What was held back cannot be written.
    pub fn finish(mut self) -> io::Result<(u64, String)> {
        self.into.flush()?;
        Ok((self.bytes, hex(&self.state.finalize())))
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.state.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

/// Reads on, and fails at the end where what was read has another SHA-256 than was said: whoever trusts what came before
/// reads to the end.
pub struct Checking<R> {
    from: R,
    state: Sha256,
    said: String,
    complaint: String,
}

impl<R: Read> Checking<R> {
    /// Nothing was read yet; `said` in lower-case hex, `complaint` what the error says (its kind: invalid data).
    pub fn new(from: R, said: String, complaint: String) -> Checking<R> {
        Checking {
            from,
            state: Sha256::new(),
            said,
            complaint,
        }
    }
}

impl<R: Read> Read for Checking<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.state.update(&into[..read]);
        let ended = read == 0 && !into.is_empty();
        if ended && hex(&self.state.clone().finalize()) != self.said {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                self.complaint.clone(),
            ));
        }
        Ok(read)
    }
}

/// SHA-256 in Base64, as a content-security policy names a script.
pub fn sha256_base64(bytes: &[u8]) -> String {
    base64(&Sha256::digest(bytes))
}

/// Bytes in Base64 (RFC 4648, padded).
pub fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The bytes of a text in hex; `None` where it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| match pair {
        [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
        _ => None,
    });
    bytes.collect()
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
    fn writes_base64_and_reads_hex() {
        // RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(super::base64(bytes.as_bytes()), text);
        }
        assert_eq!(super::unhex("00ff7A"), Some(vec![0, 255, 122]));
        assert_eq!(super::unhex("0"), None);
        assert_eq!(super::unhex("zz"), None);
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
