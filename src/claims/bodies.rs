//! How sure it is that a request was answered with content, and which sizes of bodies prove none.
//!
//! The table of certainty by status, method and size; the rule that one size shared by many different IDs is a refusal
//! or an error page in a route of which the case says no `empty_below`; and how many bytes an ID takes where a request names
//! several, so that an answer which leaves out whom the asker may not see is known by its size.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::reading::{Request, Requests, UNCOUNTED};
use crate::case::RouteSpec;
use crate::words::{Certainty, Reason};

/// Fewest different requests that share a constant body, and least share of the route's calls.
const SHARERS: usize = 20;
const ONE_IN: u64 = 100;
/// So many times as often as any size near by.
const STANDS_OUT: u64 = 5;
/// Most constant bodies of a route, and fewest other sizes.
const MOST: usize = 4;
const OTHERS: usize = 20;

/// Fewest answers that tell how short content may be.
const ENOUGH: u64 = 100;

/// Fewest people who show how many bytes an ID takes, and most requests of each that are looked at.
const SHOWN_BY: usize = 10;
const OF_EACH: usize = 64;
/// How far apart these people's figures may lie, but for the outermost twentieths.
const TWICE: u64 = 2;

/// Sizes that prove no content.
#[derive(Debug, Default)]
pub(super) struct Constant {
    /// Route, bytes.
    sizes: HashSet<(u16, u64)>,
    /// Routes of which the case's `empty_below` does not part empty answers from others.
    unparted: HashSet<u16>,
    /// By route, usual bytes to an ID in answers to requests that name several.
    each: HashMap<u16, u64>,
    /// By route without `empty_below`: from how many bytes on a body is as long as content usually is.
    content: HashMap<u16, u64>,
}

impl Constant {
    /// Looks at all answered bodies.
    pub(super) fn of(requests: &Requests, routes: &[RouteSpec]) -> Constant {
        let mut sizes: BTreeMap<u16, BTreeMap<u64, u64>> = BTreeMap::new();
        for (request, route) in answered(requests) {
            *sizes
                .entry(route)
                .or_default()
                .entry(request.bytes)
                .or_default() += 1;
        }
        let limit = |route: &u16| {
            routes
                .get(usize::from(*route))
                .and_then(|spec| spec.empty_below)
        };
        let unparted = sizes
            .iter()
            .filter(|(route, sizes)| limit(route).is_some_and(|limit| !parts(limit, sizes)));
        let unparted = unparted.map(|(route, _)| *route).collect();
        sizes.retain(|route, _| limit(route).is_none());
        let mut found: BTreeMap<u16, BTreeSet<u64>> = BTreeMap::new();
        for (route, sizes) in &sizes {
            found.insert(*route, outstanding(sizes));
        }
        let mut asked: HashMap<(u16, u64), HashSet<u32>> = HashMap::new();
        for (request, route) in answered(requests) {
            if found
                .get(&route)
                .is_some_and(|sizes| sizes.contains(&request.bytes))
            {
                asked
                    .entry((route, request.bytes))
                    .or_default()
                    .insert(request.asked);
            }
        }
        let mut constant = HashSet::new();
        for (route, own) in found {
            let shared = |size: &u64| {
                asked
                    .get(&(route, *size))
                    .is_some_and(|ids| ids.len() >= SHARERS)
            };
            let own: Vec<u64> = own.into_iter().filter(shared).collect();
            let all = &sizes[&route];
            let calls: u64 = all.values().sum();
            let theirs: u64 = own.iter().filter_map(|size| all.get(size)).sum();
            let varied = all.len().saturating_sub(own.len()) >= OTHERS;
            if own.len() <= MOST && varied && theirs * 100 < calls * 99 {
                constant.extend(own.into_iter().map(|size| (route, size)));
            }
        }
        let others = sizes.iter().map(|(route, all)| {
            let all = all.iter();
            let others = all.filter(|(size, _)| !constant.contains(&(*route, **size)));
            (*route, content(&others.collect::<Vec<_>>()))
        });
        Constant {
            content: others.collect(),
            sizes: constant,
            unparted,
            each: each(requests),
        }
    }

    /// Whether a body of a route without `empty_below` is as long as content usually is.
    pub(super) fn is_content(&self, request: &Request, route: u16) -> bool {
        let least = self.content.get(&route);
        least.is_some_and(|least| request.bytes >= *least)
    }

    /// Whether an answer to a request that names several IDs has no room for those beyond scope: what may be seen takes up to
    /// a quarter more than is usual, and of the others half of that must be there.
    pub(super) fn leaves_out(
        &self,
        request: &Request,
        route: u16,
        inside: u64,
        beyond: u64,
    ) -> bool {
        let Some(each) = self.each.get(&route) else {
            return false;
        };
        let quarters = inside.saturating_mul(5).saturating_add(beyond * 2);
        request.bytes < each.saturating_mul(quarters) / 4
    }

