//! Tighter upper bounds under stated assumptions: U₁ and U₂ beside U₀ (METHODS.md, "Bounds").
//!
//! U₀ is the contract's `subjects_max`. U₁ lets the unseen minutes run at the fastest pace ever seen of any controller; U₂ takes them to
//! resemble what lies on both sides. Both stand only where minutes are all that is missing: a route that no source
//! logs, a sample, damage or an unknown directory has no pace, and there they equal U₀. L ≤ U₂ ≤ U₁ ≤ U₀ holds by
//! construction.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, Citation, ControllerRow};
use crate::chance::{garwood, poisson_at_least};
use crate::coverage::{Assessment, Hole};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::{Certainty, MINUTE, Stamp};

/// Error that all intervals of one answer share among them.
pub const ALPHA: f64 = 0.05;
/// Variance over mean of the counts in windows of a hole's length up to which the pace is even.
const EVEN: f64 = 2.0;
/// How many times as long as the longest hole the logs must be to show it.
const WINDOWS: usize = 10;
/// Fewest disclosed subjects that can show a pace: two friends' links are none.
const SHOWN: u64 = 20;

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

/// Concludes the bounds of every controller. `shares`: of everybody with a request beyond scope.
pub fn bounds<'s>(
    atlas: &Atlas<'_>,
    rows: &[ControllerRow],
    shares: impl Iterator<Item = &'s AccountShare>,
    assessment: &Assessment,
) -> AllBounds {
    let shown = Shown::of(atlas, shares);
    let holes = merged(&assessment.holes);
    let lengths = holes
        .iter()
        .map(|(from, until)| until.saturating_sub(*from));
    let dark: i64 = lengths.map(|length| length.div_euclid(MINUTE) + 1).sum();
    let known = rows.iter().filter(|row| row.controller.is_some());
    let number = known.clone().count().max(1);
    let alpha = ALPHA / number as f64;
    let uneven = uneven(&shown.firsts, &holes, assessment.window);
    let one = |row: &ControllerRow| {
        let controller = row.controller?;
        let mut upper = [row.max; 3];
        if let (Some(all), Some(seen)) = (row.max, row.shown)
            && shown.all() >= SHOWN
        {
            // The minutes that are not shown hold whom the order of a run puts there: no fewer than those.
            let missed = shown.pace.saturating_mul(dark.unsigned_abs());
            let first = seen.saturating_add(missed.max(row.filled)).min(all);
            let firsts = shown.firsts.get(&controller).map_or(&[][..], Vec::as_slice);
            let missed = flanks(firsts, shown.bundle, &holes, assessment.window, alpha);
            let second = match uneven {
                None => seen.saturating_add(missed.max(row.filled)).min(first),
                Some(_) => first,
            };
            upper = [row.max, Some(first), Some(second)];
        }
        Some(Bounds {
            controller,
            lower: row.min,
            upper,
        })
    };
    let usable = known.clone().any(|row| row.shown.is_some());
    AllBounds {
        rows: known.filter_map(one).collect(),
        assumptions: assumptions(usable, &shown, dark, (alpha, uneven.as_deref())),
    }
}

