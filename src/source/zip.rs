//! zip: which members an archive has, by its central directory or, where that is cut off, by what stands
//! before each member; and the unpacking of one.
//!
//! Read here and not by a library, because a library gives nothing of an archive that is cut, and wants to
//! seek where only bytes in order are to be had. Names are labels; nothing is ever written.

mod body;
mod local;
mod table;

use std::io;

use super::SourceProblem;
use super::archive::section;
use super::bzip2::Bzip2;
use super::container::parts;
use super::layer::Peek;
use super::log::{Step, Zipped, label};
use super::members::{Listing, Member};
use super::xz::Xz;
use super::zstd::Zstd;

/// Whether bytes begin an archive: its first member, or the end of one that has none.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL) || bytes.starts_with(b"PK\x05\x06")
}

/// What stands before a member.
const LOCAL: &[u8] = b"PK\x03\x04";

/// Gives a zip's bytes from an offset on.
type At<'a> = &'a dyn Fn(u64) -> Result<Peek, SourceProblem>;

/// Lists an archive of so many bytes.
///
/// # Errors
/// A read that fails.
pub(super) fn list(place: &str, length: u64, at: At<'_>) -> Result<Listing, SourceProblem> {
    let failed = |error| SourceProblem::reading(place, error);
    if let Some(listing) = table::list(length, at, &failed)? {
        return Ok(listing);
    }
    local::list(&mut at(0)?).map_err(failed)
}

/// The unpacked bytes of a member; `start` stands at its local header, `len` is how many packed bytes it has.
///
/// # Errors
/// A read that fails.
pub(super) fn enter(mut start: Peek, len: u64, zipped: &Zipped) -> io::Result<Peek> {
    let header = start.peek(FIXED)?;
    let Some(behind) = local::header_length(header) else {
        return Ok(Peek::new(Box::new(body::Body::lost(section(
            start, 0, None,
        )))));
    };
    start.pass(behind)?;
    let packed = section(start, len, None);
    let unpacked = match zipped.method {
        BZIP2 => parts(packed, Bzip2::new()),
        ZSTD => parts(packed, Zstd::new()?),
        XZ => parts(packed, Xz::new()?),
        _ => packed,
    };
    Ok(Peek::new(Box::new(body::Body::new(unpacked, len, zipped))))
}

/// A local header without its name and extra field.
const FIXED: usize = 30;

const STORED: u16 = 0;
const DEFLATE: u16 = 8;
const BZIP2: u16 = 12;
const ZSTD: u16 = 93;
const XZ: u16 = 95;

fn word(method: u16) -> &'static str {
    match method {
        STORED => "stored",
        DEFLATE => "deflate",
        BZIP2 => "bzip2",
        ZSTD => "zstd",
        XZ => "xz",
        _ => "unknown",
    }
}

/// What either table says of a member.
struct Entry<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    step: Step,
    /// Unix mode where one is given.
    mode: u32,
}

impl Entry<'_> {
    /// Whether nothing is packed in it: an empty deflate stream is two bytes long, and what claims to be
    /// larger unpacked is no folder.
    fn is_empty(&self) -> bool {
        let sealed = self.step.zipped.as_ref().and_then(|zipped| zipped.sealed);
        self.step.len <= 2 && sealed.is_none_or(|(_, unpacked)| unpacked == 0)
    }
}

/// Puts an entry where it belongs.
fn file(entry: Entry<'_>, listing: &mut Listing) {
    let name = label(entry.name);
    // A folder's name ends so, and so may that of a file that somebody wants to hide.
    if name.ends_with('/') && entry.is_empty() {
        return;
    }
    if entry.mode & 0o170_000 == 0o120_000 {
        return listing.skip(name, "a link; what it names is read where it stands");
    }
    let mut member = Member::new(name, entry.step);
    if entry.flags & 1 != 0 {
        member.refuse("is encrypted");
    } else if word(entry.method) == "unknown" {
        member.refuse(format!(
            "is packed by method {} of zip, which is not read",
            entry.method
        ));
    }
    listing.members.push(member);
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(eight.try_into().ok()?))
}

/// Sizes and places that did not fit into 32 bits, out of the extra field, in their fixed order.
fn wide(extra: &[u8], mut fields: [&mut u64; 3]) {
    let mut at = 0;
    while let (Some(id), Some(size)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let from = at + 4;
        let Some(data) = extra.get(from..from + usize::from(size)) else {
            return;
        };
        if id == 1 {
            let mut place = 0;
            for field in &mut fields {
                if **field == u64::from(u32::MAX)
                    && let Some(value) = u64_at(data, place)
                {
                    **field = value;
                    place += 8;
                }
            }
        }
        at = from + usize::from(size);
    }
}
