//! Counts of lines by writer, route and minute, with the writers' own numbers and the file's clock: what
//! `coverage` judges later.
//!
//! One counter a line, two where it asks for a route. Parts merge in the order of a file's lines.

use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use super::clock::{Clock, Mark};
use super::dark::Dark;
use super::numbers::Numbers;
use super::series::Series;
use crate::words::Stamp;

/// Writers from which the field that names them names something else: then they are not told apart.
const MOST_WRITERS: usize = 256;

/// What a record gives to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'l> {
    /// When.
    pub at: Stamp,
    /// Line number in the file's content, from 1.
    pub line: u64,
    /// What it asks for, by the route's index in the case.
    pub route: Option<u16>,
    /// Who wrote the line, where the log says so.
    pub node: Option<&'l [u8]>,
    /// The writer's own number of the line.
    pub sequence: Option<u64>,
}

/// One writer's counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lane {
    /// Its name; empty where the log does not say.
    pub node: Vec<u8>,
    /// All its records.
    pub lines: Series,
    /// Requests of each route, by the route's index in the case.
    pub routes: Vec<Series>,
    /// Its own numbers.
    pub numbers: Numbers,
}

/// All counts of a file.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// By writer, in the order of their first lines.
    pub lanes: Vec<Lane>,
    /// How its stamps follow each other.
    pub clock: Clock,
    /// Where lines were overwritten.
    pub dark: Dark,
}

/// Counts being made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Hours {
    lanes: Vec<Lane>,
    #[serde(skip)]
    known: HashMap<Vec<u8>, usize>,
    /// The last line's writer: mostly the next one's too.
    current: usize,
    clock: Clock,
    pub(super) dark: Dark,
    crowded: bool,
}

impl Hours {
    /// Counts a record.
    pub fn count(&mut self, seen: Seen<'_>) {
        self.dark.light();
        self.clock.push(Mark {
            at: seen.at,
            line: seen.line,
            routed: seen.route.is_some(),
        });
        let node = match self.crowded {
            true => b"",
            false => seen.node.unwrap_or_default(),
        };
        let lane = self.lane(node);
        let lane = &mut self.lanes[lane];
        lane.lines.add(seen.at);
        if let Some(route) = seen.route {
            lane.route(usize::from(route)).add(seen.at);
        }
        if let Some(number) = seen.sequence {
            lane.numbers.push(number, seen.at);
        }
    }

    /// Adds the counts of the lines that follow, whose numbers begin after `base`.
    pub fn absorb(&mut self, next: Hours, base: u64) {
        self.clock.absorb(next.clock, base);
        self.dark.absorb(next.dark);
        if next.crowded && !self.crowded {
            self.crowd();
        }
        for lane in next.lanes {
            let node: &[u8] = if self.crowded { b"" } else { &lane.node };
            let mine = self.lane(node);
            self.lanes[mine].absorb(lane);
            if self.crowded {
                self.lanes[0].numbers.give_up();
            }
        }
    }

    /// The same, when it comes from disk: there it leaves out what it can find again.
    pub(super) fn revived(mut self) -> Hours {
        let numbered = self.lanes.iter().zip(0..);
        self.known = numbered
            .map(|(lane, number)| (lane.node.clone(), number))
            .collect();
        self
    }

    /// The counts.
    pub fn finish(mut self) -> Counted {
        for lane in &mut self.lanes {
            lane.lines.settle();
            lane.routes.iter_mut().for_each(Series::settle);
        }
        Counted {
            lanes: self.lanes,
            clock: self.clock,
            dark: self.dark,
        }
    }

    /// The number of a writer.
    fn lane(&mut self, node: &[u8]) -> usize {
        // Most logs name no writer, and comparing nothing with nothing is slow: an empty slice points nowhere.
        let same = |lane: &Lane| match node.is_empty() {
            true => lane.node.is_empty(),
            false => lane.node == node,
        };
        if self.lanes.get(self.current).is_some_and(same) {
            return self.current;
        }
        self.current = match self.known.get(node) {
            Some(lane) => *lane,
            None if self.lanes.len() >= MOST_WRITERS => {
                self.crowd();
                0
            }
            None => {
                self.known.insert(node.to_vec(), self.lanes.len());
                self.lanes.push(Lane {
                    node: node.to_vec(),
                    ..Lane::default()
                });
                self.lanes.len() - 1
            }
        };
        self.current
    }

    /// Makes one writer of all. Numbers of several writers are no sequence.
    fn crowd(&mut self) {
        self.crowded = true;
        let mut one = Lane::default();
        for lane in std::mem::take(&mut self.lanes) {
            one.absorb(lane);
        }
        one.numbers.give_up();
        self.lanes = vec![one];
        self.known = HashMap::from([(Vec::new(), 0)]);
        self.current = 0;
    }
}

impl Lane {
    fn route(&mut self, route: usize) -> &mut Series {
        if self.routes.len() <= route {
            self.routes.resize(route + 1, Series::default());
        }
        &mut self.routes[route]
    }

    /// Takes in counts of the lines that follow.
    fn absorb(&mut self, next: Lane) {
        self.lines.absorb(next.lines);
        for (route, series) in next.routes.into_iter().enumerate() {
            self.route(route).absorb(series);
        }
        self.numbers.absorb(next.numbers);
    }
}
