//! A controller whose things nobody asks for, for a while or at all, while those of all others are asked for: lines that name one
//! tenant were filtered out, or its host logs elsewhere. It leaves no silence of a source, a writer or a route.
//!
//! Hour by hour, each controller's requests are held against those of all others in the same hours, and that against other
//! days of its kind; a controller that is never asked for against its share of the people who may ask.

use std::collections::{BTreeMap, BTreeSet};

use super::Doubt;
use super::calendar::Calendar;
use super::pace::{FARTHEST, SESSIONS, SILENT_AT_MOST, SILENT_FROM};
use crate::case::Case;
use crate::words::{HOUR, Reason, Stamp};

/// Requests by controller and hour from the epoch.
pub type Asked = BTreeMap<(u32, i64), u64>;

/// Fewest comparable days that tell, and how many are looked at.
const LEAST_DAYS: usize = 4;
const MOST_DAYS: usize = 16;
/// Share of other days on which there may be nothing either: beyond it the controller is silent by nature.
const MOST_SILENT: f64 = 0.2;
/// Accounts that may ask for a controller's things, from which it is no wonder that somebody does.
const PEOPLE: u64 = 10;

/// The doubts about controllers of which requests seem to be missing, each once, by what lacks most.
pub fn unasked(case: &Case, asked: &Asked) -> Vec<Doubt> {
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let hours = asked.keys().map(|(_, hour)| *hour);
    let (Some(first), Some(last)) = (hours.clone().min(), hours.max()) else {
        return Vec::new();
    };
    let mut all: BTreeMap<i64, u64> = BTreeMap::new();
    for ((_, hour), requests) in asked {
        *all.entry(*hour).or_default() += requests;
    }
    let desk = Desk {
        all: Series::of(all.into_iter()),
        calendar: Calendar::new(case.timezone, Some((first * 60, last * 60 + 60))),
        span: (first, last + 1),
    };
    let people = people(case);
    let everybody: u64 = people.values().sum();
    let one = |(controller, spec): (u32, &crate::case::Controller)| {
        let own = asked.range((controller, i64::MIN)..=(controller, i64::MAX));
        let own = Series::of(own.map(|((_, hour), requests)| (*hour, *requests)));
        if own.hours.is_empty() {
            let own = people.get(&controller).copied().unwrap_or(0);
            return desk.never(&spec.name, own, everybody);
        }
        desk.silent(&spec.name, &own)
    };
    let missing = (0..).zip(controllers).filter_map(one);
    missing
        .map(|basis| Doubt::said(Reason::Gap, basis))
        .collect()
}

/// How many accounts may see something of each controller.
fn people(case: &Case) -> BTreeMap<u32, u64> {
    let units = case.directory.units.as_deref().unwrap_or_default();
    let grants = case.directory.grants.as_deref().unwrap_or_default();
    let pairs = grants.iter().filter_map(|grant| {
        let unit = units.get(grant.unit as usize)?;
        Some((unit.controller?, &*grant.account))
    });
    let pairs: BTreeSet<(u32, &str)> = pairs.collect();
    let mut people = BTreeMap::new();
    for (controller, _) in pairs {
        *people.entry(controller).or_default() += 1;
    }
    people
}

/// Requests by hour, with the sums before each.
struct Series {
    hours: Vec<i64>,
    sums: Vec<u64>,
}

impl Series {
    fn of(cells: impl Iterator<Item = (i64, u64)>) -> Series {
        let (mut hours, mut sums) = (Vec::new(), vec![0]);
        let mut sum = 0;
        for (hour, requests) in cells {
            sum += requests;
            hours.push(hour);
            sums.push(sum);
        }
        Series { hours, sums }
    }

    fn within(&self, from: i64, until: i64) -> u64 {
        let place = |at: i64| self.hours.partition_point(|hour| *hour < at);
        self.sums[place(until).max(place(from))] - self.sums[place(from)]
    }

    fn all(&self) -> u64 {
        self.sums.last().copied().unwrap_or(0)
    }
}

/// What every controller is held against.
struct Desk {
    all: Series,
    calendar: Calendar,
    span: (i64, i64),
}

impl Desk {
    /// A controller that nobody asks for at all, though so many may.
    fn never(&self, name: &str, own: u64, everybody: u64) -> Option<String> {
        let expected = self.all.all() as f64 * own as f64 / everybody.max(1) as f64;
        (own >= PEOPLE && expected >= SILENT_AT_MOST).then(|| format!(
                "no request in these logs names anything of the controller {name}, although {own} accounts may see something of \
                 it; by their number about {expected:.0} requests were to be expected: its people do not use the platform, or \
                 lines about it were not logged, went elsewhere or were filtered out; who is excluded is so in the first case"
            ))
    }

