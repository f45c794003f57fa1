//! tar: which members an archive has and where they stand (ustar, GNU and pax headers).
//!
//! Headers are read here and not by a library because of what a library passes over: where an archive is
//! cut or broken, and what lies between its members. Names are labels; nothing is ever written.

use std::io;

use super::layer::Peek;
use super::log::{Step, label};
use super::members::{Listing, Member};

/// Bytes of a header and of whatever is padded.
const BLOCK: usize = 512;

/// Whether bytes begin with a header: it holds the sum of its own bytes, its own place read as blanks.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..BLOCK) else {
        return false;
    };
    let byte = |at: usize| match (148..156).contains(&at) {
        true => b' ',
        false => header[at],
    };
    let real: u32 = (0..BLOCK).map(|at| u32::from(byte(at))).sum();
    // Very old writers took bytes as signed.
    let signed: i64 = (0..BLOCK).map(|at| i64::from(byte(at) as i8)).sum();
    let said = number(&header[148..156]);
    header[0] != 0 && said.is_some_and(|said| said == u64::from(real) || said as i64 == signed)
}

/// Lists an archive to its end. `content` stands at its beginning.
///
/// # Errors
/// A read that fails.
pub(super) fn list(content: &mut Peek) -> io::Result<Listing> {
    let mut walk = Walk {
        content,
        at: 0,
        listing: Listing::default(),
        next: Known::default(),
        global: Known::default(),
    };
    while walk.step()? {}
    Ok(walk.listing)
}

/// What extended headers say of the member that follows.
#[derive(Clone, Default)]
struct Known {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

struct Walk<'a> {
    content: &'a mut Peek,
    at: u64,
    listing: Listing,
    next: Known,
    global: Known,
}

/// An extended header longer than this is none: names and times take a few hundred bytes.
const EXTENDED: u64 = 1 << 20;

