//! The most likely run of tenants through a stretch of IDs (Viterbi): votes for others cost, and so does each change.
//!
//! Which votes stand where, and what a change costs, is `blocks`'s to say.

use super::NOBODY;
use crate::scope::ControllerIndex;

/// What one full vote for another tenant costs: ln of the odds that an honest account's ID is its own tenant's, 0.95 to
/// 0.05, METHODS.md's share of contacts beyond scope that is allowed to anybody.
const AGAINST: f64 = 2.944;

/// A tenant, and the weight of the votes for it.
pub(super) type Vote = (ControllerIndex, f64);

/// Room for finding runs.
#[derive(Debug, Default)]
pub(super) struct Paths {
    tenants: Vec<ControllerIndex>,
    costs: Vec<f64>,
    /// The cheapest tenant before each ID, and whether each tenant came from itself.
    best: Vec<usize>,
    stayed: Vec<bool>,
    states: Vec<ControllerIndex>,
}

impl Paths {
    /// The likeliest tenant of each of so many IDs.
    pub fn likeliest<'v>(
        &mut self,
        count: usize,
        votes: impl Fn(usize) -> &'v [Vote],
        change: f64,
    ) -> &[ControllerIndex] {
        self.tenants.clear();
        for at in 0..count {
            self.tenants.extend(votes(at).iter().map(|vote| vote.0));
        }
        self.tenants.sort_unstable();
        self.tenants.dedup();
        self.states.clear();
        self.states.resize(count, NOBODY);
        let all_tenants = self.tenants.len();
        if all_tenants == 0 {
            return &self.states;
        }
        self.costs.clear();
        self.costs.resize(all_tenants, 0.0);
        self.best.clear();
        self.stayed.clear();
        for at in 0..count {
            let here = votes(at);
            let best = cheapest(&self.costs);
            let jump = self.costs[best] + change;
            let all: f64 = here.iter().map(|vote| vote.1).sum();
            for cost in &mut self.costs {
                let stays = jump >= *cost;
                if !stays {
                    *cost = jump;
                }
                self.stayed.push(stays);
                *cost += AGAINST * all;
            }
            for (controller, weight) in here {
                if let Ok(state) = self.tenants.binary_search(controller) {
                    self.costs[state] -= AGAINST * weight;
                }
            }
            self.best.push(best);
        }
        let mut state = cheapest(&self.costs);
        for at in (0..count).rev() {
            self.states[at] = self.tenants[state];
            if !self.stayed[at * all_tenants + state] {
                state = self.best[at];
            }
        }
        &self.states
    }
}

/// The first of the cheapest.
fn cheapest(costs: &[f64]) -> usize {
    let mut best = 0;
    for (state, cost) in costs.iter().enumerate() {
        if *cost < costs[best] {
            best = state;
        }
    }
    best
}
