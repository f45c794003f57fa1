//! What accounts of the same role do: the yardstick for scope score, life and structure.

use std::collections::BTreeMap;

use super::{Facts, breadth};
use crate::case::Thresholds;

/// Fewest accounts from which a percentile of theirs means something.
const ENOUGH: usize = 200;
/// So many accounts are never among those that say what is usual: accomplices would say it of each other.
const HIGHEST: usize = 10;
/// First contacts from which an account's share of foreign ones is a habit.
const HABIT: usize = 20;
/// Most that a group's own habit may raise θ0 to; it must stay well below θ1.
const THETA_0_MOST: f64 = 0.3;
/// The share of peers, from below, whose numbers are taken as usual: attackers and accidents stand above.
const USUAL: f64 = 0.95;
/// Least means: an honest account may always have opened a foreign object, less often a foreign container, and read one
/// page by page hardly ever.
const LEAST_MEAN: [(&str, f64); 3] = [("objects", 0.25), ("containers", 0.03), ("paging", 0.05)];

/// Figures of the accounts of one group.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    accounts: usize,
    foreign_share: Vec<f64>,
    /// Figures over 0, by what they count.
    figures: BTreeMap<&'static str, Vec<f64>>,
    /// Usual numbers that were found already.
    usual: BTreeMap<&'static str, f64>,
}

impl Peers {
    /// Adds an account.
    pub fn add(&mut self, facts: &Facts) {
        self.accounts += 1;
        // One stray contact of two is half, and says nothing about a habit.
        if facts.steps.len() >= HABIT {
            let all = facts.steps.len() as f64;
            self.foreign_share
                .push(f64::from(facts.unexplained()) / all);
        }
        let figures = [
            ("breadth", breadth::figure(facts)),
            ("objects", f64::from(facts.objects)),
            ("containers", f64::from(facts.containers)),
            ("volume", f64::from(facts.objects)),
            ("depth", f64::from(facts.deepest)),
            ("batch", f64::from(facts.batch)),
            ("paging", f64::from(facts.pages)),
            ("returned", f64::from(facts.returned.day)),
            ("returned_in_all", f64::from(facts.returned.life)),
            ("tenants_in_a_day", f64::from(facts.tenants)),
            ("unshown", f64::from(facts.unshown)),
            ("hidden_ids", f64::from(facts.hidden.unwrap_or(0))),
            ("prefixes", f64::from(facts.prefixes)),
            ("unknown_walk", f64::from(facts.unknown_walk.steps)),
            ("unknown_volume", f64::from(facts.unknown_objects)),
        ];
        for (name, figure) in figures.into_iter().filter(|(_, figure)| *figure > 0.0) {
            self.figures.entry(name).or_default().push(figure);
        }
    }

    /// Sorts the figures; call once after the last account.
    pub fn settle(&mut self) {
        self.foreign_share.sort_by(f64::total_cmp);
        for figures in self.figures.values_mut() {
            figures.sort_by(f64::total_cmp);
        }
        // Asked for with every account that has anything against it.
        self.usual = LEAST_MEAN
            .into_iter()
            .map(|(name, _)| (name, self.mean(name)))
            .collect();
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.accounts
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.accounts == 0
    }

    /// θ0 of the scope score: the group's 99th percentile, held within its limits. A small group has
    /// none: there the accused account itself would be the percentile.
    pub fn theta_0(&self, limits: &Thresholds) -> f64 {
        let known = self.foreign_share.len();
        if known < ENOUGH {
            return limits.theta_0;
        }
        let at = (known * 99).div_ceil(100) - 1;
        let most = THETA_0_MOST.max(limits.theta_0);
        self.foreign_share[at].clamp(limits.theta_0, most)
    }

    /// What all but one account in a thousand stay within, and all but the [`HIGHEST`]; `None` of too few accounts.
    pub(super) fn usual_at_most(&self, name: &str) -> Option<f64> {
        let figures = self.figures.get(name).map_or(&[][..], Vec::as_slice);
        let above = HIGHEST.max(self.accounts.div_ceil(1000));
        let at = figures.len().checked_sub(above + 1);
        (self.accounts >= ENOUGH).then(|| at.map_or(0.0, |at| figures[at]))
    }

    /// How many accounts come as far as a threshold.
    pub(super) fn reaching(&self, name: &str, threshold: f64) -> usize {
        let figures = self.figures.get(name).map_or(&[][..], Vec::as_slice);
        figures.len() - figures.partition_point(|figure| *figure < threshold)
    }

    /// The usual number: the mean of the lower 95 % of the group, at least one account left out, and never below
    /// what an honest account may always have.
    pub(super) fn usual(&self, name: &str) -> f64 {
        let known = self.usual.get(name).copied();
        known.unwrap_or_else(|| self.mean(name))
    }

    fn mean(&self, name: &str) -> f64 {
        let least = LEAST_MEAN.iter().find(|(what, _)| *what == name);
        let least = least.map_or(0.25, |(_, mean)| *mean);
        let figures = self.figures.get(name).map_or(&[][..], Vec::as_slice);
        let kept = ((self.accounts as f64 * USUAL) as usize).min(self.accounts.saturating_sub(1));
        let zeros = self.accounts - figures.len();
        let lower: f64 = figures.iter().take(kept.saturating_sub(zeros)).sum();
        (lower / kept.max(1) as f64).max(least)
    }
}
