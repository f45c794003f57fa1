//! What a sampled log lets estimate: Horvitz–Thompson totals with a 95 % interval, beside the bounds.
//!
//! Each line was kept with a known share p, so each kept request stands for 1/p of them (Horvitz & Thompson 1952, under
//! independent sampling); how many there were has exact binomial limits. A person may have been shown more than once,
//! which lifts the chance to be seen: the estimate of persons weighs each by the requests that were kept of it, so that
//! it is right on average all the same (Goodman 1949). Those of one page come and go together, so they are one cluster.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountShare, Citation};
use crate::chance::binomial_at_least;
use crate::coverage::{Assessment, Doubt, GapKind, Hole};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::{Certainty, Reason};

/// Fewest sampled requests from which persons, or a controller by itself, are estimated: the interval of persons is a
/// normal one.
const LEAST: u64 = 20;
/// Lines that a silence must lack to be a hole in a sample.
const LINES: f64 = 20.0;
/// Error of each interval.
const ERROR: f64 = 0.05;
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
    /// What they stand for; `None` = too few requests.
    pub subjects: Option<Interval>,
}

/// What a case with samples lets estimate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimates {
    /// For the case, then for each controller with enough requests.
    pub rows: Vec<Estimate>,
    /// Why there are none.
    pub refused: Option<String>,
}

/// Estimates. `kept`: the share of lines that each file keeps. Nothing where no file is a sample; refused where more is
/// missing than the sample left out, because that is no part of what it was drawn from.
pub fn estimates<'s>(
    atlas: &Atlas<'_>,
    shares: impl Iterator<Item = &'s AccountShare>,
    kept: &[f64],
    assessment: &Assessment,
) -> Estimates {
    if kept.iter().all(|share| *share >= 1.0) {
        return Estimates::default();
    }
    // A sample is silent here and there by itself: only what lacks many lines, or is known otherwise, is a hole.
    let hole = |hole: &&Hole| match hole.kind {
        GapKind::Silent | GapKind::Writer | GapKind::Route => hole.expected >= LINES,
        _ => true,
    };
    let hole = assessment.holes.iter().find(hole).map(|hole| &hole.basis);
    let lines = [
        Reason::NoLog,
        Reason::BeforeStart,
        Reason::Retention,
        Reason::Integrity,
        Reason::Unparsed,
    ];
    let other = |doubt: &&Doubt| doubt.allowance.is_open() && lines.contains(&doubt.reason);
    let doubt = assessment.doubts.iter().find(other);
    if let Some(basis) = hole.or(doubt.map(|doubt| &doubt.basis)) {
        return Estimates {
            rows: Vec::new(),
            refused: Some(format!(
                "more is missing than the sample left out, so it stands for no whole: {basis}"
            )),
        };
    }
    let rows = rows(atlas, shares, kept);
    let refused = rows
        .is_empty()
        .then(|| "no confirmed disclosure beyond scope is in the sample".to_owned());
    Estimates { rows, refused }
}

fn rows<'s>(
    atlas: &Atlas<'_>,
    shares: impl Iterator<Item = &'s AccountShare>,
    kept: &[f64],
) -> Vec<Estimate> {
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
    let mut by_share: BTreeMap<u64, u64> = BTreeMap::new();
    let mut shown: BTreeMap<u32, Vec<Citation>> = BTreeMap::new();
    let share = |citation: &Citation| kept.get(citation.file as usize).copied().unwrap_or(1.0);
    let mut seen = 0;
    for (citation, all) in requests {
        let own = all
            .iter()
            .filter(|(of, _)| controller.is_none() || *of == controller);
        let own: BTreeSet<u32> = own.map(|(_, subject)| *subject).collect();
        if own.is_empty() {
            continue;
        }
        seen += 1;
        *by_share.entry(share(citation).to_bits()).or_default() += 1;
        for subject in own {
            shown.entry(subject).or_default().push(*citation);
        }
    }
    Estimate {
        controller,
        requests_seen: seen,
        requests: calls(&by_share),
        subjects_seen: shown.len() as u64,
        subjects: (seen >= LEAST).then(|| persons(&shown, share)),
    }
}

/// How many requests there were: for each share the numbers of which so many kept are no surprise, by the exact tails
/// of the binomial; the error is divided among the shares.
fn calls(by_share: &BTreeMap<u64, u64>) -> Interval {
    let tail = ERROR / 2.0 / by_share.len().max(1) as f64;
    let mut sum = Interval::default();
    for (share, seen) in by_share {
        let (share, seen) = (f64::from_bits(*share), *seen);
        sum.estimate += seen as f64 / share;
        if share >= 1.0 {
            sum.low += seen as f64;
            sum.high += seen as f64;
            continue;
        }
        // Never fewer than were seen; and far more than could be.
        let far = ((seen as f64 + 50.0) / share * 10.0) as u64;
        let low = first(seen, far, |all| binomial_at_least(seen, all, share) > tail);
        let high = first(seen, far, |all| {
            1.0 - binomial_at_least(seen + 1, all, share) <= tail
        });
        sum.low += low as f64;
        sum.high += (high - 1) as f64;
    }
    sum
}

