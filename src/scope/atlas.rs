//! The directory, indexed: object -> its rows at an instant, container -> its members, unit -> what
//! lies under it, controller -> its population. Facts only; who may see what is judged in `scope`.

use std::collections::HashMap;

use crate::case::{Directory, ObjectRow, RouteSpec};
use crate::sequence::{NONE, numbered};
use crate::words::Stamp;

/// Index of a controller: its place in the directory's sorted list.
pub type ControllerIndex = u32;

/// A thing that requests or pages name, told apart exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// In the directory: its place among the directory's objects, sorted by ID.
    Known(u32),
    /// Not in the directory: its number among the requested IDs.
    Asked(u32),
    /// Not in the directory, but a row of `members` names it: that row.
    Listed(u32),
}

/// The indexed directory of a case.
#[derive(Debug)]
pub struct Atlas<'c> {
    /// The tables behind it.
    pub directory: &'c Directory,
    objects: &'c [ObjectRow],
    /// Rows of `objects` by object ID, each object's rows in file order.
    by_object: Groups<'c>,
    /// Rows of `members` by container ID, each container's rows in file order.
    by_container: Groups<'c>,
    /// The thing that every row of `members` names.
    listed: Vec<Thing>,
    /// Pre-order number of each unit and the number behind its last descendant.
    spans: Vec<(u32, u32)>,
    unit_ids: HashMap<&'c [u8], u32>,
    /// Rows of `objects` by their unit's place in the tree; those of no unit last.
    by_place: Vec<u32>,
    /// Data subjects, sorted; an object without one stands for itself.
    subjects: Vec<String>,
    /// Subject of each row of `objects`.
    subject_of: Vec<u32>,
    /// Kinds that are no containers: those that routes ask for as objects.
    no_containers: Vec<&'c str>,
}

