//! Counts of lines by the minute, and of each route's requests by the hour: what `coverage` judges later.

use std::collections::BTreeMap;

use crate::words::{SECOND, Stamp};

/// Counts of one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourCount {
    /// Records of that hour, whatever they ask for.
    pub lines: u64,
    /// Requests of each route, by the route's index in the case.
    pub routes: Vec<u64>,
}

/// All counts of a source, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// By UTC hour, hours with a record only.
    pub hours: BTreeMap<Stamp, HourCount>,
    /// Records by minute since the epoch, minutes with a record only.
    pub minutes: BTreeMap<i64, u64>,
}

/// Counts being made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    done: Counted,
    /// The hour and minute of the last line: lines come mostly in order, so the maps are touched rarely.
    current: Option<(Stamp, HourCount)>,
    minute: Option<(i64, u64)>,
}

impl Hours {
    /// Counts a record, and its route if it has one.
    pub fn count(&mut self, at: Stamp, route: Option<u16>) {
        let hour = at.hour();
        if self.current.as_ref().is_none_or(|(h, _)| *h != hour) {
            self.flush();
            self.current = Some((hour, HourCount::default()));
        }
        let minute = at.0.div_euclid(60 * SECOND);
        match &mut self.minute {
            Some((current, lines)) if *current == minute => *lines += 1,
            _ => {
                self.flush_minute();
                self.minute = Some((minute, 1));
            }
        }
        if let Some((_, counts)) = &mut self.current {
            counts.lines += 1;
            if let Some(route) = route {
                counts.add_route(usize::from(route), 1);
            }
        }
    }

    /// Adds another part's counts.
    pub fn absorb(&mut self, mut other: Hours) {
        self.flush();
        other.flush();
        for (hour, counts) in other.done.hours {
            self.done.hours.entry(hour).or_default().absorb(&counts);
        }
        for (minute, lines) in other.done.minutes {
            *self.done.minutes.entry(minute).or_default() += lines;
        }
    }

    /// The counts.
    pub fn finish(mut self) -> Counted {
        self.flush();
        self.done
    }

    fn flush(&mut self) {
        if let Some((hour, counts)) = self.current.take() {
            self.done.hours.entry(hour).or_default().absorb(&counts);
        }
        self.flush_minute();
    }

    fn flush_minute(&mut self) {
        if let Some((minute, lines)) = self.minute.take() {
            *self.done.minutes.entry(minute).or_default() += lines;
        }
    }
}

impl HourCount {
    fn add_route(&mut self, route: usize, n: u64) {
        if self.routes.len() <= route {
            self.routes.resize(route + 1, 0);
        }
        self.routes[route] += n;
    }

    fn absorb(&mut self, other: &HourCount) {
        self.lines += other.lines;
        for (route, n) in other.routes.iter().enumerate() {
            self.add_route(route, *n);
        }
    }
}
