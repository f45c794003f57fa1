//! The leak as a second capture: how many were taken, if leak and logs caught them independently.
//!
//! N lies in [n₁/c_U, n₁/c_L], with n₁ the subjects that the logs confirm and c the share of the leak that the logs
//! confirm too (Clopper–Pearson). Refused where that share differs by ID or by tenant (p < .01), because a biased list
//! drops coverage from .95 to .00 (METHODS.md), and where the leak can be no independent capture. Never a bound.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Known};
use crate::chance::{clopper_pearson, gamma};
use crate::words::Certainty;

/// Strata differ below this.
const DIFFER: f64 = 0.01;
/// Fewest records that both caught.
const BOTH: u64 = 5;

/// The estimate, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Recapture {
    /// Data subjects taken: low and high at 95 %.
    Interval {
        /// Subjects that the logs confirm.
        logged: u64,
        /// Subjects of the leak, and those of them that the logs confirm.
        leaked: (u64, u64),
        /// The interval.
        taken: (u64, u64),
    },
    /// Refused, with the reason in a sentence.
    Refused(String),
}

pub(super) fn of(ground: &Ground<'_>, known: &[Known<'_>]) -> Recapture {
    let refused = |why: &str| Recapture::Refused(why.to_owned());
    let mut logged: BTreeSet<u32> = BTreeSet::new();
    for beyond in ground.actors.iter().flat_map(|actor| &actor.share.beyond) {
        if let Some(thing) = beyond
            .thing
            .filter(|_| beyond.certainty == Certainty::Confirmed)
        {
            logged.extend(
                ground
                    .atlas
                    .rows_at(thing, beyond.access.time)
                    .iter()
                    .map(|row| ground.atlas.subject(*row)),
            );
        }
    }
    let mut leaked: BTreeMap<u32, Option<u32>> = known
        .iter()
        .filter_map(|record| record.rows.first())
        .map(|row| (ground.atlas.subject(*row), ground.atlas.controller(*row)))
        .collect();
    // What the logs show in somebody's scope only is no part of what was taken beyond it.
    let sighted: BTreeSet<u32> = known
        .iter()
        .filter(|record| !super::pool::seen_by(ground, record).is_empty())
        .filter_map(|record| record.rows.first())
        .map(|row| ground.atlas.subject(*row))
        .collect();
    leaked.retain(|subject, _| logged.contains(subject) || !sighted.contains(subject));
    let both = leaked
        .keys()
        .filter(|subject| logged.contains(subject))
        .count() as u64;
    let n = leaked.len() as u64;
    if both < BOTH {
        return refused("fewer than five published subjects are confirmed by the logs");
    }
    let room = ground
        .assessment
        .doubts
        .iter()
        .any(|doubt| doubt.allowance != crate::coverage::Allowance::Said);
    if !room {
        return refused(
            "the logs are complete: published subjects that they do not confirm were taken elsewhere, so logs and list are \
             no two captures of one thing",
        );
    }
    if both == n {
        return refused(
            "every published subject is confirmed by the logs: the list may come from what the logs show, so it is no \
             second capture",
        );
    }
    let hits: Vec<bool> = leaked
        .keys()
        .map(|subject| logged.contains(subject))
        .collect();
    let quarter = hits.len().div_ceil(4).max(1);
    let by_id: Vec<(u64, u64)> = hits.chunks(quarter).map(count).collect();
    let mut by_tenant: BTreeMap<Option<u32>, Vec<bool>> = BTreeMap::new();
    for (subject, tenant) in &leaked {
        by_tenant
            .entry(*tenant)
            .or_default()
            .push(logged.contains(subject));
    }
    let by_tenant: Vec<(u64, u64)> = by_tenant.values().map(|hits| count(hits)).collect();
    for (strata, what) in [(by_id, "ID"), (by_tenant, "tenant")] {
        let p = same(&strata);
        if p < DIFFER {
            return Recapture::Refused(format!(
                "the share of published subjects that the logs confirm differs by {what} (p = {p:.1e}): the list is no \
                 random capture"
            ));
        }
    }
    let (low, high) = clopper_pearson(both, n, 0.05);
    let all = logged.len() as f64;
    Recapture::Interval {
        logged: logged.len() as u64,
        leaked: (n, both),
        taken: (
            (all / high).floor() as u64,
            (all / low.max(1e-9)).ceil() as u64,
        ),
    }
}

fn count(hits: &[bool]) -> (u64, u64) {
    (
        hits.iter().filter(|hit| **hit).count() as u64,
        hits.len() as u64,
    )
}

/// Chi-square of equal shares over strata of hits and sizes; small strata are put together.
fn same(strata: &[(u64, u64)]) -> f64 {
    let (hits, all) = strata
        .iter()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let share = hits as f64 / all.max(1) as f64;
    let mut cells: Vec<(f64, f64)> = Vec::new();
    for (hits, all) in strata.iter().map(|one| (one.0 as f64, one.1 as f64)) {
        match cells.last_mut() {
            Some(last) if last.1 * share.min(1.0 - share) < 5.0 => {
                *last = (last.0 + hits, last.1 + all)
            }
            _ => cells.push((hits, all)),
        }
    }
    let square: f64 = cells
        .iter()
        .map(|(hits, all)| (hits - all * share).powi(2) / (all * share * (1.0 - share)).max(1e-9))
        .sum();
    match cells.len() {
        0 | 1 => 1.0,
        n => 1.0 - gamma((n - 1) as f64 / 2.0, square / 2.0),
    }
}
