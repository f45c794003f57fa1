//! Depth: how far into one foreign tenant an account went, whatever the order.
//!
//! Held against its peers: where a missing check lets everybody in, depth alone accuses nobody.

use std::collections::BTreeMap;

use super::contacts::Contact;
use super::{Facts, Peers, Signal, Tenant};
use crate::case::Thresholds;

/// Most unexplained foreign objects in one tenant.
pub(super) fn deepest(contacts: &[Contact<'_>]) -> u32 {
    let mut depth: BTreeMap<Tenant, u32> = BTreeMap::new();
    for contact in contacts.iter().filter(|c| !c.container && c.unexplained()) {
        *depth.entry(contact.controller).or_default() += 1;
    }
    depth.into_values().max().unwrap_or(0)
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "depth",
        f64::from(facts.deepest),
        limits.depth,
        "foreign objects in one tenant",
    )
    .unless_common(peers, limits)
}
