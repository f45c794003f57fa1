//! Tighter upper bounds under stated assumptions: U₁ and U₂ beside U₀ (METHODS.md, "Bounds").
//!
//! U₀ is the contract's `subjects_max`. U₁ lets the unseen minutes run at the fastest pace ever seen; U₂ takes them to
//! resemble what lies on both sides. Both stand only where minutes are all that is missing: a route that no source
//! logs, a sample, damage or an unknown directory has no pace, and there they equal U₀. L ≤ U₂ ≤ U₁ ≤ U₀ holds by
//! construction.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, ControllerRow};
use crate::chance::{garwood, poisson_at_least};
use crate::coverage::{Allowance, Assessment, Hole};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::{Certainty, Reason, Stamp};

/// Error that all intervals of one answer share among them.
pub const ALPHA: f64 = 0.05;
const MINUTE: i64 = 60_000_000_000;
/// Variance over mean of the counts in windows of a hole's length up to which the pace is even.
const EVEN: f64 = 2.0;
/// Fewest new subjects that can show an even pace.
const SHOWN: f64 = 20.0;
const REFUSED: &str = "refused: disclosures come in bursts, or too few are seen, so what the logs do not show need \
    not resemble what lies beside it; equals U1";

/// The bounds of one controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Which.
    pub controller: ControllerIndex,
    /// Lower bound.
    pub lower: u64,
    /// U₀, U₁, U₂; `None` where nothing bounds it.
    pub upper: [Option<u64>; 3],
}

/// The bounds of all controllers and what they rest on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllBounds {
    /// By controller.
    pub rows: Vec<Bounds>,
    /// Assumptions of L, U₀, U₁, U₂ in this order.
    pub assumptions: [String; 4],
}

/// Concludes the bounds of every controller.
pub fn bounds<'s>(
    atlas: &Atlas<'_>,
    rows: &[ControllerRow],
    shares: impl Iterator<Item = &'s AccountShare>,
    assessment: &Assessment,
) -> AllBounds {
    let firsts = firsts(atlas, shares);
    let only_minutes = only_minutes(assessment);
    let holes = merged(&assessment.holes);
    let dark: i64 = holes
        .iter()
        .map(|(from, until)| (until - from).div_euclid(MINUTE) + 1)
        .sum();
    let pace = pace(&firsts);
    let rows_known: Vec<&ControllerRow> =
        rows.iter().filter(|row| row.controller.is_some()).collect();
    let alpha = ALPHA / rows_known.len().max(1) as f64;
    let usable = only_minutes && dark > 0;
    let even = even(&firsts, &holes, assessment.window);
    let one = |row: &&ControllerRow| {
        let controller = row.controller?;
        let seen: u64 = row.subjects.values().sum();
        let (mut u1, mut u2) = (row.max, row.max);
        if usable && pace > 0 {
            let least = |bound: Option<u64>, other: u64| {
                Some(bound.map_or(other, |bound| bound.min(other)))
            };
            u1 = least(
                row.max,
                seen.saturating_add(pace.saturating_mul(dark as u64)),
            );
            let own = firsts.get(&controller).map_or(&[][..], Vec::as_slice);
            u2 = match even {
                true => least(
                    u1,
                    seen.saturating_add(flanks(own, &holes, assessment.window, alpha)),
                ),
                false => u1,
            };
        }
        Some(Bounds {
            controller,
            lower: row.min,
            upper: [row.max, u1, u2],
        })
    };
    AllBounds {
        rows: rows_known.iter().filter_map(one).collect(),
        assumptions: assumptions(usable, pace, dark, (alpha, even)),
    }
}

fn assumptions(usable: bool, pace: u64, dark: i64, (alpha, even): (f64, bool)) -> [String; 4] {
    let none = match (usable, pace) {
        (false, _) => "no basis: more than minutes is missing, or nothing is; equals U0".to_owned(),
        (true, 0) => {
            "no basis: no disclosure was seen whose pace could be taken; equals U0".to_owned()
        }
        _ => String::new(),
    };
    let [first, second] = match none.is_empty() {
        false => [none.clone(), none],
        true => [
            format!(
                "in each of the {dark} minutes that the logs do not show, no more new subjects than the {pace} of the \
                 fastest minute that they show"
            ),
            if even {
                format!(
                    "the minutes that the logs do not show resemble as many on each side: Poisson, upper limit at \
                 {alpha:.1e} for each controller (0.05 divided by their number)"
                )
            } else {
                REFUSED.to_owned()
            },
        ],
    };
    [
        "confirmed disclosures beyond scope only".to_owned(),
        "whatever the logs cannot show may have happened to anybody: confirmed, probable, possible and undecided \
         subjects, and the whole population where a hole, an unlogged route or a sample leaves room"
            .to_owned(),
        first,
        second,
    ]
}

/// Whether holes in time are all that widens the bounds to whole populations.
fn only_minutes(assessment: &Assessment) -> bool {
    let wide = assessment
        .doubts
        .iter()
        .filter(|doubt| doubt.allowance == Allowance::Population);
    wide.clone().count() > 0 && wide.clone().all(|doubt| doubt.reason == Reason::Gap)
}

