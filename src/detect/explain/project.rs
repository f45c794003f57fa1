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
/// Most objects of such a piece of work.
const MOST: usize = 80;
/// Most tenants: fewer than what breadth calls a system.
const TENANTS: usize = 9;
/// Share of the objects that must have been met on days with one foreign tenant.
const ALONE: f64 = 0.6;
/// Typical time between two new objects of somebody who reads, in nanoseconds.
const READS: i64 = 15_000_000_000;
/// Without a return: objects, units, days, and time between two.
const ONCE: (usize, usize, usize, i64) = (60, 3, 3, 30_000_000_000);

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let cards =
        |c: &&Contact<'_>| c.place == Place::Foreign && c.explained.is_none() && !c.container;
    let found: Vec<&Contact<'_>> = contacts.iter().filter(cards).collect();
    if found.is_empty() || found.len() > MOST || !account.works_elsewhere || walked(&found) {
        return;
    }
    let pace = pace(&found);
    if !(comes_back(&found, account) && pace >= READS) && !(once(&found) && pace >= ONCE.3) {
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
    let mut days: BTreeMap<i64, BTreeSet<_>> = BTreeMap::new();
    for contact in found {
        days.entry(day(contact.at))
            .or_default()
            .insert(contact.controller);
    }
    let alone = found
        .iter()
        .filter(|contact| days[&day(contact.at)].len() == 1)
        .count();
    let tenants: BTreeSet<_> = found.iter().map(|contact| contact.controller).collect();
    let all = found.len() as f64;
    again >= RETURNED
        && again as f64 >= RETURNS * all
        && alone as f64 >= ALONE * all
        && tenants.len() <= TENANTS
}

fn once(found: &[&Contact<'_>]) -> bool {
    let tenants: BTreeSet<_> = found.iter().map(|contact| contact.controller).collect();
    let units: BTreeSet<_> = found.iter().map(|contact| contact.unit).collect();
    let days: BTreeSet<_> = found.iter().map(|contact| day(contact.at)).collect();
    tenants.len() == 1 && found.len() <= ONCE.0 && units.len() <= ONCE.1 && days.len() <= ONCE.2
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
