//! Days of the case's zone, so that an hour is held against the same hour of other days across clock changes.

use chrono::{DateTime, Datelike, Duration, NaiveDate, TimeZone, Weekday};
use chrono_tz::Tz;

pub(super) use crate::words::MINUTE;
use crate::words::Stamp;

/// Longest span in days that is looked at day by day; a source whose stamps span more has a clock fault.
pub(super) const LONGEST: i64 = 366 * 30;

/// School day, Saturday, Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    School,
    Saturday,
    Sunday,
}

/// Local midnights with the kind of day that begins.
pub(super) struct Calendar {
    days: Vec<(i64, Kind)>,
}

impl Calendar {
    /// The days of a span in minutes, and one more on either side; none where the span is no time that can be.
    pub(super) fn new(zone: Tz, span: Option<(i64, i64)>) -> Calendar {
        let day = |minute: i64| {
            let at = DateTime::from_timestamp_nanos(minute.saturating_mul(MINUTE));
            at.with_timezone(&zone).date_naive()
        };
        let Some((first, last)) = span else {
            return Calendar { days: Vec::new() };
        };
        let (first, last) = (
            day(first) - Duration::days(1),
            day(last) + Duration::days(1),
        );
        let count = (last - first).num_days();
        if count > LONGEST {
            return Calendar { days: Vec::new() };
        }
        let dates = (0..=count).map(|n| first + Duration::days(n));
        let days = dates.filter_map(|date| Some((midnight(zone, date)?, kind(date))));
        Calendar {
            days: days.collect(),
        }
    }

    /// The kind of day that a minute lies in.
    pub(super) fn kind(&self, minute: i64) -> Option<Kind> {
        Some(self.days.get(self.index(minute)?)?.1)
    }

    /// Whether the day so many days away is of the same kind.
    pub(super) fn same_kind(&self, minute: i64, days: i64) -> bool {
        let there = self.shifted(minute, days).and_then(|m| self.kind(m));
        there.is_some() && there == self.kind(minute)
    }

    /// Whether this day and the one so many days away are both school days, or both days off.
    pub(super) fn as_free(&self, minute: i64, days: i64) -> bool {
        let off = |kind: Option<Kind>| kind.map(|kind| kind != Kind::School);
        let there = self.shifted(minute, days).and_then(|m| self.kind(m));
        there.is_some() && off(there) == off(self.kind(minute))
    }

    /// The same time so many days away.
    pub(super) fn shifted(&self, minute: i64, days: i64) -> Option<i64> {
        let index = self.index(minute)?;
        let there = usize::try_from(index as i64 + days).ok()?;
        Some(self.days.get(there)?.0 + (minute - self.days[index].0))
    }

    /// A window's parts by day.
    pub(super) fn days(&self, from: i64, until: i64) -> Vec<(i64, i64)> {
        let low = self.days.partition_point(|(midnight, _)| *midnight <= from);
        let high = self.days.partition_point(|(midnight, _)| *midnight < until);
        let cuts = self
            .days
            .get(low..high)
            .unwrap_or_default()
            .iter()
            .map(|day| day.0);
        let starts = std::iter::once(from).chain(cuts.clone());
        starts.zip(cuts.chain([until])).collect()
    }

    fn index(&self, minute: i64) -> Option<usize> {
        self.days
            .partition_point(|(midnight, _)| *midnight <= minute)
            .checked_sub(1)
    }
}

fn midnight(zone: Tz, date: NaiveDate) -> Option<i64> {
    // Where the clock goes forward at midnight the day begins an hour later.
    let start = (0..3).find_map(|hour| {
        let local = date.and_hms_opt(hour, 0, 0)?;
        zone.from_local_datetime(&local).earliest()
    })?;
    Some(start.timestamp().div_euclid(60))
}

fn kind(date: NaiveDate) -> Kind {
    match date.weekday() {
        Weekday::Sat => Kind::Saturday,
        Weekday::Sun => Kind::Sunday,
        _ => Kind::School,
    }
}

/// Whether the local time of an instant comes twice that night.
pub(super) fn comes_twice(zone: Tz, at: Stamp) -> bool {
    let local = DateTime::from_timestamp_nanos(at.0).with_timezone(&zone);
    matches!(
        zone.from_local_datetime(&local.naive_local()),
        chrono::LocalResult::Ambiguous(..)
    )
}

/// The hour of a local day and the kind of day, for hours that are compared with each other.
pub(super) fn slot(zone: Tz, hour: Stamp) -> (u8, u32) {
    use chrono::Timelike;
    let local = DateTime::from_timestamp_nanos(hour.0).with_timezone(&zone);
    (kind(local.date_naive()) as u8, local.hour())
}
