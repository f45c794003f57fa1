//! Counts of lines and of each route's requests, hour by hour: what `coverage` judges later.

use std::collections::BTreeMap;

use crate::words::Stamp;

/// Counts of one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HourCount {
    /// Records of that hour, whatever they ask for.
    pub lines: u64,
    /// Requests of each route, by the route's index in the case.
    pub routes: Vec<u64>,
}

/// Counts by UTC hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    done: BTreeMap<Stamp, HourCount>,
    /// The hour of the last line: lines come mostly in order, so the map is touched once an hour.
    current: Option<(Stamp, HourCount)>,
}

impl Hours {
    /// Counts a record, and its route if it has one.
    pub fn count(&mut self, at: Stamp, route: Option<u16>) {
        let hour = at.hour();
        if self.current.as_ref().is_none_or(|(h, _)| *h != hour) {
            self.flush();
            self.current = Some((hour, HourCount::default()));
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
        for (hour, counts) in other.done {
            self.done.entry(hour).or_default().absorb(&counts);
        }
    }

    /// All hours that have a record, in order.
    pub fn finish(mut self) -> BTreeMap<Stamp, HourCount> {
        self.flush();
        self.done
    }

    fn flush(&mut self) {
        if let Some((hour, counts)) = self.current.take() {
            self.done.entry(hour).or_default().absorb(&counts);
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
