//! Somebody who works for many tenants, of which the grants lack one or two: what lies beyond scope there is asked for
//! as what lies in scope elsewhere, as often and no more.

use std::collections::BTreeMap;

use super::{Explained, Explanation, open, walked};
use crate::detect::contacts::{Contact, Place};
use crate::scope::ControllerIndex;

/// Tenants in the grants from which on somebody works for many.
const MANY: usize = 5;
/// Tenants that may be missing, and their share of those in the grants.
const MISSING: usize = 3;
const SHARE: f64 = 0.34;
/// By how much a missing tenant may exceed the average of the granted ones that were visited.
const TIMES: f64 = 3.0;
/// Contacts in a missing tenant that need no comparison.
const FEW: usize = 3;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let found: Vec<&Contact<'_>> = open(contacts).collect();
    let missing = by_tenant(found.iter().copied());
    let granted = by_tenant(contacts.iter().filter(|c| c.place == Place::Inside));
    let few = missing.len() <= MISSING && missing.len() as f64 <= SHARE * granted.len() as f64;
    if account.home.len() < MANY || !few || walked(&found) {
        return;
    }
    let usual = granted.values().sum::<usize>() as f64 / granted.len().max(1) as f64;
    let alike = |count: &usize| *count <= FEW || *count as f64 <= TIMES * usual;
    if !missing.values().all(alike) {
        return;
    }
    for contact in contacts.iter_mut() {
        if contact.place == Place::Foreign && contact.explained.is_none() {
            contact.explained = Some(Explanation::Wide);
        }
    }
}

fn by_tenant<'a, 'n: 'a>(
    contacts: impl Iterator<Item = &'a Contact<'n>>,
) -> BTreeMap<Option<ControllerIndex>, usize> {
    let mut tenants = BTreeMap::new();
    for contact in contacts {
        *tenants.entry(contact.controller).or_insert(0) += 1;
    }
    tenants
}
