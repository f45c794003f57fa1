//! What came of some lines: accesses, counts, rejects. Parts merge in the order of their lines; they do not print.

use serde::{Deserialize, Serialize};

use super::Hours;
use crate::format::Problem;
use crate::sequence::{Accesses, Names};
use crate::source::overlap::Hits;
use crate::words::Stamp;

/// What came of some lines. Parts merge; they do not print.
#[derive(Debug, Default)]
pub struct Part {
    /// Accesses in line order; their names are numbers in `names`.
    pub accesses: Accesses,
    /// The names.
    pub names: Names,
    /// The conservation of lines.
    pub tally: Tally,
    /// Lines that could not be read.
    pub rejects: Vec<Reject>,
    /// Counts by writer, route and minute.
    pub hours: Hours,
    /// Lines that equal some file's first line.
    pub hits: Hits,
    /// Offset of a last line without an end of line.
    pub unended: Option<u64>,
    /// Room for the actor of a line.
    pub(super) actor: Vec<u8>,
}

/// Where every line went: `lines = records + rejected + empty + directives`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All lines.
    pub lines: u64,
    /// Lines that are a request.
    pub records: u64,
    /// Blank lines.
    pub empty: u64,
    /// Lines about the log, and parts of a request that its last line completes.
    pub directives: u64,
    /// Records, of those above, that stand in another file too and whose accesses are counted there.
    pub copied: u64,
    /// Lines that could not be read, by problem, in the order of [`Problem::ALL`].
    pub rejected: [u64; Problem::ALL.len()],
    /// Rejected lines that may hide a request for a route.
    pub hiding: u64,
    /// Records with an account.
    pub with_account: u64,
    /// Records that match a route and whose lines have no place for an account, in whatever source.
    pub nameless: u64,
    /// Records whose account stands in a token that cannot be decoded.
    pub bad_tokens: u64,
    /// Records that match a route and name, beside a client, for whom it forwarded.
    pub forwarded: u64,
    /// Records that say what was asked for.
    pub with_target: u64,
    /// Records that match a route.
    pub routed: u64,
    /// Records that match a route and whose size counts the answer's head too.
    pub head_counted: u64,
    /// First stamp.
    pub first: Option<Stamp>,
    /// Last stamp.
    pub last: Option<Stamp>,
}

/// A line that could not be read. Its bytes stay where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Line number in the file's content, from 1.
    pub line: u64,
    /// Offset in the file's content.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Why.
    pub problem: Problem,
}

impl Tally {
    /// Sum of the rejected lines.
    pub fn rejected_lines(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// Adds another file's or part's tally.
    pub fn absorb(&mut self, other: &Tally) {
        self.lines += other.lines;
        self.records += other.records;
        self.empty += other.empty;
        self.directives += other.directives;
        self.copied += other.copied;
        self.hiding += other.hiding;
        self.with_account += other.with_account;
        self.nameless += other.nameless;
        self.bad_tokens += other.bad_tokens;
        self.forwarded += other.forwarded;
        self.with_target += other.with_target;
        self.routed += other.routed;
        self.head_counted += other.head_counted;
        for (mine, theirs) in self.rejected.iter_mut().zip(other.rejected) {
            *mine += theirs;
        }
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
    }

    pub(super) fn saw(&mut self, at: Stamp) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

impl Part {
    /// Takes in the part that follows this one in the same file.
    pub fn absorb(&mut self, mut next: Part) {
        let base = self.tally.lines;
        for reject in &mut next.rejects {
            reject.line = reject.line.wrapping_add(base);
        }
        self.take_accesses(next.accesses, next.names, base);
        self.tally.absorb(&next.tally);
        self.rejects.append(&mut next.rejects);
        self.hours.absorb(next.hours, base);
        self.hits.merge(next.hits);
        if next.tally.lines > 0 {
            self.unended = next.unended;
        }
    }

    /// Takes in accesses whose names are numbers elsewhere and whose lines begin after `base`.
    pub fn take_accesses(&mut self, accesses: Accesses, names: Names, base: u64) {
        let first = self.names.is_empty();
        let moved = match first {
            true => {
                self.names = names;
                None
            }
            false => Some(self.names.absorb(&names)),
        };
        self.accesses.append(accesses, moved, base);
    }
}
