//! What containers list: who stood on a list at an instant, each once, and which things are lists themselves.
//!
//! Which page of a list a request asked for, and how sure its disclosure is, is left to `touch`.

use hashbrown::HashSet;

use super::atlas::{Atlas, Thing};
use crate::words::Stamp;

impl<'c> Atlas<'c> {
    /// Notes the thing that every row of `members` names. One that `objects` does not know is one thing all the same, whichever
    /// lists it stands on.
    pub(super) fn note_listed(&mut self) {
        let members = self.members;
        for (member, row) in members.iter().zip(0..) {
            let id = member.object.as_bytes();
            let thing = match self.known(id) {
                Some(place) => Thing::Known(place),
                None => Thing::Listed(*self.strangers.entry(id).or_insert(row)),
            };
            self.listed.push(thing);
        }
        self.note_doubles();
    }

    /// What an ID is that `objects` does not know and some list names.
    pub(super) fn stranger(&self, id: &[u8]) -> Option<Thing> {
        self.strangers.get(id).copied().map(Thing::Listed)
    }

    /// Notes the containers of which several rows of `members` name the same thing.
    fn note_doubles(&mut self) {
        let mut own: Vec<Thing> = Vec::new();
        for group in 0..self.by_container.len() as u32 {
            own.clear();
            let rows = self.by_container.rows(group).iter();
            own.extend(rows.map(|row| self.listed(*row)));
            own.sort_unstable();
            if own.windows(2).any(|pair| pair[0] == pair[1]) {
                self.doubled.insert(group);
            }
        }
    }

    /// What stood on a container's list at an instant, or at any, in page order. Who has several rows stands there once:
    /// where the first one is.
    pub fn listed_in(&self, container: &[u8], at: Option<Stamp>) -> Vec<Thing> {
        let Some(group) = self.container_listed(container) else {
            return Vec::new();
        };
        let holds = |row: &&u32| at.is_none_or(|at| self.members[**row as usize].valid.holds(at));
        let rows = self.by_container.rows(group).iter().filter(holds);
        let mut things: Vec<Thing> = rows.map(|row| self.listed(*row)).collect();
        if self.doubled.contains(&group) {
            let mut seen = HashSet::new();
            things.retain(|thing| seen.insert(*thing));
        }
        things
    }

    /// The container that a thing is, where it tells of no data subject itself and `members` says what it holds.
    pub fn as_container(&self, thing: Thing) -> Option<&'c [u8]> {
        let id = match thing {
            Thing::Known(_) => self.objects.names(*self.rows(thing).first()?).0,
            Thing::Listed(row) => &self.members[row as usize].object,
            Thing::Asked(_) => return None,
        };
        let mut rows = self.rows(thing).iter();
        let nobody = rows.all(|row| self.objects.names(*row).1.is_empty());
        let listed = nobody && self.container_listed(id.as_bytes()).is_some();
        listed.then_some(id.as_bytes())
    }

    /// Whether a thing tells of no data subject and is one that only lists others: by `members`, or by its kind.
    pub fn only_lists(&self, thing: Thing) -> bool {
        let kind = |row: &u32| {
            let row = self.row(*row);
            row.subject.is_empty() && self.only_containers.contains(&row.kind)
        };
        let rows = self.rows(thing);
        self.as_container(thing).is_some() || (!rows.is_empty() && rows.iter().all(kind))
    }

    /// Whether the directory names no data subject of a thing.
    pub fn names_nobody(&self, thing: Thing) -> bool {
        let mut rows = self.rows(thing).iter();
        rows.all(|row| self.objects.names(*row).1.is_empty())
    }
}
