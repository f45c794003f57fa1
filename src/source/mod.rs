//! Files to line-aligned windows of bytes: read-only, unpacked, hashed; and content given twice.
//!
//! [`find`] turns a case's globs into files in a fixed order, [`Reader`] turns one file into
//! [`Window`]s of whole lines, [`overlap`] tells which lines a rotation has left in two files.
//! What a line means is left to `format`, threads to `pipeline`, totals and words for the user to
//! the rooms behind. Nothing here writes to a log.

mod archive;
mod bzip2;
mod container;
mod damage;
mod digest;
mod find;
mod globs;
mod gzip;
mod layer;
mod lines;
mod log;
mod mapped;
mod members;
mod order;
pub mod overlap;
mod parquet;
mod parts;
mod problem;
mod progress;
mod reader;
mod returns;
mod stream;
mod tar;
mod unfold;
mod utf16;
mod window;
mod xz;
mod zip;
mod zstd;

pub use damage::{Damage, DamageKind, Packing};
pub use digest::digest_of;
pub use find::{Findings, Found, Skipped, find, walk};
pub use lines::{Lines, line_from, lines, split};
pub use log::Log;
pub use order::Turn;
pub use problem::SourceProblem;
pub use reader::{Ending, Reader, Reading};
pub use window::Window;

/// The longest line, in bytes without its line end and without zeros before it, that is given whole.
pub const LINE_CAP: usize = 16 << 20;

/// How many bytes are kept of a line longer than [`LINE_CAP`].
pub const LINE_HEAD: usize = 64 << 10;
