//! Lines that end in a carriage return alone, as an old Macintosh and some converters write them, into lines that end
//! as all others do. Every byte keeps its place, so offsets hold in the file too.

use std::io;

use super::damage::Packing;
use super::layer::{Layer, Notes, Peek};

/// Whether a content's first bytes have several such lines and none that ends otherwise.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let ends = memchr::memchr_iter(b'\r', bytes).filter(|end| *end + 1 < bytes.len());
    memchr::memchr(b'\n', bytes).is_none() && ends.count() > 1
}

/// The content with its line ends.
pub(super) struct Returns {
    input: Peek,
}

impl Returns {
    /// `input` stands at what [`begins`] has seen.
    pub(super) fn new(input: Peek) -> Returns {
        Returns { input }
    }
}

impl Layer for Returns {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(into)?;
        for byte in into[..got].iter_mut().filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
        Ok(got)
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::Returns);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
