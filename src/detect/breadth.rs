//! Breadth: how many foreign tenants and containers an account reached in its whole life. Going slowly
//! does not lower it (METHODS.md, structure).

use std::collections::BTreeSet;

use super::contacts::Contact;
use super::{Facts, Signal};
use crate::scope::ControllerIndex;

/// Foreign tenants or containers from which breadth speaks for a system.
pub const THRESHOLD: u32 = 10;
/// Foreign objects in one request from which a batch speaks for a system.
pub const BATCH_THRESHOLD: u32 = 10;

/// Distinct controllers of unexplained contacts beyond scope, other than those that the account belongs to.
pub(super) fn controllers(contacts: &[Contact<'_>], home: &[ControllerIndex]) -> u32 {
    let foreign = contacts.iter().filter(|contact| contact.unexplained());
    let distinct: BTreeSet<_> = foreign
        .filter_map(|contact| contact.controller)
        .filter(|controller| !home.contains(controller))
        .collect();
    distinct.len() as u32
}

/// Distinct containers beyond scope.
pub(super) fn containers(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|c| c.container && c.unexplained());
    foreign.count() as u32
}

/// Most unexplained foreign objects that one request named: such objects share request and time, and
/// stand next to each other.
pub(super) fn largest_batch(contacts: &[Contact<'_>]) -> u32 {
    let same = |a: &Contact<'_>, b: &Contact<'_>| a.at == b.at && a.batch == b.batch;
    contacts
        .chunk_by(same)
        .filter(|request| request[0].batch > 1)
        .map(|request| request.iter().filter(|c| c.unexplained()).count() as u32)
        .max()
        .unwrap_or(0)
}

pub(super) fn signal(facts: &Facts) -> Signal {
    Signal::at_least(
        "breadth",
        f64::from(facts.controllers.max(facts.containers)),
        f64::from(THRESHOLD),
        format!(
            "{} foreign tenants and {} foreign containers over the whole life; honest accounts of several \
             tenants have them all in their grants",
            facts.controllers, facts.containers
        ),
    )
}

pub(super) fn batch_signal(facts: &Facts) -> Signal {
    Signal::at_least(
        "batch",
        f64::from(facts.batch),
        f64::from(BATCH_THRESHOLD),
        "most foreign objects named in one request; an application names what its screen lists, which is in \
         scope"
            .to_owned(),
    )
}
