//! Probing: asking for what does not exist or is refused, far above the account's own rate in scope.

use super::contacts::{Contact, Place};
use super::{Facts, Signal};
use crate::case::Thresholds;

/// By how much the rate must exceed the account's own rate of refusals in scope.
const TIMES: f64 = 5.0;
/// The rate in scope is taken to be at least this, so that few contacts in scope prove nothing.
const LEAST_RATE: f64 = 0.02;

/// Distinct IDs that do not exist or lie beyond scope, and were not disclosed.
pub(super) fn count(contacts: &[Contact<'_>]) -> u32 {
    let probed = |c: &&Contact<'_>| {
        c.unexplained() && !c.disclosed && matches!(c.place, Place::Foreign | Place::Nowhere)
    };
    contacts.iter().filter(probed).count() as u32
}

pub(super) fn signal(facts: &Facts, limits: &Thresholds) -> Signal {
    let all = facts.steps.len().max(1) as f64;
    let own = f64::from(facts.inside_refused) / f64::from(facts.inside.max(1));
    let rate = f64::from(facts.probed) / all;
    let mut signal = Signal::at_least(
        "probing",
        f64::from(facts.probed),
        limits.probing,
        format!(
            "refused or non-existent IDs, {:.3} of its first contacts; must exceed {TIMES} times its own rate \
             of refusals in scope, {own:.3}",
            rate
        ),
    );
    signal.fired &= rate > TIMES * own.max(LEAST_RATE);
    signal
}
