//! What every packing shares: parts one behind the other, zeros between and behind them, and what is said
//! of one that is cut, broken or followed by something else.
//!
//! A [`Codec`] knows one packing; the loop around it is here and only here.

use std::io;

use super::damage::Packing;
use super::layer::{Layer, Notes, Peek};
use super::progress::Progress;

/// One packing: how its parts begin, and how a part is unpacked piece by piece.
pub(super) trait Codec: Send {
    /// Its name, and its word for a part.
    const WORDS: (&'static str, &'static str);

    /// What begins with these bytes, as far as they reach.
    fn sees(bytes: &[u8]) -> Sight;

    /// Makes ready for a new part and passes over its header, if that is not the decoder's own work;
    /// `false` when the file ends inside it.
    fn begin(&mut self, input: &mut Peek) -> io::Result<bool>;

    /// Unpacks some of `input`, which is empty at the end of the file, into `output`.
    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Run;

    /// Passes over what stands behind a part's body.
    fn finish(&mut self, _: &mut Peek) -> io::Result<Seal> {
        Ok(Seal::Whole)
    }

    /// How a file of so many parts was packed.
    fn packing(parts: u64) -> Packing;
}

/// What stands at the place of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// A part.
    Part,
    /// Something that the decoder passes over by itself.
    Skipped,
    /// No part.
    Nothing,
}

/// What a decoder did.
pub(super) struct Run {
    /// Bytes of the input that were used.
    pub read: usize,
    /// Bytes of the output that were made.
    pub made: usize,
    /// Whether the part's body has ended, or why it goes no further.
    pub ended: Result<bool, String>,
}

/// How a part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    Whole,
    Checksum,
    Truncated,
}

/// The content of a packed file.
pub(super) struct Parts<C> {
    input: Peek,
    codec: C,
    place: Place,
    progress: Progress,
}

#[derive(Clone, Copy)]
enum Place {
    Between,
    Inside,
    Behind,
    End,
}

impl<C: Codec> Parts<C> {
    /// `input` stands at the first part.
    pub(super) fn new(input: Peek, codec: C) -> Parts<C> {
        let (packing, part) = C::WORDS;
        Parts {
            input,
            codec,
            place: Place::Between,
            progress: Progress::new(packing, part),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let zeros = self.pass_zeros()?;
        let start = self.input.peek(LOOK)?;
        if start.is_empty() {
            self.place = Place::End;
            return Ok(());
        }
        match C::sees(start) {
            Sight::Nothing => {
                self.place = Place::End;
                return self.progress.trailing(zeros, &mut self.input);
            }
            Sight::Part => self.progress.parts += 1,
            Sight::Skipped => {}
        }
        if self.codec.begin(&mut self.input)? {
            self.place = Place::Inside;
        } else {
            self.truncated();
        }
        Ok(())
    }

    /// Zeros are what tapes, copies and xz itself pad with.
    fn pass_zeros(&mut self) -> io::Result<u64> {
        let mut passed = 0;
        loop {
            let held = self.input.peek(1)?;
            let zeros = held.iter().take_while(|byte| **byte == 0).count();
            let all = zeros > 0 && zeros == held.len();
            self.input.consume(zeros);
            passed += zeros as u64;
            if !all {
                return Ok(passed);
            }
        }
    }

    fn inside(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.input.peek(1)?;
        let at_end = held.is_empty();
        let Run { read, made, ended } = self.codec.run(held, into);
        self.input.consume(read);
        self.progress.out += made as u64;
        self.refuse_bomb()?;
        match ended {
            Ok(true) => self.place = Place::Behind,
            Ok(false) if read > 0 || made > 0 => {}
            Ok(false) if at_end => self.truncated(),
            Ok(false) => self.corrupt("the decoder makes no headway")?,
            Err(why) => self.corrupt(&why)?,
        }
        Ok(made)
    }

    /// What unpacks to hundreds of times its size was made to fill a disk, or to keep a reader busy for days.
    fn refuse_bomb(&self) -> io::Result<()> {
        let (made, taken) = (self.progress.out, self.input.consumed());
        if made <= BOMB.0 || made / BOMB.1 <= taken {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "at byte {taken}: unpacks to more than {} times its size, {made} bytes so far, as no log does and an \
                 archive bomb would; if it is a log, unpack it by hand",
                BOMB.1
            ),
        ))
    }

    fn behind(&mut self) -> io::Result<()> {
        self.place = Place::Between;
        match self.codec.finish(&mut self.input)? {
            Seal::Whole => {}
            Seal::Checksum => self.progress.checksum(),
            Seal::Truncated => self.truncated(),
        }
        Ok(())
    }

    fn truncated(&mut self) {
        self.progress.truncated();
        self.place = Place::End;
    }

    fn corrupt(&mut self, why: &str) -> io::Result<()> {
        self.place = Place::End;
        self.progress.corrupt(why, &mut self.input)
    }
}

/// From so many bytes on, and so many times its size, content is a bomb. Logs of one line over and over pack to a
/// three-hundredth with the strongest packer.
const BOMB: (u64, u64) = (64 << 20, 700);

/// Bytes that tell every packing's parts from anything else.
const LOOK: usize = 10;

impl<C: Codec> Layer for Parts<C> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.place {
                Place::Between => self.begin()?,
                Place::Inside => {
                    let made = self.inside(into)?;
                    if made > 0 {
                        return Ok(made);
                    }
                }
                Place::Behind => self.behind()?,
                Place::End => return Ok(0),
            }
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(C::packing(self.progress.parts));
        notes.damage.extend_from_slice(&self.progress.damage);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
