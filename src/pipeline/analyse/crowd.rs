//! What the others did with the things that somebody asked for beyond scope, so that templates about colleagues,
//! links and whole schools can be tried. Looks again at accounts that asked for such things, and, where a school may have rolled
//! over, at who of it was active then.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

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
    measured: &mut [Measured],
    calm: &Calms,
    active: &Active,
) {
    if measured.iter().all(|one| one.open.is_empty()) {
        return;
    }
    let mut keys: BTreeMap<Colleagues, u32> = BTreeMap::new();
    let groups: Vec<u32> = measured
        .iter()
        .map(|one| {
            let next = keys.len() as u32;
            *keys
                .entry((one.outcome.group.clone(), one.outcome.home.clone()))
                .or_insert(next)
        })
        .collect();
    let crowd = crowd((sequences, active), measured, &groups, calm);
    let masses = masses(measured, calm);
    let mut led = calm.yardsticks.led;
    for led_there in measured
        .iter()
        .filter_map(|one| one.outcome.facts.led_at_home)
    {
        led = (led.0 + 1, led.1 + usize::from(led_there));
    }
    let lists_lead = super::panel::lists_lead(led);
    measured
        .par_iter_mut()
        .zip(&groups)
        .filter(|(one, _)| !one.open.is_empty())
        .for_each(|(one, group)| {
            // An address, or an account of which the grants know nothing, has no work that it could be sent to.
            let known = !one.outcome.roles.is_empty() || one.outcome.basis == Basis::Inferred;
            let elsewhere = known && !masses.contains(&one.outcome.group);
            worker.measure_again(sequences, one, &crowd, (*group, elsewhere, lists_lead));
        });
}

/// Who asked for what beyond scope, and who was active when whole schools went astray.
fn crowd(
    (sequences, active): (&Sequences, &Active),
    measured: &[Measured],
    groups: &[u32],
    calm: &Calms,
) -> Crowd {
    let mut crowd = Crowd::default();
    crowd.habit = calm.yardsticks.habit;
    measured
        .iter()
        .for_each(|one| crowd.habit.add(&one.outcome.facts));
    let seen: Vec<Seen> = measured
        .par_iter()
        .map(|one| match one.open.is_empty() {
            true => Seen::default(),
            false => look(&sequences.sequence(one.sequence).1, one),
        })
        .collect();
    for ((one, group), seen) in measured.iter().zip(groups).zip(seen) {
        let (account, group) = (one.outcome.number, *group);
        let trusted = one.outcome.facts.unexplained() <= LIGHT;
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
    measured: &[Measured],
    calm: &Calms,
) {
    let lost = measured.iter().filter(|one| !one.at_home.is_empty());
    let homes: BTreeSet<&[ControllerIndex]> = lost.map(|one| &one.outcome.home[..]).collect();
    let homes: BTreeMap<&[ControllerIndex], BTreeSet<i64>> = homes
        .into_iter()
        .map(|home| (home, crowd.asks_for(home)))
        .filter(|(_, days)| !days.is_empty())
        .collect();
    let wanted: Vec<&[ControllerIndex]> = homes.keys().copied().collect();
    if wanted.is_empty() {
        return;
    }
    let own = measured.iter().map(|one| {
        let outcome = &one.outcome;
        (outcome.number, one.sequence, &outcome.home[..])
    });
    let own = own.filter(|(_, _, home)| homes.contains_key(home));
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

fn masses(measured: &[Measured], calm: &Calms) -> BTreeSet<Group> {
    let groups = calm.yardsticks.groups.iter();
    let groups = groups.map(|(group, peers)| (group, peers.len()));
    let own = measured.iter().map(|one| (&one.outcome.group, 1));
    let mut roles: BTreeMap<&Group, usize> = BTreeMap::new();
    for (group, accounts) in groups.chain(own).filter(|(group, _)| !group.is_empty()) {
        *roles.entry(group).or_default() += accounts;
    }
    let all: usize = roles.values().sum();
    let mass = |count: usize| count < all && count as f64 >= MASS * all as f64;
    roles
        .into_iter()
        .filter(|(_, count)| mass(*count))
        .map(|(role, _)| role.clone())
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