    /// How sure it is that a request for a route was answered with content, and why not surer.
    pub(super) fn certainty(
        &self,
        request: &Request,
        route: u16,
        spec: &RouteSpec,
    ) -> (Certainty, Option<Reason>) {
        if !request.with_body {
            return (Certainty::Nothing, None);
        }
        let counted = request.bytes != UNCOUNTED;
        let content = counted && request.bytes >= spec.empty_below.unwrap_or(1).max(1);
        let probable = |reason| (Certainty::Probable, Some(reason));
        match request.status {
            200 | 203 | 206 if !counted => probable(Reason::NoBody),
            200 | 203 | 206 if !content => {
                match request.bytes > 0 && self.unparted.contains(&route) {
                    true => probable(Reason::Ambiguous),
                    false => (Certainty::Nothing, None),
                }
            }
            // A size with the head in it proves no body, unless the case says from where on it does.
            200 | 203 | 206 if request.head_counted && spec.empty_below.is_none() => {
                probable(Reason::NoBody)
            }
            200 | 203 | 206 if self.sizes.contains(&(route, request.bytes)) => {
                probable(Reason::Ambiguous)
            }
            200 | 203 | 206 => (Certainty::Confirmed, None),
            304 => probable(Reason::Ambiguous),
            499 if content => probable(Reason::Ambiguous),
            499 if !counted => probable(Reason::NoBody),
            0 if content || !counted => probable(Reason::NoStatus),
            201 | 202 | 207..=299 if content || !counted => probable(Reason::Ambiguous),
            _ => (Certainty::Nothing, None),
        }
    }
}

/// The shortest of nearly all bodies, by size and count; half of the middle one where there are few.
fn content(sizes: &[(&u64, &u64)]) -> u64 {
    let all: u64 = sizes.iter().map(|(_, calls)| **calls).sum();
    let at = |nth: u64| {
        let mut left = nth;
        let found = sizes.iter().find(|(_, calls)| {
            let here = **calls >= left;
            left = left.saturating_sub(**calls);
            here
        });
        found.map_or(0, |(size, _)| **size)
    };
    match all >= ENOUGH {
        true => at(all.div_ceil(100)),
        false => at(all.div_ceil(2).max(1)).div_ceil(2),
    }
}

/// Whether a limit parts empty answers from others: where all answers lie below it and are of many sizes, or many lie close
/// to it on both sides, it is a slip.
fn parts(limit: u64, sizes: &BTreeMap<u64, u64>) -> bool {
    let calls: u64 = sizes.values().sum();
    let close = (limit / 8).max(8);
    let many = |from: u64, until: u64| {
        let own = sizes.range(from..until);
        let theirs: u64 = own.clone().map(|(_, calls)| calls).sum();
        theirs >= SHARERS as u64 && theirs * ONE_IN >= calls && own.count() >= 5
    };
    let all_below = sizes.range(limit..).next().is_none() && sizes.len() >= OTHERS;
    let both = many(limit.saturating_sub(close), limit) && many(limit, limit.saturating_add(close));
    !all_below && !both
}

/// The median over people of their own medians, by route.
fn each(requests: &Requests) -> HashMap<u16, u64> {
    let mut shares: BTreeMap<(u16, u32), Vec<u64>> = BTreeMap::new();
    for (request, route) in answered(requests) {
        let ids = requests
            .what(request)
            .map_or(0, |asked| asked.objects.len());
        if ids > 1 {
            let own = shares.entry((route, request.who)).or_default();
            if own.len() < OF_EACH {
                own.push(request.bytes / ids as u64);
            }
        }
    }
    let mut usual: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
    for ((route, _), own) in shares {
        usual.entry(route).or_default().extend(middle(own));
    }
    let shown = usual.into_iter().filter(|(_, own)| own.len() >= SHOWN_BY);
    let agreed = shown.filter(|(_, own)| {
        let mut own = own.clone();
        own.sort_unstable();
        let last = own.len() - 1;
        own[last * 95 / 100] <= own[last * 5 / 100].saturating_mul(TWICE)
    });
    agreed
        .filter_map(|(route, own)| Some((route, middle(own)?)))
        .collect()
}

fn middle(mut figures: Vec<u64>) -> Option<u64> {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied()
}

fn answered(requests: &Requests) -> impl Iterator<Item = (&Request, u16)> {
    requests.all.iter().filter_map(|request| {
        let counted = request.with_body && request.bytes != UNCOUNTED && request.bytes > 0;
        let route = requests.what(request)?.route;
        (counted && matches!(request.status, 200 | 203 | 206)).then_some((request, route))
    })
}

/// Sizes that are frequent and stand out of their neighbourhood.
fn outstanding(sizes: &BTreeMap<u64, u64>) -> BTreeSet<u64> {
    let calls: u64 = sizes.values().sum();
    let stands_out = |(size, own): &(&u64, &u64)| {
        let near = (**size / 50).max(8);
        let around = sizes.range(size.saturating_sub(near)..=size.saturating_add(near));
        let next = around
            .filter(|(other, _)| other != size)
            .map(|(_, calls)| *calls)
            .max();
        **own >= SHARERS as u64
            && **own * ONE_IN >= calls
            && **own >= STANDS_OUT * next.unwrap_or(0)
    };
    sizes
        .iter()
        .filter(stands_out)
        .map(|(size, _)| *size)
        .collect()
}
