//! The simulated platform's people: tenants, units, contact cards, accounts, address books.
//!
//! Plain data in memory and the few look-ups that everybody needs. Who may see what is the
//! platform's rule (`platform`); how a world is drawn from a seed is told in the files below.

mod accounts;
mod books;
mod build;
mod families;
mod ids;
mod staff;
mod units;

pub(super) use books::{Book, BookKind, Seat};
pub(super) use build::build;
pub(super) use ids::IdStyle;

use std::fmt;

/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// A half-open time in seconds since 1970, open where `i64::MIN` or `i64::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) until: i64,
}

impl Span {
    pub(super) const ALWAYS: Span = Span {
        from: i64::MIN,
        until: i64::MAX,
    };

    pub(super) fn since(from: i64) -> Span {
        Span {
            from,
            until: i64::MAX,
        }
    }

    pub(super) fn before(until: i64) -> Span {
        Span {
            from: i64::MIN,
            until,
        }
    }

    pub(super) fn holds(self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

/// A school form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    PreSchool,
    Compulsory,
    UpperSecondary,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::PreSchool => "pre-school",
            Form::Compulsory => "F-9",
            Form::UpperSecondary => "gymnasium",
        })
    }
}

/// A controller's part of the platform.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) id: String,
    pub(super) name: String,
    /// Its topmost unit.
    pub(super) root: u32,
}

/// A unit of the tree; units stand in pre-order, so all that is below it stands right behind it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) id: String,
    pub(super) parent: Option<u32>,
    pub(super) tenant: u32,
    pub(super) kind: UnitKind,
    pub(super) form: Option<Form>,
    /// Last unit at or below this one.
    pub(super) last: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    City,
    District,
    School,
    Class,
}

impl UnitKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            UnitKind::City => "city",
            UnitKind::District => "district",
            UnitKind::School => "school",
            UnitKind::Class => "class",
        }
    }
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemKind {
    Contact,
    File,
}

/// Whose item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Pupil,
    Guardian,
    Staff,
}

/// A contact card or a file: what requests name by number.
#[derive(Debug)]
pub(super) struct Item {
    /// Its number; unique over all kinds. Set last of all.
    pub(super) number: u64,
    pub(super) kind: ItemKind,
    pub(super) group: Group,
    /// The person whom it is about.
    pub(super) subject: u32,
    /// Where it belongs, over time.
    pub(super) stays: Vec<Stay>,
    pub(super) protected: bool,
    /// Which optional fields are filled in, a bit each.
    pub(super) filled: u8,
}

impl Item {
    /// The stay that holds at an instant; where several do, they are of one tenant.
    pub(super) fn stay_at(&self, at: i64) -> Option<Stay> {
        self.stays.iter().copied().find(|stay| stay.span.holds(at))
    }

    pub(super) fn child(&self) -> bool {
        self.group == Group::Pupil
    }
}

/// Belonging to a unit for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) unit: u32,
    pub(super) span: Span,
}

/// What an account may see.
#[derive(Clone, Debug)]
pub(super) struct Right {
    pub(super) unit: u32,
    pub(super) form: Option<Form>,
    pub(super) protected: bool,
    pub(super) span: Span,
    /// When the table of grants says that it holds; `None` = it says nothing of it.
    pub(super) listed: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Pupil,
    Guardian,
    Teacher,
    Principal,
    Administrator,
    Counsellor,
    Substitute,
    Integration,
    Library,
    Tester,
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Role::Pupil => "pupil",
            Role::Guardian => "guardian",
            Role::Teacher => "teacher",
            Role::Principal => "principal",
            Role::Administrator => "administrator",
            Role::Counsellor => "counsellor",
            Role::Substitute => "substitute",
            Role::Integration => "integration",
            Role::Library => "library",
            Role::Tester => "tester",
        }
    }

    /// The kind that `accounts.csv` says.
    pub(super) fn account_kind(self) -> &'static str {
        match self {
            Role::Integration => "service",
            Role::Library => "shared",
            Role::Tester => "test",
            _ => "person",
        }
    }
}

/// Who signs in.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) subject: Option<u32>,
    pub(super) tenant: u32,
    pub(super) rights: Vec<Right>,
    pub(super) open: Span,
}

/// Everything there is.
pub(super) struct World {
    pub(super) seed: u64,
    /// First second of the logs; a midnight in UTC.
    pub(super) from: i64,
    pub(super) days: u32,
    pub(super) traits: Traits,
    pub(super) tenants: Vec<Tenant>,
    pub(super) units: Vec<Unit>,
    pub(super) items: Vec<Item>,
    pub(super) accounts: Vec<Account>,
    /// Honest people of whom the tables learn late or never, and why.
    pub(super) hard: std::collections::BTreeMap<u32, &'static str>,
    /// Sorted by unit.
    pub(super) books: Vec<Book>,
    /// Who stands in a class or on a school's staff list; by unit.
    rosters: Vec<Vec<Seat>>,
    /// Item numbers, ascending, and the item of each.
    numbers: Vec<(u64, u32)>,
}

/// What differs from world to world beside its people.
#[derive(Clone, Debug)]
pub(super) struct Traits {
    pub(super) ids: IdStyle,
    /// Whether protection is a right of its own (the column `protected` of grants).
    pub(super) protection: bool,
    /// When all classes are formed anew.
    pub(super) rollover: Option<i64>,
    /// The first letters of subject IDs.
    pub(super) subject_prefix: &'static str,
}

impl World {
    /// First second after the logs.
    pub(super) fn until(&self) -> i64 {
        self.from + i64::from(self.days) * DAY
    }

    /// The item that has a number.
    pub(super) fn item_of(&self, number: u64) -> Option<u32> {
        let at = self
            .numbers
            .binary_search_by_key(&number, |pair| pair.0)
            .ok()?;
        Some(self.numbers[at].1)
    }

    /// All numbers in use with their items, ascending.
    pub(super) fn numbers(&self) -> &[(u64, u32)] {
        &self.numbers
    }

    /// A person's ID.
    pub(super) fn subject(&self, person: u32) -> String {
        format!("{}{:07}", self.traits.subject_prefix, person + 1)
    }

    /// How an item's number is written in requests and tables.
    pub(super) fn id(&self, number: u64) -> String {
        self.traits.ids.write(self.seed, number)
    }

    /// The tenant of a unit.
    pub(super) fn tenant_of(&self, unit: u32) -> u32 {
        self.units[unit as usize].tenant
    }

    /// The tenants that an item ever belonged to or an account ever had rights in, without repeats.
    pub(super) fn tenants_of(&self, units: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut tenants: Vec<u32> = units.map(|unit| self.tenant_of(unit)).collect();
        tenants.sort_unstable();
        tenants.dedup();
        tenants
    }
}
