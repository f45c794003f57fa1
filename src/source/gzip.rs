//! gzip: members one behind the other, each a header, a deflate stream and a checksum (RFC 1952).
//!
//! Members are taken apart here, not by the library's own reader, because a bad checksum must cost
//! neither the content before it nor the members behind it.

use std::io;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::damage::Packing;
use super::layer::{Layer, Notes, Peek};
use super::progress::Progress;

/// Whether bytes begin a gzip member, as far as they reach.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
        && bytes.get(2).is_none_or(|&method| method == 8)
        && bytes.get(3).is_none_or(|&flags| flags & RESERVED == 0)
}

/// The content of a gzip file.
pub(super) struct Gzip {
    input: Peek,
    inflate: Decompress,
    check: Crc,
    place: Place,
    progress: Progress,
}

impl Gzip {
    /// `input` stands at the first member.
    pub(super) fn new(input: Peek) -> Gzip {
        Gzip {
            input,
            inflate: Decompress::new(false),
            check: Crc::new(),
            place: Place::Header,
            progress: Progress::new("gzip", "member"),
        }
    }
}

impl Layer for Gzip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.place {
                Place::Header => self.header()?,
                Place::Body => {
                    let made = self.body(into)?;
                    if made > 0 {
                        return Ok(made);
                    }
                }
                Place::Trailer => self.trailer()?,
                Place::End => return Ok(0),
            }
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::Gzip {
            members: self.progress.parts,
        });
        notes.damage.extend_from_slice(&self.progress.damage);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}

#[derive(Clone, Copy)]
enum Place {
    Header,
    Body,
    Trailer,
    End,
}

const HEADER_CHECK: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

impl Gzip {
    fn header(&mut self) -> io::Result<()> {
        let start = self.input.peek(4)?;
        if start.is_empty() {
            self.place = Place::End;
            return Ok(());
        }
        if !begins(start) {
            return self.trailing();
        }
        self.progress.parts += 1;
        if self.pass_header()? {
            self.inflate.reset(false);
            self.check.reset();
            self.place = Place::Body;
            return Ok(());
        }
        self.truncated();
        Ok(())
    }

    /// Passes over a member's header; `false` when the file ends inside it.
    fn pass_header(&mut self) -> io::Result<bool> {
        let fixed = self.input.peek(10)?;
        if fixed.len() < 10 {
            return Ok(false);
        }
        let flags = fixed[3];
        self.input.consume(10);
        if flags & EXTRA != 0 {
            let [low, high, ..] = *self.input.peek(2)? else {
                return Ok(false);
            };
            self.input.consume(2);
            if !self.pass(usize::from(u16::from_le_bytes([low, high])))? {
                return Ok(false);
            }
        }
        for text in [NAME, COMMENT] {
            if flags & text != 0 && !self.pass_text()? {
                return Ok(false);
            }
        }
        Ok(flags & HEADER_CHECK == 0 || self.pass(2)?)
    }

    fn pass(&mut self, bytes: usize) -> io::Result<bool> {
        let whole = self.input.peek(bytes)?.len() >= bytes;
        self.input.consume(bytes);
        Ok(whole)
    }

    fn pass_text(&mut self) -> io::Result<bool> {
        loop {
            let held = self.input.peek(1)?;
            if held.is_empty() {
                return Ok(false);
            }
            let end = memchr::memchr(0, held);
            let passed = end.map_or(held.len(), |end| end + 1);
            self.input.consume(passed);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    fn body(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.input.peek(1)?;
        let (read_before, made_before) = (self.inflate.total_in(), self.inflate.total_out());
        let outcome = self.inflate.decompress(held, into, FlushDecompress::None);
        let ended = held.is_empty();
        let read = (self.inflate.total_in() - read_before) as usize;
        let made = (self.inflate.total_out() - made_before) as usize;
        self.input.consume(read);
        self.check.update(&into[..made]);
        self.progress.out += made as u64;
        match outcome {
            Ok(Status::StreamEnd) => self.place = Place::Trailer,
            Ok(_) if read > 0 || made > 0 => {}
            Ok(_) if ended => self.truncated(),
            Ok(_) => self.corrupt("the decoder makes no headway")?,
            Err(error) => self.corrupt(&error.to_string())?,
        }
        Ok(made)
    }

    fn trailer(&mut self) -> io::Result<()> {
        let held = self.input.peek(8)?;
        let Some((&[a, b, c, d, e, f, g, h], _)) = held.split_first_chunk::<8>() else {
            self.truncated();
            return Ok(());
        };
        let check = u32::from_le_bytes([a, b, c, d]);
        let length = u32::from_le_bytes([e, f, g, h]);
        self.input.consume(8);
        if check != self.check.sum() || length != self.check.amount() {
            self.progress.checksum();
        }
        self.place = Place::Header;
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

    fn trailing(&mut self) -> io::Result<()> {
        self.place = Place::End;
        self.progress.trailing(&mut self.input)
    }
}
