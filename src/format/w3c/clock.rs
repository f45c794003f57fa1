//! The day of lines that have a time but no date.
//!
//! Lines are written as time goes on, so a time of day that falls by more than half a day has passed
//! midnight. One that rises by nearly a day may be a late line of the day before or the end of a
//! quiet day, and nothing tells which: such a line is a problem, not a guess. A day without any line
//! would not be seen, but servers write a new `#Date` when they begin again.

use super::super::time;
use crate::words::{DAY, HOUR};

/// How far the lines so far have come. A function of the lines in their order and of nothing else, so that a chunk in
/// the middle of a file can be told of those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// `YYYY-MM-DD` of the last `#Date`, or the day that the lines have come to since.
    date: Option<[u8; 10]>,
    /// Time of day of the last line that tells of the clock, in nanoseconds.
    last: Option<i64>,
    /// Whether lines have a time but no date.
    runs: bool,
    /// Whether the line at hand cannot be dated.
    torn: bool,
}

impl Clock {
    pub(super) fn run(&mut self, runs: bool) {
        self.runs = runs;
        self.torn = false;
    }

    pub(super) fn runs(&self) -> bool {
        self.runs
    }

    /// A directive's `YYYY-MM-DD HH:MM:SS`, or the date alone.
    pub(super) fn set(&mut self, text: &[u8]) {
        *self = Clock {
            date: text.first_chunk().copied(),
            last: text.get(11..).and_then(of_day),
            runs: self.runs,
            ..Clock::default()
        };
    }

    /// Takes the time of a line. The same line twice changes nothing more.
    pub(super) fn pass(&mut self, clock: &[u8]) {
        let Some(now) = of_day(clock) else { return };
        let ahead = now - self.last.unwrap_or(now);
        self.torn = ahead > 23 * HOUR;
        if self.torn {
            return;
        }
        let is_next_day = ahead < -12 * HOUR;
        if is_next_day {
            self.date = self.date.and_then(next);
        }
        // A line a little late says nothing new, and its midnight must not be passed twice.
        if is_next_day || ahead > 0 || self.last.is_none() {
            self.last = Some(now);
        }
    }

    /// The day of the line at hand.
    pub(super) fn date(&self) -> Option<&[u8; 10]> {
        self.date.as_ref().filter(|_| !self.torn)
    }
}

/// The day after.
fn next(date: [u8; 10]) -> Option<[u8; 10]> {
    let start = time::date(&date, chrono_tz::UTC)?;
    let written = start.shifted(DAY).to_string();
    written.as_bytes().first_chunk().copied()
}

/// A time of day as nanoseconds since midnight.
fn of_day(clock: &[u8]) -> Option<i64> {
    let mut text = *b"1970-01-01 00:00:00.000000000000000";
    let place = text.get_mut(11..11 + clock.len())?;
    place.copy_from_slice(clock);
    let stamp = time::local(text.get(..11 + clock.len())?, chrono_tz::UTC)?;
    (stamp.0 >= 0 && stamp.0 < DAY).then_some(stamp.0)
}
