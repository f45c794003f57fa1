//! The field's words as types: instants, intervals, certainty and reason codes.
//!
//! Every room speaks these; none of them does I/O or knows the clock. Beside them [`nearest`], which every
//! complaint about a word asks for the one that was meant. The meaning of each word is told once, in the map
//! (`lib.rs`); parsing of times is left to `format::time`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
///
/// Covers the years 1677 to 2262; a stamp outside of that is a problem of its line, never a
/// silent clamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp(pub i64);

/// Nanoseconds in one second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in one minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Nanoseconds in one hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Nanoseconds in one day.
pub const DAY: i64 = 24 * HOUR;

impl Stamp {
    /// The start of the UTC hour that the instant lies in.
    pub fn hour(self) -> Stamp {
        Stamp(self.0 - self.0.rem_euclid(HOUR))
    }

    /// The instant moved by a number of nanoseconds, held at the ends of the range.
    pub fn shifted(self, nanoseconds: i64) -> Stamp {
        Stamp(self.0.saturating_add(nanoseconds))
    }
}

/// ISO 8601 in UTC, `2021-03-04T05:06:07Z`; a fraction of 3, 6 or 9 digits only where it is not zero.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = chrono::DateTime::from_timestamp_nanos(self.0);
        let nanos = self.0.rem_euclid(SECOND);
        let form = match nanos {
            0 => "%Y-%m-%dT%H:%M:%SZ",
            n if n % 1_000_000 == 0 => "%Y-%m-%dT%H:%M:%S%.3fZ",
            n if n % 1_000 == 0 => "%Y-%m-%dT%H:%M:%S%.6fZ",
            _ => "%Y-%m-%dT%H:%M:%S%.9fZ",
        };
        write!(f, "{}", instant.format(form))
    }
}

/// A half-open interval of time: `from` inclusive, `until` exclusive, open where `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Validity {
    /// First instant that belongs to it.
    pub from: Option<Stamp>,
    /// First instant that no longer belongs to it.
    pub until: Option<Stamp>,
}

impl Validity {
    /// Whether the instant lies inside.
    pub fn holds(&self, at: Stamp) -> bool {
        self.from.is_none_or(|f| f <= at) && self.until.is_none_or(|u| at < u)
    }

    /// Whether some instant lies inside of both.
    pub fn meets(&self, other: &Validity) -> bool {
        let before = |until: Option<Stamp>, from: Option<Stamp>| {
            until.is_none_or(|until| from.is_none_or(|from| from < until))
        };
        before(self.until, other.from) && before(other.until, self.from)
    }

    /// Whether both ends are open.
    pub fn always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

/// How sure it is that an access disclosed what it names (CASE.md §3), weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Certainty {
    /// Nothing left the platform; the access was an attempt.
    Nothing,
    /// Not in the logs, but the logs leave room for it.
    Possible,
    /// The log says that it was answered, not with how much.
    Probable,
    /// The log shows an answer with content.
    Confirmed,
}

impl Certainty {
    /// The word that goes into tables.
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Nothing => "attempt",
            Certainty::Possible => "possible",
            Certainty::Probable => "probable",
            Certainty::Confirmed => "confirmed",
        }
    }
}

/// Why a figure is not exact or a question cannot be decided (CASE.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// A route that no source logs.
    NoLog,
    /// A hole in a source.
    Gap,
    /// The logs begin after the period that must be answered for.
    BeforeStart,
    /// The logs end before that period does.
    Retention,
    /// The source carries no account.
    NoAccount,
    /// The object's ID is not in the line.
    NoObject,
    /// The line has no byte count.
    NoBody,
    /// The line has no status.
    NoStatus,
    /// The directory does not know it.
    NoDirectory,
    /// `grants` does not know the account.
    NoGrants,
    /// An account that several people use.
    SharedAccount,
    /// The log is a sample.
    Sampled,
    /// A clock is not to be trusted.
    Clock,
    /// Lines that could not be read.
    Unparsed,
    /// An input is damaged or changed while it was read.
    Integrity,
    /// Nothing tried it after the fix.
    NoProbe,
    /// Several readings fit.
    Ambiguous,
}

impl Reason {
    /// All of them, in the order of the contract.
    pub const ALL: [Reason; 17] = [
        Reason::NoLog,
        Reason::Gap,
        Reason::BeforeStart,
        Reason::Retention,
        Reason::NoAccount,
        Reason::NoObject,
        Reason::NoBody,
        Reason::NoStatus,
        Reason::NoDirectory,
        Reason::NoGrants,
        Reason::SharedAccount,
        Reason::Sampled,
        Reason::Clock,
        Reason::Unparsed,
        Reason::Integrity,
        Reason::NoProbe,
        Reason::Ambiguous,
    ];

    /// The code of the contract.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NoLog => "NO_LOG",
            Reason::Gap => "GAP",
            Reason::BeforeStart => "BEFORE_START",
            Reason::Retention => "RETENTION",
            Reason::NoAccount => "NO_ACCOUNT",
            Reason::NoObject => "NO_OBJECT",
            Reason::NoBody => "NO_BODY",
            Reason::NoStatus => "NO_STATUS",
            Reason::NoDirectory => "NO_DIRECTORY",
            Reason::NoGrants => "NO_GRANTS",
            Reason::SharedAccount => "SHARED_ACCOUNT",
            Reason::Sampled => "SAMPLED",
            Reason::Clock => "CLOCK",
            Reason::Unparsed => "UNPARSED",
            Reason::Integrity => "INTEGRITY",
            Reason::NoProbe => "NO_PROBE",
            Reason::Ambiguous => "AMBIGUOUS",
        }
    }
}

/// A number with its noun, which takes an s where there is not one of it: `1 request`, `2 requests`.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", ending(n))
}

/// What a regular noun takes behind a number.
pub fn ending(n: u64) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Nouns that phrases begin with.
const PLURALS: [(&str, &str); 8] = [
    ("data subjects", "data subject"),
    ("protected persons", "protected person"),
    ("controllers", "controller"),
    ("requests", "request"),
    ("accounts", "account"),
    ("disclosures", "disclosure"),
    ("proven holes", "proven hole"),
    ("people", "person"),
];

/// A phrase that begins with a plural noun, as it reads behind a number: `1 controller concerned`.
pub fn behind(n: u64, phrase: &str) -> String {
    let noun = PLURALS.iter().filter(|_| n == 1);
    let mut fit = noun.filter_map(|(more, one)| Some((one, phrase.strip_prefix(more)?)));
    fit.next()
        .map_or_else(|| phrase.to_owned(), |(one, rest)| format!("{one}{rest}"))
}

/// Longer words than this are never compared: a typing slip is short.
const LONGEST_COMPARED: usize = 64;

/// The candidate that was most likely meant by `word`, if any is near enough for a typing slip.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    if length > LONGEST_COMPARED {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|c| c.len() <= 4 * LONGEST_COMPARED)
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= slips(length.min(c.chars().count())))
        .min()
        .map(|(_, c)| c)
}

/// How many typing slips a word of some length may hold. Short words have none: among IDs like `k1`
/// every other one is a single slip away.
fn slips(length: usize) -> usize {
    if length < 4 { 0 } else { (length / 3).max(1) }
}

/// Does work side by side: calls it once with each number below a count, on as many threads as there are.
pub type Hands<'h> = &'h dyn Fn(usize, &(dyn Fn(usize) + Sync));

/// Does one thing on another thread while the other is done here.
pub fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|threads| {
        let one = threads.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
