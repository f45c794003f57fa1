//! What the logs show of the leaked things, whoever asked and in scope or not; and when rates were limited.
//! Looks at every access once; without `[leak]` only at its status.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::measure::Worker;
use crate::cause::{Limited, Sighting, leaked_things};
use crate::scope::Thing;
use crate::sequence::{Access, NONE, Sequences};

/// What was watched for.
#[derive(Debug, Default)]
pub struct Watched {
    /// One for each leaked thing, account and route, in their order.
    pub sightings: Vec<Sighting>,
    /// Requests refused for their rate (429), by route.
    pub limited: BTreeMap<u16, Limited>,
}

type Key = (Thing, u32, u16);

pub(super) fn look(worker: &Worker<'_>, sequences: &Sequences) -> Watched {
    let leak = worker.case.leak.as_ref();
    let leaked: HashSet<Thing> = leak
        .map(|leak| leaked_things(worker.scope.atlas, leak))
        .unwrap_or_default();
    let watched = Ids::of(worker, &leaked);
    let looked: Vec<(BTreeMap<Key, Sighting>, BTreeMap<u16, Limited>)> = (0..sequences.len())
        .into_par_iter()
        .map(|index| {
            let (account, accesses) = sequences.sequence(index);
            one(worker, (account, &accesses), &leaked, &watched)
        })
        .collect();
    let mut all = BTreeMap::new();
    let mut limited: BTreeMap<u16, Limited> = BTreeMap::new();
    for (sightings, refused) in looked {
        all.extend(sightings);
        for (route, other) in refused {
            limited
                .entry(route)
                .and_modify(|known| known.join(other))
                .or_insert(other);
        }
    }
    Watched {
        sightings: all.into_values().collect(),
        limited,
    }
}

fn one(
    worker: &Worker<'_>,
    (account, accesses): (u32, &[Access]),
    leaked: &HashSet<Thing>,
    watched: &Ids,
) -> (BTreeMap<Key, Sighting>, BTreeMap<u16, Limited>) {
    let mut seen: BTreeMap<Key, Sighting> = BTreeMap::new();
    let mut limited: BTreeMap<u16, Limited> = BTreeMap::new();
    for access in accesses {
        if access.status == 429 {
            let one = Limited {
                first: access.time,
                requests: 1,
            };
            limited
                .entry(access.route)
                .and_modify(|known| known.join(one))
                .or_insert(one);
        }
        if !watched.holds(access) {
            continue;
        }
        let (things, certainty) = worker.opener.shown(access);
        for thing in things.into_iter().filter(|thing| leaked.contains(thing)) {
            let known = seen
                .entry((thing, account, access.route))
                .or_insert(Sighting {
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
    (seen, limited)
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
            .map(|id| leaked.contains(&worker.opener.things[id as usize]));
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
