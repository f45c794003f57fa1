//! Scope without `grants`, in its simplest form: an account belongs to one controller.
//!
//! The controller comes from the table `accounts`; where that says none, from the log itself: the
//! controller that at least [`SHARE`] of the account's distinct objects belong to, if there are at
//! least [`LEAST`]. Everything that rests on this says `scope: inferred`. METHODS.md's full method
//! (co-access, hold-out error) is a later issue's.

use std::collections::{BTreeMap, HashMap};

use hashbrown::HashSet;

use super::atlas::{Atlas, ControllerIndex, Thing};
use super::people::{Person, PersonKind};
use crate::sequence::{Access, NONE};

/// Least number of distinct objects from which a home is inferred.
pub const LEAST: usize = 5;
/// Least share of them that must belong to one controller.
pub const SHARE: f64 = 0.6;

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
        things: &[Thing],
    ) -> Option<ControllerIndex> {
        let settled =
            person.kind != PersonKind::Account || self.by_account.contains_key(&person.name);
        if settled || atlas.directory.grants.is_some() {
            return None;
        }
        let asked = accesses.iter().filter(|access| access.object != NONE);
        let asked = asked.filter_map(|access| things.get(access.object as usize).copied());
        majority(atlas, &asked.collect())
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

fn majority(atlas: &Atlas<'_>, things: &HashSet<Thing>) -> Option<ControllerIndex> {
    let mut counts: BTreeMap<ControllerIndex, usize> = BTreeMap::new();
    for thing in things {
        let first = atlas.rows(*thing).first();
        if let Some(controller) = first.and_then(|row| atlas.controller(*row)) {
            *counts.entry(controller).or_default() += 1;
        }
    }
    most(counts, things.len())
}

/// The controller that most things belong to, if they are enough of all.
fn most(counts: BTreeMap<ControllerIndex, usize>, all: usize) -> Option<ControllerIndex> {
    let (controller, most) = counts
        .into_iter()
        .max_by_key(|(c, n)| (*n, u32::MAX - *c))?;
    let enough = all >= LEAST && most as f64 >= SHARE * all as f64;
    enough.then_some(controller)
}
