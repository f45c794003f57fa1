//! The bytes of one member, unpacked and held against its checksum.

use std::io;

use flate2::{Crc, Decompress};

use super::super::damage::{Damage, DamageKind, Packing};
use super::super::gzip::inflate;
use super::super::layer::{Layer, Notes, Peek};
use super::super::log::Zipped;
use super::{DEFLATE, STORED, word};

pub(super) struct Body {
    input: Peek,
    inflate: Option<Decompress>,
    method: u16,
    /// Packed bytes that a stored member must have.
    stored: Option<u64>,
    sealed: Option<(u32, u64)>,
    check: Crc,
    out: u64,
    ended: bool,
    damage: Vec<Damage>,
}

/// Why there is no more.
enum Stop {
    Whole,
    Short,
    Broken(String),
}

impl Body {
    /// `input` gives `len` packed bytes, or what another decoder made of them.
    pub(super) fn new(input: Peek, len: u64, zipped: &Zipped) -> Body {
        Body {
            input,
            inflate: (zipped.method == DEFLATE).then(|| Decompress::new(false)),
            method: zipped.method,
            stored: (zipped.method == STORED).then_some(len),
            sealed: zipped.sealed,
            check: Crc::new(),
            out: 0,
            ended: false,
            damage: Vec::new(),
        }
    }

    /// A member whose own header is not where the archive's table says.
    pub(super) fn lost(nothing: Peek) -> Body {
        let zipped = Zipped {
            method: STORED,
            sealed: None,
        };
        let mut body = Body::new(nothing, 0, &zipped);
        let detail = "the zip has no such member where its table says".to_owned();
        body.stop(DamageKind::Corrupt, detail);
        body
    }

    fn stop(&mut self, kind: DamageKind, detail: String) {
        let at = self.out;
        self.damage.push(Damage { kind, at, detail });
        self.ended = true;
    }

    /// Some bytes, and why there are no more where that is so.
    fn unpack(&mut self, into: &mut [u8]) -> io::Result<(usize, Option<Stop>)> {
        let Some(decoder) = &mut self.inflate else {
            let made = self.input.read(into)?;
            return Ok((made, (made == 0).then_some(Stop::Whole)));
        };
        let held = self.input.peek(1)?;
        let at_end = held.is_empty();
        let run = inflate(decoder, held, into);
        self.input.consume(run.read);
        let stop = match run.ended {
            Ok(true) => Some(Stop::Whole),
            Ok(false) if run.read > 0 || run.made > 0 => None,
            Ok(false) if at_end => Some(Stop::Short),
            Ok(false) => Some(Stop::Broken("the decoder makes no headway".to_owned())),
            Err(why) => Some(Stop::Broken(why)),
        };
        Ok((run.made, stop))
    }

    fn step(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (made, stop) = self.unpack(into)?;
        self.check.update(&into[..made]);
        self.out += made as u64;
        match stop {
            None => {}
            Some(Stop::Whole) => self.end(),
            Some(Stop::Broken(why)) => self.broken(&why),
            Some(Stop::Short) => {
                let out = self.out;
                let detail =
                    format!("the zip ends inside this member, after {out} bytes of content");
                self.stop(DamageKind::Truncated, detail);
            }
        }
        Ok(made)
    }

    fn broken(&mut self, why: &str) {
        let out = self.out;
        let detail =
            format!("this member cannot be unpacked beyond {out} bytes of content ({why})");
        self.stop(DamageKind::Corrupt, detail);
    }

    /// The packed bytes were read to their end.
    fn end(&mut self) {
        self.ended = true;
        let out = self.out;
        if let Some(len) = self.stored.filter(|len| out < *len) {
            let detail = format!("the zip ends inside this member, at byte {out} of its {len}");
            return self.stop(DamageKind::Truncated, detail);
        }
        if let Some((crc, length)) = self.sealed
            && (crc != self.check.sum() || length != out)
        {
            let detail = format!(
                "this member does not match its checksum and length; its content, {out} bytes, was read all the same"
            );
            self.stop(DamageKind::Checksum, detail);
        }
    }
}

impl Layer for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let made = self.step(into)?;
            if made > 0 {
                return Ok(made);
            }
        }
        Ok(0)
    }

    fn tell(&self, notes: &mut Notes) {
        let mut inner = Notes::default();
        self.input.tell(&mut inner);
        notes.packing.push(Packing::Zip {
            method: word(self.method).into(),
        });
        notes.damage.append(&mut inner.damage);
        notes.damage.extend_from_slice(&self.damage);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
