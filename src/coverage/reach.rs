//! Which routes a hole darkens, and for how much of the window.
//!
//! Any route that names an object or a container can return any controller's subjects, so a controller's coverage
//! is that of the worst of them. A second source covers a hole only where it is shown to hold the same requests.

use std::collections::BTreeSet;

use super::calendar::MINUTE;
use super::ledger::Ledger;
use super::{Allowance, Doubt, Hole, length};
use crate::case::{Case, RouteSpec};
use crate::words::Stamp;

/// Hours with requests that two sources must have in common to be held against each other.
const LEAST_HOURS: usize = 12;

/// The routes of a case against the holes of its sources.
pub(super) struct Reach<'a, 'c> {
    case: &'c Case,
    ledgers: &'a [Ledger<'c>],
    holes: &'a [Hole],
    window: Option<(Stamp, Stamp)>,
    /// Pairs of sources, by route, that hold the same requests.
    same: Vec<(usize, usize, usize)>,
}

impl<'a, 'c> Reach<'a, 'c> {
    pub(super) fn of(
        case: &'c Case,
        ledgers: &'a [Ledger<'c>],
        holes: &'a [Hole],
        window: Option<(Stamp, Stamp)>,
    ) -> Reach<'a, 'c> {
        let mut reach = Reach {
            case,
            ledgers,
            holes,
            window,
            same: Vec::new(),
        };
        for route in 0..case.routes.len() {
            for a in 0..ledgers.len() {
                for b in (0..ledgers.len()).filter(|b| *b != a) {
                    if reach.agree(a, b, route) {
                        reach.same.push((route, a, b));
                    }
                }
            }
        }
        reach
    }

    /// What a hole does to bounds.
    pub(super) fn doubt(&self, hole: &Hole) -> Doubt {
        let hurt = self.hurt(hole);
        let covers = hurt.iter().map(|route| self.covering(hole, *route));
        let covering: Option<Vec<usize>> = covers.collect();
        let mut basis = hole.basis.clone();
        let allowance = match covering {
            _ if hurt.is_empty() => {
                basis.push_str("; it records no route that returns data subjects");
                Allowance::Said
            }
            Some(mut others) => {
                others.sort_unstable();
                others.dedup();
                let names = others
                    .iter()
                    .map(|other| self.case.sources[*other].name.as_str());
                let names: Vec<&str> = names.collect();
                basis.push_str(&format!(
                    "; {} holds the same requests, request for request at all other times, and goes on",
                    names.join(", ")
                ));
                Allowance::Said
            }
            None => Allowance::Population,
        };
        Doubt {
            reason: hole.kind.reason(),
            basis,
            allowance,
        }
    }

    /// Which routes another source shows all through a hole: hole, then route.
    pub(super) fn beside(&self) -> BTreeSet<(usize, usize)> {
        let holes = self.holes.iter().enumerate();
        let pairs = holes.flat_map(|(at, hole)| {
            let routes = 0..self.case.routes.len();
            let shown = routes.filter(|route| self.covering(hole, *route).is_some());
            shown.map(move |route| (at, route))
        });
        pairs.collect()
    }

    /// The least coverage among routes that return data subjects.
    pub(super) fn worst(&self) -> f64 {
        let routes = (0..self.case.routes.len()).filter(|route| self.counts(*route));
        routes.map(|route| self.share(route)).fold(1.0, f64::min)
    }

    /// Routes that a hole darkens and that can return data subjects.
    fn hurt(&self, hole: &Hole) -> Vec<usize> {
        let logs = |route: &usize| self.ledgers[hole.source].logs(*route);
        let only = |route: &usize| hole.route.is_none_or(|only| only == *route);
        let routes = (0..self.case.routes.len()).filter(|route| self.counts(*route));
        routes.filter(logs).filter(only).collect()
    }

    /// Whether a route counts for bounds; all do where none names what it returns.
    fn counts(&self, route: usize) -> bool {
        self.case.routes[route].returns() || !self.case.routes.iter().any(RouteSpec::returns)
    }

    /// Another source that shows a route's requests all through a hole.
    fn covering(&self, hole: &Hole, route: usize) -> Option<usize> {
        let others = self
            .same
            .iter()
            .filter(|(r, a, _)| *r == route && *a == hole.source);
        others.map(|(.., other)| *other).find(|other| {
            let dark = self.dark(*other, route);
            !dark
                .iter()
                .any(|(from, until)| *from < hole.until.0 && hole.from.0 < *until)
        })
    }

    /// When a source does not show a route, in nanoseconds.
    fn dark(&self, source: usize, route: usize) -> Vec<(i64, i64)> {
        let holes = self.holes.iter().filter(|hole| hole.source == source);
        holes
            .filter(|hole| hole.route.is_none_or(|only| only == route))
            .map(|hole| (hole.from.0, hole.until.0))
            .collect()
    }

    /// The share of the window in which a route is logged, and nothing that should be there is missing.
    fn share(&self, route: usize) -> f64 {
        let Some(window) = self.window else {
            return 1.0;
        };
        let logging: Vec<usize> = (0..self.ledgers.len())
            .filter(|source| self.ledgers[*source].logs(route))
            .collect();
        if logging.is_empty() {
            return 0.0;
        }
        let mut dark = Vec::new();
        for source in logging {
            let mut own = self.dark(source, route);
            for (.., other) in self
                .same
                .iter()
                .filter(|(r, a, _)| *r == route && *a == source)
            {
                own = both(own, self.dark(*other, route));
            }
            dark.extend(own);
        }
        let clipped = dark
            .iter()
            .map(|(from, until)| (*from.max(&window.0.0), *until.min(&window.1.0)));
        let dark: i64 = joined(clipped.collect())
            .iter()
            .map(|(from, until)| until - from)
            .sum();
        (1.0 - dark as f64 / length(window) as f64).max(0.0)
    }

    /// Whether two sources hold the same requests for a route: hour by hour their counts agree far better than
    /// two shares of one traffic would by chance.
    fn agree(&self, a: usize, b: usize, route: usize) -> bool {
        let (one, other) = (&self.ledgers[a], &self.ledgers[b]);
        if !one.logs(route) || !other.logs(route) {
            return false;
        }
        // Where neither was asked for the route, they are held against each other by all their lines.
        let unasked = |ledger: &Ledger<'_>| ledger.routes[route].span().is_none();
        let (one, other) = match unasked(one) && unasked(other) {
            true => (&one.all, &other.all),
            false => (&one.routes[route], &other.routes[route]),
        };
        let (Some(first), Some(second)) = (one.span(), other.span()) else {
            return false;
        };
        let (from, until) = (first.0.max(second.0), first.1.min(second.1));
        let dark = joined([self.dark(a, route), self.dark(b, route)].concat());
        let hours = (from.div_euclid(60) + 1..until.div_euclid(60)).filter(|hour| {
            let (start, end) = (hour * 60 * MINUTE, (hour + 1) * 60 * MINUTE);
            let at = dark.partition_point(|(_, until)| *until <= start);
            dark.get(at).is_none_or(|(from, _)| *from >= end)
        });
        let (mut common, mut apart, mut chance) = (0, 0.0, 0.0);
        for hour in hours {
            let lines = |pace: &super::pace::Pace| pace.lines(hour * 60, hour * 60 + 60);
            let (a, b) = (lines(one), lines(other));
            if a + b > 0 {
                common += 1;
                apart += a.abs_diff(b) as f64;
                chance += (2.0 * (a + b) as f64 / std::f64::consts::PI).sqrt();
            }
        }
        common >= LEAST_HOURS && apart <= chance / 4.0
    }
}

/// Intervals in order, none of them touching another.
fn joined(mut intervals: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    intervals.retain(|(from, until)| from < until);
    intervals.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, until) in intervals {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// What lies in both.
fn both(a: Vec<(i64, i64)>, b: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    let (a, b) = (joined(a), joined(b));
    let mut found = Vec::new();
    for one in &a {
        let start = b.partition_point(|other| other.1 <= one.0);
        for other in b[start..].iter().take_while(|other| other.0 < one.1) {
            found.push((one.0.max(other.0), one.1.min(other.1)));
        }
    }
    found
}
