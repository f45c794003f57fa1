//! Batches: many foreign objects named in one request; an application names what its screen lists, so only those count
//! that no list had shown.

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Most unexplained foreign objects that one request named: such objects share request and time, and
/// stand next to each other.
pub(super) fn largest(contacts: &[Contact<'_>]) -> u32 {
    let same = |a: &Contact<'_>, b: &Contact<'_>| a.at == b.at && a.batch == b.batch;
    contacts
        .chunk_by(same)
        .filter(|request| request[0].batch > 1)
        .map(|request| {
            request
                .iter()
                .filter(|c| c.unexplained() && !c.shown)
                .count() as u32
        })
        .max()
        .unwrap_or(0)
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "batch",
        f64::from(facts.batch),
        limits.batch,
        "most foreign objects named in one request that no list had shown; an application names what its screen lists",
    )
    .unless_common(peers, limits)
}
