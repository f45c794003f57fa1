//! How sure it is that a request was answered with content, and which sizes of bodies prove none.
//!
//! The table of certainty by status, method and size; and the rule that one size shared by many different IDs is a refusal
//! or an error page in a route of which the case says no `empty_below`.

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

/// Sizes that prove no content: route, bytes.
#[derive(Debug, Default)]
pub(super) struct Constant(HashSet<(u16, u64)>);

impl Constant {
    /// Looks at all answered bodies.
    pub(super) fn of(requests: &Requests, routes: &[RouteSpec]) -> Constant {
        let mut sizes: BTreeMap<u16, BTreeMap<u64, u64>> = BTreeMap::new();
        let open = |route: u16| {
            routes
                .get(usize::from(route))
                .is_some_and(|spec| spec.empty_below.is_none())
        };
        for (request, route) in answered(requests).filter(|(_, route)| open(*route)) {
            *sizes
                .entry(route)
                .or_default()
                .entry(request.bytes)
                .or_default() += 1;
        }
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
        Constant(constant)
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
            200 | 203 | 206 if !content => (Certainty::Nothing, None),
            // A size with the head in it proves no body, unless the case says from where on it does.
            200 | 203 | 206 if request.head_counted && spec.empty_below.is_none() => {
                probable(Reason::NoBody)
            }
            200 | 203 | 206 if self.0.contains(&(route, request.bytes)) => {
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
