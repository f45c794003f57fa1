//! The directory, indexed: object -> its rows at an instant, container -> its members, unit -> what
//! lies under it, controller -> its population. Facts only; who may see what is judged in `scope`.

use std::collections::HashMap;

use crate::case::{Directory, ObjectRow};
use crate::sequence::NONE;
use crate::words::Stamp;

/// Index of a controller: its place in the directory's sorted list.
pub type ControllerIndex = u32;

/// A thing that requests or pages name, told apart exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// In the directory: the place of its first row in the atlas's order.
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
    by_object: Vec<u32>,
    /// Rows of `members` by container ID, each container's rows in file order.
    by_container: Vec<u32>,
    /// For every row of `members`: where its object's rows begin and end in `by_object`.
    member_rows: Vec<(u32, u32)>,
    /// Pre-order number of each unit and the number behind its last descendant.
    spans: Vec<(u32, u32)>,
    unit_ids: HashMap<&'c [u8], u32>,
    /// Rows of `objects` by their unit's place in the tree; those of no unit last.
    by_place: Vec<u32>,
    /// Data subjects, sorted; an object without one stands for itself.
    subjects: Vec<String>,
    /// Subject of each row of `objects`.
    subject_of: Vec<u32>,
}

impl<'c> Atlas<'c> {
    /// Indexes a directory.
    pub fn new(directory: &'c Directory) -> Atlas<'c> {
        let objects = directory.objects.as_deref().unwrap_or_default();
        let members = directory.members.as_deref().unwrap_or_default();
        let by_object = sorted(objects.len(), |i| objects[i].object.as_str());
        let by_container = sorted(members.len(), |i| members[i].container.as_str());
        let (subjects, subject_of) = subjects(objects);
        let mut atlas = Atlas {
            directory,
            objects,
            by_object,
            by_container,
            member_rows: Vec::new(),
            by_place: Vec::new(),
            spans: spans(directory),
            unit_ids: unit_ids(directory),
            subjects,
            subject_of,
        };
        let place = |row: &u32| {
            objects[*row as usize]
                .unit
                .map_or(NONE, |unit| atlas.spans[unit as usize].0)
        };
        let mut by_place: Vec<u32> = (0..objects.len() as u32).collect();
        by_place.sort_by_key(|row| (place(row), *row));
        atlas.by_place = by_place;
        atlas.member_rows = members
            .iter()
            .map(|member| atlas.range(member.object.as_bytes()))
            .collect();
        atlas
    }

    /// The thing behind a requested ID, whose number among the requested IDs is `asked`.
    pub fn thing(&self, id: &[u8], asked: u32) -> Thing {
        match self.range(id) {
            (from, until) if from < until => Thing::Known(from),
            _ => Thing::Asked(asked),
        }
    }

    /// Rows of `members` of a container, in page order; empty where the directory knows none.
    pub fn members(&self, container: &[u8]) -> &[u32] {
        let members = self.directory.members.as_deref().unwrap_or_default();
        let key = |row: &u32| members[*row as usize].container.as_bytes();
        let from = self
            .by_container
            .partition_point(|row| key(row) < container);
        let until = self
            .by_container
            .partition_point(|row| key(row) <= container);
        &self.by_container[from..until]
    }

    /// The thing that a row of `members` names.
    pub fn listed(&self, member: u32) -> Thing {
        match self.member_rows[member as usize] {
            (from, until) if from < until => Thing::Known(from),
            _ => Thing::Listed(member),
        }
    }

    /// Whether a row of `members` holds at an instant.
    pub fn member_holds(&self, member: u32, at: Stamp) -> bool {
        let members = self.directory.members.as_deref().unwrap_or_default();
        members[member as usize].valid.holds(at)
    }

    /// All rows of a thing, in file order; empty for one that the directory does not know.
    pub fn rows(&self, thing: Thing) -> &[u32] {
        let Thing::Known(from) = thing else {
            return &[];
        };
        let from = from as usize;
        let id = &self.row(self.by_object[from]).object;
        let more = self.by_object[from..]
            .iter()
            .take_while(|row| self.row(**row).object == *id)
            .count();
        &self.by_object[from..from + more]
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
        let (from, until) = self.range(container);
        from < until || !self.members(container).is_empty() || self.unit(container).is_some()
    }

    /// The unit that a container belongs to as an object, or is itself.
    pub fn unit_of_container(&self, container: &[u8], at: Stamp) -> Option<u32> {
        let as_object = self.rows_at(self.thing(container, NONE), at);
        let unit = as_object.first().and_then(|row| self.row(*row).unit);
        unit.or_else(|| self.unit(container))
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

    /// How many objects of the directory a question holds for.
    pub fn count_things(&self, holds: impl Fn(Thing) -> bool) -> u64 {
        let mut from = 0;
        let mut count = 0;
        while from < self.by_object.len() {
            let thing = Thing::Known(from as u32);
            count += u64::from(holds(thing));
            from += self.rows(thing).len().max(1);
        }
        count
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

    fn range(&self, id: &[u8]) -> (u32, u32) {
        let key = |row: &u32| self.row(*row).object.as_bytes();
        let from = self.by_object.partition_point(|row| key(row) < id);
        let more = self.by_object[from..].partition_point(|row| key(row) <= id);
        (from as u32, (from + more) as u32)
    }
}

fn sorted<'a>(len: usize, key: impl Fn(usize) -> &'a str) -> Vec<u32> {
    let mut order: Vec<u32> = (0..len as u32).collect();
    order.sort_by(|a, b| key(*a as usize).cmp(key(*b as usize)).then(a.cmp(b)));
    order
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
