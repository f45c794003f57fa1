//! The hours of a source: what is there, what was to be expected, which hole takes a part of it.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{LONGEST, MINUTE, slot};
use super::ledger::Ledger;
use super::{GapKind, Hole};
use crate::words::{HOUR, Stamp};

/// Other days of the same kind that an expectation needs.
const LEAST_DAYS: usize = 4;

/// How many lines an hour should have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Median of comparable hours.
    pub mean: f64,
    /// The median less four standard deviations of twice the Poisson variance.
    pub low: f64,
    /// The median and as much above.
    pub high: f64,
}

/// A row of `coverage.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct HourRow {
    /// Index of the source.
    pub source: usize,
    /// The hour's start.
    pub hour: Stamp,
    /// Records of that hour, whatever they ask for, without those of `alone`.
    pub lines: u64,
    /// Records of that hour whose stamps stand alone, so that nobody knows when they were written.
    pub alone: u64,
    /// Requests of each route, by the route's index in the case; those of `alone` too.
    pub routes: Vec<u64>,
    /// How many lines are to be expected, if that can be told.
    pub expected: Option<Expected>,
    /// The strongest evidence of a hole in it.
    pub gap: Option<GapKind>,
    /// Writers of which a hole takes lines, sorted.
    pub writers: Vec<String>,
    /// Routes of which a hole takes requests, sorted.
    pub dark_routes: Vec<usize>,
}

/// Every hour from the source's first to its last, silent ones too, the hours of the window around them, and those of
/// stamps that stand alone: every record that was read is in one of them.
pub(super) fn rows(
    ledger: &Ledger<'_>,
    holes: &[&Hole],
    window: Option<(Stamp, Stamp)>,
) -> Vec<HourRow> {
    let Some((first, last)) = ledger.all.span() else {
        return Vec::new();
    };
    let own = (first.div_euclid(60), (last - 1).div_euclid(60));
    let whole = window.map_or(own, |(from, until)| {
        let until = until.0.saturating_sub(1).div_euclid(HOUR);
        (own.0.min(from.0.div_euclid(HOUR)), own.1.max(until))
    });
    // A span that no log has is a fault of stamps or of the period: then the log's own hours, if even those.
    let mut hours: BTreeSet<i64> = [whole, own]
        .into_iter()
        .find(|(from, until)| until - from <= LONGEST * 24)
        .map_or_else(|| written(ledger), |(from, until)| (from..=until).collect());
    let read = read(ledger);
    hours.extend(read.keys());
    let nothing = (0, vec![0; ledger.routes.len()]);
    let expected = comparable(ledger, own);
    let mut rows: Vec<HourRow> = hours
        .iter()
        .map(|hour| (hour, read.get(hour).unwrap_or(&nothing)))
        .map(|(hour, (all, routes))| {
            (
                hour,
                all,
                routes,
                ledger.all.lines(hour * 60, hour * 60 + 60),
            )
        })
        .map(|(hour, all, routes, lines)| HourRow {
            source: ledger.source,
            hour: Stamp(hour.saturating_mul(HOUR)),
            lines,
            alone: all.saturating_sub(lines),
            routes: routes.clone(),
            expected: expected
                .get(&slot(
                    ledger.case.timezone,
                    Stamp(hour.saturating_mul(HOUR)),
                ))
                .copied()
                .flatten(),
            gap: None,
            writers: Vec::new(),
            dark_routes: Vec::new(),
        })
        .collect();
    for hole in holes {
        mark(&mut rows, hole);
    }
    rows
}

fn mark(rows: &mut [HourRow], hole: &Hole) {
    let start = rows.partition_point(|row| row.hour.0.saturating_add(HOUR) <= hole.from.0);
    // A hole between two lines of one instant still lies somewhere.
    let touched = |row: &&mut HourRow| row.hour < hole.until || row.hour <= hole.from;
    for row in rows[start..].iter_mut().take_while(touched) {
        row.gap = Some(row.gap.map_or(hole.kind, |gap| gap.min(hole.kind)));
        if let Some(writer) = hole.writer.as_ref().filter(|w| !row.writers.contains(w)) {
            row.writers.push(writer.clone());
            row.writers.sort();
        }
        if let Some(route) = hole.route.filter(|r| !row.dark_routes.contains(r)) {
            row.dark_routes.push(route);
            row.dark_routes.sort_unstable();
        }
    }
}

/// Hours with a line.
fn written(ledger: &Ledger<'_>) -> BTreeSet<i64> {
    let minutes = ledger.all.cells().map(|(minute, _)| minute);
    minutes.map(|minute| minute.div_euclid(60)).collect()
}

/// Records of each hour that has any, by their stamps as they stand: all of them, and each route's.
fn read(ledger: &Ledger<'_>) -> BTreeMap<i64, (u64, Vec<u64>)> {
    let mut hours: BTreeMap<i64, (u64, Vec<u64>)> = BTreeMap::new();
    let lanes = || ledger.facts.files.iter().flat_map(|f| &f.counted.lanes);
    for (minute, lines) in lanes().flat_map(|lane| lane.lines.cells()) {
        let empty = || (0, vec![0; ledger.routes.len()]);
        hours.entry(minute.div_euclid(60)).or_insert_with(empty).0 += lines;
    }
    // A request of a route is a record, so its hour is there.
    let routes = lanes().flat_map(|lane| lane.routes.iter().enumerate());
    for (route, (minute, lines)) in routes.flat_map(|(r, s)| s.cells().map(move |cell| (r, cell))) {
        let hour = hours.get_mut(&minute.div_euclid(60));
        if let Some(count) = hour.and_then(|(_, routes)| routes.get_mut(route)) {
            *count += lines;
        }
    }
    hours
}

/// The expectation of every kind of hour. The first and last hour are cut by the log's ends and do not count.
fn comparable(ledger: &Ledger<'_>, own: (i64, i64)) -> BTreeMap<(u8, u32), Option<Expected>> {
    let mut slots: BTreeMap<(u8, u32), Vec<u64>> = BTreeMap::new();
    let inner = match own.1 - own.0 <= LONGEST * 24 {
        true => own.0 + 1..own.1,
        false => 0..0,
    };
    for hour in inner {
        let at = Stamp(hour.saturating_mul(60 * MINUTE));
        let lines = ledger.all.lines(hour * 60, hour * 60 + 60);
        slots
            .entry(slot(ledger.case.timezone, at))
            .or_default()
            .push(lines);
    }
    let expected = |mut lines: Vec<u64>| {
        lines.sort_unstable();
        let mean = lines.get(lines.len() / 2).map(|n| *n as f64)?;
        let spread = 4.0 * (2.0 * mean).sqrt();
        (lines.len() > LEAST_DAYS).then(|| Expected {
            mean,
            low: (mean - spread).max(0.0),
            high: mean + spread,
        })
    };
    let each = slots.into_iter();
    each.map(|(slot, lines)| (slot, expected(lines))).collect()
}