fn assumptions(
    usable: bool,
    shown: &Shown,
    dark: i64,
    (alpha, uneven): (f64, Option<&str>),
) -> [String; 4] {
    let (pace, few) = (shown.pace, shown.all());
    let none = match (usable, few) {
        (false, _) => {
            Some("no basis: no hole in time is all that is missing; equals U0".to_owned())
        }
        (true, 0..SHOWN) => Some(format!(
            "refused: only {few} disclosed subject(s) are seen, too few to show a pace; equals U0"
        )),
        _ => None,
    };
    let [first, second] = match none {
        Some(none) => [none.clone(), none],
        None => [
            format!(
                "in each of the minutes that the logs do not show ({dark}), no more subjects of a controller than the {pace} \
                 of the fastest minute of any controller that they show; U0 stands where that is more than the population"
            ),
            match uneven {
                None => format!(
                    "the minutes that the logs do not show resemble as many before and after: Poisson with about {:.1} \
                     subject(s) to a request, upper limit at {alpha:.1e} for each controller (0.05 divided by their number)",
                    shown.bundle
                ),
                Some(why) => format!(
                    "refused: {why}, so what the logs do not show need not resemble what lies beside it; equals U1"
                ),
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

/// What the shown disclosures tell of those that are not.
struct Shown {
    /// When each subject of a controller was disclosed first.
    firsts: BTreeMap<ControllerIndex, Vec<Stamp>>,
    /// Most distinct subjects of one controller in any minute, by all accounts together, known before or not.
    pace: u64,
    /// Subjects to a request, each request weighed by its subjects: how much wider than Poisson counts of subjects
    /// are that come in bundles.
    bundle: f64,
}

impl Shown {
    /// Disclosed subjects.
    fn all(&self) -> u64 {
        self.firsts.values().map(|firsts| firsts.len() as u64).sum()
    }

    fn of<'s>(atlas: &Atlas<'_>, shares: impl Iterator<Item = &'s AccountShare>) -> Shown {
        let mut first: BTreeMap<(ControllerIndex, u32), Stamp> = BTreeMap::new();
        let mut events: Vec<(i64, (ControllerIndex, u32))> = Vec::new();
        let mut bundles: BTreeMap<Citation, BTreeSet<(ControllerIndex, u32)>> = BTreeMap::new();
        let disclosed = shares.flat_map(|share| &share.beyond);
        for beyond in disclosed.filter(|beyond| beyond.certainty > Certainty::Nothing) {
            let at = beyond.access.time;
            let rows = beyond.thing.map(|thing| atlas.rows_at(thing, at));
            for row in rows.unwrap_or_default() {
                if let Some(controller) = atlas.controller(row) {
                    let key = (controller, atlas.subject(row));
                    let known = first.entry(key).or_insert(at);
                    *known = (*known).min(at);
                    events.push((at.0, key));
                    let bundle = bundles.entry(Citation::of(&beyond.access)).or_default();
                    bundle.insert(key);
                }
            }
        }
        let sizes = bundles.values().map(|bundle| bundle.len() as f64);
        let (sum, squares) = sizes.fold((0.0, 0.0), |(sum, squares), n| (sum + n, squares + n * n));
        let mut firsts: BTreeMap<ControllerIndex, Vec<Stamp>> = BTreeMap::new();
        for ((controller, _), at) in first {
            firsts.entry(controller).or_default().push(at);
        }
        Shown {
            firsts,
            pace: pace(events),
            bundle: if sum > 0.0 { squares / sum } else { 1.0 },
        }
    }
}

/// Most distinct subjects of one controller in any one minute.
fn pace(mut events: Vec<(i64, (ControllerIndex, u32))>) -> u64 {
    events.sort_unstable();
    let mut inside: BTreeMap<ControllerIndex, BTreeMap<u32, u64>> = BTreeMap::new();
    let (mut from, mut most) = (0, 0);
    for (time, (controller, subject)) in &events {
        while time - events[from].0 >= MINUTE {
            let (of, gone) = events[from].1;
            from += 1;
            if let Some(own) = inside.get_mut(&of)
                && let Some(left) = own.get_mut(&gone)
            {
                *left -= 1;
                if *left == 0 {
                    own.remove(&gone);
                }
            }
        }
        let own = inside.entry(*controller).or_default();
        *own.entry(*subject).or_default() += 1;
        most = most.max(own.len());
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

/// Why a hole may not be taken to resemble its flanks; `None` where disclosures come evenly.
fn uneven(
    firsts: &BTreeMap<ControllerIndex, Vec<Stamp>>,
    holes: &[(i64, i64)],
    window: Option<(Stamp, Stamp)>,
) -> Option<String> {
    let Some((begin, end)) = window else {
        return Some("no window is known".to_owned());
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
    if windows < WINDOWS {
        return Some(format!(
            "the logs are only {windows} times as long as the longest hole"
        ));
    }
    (variance > EVEN * mean).then(|| {
        format!(
            "disclosures come in bursts: in windows as long as the longest hole their variance is {:.0} times their mean",
            variance / mean
        )
    })
}

/// How many new subjects the holes may hide if they resemble their flanks: the upper limit of the flanks' mean, then
/// the quantile of a Poisson count with it; half of the error for each. Subjects that come in bundles are counted in
/// bundles.
fn flanks(
    firsts: &[Stamp],
    bundle: f64,
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
        let count = firsts.iter().filter(inside).count() as f64 / bundle;
        let mean = garwood(count.ceil() as u64, each).1 * length as f64 / time as f64;
        let most = (quantile(mean, each / 2.0) as f64 * bundle).ceil() as u64;
        hidden = hidden.saturating_add(most);
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
