//! Breadth: how many foreign tenants, units and containers an account reached in its whole life. Going slowly
//! does not lower it (METHODS.md, structure).

use std::collections::BTreeSet;

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::ControllerIndex;

/// Distinct controllers of unexplained contacts beyond scope, other than those that the account belongs to.
pub(super) fn controllers(contacts: &[Contact<'_>], home: &[ControllerIndex]) -> u32 {
    let foreign = contacts.iter().filter(|contact| contact.unexplained());
    let distinct: BTreeSet<_> = foreign
        .filter_map(|contact| contact.controller)
        .filter(|controller| !home.contains(controller))
        .collect();
    distinct.len() as u32
}

/// Distinct units of unexplained contacts beyond scope.
pub(super) fn units(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|contact| contact.unexplained());
    let distinct: BTreeSet<_> = foreign.filter_map(|contact| contact.unit).collect();
    distinct.len() as u32
}

/// Distinct containers beyond scope.
pub(super) fn containers(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|c| c.container && c.unexplained());
    foreign.count() as u32
}

/// The figure: whichever is largest.
pub(super) fn figure(facts: &Facts) -> f64 {
    f64::from(facts.controllers.max(facts.containers).max(facts.units))
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "breadth",
        figure(facts),
        limits.breadth,
        format!(
            "{} foreign tenants, {} foreign units, {} foreign containers over the whole life; honest accounts of \
             several tenants have them all in their grants",
            facts.controllers, facts.units, facts.containers
        ),
    )
    .unless_common(peers, limits)
}
