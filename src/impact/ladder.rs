//! The exposure ladder: could see ≥ requested ≥ answered ≥ corroborated, never one number.
//!
//! *Could see* is computed from grants, objects and what a route leaves unchecked, never from the logs: the subjects
//! whom some account could have seen beyond its own scope if a check were missing, and how many accounts. Accounts
//! are counted, not role rows: one with two roles counts once. Accounts of equal grants are judged together, so the
//! cost follows the different grants and not the accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, Beyond};
use crate::case::{Grant, ObjectRow};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::{Certainty, Stamp};

/// Checks that a route may lack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unchecked {
    /// Protected identity.
    pub protected: bool,
    /// School form.
    pub form: bool,
    /// Unit: any account that has a grant at all.
    pub unit: bool,
}

/// One step of the ladder for the case or a controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Its name.
    pub name: String,
    /// `None` = the whole case.
    pub controller: Option<ControllerIndex>,
    /// Accounts.
    pub accounts: u64,
    /// Distinct data subjects; under a controller, that controller's.
    pub subjects: u64,
    /// Children among them.
    pub children: u64,
    /// Protected persons among them.
    pub protected: u64,
}

type Window = (Option<Stamp>, Option<Stamp>);
/// A grant without its account and role.
type Right<'g> = (u32, Option<&'g str>, bool, Window);

/// The ground that all rungs stand on.
#[derive(Debug)]
pub struct Ladder<'c> {
    atlas: &'c Atlas<'c>,
    protected_matters: bool,
    /// Distinct (controller, subject), sorted.
    keys: Vec<(Option<ControllerIndex>, u32)>,
    /// Key of each row of `objects`; `None` for a row that names no subject or holds at no instant of the window.
    key_of: Vec<Option<u32>>,
    child: Vec<bool>,
    protected: Vec<bool>,
    /// Accounts by their rights.
    profiles: BTreeMap<Vec<Right<'c>>, u64>,
}

