//! Hidden IDs: objects beyond scope that no screen lists at all, so that nothing could have led there.

use super::contacts::{Contact, Place};
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Unexplained foreign objects that stand in no container.
pub(super) fn count(contacts: &[Contact<'_>]) -> u32 {
    let hidden = |contact: &&Contact<'_>| {
        !contact.container
            && contact.place == Place::Foreign
            && contact.unexplained()
            && !contact.on_some_list
    };
    contacts.iter().filter(hidden).count() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "hidden_ids",
        f64::from(facts.hidden.unwrap_or(0)),
        limits.hidden,
        match facts.hidden {
            Some(_) => {
                "objects beyond scope that no container lists; a screen leads to listed ones only"
            }
            None => "not measured: the case has no table of members",
        },
    )
    .unless_common(peers, limits)
}
