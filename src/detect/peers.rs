//! What accounts of the same role do: the yardstick for scope score and depth.

use super::Facts;
use super::scope_score::{THETA_0, THETA_0_MOST};

/// Fewest accounts from which a percentile of theirs means something.
const ENOUGH: usize = 200;

/// First contacts from which an account's share of foreign ones is a habit.
const HABIT: usize = 20;

/// Figures of the accounts of one group.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    foreign_share: Vec<f64>,
    depth: Vec<u32>,
}

impl Peers {
    /// Adds an account.
    pub fn add(&mut self, facts: &Facts) {
        // One stray contact of two is half, and says nothing about a habit.
        if facts.steps.len() >= HABIT {
            let all = facts.steps.len() as f64;
            self.foreign_share
                .push(f64::from(facts.unexplained()) / all);
        }
        self.depth.push(facts.deepest);
    }

    /// Sorts the figures; call once after the last account.
    pub fn settle(&mut self) {
        self.foreign_share.sort_by(f64::total_cmp);
        self.depth.sort_unstable();
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.depth.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.depth.is_empty()
    }

    /// θ0 of the scope score: the group's 99th percentile, held within its limits. A small group has
    /// none: there the accused account itself would be the percentile.
    pub fn theta_0(&self) -> f64 {
        let known = self.foreign_share.len();
        if known < ENOUGH {
            return THETA_0;
        }
        let at = (known * 99).div_ceil(100) - 1;
        self.foreign_share[at].clamp(THETA_0, THETA_0_MOST)
    }

    /// How many accounts went at least so deep.
    pub fn deep(&self, depth: u32) -> usize {
        self.len() - self.depth.partition_point(|d| *d < depth)
    }

    /// The share of accounts that went at least so deep.
    pub fn share_as_deep(&self, depth: u32) -> f64 {
        self.deep(depth) as f64 / self.len().max(1) as f64
    }
}
