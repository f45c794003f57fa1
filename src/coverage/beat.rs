//! Heartbeats: a job that writes a line at regular distances shows a hole by its missing beat, also at night and also
//! where one host of several is missing, when nothing else would.
//!
//! Where the longest silences of a source are, many times over, equally long, something beats at that distance. A
//! silence of more than one and a half beats lacks a line then, whatever people do at that hour.

use std::collections::BTreeMap;

use super::pace::{DAY, Pace};

/// Equal silences that make a beat, and days over which they must lie.
const BEATS: usize = 20;
const DAYS: usize = 3;
/// How much longer than a beat a silence must be.
const MISSED: f64 = 1.6;
/// Shortest beat in minutes: shorter ones drown in ordinary traffic.
const SHORTEST: i64 = 10;

/// The distance of a source's heartbeat in minutes, if it has one.
pub(super) fn of(pace: &Pace) -> Option<i64> {
    let mut silences: BTreeMap<i64, (usize, std::collections::BTreeSet<i64>)> = BTreeMap::new();
    for (from, until) in pace.silences(SHORTEST) {
        let entry = silences.entry(until - from).or_default();
        entry.0 += 1;
        entry.1.insert(from.div_euclid(DAY));
    }
    // The longest length that is so frequent; a minute more or less is the same beat.
    let about = |length: i64| silences.range(length - 1..=length + 1);
    let beat = *silences.keys().rev().find(|length| {
        let count: usize = about(**length).map(|(_, (count, _))| count).sum();
        let days: std::collections::BTreeSet<i64> =
            about(**length).flat_map(|(_, (_, days))| days.iter().copied()).collect();
        let longer: usize = silences.range(**length + 2..).map(|(_, (count, _))| count).sum();
        count >= BEATS && days.len() >= DAYS && longer * 2 <= count
    })?;
    Some(beat)
}

/// Whether a silence lacks a beat.
pub(super) fn missed(beat: i64, from: i64, until: i64) -> bool {
    (until - from) as f64 >= MISSED * beat as f64 + 1.0
}
