//! What a split tells beside its accesses: where it stood, what it was read by, and its part, as bytes.

use serde::{Deserialize, Serialize};

use super::StageProblem;
use crate::pipeline::Piece;
use crate::route::extract::{Part, PartEnd};
use crate::source::Ending;

/// Of a split, or of a file that was hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The job's tag.
    pub tag: String,
    /// The split's number; of a file that was hashed, the file's.
    pub split: u32,
    /// Whether it was only hashed.
    pub digest: bool,
    /// Index of the input.
    pub file: u32,
    /// The input's name.
    pub name: String,
    /// As in [`Piece`].
    pub range: Option<(u64, u64)>,
    /// Bytes of the file.
    pub size: u64,
    /// When the file was last written, in nanoseconds since 1970.
    pub changed: i64,
    /// How many accesses came of it.
    pub accesses: u64,
    /// As in [`Piece`].
    pub remembers: bool,
    /// Digests, packing and damage of a whole file.
    pub ending: Option<Ending>,
}

impl Told {
    /// The key of its rows, which no account has.
    pub fn key(&self) -> Vec<u8> {
        let kind = if self.digest { b"q" } else { b"p" };
        [&kind[..], &self.split.to_be_bytes()].concat()
    }

    /// Its bytes with those of a part without accesses.
    ///
    /// # Errors
    /// They cannot be made.
    pub fn pack(&self, part: &mut Part) -> Result<Vec<u8>, StageProblem> {
        let failed =
            || StageProblem::new(format!("{}: what came of it cannot be packed", self.name));
        let text = serde_json::to_vec(self).map_err(|_| failed())?;
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(&text);
        bytes.extend_from_slice(&part.pack(PartEnd::default()).ok_or_else(failed)?);
        Ok(bytes)
    }

    /// The same from its bytes.
    ///
    /// # Errors
    /// They were changed on their way.
    pub fn unpack(bytes: &[u8]) -> Result<(Told, Part), StageProblem> {
        let read = || {
            let (length, rest) = bytes.split_first_chunk()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (text, rest) = rest.split_at_checked(length)?;
            let told: Told = serde_json::from_slice(text).ok()?;
            let (part, _) = Part::unpack(rest, told.file)?;
            Some((told, part))
        };
        read().ok_or_else(|| {
            StageProblem::new("a split's part is not as it was written: run the whole job again")
        })
    }

    /// As a piece, with its part.
    pub fn piece(self, part: Part) -> Piece {
        Piece {
            file: self.file as usize,
            range: self.range,
            part,
            accesses: self.accesses,
            ending: self.ending,
            remembers: self.remembers,
        }
    }
}
