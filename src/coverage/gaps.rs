//! Holes of a source: silences that are too long for the traffic around them, or for the hour of the week.
//!
//! A silent window is a hole where at least [`SILENT_FROM`] lines were to be expected (METHODS.md: Λ ≥ ln(525600/10⁻³) ≈ 20,
//! doubled for overdispersion). By the minute, the expectation is the slower of the hour before and the hour
//! after, each by the median of its ten-minute blocks; by the hour, the median of the same hour of the same kind of day (school day, Saturday, Sunday).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Weekday};

use super::{HourRow, SourceFacts};
use crate::case::Case;
use crate::route::HourCount;
use crate::words::{HOUR, SECOND, Stamp};

/// Nanoseconds in one minute.
const MINUTE: i64 = 60 * SECOND;

/// Expected lines from which a silent hour is a hole.
pub const SILENT_FROM: f64 = 40.0;
/// Other days of the same kind that an expectation needs.
const LEAST_DAYS: usize = 4;
/// Longest span that is listed hour by hour; a source whose stamps span more has a clock fault.
const LONGEST_HOURS: i64 = 24 * 366 * 30;

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

/// Why an hour is a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// The case says so.
    Declared,
    /// It is silent where it should not be.
    Silent,
}

impl GapKind {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            GapKind::Declared => "declared",
            GapKind::Silent => "silent",
        }
    }
}

/// A silence that is too long for the traffic on both sides of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hole {
    /// First silent minute.
    pub from: Stamp,
    /// First minute with a line again.
    pub until: Stamp,
    /// Lines that were to be expected.
    pub expected: f64,
}

impl Hole {
    /// Whether it takes a part of an hour.
    pub(super) fn touches(&self, hour: Stamp) -> bool {
        self.within(hour) > 0
    }

    /// How many nanoseconds of an hour it takes.
    pub(super) fn within(&self, hour: Stamp) -> i64 {
        let end = self.until.0.min(hour.0 + HOUR);
        (end - self.from.0.max(hour.0)).max(0)
    }
}

/// Minutes on either side whose traffic tells what to expect.
const FLANK: i64 = 60;
/// Fewest silent minutes that are looked at: scheduled jobs follow each other at such distances.
const SHORTEST: i64 = 5;
/// Minutes of a block of the flank.
const BLOCK: i64 = 10;

/// The holes of a source, in order.
pub(super) fn holes(facts: &SourceFacts) -> Vec<Hole> {
    let minutes: Vec<(i64, u64)> = facts
        .counted
        .minutes
        .iter()
        .map(|(m, n)| (*m, *n))
        .collect();
    let mut before = 0;
    let sums: Vec<u64> = std::iter::once(0)
        .chain(minutes.iter().map(|(_, lines)| {
            before += lines;
            before
        }))
        .collect();
    let (Some(first), Some(last)) = (minutes.first(), minutes.last()) else {
        return Vec::new();
    };
    let lines = |from: i64, until: i64| {
        let low = minutes.partition_point(|(minute, _)| *minute < from);
        let high = minutes.partition_point(|(minute, _)| *minute < until);
        sums[high] - sums[low]
    };
    // Lines a minute in the flank, over as much of it as the log has. The median of its blocks: an
    // integration's burst next to a quiet night is no pace of the night.
    let rate = |from: i64, until: i64| {
        let (from, until) = (from.max(first.0), until.min(last.0 + 1));
        let starts = (from..until).step_by(BLOCK as usize);
        let mut paces: Vec<f64> = starts
            .map(|start| {
                let end = (start + BLOCK).min(until);
                lines(start, end) as f64 / (end - start) as f64
            })
            .collect();
        paces.sort_by(f64::total_cmp);
        // The lower of the two middle ones where their number is even.
        paces
            .get(paces.len().saturating_sub(1) / 2)
            .copied()
            .unwrap_or(0.0)
    };
    let silent = minutes
        .windows(2)
        .filter(|pair| pair[1].0 - pair[0].0 > SHORTEST);
    silent
        .filter_map(|pair| {
            let (from, until) = (pair[0].0 + 1, pair[1].0);
            let pace = rate(from - FLANK, from).min(rate(until, until + FLANK));
            let expected = pace * (until - from) as f64;
            (expected >= SILENT_FROM).then_some(Hole {
                from: Stamp(from * MINUTE),
                until: Stamp(until * MINUTE),
                expected,
            })
        })
        .collect()
}

