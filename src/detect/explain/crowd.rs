//! What everybody did with the things that somebody asked for beyond scope: the ground that templates stand on.
//!
//! Holds approaches to those things only, so its memory follows the contacts beyond scope, not the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Explanation, rollover};
use crate::detect::Habit;
use crate::scope::ControllerIndex;
use crate::words::Stamp;

/// An account with at most so many unexplained contacts is no suspect: its word counts for its colleagues.
pub const LIGHT: u32 = 5;

/// Somebody asked for a thing beyond its scope. Whoever has the thing in scope says nothing for somebody who has not: a
/// pupil's class is every pupil's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approach {
    /// Whose.
    pub account: u32,
    /// First time.
    pub at: Stamp,
    /// Its group.
    pub group: u32,
    /// Whether its word counts: it asked for next to nothing beyond its scope.
    pub trusted: bool,
}

/// Accounts that were active on a day, and those of them that went astray.
type Day = (BTreeSet<u32>, BTreeSet<u32>);

/// Everybody's approaches to the things in question, and days on which a whole tenant went astray.
#[derive(Debug, Default)]
pub struct Crowd {
    /// Whether lists lead to objects on this platform.
    pub habit: Habit,
    approaches: HashMap<(bool, u32), Vec<Approach>>,
    /// By home and day: accounts that were active, and those of them that went astray among their own controllers.
    days: BTreeMap<Vec<ControllerIndex>, BTreeMap<i64, Day>>,
    /// By group and unit: accounts whose contacts beyond scope all lie in a few units, and how many lie in this one.
    helpers: HashMap<(u32, u32), BTreeMap<u32, u32>>,
}

impl Crowd {
    /// Takes note of an approach to a thing: whether it is a container, and its number among the requested IDs.
    pub fn approach(&mut self, thing: (bool, u32), approach: Approach) {
        self.approaches.entry(thing).or_default().push(approach);
    }

    /// Takes note of the days on which an account went beyond scope among its own controllers.
    pub fn went_astray(
        &mut self,
        (account, home): (u32, &[ControllerIndex]),
        astray: &BTreeSet<i64>,
    ) {
        if astray.is_empty() {
            return;
        }
        if !self.days.contains_key(home) {
            self.days.insert(home.to_vec(), BTreeMap::new());
        }
        let Some(days) = self.days.get_mut(home) else {
            return;
        };
        for day in astray {
            let (active, lost) = days.entry(*day).or_default();
            active.insert(account);
            lost.insert(account);
        }
    }

    /// Days of a home on which it matters who of it was active: those around which enough of it went astray for a
    /// rollover. Ask when all who went astray are known.
    pub fn asks_for(&self, home: &[ControllerIndex]) -> BTreeSet<i64> {
        let Some(days) = self.days.get(home) else {
            return BTreeSet::new();
        };
        let lost: BTreeSet<u32> = days.values().flat_map(|day| &day.1).copied().collect();
        if lost.len() < rollover::ACCOUNTS {
            return BTreeSet::new();
        }
        // A contact may lie so far from the day on which another went astray, and an active account as far from it.
        let reach = 2 * rollover::WITHIN;
        let around = |day: &i64| day - reach..=day + reach;
        days.keys().flat_map(around).collect()
    }

    /// Takes note of the days on which an account was active, of those that were asked for.
    pub fn was_active(&mut self, (account, home): (u32, &[ControllerIndex]), days: &BTreeSet<i64>) {
        if let Some(known) = self.days.get_mut(home) {
            for day in days {
                known.entry(*day).or_default().0.insert(account);
            }
        }
    }

    /// Takes note of the few units in which all contacts beyond scope of an account lie, with how many in each.
    pub fn helps_in(&mut self, (account, group): (u32, u32), units: &BTreeMap<u32, u32>) {
        for (unit, contacts) in units {
            let helpers = self.helpers.entry((group, *unit)).or_default();
            helpers.insert(account, *contacts);
        }
    }

    /// How many others of a group have all their contacts beyond scope in a few units, this one among them, and at least
    /// half as many there as an account with so many.
    pub(super) fn helpers(
        &self,
        (account, group): (u32, u32),
        (unit, contacts): (u32, u32),
    ) -> usize {
        let helpers = self.helpers.get(&(group, unit)).into_iter().flatten();
        let alike =
            helpers.filter(|(other, own)| **other != account && **own >= contacts.div_ceil(2));
        alike.count()
    }

    /// How many trusted accounts of a group, other than one, approached a thing beyond their scope around an instant.
    pub(super) fn colleagues(
        &self,
        thing: (bool, u32),
        (account, group): (u32, u32),
        (at, within): (Stamp, i64),
    ) -> usize {
        let near = |a: &&Approach| {
            a.group == group
                && a.account != account
                && a.trusted
                && a.at.0.saturating_sub(at.0).saturating_abs() <= within
        };
        let approaches = self.approaches.get(&thing).map_or(&[][..], Vec::as_slice);
        let distinct: BTreeSet<u32> = approaches.iter().filter(near).map(|a| a.account).collect();
        distinct.len()
    }

    /// How many other accounts approached a thing that lay beyond their scope too, and of how many groups; trusted ones
    /// only, or all of them.
    pub(super) fn followers(
        &self,
        thing: (bool, u32),
        account: u32,
        trusted: bool,
    ) -> (usize, usize) {
        let approaches = self.approaches.get(&thing).map_or(&[][..], Vec::as_slice);
        let others = approaches
            .iter()
            .filter(|a| a.account != account && (a.trusted || !trusted));
        let accounts: BTreeSet<u32> = others.clone().map(|a| a.account).collect();
        let groups: BTreeSet<u32> = others.map(|a| a.group).collect();
        (accounts.len(), groups.len())
    }

    /// Accounts of a home that were active around a day, and those of them that went astray among their own
    /// controllers.
    pub(super) fn around(&self, home: &[ControllerIndex], day: i64, within: i64) -> (usize, usize) {
        let Some(days) = self.days.get(home) else {
            return (0, 0);
        };
        let (mut active, mut astray) = (BTreeSet::<u32>::new(), BTreeSet::<u32>::new());
        for (_, (there, lost)) in days.range(day - within..=day + within) {
            active.extend(there);
            astray.extend(lost);
        }
        (active.len(), astray.len())
    }
}

/// Which template explained an account's requests, by container or not and number of the ID.
pub type Told = BTreeMap<(bool, u32), Explanation>;
