//! Places of lines that packs tell: proved to be the controller's alone by reading the logs again.

use std::collections::BTreeMap;

use super::Check;
use crate::evidence;
use crate::pack::keys::Keys;
use crate::pack::owners::{Controller, Kind, Reader};
use crate::pack::reread::{self, RawLine};
use crate::source::SourceProblem;

/// A place that a row of `evidence.csv` tells.
pub(super) struct Place {
    /// File and line of the row.
    pub(super) at: (String, u64),
    pub(super) controller: Controller,
    pub(super) log: String,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) line: Option<u64>,
    /// Status and size that the row tells.
    pub(super) told: [String; 2],
}

struct Unreadable(String);

impl From<SourceProblem> for Unreadable {
    fn from(problem: SourceProblem) -> Unreadable {
        Unreadable(problem.to_string())
    }
}

impl Check<'_> {
    /// Reads each place again: the line must be the one that the row tells of, and ask for nothing of anybody else.
    pub(super) fn prove(&mut self, places: Vec<Place>) -> Result<(), String> {
        let mut by_log: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
        for place in &places {
            by_log.entry(&place.log).or_default().push(place);
        }
        for (name, mut places) in by_log {
            let Some(log) = self.logs.iter().find(|log| log.name == name) else {
                for place in places {
                    let what = "tells a place in a log that the case does not have".to_owned();
                    self.tell(&place.at.0, place.at.1, what);
                }
                continue;
            };
            places.sort_by_key(|place| place.offset);
            let wanted: Vec<evidence::Place> = places
                .iter()
                .map(|place| evidence::Place {
                    offset: place.offset,
                    length: place.length,
                })
                .collect();
            let mut wrong = Vec::new();
            let read = reread::lines(log, &wanted, |at, line| {
                if let Some(what) = self.wrong(places[at], line) {
                    wrong.push((places[at], what));
                }
                Ok::<(), Unreadable>(())
            });
            read.map_err(|problem| problem.0)?;
            self.out.places += places.len() as u64;
            for (place, what) in wrong {
                self.tell(&place.at.0, place.at.1, what.to_owned());
            }
        }
        Ok(())
    }

    fn wrong(&self, place: &Place, line: &RawLine<'_>) -> Option<&'static str> {
        let record = line.read(line.bytes);
        let says = record.as_ref().map(|record| {
            let bytes = record.bytes.map(|bytes| bytes.to_string());
            let status = record.status.map(|status| status.to_string());
            [status, bytes].map(Option::unwrap_or_default)
        });
        let other = says.is_some_and(|says| says != place.told);
        if other || place.line != Some(line.number) {
            return Some("tells the place of another line than the one that it is about");
        }
        let owners = self.owners;
        // What the answer knows of a place counts for more than what its line says.
        let offset = place.offset.to_string();
        let hits = owners.in_reading(Reader::Controller(place.controller), &offset);
        if hits.iter().any(|hit| hit.kind == Kind::Offset) {
            return Some("tells the offset of a line of another controller");
        }
        let record = record?;
        let method = record.method.as_deref().unwrap_or_default();
        let show = |id: &str| owners.shows_object(place.controller, id, true);
        let hold = |id: &str| owners.shows_container(place.controller, id);
        let mut names = Keys::none(owners);
        let asked = record.target.as_deref().and_then(|target| {
            self.targets
                .asked(method, target, (&show, &hold), &mut names)
        });
        match asked {
            Some(asked) if asked.only_own => None,
            _ => Some("tells the place of a line that asks for something of another controller"),
        }
    }
}
