//! What the logs show of the leaked things, whoever asked and in scope or not; when rates were limited; how often each
//! controller's things are asked for, hour by hour; and on which routes accounts are answered. Looks at every access once.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::measure::Worker;
use crate::cause::{Limited, Sighting, leaked_things};
use crate::scope::{Atlas, ControllerIndex, Thing};
use crate::sequence::{Access, NONE};
use crate::words::HOUR;

/// What was watched for.
#[derive(Debug, Default)]
pub struct Watched {
    /// One for each leaked thing, account and route, in their order.
    pub sightings: Vec<Sighting>,
    /// Requests refused for their rate (429), by route.
    pub limited: BTreeMap<u16, Limited>,
    /// Requests for things of a controller, by controller and hour from the epoch.
    pub asked: BTreeMap<(ControllerIndex, i64), u64>,
    /// Accounts that asked on a route, and those of them that were answered with content, by route.
    pub served: BTreeMap<u16, (u64, u64)>,
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
    /// As they come: the same may stand there twice.
    asked: Vec<((ControllerIndex, i64), u64)>,
    /// Each route once.
    served: Vec<(u16, (u64, u64))>,
}

/// The same of all accounts.
#[derive(Debug, Default)]
pub(super) struct WatchedSoFar {
    seen: BTreeMap<Key, Sighting>,
    limited: BTreeMap<u16, Limited>,
    asked: BTreeMap<(ControllerIndex, i64), u64>,
    served: BTreeMap<u16, (u64, u64)>,
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
        let mut owners = Owners {
            worker,
            container: (NONE, None),
        };
        let mut last: Option<((ControllerIndex, i64), u64)> = None;
        for access in accesses {
            watching.served(access);
            let hour = access.time.0.div_euclid(HOUR);
            if let Some(key) = owners.of(access).map(|owner| (owner, hour)) {
                last = match last {
                    Some((known, n)) if known == key => Some((key, n + 1)),
                    other => {
                        watching.ask(other);
                        Some((key, 1))
                    }
                };
            }
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
        watching.ask(last);
        watching
    }
}

/// Whose the things are that accesses name.
struct Owners<'o, 'w> {
    worker: &'o Worker<'w>,
    /// The last container and its controller.
    container: (u32, Option<ControllerIndex>),
}

impl Owners<'_, '_> {
    /// By the first row of the object; of a container by its first member, else by its unit.
    fn of(&mut self, access: &Access) -> Option<ControllerIndex> {
        let (atlas, opener) = (self.worker.scope.atlas, &self.worker.opener);
        let first = |thing: Thing| atlas.controller(*atlas.rows(thing).first()?);
        if access.object != NONE {
            return first(opener.things.named(access));
        }
        if access.container == NONE {
            return None;
        }
        if self.container.0 != access.container {
            let id = opener.names.objects.name(access.container);
            let thing = opener.things.get(access.container);
            let listed = atlas.members(id).first().map(|row| atlas.listed(*row));
            let owner = listed.and_then(first);
            let owner = owner.or_else(|| unit_owner(atlas, id, thing, access));
            self.container = (access.container, owner);
        }
        self.container.1
    }
}

fn unit_owner(
    atlas: &Atlas<'_>,
    id: &[u8],
    thing: Thing,
    access: &Access,
) -> Option<ControllerIndex> {
    let unit = atlas.unit_of_container(id, thing, access.time)?;
    let units = atlas.directory.units.as_deref().unwrap_or_default();
    units.get(unit as usize)?.controller
}

impl Watching {
    fn ask(&mut self, some: Option<((ControllerIndex, i64), u64)>) {
        if let Some((key, requests)) = some {
            self.asked.push((key, requests));
        }
    }

    /// One account's own: asked or not, answered or not. Where the log has no status, nobody can say that it was not.
    fn served(&mut self, access: &Access) {
        let answered = matches!(access.status, 0 | 200 | 203 | 206) && access.bytes > 0;
        let at = self.served.iter().position(|one| one.0 == access.route);
        let at = at.unwrap_or_else(|| {
            self.served.push((access.route, (1, 0)));
            self.served.len() - 1
        });
        self.served[at].1.1 |= u64::from(answered);
    }

    fn limit(&mut self, access: &Access) {
        let one = Limited {
            first: access.time,
            requests: 1,
        };
        join(&mut self.limited, access.route, one);
    }
}

fn join(all: &mut BTreeMap<u16, Limited>, route: u16, other: Limited) {
    all.entry(route)
        .and_modify(|known| known.join(other))
        .or_insert(other);
}

impl WatchedSoFar {
    /// Takes in what another account did.
    pub fn absorb(&mut self, other: Watching) {
        self.seen.extend(other.seen);
        for (route, limited) in other.limited {
            join(&mut self.limited, route, limited);
        }
        for (key, requests) in other.asked {
            *self.asked.entry(key).or_default() += requests;
        }
        for (route, own) in other.served {
            let all = self.served.entry(route).or_default();
            *all = (all.0 + own.0, all.1 + own.1);
        }
    }

    pub fn done(self) -> Watched {
        Watched {
            sightings: self.seen.into_values().collect(),
            limited: self.limited,
            asked: self.asked,
            served: self.served,
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
