//! The layers of a packed file: the bytes on disk at the bottom, a decoder on each one above.
//!
//! A layer gives bytes in order and remembers what was wrong. Only the bottom layer raises errors,
//! those of the operating system; a decoder turns what it cannot read into damage.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::damage::{Damage, Packing};

/// A source of bytes in order.
pub(super) trait Layer: Send {
    /// Fills some of `into`, which is not empty; 0 only at the end.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize>;

    /// Adds what this layer and those below it know, the lowest first.
    fn tell(&self, notes: &mut Notes);

    /// Bytes taken from the file so far.
    fn consumed(&self) -> u64;
}

/// What the layers have to say once they were read to the end.
#[derive(Default)]
pub(super) struct Notes {
    /// The decoders, the outermost packing first.
    pub packing: Vec<Packing>,
    /// What was wrong, in the order of `packing`.
    pub damage: Vec<Damage>,
    /// SHA-256 of the file's bytes, where the bottom layer was asked to hash.
    pub file_sha256: Option<String>,
}

/// The file itself.
pub(super) struct Raw {
    file: Arc<File>,
    at: u64,
    /// Where to stop in a file that can be read at an offset; `None` for pipes.
    end: Option<u64>,
    hash: Option<Sha256>,
}

impl Raw {
    /// A regular file from an offset up to the length that it had when it was opened.
    pub(super) fn regular(file: Arc<File>, at: u64, end: u64, hashed: bool) -> Raw {
        let hash = hashed.then(Sha256::new);
        Raw {
            file,
            at,
            end: Some(end),
            hash,
        }
    }

    /// A pipe, from here to its end.
    pub(super) fn pipe(file: Arc<File>) -> Raw {
        Raw {
            file,
            at: 0,
            end: None,
            hash: Some(Sha256::new()),
        }
    }
}

impl Layer for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = match self.end {
            Some(end) => {
                let most = (end.saturating_sub(self.at)).min(into.len() as u64) as usize;
                read_at(&self.file, &mut into[..most], self.at)?
            }
            None => again_if_interrupted(self.at, || io::Read::read(&mut &*self.file, into))?,
        };
        self.at += got as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(&into[..got]);
        }
        Ok(got)
    }

    fn tell(&self, notes: &mut Notes) {
        notes.file_sha256 = self
            .hash
            .clone()
            .map(|hash| format!("{:x}", hash.finalize()));
    }

    fn consumed(&self) -> u64 {
        self.at
    }
}

/// One read at an offset; 0 at the end of the file. The error names the offset.
pub(super) fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    again_if_interrupted(at, || file.read_at(into, at))
}

fn again_if_interrupted(at: u64, mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(io::Error::new(
                    error.kind(),
                    format!("at byte {at}: {error}"),
                ));
            }
            done => return done,
        }
    }
}

/// A layer that can be looked into before it is read.
pub(super) struct Peek {
    layer: Box<dyn Layer>,
    buffer: Vec<u8>,
    from: usize,
    until: usize,
}

/// Bytes fetched from the layer below at a time.
const BLOCK: usize = 64 << 10;

impl Peek {
    pub(super) fn new(layer: Box<dyn Layer>) -> Peek {
        Peek {
            layer,
            buffer: vec![0; BLOCK],
            from: 0,
            until: 0,
        }
    }

    /// The next bytes, at least `least` of them unless the end comes first; `least` up to 64 KiB.
    pub(super) fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        if self.until - self.from < least {
            self.buffer.copy_within(self.from..self.until, 0);
            self.until -= self.from;
            self.from = 0;
            while self.until < least.min(BLOCK) {
                let got = self.layer.read(&mut self.buffer[self.until..])?;
                if got == 0 {
                    break;
                }
                self.until += got;
            }
        }
        Ok(&self.buffer[self.from..self.until])
    }

    /// Passes over bytes that `peek` has shown.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.from = (self.from + bytes).min(self.until);
    }

    /// Fills some of `into`, which is not empty; 0 only at the end.
    pub(super) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = &self.buffer[self.from..self.until];
        if held.is_empty() {
            return self.layer.read(into);
        }
        let take = held.len().min(into.len());
        into[..take].copy_from_slice(&held[..take]);
        self.from += take;
        Ok(take)
    }

    /// Passes over so many bytes, or up to the end; gives how many they were.
    pub(super) fn pass(&mut self, bytes: u64) -> io::Result<u64> {
        let mut passed = 0;
        while passed < bytes {
            let held = self.peek(1)?.len() as u64;
            let take = held.min(bytes - passed);
            if take == 0 {
                break;
            }
            self.consume(take as usize);
            passed += take;
        }
        Ok(passed)
    }

    /// The next bytes, so many of them unless the end comes first.
    pub(super) fn take(&mut self, bytes: u64) -> io::Result<Vec<u8>> {
        let mut taken = Vec::new();
        while (taken.len() as u64) < bytes {
            let held = self.peek(1)?;
            let take = held.len().min((bytes - taken.len() as u64) as usize);
            if take == 0 {
                break;
            }
            taken.extend_from_slice(&held[..take]);
            self.consume(take);
        }
        Ok(taken)
    }

    /// Passes over everything up to the end and says how much it was.
    pub(super) fn drain(&mut self) -> io::Result<u64> {
        let mut passed: u64 = 0;
        loop {
            let held = self.peek(1)?.len();
            if held == 0 {
                return Ok(passed);
            }
            passed = passed.saturating_add(held as u64);
            self.consume(held);
        }
    }

    pub(super) fn tell(&self, notes: &mut Notes) {
        self.layer.tell(notes);
    }

    pub(super) fn consumed(&self) -> u64 {
        self.layer.consumed()
    }
}
