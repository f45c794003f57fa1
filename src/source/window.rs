//! A run of whole lines from a file, owned or mapped.

use std::fs::File;
use std::ops::Deref;
use std::sync::Arc;

use super::mapped::Mapping;

/// Whole lines of one file; only the last window of a file may end without `\n`.
pub struct Window {
    /// Offset of its first byte in the unpacked content.
    pub offset: u64,
    /// Set when the window stands for one line longer than [`LINE_CAP`](super::LINE_CAP): the
    /// line's true length without its `\n`. The bytes are then only its first 64 KiB.
    pub overlong: Option<u64>,
    span: u64,
    held: Held,
}

impl Window {
    /// The bytes; of an overlong line, its beginning.
    pub fn bytes(&self) -> &[u8] {
        match &self.held {
            Held::Owned(bytes) => bytes,
            Held::Mapped { map, len, .. } => &map.bytes()[..*len],
        }
    }

    /// How many bytes of the content it stands for; more than it holds when `overlong`.
    pub fn span(&self) -> u64 {
        self.span
    }

    /// Whether the bytes are those of the file. `false` when the file shrank while the window was
    /// in use, so that some of what was seen may have been zeros: drop what was made of it and
    /// call [`Reader::again`](super::Reader::again). Ask after use, once.
    ///
    /// A file that is cut and has grown past the window again before this is asked cannot be told
    /// from one that only grew.
    pub fn intact(&self) -> bool {
        match &self.held {
            Held::Owned(_) => true,
            Held::Mapped { map, file, len } => {
                map.whole()
                    && file
                        .metadata()
                        .is_ok_and(|m| m.len() >= self.offset + *len as u64)
            }
        }
    }

    pub(super) fn owned(offset: u64, bytes: Vec<u8>) -> Window {
        let span = bytes.len() as u64;
        Window {
            offset,
            overlong: None,
            span,
            held: Held::Owned(bytes),
        }
    }

    pub(super) fn overlong(offset: u64, head: Vec<u8>, length: u64, span: u64) -> Window {
        Window {
            offset,
            overlong: Some(length),
            span,
            held: Held::Owned(head),
        }
    }

    /// The first `len` bytes of a mapping that begins at `offset` of the file.
    pub(super) fn mapped(offset: u64, len: usize, map: Mapping, file: Arc<File>) -> Window {
        let held = Held::Mapped { map, file, len };
        Window {
            offset,
            overlong: None,
            span: len as u64,
            held,
        }
    }
}

impl Deref for Window {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes()
    }
}

enum Held {
    Owned(Vec<u8>),
    Mapped {
        map: Mapping,
        file: Arc<File>,
        len: usize,
    },
}
