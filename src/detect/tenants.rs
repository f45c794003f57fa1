//! Lists of many foreign tenants within a day. A substitute has one school a day, a mover one new tenant, a guardian's
//! schools are in the grants; seven calls are enough to carry off seven controllers (METHODS.md, finding 1).

use std::collections::BTreeMap;

use super::contacts::{Contact, Place};
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::ControllerIndex;
use crate::words::DAY;

/// Most distinct foreign tenants whose lists were opened, unexplained, within any 24 hours. `home`: the controllers that
/// the account belongs to.
pub(super) fn in_a_day(contacts: &[Contact<'_>], home: &[ControllerIndex]) -> u32 {
    let lists: Vec<(i64, ControllerIndex)> = contacts
        .iter()
        .filter(|c| c.container && c.place == Place::Foreign && c.unexplained())
        .filter_map(|c| Some((c.at.0, c.controller.filter(|c| !home.contains(c))?)))
        .collect();
    let (mut inside, mut from, mut most) = (BTreeMap::<ControllerIndex, u32>::new(), 0, 0);
    for (at, tenant) in &lists {
        *inside.entry(*tenant).or_default() += 1;
        while at - lists[from].0 > DAY {
            if let Some(count) = inside.get_mut(&lists[from].1) {
                *count -= 1;
            }
            inside.retain(|_, count| *count > 0);
            from += 1;
        }
        most = most.max(inside.len());
    }
    most as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "tenants_in_a_day",
        f64::from(facts.tenants),
        limits.tenants,
        "foreign tenants whose lists it opened within 24 hours; whoever helps out has one school a day",
    )
    .unless_common(peers, limits)
}
