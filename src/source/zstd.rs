//! Zstandard: frames one behind the other, skippable ones among them (RFC 8878).

use std::io;

use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::damage::Packing;
use super::layer::Peek;
use super::parts::{Codec, Run, Sight};

/// A decoder of frames.
pub(super) struct Zstd(Decoder<'static>);

impl Zstd {
    /// # Errors
    /// When there is no memory for a decoder.
    pub(super) fn new() -> io::Result<Zstd> {
        Decoder::new().map(Zstd)
    }
}

impl Codec for Zstd {
    const WORDS: (&'static str, &'static str) = ("zstd", "frame");

    fn sees(bytes: &[u8]) -> Sight {
        match bytes {
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Sight::Part,
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Sight::Skipped,
            _ => Sight::Nothing,
        }
    }

    fn begin(&mut self, _: &mut Peek) -> io::Result<bool> {
        Ok(true)
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Run {
        let mut input = InBuffer::around(input);
        let mut output = OutBuffer::around(output);
        let outcome = self.0.run(&mut input, &mut output);
        Run {
            read: input.pos(),
            made: output.pos(),
            ended: outcome
                .map(|hint| hint == 0)
                .map_err(|error| error.to_string()),
        }
    }

    fn packing(parts: u64) -> Packing {
        Packing::Zstd { frames: parts }
    }
}
