//! Constant bodies: answers of one size for many different IDs, as a soft refusal or an error page gives them.
//!
//! METHODS.md: bytes confirm a disclosure only outside of constant bodies. A size is constant when at least 20 IDs and
//! 1 % of the route's calls share it and it stands out of its neighbourhood: content of like length comes in all lengths
//! near by. A route of which nearly all answers have one size proves nothing by it (its content has that size), nor does
//! one with many such sizes (its content is padded), and where the case says
//! `empty_below`, the case decides. Likewise a body far below a tight content mode, on a route that returns one object.
//! What hangs on such a body is `probable`: it counts to `max`, never to `min`.
//!
//! A request that names several IDs may be answered with those only that the asker may see. So the usual bytes to an ID are
//! measured on such requests, each account's as one; a body with no room for what lay beyond scope proves nothing of it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use crate::case::RouteSpec;
use crate::sequence::{Access, Accesses, NO_BYTES, NONE};

/// Fewest different IDs that share a constant body.
const IDS: usize = 20;
/// Least share of the route's calls.
const SHARE: f64 = 0.01;
/// How much more frequent it is than any size near by.
const STANDS_OUT: u64 = 5;
/// Near by are so many bytes to each side, or this share of the size.
const NEAR: u64 = 8;
const NEAR_SHARE: u64 = 50;
/// Most constant bodies of one route: refused, not found, wrong form, …
const MOST: usize = 4;
/// From this share on the size is the route's content.
const CONTENT: f64 = 0.99;
/// Fewest different sizes besides: a route that hardly varies has no mode.
const VARIETY: usize = 20;
/// Fewest calls that make a mode.
const MODE: u64 = 100;
/// A mode is tight where its 95th percentile is at most so many times its 5th. Far below it is what lies so many times as
/// far under the 5th as that lies under the 95th: a page of errors is shorter than a card without its optional fields.
const TIGHT: u64 = 4;
const FAR: u64 = 2;

/// Beside a limit is what lies within this share of it, and so many different sizes are content and no form letter.
const LIMIT_NEAR: u64 = 8;
const LIMIT_SIZES: usize = 5;

/// Fewest accounts that show how many bytes an ID takes, and most requests of each that are looked at.
const SHOWN_BY: usize = 10;
const OF_EACH: usize = 64;
/// Accounts agree on it where the 95th percentile of theirs is at most so many times the 5th.
const ALIKE: u64 = 2;

/// Sizes of one route's answered bodies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteContent {
    /// Index of the route.
    pub route: u16,
    /// Calls answered with a counted body.
    pub calls: u64,
    /// Different sizes.
    pub sizes: usize,
    /// The 1st, 50th and 99th percentile of the sizes outside of constant bodies.
    pub mode: (u64, u64, u64),
    /// Constant bodies: size, calls, different IDs.
    pub constant: Vec<(u64, u64, usize)>,
    /// Bodies below so many bytes lie far below a tight mode; calls with one.
    pub below: Option<(u64, u64)>,
    /// Usual bytes to an ID in answers to requests that name several.
    pub each: Option<u64>,
    /// What the case's `empty_below` takes for empty, where it does so.
    pub limit: Option<Limit>,
    /// Answers at or above it that are shorter than so many bytes, far below the route's content: bytes, calls.
    pub low: Option<(u64, u64)>,
}

/// What lies under a route's `empty_below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Answers that are taken for empty.
    pub calls: u64,
    /// Their different sizes.
    pub sizes: usize,
    /// Just below and just above it many answers lie, of many sizes: it does not part two kinds of answers.
    pub cuts: bool,
}

/// Every route's content.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// By route; routes without answered bodies are left out.
    pub routes: Vec<RouteContent>,
    constant: HashSet<(u16, u64)>,
    /// By route: bodies of fewer bytes lie far below the mode.
    below: HashMap<u16, u64>,
    /// By route: usual bytes to an ID.
    each: HashMap<u16, u64>,
}

impl Content {
    /// Measures the answered bodies of all accesses.
    pub fn measure(accesses: &Accesses, routes: &[RouteSpec]) -> Content {
        let mut counts: HashMap<(u16, u64), u64> = HashMap::new();
        let several = requests(accesses, |access| {
            *counts.entry((access.route, access.bytes)).or_default() += 1;
        });
        let mut by_route: BTreeMap<u16, BTreeMap<u64, u64>> = BTreeMap::new();
        for ((route, size), calls) in counts {
            by_route.entry(route).or_default().insert(size, calls);
        }
        let mut ids: HashMap<(u16, u64), HashSet<u32>> = HashMap::new();
        for (route, sizes) in &by_route {
            let spec = routes.get(usize::from(*route));
            if spec.is_none_or(|spec| spec.empty_below.is_none()) {
                let found = outstanding(sizes).into_iter();
                ids.extend(found.map(|size| ((*route, size), HashSet::new())));
            }
        }
        if !ids.is_empty() {
            requests(accesses, |access| {
                if let Some(ids) = ids.get_mut(&(access.route, access.bytes)) {
                    ids.insert(match access.object {
                        NONE => access.container,
                        object => object,
                    });
                }
            });
        }
        let each = match several {
            true => each(accesses),
            false => HashMap::new(),
        };
        let mut measured = Vec::new();
        for (route, sizes) in &by_route {
            let own = sizes
                .keys()
                .filter_map(|size| Some((*size, ids.get(&(*route, *size))?.len())));
            let mut own: BTreeMap<u64, usize> = own.filter(|(_, ids)| *ids >= IDS).collect();
            if !refusals(sizes, &own.keys().copied().collect()) {
                own.clear();
            }
            let spec = routes.get(usize::from(*route));
            let own = sum_up(*route, spec, sizes, &own);
            measured.push(RouteContent {
                each: each.get(route).copied(),
                ..own
            });
        }
        Content::of(measured)
    }

