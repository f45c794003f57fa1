//! Accesses, and each account's accesses in exact time order.
//!
//! The only home of memory that grows with the data, so of the ceiling and the spill: accesses are compact and go
//! to disk beyond the ceiling ([`Spill`]), where [`Sequences`] sorts them partition by partition; names are interned
//! exactly and stay in memory. Who an actor is in the end (sessions, aliases) is told to it by `scope`; what an access
//! means is left to the rooms behind.

mod bits;
mod cells;
mod clients;
mod interner;
mod keys;
mod moves;
mod names;
mod packed;
mod slots;
mod sorted;
mod spill;
mod store;

pub use bits::Bits;
pub use clients::Clients;
pub use interner::Interner;
pub(crate) use keys::Keys;
pub use names::{numbered, text};
use serde::{Deserialize, Serialize};
pub use sorted::{Seal, Sequences, Shelved, order};
pub use spill::{Kept, Spill};
pub use store::{Accesses, Stowed};

use crate::words::Stamp;

/// Stands for "none" in the number fields of an [`Access`].
pub const NONE: u32 = u32::MAX;
/// Stands for "the log has no byte count".
pub const NO_BYTES: u64 = u64::MAX;

/// One request for one object or one container page (a request that names several objects gives
/// several accesses with the same line).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// When, after the source's clock correction.
    pub time: Stamp,
    /// Where the line begins in its file's content, in bytes from 0.
    pub offset: u64,
    /// The line's number in its file's content, from 1.
    pub line: u64,
    /// Byte count of the answer; [`NO_BYTES`] where the log has none.
    pub bytes: u64,
    /// Index of the file, in the order in which files are read.
    pub file: u32,
    /// Length of the line in bytes without its end of line.
    pub length: u32,
    /// Who asked: number in [`Names::actors`]; in [`Sequences`] the account's own number.
    pub actor: u32,
    /// Client address: number in [`Names::clients`].
    pub client: u32,
    /// User agent: number in [`Names::agents`].
    pub agent: u32,
    /// Object: number in [`Names::objects`]; [`NONE`] where the request names none.
    pub object: u32,
    /// Container: number in [`Names::objects`]; [`NONE`] where the request names none.
    pub container: u32,
    /// First member asked for, counted from 0; [`NONE`] where the page could not be read.
    pub skip: u32,
    /// Members asked for; [`NONE`] = all of them.
    pub take: u32,
    /// Index of the route in the case.
    pub route: u16,
    /// Status; 0 where the log has none.
    pub status: u16,
    /// Whether the method returns a body at all (not HEAD, not OPTIONS).
    pub with_body: bool,
}

impl Access {
    /// An access of nothing by nobody.
    pub const BLANK: Access = Access {
        time: Stamp(0),
        offset: 0,
        line: 0,
        bytes: NO_BYTES,
        file: 0,
        length: 0,
        actor: NONE,
        client: NONE,
        agent: NONE,
        object: NONE,
        container: NONE,
        skip: 0,
        take: NONE,
        route: 0,
        status: 0,
        with_body: true,
    };

    /// The total order of accesses: time, then the order of the files and of their lines, then the
    /// order within the request.
    pub fn order(&self) -> (Stamp, u32, u64) {
        (self.time, self.file, self.line)
    }
}

/// Every name that accesses carry as a number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Names {
    /// `a` + account as the log names it, or `c` + client address.
    pub actors: Interner,
    /// Client addresses.
    pub clients: Clients,
    /// User agents.
    pub agents: Interner,
    /// Objects' and containers' IDs.
    pub objects: Interner,
}

/// Where the numbers of other names have gone: entry `i` is the number of what was `i`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Moved {
    /// Of actors.
    pub actors: Vec<u32>,
    /// Of client addresses that are interned.
    pub clients: Vec<u32>,
    /// Of user agents.
    pub agents: Vec<u32>,
    /// Of objects and containers.
    pub objects: Vec<u32>,
}

impl Names {
    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.lists().iter().all(|names| names.is_empty())
    }

    /// With room for the names of so many lines.
    pub fn for_lines(lines: usize) -> Names {
        Names {
            actors: Interner::for_about(lines / 2),
            clients: Clients::default(),
            agents: Interner::for_about(64),
            objects: Interner::for_about(lines / 2),
        }
    }

    /// Takes in other names.
    pub fn absorb(&mut self, other: &Names) -> Moved {
        Moved {
            actors: self.actors.absorb(&other.actors),
            clients: self.clients.absorb(&other.clients),
            agents: self.agents.absorb(&other.agents),
            objects: self.objects.absorb(&other.objects),
        }
    }

    /// Where other names stand here; [`NONE`] for those that do not.
    pub fn find(&self, other: &Names) -> Moved {
        let all = |own: &Interner, other: &Interner| {
            let names = (0..other.len() as u32).map(|number| other.name(number));
            names.map(|name| own.known(name).unwrap_or(NONE)).collect()
        };
        Moved {
            actors: all(&self.actors, &other.actors),
            clients: self.clients.find(&other.clients),
            agents: all(&self.agents, &other.agents),
            objects: all(&self.objects, &other.objects),
        }
    }

    /// Bytes of memory that the names hold.
    pub fn memory(&self) -> usize {
        self.lists().iter().map(|names| names.memory()).sum()
    }
}

/// How much memory accesses and names may take.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling {
    /// Bytes; `None` = no ceiling.
    pub bytes: Option<u64>,
}

/// The names alone need more than the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CeilingReached {
    /// Bytes that would have been needed so far.
    pub needed: u64,
    /// The ceiling in bytes.
    pub ceiling: u64,
}

impl Ceiling {
    /// The part of it that accesses may take before they go to disk.
    pub fn room(&self) -> Option<u64> {
        self.bytes.map(|bytes| bytes / 3)
    }

    /// Whether the names, which do not go to disk, still fit.
    ///
    /// # Errors
    /// [`CeilingReached`] when they do not.
    pub fn check(&self, names: &Names) -> Result<(), CeilingReached> {
        let needed = names.memory() as u64;
        match self.bytes {
            Some(ceiling) if needed > ceiling => Err(CeilingReached { needed, ceiling }),
            _ => Ok(()),
        }
    }
}
