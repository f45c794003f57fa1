//! The scope score: the best contiguous segment of log-likelihood ratios over first contacts.
//!
//! Up by ln(θ1/θ0) for each unexplained contact beyond scope, down by ln((1−θ1)/(1−θ0)) for each other; a
//! segment, because a test over the whole life misses an account that hides its walk among ordinary use
//! (METHODS.md, "Detection" 3).

use super::{Peers, Signal};

/// Share of contacts beyond scope of an account that walks.
pub const THETA_1: f64 = 0.6;
/// Least share that is allowed to an honest account.
pub const THETA_0: f64 = 0.05;
/// Most that a group's own habit may raise it to; it must stay well below θ1.
pub const THETA_0_MOST: f64 = 0.3;
/// Threshold of the score: seven straight hits at the least θ0.
pub const THRESHOLD: f64 = 16.0;

/// The best segment's score.
pub(super) fn score(steps: &[bool], theta_0: f64) -> f64 {
    let up = (THETA_1 / theta_0).ln();
    let down = ((1.0 - THETA_1) / (1.0 - theta_0)).ln();
    let mut best: f64 = 0.0;
    let mut current: f64 = 0.0;
    for beyond in steps {
        current = (current + if *beyond { up } else { down }).max(0.0);
        best = best.max(current);
    }
    best
}

pub(super) fn signal(steps: &[bool], peers: &Peers) -> Signal {
    let theta_0 = peers.theta_0();
    Signal::at_least(
        "scope_score",
        score(steps, theta_0),
        THRESHOLD,
        format!(
            "best segment of log-likelihood ratios, θ1 = {THETA_1} against θ0 = {theta_0:.3} (the 99th percentile of \
             {} accounts of the same role, at least {THETA_0}, at most {THETA_0_MOST})",
            peers.len()
        ),
    )
}
