//! gzip: members one behind the other, each a header, a deflate stream and a checksum (RFC 1952).
//!
//! Members are taken apart here, not by the library's own reader, because a bad checksum must cost
//! neither the content before it nor the members behind it. The bare deflate streams of a zip are
//! unpacked here too.

use std::io;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::damage::Packing;
use super::layer::Peek;
use super::parts::{Codec, Run, Seal, Sight};

/// A decoder of members.
pub(super) struct Gzip {
    inflate: Decompress,
    check: Crc,
}

impl Gzip {
    pub(super) fn new() -> Gzip {
        Gzip {
            inflate: Decompress::new(false),
            check: Crc::new(),
        }
    }
}

/// Whether bytes begin a gzip member, as far as they reach.
fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
        && bytes.get(2).is_none_or(|&method| method == 8)
        && bytes.get(3).is_none_or(|&flags| flags & RESERVED == 0)
}

const HEADER_CHECK: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

impl Codec for Gzip {
    const WORDS: (&'static str, &'static str) = ("gzip", "member");

    fn sees(bytes: &[u8]) -> Sight {
        match begins(bytes) {
            true => Sight::Part,
            false => Sight::Nothing,
        }
    }

    fn begin(&mut self, input: &mut Peek) -> io::Result<bool> {
        self.inflate.reset(false);
        self.check.reset();
        pass_header(input)
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Run {
        let run = inflate(&mut self.inflate, input, output);
        self.check.update(&output[..run.made]);
        run
    }

    fn finish(&mut self, input: &mut Peek) -> io::Result<Seal> {
        let held = input.peek(8)?;
        let Some((&[a, b, c, d, e, f, g, h], _)) = held.split_first_chunk::<8>() else {
            return Ok(Seal::Truncated);
        };
        let check = u32::from_le_bytes([a, b, c, d]);
        let length = u32::from_le_bytes([e, f, g, h]);
        input.consume(8);
        match check == self.check.sum() && length == self.check.amount() {
            true => Ok(Seal::Whole),
            false => Ok(Seal::Checksum),
        }
    }

    fn packing(parts: u64) -> Packing {
        Packing::Gzip { members: parts }
    }
}

/// One step of a deflate stream.
pub(super) fn inflate(decoder: &mut Decompress, input: &[u8], output: &mut [u8]) -> Run {
    let (read_before, made_before) = (decoder.total_in(), decoder.total_out());
    let outcome = decoder.decompress(input, output, FlushDecompress::None);
    Run {
        read: (decoder.total_in() - read_before) as usize,
        made: (decoder.total_out() - made_before) as usize,
        ended: outcome
            .map(|status| status == Status::StreamEnd)
            .map_err(|error| error.to_string()),
    }
}

/// Passes over a member's header; `false` when the file ends inside it.
fn pass_header(input: &mut Peek) -> io::Result<bool> {
    let fixed = input.peek(10)?;
    if fixed.len() < 10 {
        return Ok(false);
    }
    let flags = fixed[3];
    input.consume(10);
    if flags & EXTRA != 0 {
        let [low, high, ..] = *input.peek(2)? else {
            return Ok(false);
        };
        input.consume(2);
        if !pass(input, usize::from(u16::from_le_bytes([low, high])))? {
            return Ok(false);
        }
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 && !pass_text(input)? {
            return Ok(false);
        }
    }
    Ok(flags & HEADER_CHECK == 0 || pass(input, 2)?)
}

fn pass(input: &mut Peek, bytes: usize) -> io::Result<bool> {
    let whole = input.peek(bytes)?.len() >= bytes;
    input.consume(bytes);
    Ok(whole)
}

fn pass_text(input: &mut Peek) -> io::Result<bool> {
    loop {
        let held = input.peek(1)?;
        if held.is_empty() {
            return Ok(false);
        }
        let end = memchr::memchr(0, held);
        let passed = end.map_or(held.len(), |end| end + 1);
        input.consume(passed);
        if end.is_some() {
            return Ok(true);
        }
    }
}
