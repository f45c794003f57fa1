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
/// How much more frequent it is than lengths beside it, and with whole beats missing than lengths that lack no whole
/// ones.
const SPIKE: usize = 5;
const ODD: usize = 10;
/// How much longer than a beat a silence must be.
const MISSED: f64 = 1.6;
/// Shortest silence in minutes that is looked at.
const SHORTEST: i64 = 1;

/// The distance of a source's heartbeat in minutes, if it has one.
pub(super) fn of(pace: &Pace) -> Option<i64> {
    let mut silences: BTreeMap<i64, (usize, std::collections::BTreeSet<i64>)> = BTreeMap::new();
    for (from, until) in pace.silences(SHORTEST) {
        let entry = silences.entry(until - from).or_default();
        entry.0 += 1;
        entry.1.insert(from.div_euclid(DAY));
    }
    let count = |from: i64, until: i64| -> usize {
        if from > until {
            0
        } else {
            silences
                .range(from..=until)
                .map(|(_, (count, _))| count)
                .sum()
        }
    };
    // A spike among the lengths; whatever is longer lacks whole beats, but for a few holes. A minute more or less is
    // the same beat.
    let beats = |length: &i64| {
        let here = count(length - 1, length + 1);
        let beside = count(length + 2, length + 4);
        // Of silences by chance the shorter ones are the more frequent.
        let shorter = count((length - 4).max(1), length - 2);
        let days: std::collections::BTreeSet<i64> = silences
            .range(length - 1..=length + 1)
            .flat_map(|(_, (_, days))| days.iter().copied())
            .collect();
        let longer = |odd: bool| -> usize {
            silences
                .range(length + 2..)
                .filter(|(longer, _)| {
                    let beyond = (*longer + 1).rem_euclid(length + 1);
                    (beyond > 1 && beyond < *length) == odd
                })
                .map(|(_, (count, _))| count)
                .sum()
        };
        here >= BEATS
            && days.len() >= DAYS
            && here >= SPIKE * beside
            && here >= 2 * shorter
            && *length >= 3
            && longer(true) * ODD <= here + longer(false)
    };
    let beat = *silences.keys().find(|length| beats(length))?;
    Some(beat)
}

/// Whether a silence lacks a beat.
pub(super) fn missed(beat: i64, from: i64, until: i64) -> bool {
    (until - from) as f64 >= MISSED * beat as f64 + 1.0
}