impl<'c> Atlas<'c> {
    /// Indexes a directory.
    pub fn new(directory: &'c Directory) -> Atlas<'c> {
        let objects = directory.objects.as_deref().unwrap_or_default();
        let members = directory.members.as_deref().unwrap_or_default();
        let by_object = Groups::new(objects.iter().map(|row| row.object.as_str()));
        let by_container = Groups::new(members.iter().map(|row| row.container.as_str()));
        let (subjects, subject_of) = subjects(objects);
        let mut atlas = Atlas {
            directory,
            objects,
            by_object,
            by_container,
            listed: Vec::new(),
            by_place: Vec::new(),
            spans: spans(directory),
            unit_ids: unit_ids(directory),
            subjects,
            subject_of,
            no_containers: Vec::new(),
        };
        let place = |row: &u32| {
            objects[*row as usize]
                .unit
                .map_or(NONE, |unit| atlas.spans[unit as usize].0)
        };
        let mut by_place: Vec<u32> = (0..objects.len() as u32).collect();
        by_place.sort_by_key(|row| (place(row), *row));
        atlas.by_place = by_place;
        let things = members.iter().zip(0..).map(|(member, row)| {
            let known = atlas.by_object.find(member.object.as_bytes());
            known.map_or(Thing::Listed(row), Thing::Known)
        });
        atlas.listed = things.collect();
        atlas
    }

    /// Knows from the routes which kinds are objects and no containers: an address book and a contact may have the same
    /// number.
    pub fn of_routes(mut self, routes: &'c [RouteSpec]) -> Atlas<'c> {
        let objects = routes.iter().filter_map(|route| route.object.as_deref());
        let container = |name: &str| {
            let mut all = routes.iter().filter_map(|route| route.container.as_deref());
            all.any(|container| container == name)
        };
        self.no_containers = objects.filter(|name| !container(name)).collect();
        self
    }

    /// The thing behind a requested ID, whose number among the requested IDs is `asked`.
    pub fn thing(&self, id: &[u8], asked: u32) -> Thing {
        let known = self.by_object.find(id);
        known.map_or(Thing::Asked(asked), Thing::Known)
    }

    /// Rows of `members` of a container, in page order; empty where the directory knows none.
    pub fn members(&self, container: &[u8]) -> &[u32] {
        let group = self.by_container.find(container);
        group.map_or(&[], |group| self.by_container.rows(group))
    }

    /// The thing that a row of `members` names.
    pub fn listed(&self, member: u32) -> Thing {
        self.listed[member as usize]
    }

    /// Whether a row of `members` holds at an instant.
    pub fn member_holds(&self, member: u32, at: Stamp) -> bool {
        let members = self.directory.members.as_deref().unwrap_or_default();
        members[member as usize].valid.holds(at)
    }

    /// All rows of a thing, in file order; empty for one that the directory does not know.
    pub fn rows(&self, thing: Thing) -> &[u32] {
        match thing {
            Thing::Known(group) => self.by_object.rows(group),
            Thing::Asked(_) | Thing::Listed(_) => &[],
        }
    }

    /// The rows that say whose the thing is at an instant: those valid then, else the last that was
    /// valid before, else the first of all.
    pub fn rows_at(&self, thing: Thing, at: Stamp) -> Vec<u32> {
        let rows = self.rows(thing);
        let valid: Vec<u32> = rows
            .iter()
            .copied()
            .filter(|row| self.row(*row).valid.holds(at))
            .collect();
        if !valid.is_empty() {
            return valid;
        }
        let ended = |row: &u32| self.row(*row).valid.until.filter(|until| *until <= at);
        let last = rows
            .iter()
            .copied()
            .filter(|r| ended(r).is_some())
            .max_by_key(ended);
        last.or(rows.first().copied()).into_iter().collect()
    }

    /// A row of `objects`.
    pub fn row(&self, row: u32) -> &'c ObjectRow {
        &self.objects[row as usize]
    }

    /// The controller of a row, through its unit.
    pub fn controller(&self, row: u32) -> Option<ControllerIndex> {
        let units = self.directory.units.as_deref().unwrap_or_default();
        units.get(self.row(row).unit? as usize)?.controller
    }

    /// The data subject of a row.
    pub fn subject(&self, row: u32) -> u32 {
        self.subject_of[row as usize]
    }

    /// A data subject's ID.
    pub fn subject_name(&self, subject: u32) -> &str {
        self.subjects
            .get(subject as usize)
            .map_or("", String::as_str)
    }

    /// Whether `unit` is `above` or lies under it.
    pub fn covers(&self, above: u32, unit: u32) -> bool {
        let (from, until) = self.spans[above as usize];
        (from..until).contains(&self.spans[unit as usize].0)
    }

    /// Whether the directory knows what a container holds, or where it belongs.
    pub fn knows_container(&self, container: &[u8]) -> bool {
        self.container(container).is_some()
            || self.by_container.find(container).is_some()
            || self.unit(container).is_some()
    }

    /// The unit that a container belongs to as an object, or is itself.
    pub fn unit_of_container(&self, container: &[u8], at: Stamp) -> Option<u32> {
        let rows = self
            .container(container)
            .map(|thing| self.rows_at(thing, at));
        let first = rows.and_then(|rows| rows.into_iter().find(|row| self.may_contain(*row)));
        let unit = first.and_then(|row| self.row(row).unit);
        unit.or_else(|| self.unit(container))
    }

    /// A container among the objects.
    fn container(&self, id: &[u8]) -> Option<Thing> {
        let group = self.by_object.find(id)?;
        let mut rows = self.by_object.rows(group).iter();
        rows.any(|row| self.may_contain(*row))
            .then_some(Thing::Known(group))
    }

    fn may_contain(&self, row: u32) -> bool {
        !self.no_containers.contains(&self.row(row).kind.as_str())
    }

    /// Rows of `objects` whose unit is a unit or lies under it.
    pub fn rows_under(&self, unit: u32) -> &[u32] {
        let (from, until) = self.spans[unit as usize];
        let place = |row: &u32| {
            self.row(*row)
                .unit
                .map_or(NONE, |unit| self.spans[unit as usize].0)
        };
        let start = self.by_place.partition_point(|row| place(row) < from);
        let end = self.by_place.partition_point(|row| place(row) < until);
        &self.by_place[start..end]
    }

    fn unit(&self, id: &[u8]) -> Option<u32> {
        self.unit_ids.get(id).copied()
    }

    /// ID of a controller; empty for `None`.
    pub fn controller_id(&self, controller: Option<ControllerIndex>) -> &str {
        controller
            .and_then(|index| self.directory.controllers.as_deref()?.get(index as usize))
            .map_or("", |controller| controller.id.as_str())
    }

    /// The lowest number, or the highest, behind a prefix among the IDs of objects or of containers that the directory
    /// knows.
    pub fn last_number(&self, prefix: &[u8], containers: bool, highest: bool) -> Option<i64> {
        let own = |id: &&'c [u8]| {
            let (before, number) = numbered(id)?;
            (before == prefix).then_some(i64::try_from(number).ok()?)
        };
        let lists = containers && !self.by_container.by_key.is_empty();
        let numbers: Vec<i64> = match (containers, lists) {
            (false, _) => self.by_object.by_key.keys().filter_map(own).collect(),
            (true, true) => self.by_container.by_key.keys().filter_map(own).collect(),
            (true, false) => self.unit_ids.keys().filter_map(own).collect(),
        };
        match highest {
            true => numbers.into_iter().max(),
            false => numbers.into_iter().min(),
        }
    }

