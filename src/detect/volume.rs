//! Volume: how many foreign objects an account asked for in its whole life, in whatever order and however slowly.

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Distinct unexplained foreign objects.
pub(super) fn objects(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts.iter().filter(|c| !c.container && c.unexplained());
    foreign.count() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "volume",
        f64::from(facts.objects),
        limits.volume,
        "foreign objects over the whole life, in whatever order; what templates explain is not counted".to_owned(),
    )
    .unless_common(peers, limits)
}
