//! What the logs show of the leaked things, whoever asked and in scope or not; and when rates were limited.
//! Looks at every access once; without `[leak]` only at its status.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::measure::Worker;
use crate::cause::{Limited, Sighting, leaked_things};
use crate::scope::Thing;
use crate::sequence::{Access, NONE};

/// What was watched for.
#[derive(Debug, Default)]
pub struct Watched {
    /// One for each leaked thing, account and route, in their order.
    pub sightings: Vec<Sighting>,
    /// Requests refused for their rate (429), by route.
    pub limited: BTreeMap<u16, Limited>,
}

type Key = (Thing, u32, u16);

/// What to watch for.
pub(super) struct Watch {
    leaked: HashSet<Thing>,
    ids: Ids,
}

/// What was watched for, account by account.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Watching {
    seen: BTreeMap<Key, Sighting>,
    limited: BTreeMap<u16, Limited>,
}

impl Watch {
    pub fn of(worker: &Worker<'_>) -> Watch {
        let leak = worker.case.leak.as_ref();
        let leaked: HashSet<Thing> = leak
            .map(|leak| leaked_things(worker.scope.atlas, leak))
            .unwrap_or_default();
        Watch {
            ids: Ids::of(worker, &leaked),
            leaked,
        }
    }

    /// Looks at one account's accesses.
    pub fn look(&self, worker: &Worker<'_>, (account, accesses): (u32, &[Access])) -> Watching {
        let mut watching = Watching::default();
        for access in accesses {
            if access.status == 429 {
                watching.limit(access);
            }
            if !self.ids.holds(access) {
                continue;
            }
            let (things, certainty) = worker.opener.shown(access);
            let things = things.into_iter();
            for thing in things.filter(|thing| self.leaked.contains(thing)) {
                let key = (thing, account, access.route);
                let known = watching.seen.entry(key).or_insert(Sighting {
                    thing,
                    account,
                    route: access.route,
                    first: access.time,
                    last: access.time,
                    certainty,
                });
                known.last = access.time;
                known.certainty = known.certainty.max(certainty);
            }
        }
        watching
    }
}

impl Watching {
    fn limit(&mut self, access: &Access) {
        let one = Limited {
            first: access.time,
            requests: 1,
        };
        self.join(access.route, one);
    }

    fn join(&mut self, route: u16, other: Limited) {
        self.limited
            .entry(route)
            .and_modify(|known| known.join(other))
            .or_insert(other);
    }

    /// Takes in what another account did.
    pub fn absorb(&mut self, other: Watching) {
        self.seen.extend(other.seen);
        for (route, limited) in other.limited {
            self.join(route, limited);
        }
    }

    pub fn done(self) -> Watched {
        Watched {
            sightings: self.seen.into_values().collect(),
            limited: self.limited,
        }
    }
}

/// Requested IDs that are leaked, or whose container may hold somebody who is.
struct Ids {
    objects: Vec<bool>,
    containers: Vec<bool>,
}

impl Ids {
    fn of(worker: &Worker<'_>, leaked: &HashSet<Thing>) -> Ids {
        if leaked.is_empty() {
            return Ids {
                objects: Vec::new(),
                containers: Vec::new(),
            };
        }
        let names = &worker.opener.names.objects;
        let atlas = worker.scope.atlas;
        let all = 0..names.len() as u32;
        let objects = all
            .clone()
            .map(|id| atlas.each_of(worker.opener.things.get(id)))
            .map(|things| things.iter().any(|thing| leaked.contains(thing)));
        let holds = |id: u32| {
            let members = atlas.members(names.name(id));
            // Without a table of members a container shows whatever lies in its unit.
            members.is_empty()
                || members
                    .iter()
                    .any(|member| leaked.contains(&atlas.listed(*member)))
        };
        Ids {
            objects: objects.collect(),
            containers: all.map(holds).collect(),
        }
    }

    fn holds(&self, access: &Access) -> bool {
        let is =
            |bits: &[bool], id: u32| id != NONE && bits.get(id as usize).copied().unwrap_or(false);
        is(&self.objects, access.object)
            || (access.object == NONE && is(&self.containers, access.container))
    }
}
