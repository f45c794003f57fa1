//! What the others did with the things that somebody asked for beyond scope, so that templates about colleagues,
//! links and whole schools can be tried. Looks again at accounts that asked for such things, and, where a school may have rolled
//! over, at who of it was active then.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::super::records::Records;
use super::calm::Calms;
use super::measure::{Measured, Worker, day};
use crate::detect::Group;
use crate::detect::explain::{Approach, Crowd, FEW_UNITS, LIGHT};
use crate::scope::{Basis, ControllerIndex};
use crate::sequence::{Access, NONE, Sequences};
use crate::words::Stamp;

/// Same roles, same controllers.
type Colleagues = (String, Vec<ControllerIndex>);

/// Where it stands on which days an account was active.
pub(super) enum Active {
    /// All sequences are here.
    Here,
    /// Only those are here that something may speak against: days from the epoch, by account.
    Told(HashMap<u32, Box<[i32]>>),
}

impl Active {
    fn days(
        &self,
        sequences: &Sequences,
        (number, sequence): (u32, usize),
        wanted: &dyn Fn(&i64) -> bool,
    ) -> BTreeSet<i64> {
        match self {
            Active::Here => {
                let (_, accesses) = sequences.sequence(sequence);
                let days = accesses.iter().map(|access| day(access.time));
                days.filter(wanted).collect()
            }
            Active::Told(days) => {
                let own = days.get(&number).into_iter().flatten();
                own.map(|day| i64::from(*day)).filter(wanted).collect()
            }
        }
    }
}

/// Measures accounts with open contacts once more.
pub(super) fn explain(
    worker: &Worker<'_>,
    sequences: &Sequences,
    measured: &mut Records<Measured>,
    calm: &Calms,
    active: &Active,
) {
    let mut keys: BTreeMap<Colleagues, u32> = BTreeMap::new();
    let (mut groups, mut led, mut open) = (Vec::new(), calm.yardsticks.led, false);
    let mut roles: BTreeMap<Group, usize> = BTreeMap::new();
    for one in measured.iter() {
        let group = &one.details.group;
        *roles.entry(group.clone()).or_default() += 1;
        let next = keys.len() as u32;
        let key = (group.clone(), one.outcome.home.clone());
        groups.push(*keys.entry(key).or_insert(next));
        if let Some(led_there) = one.details.facts.led_at_home {
            led = (led.0 + 1, led.1 + usize::from(led_there));
        }
        open |= !one.open.is_empty();
    }
    if !open {
        return;
    }
    let crowd = crowd((sequences, active), measured, &groups, calm);
    let masses = masses(roles, calm);
    let lists_lead = super::panel::lists_lead(led);
    measured.update(|place, one| {
        let Some(group) = groups.get(place).filter(|_| !one.open.is_empty()) else {
            return false;
        };
        // An address, or an account of which the grants know nothing, has no work that it could be sent to.
        let known = !one.details.roles.is_empty() || one.outcome.basis == Basis::Inferred;
        let elsewhere = known && !masses.contains(&one.details.group);
        worker.measure_again(sequences, one, &crowd, (*group, elsewhere, lists_lead));
        true
    });
}

/// Who asked for what beyond scope, and who was active when whole schools went astray.
fn crowd(
    (sequences, active): (&Sequences, &Active),
    measured: &Records<Measured>,
    groups: &[u32],
    calm: &Calms,
) -> Crowd {
    let mut crowd = Crowd::default();
    crowd.habit = calm.yardsticks.habit;
    let seen: Vec<Seen> = measured.map(|_, one| match one.open.is_empty() {
        true => Seen::default(),
        false => look(&sequences.sequence(one.sequence).1, one),
    });
    for ((one, group), seen) in measured.iter().zip(groups).zip(seen) {
        crowd.habit.add(&one.details.facts);
        let (account, group) = (one.outcome.number, *group);
        let trusted = one.details.facts.unexplained() <= LIGHT;
        for (thing, at) in seen.first {
            crowd.approach(
                thing,
                Approach {
                    account,
                    at,
                    group,
                    trusted,
                },
            );
        }
        crowd.went_astray((account, &one.outcome.home), &seen.astray);
        if (1..=FEW_UNITS).contains(&one.units.len()) {
            crowd.helps_in((account, group), &one.units);
        }
    }
    be_active(&mut crowd, (sequences, active), measured, calm);
    crowd
}

/// Looks up who was active on the days that matter.
fn be_active(
    crowd: &mut Crowd,
    (sequences, active): (&Sequences, &Active),
    measured: &Records<Measured>,
    calm: &Calms,
) {
    let mut lost: BTreeSet<Vec<ControllerIndex>> = BTreeSet::new();
    for one in measured.iter().filter(|one| !one.at_home.is_empty()) {
        if !lost.contains(&one.outcome.home) {
            lost.insert(one.outcome.home.clone());
        }
    }
    let homes: BTreeMap<&[ControllerIndex], BTreeSet<i64>> = lost
        .iter()
        .map(|home| (&home[..], crowd.asks_for(home)))
        .filter(|(_, days)| !days.is_empty())
        .collect();
    let wanted: Vec<&[ControllerIndex]> = homes.keys().copied().collect();
    if wanted.is_empty() {
        return;
    }
    let own = measured.iter().filter_map(|one| {
        let outcome = &one.outcome;
        let (home, _) = homes.get_key_value(&outcome.home[..])?;
        Some((outcome.number, one.sequence, *home))
    });
    let all: Vec<_> = own.chain(calm.of_homes(&wanted)).collect();
    let active: Vec<BTreeSet<i64>> = all
        .par_iter()
        .map(|(number, sequence, home)| {
            let wanted = |day: &i64| homes.get(home).is_some_and(|days| days.contains(day));
            active.days(sequences, (*number, *sequence), &wanted)
        })
        .collect();
    for ((number, _, home), active) in all.iter().zip(active) {
        crowd.was_active((*number, home), &active);
    }
}

/// Share of all accounts with a role from which on a role is the mass's: pupils and guardians, who are sent to no other
/// school. Where all have one role nobody can tell.
const MASS: f64 = 0.25;

fn masses(mut roles: BTreeMap<Group, usize>, calm: &Calms) -> BTreeSet<Group> {
    for (group, peers) in &calm.yardsticks.groups {
        *roles.entry(group.clone()).or_default() += peers.len();
    }
    roles.remove(&Group::new());
    let all: usize = roles.values().sum();
    let mass = |count: usize| count < all && count as f64 >= MASS * all as f64;
    roles
        .into_iter()
        .filter(|(_, count)| mass(*count))
        .map(|(role, _)| role)
        .collect()
}

/// What one account did with the things that it asked for beyond its scope.
#[derive(Default)]
struct Seen {
    first: BTreeMap<(bool, u32), Stamp>,
    /// Days with contacts beyond scope among its own controllers.
    astray: BTreeSet<i64>,
}

fn look(accesses: &[Access], one: &Measured) -> Seen {
    let mut seen = Seen::default();
    for access in accesses {
        for thing in [(false, access.object), (true, access.container)] {
            if thing.1 == NONE || !one.open.contains(&thing) {
                continue;
            }
            seen.first.entry(thing).or_insert(access.time);
            if one.at_home.contains(&thing) {
                seen.astray.insert(day(access.time));
            }
        }
    }
    seen
}
