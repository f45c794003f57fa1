//! The exposure ladder: could see ≥ requested ≥ answered ≥ corroborated, and what is published; never one number.
//!
//! *Could see* is computed from grants, objects and what a route leaves unchecked (`reachable`), never from the logs;
//! the lower rungs come from what was asked for beyond scope. Accounts are counted, not role rows: one with two roles
//! counts once. Children and protected persons stand apart. Which rungs a case has is left to `commands`.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, Exposure, SubjectKey, SubjectTally};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::Certainty;

/// Checks that a route may lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unchecked {
    /// Protected identity.
    pub protected: bool,
    /// School form.
    pub form: bool,
    /// Unit: any signed-in account.
    pub unit: bool,
}

/// One step of the ladder for the case or a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Its name.
    pub name: String,
    /// `None` = the whole case.
    pub controller: Option<ControllerIndex>,
    /// Accounts with anybody, with a child, with a protected person; `None` for a rung without accounts.
    pub accounts: Option<Heads>,
    /// Distinct data subjects; under a controller, that controller's.
    pub subjects: Heads,
}

/// A count, and the children and protected persons in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// All.
    pub all: u64,
    /// With a child.
    pub children: u64,
    /// With a protected person.
    pub protected: u64,
}

/// What is known of a subject on a rung, or of the subjects that an account has there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Traits {
    /// A child.
    pub child: bool,
    /// A protected person.
    pub protected: bool,
}

impl Traits {
    /// Takes in others.
    pub fn join(&mut self, other: Traits) {
        self.child |= other.child;
        self.protected |= other.protected;
    }
}

impl Heads {
    pub(super) fn count(&mut self, n: u64, traits: Traits) {
        self.all += n;
        self.children += if traits.child { n } else { 0 };
        self.protected += if traits.protected { n } else { 0 };
    }
}

/// Sums of one rung; becomes its rows.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// By controller; those of the case under `None`.
    subjects: BTreeMap<Option<ControllerIndex>, Heads>,
    /// The same for accounts.
    accounts: BTreeMap<Option<ControllerIndex>, Heads>,
}

impl Sums {
    /// With these subjects, by controller; those of the case under `None`.
    pub(super) fn of(subjects: BTreeMap<Option<ControllerIndex>, Heads>) -> Sums {
        Sums {
            subjects,
            ..Sums::default()
        }
    }

    /// Counts `n` accounts that have the same of every controller.
    pub(super) fn accounts(&mut self, n: u64, by_controller: &BTreeMap<Option<u32>, Traits>) {
        if by_controller.is_empty() {
            return;
        }
        let mut any = Traits::default();
        for (controller, traits) in by_controller {
            any.join(*traits);
            if controller.is_some() {
                let heads = self.accounts.entry(*controller).or_default();
                heads.count(n, *traits);
            }
        }
        self.accounts.entry(None).or_default().count(n, any);
    }

    /// The rows: the case, then every controller of the directory.
    pub(super) fn rungs(self, atlas: &Atlas<'_>, name: &str, with_accounts: bool) -> Vec<Rung> {
        let all = atlas.directory.controllers.as_deref().map_or(0, <[_]>::len);
        let scopes = std::iter::once(None).chain((0..all as u32).map(Some));
        let rung = |controller| Rung {
            name: name.to_owned(),
            controller,
            accounts: with_accounts
                .then(|| self.accounts.get(&controller).copied().unwrap_or_default()),
            subjects: self.subjects.get(&controller).copied().unwrap_or_default(),
        };
        scopes.map(rung).collect()
    }
}

/// Sums whose subjects come one by one, some of them again.
#[derive(Debug, Default)]
struct Tally {
    subjects: BTreeMap<SubjectKey, Traits>,
    sums: Sums,
}

impl Tally {
    fn subject(&mut self, key: SubjectKey, traits: Traits) {
        self.subjects.entry(key).or_default().join(traits);
    }

    fn accounts(&mut self, n: u64, by_controller: &BTreeMap<Option<u32>, Traits>) {
        self.sums.accounts(n, by_controller);
    }

    fn rungs(mut self, atlas: &Atlas<'_>, name: &str, with_accounts: bool) -> Vec<Rung> {
        let subjects = &mut self.sums.subjects;
        let mut persons: BTreeMap<u32, Traits> = BTreeMap::new();
        for ((controller, subject), traits) in &self.subjects {
            // One person under two controllers is one person of the case.
            persons.entry(*subject).or_default().join(*traits);
            if controller.is_some() {
                let heads = subjects.entry(*controller).or_default();
                heads.count(1, *traits);
            }
        }
        let whole = subjects.entry(None).or_default();
        persons
            .into_values()
            .for_each(|traits| whole.count(1, traits));
        self.sums.rungs(atlas, name, with_accounts)
    }
}

/// Whom anybody asked for by name beyond scope, disclosed or not. A refused page names nobody, an object of which the
/// directory names no subject is nobody's.
pub fn requested<'s>(
    atlas: &Atlas<'_>,
    shares: impl Iterator<Item = &'s AccountShare>,
) -> Vec<Rung> {
    let mut tally = Tally::default();
    for share in shares {
        let mut own: BTreeMap<Option<u32>, Traits> = BTreeMap::new();
        for beyond in &share.beyond {
            let rows = beyond
                .thing
                .map(|thing| atlas.rows_at(thing, beyond.access.time));
            for row in rows.unwrap_or_default() {
                let object = atlas.row(row);
                if object.subject.is_empty() {
                    continue;
                }
                let traits = Traits {
                    child: object.child,
                    protected: object.protected,
                };
                let controller = atlas.controller(row);
                tally.subject((controller, atlas.subject(row)), traits);
                own.entry(controller).or_default().join(traits);
            }
        }
        tally.accounts(1, &own);
    }
    tally.rungs(atlas, "requested", true)
}

/// Whose data was disclosed beyond scope with at least this certainty; `only` keeps some of them.
pub fn answered(
    atlas: &Atlas<'_>,
    name: &str,
    exposure: &Exposure,
    least: Certainty,
    only: impl Fn(&SubjectKey) -> bool,
) -> Vec<Rung> {
    let mut tally = Tally::default();
    let mut own: BTreeMap<u32, BTreeMap<Option<u32>, Traits>> = BTreeMap::new();
    let counts = |one: &(&SubjectKey, &SubjectTally)| one.1.certainty >= least && only(one.0);
    for (key, subject) in exposure.subjects.iter().filter(counts) {
        let traits = match least {
            Certainty::Confirmed => Traits {
                child: subject.surely_child,
                protected: subject.surely_protected,
            },
            _ => Traits {
                child: subject.child,
                protected: subject.protected,
            },
        };
        tally.subject(*key, traits);
        for account in subject.takers(least) {
            let own = own.entry(account).or_default();
            own.entry(key.0).or_default().join(traits);
        }
    }
    own.values().for_each(|own| tally.accounts(1, own));
    tally.rungs(atlas, name, true)
}

/// A plain set of rows of `objects`: whom a published list names.
pub fn listed(atlas: &Atlas<'_>, name: &str, rows: &BTreeSet<u32>) -> Vec<Rung> {
    let mut tally = Tally::default();
    for row in rows {
        let object = atlas.row(*row);
        if !object.subject.is_empty() {
            let traits = Traits {
                child: object.child,
                protected: object.protected,
            };
            tally.subject((atlas.controller(*row), atlas.subject(*row)), traits);
        }
    }
    tally.rungs(atlas, name, false)
}