/// When each subject of a controller was disclosed first.
fn firsts<'s>(
    atlas: &Atlas<'_>,
    shares: impl Iterator<Item = &'s AccountShare>,
) -> BTreeMap<ControllerIndex, Vec<Stamp>> {
    let mut first: BTreeMap<(ControllerIndex, u32), Stamp> = BTreeMap::new();
    for beyond in shares.flat_map(|share| &share.beyond) {
        let Some(thing) = beyond
            .thing
            .filter(|_| beyond.certainty > Certainty::Nothing)
        else {
            continue;
        };
        let at = beyond.access.time;
        for row in atlas.rows_at(thing, at) {
            if let Some(controller) = atlas.controller(row) {
                let known = first.entry((controller, atlas.subject(row))).or_insert(at);
                *known = (*known).min(at);
            }
        }
    }
    let mut by_controller: BTreeMap<ControllerIndex, Vec<Stamp>> = BTreeMap::new();
    for ((controller, _), at) in first {
        by_controller.entry(controller).or_default().push(at);
    }
    by_controller
}

/// Most new subjects in any one minute, over all controllers and accounts.
fn pace(firsts: &BTreeMap<ControllerIndex, Vec<Stamp>>) -> u64 {
    let mut all: Vec<i64> = firsts.values().flatten().map(|at| at.0).collect();
    all.sort_unstable();
    let mut from = 0;
    let mut most = 0;
    for (at, time) in all.iter().enumerate() {
        while time - all[from] >= MINUTE {
            from += 1;
        }
        most = most.max(at + 1 - from);
    }
    most as u64
}

/// Holes joined where they overlap: from, until, in nanoseconds.
fn merged(holes: &[Hole]) -> Vec<(i64, i64)> {
    let spans: BTreeSet<(i64, i64)> = holes
        .iter()
        .map(|hole| (hole.from.0, hole.until.0))
        .collect();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, until) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => merged.push((from, until)),
        }
    }
    merged
}

/// Whether disclosures come so evenly that a hole may be taken to resemble its flanks.
fn even(
    firsts: &BTreeMap<ControllerIndex, Vec<Stamp>>,
    holes: &[(i64, i64)],
    window: Option<(Stamp, Stamp)>,
) -> bool {
    let Some((begin, end)) = window else {
        return false;
    };
    let length = holes
        .iter()
        .map(|(from, until)| until - from)
        .max()
        .unwrap_or(0)
        .max(MINUTE);
    let windows = ((end.0 - begin.0) / length).clamp(0, 100_000) as usize;
    let mut counts = vec![0.0_f64; windows];
    for at in firsts.values().flatten() {
        let index = ((at.0 - begin.0) / length).max(0) as usize;
        if let Some(count) = counts.get_mut(index) {
            *count += 1.0;
        }
    }
    let total: f64 = counts.iter().sum();
    let mean = total / windows.max(1) as f64;
    let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
    let variance = squares / (windows.max(2) - 1) as f64;
    windows >= 10 && total >= SHOWN && variance <= EVEN * mean
}

/// How many new subjects the holes may hide if they resemble their flanks: the upper limit of the flanks' mean, then
/// the quantile of a Poisson count with it; half of the error for each.
fn flanks(
    firsts: &[Stamp],
    holes: &[(i64, i64)],
    window: Option<(Stamp, Stamp)>,
    alpha: f64,
) -> u64 {
    let Some((begin, end)) = window else {
        return u64::MAX;
    };
    let mut hidden = 0_u64;
    let each = alpha / holes.len().max(1) as f64;
    for (from, until) in holes {
        let length = (until - from).max(MINUTE);
        let shown = |from: i64, until: i64| {
            let (from, until) = (from.max(begin.0), until.min(end.0));
            let dark: i64 = holes
                .iter()
                .map(|hole| (until.min(hole.1) - from.max(hole.0)).max(0))
                .sum();
            ((until - from).max(0) - dark).max(0)
        };
        let sides = [(from - length, *from), (*until, until + length)];
        let time: i64 = sides.iter().map(|(from, until)| shown(*from, *until)).sum();
        if time == 0 {
            return u64::MAX;
        }
        let inside = |at: &&Stamp| {
            sides
                .iter()
                .any(|(from, until)| (*from..*until).contains(&at.0))
        };
        let count = firsts.iter().filter(inside).count() as u64;
        let mean = garwood(count, each).1 * length as f64 / time as f64;
        hidden = hidden.saturating_add(quantile(mean, each / 2.0));
    }
    hidden
}

/// Least k with P(X > k) <= tail for X ~ Poisson(mean).
fn quantile(mean: f64, tail: f64) -> u64 {
    let (mut low, mut high) = (0_u64, (mean + 20.0 * mean.sqrt() + 50.0) as u64);
    while low < high {
        let middle = low.midpoint(high);
        match poisson_at_least(middle + 1, mean) <= tail {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}
