//! Evidence that stands up to many accounts being tested at once: e-values, and e-BH over all of them.
//!
//! An e-value is a number whose mean is at most 1 for an honest account, so that 1/e bounds the chance of it. Ours
//! is the mean of four: the average likelihood ratio over all contiguous segments of first contacts and several
//! θ1 (each ratio is one, so their average is), and the odds of the numbers of foreign objects, containers and pages in
//! runs against the peers' geometric law. e-BH (Wang & Ramdas, arXiv 2009.02824) keeps the share of false ones among
//! those called at q, whatever the dependence between accounts; final values are used, never running maxima
//! (arXiv 2501.19360).

use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Shares of contacts beyond scope that a walking account may have.
const THETA_1: [f64; 4] = [0.2, 0.4, 0.6, 0.9];

/// Natural logarithm of an account's e-value.
pub fn evidence(facts: &Facts, peers: &Peers, limits: &Thresholds) -> f64 {
    if facts.unexplained() == 0 {
        return f64::NEG_INFINITY;
    }
    let segments = segments(&facts.steps, peers.theta_0(limits));
    let objects = geometric(facts.objects, peers.usual("objects"));
    let containers = geometric(facts.containers, peers.usual("containers"));
    let pages = geometric(facts.pages, peers.usual("paging"));
    log_mean(&[segments, objects, containers, pages])
}

/// Natural logarithm of the odds that a life's numbers are no accident, whichever is larger.
pub(super) fn life(facts: &Facts, peers: &Peers) -> f64 {
    let counts = [
        (facts.objects, "objects"),
        (facts.containers, "containers"),
        (facts.pages, "paging"),
    ];
    let odds = counts.map(|(count, what)| geometric(count, peers.usual(what)));
    odds.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// From where on sums are scaled down, and by how much.
const LARGE: f64 = 1e200;

/// The average over all segments and several θ1 of the likelihood ratio against θ0, as a logarithm: with S the sum
/// over the segments that end here, S' = (S + 1) × ratio. Sums are scaled down where they grow large.
fn segments(steps: &[bool], theta_0: f64) -> f64 {
    let n = steps.len() as f64;
    let count = (n * (n + 1.0) / 2.0).ln();
    let mixed = THETA_1.map(|theta_1| {
        let theta_1 = theta_1.max(theta_0);
        let up = theta_1 / theta_0;
        let down = (1.0 - theta_1) / (1.0 - theta_0);
        let (mut one, mut ending, mut all, mut scaled) = (1.0, 0.0, 0.0, 0.0);
        for beyond in steps {
            ending = (ending + one) * if *beyond { up } else { down };
            all += ending;
            if all > LARGE {
                [one, ending, all] = [one, ending, all].map(|sum| sum / LARGE);
                scaled += LARGE.ln();
            }
        }
        let all = f64::ln(all) + scaled;
        all - count
    });
    log_mean(&mixed)
}

/// Odds of a count under a long-tailed law, 1 / ((n + 1)(n + 2)), against a geometric one with a mean.
fn geometric(count: u32, mean: f64) -> f64 {
    let n = f64::from(count);
    let ratio = mean / (1.0 + mean);
    let null = (1.0 - ratio).ln() + n * ratio.ln();
    -((n + 1.0) * (n + 2.0)).ln() - null
}

fn log_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    match low == f64::NEG_INFINITY {
        true => high,
        false => high + (low - high).exp().ln_1p(),
    }
}

fn log_mean(logs: &[f64]) -> f64 {
    let sum = logs.iter().copied().fold(f64::NEG_INFINITY, log_sum);
    sum - (logs.len() as f64).ln()
}

/// The signal: decimal digits of the e-value against what e-BH asks for.
pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds, cut: Cut) -> Signal {
    let digits = evidence(facts, peers, limits) / std::f64::consts::LN_10;
    Signal::at_least(
        "e_value",
        digits.max(0.0),
        digits_needed(cut),
        format!(
            "decimal digits of the e-value, whose mean is at most 1 for an honest account; e-BH over {} accounts calls \
             {} at q = {}",
            cut.tested, cut.called, cut.q
        ),
    )
}

/// Decimal digits that an e-value must have; one of an account with nothing against it has none.
pub(super) fn digits_needed(cut: Cut) -> f64 {
    cut.least / std::f64::consts::LN_10
}

/// What e-BH decides: the natural logarithm that an e-value must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The least logarithm that is called.
    pub least: f64,
    /// How many accounts were tested.
    pub tested: usize,
    /// How many are called.
    pub called: usize,
    /// The share of false ones that is allowed.
    pub q: f64,
}

impl Default for Cut {
    fn default() -> Cut {
        Cut::of(&[], 0, 1.0)
    }
}

impl Cut {
    /// e-BH at `q` over `tested` accounts, of which only those with something against them have a value here.
    pub fn of(logs: &[f64], tested: usize, q: f64) -> Cut {
        let mut sorted: Vec<f64> = logs.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let level = |rank: usize| (tested.max(1) as f64 / (q * rank as f64)).ln();
        let called = (1..=sorted.len())
            .rev()
            .find(|rank| sorted[rank - 1] >= level(*rank));
        Cut {
            least: level(called.unwrap_or(1)),
            tested,
            called: called.unwrap_or(0),
            q,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recurrence equals the sum over all segments, written out.
    #[test]
    fn the_average_over_segments_is_one() {
        let steps = [true, true, false, true, true, true, false, false, true];
        let (theta_0, mut sum, mut count) = (0.05_f64, 0.0, 0.0);
        for theta_1 in THETA_1 {
            for from in 0..steps.len() {
                for until in from + 1..=steps.len() {
                    let ratio = |hit: &bool| match hit {
                        true => theta_1 / theta_0,
                        false => (1.0 - theta_1) / (1.0 - theta_0),
                    };
                    sum += steps[from..until].iter().map(ratio).product::<f64>();
                    count += 1.0;
                }
            }
        }
        let expected = (sum / count).ln();
        assert!((segments(&steps, theta_0) - expected).abs() < 1e-9);
    }

    #[test]
    fn e_bh_calls_as_many_as_it_can_answer_for() {
        let logs = [1e9_f64.ln(), 3e4_f64.ln(), 10_f64.ln()];
        let cut = Cut::of(&logs, 500, 0.01);
        assert_eq!(cut.called, 2, "500 / (0.01 x 2) = 25,000");
        assert_eq!(Cut::of(&logs, 1_000, 0.01).called, 1);
        assert_eq!(Cut::of(&logs[2..], 500, 0.01).called, 0);
    }
}
