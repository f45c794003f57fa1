//! The scope score: the best contiguous segment of log-likelihood ratios over first contacts.
//!
//! Up by ln(θ1/θ0) for each unexplained contact beyond scope, down by ln((1−θ1)/(1−θ0)) for each other; a
//! segment, because a test over the whole life misses an account that hides its walk among ordinary use
//! (METHODS.md, "Detection" 3).

use super::{Peers, Signal};
use crate::case::Thresholds;

/// The best segment's score.
pub(super) fn score(steps: &[bool], theta_0: f64, theta_1: f64) -> f64 {
    let theta_1 = theta_1.max(theta_0);
    let up = (theta_1 / theta_0).ln();
    let down = ((1.0 - theta_1) / (1.0 - theta_0)).ln();
    let mut best: f64 = 0.0;
    let mut current: f64 = 0.0;
    for beyond in steps {
        current = (current + if *beyond { up } else { down }).max(0.0);
        best = best.max(current);
    }
    best
}

pub(super) fn signal(steps: &[bool], peers: &Peers, limits: &Thresholds) -> Signal {
    let theta_0 = peers.theta_0(limits);
    Signal::at_least(
        "scope_score",
        score(steps, theta_0, limits.theta_1),
        limits.scope_score,
        format!(
            "best segment of log-likelihood ratios, θ1 = {} against θ0 = {theta_0:.3} (the 99th percentile of {} \
             accounts of the same role, at least {})",
            limits.theta_1,
            peers.len(),
            limits.theta_0
        ),
    )
}
