//! UTF-16 into UTF-8, as a Windows shell's redirect leaves logs. Offsets then count the recoded bytes.

use std::io;

use super::damage::{Damage, DamageKind, Packing};
use super::layer::{Layer, Notes, Peek};

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// Told by its mark, or by every second byte of the beginning being NUL and the others printable.
pub(super) fn begins(bytes: &[u8]) -> Option<Order> {
    match bytes {
        // The first four bytes of UTF-32 begin as UTF-16 does.
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => without_mark(bytes),
    }
}

fn without_mark(bytes: &[u8]) -> Option<Order> {
    const PAIRS: usize = 16;
    let text = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | 32..127);
    let all = |text_at: usize| {
        let pairs = bytes.chunks_exact(2).take(PAIRS);
        pairs.len() == PAIRS
            && pairs
                .into_iter()
                .all(|p| text(p[text_at]) && p[1 - text_at] == 0)
    };
    match () {
        () if all(0) => Some(Order::Little),
        () if all(1) => Some(Order::Big),
        () => None,
    }
}

/// The recoded content, without a mark at its beginning.
pub(super) struct Utf16 {
    input: Peek,
    order: Order,
    made: Made,
    /// First half of a pair.
    high: Option<u16>,
    begun: bool,
    ended: bool,
    odd: bool,
}

/// Bytes that wait to be given, and what was made so far.
#[derive(Default)]
struct Made {
    bytes: Vec<u8>,
    given: usize,
    all: u64,
    invalid: u64,
}

impl Utf16 {
    pub(super) fn new(input: Peek, order: Order) -> Utf16 {
        Utf16 {
            input,
            order,
            made: Made::default(),
            high: None,
            begun: false,
            ended: false,
            odd: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.made.bytes.clear();
        self.made.given = 0;
        let held = self.input.peek(2)?;
        let whole = held.len() / 2 * 2;
        let rest = held.len() - whole;
        for pair in held[..whole].chunks_exact(2) {
            let unit = match self.order {
                Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
                Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
            };
            let mark = !self.begun && unit == 0xfeff;
            self.begun = true;
            if !mark {
                self.high = self.made.unit(self.high, unit);
            }
        }
        self.input.consume(whole);
        if whole == 0 {
            self.ended = true;
            self.odd = rest > 0;
            self.input.consume(rest);
            if self.high.take().is_some() || self.odd {
                self.made.invalid();
            }
        }
        Ok(())
    }
}

impl Made {
    /// Takes a unit; gives the first half of a pair back.
    fn unit(&mut self, high: Option<u16>, unit: u16) -> Option<u16> {
        if let Some(high) = high {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                self.char(c);
                return None;
            }
            self.invalid();
        }
        match unit {
            0xd800..0xdc00 => return Some(unit),
            0xdc00..0xe000 => self.invalid(),
            _ => self.char(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
        None
    }

    fn invalid(&mut self) {
        self.invalid += 1;
        self.char(char::REPLACEMENT_CHARACTER);
    }

    fn char(&mut self, c: char) {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).as_bytes();
        self.bytes.extend_from_slice(bytes);
        self.all += bytes.len() as u64;
    }

    fn give(&mut self, into: &mut [u8]) -> usize {
        let left = &self.bytes[self.given..];
        let take = left.len().min(into.len());
        into[..take].copy_from_slice(&left[..take]);
        self.given += take;
        take
    }
}

impl Layer for Utf16 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let given = self.made.give(into);
            if given > 0 || self.ended {
                return Ok(given);
            }
            self.fill()?;
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::Utf16 {
            invalid: self.made.invalid,
        });
        if self.odd {
            notes.damage.push(Damage {
                kind: DamageKind::Truncated,
                at: self.made.all,
                detail: "UTF-16 ends in the middle of a character".to_owned(),
            });
        }
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
