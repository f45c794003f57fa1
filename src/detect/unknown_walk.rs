//! Unknown walk: an answered walk through numbered IDs of which nobody can say whether they lay beyond the account's scope.
//!
//! It needs no scope, so it is all that can be said where no table places account or IDs. It accuses nobody: the account
//! is listed as undetermined. Where many walk like that, it is how the application reads out a list.

use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Steps of the same stride from which the account is listed: twice what speaks for a system where scope is known.
pub(super) const STEPS: f64 = 20.0;

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "unknown_walk",
        f64::from(facts.unknown_walk.steps),
        STEPS,
        format!(
            "answered steps of {:+} through IDs of which nobody knows whether they were in its scope; listed, accused of \
             nothing",
            facts.unknown_walk.stride
        ),
    )
    .unless_common(peers, limits)
}
