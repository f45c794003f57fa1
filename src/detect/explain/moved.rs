//! A move that the directory learns of late, or of which it has forgotten the old place: one other tenant, a few classes of
//! it, on at least three days, at the pace of a person.

use std::collections::{BTreeMap, BTreeSet};

use super::{Explained, Explanation, day, open, walked};
use crate::detect::contacts::{Contact, Place};

/// Days on which the new tenant must have been visited.
const DAYS: usize = 3;
/// The same for somebody who was not seen in the old place any more: one look at the end of a life is no move.
const LEFT: usize = 2;
/// Units that hold nearly all contacts of somebody who has a class or two; and of somebody whose grants tell the new school
/// only, and who came there for good: all of its life before lay in the old one.
const UNITS: usize = 3;
const SCHOOL: usize = 6;
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
    let units = match days.len() >= DAYS && arrived(contacts, account) {
        true => SCHOOL,
        false => UNITS,
    };
    if !lists || !stayed || !few || !coherent(&found, units) || walked(&found) {
        return;
    }
    for contact in contacts.iter_mut() {
        let there = contact.place == Place::Foreign && contact.controller == Some(tenant);
        if there && contact.explained.is_none() {
            contact.explained = Some(Explanation::Move);
        }
    }
}

/// Whether whatever it did within its scope came after all that lay beyond, on several days.
fn arrived(contacts: &[Contact<'_>], account: &Explained<'_>) -> bool {
    let last = account.visits.iter().map(|(at, _)| *at).max();
    let mut inside = contacts.iter().filter(|c| c.place == Place::Inside);
    let days: BTreeSet<i64> = inside.clone().map(|contact| day(contact.at)).collect();
    days.len() >= DAYS && inside.all(|contact| Some(contact.at) > last)
}

fn coherent(contacts: &[&Contact<'_>], most: usize) -> bool {
    let mut units: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for contact in contacts {
        *units.entry(contact.unit).or_default() += 1;
    }
    let mut sizes: Vec<usize> = units.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let held: usize = sizes.iter().take(most).sum();
    held as f64 >= COHERENT * contacts.len() as f64
}
