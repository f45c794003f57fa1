//! What a sampled log lets estimate: Horvitz–Thompson totals with a 95 % interval, beside the bounds.
//!
//! Each line was kept with a known share p, so each kept request stands for 1/p of them; its variance is (1 − p)/p²
//! (Horvitz & Thompson 1952, under independent sampling). A page's subjects come and go together, so they are one
//! cluster. A subject is taken as shown by one request only: where it was shown more often, its true chance to be seen
//! is higher and the estimate of subjects errs to the high side.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, Citation};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::Certainty;

/// Fewest sampled requests from which a controller's total is estimated by itself.
const LEAST: u64 = 20;
/// Standard errors in half a 95 % interval.
const WIDE: f64 = 1.959_963_984_540_054;

/// An estimated total.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end, never below what was seen.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Estimates for the case or a controller.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// `None` = the case.
    pub controller: Option<ControllerIndex>,
    /// Distinct requests that disclosed something beyond scope, confirmed.
    pub requests_seen: u64,
    /// What they stand for.
    pub requests: Interval,
    /// Distinct subjects in them.
    pub subjects_seen: u64,
    /// What they stand for.
    pub subjects: Interval,
}

/// Estimates for the case, then for each controller with enough requests. `kept`: the share of lines that each file
/// keeps. Empty where no file is a sample or nothing was disclosed.
pub fn estimates<'s>(
    atlas: &Atlas<'_>,
    shares: impl Iterator<Item = &'s AccountShare>,
    kept: &[f64],
) -> Vec<Estimate> {
    if kept.iter().all(|share| *share >= 1.0) {
        return Vec::new();
    }
    let mut requests: BTreeMap<Citation, BTreeSet<(Option<ControllerIndex>, u32)>> =
        BTreeMap::new();
    let disclosed = shares.flat_map(|share| &share.beyond);
    for beyond in disclosed.filter(|beyond| beyond.certainty == Certainty::Confirmed) {
        let rows = beyond
            .thing
            .map(|thing| atlas.rows_at(thing, beyond.access.time));
        for row in rows.unwrap_or_default() {
            if !atlas.row(row).subject.is_empty() {
                let request = requests.entry(Citation::of(&beyond.access)).or_default();
                request.insert((atlas.controller(row), atlas.subject(row)));
            }
        }
    }
    let controllers: BTreeSet<ControllerIndex> = requests
        .values()
        .flatten()
        .filter_map(|(controller, _)| *controller)
        .collect();
    let whole = (!requests.is_empty()).then(|| one(None, &requests, kept));
    let each = controllers
        .into_iter()
        .map(|index| one(Some(index), &requests, kept));
    let each = each.filter(|estimate| estimate.requests_seen >= LEAST);
    whole.into_iter().chain(each).collect()
}

fn one(
    controller: Option<ControllerIndex>,
    requests: &BTreeMap<Citation, BTreeSet<(Option<ControllerIndex>, u32)>>,
    kept: &[f64],
) -> Estimate {
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let (mut calls, mut persons) = (Total::default(), Total::default());
    for (citation, shown) in requests {
        let own = shown
            .iter()
            .filter(|(of, _)| controller.is_none() || *of == controller);
        let own: BTreeSet<u32> = own.map(|(_, subject)| *subject).collect();
        if own.is_empty() {
            continue;
        }
        let share = kept.get(citation.file as usize).copied().unwrap_or(1.0);
        calls.add(1.0, share);
        let new = own
            .into_iter()
            .filter(|subject| seen.insert(*subject))
            .count();
        persons.add(new as f64, share);
    }
    Estimate {
        controller,
        requests_seen: calls.seen as u64,
        requests: calls.interval(),
        subjects_seen: persons.seen as u64,
        subjects: persons.interval(),
    }
}

/// A Horvitz–Thompson total under way.
#[derive(Default)]
struct Total {
    seen: f64,
    estimate: f64,
    variance: f64,
}

impl Total {
    fn add(&mut self, size: f64, share: f64) {
        self.seen += size;
        self.estimate += size / share;
        self.variance += size * size * (1.0 - share) / (share * share);
    }

    fn interval(&self) -> Interval {
        let half = WIDE * self.variance.sqrt();
        Interval {
            estimate: self.estimate,
            low: (self.estimate - half).max(self.seen),
            high: self.estimate + half,
        }
    }
}
