//! Disclosures -> controllers, data subjects, data categories, with `[min, max]` and reasons.
//!
//! `account` turns one account's touches into its share of the harm, `exposure` merges the shares,
//! `conclude` adds what the logs cannot show and makes the final rows. No I/O, no clock, no threads; who
//! is to be called what is `detect`'s, how it is printed `report`'s.

mod account;
mod bounds;
mod conclude;
mod doubts;
mod exposure;
mod kinds;
mod ladder;
mod reachable;
mod rhythm;
mod rows;
mod runs;
mod said;
mod sampled;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use account::{About, AccountShare, Beyond, Doubtful};
pub use bounds::{AllBounds, Bounds, bounds};
pub use conclude::{Published, Totals, conclude};
pub use doubts::{DETAILED, Doubts, Key as DoubtKey};
pub use exposure::{Exposure, Merger, SubjectKey, SubjectTally};
pub use ladder::{Heads, Rung, Unchecked, answered, listed, requested};
pub use reachable::Reachable;
pub use rhythm::{Pause, Rhythm, rhythm, rhythm_doubts};
pub use rows::{AccountFigures, same_request};
pub use runs::{Dark, End, Gap, Run, Step, What, runs};
pub use said::doubts;
pub use sampled::{Estimate, Estimates, Interval, estimates};

use crate::case::Category;
use crate::scope::ControllerIndex;
use crate::sequence::Access;
use crate::words::{Certainty, Reason, Stamp};

/// Where a raw line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// Index of the file.
    pub file: u32,
    /// Line number in its content, from 1.
    pub line: u64,
    /// Offset in its content, from 0.
    pub offset: u64,
    /// Length in bytes without the end of line.
    pub length: u32,
}

impl Citation {
    /// The line of an access.
    pub fn of(access: &Access) -> Citation {
        Citation {
            file: access.file,
            line: access.line,
            offset: access.offset,
            length: access.length,
        }
    }
}

/// How a controller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Data of its subjects was disclosed beyond scope.
    Confirmed,
    /// The logs leave room for it.
    CannotBeExcluded,
    /// Complete logs show nothing.
    Excluded,
}

impl Status {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Status::Confirmed => "confirmed",
            Status::CannotBeExcluded => "cannot_be_excluded",
            Status::Excluded => "excluded",
        }
    }
}

/// A final row for a controller.
#[derive(Clone, Debug, PartialEq)]
pub struct ControllerRow {
    /// Which; `None` = disclosed objects whose controller the directory does not say.
    pub controller: Option<ControllerIndex>,
    /// How it stands.
    pub status: Status,
    /// Why the figures are not exact.
    pub reasons: BTreeSet<Reason>,
    /// Distinct subjects by their highest certainty.
    pub subjects: BTreeMap<Certainty, u64>,
    /// Lower bound.
    pub min: u64,
    /// Upper bound; `None` where nothing bounds it.
    pub max: Option<u64>,
    /// Upper bound if the logs showed everything but the minutes of holes, where these are all that lifts it to the
    /// population; else `None`. Without `filled`: those minutes hold them.
    pub shown: Option<u64>,
    /// Distinct subjects that only the order of a run makes possible.
    pub filled: u64,
    /// Children among the confirmed.
    pub children: u64,
    /// Protected persons among the confirmed.
    pub protected: u64,
    /// Distinct accounts that were shown something.
    pub accounts: u64,
    /// Distinct requests that showed something.
    pub accesses: u64,
    /// First and last disclosure.
    pub seen: Option<(Stamp, Stamp)>,
    /// Data categories.
    pub categories: BTreeSet<Category>,
    /// Routes, by their index in the case.
    pub routes: BTreeSet<u16>,
    /// Its distinct subjects in the directory; `None` without a table of objects.
    pub population: Option<u64>,
}
