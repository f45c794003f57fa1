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

/// The decoder's words, and what to do about a frame that was packed with `--long`: its window, up to 2 GiB,
/// is held in memory, for every file that is read at a time.
fn explained(why: String) -> String {
    match why.contains("too much memory") {
        true => "its window is larger than the 128 MiB that are taken: unpack it first with \
                 `zstd -d --long=31` and name the unpacked file"
            .to_owned(),
        false => why,
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
                .map_err(|error| explained(error.to_string())),
        }
    }

    fn packing(parts: u64) -> Packing {
        Packing::Zstd { frames: parts }
    }
}
