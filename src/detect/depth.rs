//! Depth: how far into one foreign tenant an account went, whatever the order.
//!
//! Held against its peers: where a missing check lets everybody in, depth alone accuses nobody.

use std::collections::BTreeMap;

use super::contacts::Contact;
use super::{Facts, Peers, Signal, Tenant};

/// Foreign objects in one tenant from which depth speaks for a system.
pub const THRESHOLD: u32 = 20;
/// Share of peers that may be as deep before depth says nothing any more.
pub const COMMON: f64 = 0.05;

/// Most unexplained foreign objects in one tenant.
pub(super) fn deepest(contacts: &[Contact<'_>]) -> u32 {
    let mut depth: BTreeMap<Tenant, u32> = BTreeMap::new();
    for contact in contacts.iter().filter(|c| !c.container && c.unexplained()) {
        *depth.entry(contact.controller).or_default() += 1;
    }
    depth.into_values().max().unwrap_or(0)
}

pub(super) fn signal(facts: &Facts, peers: &Peers) -> Signal {
    let as_deep = peers.share_as_deep(THRESHOLD);
    let mut signal = Signal::at_least(
        "depth",
        f64::from(facts.deepest),
        f64::from(THRESHOLD),
        format!(
            "foreign objects in one tenant; {as_deep:.4} of {} accounts of the same role reach the \
             threshold, more than {COMMON} would make it common",
            peers.len()
        ),
    );
    signal.fired &= as_deep <= COMMON || peers.deep(THRESHOLD) <= 3;
    signal
}