/// The longest silence in nanoseconds that is no hole.
pub(super) fn longest_silence(facts: &SourceFacts, holes: &[Hole]) -> i64 {
    let minutes = facts.counted.minutes.keys();
    let silences = minutes
        .clone()
        .zip(minutes.skip(1))
        .map(|(a, b)| (*a * MINUTE, *b * MINUTE));
    let ordinary =
        silences.filter(|(from, _)| !holes.iter().any(|hole| hole.from.0 == from + MINUTE));
    ordinary
        .map(|(from, until)| until - from)
        .max()
        .unwrap_or(0)
}

/// How many minutes a hole may have without being noticed at the source's mean pace; none without a record.
pub(super) fn unnoticed(facts: &SourceFacts) -> Option<i64> {
    let (first, last) = (facts.tally.first?, facts.tally.last?);
    let span = ((last.0 - first.0) / MINUTE).max(1);
    let pace = facts.tally.records as f64 / span as f64;
    Some(((SILENT_FROM / pace).ceil() as i64).max(SHORTEST))
}

/// Every hour from the source's first to its last, silent ones too.
pub(super) fn rows(
    case: &Case,
    source: usize,
    facts: &SourceFacts,
    holes: &[Hole],
) -> Vec<HourRow> {
    let (Some(first), Some(last)) = (facts.tally.first, facts.tally.last) else {
        return Vec::new();
    };
    let (first, last) = (first.hour(), last.hour());
    let hours: Vec<Stamp> = match (last.0 - first.0) / HOUR {
        n if n <= LONGEST_HOURS => (0..=n).map(|i| Stamp(first.0 + i * HOUR)).collect(),
        _ => facts.counted.hours.keys().copied().collect(),
    };
    let comparable = comparable(case, &hours, facts);
    let none = HourCount::default();
    let spec = &case.sources[source];
    let row = |hour: &Stamp| {
        let counts = facts.counted.hours.get(hour).unwrap_or(&none).clone();
        let expected = comparable.get(&slot(case, *hour)).and_then(|e| *e);
        let end = Stamp(hour.0 + HOUR);
        let declared = spec
            .gaps
            .iter()
            .any(|gap| gap.from < end && *hour < gap.until);
        let silent = holes.iter().any(|hole| hole.touches(*hour))
            || counts.lines == 0 && expected.is_some_and(|e| e.mean >= SILENT_FROM);
        HourRow {
            source,
            hour: *hour,
            counts,
            expected,
            gap: match (declared, silent) {
                (true, _) => Some(GapKind::Declared),
                (false, true) => Some(GapKind::Silent),
                (false, false) => None,
            },
        }
    };
    hours.iter().map(row).collect()
}

/// Kind of day and hour of the day in the case's zone.
type Slot = (u8, u32);

fn slot(case: &Case, hour: Stamp) -> Slot {
    let local = DateTime::from_timestamp_nanos(hour.0).with_timezone(&case.timezone);
    let kind = match local.weekday() {
        Weekday::Sat => 1,
        Weekday::Sun => 2,
        _ => 0,
    };
    (kind, local.hour())
}

/// The expectation of every slot. The first and last hour are cut by the log's ends and do not count.
fn comparable(
    case: &Case,
    hours: &[Stamp],
    facts: &SourceFacts,
) -> BTreeMap<Slot, Option<Expected>> {
    let inner = hours
        .get(1..hours.len().saturating_sub(1))
        .unwrap_or_default();
    let mut slots: BTreeMap<Slot, Vec<u64>> = BTreeMap::new();
    for hour in inner {
        let lines = facts
            .counted
            .hours
            .get(hour)
            .map_or(0, |counts| counts.lines);
        slots.entry(slot(case, *hour)).or_default().push(lines);
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