impl<'c> Ladder<'c> {
    /// Prepares the ladder for a window of time.
    pub fn new(atlas: &'c Atlas<'c>, window: Window) -> Ladder<'c> {
        let objects = atlas.directory.objects.as_deref().unwrap_or_default();
        let holds = |row: &ObjectRow| overlap(window, (row.valid.from, row.valid.until)).is_some();
        let key = |row: u32| {
            let object = &objects[row as usize];
            (!object.subject.is_empty() && holds(object))
                .then(|| (atlas.controller(row), atlas.subject(row)))
        };
        let rows = 0..objects.len() as u32;
        let keys: BTreeSet<_> = rows.clone().filter_map(key).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        let place = |row: u32| {
            key(row)
                .and_then(|key| keys.binary_search(&key).ok())
                .map(|at| at as u32)
        };
        let key_of: Vec<Option<u32>> = rows.map(place).collect();
        let (mut child, mut protected) = (vec![false; keys.len()], vec![false; keys.len()]);
        for (object, key) in objects.iter().zip(&key_of) {
            if let Some(key) = key {
                child[*key as usize] |= object.child;
                protected[*key as usize] |= object.protected;
            }
        }
        Ladder {
            atlas,
            protected_matters: atlas.directory.grants_say_protected,
            keys,
            key_of,
            child,
            protected,
            profiles: profiles(
                atlas.directory.grants.as_deref().unwrap_or_default(),
                window,
            ),
        }
    }

    /// Whom accounts may see by their grants.
    pub fn in_scope(&self, name: &str) -> Vec<Rung> {
        let mut tally = Tally::new(self);
        for (rights, accounts) in &self.profiles {
            let seen = self.seen(rights, Unchecked::default());
            tally.accounts(self, &seen, *accounts);
            tally.subjects(seen);
        }
        tally.rungs(self, name)
    }

    /// Whom accounts could see beyond their scope if checks were missing.
    pub fn could_see(&self, name: &str, unchecked: Unchecked) -> Vec<Rung> {
        let mut groups: BTreeMap<Vec<Right<'c>>, Vec<(&Vec<Right<'c>>, u64)>> = BTreeMap::new();
        for (rights, accounts) in &self.profiles {
            groups
                .entry(without(rights, unchecked))
                .or_default()
                .push((rights, *accounts));
        }
        let mut tally = Tally::new(self);
        for (rights, members) in groups {
            let wide = self.seen(&rights, unchecked);
            let mut inside: BTreeMap<u32, u64> = BTreeMap::new();
            for (own, accounts) in &members {
                let own = self.seen(own, Unchecked::default());
                tally.accounts_beyond(self, &wide, &own, *accounts);
                for key in own {
                    *inside.entry(key).or_default() += accounts;
                }
            }
            let all: u64 = members.iter().map(|(_, accounts)| accounts).sum();
            let beyond = wide
                .into_iter()
                .filter(|key| inside.get(key).copied().unwrap_or(0) < all);
            tally.subjects(beyond);
        }
        tally.rungs(self, name)
    }

    /// Who was asked for, or shown, beyond scope: `counts` says which requests.
    pub fn logged<'s>(
        &self,
        name: &str,
        shares: impl Iterator<Item = (u32, &'s AccountShare)>,
        counts: impl Fn(&Beyond) -> bool,
    ) -> Vec<Rung> {
        let mut tally = Tally::new(self);
        for (_, share) in shares {
            let things = share.beyond.iter().filter(|beyond| counts(beyond));
            let keys = things.filter_map(|beyond| Some((beyond.thing?, beyond.access.time)));
            let keys: BTreeSet<u32> = keys
                .flat_map(|(thing, at)| self.of_thing(thing, at))
                .collect();
            tally.accounts(self, &keys, 1);
            tally.subjects(keys);
        }
        tally.rungs(self, name)
    }

    /// The rung of a plain set of keys.
    pub fn of_subjects(
        &self,
        name: &str,
        keys: impl IntoIterator<Item = (Option<ControllerIndex>, u32)>,
    ) -> Vec<Rung> {
        let mut tally = Tally::new(self);
        tally.subjects(
            keys.into_iter()
                .filter_map(|key| self.keys.binary_search(&key).ok())
                .map(|at| at as u32),
        );
        tally.rungs(self, name)
    }

    fn of_thing(&self, thing: crate::scope::Thing, at: Stamp) -> Vec<u32> {
        let rows = self.atlas.rows_at(thing, at).into_iter();
        let key = |row| {
            let key = (self.atlas.controller(row), self.atlas.subject(row));
            self.keys.binary_search(&key).ok().map(|at| at as u32)
        };
        rows.filter_map(key).collect()
    }

    fn seen(&self, rights: &[Right<'_>], unchecked: Unchecked) -> BTreeSet<u32> {
        let mut seen = BTreeSet::new();
        let all: Vec<u32> = if unchecked.unit {
            (0..self.key_of.len() as u32).collect()
        } else {
            Vec::new()
        };
        for (unit, form, protected, valid) in rights {
            let rows = if unchecked.unit {
                &all[..]
            } else {
                self.atlas.rows_under(*unit)
            };
            for row in rows {
                let Some(key) = self.key_of[*row as usize] else {
                    continue;
                };
                let object = self.atlas.row(*row);
                let shown = (unchecked.form || form.is_none_or(|form| form == object.form))
                    && (unchecked.protected
                        || *protected
                        || !object.protected
                        || !self.protected_matters)
                    && overlap(*valid, (object.valid.from, object.valid.until)).is_some();
                if shown {
                    seen.insert(key);
                }
            }
        }
        seen
    }
}

fn profiles(grants: &[Grant], window: Window) -> BTreeMap<Vec<Right<'_>>, u64> {
    let mut by_account: BTreeMap<&str, BTreeSet<Right<'_>>> = BTreeMap::new();
    for grant in grants {
        if let Some(valid) = overlap(window, (grant.valid.from, grant.valid.until)) {
            let right = (grant.unit, grant.form.as_deref(), grant.protected, valid);
            by_account.entry(&grant.account).or_default().insert(right);
        }
    }
    let mut profiles = BTreeMap::new();
    for rights in by_account.into_values() {
        *profiles.entry(rights.into_iter().collect()).or_default() += 1;
    }
    profiles
}

