//! bzip2: streams one behind the other, each of blocks that carry their own checksum.
//!
//! A block whose checksum fails has been given by then, as the decoder tells it only at the block's end.

use std::io;

use bzip2::{Decompress, Status};

use super::damage::Packing;
use super::layer::Peek;
use super::parts::{Codec, Run, Sight};

/// A decoder of streams.
pub(super) struct Bzip2(Decompress);

impl Bzip2 {
    pub(super) fn new() -> Bzip2 {
        Bzip2(Decompress::new(false))
    }
}

impl Codec for Bzip2 {
    const WORDS: (&'static str, &'static str) = ("bzip2", "stream");

    fn sees(bytes: &[u8]) -> Sight {
        const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
        const NOTHING: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
        let [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] = bytes else {
            return Sight::Nothing;
        };
        let reach = rest.len().min(6);
        match rest[..reach] == BLOCK[..reach] || rest[..reach] == NOTHING[..reach] {
            true => Sight::Part,
            false => Sight::Nothing,
        }
    }

    fn begin(&mut self, _: &mut Peek) -> io::Result<bool> {
        *self = Bzip2::new();
        Ok(true)
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Run {
        let (read_before, made_before) = (self.0.total_in(), self.0.total_out());
        let outcome = self.0.decompress(input, output);
        Run {
            read: (self.0.total_in() - read_before) as usize,
            made: (self.0.total_out() - made_before) as usize,
            ended: outcome
                .map(|status| status == Status::StreamEnd)
                .map_err(|error| error.to_string()),
        }
    }

    fn packing(parts: u64) -> Packing {
        Packing::Bzip2 { streams: parts }
    }
}
