//! Zstandard: frames one behind the other, skippable ones among them (RFC 8878).

use std::io;

use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::damage::Packing;
use super::layer::{Layer, Notes, Peek};
use super::progress::Progress;

/// Whether bytes begin a frame or a skippable frame.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&FRAME) || skippable(bytes)
}

/// The content of a Zstandard file.
pub(super) struct Zstd {
    input: Peek,
    decoder: Decoder<'static>,
    place: Place,
    progress: Progress,
}

impl Zstd {
    /// `input` stands at the first frame.
    ///
    /// # Errors
    /// When there is no memory for a decoder.
    pub(super) fn new(input: Peek) -> io::Result<Zstd> {
        let decoder = Decoder::new()?;
        Ok(Zstd {
            input,
            decoder,
            place: Place::Between,
            progress: Progress::new("zstd", "frame"),
        })
    }
}

impl Layer for Zstd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.place {
                Place::Between => self.begin()?,
                Place::Inside => {
                    let made = self.decode(into)?;
                    if made > 0 {
                        return Ok(made);
                    }
                }
                Place::End => return Ok(0),
            }
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::Zstd {
            frames: self.progress.parts,
        });
        notes.damage.extend_from_slice(&self.progress.damage);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}

#[derive(Clone, Copy)]
enum Place {
    Between,
    Inside,
    End,
}

const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn skippable(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

impl Zstd {
    fn begin(&mut self) -> io::Result<()> {
        let start = self.input.peek(4)?;
        if start.is_empty() {
            self.place = Place::End;
        } else if skippable(start) {
            self.place = Place::Inside;
        } else if start.starts_with(&FRAME) {
            self.progress.parts += 1;
            self.place = Place::Inside;
        } else {
            return self.trailing();
        }
        Ok(())
    }

    fn decode(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.input.peek(1)?;
        let ended = held.is_empty();
        let mut input = InBuffer::around(held);
        let mut output = OutBuffer::around(into);
        let outcome = self.decoder.run(&mut input, &mut output);
        let (read, made) = (input.pos(), output.pos());
        self.input.consume(read);
        self.progress.out += made as u64;
        match outcome {
            Ok(0) => self.place = Place::Between,
            Ok(_) if read > 0 || made > 0 => {}
            Ok(_) if ended => self.truncated(),
            Ok(_) => self.corrupt("the decoder makes no headway")?,
            Err(error) => self.corrupt(&error.to_string())?,
        }
        Ok(made)
    }

    fn truncated(&mut self) {
        self.progress.truncated();
        self.place = Place::End;
    }

    fn corrupt(&mut self, why: &str) -> io::Result<()> {
        self.place = Place::End;
        self.progress.corrupt(why, &mut self.input)
    }

    fn trailing(&mut self) -> io::Result<()> {
        self.place = Place::End;
        self.progress.trailing(&mut self.input)
    }
}