/// Rights as they are worth where checks are missing; equal ones fall together.
fn without<'g>(rights: &[Right<'g>], unchecked: Unchecked) -> Vec<Right<'g>> {
    let worth = |(unit, form, protected, valid): &Right<'g>| {
        (
            if unchecked.unit { 0 } else { *unit },
            if unchecked.form { None } else { *form },
            unchecked.protected || *protected,
            *valid,
        )
    };
    rights
        .iter()
        .map(worth)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// The common part of two windows; `None` where they have none.
fn overlap(a: Window, b: Window) -> Option<Window> {
    let from = a.0.max(b.0);
    let until = match (a.1, b.1) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let empty = matches!((from, until), (Some(from), Some(until)) if from >= until);
    (!empty).then_some((from, until))
}

/// Sums of one rung.
struct Tally {
    keys: Vec<bool>,
    accounts: u64,
    by_controller: BTreeMap<ControllerIndex, u64>,
}

impl Tally {
    fn new(ladder: &Ladder<'_>) -> Tally {
        Tally {
            keys: vec![false; ladder.keys.len()],
            accounts: 0,
            by_controller: BTreeMap::new(),
        }
    }

    fn subjects(&mut self, keys: impl IntoIterator<Item = u32>) {
        keys.into_iter()
            .for_each(|key| self.keys[key as usize] = true);
    }

    fn accounts(&mut self, ladder: &Ladder<'_>, keys: &BTreeSet<u32>, accounts: u64) {
        self.accounts += if keys.is_empty() { 0 } else { accounts };
        for controller in by_controller(ladder, keys).into_keys() {
            *self.by_controller.entry(controller).or_default() += accounts;
        }
    }

    fn accounts_beyond(
        &mut self,
        ladder: &Ladder<'_>,
        wide: &BTreeSet<u32>,
        own: &BTreeSet<u32>,
        accounts: u64,
    ) {
        if wide.len() > own.len() {
            self.accounts += accounts;
        }
        let own = by_controller(ladder, own);
        for (controller, subjects) in by_controller(ladder, wide) {
            if own.get(&controller).copied().unwrap_or(0) < subjects {
                *self.by_controller.entry(controller).or_default() += accounts;
            }
        }
    }

    fn rungs(self, ladder: &Ladder<'_>, name: &str) -> Vec<Rung> {
        let none = |controller| Rung {
            name: name.to_owned(),
            controller,
            accounts: 0,
            subjects: 0,
            children: 0,
            protected: 0,
        };
        let all = ladder
            .atlas
            .directory
            .controllers
            .as_deref()
            .map_or(0, <[_]>::len);
        let mut rungs: Vec<Rung> = std::iter::once(None)
            .chain((0..all as u32).map(Some))
            .map(none)
            .collect();
        let mut persons: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
        for (at, (controller, subject)) in ladder
            .keys
            .iter()
            .enumerate()
            .filter(|(at, _)| self.keys[*at])
        {
            let person = persons.entry(*subject).or_default();
            person.0 |= ladder.child[at];
            person.1 |= ladder.protected[at];
            if let Some(rung) = controller.and_then(|index| rungs.get_mut(index as usize + 1)) {
                rung.subjects += 1;
                rung.children += u64::from(ladder.child[at]);
                rung.protected += u64::from(ladder.protected[at]);
            }
        }
        for rung in &mut rungs {
            rung.accounts = match rung.controller {
                None => self.accounts,
                Some(controller) => self.by_controller.get(&controller).copied().unwrap_or(0),
            };
        }
        // One person under two controllers is one person of the case.
        rungs[0].subjects = persons.len() as u64;
        rungs[0].children = persons.values().filter(|(child, _)| *child).count() as u64;
        rungs[0].protected = persons.values().filter(|(_, protected)| *protected).count() as u64;
        rungs
    }
}

fn by_controller(ladder: &Ladder<'_>, keys: &BTreeSet<u32>) -> BTreeMap<ControllerIndex, usize> {
    let mut counts = BTreeMap::new();
    for controller in keys.iter().filter_map(|key| ladder.keys[*key as usize].0) {
        *counts.entry(controller).or_default() += 1;
    }
    counts
}

/// Whether a request was answered with content.
pub fn answered(beyond: &Beyond) -> bool {
    beyond.certainty == Certainty::Confirmed
}
