//! What a set of things looks like: its description by intervals of IDs, by units as their lists hold them, by tenants, or by
//! nothing but its size. A story is told only if it is shorter than the flat one by far *and* predicts the half of
//! the set that it was not made from. It describes a shape; it names nobody.

use std::collections::{BTreeMap, BTreeSet};

use crate::chance::ln_gamma;
use crate::scope::{Atlas, Thing};

/// Bits by which a story must beat the flat one.
const MARGIN: f64 = 30.0;
/// Share of the other half that it must predict.
const PREDICTS: f64 = 0.9;
/// How far apart IDs of one interval may lie.
const REACH: u32 = 4;

/// A way to describe the set.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its name.
    pub name: &'static str,
    /// Bits that it takes.
    pub bits: f64,
    /// Share of the half that it was not made from which it predicts.
    pub predicts: f64,
    /// Whether it is told.
    pub holds: bool,
}

/// Compares the stories of a set; empty for fewer than ten things.
pub(super) fn compare(atlas: &Atlas<'_>, set: &BTreeSet<Thing>) -> Vec<Story> {
    let places: Vec<u32> = set
        .iter()
        .filter_map(|thing| match thing {
            Thing::Known(place) => Some(*place),
            _ => None,
        })
        .collect();
    let all = atlas.count_things(|_| true) as f64;
    if places.len() < 10 || all < 2.0 * places.len() as f64 {
        return Vec::new();
    }
    let flat = choose(all, places.len() as f64);
    // Every second thing, and the other half: no draw, so that the same bytes come out.
    let (even, odd): (Vec<_>, Vec<_>) = places.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let half = |part: Vec<(usize, &u32)>| {
        part.into_iter()
            .map(|(_, place)| *place)
            .collect::<Vec<u32>>()
    };
    let (even, odd) = (half(even), half(odd));
    let row = |place: u32| atlas.rows(Thing::Known(place)).first().copied();
    let tenant = |place: u32| atlas.controller(row(place)?);
    let unit = |place: u32| atlas.row(row(place)?).unit;
    let mut stories = vec![
        intervals(&places, &even, &odd, all),
        groups("a few tenants", &tenant, (&places, &even, &odd), all),
        groups("a few units", &unit, (&places, &even, &odd), all),
    ];
    stories.push(Story {
        name: "flat",
        bits: flat,
        predicts: 0.0,
        holds: false,
    });
    for story in &mut stories {
        story.holds =
            story.name != "flat" && story.bits + MARGIN < flat && story.predicts >= PREDICTS;
    }
    stories.sort_by(|a, b| a.bits.total_cmp(&b.bits).then(a.name.cmp(b.name)));
    stories
}

/// Runs of neighbouring IDs: two ends each, and which of the IDs between them are missing.
fn intervals(places: &[u32], even: &[u32], odd: &[u32], all: f64) -> Story {
    let runs = runs(places, REACH);
    let bits = runs.iter().map(|(first, last, count)| {
        let length = f64::from(last - first + 1);
        2.0 * all.log2() + choose(length, f64::from(*count))
    });
    let made = self::runs(even, 2 * REACH);
    let inside = |place: &&u32| {
        made.iter()
            .any(|(first, last, _)| (*first..=*last).contains(place))
    };
    let predicted = odd.iter().filter(inside).count() as f64 / odd.len().max(1) as f64;
    // Intervals so wide that they hold twice what they should predict nothing.
    let width: f64 = made
        .iter()
        .map(|(first, last, _)| f64::from(last - first + 1))
        .sum();
    let tight = width <= 3.0 * places.len() as f64;
    Story {
        name: "intervals of IDs",
        bits: bits.sum(),
        predicts: if tight { predicted } else { 0.0 },
        holds: false,
    }
}

fn runs(places: &[u32], reach: u32) -> Vec<(u32, u32, u32)> {
    let chunks = places.chunk_by(|a, b| b - a <= reach);
    chunks
        .map(|run| (run[0], run[run.len() - 1], run.len() as u32))
        .collect()
}

/// Some groups (tenants, or units as their lists hold them), and of each a free part.
fn groups(
    name: &'static str,
    group: &dyn Fn(u32) -> Option<u32>,
    (places, even, odd): (&[u32], &[u32], &[u32]),
    all: f64,
) -> Story {
    let mut sizes: BTreeMap<Option<u32>, f64> = BTreeMap::new();
    for place in 0..all as u32 {
        *sizes.entry(group(place)).or_default() += 1.0;
    }
    let mut taken: BTreeMap<Option<u32>, f64> = BTreeMap::new();
    for place in places {
        *taken.entry(group(*place)).or_default() += 1.0;
    }
    let which = choose(sizes.len() as f64, taken.len() as f64);
    let bits = taken
        .iter()
        .map(|(group, count)| sizes[group].log2() + choose(sizes[group], *count))
        .sum::<f64>();
    let made: BTreeSet<Option<u32>> = even.iter().map(|place| group(*place)).collect();
    let predicted = odd
        .iter()
        .filter(|place| made.contains(&group(**place)))
        .count() as f64;
    // Few of the groups: all of them would predict anything.
    let few = made.len() * 3 <= sizes.len();
    Story {
        name,
        bits: which + bits,
        predicts: if few {
            predicted / odd.len().max(1) as f64
        } else {
            0.0
        },
        holds: false,
    }
}

/// log2 of n over k.
fn choose(n: f64, k: f64) -> f64 {
    if k <= 0.0 || k >= n {
        return 0.0;
    }
    (ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)) / std::f64::consts::LN_2
}
