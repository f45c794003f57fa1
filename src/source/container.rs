//! What a file is, told by its first bytes and never by its name; and the peeling of packings.
//!
//! The decoders are `gzip`, `zstd`, `bzip2` and `xz`, driven by `parts`; what is text but not lines of UTF-8
//! goes through `utf16` and `unfold`. What this version cannot read is refused here by
//! name: a log that is taken for garbage would look like a log without findings.

use std::fmt::Display;
use std::io;

use super::SourceProblem;
use super::bzip2::Bzip2;
use super::gzip::Gzip;
use super::layer::Peek;
use super::parts::{Codec, Parts, Sight};
use super::returns::{self, Returns};
use super::unfold::{self, Unfold};
use super::utf16::{self, Order, Utf16};
use super::xz::Xz;
use super::zstd::Zstd;
use super::{parquet, tar, zip};

/// A file's content with every packing taken off.
pub(super) struct Opened {
    /// Stands at the first byte of the content.
    pub content: Peek,
    /// Packings that were taken off; 0 = the file is plain.
    pub layers: usize,
    /// Set when the content is something that cannot be read as it comes.
    pub kind: Option<Kind>,
}

/// What has tables of its own, at its end or throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Read member by member.
    Tar,
    /// Read member by member.
    Zip,
    /// Read row by row.
    Parquet,
}

/// Takes packings off until plain bytes or an archive come.
///
/// # Errors
/// A packing or encoding that is not read yet, too many packings in one another, a failed read.
pub(super) fn peel(place: &dyn Display, mut content: Peek) -> Result<Opened, SourceProblem> {
    let failed = |error| SourceProblem::reading(place, error);
    let mut layers = 0;
    loop {
        let shape = look(&mut content).map_err(failed)?;
        let kind = match shape {
            Shape::Of(kind) => Some(Some(kind)),
            Shape::Plain => Some(None),
            _ => None,
        };
        if let Some(kind) = kind {
            return Ok(Opened {
                content,
                layers,
                kind,
            });
        }
        if layers == DEPTH {
            return Err(too_deep(place));
        }
        content = match shape {
            Shape::Plain | Shape::Of(_) => content,
            Shape::Refused(name, remedy) => return Err(refused(place, name, remedy, layers)),
            Shape::Gzip => parts(content, Gzip::new()),
            Shape::Zstd => parts(content, Zstd::new().map_err(failed)?),
            Shape::Bzip2 => parts(content, Bzip2::new()),
            Shape::Xz => parts(content, Xz::new().map_err(failed)?),
            Shape::Utf16(order) => Peek::new(Box::new(Utf16::new(content, order))),
            Shape::Returns => Peek::new(Box::new(Returns::new(content))),
            // What comes out are lines, whatever they look like.
            Shape::Json => {
                return Ok(Opened {
                    content: Peek::new(Box::new(Unfold::new(content))),
                    layers: layers + 1,
                    kind: None,
                });
            }
        };
        layers += 1;
    }
}

/// What one packing's parts hold.
pub(super) fn parts<C: Codec + 'static>(content: Peek, codec: C) -> Peek {
    Peek::new(Box::new(Parts::new(content, codec)))
}

/// How many packings may lie in one another.
const DEPTH: usize = 4;

/// Bytes that are looked at: a whole tar header.
const LOOK: usize = 512;

/// Bytes that are looked at where JSON may begin: a record of any common size.
const RECORD: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Of(Kind),
    Utf16(Order),
    Returns,
    Json,
    Refused(&'static str, &'static str),
}

const UNPACK: &str = "unpack it first and name the unpacked files in the case";
const RECODE: &str = "convert it to UTF-8 first, for example with iconv";

/// Beginnings that no log line has, of what is refused.
const REFUSED: [(&[u8], &str, &str); 5] = [
    (&[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "7z", UNPACK),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4", UNPACK),
    (&[0x1f, 0x9d], "compress (.Z)", UNPACK),
    (&[0xff, 0xfe, 0, 0], "UTF-32", RECODE),
    (&[0, 0, 0xfe, 0xff], "UTF-32", RECODE),
];

fn recognise(bytes: &[u8]) -> Shape {
    let packed = [
        (Gzip::sees(bytes), Shape::Gzip),
        (Zstd::sees(bytes), Shape::Zstd),
        (Bzip2::sees(bytes), Shape::Bzip2),
        (Xz::sees(bytes), Shape::Xz),
    ];
    if let Some((_, shape)) = packed.iter().find(|(sight, _)| *sight != Sight::Nothing) {
        return *shape;
    }
    if let Some((_, name, remedy)) = REFUSED.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Shape::Refused(name, remedy);
    }
    if bytes.starts_with(parquet::MAGIC) {
        return Shape::Of(Kind::Parquet);
    }
    if zip::begins(bytes) {
        return Shape::Of(Kind::Zip);
    }
    if tar::begins(bytes) {
        return Shape::Of(Kind::Tar);
    }
    match utf16::begins(bytes) {
        Some(order) => Shape::Utf16(order),
        None => Shape::Plain,
    }
}

/// What content begins with. How much is looked at does not depend on how it comes.
fn look(content: &mut Peek) -> io::Result<Shape> {
    let held = content.peek(LOOK)?;
    let start = &held[..held.len().min(LOOK)];
    let shape = recognise(start);
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let braced = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    // Most files end a line in these bytes, and are looked at no further.
    let unended = shape == Shape::Plain && memchr::memchr(b'\n', start).is_none();
    if unended && returns::begins(content.peek(RECORD)?) {
        return Ok(Shape::Returns);
    }
    Ok(match shape == Shape::Plain && braced {
        true if unfold::begins(content.peek(RECORD)?) => Shape::Json,
        _ => shape,
    })
}

fn refused(place: &dyn Display, name: &str, remedy: &'static str, layers: usize) -> SourceProblem {
    let inside = if layers > 0 {
        " inside a packed file"
    } else {
        ""
    };
    let what = format!("this is {name}{inside}, which is not read yet by this version");
    SourceProblem::new(place, what, remedy)
}

fn too_deep(place: &dyn Display) -> SourceProblem {
    let what = format!("more than {DEPTH} packings lie in one another");
    SourceProblem::new(place, what, UNPACK)
}
