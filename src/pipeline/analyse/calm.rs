//! Accounts that nothing speaks against: only what they add to the yardsticks is kept of them. They are nearly all, so
//! memory follows what was found, not how many accounts there are.

use std::collections::BTreeMap;

use super::measure::Measured;
use crate::case::Thresholds;
use crate::detect::{Group, Habit, Peers, uneventful};
use crate::impact::Exposure;
use crate::scope::{ControllerIndex, PersonKind};
use crate::words::Stamp;

/// An account that nothing speaks against.
#[derive(Clone, Copy, Debug)]
struct Calm {
    number: u32,
    /// Where its sequence stands.
    sequence: u32,
    /// Place of its home among all homes.
    home: u32,
}

/// What those accounts add to the yardsticks.
#[derive(Debug, Default)]
pub(super) struct Calms {
    all: Vec<Calm>,
    homes: BTreeMap<Vec<ControllerIndex>, u32>,
    /// When accounts among them turned up first.
    arrived: Vec<Stamp>,
    pub yardsticks: Yardsticks,
    /// Their doubts.
    exposure: Exposure,
}

/// What accounts are held against, whoever they are.
#[derive(Debug, Default)]
pub(super) struct Yardsticks {
    pub groups: BTreeMap<Group, Peers>,
    pub habit: Habit,
    /// Accounts that ask for objects at home, and those of them that open lists there.
    pub led: (usize, usize),
    pub tested: usize,
    /// Accounts that turned pages of lists, the second pages, and those of which the log shows no first.
    pub turned: [u64; 3],
}

impl Yardsticks {
    /// Adds an account.
    pub fn add(&mut self, details: &super::Details) {
        let facts = &details.facts;
        self.tested += 1;
        self.habit.add(facts);
        let (all, alone) = facts.turned;
        let turned = [u64::from(all > 0), u64::from(all), u64::from(alone)];
        for (sum, one) in self.turned.iter_mut().zip(turned) {
            *sum += one;
        }
        if let Some(led) = facts.led_at_home {
            self.led.0 += 1;
            self.led.1 += usize::from(led);
        }
        match self.groups.get_mut(&details.group) {
            Some(peers) => peers.add(facts),
            None => {
                let peers = self.groups.entry(details.group.clone()).or_default();
                peers.add(facts);
            }
        }
    }
}

impl Calms {
    /// Keeps of an account what is needed of it, if nothing speaks against it; else gives it back.
    pub fn take(&mut self, one: Measured, limits: &Thresholds) -> Option<Measured> {
        if !is_calm(&one, limits) {
            return Some(one);
        }
        let outcome = &one.outcome;
        let next = self.homes.len() as u32;
        let home = match self.homes.get(&outcome.home) {
            Some(home) => *home,
            None => *self.homes.entry(outcome.home.clone()).or_insert(next),
        };
        if outcome.person.kind == PersonKind::Account {
            self.arrived.push(outcome.span.0);
        }
        self.yardsticks.add(&one.details);
        self.exposure.note(&outcome.share);
        self.all.push(Calm {
            number: outcome.number,
            sequence: one.sequence as u32,
            home,
        });
        None
    }

    /// What is asked for once everybody was measured; the rest is let go.
    pub fn into_rest(self) -> (Exposure, Yardsticks, Vec<Stamp>) {
        (self.exposure, self.yardsticks, self.arrived)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Those of some homes: number, place of the sequence, home.
    pub fn of_homes<'c>(
        &'c self,
        homes: &[&'c [ControllerIndex]],
    ) -> Vec<(u32, usize, &'c [ControllerIndex])> {
        let wanted: BTreeMap<u32, &[ControllerIndex]> = homes
            .iter()
            .filter_map(|home| Some((*self.homes.get(*home)?, *home)))
            .collect();
        let of = |calm: &Calm| {
            let home = wanted.get(&calm.home)?;
            Some((calm.number, calm.sequence as usize, *home))
        };
        self.all.iter().filter_map(of).collect()
    }
}

/// Whether an account has nothing that any later step asks for.
pub(super) fn is_calm(one: &Measured, limits: &Thresholds) -> bool {
    let outcome = &one.outcome;
    uneventful(&one.details.facts, limits)
        && !outcome.unlisted
        && outcome.share.beyond.is_empty()
        && one.open.is_empty()
        && one.units.is_empty()
        && one.takings.is_empty()
        && one.after_closing.is_none()
}