    /// From what was measured of each route.
    pub fn of(routes: Vec<RouteContent>) -> Content {
        let constant = routes.iter().flat_map(|one| {
            let sizes = one.constant.iter();
            sizes.map(|(size, _, _)| (one.route, *size))
        });
        let below = routes
            .iter()
            .filter_map(|one| Some((one.route, one.below?.0)));
        let each = routes.iter().filter_map(|one| Some((one.route, one.each?)));
        Content {
            constant: constant.collect(),
            below: below.collect(),
            each: each.collect(),
            routes,
        }
    }

    /// The least body that shows something of what lay beyond the asker's scope in a request that named several IDs:
    /// `inside` within it, `beyond` not. What it may see is given a quarter more than is usual, the others half of that.
    /// `None` where the route does not show what is usual.
    pub fn room(&self, route: u16, (inside, beyond): (u64, u64)) -> Option<u64> {
        let each = self.each.get(&route)?;
        Some(least_room(*each, (inside, beyond)))
    }

    /// Whether a body is as long as nearly all content of its route; where little of that is seen, as half the middle one.
    pub fn is_usual(&self, access: &Access) -> bool {
        let own = self.routes.iter().find(|one| one.route == access.route);
        let usual = own.is_some_and(|one| match one.calls >= MODE {
            true => access.bytes >= one.mode.0,
            false => access.bytes.saturating_mul(2) >= one.mode.1,
        });
        usual && access.bytes != NO_BYTES
    }

    /// Whether the body that an access was answered with proves no content.
    pub fn proves_nothing(&self, access: &Access) -> bool {
        let below = self
            .below
            .get(&access.route)
            .is_some_and(|least| access.bytes < *least);
        below || self.constant.contains(&(access.route, access.bytes))
    }
}

/// As [`Content::room`], for a usual size.
pub fn least_room(each: u64, (inside, beyond): (u64, u64)) -> u64 {
    let quarters = inside.saturating_mul(5).saturating_add(beyond * 2);
    each.saturating_mul(quarters) / 4
}

/// By route, the usual bytes to an ID: the median over accounts of their medians, which must agree.
fn each(accesses: &Accesses) -> HashMap<u16, u64> {
    let mut shares: BTreeMap<(u16, u32), Vec<u64>> = BTreeMap::new();
    let mut request: Option<(Access, u64)> = None;
    let mut take = |request: Option<(Access, u64)>| {
        if let Some((access, ids @ 2..)) = request
            && answered(&access)
        {
            let own = shares.entry((access.route, access.actor)).or_default();
            if own.len() < OF_EACH {
                own.push(access.bytes / ids);
            }
        }
    };
    accesses.visit(|_, access| match &mut request {
        Some((first, ids)) if first.order() == access.order() => *ids += 1,
        _ => take(request.replace((*access, 1))),
    });
    take(request);
    let mut usual: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
    for ((route, _), own) in shares {
        usual.entry(route).or_default().extend(median(own));
    }
    let shown = usual.into_iter().filter(|(_, own)| own.len() >= SHOWN_BY);
    shown
        .filter_map(|(route, own)| Some((route, alike(own)?)))
        .collect()
}

/// The median of figures that hardly differ; `None` where they do: then an answer's size does not follow how many IDs were
/// named, and tells nothing of how many it holds.
fn alike(mut figures: Vec<u64>) -> Option<u64> {
    figures.sort_unstable();
    let at = |share: usize| figures.get((figures.len().saturating_sub(1)) * share / 100);
    let (low, high) = (at(5)?, at(95)?);
    (*high <= low.saturating_mul(ALIKE)).then(|| figures[figures.len() / 2])
}

fn median(mut figures: Vec<u64>) -> Option<u64> {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied()
}

/// The answered requests; one that names many IDs is one, whatever it named: the same batch asked for again and again
/// is no constant body.
///
/// Says whether any of them names several.
fn requests(accesses: &Accesses, mut see: impl FnMut(&Access)) -> bool {
    let mut before = None;
    let mut several = false;
    accesses.visit(|_, access| {
        let first = before.replace(access.order()) != Some(access.order());
        several |= !first;
        if first && answered(access) {
            see(access);
        }
    });
    several
}

