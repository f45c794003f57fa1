//! A move that the directory learns of late: one new tenant, a few classes of it, on at least three days, at the
//! pace of a person.

use std::collections::{BTreeMap, BTreeSet};

use super::{Explained, Explanation, day, open, walked};
use crate::detect::contacts::{Contact, Place};

/// Days on which the new tenant must have been visited.
const DAYS: usize = 3;
/// The same for somebody who was not seen in the old place any more: one look at the end of a life is no move.
const LEFT: usize = 2;
/// Units that hold nearly all contacts of somebody who has a class or two.
const UNITS: usize = 3;
/// Share of the contacts that must lie in them.
const COHERENT: f64 = 0.9;
/// Most new contacts on one day, on average.
const PER_DAY: usize = 40;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let found: Vec<&Contact<'_>> = open(contacts)
        .filter(|c| c.controller.is_none_or(|c| !account.home.contains(&c)))
        .collect();
    let tenants: BTreeSet<_> = found.iter().map(|contact| contact.controller).collect();
    let [Some(tenant)] = tenants.into_iter().collect::<Vec<_>>()[..] else {
        return;
    };
    let days: BTreeSet<i64> = account
        .visits
        .iter()
        .filter(|(_, controller)| *controller == Some(tenant))
        .map(|(at, _)| day(*at))
        .collect();
    let few = found.len() <= PER_DAY * days.len();
    // Who moved leaves the old place behind; who only visits the new one must have come on several days.
    let first = found.iter().map(|contact| contact.at).min();
    let left = contacts
        .iter()
        .filter(|c| Some(c.at) > first)
        .all(|c| c.place != Place::Inside);
    let lists = found.iter().any(|contact| contact.container);
    let stayed = days.len() >= DAYS || left && days.len() >= LEFT;
    if !lists || !stayed || !few || !coherent(&found) || walked(&found) {
        return;
    }
    for contact in contacts.iter_mut() {
        let there = contact.place == Place::Foreign && contact.controller == Some(tenant);
        if there && contact.explained.is_none() {
            contact.explained = Some(Explanation::Move);
        }
    }
}

fn coherent(contacts: &[&Contact<'_>]) -> bool {
    let mut units: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for contact in contacts {
        *units.entry(contact.unit).or_default() += 1;
    }
    let mut sizes: Vec<usize> = units.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let most: usize = sizes.iter().take(UNITS).sum();
    most as f64 >= COHERENT * contacts.len() as f64
}
