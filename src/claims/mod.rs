//! A vendor's statements, held against the raw logs: supported, contradicted or not determinable, never a grade.
//!
//! A second, simpler road to what was disclosed. It reads the lines again through `source` and `format`, matches routes,
//! and judges scope, certainty and bounds by itself, straight from the tables, so that it and `scan` can be held against
//! each other: nothing of `scope`, `detect` or `impact` is used. What the logs cannot show it asks `coverage`. Fetching the
//! raw lines of counter-examples is left to `commands`, all rendering to `report`.

mod age;
mod bodies;
mod could;
mod count;
mod dark;
mod desk;
mod file;
mod kinds;
mod leaked;
mod lost;
mod moments;
mod names;
mod opened;
mod pace;
mod pages;
mod pairs;
mod pool;
mod reading;
mod rights;
mod route;
mod strangers;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::words::{Reason, Stamp};

pub use dark::{Cover, HoleNote, Seen};
pub use desk::{Elsewhere, judge};
pub use file::load;
pub use pairs::{Pair, pairs};
pub use reading::{LogFile, Reader, Requests};

/// The statements of one file.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The file's own name.
    pub file_name: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// In the order of the file.
    pub claims: Vec<Claim>,
    /// Accounts that no table names, with the complaint that is due if no request bears them either.
    pub unknown: Vec<(String, String)>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its name; unique.
    pub id: String,
    /// The vendor's words; empty where left out.
    pub says: String,
    /// Where they stand; empty where left out.
    pub source: String,
    /// What is stated.
    pub kind: Kind,
    /// What it is limited to.
    pub only: Only,
}

/// What a statement is limited to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// First instant.
    pub from: Option<Stamp>,
    /// First instant after it.
    pub until: Option<Stamp>,
    /// Index of the route in the case.
    pub route: Option<usize>,
    /// Index of the controller in the directory.
    pub controller: Option<u32>,
}

/// What is stated of a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// At most so many.
    AtMost(u64),
    /// At least so many.
    AtLeast(u64),
    /// Exactly so many.
    Exactly(u64),
    /// Exactly these.
    Set(BTreeSet<String>),
}

/// What is stated.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Controllers of which something was disclosed beyond scope.
    Controllers(Form),
    /// Data subjects disclosed beyond scope.
    Subjects(Form),
    /// Requests that disclosed something beyond scope.
    Accesses(Form),
    /// Accounts to which something was disclosed beyond scope.
    Accounts(Form),
    /// Every disclosure beyond scope falls into a time.
    Within(Option<Stamp>, Option<Stamp>),
    /// From an instant on requests beyond scope were made, and all refused.
    FixedBy(Stamp),
    /// Nobody, or none of these accounts, was answered on the route.
    RouteNotUsed(Vec<String>),
    /// A data category was not disclosed beyond scope.
    CategoryNotDisclosed(String),
    /// Nobody with protected identity was disclosed beyond scope.
    NoProtected,
    /// Nothing was answered across tenants.
    TenantsIsolated,
    /// Every access was in scope, and the published records lie within what was so accessed.
    OnlyAuthorisedPooled,
    /// So many could have seen something beyond their scope, and so many did; of protected persons only where so said.
    CouldAndDid {
        /// People who could have.
        could: Option<u64>,
        /// People who did.
        did: Option<u64>,
        /// Only protected persons count.
        protected: bool,
    },
    /// Nobody made more requests than so many in a time, which is in nanoseconds.
    NoAutomation(u64, i64),
    /// Requests above so many in a time were refused.
    RateLimited(u64, i64),
    /// The log of the route is complete.
    LogComplete,
    /// An account was not used from an instant on; of every account that the table closes where none is named.
    RevokedNotUsed(BTreeMap<String, Stamp>),
    /// So many of so many read an object, and none after it was withdrawn.
    ReadBy {
        /// The object's ID.
        object: String,
        /// Readers; none where left out.
        k: u64,
        /// Recipients.
        n: Option<u64>,
        /// When it was withdrawn.
        withdrawn: Option<Stamp>,
    },
    /// Requests that disclosed beyond scope all lack a query parameter.
    UnlessParameter(String),
}

impl Kind {
    /// The word in the file of statements.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Controllers(_) => "controllers",
            Kind::Subjects(_) => "subjects",
            Kind::Accesses(_) => "accesses",
            Kind::Accounts(_) => "accounts",
            Kind::Within(..) => "within",
            Kind::FixedBy(_) => "fixed_by",
            Kind::RouteNotUsed(_) => "route_not_used",
            Kind::CategoryNotDisclosed(_) => "category_not_disclosed",
            Kind::NoProtected => "no_protected",
            Kind::TenantsIsolated => "tenants_isolated",
            Kind::OnlyAuthorisedPooled => "only_authorised_pooled",
            Kind::CouldAndDid { .. } => "could_and_did",
            Kind::NoAutomation(..) => "no_automation",
            Kind::RateLimited(..) => "rate_limited",
            Kind::LogComplete => "log_complete",
            Kind::RevokedNotUsed(_) => "revoked_not_used",
            Kind::ReadBy { .. } => "read_by",
            Kind::UnlessParameter(_) => "unless_parameter",
        }
    }
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The logs show it.
    Supported,
    /// The logs show the contrary.
    Contradicted,
    /// The logs bear neither out.
    NotDeterminable,
}

impl Outcome {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Supported => "supported",
            Outcome::Contradicted => "contradicted",
            Outcome::NotDeterminable => "not_determinable",
        }
    }
}

/// Bounds of a quantity: what the logs prove, and what they leave room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Lower bound.
    pub min: u64,
    /// Upper bound; `None` where nothing bounds it.
    pub max: Option<u64>,
}

/// A raw line that speaks against a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Index of the file.
    pub file: u32,
    /// Number of its first line, from 1.
    pub line: u64,
    /// Offset in the file's content.
    pub offset: u64,
    /// Length in bytes.
    pub length: u32,
    /// Its text must not be shown: it names or lists somebody protected.
    pub withheld: bool,
}

/// How many raw lines are shown of what speaks against a statement.
pub const SHOWN: usize = 20;

/// What the logs say of a statement.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What became of it.
    pub outcome: Outcome,
    /// Bounds of the quantity that it is about, where there is one.
    pub interval: Option<Interval>,
    /// What the quantity counts.
    pub counts: &'static str,
    /// Why the bounds are not tight, or nothing can be said.
    pub reasons: BTreeSet<Reason>,
    /// A sentence why.
    pub why: String,
    /// What it rests on.
    pub assumptions: Vec<String>,
    /// What the logs show of the routes and the time that it is about.
    pub cover: Cover,
    /// Lines that speak against it, earliest first, at most [`SHOWN`].
    pub examples: Vec<Example>,
    /// How many lines there are.
    pub against: u64,
}
