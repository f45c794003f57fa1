//! How a file was packed and what of it is damaged: results, not errors, because the good part is read.

use serde::{Deserialize, Serialize};

use std::borrow::Cow;
use std::fmt;

/// How a file was packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, of so many members.
    Gzip {
        /// Members that were begun.
        members: u64,
    },
    /// Zstandard, of so many frames.
    Zstd {
        /// Frames that were begun, skippable ones left out.
        frames: u64,
    },
    /// bzip2, of so many streams.
    Bzip2 {
        /// Streams that were begun.
        streams: u64,
    },
    /// xz, of so many streams.
    Xz {
        /// Streams that were begun.
        streams: u64,
    },
    /// A member of a tar.
    Tar,
    /// A member of a zip.
    Zip {
        /// How it was packed in there.
        method: Cow<'static, str>,
    },
    /// Text that was recoded: offsets count the UTF-8 that was made of it.
    Utf16 {
        /// Units that are no character and became U+FFFD.
        invalid: u64,
    },
    /// Lines that ended in a carriage return alone: every byte kept its place.
    Returns,
    /// JSON that was given a record a line: offsets count those lines.
    JsonArray,
    /// Rows that were given as JSON lines: offsets count those.
    Parquet,
    /// Several packings around one another, the outermost first.
    Nested(Vec<Packing>),
}

impl Packing {
    /// Whether the content is not what was packed but was made from it, so that only this program finds an
    /// offset in it.
    pub fn is_recoded(&self) -> bool {
        match self {
            Packing::Utf16 { .. } | Packing::JsonArray | Packing::Parquet => true,
            Packing::Nested(layers) => layers.iter().any(Packing::is_recoded),
            _ => false,
        }
    }

    /// The layers around the content, the outermost first; none of what is plain.
    pub(super) fn layers(&self) -> Vec<Packing> {
        match self {
            Packing::Plain => Vec::new(),
            Packing::Nested(layers) => layers.clone(),
            one => vec![one.clone()],
        }
    }

    /// From the layers around the content, the outermost first.
    pub(super) fn of(mut layers: Vec<Packing>) -> Packing {
        match layers.len() {
            0 => Packing::Plain,
            1 => layers.remove(0),
            _ => Packing::Nested(layers),
        }
    }
}

/// `plain`, `gzip (3 members)`, `zstd (1 frame)`; nested ones joined by ` > `.
impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, part, count) = match self {
            Packing::Plain => return f.write_str("plain"),
            Packing::Parquet => return f.write_str("parquet"),
            Packing::Returns => return f.write_str("cr-line-ends"),
            Packing::JsonArray => return f.write_str("json-array"),
            Packing::Utf16 { invalid: 0 } => return f.write_str("utf-16"),
            Packing::Utf16 { invalid } => return write!(f, "utf-16 ({invalid} invalid)"),
            Packing::Tar => return f.write_str("tar"),
            Packing::Zip { method } => return write!(f, "zip ({method})"),
            Packing::Gzip { members } => ("gzip", "member", *members),
            Packing::Zstd { frames } => ("zstd", "frame", *frames),
            Packing::Bzip2 { streams } => ("bzip2", "stream", *streams),
            Packing::Xz { streams } => ("xz", "stream", *streams),
            Packing::Nested(layers) => {
                for (at, layer) in layers.iter().enumerate() {
                    let joint = if at == 0 { "" } else { " > " };
                    write!(f, "{joint}{layer}")?;
                }
                return Ok(());
            }
        };
        let ending = if count == 1 { "" } else { "s" };
        write!(f, "{name} ({count} {part}{ending})")
    }
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DamageKind {
    /// The archive ends before its end mark.
    Truncated,
    /// A part was unpacked to its end, but its checksum says that it is not what was packed.
    Checksum,
    /// The archive cannot be unpacked any further.
    Corrupt,
    /// Bytes behind the archive that belong to none.
    Trailing,
    /// Members of an archive behind this one, or its end mark, are not there; the member itself is whole.
    Missing,
    /// The file grew after it was opened; what came later was not read.
    Grew,
    /// The file shrank after it was opened; what vanished was not read.
    Shrank,
}

impl DamageKind {
    /// The word for tables and the manifest.
    pub fn word(self) -> &'static str {
        match self {
            DamageKind::Truncated => "truncated",
            DamageKind::Checksum => "checksum",
            DamageKind::Corrupt => "corrupt",
            DamageKind::Trailing => "trailing",
            DamageKind::Missing => "missing",
            DamageKind::Grew => "grew",
            DamageKind::Shrank => "shrank",
        }
    }
}

/// One damage of a file; everything before it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// What is wrong.
    pub kind: DamageKind,
    /// How many bytes had come out of the damaged layer by then; for a file that grew or shrank,
    /// how many of its bytes were read.
    pub at: u64,
    /// A sentence for the user, without file name and full stop.
    pub detail: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}
