//! Work with a few children of other schools, by name and at the pace of a person: a camp, a sports day, a joint class,
//! a library that serves a second school. Nobody lists it, and no list need lead there.
//!
//! Who works with people comes back to them on another day; whoever collects does not ask twice. Without a return only a
//! short piece of work in one tenant's few classes passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Explained, Explanation, day, walked};
use crate::detect::contacts::{Contact, Place};

/// Share of the objects that are asked for again on another day, and how many at least.
const RETURNS: f64 = 0.1;
const RETURNED: usize = 3;
/// Most objects of such a piece of work, and the fewest that make one; fewer accuse nobody.
const MOST: usize = 80;
const LEAST: usize = 6;
/// Most tenants: fewer than what breadth calls a system.
const TENANTS: usize = 9;
/// Share of the objects that must lie in the foreign tenant of their day, or in the only one: a pupil may have moved.
const ALONE: f64 = 0.8;
/// Typical time between two new objects of somebody who reads, in nanoseconds.
const READS: i64 = 15_000_000_000;
/// Without a return: objects, units, days, and time between two.
const ONCE: (usize, usize, usize, i64) = (60, 3, 4, 30_000_000_000);

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let cards =
        |c: &&Contact<'_>| c.place == Place::Foreign && c.explained.is_none() && !c.container;
    let found: Vec<&Contact<'_>> = contacts.iter().filter(cards).collect();
    if !(LEAST..=MOST).contains(&found.len()) || !account.works_elsewhere || walked(&found) {
        return;
    }
    // Whoever has left works with nobody any more.
    if !account.granted {
        return;
    }
    let pace = pace(&found);
    let returns = pace >= READS && comes_back(&found, account);
    if !returns && (pace < ONCE.3 || !once(&found)) {
        return;
    }
    for contact in contacts.iter_mut() {
        if contact.place == Place::Foreign && contact.explained.is_none() && !contact.container {
            contact.explained = Some(Explanation::Project);
        }
    }
}

fn comes_back(found: &[&Contact<'_>], account: &Explained<'_>) -> bool {
    let again = found
        .iter()
        .filter(|contact| account.again.contains(&contact.asked))
        .count();
    let tenants: BTreeSet<_> = found.iter().map(|contact| contact.controller).collect();
    let all = found.len() as f64;
    again >= RETURNED
        && again as f64 >= RETURNS * all
        && in_main(found, |contact| day(contact.at)) >= ALONE * all
        && tenants.len() <= TENANTS
}

fn once(found: &[&Contact<'_>]) -> bool {
    let units: BTreeSet<_> = found.iter().map(|contact| contact.unit).collect();
    let days: BTreeSet<_> = found.iter().map(|contact| day(contact.at)).collect();
    let strays = (1.0 - ALONE) * found.len() as f64;
    in_main(found, |_| 0) >= ALONE * found.len() as f64
        && found.len() <= ONCE.0
        && units.len() as f64 <= ONCE.1 as f64 + strays
        && days.len() <= ONCE.2
}

/// How many of the contacts of each group lie in the group's most frequent tenant.
fn in_main(found: &[&Contact<'_>], group: impl Fn(&Contact<'_>) -> i64) -> f64 {
    let mut groups: BTreeMap<i64, BTreeMap<_, usize>> = BTreeMap::new();
    for contact in found {
        let tenants = groups.entry(group(contact)).or_default();
        *tenants.entry(contact.controller).or_default() += 1;
    }
    let main = groups.values().filter_map(|tenants| tenants.values().max());
    main.sum::<usize>() as f64
}

/// The middle time between two new objects on one day; none where every day has one.
fn pace(found: &[&Contact<'_>]) -> i64 {
    let pairs = found
        .windows(2)
        .filter(|pair| day(pair[0].at) == day(pair[1].at));
    let mut gaps: Vec<i64> = pairs.map(|pair| pair[1].at.0 - pair[0].at.0).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied().unwrap_or(i64::MAX)
}
