//! Members of a zip without its table: what stands before each, one behind the other.
//!
//! A member whose length stands behind it is unpacked to find its end.

use std::io;

use flate2::{Crc, Decompress};

use super::super::gzip::inflate;
use super::super::layer::Peek;
use super::super::log::{Step, Zipped};
use super::super::members::Listing;
use super::{DEFLATE, Entry, FIXED, LOCAL, file, u16_at, u32_at, u64_at, wide};

/// How long a local header is, name and extra field included; `None` where none stands.
pub(super) fn header_length(header: &[u8]) -> Option<u64> {
    let name = u64::from(u16_at(header, 26)?);
    let extra = u64::from(u16_at(header, 28)?);
    header
        .starts_with(LOCAL)
        .then_some(FIXED as u64 + name + extra)
}

/// Lists what can be found from the beginning on.
pub(super) fn list(content: &mut Peek) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let mut at = 0;
    loop {
        let held = content.peek(FIXED)?;
        let header = held[..held.len().min(FIXED)].to_vec();
        let Some(behind) = header_length(&header) else {
            break;
        };
        let Some(member) = read(content, at, &header, behind)? else {
            break;
        };
        let whole = member.whole;
        at = member.end;
        file(member.entry(), &mut listing);
        if !whole {
            break;
        }
    }
    listing.lost(format!(
        "the zip has no table of its members, so it was cut or broken: members from byte {at} on are missing"
    ));
    Ok(listing)
}

/// A member as its own header tells it.
struct Local {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    step: Step,
    /// Where the next one begins.
    end: u64,
    /// Whether that is known.
    whole: bool,
}

impl Local {
    fn entry(&self) -> Entry<'_> {
        Entry {
            name: &self.name,
            flags: self.flags,
            method: self.method,
            step: self.step.clone(),
            mode: 0,
        }
    }
}

/// `None` when the file ends inside the header.
fn read(content: &mut Peek, at: u64, header: &[u8], behind: u64) -> io::Result<Option<Local>> {
    let flags = u16_at(header, 6).unwrap_or(0);
    let method = u16_at(header, 8).unwrap_or(0);
    let field = |at| u32_at(header, at).unwrap_or(0);
    let (crc, mut len, mut out) = (field(14), u64::from(field(18)), u64::from(field(22)));
    let head = content.take(behind)?;
    let mut passed = head.len() as u64;
    if passed < behind {
        return Ok(None);
    }
    let names = head.get(FIXED..).unwrap_or_default();
    let (name, extra) =
        names.split_at(usize::from(u16_at(header, 26).unwrap_or(0)).min(names.len()));
    wide(extra, [&mut out, &mut len, &mut 0]);
    let mut sealed = Some((crc, out));
    let mut whole = true;
    // The length stands behind the member, and only unpacking finds where that is.
    if flags & 8 != 0 && len == 0 {
        let unknown = flags & 1 != 0 || method != DEFLATE;
        let found = match unknown {
            true => Found::default(),
            false => find_end(content)?,
        };
        (len, sealed) = (found.packed, found.sealed);
        passed += found.packed + found.behind;
        whole &= sealed.is_some();
    } else {
        let there = content.pass(len)?;
        passed += there;
        whole &= there == len;
    }
    Ok(Some(Local {
        name: name.to_vec(),
        flags,
        method,
        step: Step {
            from: at,
            len,
            zipped: Some(Zipped { method, sealed }),
        },
        end: at.saturating_add(passed),
        whole,
    }))
}

/// How a deflate stream of unknown length ends.
#[derive(Default)]
struct Found {
    packed: u64,
    /// Bytes of what follows it: checksum and lengths.
    behind: u64,
    sealed: Option<(u32, u64)>,
}

fn find_end(content: &mut Peek) -> io::Result<Found> {
    let mut found = Found::default();
    let (mut decoder, mut check, mut out) = (Decompress::new(false), Crc::new(), 0);
    let mut scratch = vec![0; 64 << 10];
    loop {
        let held = content.peek(1)?;
        let run = inflate(&mut decoder, held, &mut scratch);
        content.consume(run.read);
        check.update(&scratch[..run.made]);
        found.packed += run.read as u64;
        out += run.made as u64;
        match run.ended {
            Ok(true) => break,
            Ok(false) if run.read > 0 || run.made > 0 => {}
            _ => return Ok(found),
        }
    }
    let held = content.peek(24)?;
    let mark = 4 * usize::from(held.starts_with(b"PK\x07\x08"));
    let narrow = (u32_at(held, mark + 4), u32_at(held, mark + 8));
    let broad = (u64_at(held, mark + 4), u64_at(held, mark + 12));
    let size = match () {
        () if narrow == (Some(found.packed as u32), Some(out as u32)) => 12,
        () if broad == (Some(found.packed), Some(out)) => 20,
        () => return Ok(found),
    };
    found.sealed = u32_at(held, mark).map(|crc| (crc, out));
    content.consume(mark + size);
    found.behind = (mark + size) as u64;
    Ok(found)
}
