//! A substitute teacher spends a day and a class in a school that the grants do not name: on that day one foreign
//! tenant, at most two units of it, over hours and not seconds; and not more than a few schools in all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Explained, Explanation, day, walked};
use crate::detect::contacts::{Contact, Place};
use crate::scope::ControllerIndex;
use crate::words::{HOUR, Stamp};

/// Units on one day.
const UNITS: usize = 2;
/// The same where lists led there: a school's list and those of some classes.
const LISTED_UNITS: usize = 4;
/// Cards that somebody looks at whom a list led there.
const CARDS: usize = 2;
/// Tenants of somebody who is not seen to stay: schools of the neighbourhood.
const TENANTS: usize = 3;
/// How long a day in a class lasts at least.
const DWELL: i64 = 2 * HOUR;
/// Requests on the day, repeats included: a day's work is more than a look.
const REQUESTS: usize = 4;
/// Most things on one day: two classes.
const MOST: usize = 70;
/// Schools in all from which on it is no substitute's life.
const SCHOOLS: usize = 15;

type Day = (i64, Option<ControllerIndex>);

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let mut days: BTreeMap<Day, Vec<usize>> = BTreeMap::new();
    for (index, contact) in contacts.iter().enumerate() {
        if contact.place == Place::Foreign && contact.explained.is_none() {
            let key = (day(contact.at), contact.controller);
            days.entry(key).or_default().push(index);
        }
    }
    let schools: BTreeSet<_> = days.keys().map(|(_, tenant)| *tenant).collect();
    if schools.len() > SCHOOLS {
        return;
    }
    let mut per_day: BTreeMap<i64, usize> = BTreeMap::new();
    for (day, _) in days.keys() {
        *per_day.entry(*day).or_default() += 1;
    }
    let lengths = lengths(account.visits);
    for (key, indices) in days {
        let found: Vec<&Contact<'_>> = indices.iter().map(|index| &contacts[*index]).collect();
        let units: BTreeSet<_> = found.iter().map(|contact| contact.unit).collect();
        let lasted = lengths.get(&key).is_some_and(|(first, last, requests)| {
            last.0 - first.0 >= DWELL && *requests >= REQUESTS
        });
        let alone = per_day.get(&key.0) == Some(&1);
        let lists: BTreeSet<_> = found
            .iter()
            .filter(|c| c.container)
            .map(|contact| contact.unit)
            .collect();
        let cards = found.iter().filter(|contact| contact.led).count();
        let led = !lists.is_empty()
            && cards >= CARDS
            && units.len() <= LISTED_UNITS
            && schools.len() <= TENANTS;
        let stayed = lasted && units.len() <= UNITS;
        let fits = alone && (stayed || led) && found.len() <= MOST;
        if fits && !walked(&found) {
            for index in indices {
                contacts[index].explained = Some(Explanation::Substitute);
            }
        }
    }
}

/// First and last request for anything beyond scope in a tenant on a day, and how many there were.
fn lengths(visits: &[(Stamp, Option<ControllerIndex>)]) -> BTreeMap<Day, (Stamp, Stamp, usize)> {
    let mut lengths: BTreeMap<Day, (Stamp, Stamp, usize)> = BTreeMap::new();
    for (at, tenant) in visits {
        let entry = lengths.entry((day(*at), *tenant)).or_insert((*at, *at, 0));
        entry.0 = entry.0.min(*at);
        entry.1 = entry.1.max(*at);
        entry.2 += 1;
    }
    lengths
}
