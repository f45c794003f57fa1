//! Breadth: how many foreign tenants, units and containers an account reached in its whole life. Going slowly
//! does not lower it (METHODS.md, structure).

use std::collections::BTreeSet;

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::ControllerIndex;

/// How soon the next letter follows, in nanoseconds.
const TYPED: u64 = 10_000_000_000;

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

/// Distinct containers beyond scope. What is typed letter by letter is one search, and a search among one's own tenant
/// is none beyond it.
pub(super) fn containers(contacts: &[Contact<'_>], home: &[ControllerIndex]) -> u32 {
    if !contacts.iter().any(|c| c.container && c.unexplained()) {
        return 0;
    }
    let lists: Vec<&Contact<'_>> = contacts.iter().filter(|c| c.container).collect();
    let goes_on = |a: &Contact<'_>, b: &Contact<'_>| {
        b.at.0.abs_diff(a.at.0) <= TYPED
            && b.id().len() > a.id().len()
            && b.id().starts_with(a.id())
    };
    let typed = |at: usize| at > 0 && goes_on(lists[at - 1], lists[at]);
    let typing = |at: usize| at + 1 < lists.len() && goes_on(lists[at], lists[at + 1]);
    let at_home = |c: &Contact<'_>| c.controller.is_some_and(|c| home.contains(&c));
    let foreign = (0..lists.len()).filter(|at| lists[*at].unexplained());
    foreign
        .filter(|at| !(typing(*at) || typed(*at) && at_home(lists[*at])))
        .count() as u32
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
            "foreign tenants {}, foreign units {}, foreign containers {} over the whole life; honest accounts of \
             several tenants have them all in their grants",
            facts.controllers, facts.units, facts.containers
        ),
    )
    .unless_common(peers, limits)
}
