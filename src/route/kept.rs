//! A part as bytes, so that a later run can go on from it; bytes that were changed are no part any more.

use serde::{Deserialize, Serialize};

use super::Hours;
use super::part::{Part, Reject, Tally};
use crate::sequence::{Accesses, Names};
use crate::source::digest_of;
use crate::source::overlap::Hits;

/// What a kept part begins with; raised when its shape changes.
const MAGIC: &[u8] = b"breachscope part 4\n";

/// All of a part but its accesses and names.
#[derive(Serialize, Deserialize)]
struct Rest {
    tally: Tally,
    rejects: Vec<Reject>,
    hours: Hours,
    hits: Hits,
    unended: Option<u64>,
    end: PartEnd,
}

/// Where a kept part ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEnd {
    /// Offset in the content.
    pub until: u64,
    /// How far the file's digest has come there; empty where it is not known.
    pub digest: Vec<u8>,
}

impl Part {
    /// Its bytes, with where it ends. `None` where it cannot be written.
    pub fn pack(&mut self, end: PartEnd) -> Option<Vec<u8>> {
        let rest = Rest {
            tally: self.tally.clone(),
            rejects: std::mem::take(&mut self.rejects),
            hours: std::mem::take(&mut self.hours),
            hits: std::mem::take(&mut self.hits),
            unended: self.unended,
            end,
        };
        let text = serde_json::to_vec(&rest);
        self.rejects = rest.rejects;
        self.hours = rest.hours;
        self.hits = rest.hits;
        let text = text.ok()?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&text);
        self.accesses.pack(&mut bytes);
        self.names.pack(&mut bytes);
        let seal = digest_of(&bytes);
        bytes.extend_from_slice(seal.as_bytes());
        Some(bytes)
    }

    /// The part that these are the bytes of, of the file with this number now, and where it ends; `None` where they are
    /// none, or not as they were written.
    pub fn unpack(bytes: &[u8], file: u32) -> Option<(Part, PartEnd)> {
        let (body, seal) = bytes.split_last_chunk::<64>()?;
        if digest_of(body).as_bytes() != seal {
            return None;
        }
        let rest = body.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (text, rest) = rest.split_at_checked(length)?;
        let told: Rest = serde_json::from_slice(text).ok()?;
        let (accesses, rest) = Accesses::unpack(rest, file)?;
        let (names, rest) = Names::unpack(rest)?;
        let part = Part {
            accesses,
            names,
            tally: told.tally,
            rejects: told.rejects,
            hours: told.hours.revived(),
            hits: told.hits,
            unended: told.unended,
            ..Part::default()
        };
        rest.is_empty().then_some((part, told.end))
    }
}