fn answered(access: &Access) -> bool {
    access.with_body
        && access.bytes != NO_BYTES
        && access.bytes > 0
        && matches!(access.status, 200 | 203 | 206)
}

/// The sizes that stand out of their neighbourhood; `sizes` by size.
fn outstanding(sizes: &BTreeMap<u64, u64>) -> Vec<u64> {
    let all: u64 = sizes.values().sum();
    let stands_out = |(size, calls): &(&u64, &u64)| {
        let near = NEAR.max(**size / NEAR_SHARE);
        let around = sizes.range(size.saturating_sub(near)..=size.saturating_add(near));
        let next = around
            .filter(|(other, _)| other != size)
            .map(|(_, calls)| *calls)
            .max();
        let frequent = **calls as f64 >= SHARE * all as f64 && **calls >= IDS as u64;
        frequent && **calls >= STANDS_OUT * next.unwrap_or(0)
    };
    sizes
        .iter()
        .filter(stands_out)
        .map(|(size, _)| *size)
        .collect()
}

/// Whether some sizes are a route's refusals and not its content.
fn refusals(sizes: &BTreeMap<u64, u64>, found: &BTreeSet<u64>) -> bool {
    let all: u64 = sizes.values().sum();
    let own: u64 = found.iter().filter_map(|size| sizes.get(size)).sum();
    let varied = sizes.len() - found.len() >= VARIETY;
    found.len() <= MOST && varied && (own as f64) < CONTENT * all as f64
}

fn sum_up(
    route: u16,
    spec: Option<&RouteSpec>,
    sizes: &BTreeMap<u64, u64>,
    constant: &BTreeMap<u64, usize>,
) -> RouteContent {
    let others = sizes
        .iter()
        .filter(|(size, _)| !constant.contains_key(size));
    let others: Vec<(u64, u64)> = others.map(|(size, calls)| (*size, *calls)).collect();
    let all: u64 = others.iter().map(|(_, calls)| calls).sum();
    let percentile = |share: f64| {
        let mut left = (all as f64 * share).ceil().max(1.0) as u64;
        let found = others.iter().find(|(_, calls)| {
            let here = *calls >= left;
            left = left.saturating_sub(*calls);
            here
        });
        found.map_or(0, |(size, _)| *size)
    };
    let constant = constant
        .iter()
        .map(|(size, ids)| (*size, sizes.get(size).copied().unwrap_or(0), *ids));
    let limit = spec.and_then(|spec| under(spec.empty_below?, sizes));
    let (low, high) = (percentile(0.05), percentile(0.95));
    let tight = all >= MODE && others.len() >= VARIETY && high <= TIGHT * low;
    let single = spec.is_some_and(returns_one_object);
    let short = (tight && single).then(|| {
        let least = low.saturating_mul(low) / high.saturating_mul(FAR).max(1);
        let above = spec.and_then(|spec| spec.empty_below).unwrap_or(0);
        let under = others
            .iter()
            .filter(|(size, _)| (above..least).contains(size));
        (least, under.map(|(_, calls)| calls).sum())
    });
    let short = short.filter(|(_, calls)| *calls > 0);
    let said = spec.is_some_and(|spec| spec.empty_below.is_some());
    RouteContent {
        // Where the case says what is empty, it decides.
        below: short.filter(|_| !said),
        low: short.filter(|(_, calls)| said && *calls >= IDS as u64),
        each: None,
        limit,
        route,
        calls: sizes.values().sum(),
        sizes: sizes.len(),
        mode: (percentile(0.01), percentile(0.5), percentile(0.99)),
        constant: constant.collect(),
    }
}

/// What lies under a limit.
fn under(limit: u64, sizes: &BTreeMap<u64, u64>) -> Option<Limit> {
    let all: u64 = sizes.values().sum();
    let near = NEAR.max(limit / LIMIT_NEAR);
    let dense = |from: u64, until: u64| {
        let own = sizes.range(from..until);
        let calls: u64 = own.clone().map(|(_, calls)| calls).sum();
        let many = calls >= IDS as u64 && calls as f64 >= SHARE * all as f64;
        many && own.count() >= LIMIT_SIZES
    };
    let below = sizes.range(..limit);
    let calls: u64 = below.clone().map(|(_, calls)| calls).sum();
    (calls > 0).then(|| Limit {
        calls,
        sizes: below.count(),
        cuts: dense(limit.saturating_sub(near), limit) && dense(limit, limit.saturating_add(near)),
    })
}

/// Bodies of pages and of lists of IDs are short or long by how many stand in them, so their sizes have no mode.
fn returns_one_object(spec: &RouteSpec) -> bool {
    let object = spec.object.as_ref();
    let in_path = object.is_some_and(|object| spec.path.contains(&format!("{{{object}}}")));
    in_path && spec.container.is_none()
}
