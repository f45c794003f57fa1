//! xz: streams one behind the other, with padding between them.

use std::io;

use liblzma::stream::{Action, Error, Status, Stream};

use super::damage::Packing;
use super::layer::Peek;
use super::parts::{Codec, Run, Sight};

/// A decoder of streams.
pub(super) struct Xz(Stream);

/// Memory that a stream may ask for: fifteen times what `xz -9` asks.
const MEMORY: u64 = 1 << 30;

impl Xz {
    /// # Errors
    /// When there is no memory for a decoder.
    pub(super) fn new() -> io::Result<Xz> {
        Ok(Xz(Stream::new_stream_decoder(MEMORY, 0)?))
    }
}

impl Codec for Xz {
    const WORDS: (&'static str, &'static str) = ("xz", "stream");

    fn sees(bytes: &[u8]) -> Sight {
        match bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) {
            true => Sight::Part,
            false => Sight::Nothing,
        }
    }

    fn begin(&mut self, _: &mut Peek) -> io::Result<bool> {
        *self = Xz::new()?;
        Ok(true)
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Run {
        let (read_before, made_before) = (self.0.total_in(), self.0.total_out());
        let outcome = self.0.process(input, output, Action::Run);
        Run {
            read: (self.0.total_in() - read_before) as usize,
            made: (self.0.total_out() - made_before) as usize,
            ended: outcome
                .map(|status| status == Status::StreamEnd)
                .map_err(|error| match error {
                    Error::MemLimit => {
                        "it asks for more than 1 GiB of memory; unpack it first".to_owned()
                    }
                    other => other.to_string(),
                }),
        }
    }

    fn packing(parts: u64) -> Packing {
        Packing::Xz { streams: parts }
    }
}