    /// The window in which a controller lacks most, if it lacks enough.
    fn silent(&self, name: &str, own: &Series) -> Option<String> {
        let ends = [self.span.0 - 1, self.span.1];
        let edges = ends[..1].iter().chain(&own.hours).chain(&ends[1..]);
        let edges: Vec<i64> = edges.copied().collect();
        let windows = edges.windows(2).filter(|pair| pair[1] - pair[0] > 1);
        let lacking = windows.filter_map(|pair| {
            let window = (pair[0] + 1, pair[1]);
            Some((self.lacks(own, window)?, window))
        });
        let (expected, (from, until)) = lacking.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let (from, until) = (Stamp(from * HOUR), Stamp(until * HOUR));
        Some(format!(
            "from {from} until {until} no request names anything of the controller {name}, while others are asked for; by its \
                 share of the requests in the same hours of other days about {expected:.0} were to be expected: its people \
                 stayed away, or lines about it were not logged, went elsewhere or were filtered out"
        ))
    }

    /// Requests that a silence lacks, if so many that it is a hole: each day of it is held against days of its own kind.
    fn lacks(&self, own: &Series, silence: (i64, i64)) -> Option<f64> {
        // Cheap first: most silences are short of this already.
        if (self.all.within(silence.0, silence.1) as f64) < SILENT_FROM {
            return None;
        }
        let days = self.calendar.days(silence.0 * 60, silence.1 * 60);
        let hours = days
            .into_iter()
            .map(|(a, b)| (a.div_euclid(60), b.div_euclid(60)));
        let usual = hours
            .filter(|(a, b)| a < b)
            .filter_map(|day| self.expected(own, day, silence));
        let sums = usual.fold((0.0, 0.0), |(expected, uneven), day| {
            (expected + day.expected, uneven + day.uneven * day.expected)
        });
        let (expected, uneven) = (sums.0, sums.1 / sums.0.max(1.0));
        // Sessions of geometric length m have 2m − 1 as variance over mean, and are silent by exp(−requests/m).
        let needed = SESSIONS * (uneven + 1.0) / 2.0;
        (expected >= needed.clamp(SILENT_FROM, SILENT_AT_MOST)).then_some(expected)
    }

    /// What was to be expected in a window by the same hours of other days, none of which touches the silence.
    fn expected(&self, own: &Series, window: (i64, i64), silence: (i64, i64)) -> Option<Usual> {
        let rest = |(a, b): (i64, i64)| self.all.within(a, b) - own.within(a, b);
        let alike = |days: i64| {
            let kind = |hour: i64| self.calendar.same_kind(hour * 60, days);
            days % 7 == 0 || kind(window.0) && kind(window.1 - 1)
        };
        let fits = |days: &i64| {
            let there = (window.0 + days * 24, window.1 + days * 24);
            let inside = self.span.0 <= there.0 && there.1 <= self.span.1;
            let apart = there.1 <= silence.0 || silence.1 <= there.0;
            (inside && apart && alike(*days) && rest(there) > 0).then_some(there)
        };
        let distances = (1..=FARTHEST).flat_map(|days| [-days, days]);
        let others = distances.filter_map(|days| fits(&days)).take(MOST_DAYS);
        let others: Vec<(u64, u64)> = others.map(|w| (own.within(w.0, w.1), rest(w))).collect();
        let silent = others.iter().filter(|(own, _)| *own == 0).count();
        if others.len() < LEAST_DAYS || silent as f64 > MOST_SILENT * others.len() as f64 {
            return None;
        }
        // The lower of the two middle ones where their number is even.
        let middle = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[(values.len() - 1) / 2]
        };
        let share = middle(
            others
                .iter()
                .map(|(own, rest)| *own as f64 / *rest as f64)
                .collect(),
        );
        let usual = middle(others.iter().map(|(own, _)| *own as f64).collect());
        let expected = usual.min(share * rest(window) as f64);
        let squares = others.iter().map(|(own, rest)| {
            let foretold = share * *rest as f64;
            (*own as f64 - foretold).powi(2) / foretold.max(1.0)
        });
        let uneven = squares.sum::<f64>() / others.len() as f64;
        Some(Usual { expected, uneven })
    }
}

/// What a part of a day usually has, and how uneven that is: variance over mean.
struct Usual {
    expected: f64,
    uneven: f64,
}
