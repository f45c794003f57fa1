//! The whole life: how much more an account asked for beyond its scope than its peers ever do.
//!
//! The scope score needs a dense stretch; somebody who hides one foreign ID a day among ordinary work has none.
//! Held against a geometric law of the peers' usual number, which has a longer tail than Poisson's.

use super::{Facts, Peers, Signal, odds};

/// Decimal digits of odds from which a life is no accident.
pub const DIGITS: f64 = 6.0;

pub(super) fn signal(facts: &Facts, peers: &Peers) -> Signal {
    let [objects, containers, pages] =
        ["objects", "containers", "paging"].map(|what| peers.usual(what));
    Signal::at_least(
        "lifetime",
        odds::life(facts, peers) / std::f64::consts::LN_10,
        DIGITS,
        format!(
            "decimal digits of the odds of foreign objects ({}), foreign containers ({}) and foreign pages in runs ({}) against a \
             geometric law with the mean of the lower 95 % of {} accounts of the same role ({objects:.2}, \
             {containers:.2} and {pages:.2})",
            facts.objects,
            facts.containers,
            facts.pages,
            peers.len()
        ),
    )
}