/// The first number from which something holds.
fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low.midpoint(high);
        match holds(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

/// How many persons there were. With w = Π −(1 − p)/p over the requests that were kept of a person's, 1 − w is 1 on
/// average however often the person was shown, and 0 for whom nothing was kept: so the sum of it over those that were
/// kept counts all. Below a half its variance grows with each showing; then the sum of 1/p stands as a most, and
/// those that were kept as a least.
fn persons(shown: &BTreeMap<u32, Vec<Citation>>, share: impl Fn(&Citation) -> f64) -> Interval {
    let (mut unbiased, mut most) = (0.0, 0.0);
    // Persons of the same requests come and go together.
    let mut bundles: BTreeMap<&[Citation], f64> = BTreeMap::new();
    let mut thinnest = 1.0_f64;
    for requests in shown.values() {
        let shares = || requests.iter().map(&share);
        unbiased += 1.0 - shares().map(|p| -(1.0 - p) / p).product::<f64>();
        let least = shares().fold(1.0, f64::min);
        most += 1.0 / least;
        thinnest = thinnest.min(least);
        *bundles.entry(requests).or_default() += 1.0;
    }
    let variance = |(requests, size): (&&[Citation], &f64)| {
        let p = requests.iter().map(&share).fold(1.0, f64::min);
        size * size * (1.0 - p) / (p * p)
    };
    let half = WIDE * bundles.iter().map(variance).sum::<f64>().sqrt();
    let seen = shown.len() as f64;
    match thinnest >= 0.5 {
        true => Interval {
            estimate: unbiased.max(seen),
            low: (unbiased - half).max(seen),
            high: (unbiased + half).max(seen),
        },
        false => Interval {
            estimate: most,
            low: seen,
            high: most + half,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers for a simulation; not for secrets.
    struct Draws(u64);

    impl Draws {
        fn chance(&mut self, share: f64) -> bool {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64 * 1.0 < share
        }
    }

    fn cite(line: u64) -> Citation {
        Citation {
            file: 0,
            line,
            offset: 0,
            length: 0,
        }
    }

    /// Pages of ten persons each, every second of them asked for twice: how often the intervals cover, and the mean.
    fn simulate(share: f64) -> (f64, f64, f64) {
        let mut draws = Draws(88_172_645_463_325_252);
        let (worlds, pages) = (2_000, 40_u32);
        let (mut people, mut requests, mut mean) = (0, 0, 0.0);
        for _ in 0..worlds {
            let mut shown: BTreeMap<u32, Vec<Citation>> = BTreeMap::new();
            let (mut kept, mut asked) = (0, 0);
            for page in 0..pages {
                for again in 0..1 + page % 2 {
                    asked += 1;
                    if draws.chance(share) {
                        kept += 1;
                        for person in 0..10 {
                            let own = shown.entry(page * 10 + person).or_default();
                            own.push(cite(u64::from(page * 2 + again)));
                        }
                    }
                }
            }
            let found = persons(&shown, |_| share);
            mean += found.estimate / f64::from(worlds);
            let truth = f64::from(pages * 10);
            people += i32::from((found.low..=found.high).contains(&truth));
            let found = calls(&BTreeMap::from([(share.to_bits(), kept)]));
            requests += i32::from((found.low..=found.high).contains(&f64::from(asked)));
        }
        let of = |n: i32| f64::from(n) / f64::from(worlds);
        (of(people), of(requests), mean)
    }

    #[test]
    fn intervals_cover_and_repeats_do_not_bias() {
        for share in [0.5, 0.7] {
            let (people, requests, mean) = simulate(share);
            assert!(people >= 0.93, "{share}: {people}");
            assert!(requests >= 0.95, "{share}: {requests}");
            // The plain sum of 1/p would be at 500 or more.
            assert!((mean - 400.0).abs() < 8.0, "{share}: {mean}");
        }
        let (people, requests, _) = simulate(0.2);
        assert!(people >= 0.95 && requests >= 0.95, "{people} {requests}");
    }

    /// Worked out by sums of exact terms in another language.
    #[test]
    fn limits_of_another_program() {
        let found = calls(&BTreeMap::from([(0.25_f64.to_bits(), 25)]));
        assert_eq!(
            (found.estimate, found.low, found.high),
            (100.0, 69.0, 141.0)
        );
    }
}
