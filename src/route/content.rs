//! Constant bodies: answers of one size for many different IDs, as a soft refusal or an error page gives them.
//!
//! METHODS.md: bytes confirm a disclosure only outside of constant bodies. A size is constant when at least 20 IDs and
//! 1 % of the route's calls share it and it stands out: five times as frequent as the next one. A route of which
//! nearly all answers have one size proves nothing by it (its content has that size), and where the case says
//! `empty_below`, the case decides. Likewise a body far below a tight content mode, on a route that returns one object.
//! What hangs on such a body is `probable`: it counts to `max`, never to `min`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::case::RouteSpec;
use crate::sequence::{Access, NO_BYTES, NONE};

/// Fewest different IDs that share a constant body.
const IDS: usize = 20;
/// Least share of the route's calls.
const SHARE: f64 = 0.01;
/// How much more frequent it is than the next size.
const STANDS_OUT: u64 = 5;
/// Most constant bodies of one route: refused, not found, wrong form, …
const MOST: usize = 4;
/// From this share on the size is the route's content.
const CONTENT: f64 = 0.99;
/// Fewest different sizes besides: a route that hardly varies has no mode.
const VARIETY: usize = 20;
/// Fewest calls that make a mode.
const MODE: u64 = 100;
/// A mode is tight where its 95th percentile is at most so many times its 5th; far below it is under a tenth.
const TIGHT: u64 = 4;
const FAR: u64 = 10;

/// Sizes of one route's answered bodies.
#[derive(Clone, Debug, PartialEq)]
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
}

/// Every route's content.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// By route; routes without answered bodies are left out.
    pub routes: Vec<RouteContent>,
    constant: HashSet<(u16, u64)>,
    /// By route: bodies of fewer bytes lie far below the mode.
    below: HashMap<u16, u64>,
}

impl Content {
    /// Measures the answered bodies of all accesses.
    pub fn measure(accesses: &[Access], routes: &[RouteSpec]) -> Content {
        let mut sizes: HashMap<(u16, u64), u64> = HashMap::new();
        for access in accesses.iter().filter(|access| answered(access)) {
            *sizes.entry((access.route, access.bytes)).or_default() += 1;
        }
        let mut by_route: BTreeMap<u16, Vec<(u64, u64)>> = BTreeMap::new();
        for ((route, size), calls) in sizes {
            by_route.entry(route).or_default().push((calls, size));
        }
        let mut candidates: HashMap<(u16, u64), BTreeSet<u32>> = HashMap::new();
        for (route, sizes) in &mut by_route {
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            let decided = routes
                .get(usize::from(*route))
                .is_some_and(|spec| spec.empty_below.is_some());
            let found = if decided { &[][..] } else { outstanding(sizes) };
            candidates.extend(
                found
                    .iter()
                    .map(|(_, size)| ((*route, *size), BTreeSet::new())),
            );
        }
        if !candidates.is_empty() {
            for access in accesses.iter().filter(|access| answered(access)) {
                if let Some(ids) = candidates.get_mut(&(access.route, access.bytes)) {
                    ids.insert(match access.object {
                        NONE => access.container,
                        object => object,
                    });
                }
            }
            candidates.retain(|_, ids| ids.len() >= IDS);
        }
        let summed = by_route.into_iter().map(|(route, sizes)| {
            sum_up(route, routes.get(usize::from(route)), &sizes, &candidates)
        });
        let summed: Vec<RouteContent> = summed.collect();
        let below = summed
            .iter()
            .filter_map(|one| Some((one.route, one.below?.0)));
        Content {
            below: below.collect(),
            routes: summed,
            constant: candidates.keys().copied().collect(),
        }
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

fn answered(access: &Access) -> bool {
    access.with_body
        && access.bytes != NO_BYTES
        && access.bytes > 0
        && matches!(access.status, 200 | 203 | 206)
}

/// The sizes before the largest drop in frequency among the first few, if the drop is steep enough.
fn outstanding(sizes: &[(u64, u64)]) -> &[(u64, u64)] {
    let all: u64 = sizes.iter().map(|(calls, _)| calls).sum();
    let frequent =
        |(calls, _): &(u64, u64)| *calls as f64 >= SHARE * all as f64 && *calls >= IDS as u64;
    let steep = |n: &usize| {
        let next = sizes.get(*n).map_or(0, |(calls, _)| *calls);
        sizes[n - 1].0 >= STANDS_OUT * next.max(1)
    };
    let most = MOST.min(sizes.len());
    let Some(n) = (1..=most).find(steep) else {
        return &[];
    };
    let found = &sizes[..n];
    let share = found.iter().map(|(calls, _)| calls).sum::<u64>() as f64 / all as f64;
    let varied = sizes.len() - n >= VARIETY;
    match found.iter().all(frequent) && share < CONTENT && varied {
        true => found,
        false => &[],
    }
}

fn sum_up(
    route: u16,
    spec: Option<&RouteSpec>,
    sizes: &[(u64, u64)],
    constant: &HashMap<(u16, u64), BTreeSet<u32>>,
) -> RouteContent {
    let known = |size: u64| constant.get(&(route, size));
    let mut others: Vec<(u64, u64)> = sizes
        .iter()
        .filter(|(_, size)| known(*size).is_none())
        .map(|(calls, size)| (*size, *calls))
        .collect();
    others.sort_unstable();
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
    let constant = sizes
        .iter()
        .filter_map(|(calls, size)| Some((*size, *calls, known(*size)?.len())));
    let (low, high) = (percentile(0.05), percentile(0.95));
    let tight = all >= MODE && others.len() >= VARIETY && high <= TIGHT * low;
    let single = spec.is_some_and(returns_one_object);
    let below = (tight && single).then(|| {
        let least = low / FAR;
        let under = others.iter().filter(|(size, _)| *size < least);
        (least, under.map(|(_, calls)| calls).sum())
    });
    RouteContent {
        below: below.filter(|(_, calls)| *calls > 0),
        route,
        calls: sizes.iter().map(|(calls, _)| calls).sum(),
        sizes: sizes.len(),
        mode: (percentile(0.01), percentile(0.5), percentile(0.99)),
        constant: constant.collect(),
    }
}

/// Bodies of pages and of lists of IDs are short or long by how many stand in them, so their sizes have no mode; and
/// where the case says what is empty, it decides.
fn returns_one_object(spec: &RouteSpec) -> bool {
    let object = spec.object.as_ref();
    let in_path = object.is_some_and(|object| spec.path.contains(&format!("{{{object}}}")));
    in_path && spec.container.is_none() && spec.empty_below.is_none()
}
