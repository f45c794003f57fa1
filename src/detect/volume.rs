//! Volume: how many foreign objects an account asked for in its whole life, in whatever order and however slowly.

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Distinct unexplained foreign objects.
pub(super) fn objects(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|c| !c.container && c.unexplained());
    foreign.count() as u32
}

/// How long a burst lasts at most, in nanoseconds.
const BURST: i64 = 300_000_000_000;

/// Most unexplained foreign contacts within five minutes, but for objects that a list had shown: faster than anybody works.
pub(super) fn burst(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|c| c.unexplained() && !c.shown);
    let times: Vec<i64> = foreign.map(|contact| contact.at.0).collect();
    let within =
        |(from, at): (usize, &i64)| times[from..].partition_point(|other| other - at <= BURST);
    times.iter().enumerate().map(within).max().unwrap_or(0) as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "volume",
        f64::from(facts.objects),
        limits.volume,
        "foreign objects over the whole life, in whatever order; what templates explain is not counted",
    )
    .unless_common(peers, limits)
}
