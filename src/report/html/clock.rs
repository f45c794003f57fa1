//! The case's zone: when its offset from UTC changes, so that the page can tell local times without knowing zones.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

/// Longest time that is searched for changes, in days: what no log outlives.
const LONGEST: i64 = 366 * 60;
const DAY: i64 = 86_400;

/// A zone over some time.
pub(in crate::report) struct Zone {
    /// Its name.
    pub(in crate::report) name: String,
    /// From which instant on (seconds since 1970) which offset holds, in seconds east of UTC.
    steps: Vec<(i64, i64)>,
}

impl Zone {
    /// The zone of a name, over a time; UTC where the name is none.
    pub(in crate::report) fn over(name: &str, from: i64, until: i64) -> Zone {
        let zone: chrono_tz::Tz = name.parse().unwrap_or(chrono_tz::UTC);
        let offset = |at: i64| offset(zone, at);
        let until = until.min(from.saturating_add(LONGEST * DAY));
        // What lies before is told by the offset at the beginning.
        let mut steps = vec![(i64::MIN / 4096, offset(from))];
        let mut day = from;
        while day < until {
            let next = day.saturating_add(DAY);
            if offset(next) != offset(day) {
                steps.push((change(offset, day, next), offset(next)));
            }
            day = next;
        }
        Zone {
            name: zone.name().to_owned(),
            steps,
        }
    }

    /// For the script in the page.
    pub(in crate::report) fn json(&self) -> Value {
        json!({ "name": self.name, "steps": self.steps })
    }

    /// The local time of an instant.
    pub(in crate::report) fn local(&self, at: i64) -> Option<NaiveDateTime> {
        let step = self.steps.iter().rev().find(|(from, _)| *from <= at);
        let offset = step.map_or(0, |(_, offset)| *offset);
        let local = DateTime::from_timestamp(at, 0)?.naive_utc();
        local.checked_add_signed(TimeDelta::seconds(offset))
    }
}

fn offset(zone: chrono_tz::Tz, at: i64) -> i64 {
    let Some(instant) = DateTime::<Utc>::from_timestamp(at, 0) else {
        return 0;
    };
    let offset = zone.offset_from_utc_datetime(&instant.naive_utc());
    i64::from(offset.fix().local_minus_utc())
}

/// The first second of the new offset.
fn change(offset: impl Fn(i64) -> i64, from: i64, until: i64) -> i64 {
    let (mut old, mut new) = (from, until);
    while new - old > 1 {
        let middle = old + (new - old) / 2;
        if offset(middle) == offset(from) {
            old = middle;
        } else {
            new = middle;
        }
    }
    new
}

/// The second of a stamp as the answer's files write it.
pub(in crate::report) fn seconds(text: &str) -> Option<i64> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    Some(instant.timestamp())
}

/// The second of a stamp in JSON.
pub(in crate::report) fn second_of(value: &Value) -> Option<i64> {
    seconds(value.as_str()?)
}