impl Walk<'_> {
    /// Reads one header and passes over what belongs to it; `false` at the end.
    fn step(&mut self) -> io::Result<bool> {
        let held = self.content.peek(BLOCK)?;
        let Some(block) = held.get(..BLOCK) else {
            return self.end();
        };
        if block.iter().all(|byte| *byte == 0) {
            self.listing.ended = true;
            return self.pass(BLOCK as u64).map(|()| true);
        }
        if !begins(block) {
            return self.foreign();
        }
        let header = block.to_vec();
        self.listing.ended = false;
        self.pass(BLOCK as u64)?;
        let size = number(&header[124..136]).unwrap_or(0);
        match header[156] {
            b'L' => self.next.name = Some(text(&self.extended(size)?).to_vec()),
            b'K' => drop(self.extended(size)?),
            b'x' | b'X' => {
                let records = self.extended(size)?;
                pax(&records, &mut self.next);
            }
            b'g' => {
                let records = self.extended(size)?;
                pax(&records, &mut self.global);
            }
            kind => self.member(kind, &header, size)?,
        }
        Ok(true)
    }

    fn member(&mut self, kind: u8, header: &[u8], size: u64) -> io::Result<()> {
        let known = std::mem::take(&mut self.next);
        let name = known.name.or_else(|| self.global.name.clone());
        let name = label(&name.unwrap_or_else(|| own_name(header)));
        let size = known.size.or(self.global.size).unwrap_or(size);
        let sparse = kind == b'S' || known.sparse || self.global.sparse;
        let folder = kind == b'5' || name.ends_with('/');
        // Links, devices and folders have no content, whatever their size says: what stands there all the
        // same is told as bytes of no member.
        let holds = !matches!(kind, b'1'..=b'6');
        let from = self.at;
        let passed = if holds { self.pass_padded(size)? } else { 0 };
        let why = match kind {
            _ if folder && size == 0 => return Ok(()),
            b'1' | b'2' => "a link; what it names is read where it stands",
            b'3' | b'4' => "a device",
            b'6' => "a pipe",
            b'5' => "a folder, which says that it has content",
            b'0' | 0 | b'7' | b'S' => {
                let step = Step {
                    from,
                    len: passed.min(size),
                    zipped: None,
                };
                let mut member = Member::new(name, step);
                if sparse {
                    member.refuse("is stored with holes (sparse), which is not read");
                } else if passed < size {
                    member.cut(format!(
                        "the tar ends inside this member: {passed} of its {size} bytes are there"
                    ));
                }
                self.listing.members.push(member);
                return Ok(());
            }
            _ => "of a kind that is no file",
        };
        self.listing.skip(name, why);
        Ok(())
    }

    /// An extended header's text.
    fn extended(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < size.min(EXTENDED) {
            let held = self.content.peek(1)?;
            let take = held.len().min(size as usize - bytes.len());
            if take == 0 {
                break;
            }
            bytes.extend_from_slice(&held[..take]);
            self.pass(take as u64)?;
        }
        let whole = size.saturating_add(padding(size));
        self.pass(whole - bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Passes over content and what pads it to whole blocks; gives the bytes that were there.
    fn pass_padded(&mut self, size: u64) -> io::Result<u64> {
        let before = self.at;
        self.pass(size)?;
        let there = self.at - before;
        if there == size {
            self.pass(padding(size))?;
        }
        Ok(there)
    }

    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        self.at += self.content.pass(bytes)?;
        Ok(())
    }

    /// Bytes between members that are no header: passed over up to the next one that is.
    fn foreign(&mut self) -> io::Result<bool> {
        let from = self.at;
        loop {
            let held = self.content.peek(BLOCK)?;
            let Some(block) = held.get(..BLOCK) else {
                let rest = held.len() as u64;
                self.pass(rest)?;
                break;
            };
            if begins(block) {
                break;
            }
            self.pass(BLOCK as u64)?;
        }
        self.next = Known::default();
        let bytes = self.at - from;
        self.listing.lost(format!(
            "{bytes} bytes at byte {from} of the tar are no member and were not read"
        ));
        Ok(true)
    }

    fn end(&mut self) -> io::Result<bool> {
        let rest = self.content.peek(BLOCK)?;
        let (bytes, zeros) = (rest.len() as u64, rest.iter().all(|byte| *byte == 0));
        self.pass(bytes)?;
        if !zeros {
            self.listing.lost(format!(
                "the tar ends inside a header, at byte {}: members behind it are missing",
                self.at
            ));
        } else if !self.listing.ended && !self.listing.members.last().is_some_and(Member::is_cut) {
            self.listing.lost(format!(
                "the tar ends at byte {} without its end mark: members behind it may be missing",
                self.at
            ));
        }
        Ok(false)
    }
}

fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

/// Octal digits, or the bytes themselves behind a set first bit.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| *first == 0x80) {
        let bytes = &field[1..];
        let (high, low) = bytes.split_at(bytes.len().saturating_sub(8));
        let all_zero = high.iter().all(|byte| *byte == 0);
        return all_zero.then(|| low.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)));
    }
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .skip_while(|byte| *byte == b' ')
        .take_while(|byte| (b'0'..=b'7').contains(byte))
        .collect();
    let text = str::from_utf8(&digits).ok()?;
    u64::from_str_radix(text, 8).ok()
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The name in the header itself; only a POSIX header has a prefix where others keep times.
fn own_name(header: &[u8]) -> Vec<u8> {
    let name = text(&header[..100]);
    let prefix = text(&header[345..500]);
    if header[257..265] != *b"ustar\x0000" || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

/// `LENGTH KEY=VALUE\n`, one behind the other.
fn pax(mut records: &[u8], known: &mut Known) {
    while let Some(space) = records.iter().position(|byte| *byte == b' ') {
        let length = str::from_utf8(&records[..space])
            .ok()
            .and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| records.get(space + 1..length)) else {
            return;
        };
        records = &records[space + 1 + record.len()..];
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let Some(equals) = record.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        match key {
            b"path" => known.name = Some(value.to_vec()),
            b"size" => known.size = str::from_utf8(value).ok().and_then(|n| n.parse().ok()),
            _ => known.sparse |= key.starts_with(b"GNU.sparse."),
        }
    }
}
