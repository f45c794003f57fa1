//! The school year rolls over and the directory follows days later: on such a day everybody of a tenant asks for
//! things that the grants do not give yet.

use std::collections::{BTreeMap, BTreeSet};

use super::{Crowd, Explained, Explanation, day};
use crate::detect::contacts::{Contact, Place};

/// Share of the tenant's active accounts that must have contacts beyond scope that day.
const SHARE: f64 = 0.3;
/// And how many at least.
const ACCOUNTS: u32 = 10;
/// Units on that day: a person's new classes.
const UNITS: usize = 3;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, crowd: &Crowd) {
    let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, contact) in contacts.iter().enumerate() {
        if contact.place == Place::Foreign && contact.explained.is_none() {
            days.entry(day(contact.at)).or_default().push(index);
        }
    }
    for (day, indices) in days {
        let (active, astray) = crowd.day(account.home, day);
        let units: BTreeSet<_> = indices.iter().map(|i| contacts[*i].unit).collect();
        let everybody = astray >= ACCOUNTS && f64::from(astray) >= SHARE * f64::from(active);
        if everybody && units.len() <= UNITS {
            for index in indices {
                contacts[index].explained = Some(Explanation::Rollover);
            }
        }
    }
}
