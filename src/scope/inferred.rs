//! Scope without `grants`, in its simplest form: an account belongs to one controller.
//!
//! The controller comes from the table `accounts`; where that says none, from the log itself: the controller to which
//! the account comes back on most of its days, or else the one that at least [`SHARE`] of its distinct objects belong
//! to, if there are at least [`LEAST`]. Days come first, because one evening's walk holds more objects than a year at
//! home. Everything that rests on this says `scope: inferred`. METHODS.md's full method
//! (co-access, hold-out error) is a later issue's.

use std::collections::{BTreeMap, HashMap};

use hashbrown::HashSet;

use super::atlas::{Atlas, ControllerIndex, Thing};
use super::people::{Person, PersonKind};
use super::things::Things;
use crate::sequence::{Access, NONE};
use crate::words::DAY;

/// Least number of distinct objects from which a home is inferred.
pub const LEAST: usize = 5;
/// Least share of them that must belong to one controller, and of days on which it must be asked for.
pub const SHARE: f64 = 0.6;
/// Least number of days from which a home is inferred, and by how many it must be ahead of any other.
const DAYS: usize = 3;
const AHEAD: usize = 2;

/// Accounts and the controller that each belongs to.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    by_account: HashMap<Vec<u8>, ControllerIndex>,
}

impl Homes {
    /// What the table of accounts says; nothing where the case has grants.
    pub fn told(atlas: &Atlas<'_>) -> Homes {
        let mut homes = Homes::default();
        if atlas.directory.grants.is_some() {
            return homes;
        }
        for row in atlas.directory.accounts.as_deref().unwrap_or_default() {
            if let Some(controller) = row.controller {
                homes
                    .by_account
                    .insert(row.account.clone().into_bytes(), controller);
            }
        }
        homes
    }

    /// Infers one account's home from its own accesses, where no table says it and the case has no grants. `things`: what
    /// each requested ID is, by its number.
    pub fn inferred(
        &self,
        atlas: &Atlas<'_>,
        person: &Person,
        accesses: &[Access],
        things: &Things,
    ) -> Option<ControllerIndex> {
        let settled =
            person.kind != PersonKind::Account || self.by_account.contains_key(&person.name);
        if settled || atlas.directory.grants.is_some() {
            return None;
        }
        let asked = accesses.iter().filter(|access| access.object != NONE);
        let asked: HashSet<(i64, Thing)> = asked
            .map(|access| (access.time.0.div_euclid(DAY), things.named(access)))
            .collect();
        let things: HashSet<Thing> = asked.iter().map(|(_, thing)| *thing).collect();
        by_days(atlas, &asked).or_else(|| majority(atlas, &things))
    }

    /// Adds the home of an account that has none yet.
    pub fn add(&mut self, account: Vec<u8>, home: ControllerIndex) {
        self.by_account.entry(account).or_insert(home);
    }

    /// Adds homes of accounts of which nothing was known, from labels that were learned: the majority of what each asked
    /// for, by the same limits.
    pub fn settle(
        &mut self,
        accounts: impl IntoIterator<Item = (Vec<u8>, Vec<ControllerIndex>, usize)>,
    ) {
        for (account, labels, asked) in accounts {
            let mut counts: BTreeMap<ControllerIndex, usize> = BTreeMap::new();
            for label in labels {
                *counts.entry(label).or_default() += 1;
            }
            if let Some(controller) = most(counts, asked) {
                self.add(account, controller);
            }
        }
    }

    /// The controller that an account belongs to.
    pub fn of(&self, account: &[u8]) -> Option<ControllerIndex> {
        self.by_account.get(account).copied()
    }
}

fn controller(atlas: &Atlas<'_>, thing: Thing) -> Option<ControllerIndex> {
    let first = atlas.rows(thing).first();
    first.and_then(|row| atlas.controller(*row))
}

fn majority(atlas: &Atlas<'_>, things: &HashSet<Thing>) -> Option<ControllerIndex> {
    let mut counts: BTreeMap<ControllerIndex, usize> = BTreeMap::new();
    for controller in things.iter().filter_map(|thing| controller(atlas, *thing)) {
        *counts.entry(controller).or_default() += 1;
    }
    most(counts, things.len())
}

/// The controller that something is asked of on most days, where it is far enough ahead of all others.
fn by_days(atlas: &Atlas<'_>, asked: &HashSet<(i64, Thing)>) -> Option<ControllerIndex> {
    let days: HashSet<i64> = asked.iter().map(|(day, _)| *day).collect();
    let of = asked.iter();
    let there: HashSet<(ControllerIndex, i64)> = of
        .filter_map(|(day, thing)| Some((controller(atlas, *thing)?, *day)))
        .collect();
    let mut counts: BTreeMap<ControllerIndex, usize> = BTreeMap::new();
    for (controller, _) in there {
        *counts.entry(controller).or_default() += 1;
    }
    let mut ranks: Vec<(usize, ControllerIndex)> =
        counts.into_iter().map(|(c, n)| (n, c)).collect();
    ranks.sort_unstable();
    let (most, home) = ranks.pop()?;
    let next = ranks.pop().map_or(0, |(days, _)| days);
    let enough = most >= DAYS && most as f64 >= SHARE * days.len() as f64;
    (enough && most >= next + AHEAD).then_some(home)
}

/// The controller that most things belong to, if they are enough of all.
fn most(counts: BTreeMap<ControllerIndex, usize>, all: usize) -> Option<ControllerIndex> {
    let (controller, most) = counts
        .into_iter()
        .max_by_key(|(c, n)| (*n, u32::MAX - *c))?;
    let enough = all >= LEAST && most as f64 >= SHARE * all as f64;
    enough.then_some(controller)
}
