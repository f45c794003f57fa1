//! Hours of a source, what is to be expected of each, and which of them are holes.
//!
//! A silent hour is a hole where at least [`SILENT_FROM`] lines were to be expected (METHODS.md: Λ ≥ ln(525600/10⁻³) ≈ 20,
//! doubled for overdispersion). The expectation is the median of the same hour of the same kind of day
//! (school day, Saturday, Sunday); without enough such days nothing is called a hole.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Weekday};

use super::{HourRow, SourceFacts};
use crate::case::Case;
use crate::route::HourCount;
use crate::words::{HOUR, Stamp};

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

/// Every hour from the source's first to its last, silent ones too.
pub(super) fn rows(case: &Case, source: usize, facts: &SourceFacts) -> Vec<HourRow> {
    let (Some(first), Some(last)) = (facts.tally.first, facts.tally.last) else {
        return Vec::new();
    };
    let (first, last) = (first.hour(), last.hour());
    let hours: Vec<Stamp> = match (last.0 - first.0) / HOUR {
        n if n <= LONGEST_HOURS => (0..=n).map(|i| Stamp(first.0 + i * HOUR)).collect(),
        _ => facts.hours.keys().copied().collect(),
    };
    let comparable = comparable(case, &hours, facts);
    let none = HourCount::default();
    let spec = &case.sources[source];
    let row = |hour: &Stamp| {
        let counts = facts.hours.get(hour).unwrap_or(&none).clone();
        let expected = comparable.get(&slot(case, *hour)).and_then(|e| *e);
        let end = Stamp(hour.0 + HOUR);
        let declared = spec
            .gaps
            .iter()
            .any(|gap| gap.from < end && *hour < gap.until);
        let silent = counts.lines == 0 && expected.is_some_and(|e| e.mean >= SILENT_FROM);
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
        let lines = facts.hours.get(hour).map_or(0, |counts| counts.lines);
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
