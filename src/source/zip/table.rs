//! A zip's central directory: the list of its members at its end.

use std::io;

use super::super::SourceProblem;
use super::super::layer::Peek;
use super::super::log::{Step, Zipped};
use super::super::members::Listing;
use super::{At, Entry, file, u16_at, u32_at, u64_at, wide};

/// The end mark with the longest comment, and what points to the wide one before it.
const TAIL: u64 = 22 + 65_535 + 20;
const ENTRY: usize = 46;

/// Where the directory stands and what is in it.
struct Directory {
    from: u64,
    size: u64,
    entries: u64,
    /// What has to be added to every place: bytes that were put before the zip.
    shift: u64,
}

/// The members, where there is a whole table.
///
/// # Errors
/// A read that fails.
pub(super) fn list(
    length: u64,
    at: At<'_>,
    failed: &dyn Fn(io::Error) -> SourceProblem,
) -> Result<Option<Listing>, SourceProblem> {
    let from = length.saturating_sub(TAIL);
    let tail = at(from)?.take(TAIL).map_err(failed)?;
    let Some(end) = find_end(&tail) else {
        return Ok(None);
    };
    let wide = match end
        .checked_sub(20)
        .and_then(|locator| tail.get(locator..end))
    {
        Some(locator) if locator.starts_with(b"PK\x06\x07") => {
            let place = u64_at(locator, 8).unwrap_or(0);
            Some((place, at(place)?.take(56).map_err(failed)?))
        }
        _ => None,
    };
    let Some(directory) = directory(&tail[end..], from + end as u64, wide) else {
        return Ok(None);
    };
    let mut content = at(directory.from)?;
    entries(&mut content, &directory).map_err(failed)
}

fn find_end(tail: &[u8]) -> Option<usize> {
    let marks = memchr::memmem::rfind_iter(tail, b"PK\x05\x06");
    let fits = |at: &usize| {
        let comment = u16_at(tail, at + 20).map(usize::from);
        comment.is_some_and(|comment| at + 22 + comment <= tail.len())
    };
    marks.into_iter().find(fits)
}

fn directory(end: &[u8], end_at: u64, wide: Option<(u64, Vec<u8>)>) -> Option<Directory> {
    let (entries, size, from, behind) = match wide {
        Some((at, record)) if record.starts_with(b"PK\x06\x06") => {
            let field = |at| u64_at(&record, at);
            (field(32)?, field(40)?, field(48)?, at)
        }
        _ => (
            u64::from(u16_at(end, 10)?),
            u64::from(u32_at(end, 12)?),
            u64::from(u32_at(end, 16)?),
            end_at,
        ),
    };
    let shift = behind.checked_sub(size)?.checked_sub(from)?;
    Some(Directory {
        from: from.checked_add(shift)?,
        size,
        entries,
        shift,
    })
}

/// `None` where what stands there is no table.
fn entries(content: &mut Peek, directory: &Directory) -> io::Result<Option<Listing>> {
    let mut listing = Listing::default();
    if directory.shift > 0 {
        // The file begins as a zip does, so these bytes are another one's, or what damage has left of it.
        listing.lost(format!(
            "{} bytes stand before the zip that its table tells of, as where one was written behind another: what \
             members they held is missing; take the file apart there",
            directory.shift
        ));
    }
    let (mut passed, mut count): (u64, u64) = (0, 0);
    while passed < directory.size {
        let fixed = content.take(ENTRY as u64)?;
        if fixed.len() < ENTRY || !fixed.starts_with(b"PK\x01\x02") {
            return Ok(None);
        }
        let length = |at| usize::from(u16_at(&fixed, at).unwrap_or(0));
        let (name, extra, comment) = (length(28), length(30), length(32));
        let all = name + extra + comment;
        let texts = content.take(all as u64)?;
        if texts.len() < all {
            return Ok(None);
        }
        passed += (ENTRY + all) as u64;
        count += 1;
        let (name, behind) = texts.split_at(name);
        file(
            entry(&fixed, name, &behind[..extra], directory.shift),
            &mut listing,
        );
    }
    // The narrow table counts up to 65535 and then begins anew.
    if count != directory.entries && count % 65_536 != directory.entries {
        listing.lost(format!(
            "the zip's table holds {count} entries and says {}",
            directory.entries
        ));
    }
    Ok(Some(listing))
}

fn entry<'a>(fixed: &[u8], name: &'a [u8], extra: &[u8], shift: u64) -> Entry<'a> {
    let small = |at| u16_at(fixed, at).unwrap_or(0);
    let field = |at| u32_at(fixed, at).unwrap_or(0);
    let (mut out, mut len, mut from) = (
        u64::from(field(24)),
        u64::from(field(20)),
        u64::from(field(42)),
    );
    wide(extra, [&mut out, &mut len, &mut from]);
    let unix = small(4) >> 8 == 3;
    Entry {
        name,
        flags: small(8),
        method: small(10),
        step: Step {
            from: from.saturating_add(shift),
            len,
            zipped: Some(Zipped {
                method: small(10),
                sealed: Some((field(16), out)),
            }),
        },
        mode: if unix { field(38) >> 16 } else { 0 },
    }
}
