//! What the others did with the things that somebody asked for beyond scope, so that templates about colleagues,
//! links and whole schools can be tried. Costs one more look at the accesses, and memory for those things only.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::measure::{Measured, Worker, day};
use crate::detect::Group;
use crate::detect::explain::{Approach, Crowd, FEW_UNITS, LIGHT};
use crate::scope::{Basis, ControllerIndex};
use crate::sequence::{Access, NONE, Sequences};
use crate::words::Stamp;

/// Same roles, same controllers.
type Colleagues = (String, Vec<ControllerIndex>);

/// Measures accounts with open contacts once more.
pub(super) fn explain(worker: &Worker<'_>, sequences: &Sequences, measured: &mut [Measured]) {
    let wanted = Wanted::of(measured, worker.opener.names.objects.len());
    if !wanted.any {
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
    let seen: Vec<Seen> = measured
        .par_iter()
        .map(|one| wanted.look(&sequences.sequence(one.sequence).1, one))
        .collect();
    let mut crowd = Crowd::default();
    for one in measured.iter() {
        crowd.habit.add(&one.outcome.facts);
    }
    for ((one, group), seen) in measured.iter().zip(&groups).zip(seen) {
        let trusted = one.outcome.facts.unexplained() <= LIGHT;
        for (thing, at) in seen.first {
            let account = one.outcome.number;
            let trusted = trusted || !one.open.contains(&thing);
            crowd.approach(
                thing,
                Approach {
                    account,
                    at,
                    group: *group,
                    trusted,
                    beyond: one.open.contains(&thing),
                },
            );
        }
        crowd.days(
            (one.outcome.number, &one.outcome.home),
            &seen.active,
            &seen.astray,
        );
        if (1..=FEW_UNITS).contains(&one.units.len()) {
            crowd.helps_in((one.outcome.number, *group), &one.units);
        }
    }
    let masses = masses(measured);
    let lists_lead = super::panel::lists_lead(measured.iter().map(|one| &one.outcome));
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

/// Share of all accounts with a role from which on a role is the mass's: pupils and guardians, who are sent to no other
/// school. Where all have one role nobody can tell.
const MASS: f64 = 0.25;

fn masses(measured: &[Measured]) -> BTreeSet<Group> {
    let mut roles: BTreeMap<&Group, usize> = BTreeMap::new();
    for one in measured.iter().filter(|one| !one.outcome.group.is_empty()) {
        *roles.entry(&one.outcome.group).or_default() += 1;
    }
    let all: usize = roles.values().sum();
    let mass = |count: usize| count < all && count as f64 >= MASS * all as f64;
    roles
        .into_iter()
        .filter(|(_, count)| mass(*count))
        .map(|(role, _)| role.clone())
        .collect()
}

/// The things in question, as bits over the requested IDs.
struct Wanted {
    objects: Vec<bool>,
    containers: Vec<bool>,
    any: bool,
}

/// What one account did with them.
#[derive(Default)]
struct Seen {
    first: BTreeMap<(bool, u32), Stamp>,
    active: BTreeSet<i64>,
    /// Days with contacts beyond scope among its own controllers.
    astray: BTreeSet<i64>,
}

impl Wanted {
    fn of(measured: &[Measured], ids: usize) -> Wanted {
        let mut wanted = Wanted {
            objects: vec![false; ids],
            containers: vec![false; ids],
            any: false,
        };
        for (container, asked) in measured.iter().flat_map(|one| &one.open) {
            wanted.any = true;
            match container {
                true => wanted.containers[*asked as usize] = true,
                false => wanted.objects[*asked as usize] = true,
            }
        }
        wanted
    }

    fn look(&self, accesses: &[Access], one: &Measured) -> Seen {
        let mut seen = Seen::default();
        for access in accesses {
            seen.active.insert(day(access.time));
            let object = (access.object != NONE && self.objects[access.object as usize])
                .then_some((false, access.object));
            let container = (access.container != NONE
                && self.containers[access.container as usize])
                .then_some((true, access.container));
            for thing in [object, container].into_iter().flatten() {
                seen.first.entry(thing).or_insert(access.time);
                if one.at_home.contains(&thing) {
                    seen.astray.insert(day(access.time));
                }
            }
        }
        seen
    }
}