    /// How many objects of the directory a question holds for.
    pub fn count_things(&self, holds: impl Fn(Thing) -> bool) -> u64 {
        let things = (0..self.by_object.spans.len() as u32).map(Thing::Known);
        things.filter(|thing| holds(*thing)).count() as u64
    }

    /// The distinct data subjects of every controller, by controller, then subject.
    pub fn population(&self) -> Vec<u64> {
        let count = self.directory.controllers.as_deref().map_or(0, <[_]>::len);
        let mut pairs: Vec<(u32, u32)> = (0..self.objects.len() as u32)
            .filter(|row| !self.row(*row).subject.is_empty())
            .filter_map(|row| Some((self.controller(row)?, self.subject(row))))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut population = vec![0; count];
        for (controller, _) in pairs {
            population[controller as usize] += 1;
        }
        population
    }
}

/// Rows grouped by a key: the groups in the order of their keys, the rows of a group in file order.
#[derive(Debug)]
struct Groups<'c> {
    rows: Vec<u32>,
    spans: Vec<(u32, u32)>,
    by_key: HashMap<&'c [u8], u32>,
}

impl<'c> Groups<'c> {
    fn new(keys: impl Iterator<Item = &'c str>) -> Groups<'c> {
        let keys: Vec<&'c str> = keys.collect();
        let mut rows: Vec<u32> = (0..keys.len() as u32).collect();
        rows.sort_by_key(|row| (keys[*row as usize], *row));
        let mut groups = Groups {
            rows: Vec::new(),
            spans: Vec::new(),
            by_key: HashMap::new(),
        };
        let mut from = 0;
        for group in rows.chunk_by(|a, b| keys[*a as usize] == keys[*b as usize]) {
            let until = from + group.len() as u32;
            let key = keys[group[0] as usize].as_bytes();
            groups.by_key.insert(key, groups.spans.len() as u32);
            groups.spans.push((from, until));
            from = until;
        }
        groups.rows = rows;
        groups
    }

    fn find(&self, key: &[u8]) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    fn rows(&self, group: u32) -> &[u32] {
        let (from, until) = self.spans[group as usize];
        &self.rows[from as usize..until as usize]
    }
}

/// Sorted distinct subjects, and each row's place among them.
fn subjects(objects: &[ObjectRow]) -> (Vec<String>, Vec<u32>) {
    let name = |row: &ObjectRow| match row.subject.as_str() {
        "" => format!("object:{}", row.object),
        subject => subject.to_owned(),
    };
    let mut subjects: Vec<String> = objects.iter().map(name).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let place: HashMap<&str, u32> = subjects
        .iter()
        .enumerate()
        .map(|(place, subject)| (subject.as_str(), place as u32))
        .collect();
    let of = objects
        .iter()
        .map(|row| place.get(name(row).as_str()).copied().unwrap_or(NONE))
        .collect();
    (subjects, of)
}

fn unit_ids(directory: &Directory) -> HashMap<&[u8], u32> {
    let units = directory.units.as_deref().unwrap_or_default();
    let numbered = units.iter().zip(0..);
    numbered
        .map(|(unit, index)| (unit.id.as_bytes(), index))
        .collect()
}

/// Pre-order spans of the unit tree: a unit covers exactly the units inside its span.
fn spans(directory: &Directory) -> Vec<(u32, u32)> {
    let units = directory.units.as_deref().unwrap_or_default();
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); units.len()];
    let mut open: Vec<(u32, bool)> = Vec::new();
    for (index, unit) in units.iter().enumerate().rev() {
        match unit.parent {
            Some(parent) => children[parent as usize].push(index as u32),
            None => open.push((index as u32, false)),
        }
    }
    let mut spans = vec![(0, 0); units.len()];
    let mut next = 0;
    while let Some((unit, done)) = open.pop() {
        if done {
            spans[unit as usize].1 = next;
            continue;
        }
        spans[unit as usize].0 = next;
        next += 1;
        open.push((unit, true));
        open.extend(children[unit as usize].iter().map(|child| (*child, false)));
    }
    spans
}
