//! Unknown volume: far more answered objects than peers ask for, of which nobody can say whether they lay beyond the
//! account's scope.
//!
//! Like `unknown_walk` it needs no scope, and finds what that does not: a walk in random order where no table places
//! account or IDs. It accuses nobody: the account is listed as undetermined, because a service that copies everything
//! looks the same. METHODS.md, prior art: unique answered IDs of one account, held against what is usual.

use super::contacts::{Contact, Place};
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Fewest objects from which the account is listed.
pub(super) const LEAST: f64 = 300.0;
/// How many times what is usual at most it must be: whoever works with an address book all day has five times as many.
const TIMES: f64 = 10.0;

/// Distinct objects that were answered, and of which nobody knows whether they were in scope.
pub(super) fn objects(contacts: &[Contact<'_>]) -> u32 {
    let unsaid = |c: &&Contact<'_>| {
        !c.container && c.disclosed && matches!(c.place, Place::Nowhere | Place::Undecided)
    };
    contacts.iter().filter(unsaid).count() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    let Some(usual) = peers.usual_at_most("unknown_volume") else {
        let basis = "not measured: too few accounts of the same role to be held against";
        return Signal::at_least("unknown_volume", 0.0, LEAST, basis);
    };
    Signal::at_least(
        "unknown_volume",
        f64::from(facts.unknown_objects),
        LEAST.max(TIMES * usual),
        format!(
            "answered objects of which nobody knows whether they were in its scope; all of the same role but one in a \
             thousand, ten at least, come to {usual} at most, and {TIMES} times that is asked for; listed, accused of nothing"
        ),
    )
    .unless_common(peers, limits)
}
