//! Unled: objects of another tenant of which the account never opened a list. Whoever works in a second school, or has a
//! child there, gets to its cards by its lists; whoever guesses IDs does not.
//!
//! No signal of its own: where scope is known it adds nothing. Where scope is only inferred it tells a second tenant from
//! a walk, if lists are what leads to objects on this platform at all ([`led_at_home`]).

use std::collections::BTreeSet;

use super::contacts::{Contact, Place};
use crate::scope::{ControllerIndex, Touched};
use crate::sequence::Access;
use crate::words::{HOUR, Stamp};

/// For how long a list of which nobody knows whose it is may have led anywhere.
const WITHIN: i64 = HOUR / 2;

/// Unexplained foreign objects in tenants of which no list was opened.
pub(super) fn objects(
    contacts: &[Contact<'_>],
    home: &[ControllerIndex],
    touched: &Touched,
    accesses: &[Access],
) -> u32 {
    let owners = listed(contacts);
    let nobodys: BTreeSet<u32> = contacts
        .iter()
        .filter(|contact| contact.container && contact.controller.is_none())
        .map(|list| list.asked)
        .collect();
    let pages = touched
        .pages
        .iter()
        .filter(|page| nobodys.contains(&page.container));
    let opened: Vec<Stamp> = pages
        .map(|page| accesses[page.access as usize].time)
        .collect();
    let led = |at: Stamp| {
        let next = opened.partition_point(|time| *time <= at);
        next > 0 && at.0 - opened[next - 1].0 <= WITHIN
    };
    let unled = contacts.iter().filter(|contact| {
        !contact.container
            && contact.unexplained()
            && !led(contact.at)
            && contact
                .controller
                .is_some_and(|c| !home.contains(&c) && !owners.contains(&c))
    });
    unled.count() as u32
}

/// Tenants of which the account opened a list.
pub(super) fn listed(contacts: &[Contact<'_>]) -> BTreeSet<ControllerIndex> {
    let lists = contacts.iter().filter(|contact| contact.container);
    lists.filter_map(|list| list.controller).collect()
}

/// Whether the account opens lists that may be its own tenant's; `None` for one without objects in scope.
pub(super) fn led_at_home(contacts: &[Contact<'_>]) -> Option<bool> {
    let objects = contacts
        .iter()
        .any(|contact| !contact.container && contact.place == Place::Inside);
    let own = |contact: &Contact<'_>| contact.container && contact.place != Place::Foreign;
    objects.then(|| contacts.iter().any(own))
}
