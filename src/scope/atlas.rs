//! The directory, indexed: object -> its rows at an instant, container -> its members, unit -> what
//! lies under it, controller -> its population. Facts only; who may see what is judged in `scope`.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::groups::{Finder, Groups};
use super::guarded;
use super::kinds::Part;
use crate::case::{Directory, Member, ObjectRow, Objects, RouteSpec};
use crate::sequence::{NONE, numbered};
use crate::words::{Stamp, Validity, beside};

/// Index of a controller: its place in the directory's sorted list.
pub type ControllerIndex = u32;

/// A thing that requests or pages name, told apart exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Thing {
    /// In the directory: its place among the directory's objects, sorted by ID; behind them those that share an ID with
    /// things of another kind.
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
    pub(super) objects: &'c Objects,
    pub(super) members: &'c [Member],
    /// Rows of `objects` by object ID, each object's rows in file order.
    pub(super) by_object: Groups,
    objects_found: Finder,
    /// The object of each row of `objects`.
    pub(super) object_of: Vec<u32>,
    /// Rows of the things that share an ID with others, and the kinds and numbers of these by the object with all rows.
    pub(super) parts: Vec<Vec<u32>>,
    pub(super) parts_of: HashMap<u32, Vec<Part<'c>>>,
    /// Rows of `members` by container ID, each container's rows in file order.
    pub(super) by_container: Groups,
    containers_found: Finder,
    /// The thing that every row of `members` names.
    pub(super) listed: Vec<Thing>,
    /// The first row of `members` that names a thing which `objects` does not know.
    pub(super) strangers: HashMap<&'c [u8], u32>,
    /// Pre-order number of each unit and the number behind its last descendant.
    spans: Vec<(u32, u32)>,
    unit_ids: HashMap<&'c [u8], u32>,
    /// Rows of `objects` by their unit's place in the tree; those of no unit last.
    by_place: Vec<u32>,
    /// A row of each data subject, in the subjects' order; an object without one stands for itself.
    subjects: Vec<u32>,
    /// Subject of each row of `objects`.
    subject_of: Vec<u32>,
    /// Subjects of whom some row says that they are protected.
    pub(super) guarded: HashSet<u32>,
    /// Rows of `grants` by account, each account's in file order.
    by_account: Groups,
    accounts_found: Finder,
    /// Kinds that are no containers: those that routes ask for as objects; and kinds that are nothing else.
    no_containers: Vec<&'c str>,
    pub(super) only_containers: Vec<&'c str>,
    /// Containers of which several rows of `members` name the same thing.
    pub(super) doubled: HashSet<u32>,
}

/// What stands before the ID of an object that names no data subject, where it stands for one.
const FOR_ITSELF: &str = "object:";
/// Where nobody has a table of objects.
static NO_OBJECTS: Objects = Objects::none();

impl<'c> Atlas<'c> {
    /// Indexes a directory.
    pub fn new(directory: &'c Directory) -> Atlas<'c> {
        let objects = directory.objects.as_ref().unwrap_or(&NO_OBJECTS);
        let members = directory.members.as_deref().unwrap_or_default();
        let grants = directory.grants.as_deref().unwrap_or_default();
        let object = |row: u32| objects.names(row).0.as_bytes();
        let account = |row: u32| grants[row as usize].account.as_bytes();
        let by_subject = || {
            Groups::new(objects.len(), |row| match objects.names(row) {
                (object, "") => (FOR_ITSELF.as_bytes(), object.as_bytes()),
                (_, subject) => (&[], subject.as_bytes()),
            })
        };
        let by_name = || {
            let by_account = Groups::new(grants.len(), |row| (&[], account(row)));
            let accounts_found = Finder::over(&by_account, account);
            (by_subject(), by_account, accounts_found)
        };
        let by_id = || {
            let by_object = Groups::new(objects.len(), |row| (&[], object(row)));
            let objects_found = Finder::over(&by_object, object);
            (by_object, objects_found)
        };
        let ((by_subject, by_account, accounts_found), (by_object, objects_found)) =
            beside(by_name, by_id);
        let container = |row: u32| members[row as usize].container.as_bytes();
        let by_container = Groups::new(members.len(), |row| (&[], container(row)));
        let containers_found = Finder::over(&by_container, container);
        let spans = spans(directory);
        let subject_of = by_subject.of_rows();
        let mut atlas = Atlas {
            directory,
            objects,
            members,
            object_of: by_object.of_rows(),
            by_object,
            objects_found,
            by_container,
            containers_found,
            listed: Vec::new(),
            strangers: HashMap::new(),
            parts: Vec::new(),
            parts_of: HashMap::new(),
            by_place: by_place(objects, &spans),
            spans,
            unit_ids: unit_ids(directory),
            subjects: by_subject.firsts(),
            guarded: guarded::subjects(objects, &subject_of),
            subject_of,
            by_account,
            accounts_found,
            no_containers: Vec::new(),
            only_containers: Vec::new(),
            doubled: HashSet::new(),
        };
        atlas.note_listed();
        atlas
    }

    /// Knows from the routes which kinds are objects and which are containers: an address book and a contact may have the
    /// same number.
    pub fn of_routes(mut self, routes: &'c [RouteSpec]) -> Atlas<'c> {
        let objects = || routes.iter().filter_map(|route| route.object.as_deref());
        let containers = || routes.iter().filter_map(|route| route.container.as_deref());
        let container = |name: &str| containers().any(|container| container == name);
        let object = |name: &str| objects().any(|object| object == name);
        self.no_containers = objects().filter(|name| !container(name)).collect();
        self.only_containers = containers().filter(|name| !object(name)).collect();
        self.part_by_kind(routes);
        self
    }

    /// The thing behind a requested ID, whose number among the requested IDs is `asked`.
    pub fn thing(&self, id: &[u8], asked: u32) -> Thing {
        let known = self.known(id);
        known.map_or(Thing::Asked(asked), Thing::Known)
    }

    /// The thing that a row of `objects` is about.
    pub fn thing_of_row(&self, row: u32) -> Thing {
        Thing::Known(self.object_of[row as usize])
    }

    /// Place of an object among the directory's.
    pub(super) fn known(&self, id: &[u8]) -> Option<u32> {
        let object = |row: u32| self.objects.names(row).0.as_bytes();
        self.objects_found.find(&self.by_object, object, id)
    }

    /// Place of a container among those that `members` names.
    pub(super) fn container_listed(&self, id: &[u8]) -> Option<u32> {
        let container = |row: u32| self.members[row as usize].container.as_bytes();
        let any = !self.members.is_empty();
        any.then(|| {
            self.containers_found
                .find(&self.by_container, container, id)
        })?
    }

    /// Rows of `members` of a container, in page order; empty where the directory knows none.
    pub fn members(&self, container: &[u8]) -> &[u32] {
        let group = self.container_listed(container);
        group.map_or(&[], |group| self.by_container.rows(group))
    }

    /// The thing that a row of `members` names.
    pub fn listed(&self, member: u32) -> Thing {
        self.listed[member as usize]
    }

    /// Whether a row of `members` holds at an instant.
    pub fn member_holds(&self, member: u32, at: Stamp) -> bool {
        self.members[member as usize].valid.holds(at)
    }

    /// All rows of a thing, in file order; empty for one that the directory does not know.
    pub fn rows(&self, thing: Thing) -> &[u32] {
        match thing {
            Thing::Known(group) => match (group as usize).checked_sub(self.by_object.len()) {
                None => self.by_object.rows(group),
                Some(part) => self.parts.get(part).map_or(&[], |rows| rows),
            },
            Thing::Asked(_) | Thing::Listed(_) => &[],
        }
    }

    /// Something of a thing's first row, so that it is in the processor's cache.
    #[inline]
    pub(super) fn glance(&self, thing: Thing) -> u32 {
        let first = self.rows(thing).first();
        first.map_or(0, |row| self.objects.unit(*row).unwrap_or(NONE))
    }

    /// The rows that say whose the thing is at an instant: those valid then; else, where all rows name one owner, the
    /// last that was valid before; else every row, for nobody knows whose it was between two owners. None where all rows
    /// begin later: where it stood until then the table does not say.
    pub fn rows_at(&self, thing: Thing, at: Stamp) -> Vec<u32> {
        let valid: Vec<u32> = self.valid_rows(thing, at).collect();
        match (valid.is_empty(), self.ended_row(thing, at)) {
            (false, _) => valid,
            (true, None) => Vec::new(),
            (true, Some(last)) if self.one_owner(thing) => vec![last],
            (true, Some(_)) => self.rows(thing).to_vec(),
        }
    }

    /// Whether the table knows a thing, but of no row that has begun at an instant.
    pub fn is_of_later(&self, thing: Thing, at: Stamp) -> bool {
        !self.rows(thing).is_empty() && self.rows_at(thing, at).is_empty()
    }

    /// Whether all rows of a thing agree on its data subject and controller.
    pub fn one_owner(&self, thing: Thing) -> bool {
        let owner = |row: &u32| (self.subject(*row), self.controller(*row));
        let mut pairs = self.rows(thing).windows(2);
        pairs.all(|pair| owner(&pair[0]) == owner(&pair[1]))
    }

    /// The first of [`Atlas::rows_at`].
    pub fn row_at(&self, thing: Thing, at: Stamp) -> Option<u32> {
        let valid = self.valid_rows(thing, at).next();
        valid.or_else(|| self.ended_row(thing, at))
    }

    fn valid_rows(&self, thing: Thing, at: Stamp) -> impl Iterator<Item = u32> {
        let rows = self.rows(thing).iter().copied();
        rows.filter(move |row| self.valid(*row).holds(at))
    }

    /// The row that ended last before an instant.
    fn ended_row(&self, thing: Thing, at: Stamp) -> Option<u32> {
        let ended = |row: &u32| self.valid(*row).until.filter(|until| *until <= at);
        let rows = self.rows(thing).iter().copied();
        rows.filter(|row| ended(row).is_some())
            .max_by_key(|row| ended(row))
    }

    /// A row of `objects`.
    pub fn row(&self, row: u32) -> ObjectRow<'c> {
        self.objects.row(row)
    }

    /// The table of objects; empty where there is none.
    pub fn objects(&self) -> &'c Objects {
        self.objects
    }

    /// When a row of `objects` holds.
    pub fn valid(&self, row: u32) -> Validity {
        self.objects.valid(row)
    }

    /// The unit of a row of `objects`.
    pub fn unit_of_row(&self, row: u32) -> Option<u32> {
        self.objects.unit(row)
    }

    /// The controller of a row, through its unit.
    pub fn controller(&self, row: u32) -> Option<ControllerIndex> {
        let units = self.directory.units.as_deref().unwrap_or_default();
        units.get(self.unit_of_row(row)? as usize)?.controller
    }

    /// The data subject of a row.
    pub fn subject(&self, row: u32) -> u32 {
        self.subject_of[row as usize]
    }

    /// A data subject's ID.
    pub fn subject_name(&self, subject: u32) -> Cow<'c, str> {
        let names = self.subjects.get(subject as usize);
        match names.map(|row| self.objects.names(*row)) {
            None => Cow::Borrowed(""),
            Some((object, "")) => Cow::Owned(format!("{FOR_ITSELF}{object}")),
            Some((_, subject)) => Cow::Borrowed(subject),
        }
    }

    /// How many data subjects there are.
    pub fn subjects(&self) -> usize {
        self.subjects.len()
    }

    /// Whether `unit` is `above` or lies under it.
    pub fn covers(&self, above: u32, unit: u32) -> bool {
        let (from, until) = self.spans[above as usize];
        (from..until).contains(&self.spans[unit as usize].0)
    }

    /// Place of a unit in the tree, and the place behind its last descendant's.
    pub fn span(&self, unit: u32) -> (u32, u32) {
        self.spans[unit as usize]
    }

    /// Whether the directory knows what a container holds, or where it belongs.
    pub fn knows_container(&self, container: &[u8]) -> bool {
        self.knows(container, self.thing(container, NONE))
    }

    /// [`Atlas::knows_container`] of one whose thing is known already.
    pub fn knows(&self, container: &[u8], thing: Thing) -> bool {
        self.contains(thing)
            || self.container_listed(container).is_some()
            || self.unit(container).is_some()
    }

    /// The unit that a container belongs to as an object, or is itself.
    pub fn unit_of_container(&self, container: &[u8], thing: Thing, at: Stamp) -> Option<u32> {
        let mut valid = self.valid_rows(thing, at).peekable();
        let other = match valid.peek() {
            None => self
                .ended_row(thing, at)
                .or(self.rows(thing).first().copied()),
            Some(_) => None,
        };
        let first = valid.chain(other).find(|row| self.may_contain(*row));
        let unit = first.and_then(|row| self.unit_of_row(row));
        unit.or_else(|| self.unit(container))
    }

    /// Whether a thing is among the objects as a container.
    fn contains(&self, thing: Thing) -> bool {
        self.rows(thing).iter().any(|row| self.may_contain(*row))
    }

    fn may_contain(&self, row: u32) -> bool {
        !self.no_containers.contains(&self.row(row).kind)
    }

    /// Rows of `objects` whose unit is a unit or lies under it.
    pub fn rows_under(&self, unit: u32) -> &[u32] {
        let (from, until) = self.spans[unit as usize];
        let place = |row: &u32| place(self.objects, &self.spans, *row);
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
        let own = |id: &'c [u8]| {
            let (before, number) = numbered(id)?;
            (before == prefix).then_some(i64::try_from(number).ok()?)
        };
        let directory = self.directory;
        let members = directory.members.as_deref().unwrap_or_default();
        let listed = self.by_container.firsts().into_iter();
        let listed = listed.map(|row| members[row as usize].container.as_bytes());
        let objects = self.by_object.firsts().into_iter();
        let objects = objects.map(|row| self.row(row).object.as_bytes());
        let numbers: Vec<i64> = match (containers, self.by_container.len() > 0) {
            (false, _) => objects.filter_map(own).collect(),
            (true, true) => listed.filter_map(own).collect(),
            (true, false) => self.unit_ids.keys().filter_map(|id| own(id)).collect(),
        };
        match highest {
            true => numbers.into_iter().max(),
            false => numbers.into_iter().min(),
        }
    }

    /// How many objects of the directory a question holds for.
    pub fn count_things(&self, holds: impl Fn(Thing) -> bool) -> u64 {
        let things = (0..self.by_object.len() as u32).map(Thing::Known);
        things.filter(|thing| holds(*thing)).count() as u64
    }

    /// Rows of `grants` of an account, in file order.
    pub(super) fn grants_of(&self, account: &[u8]) -> &[u32] {
        let rows = self.directory.grants.as_deref().unwrap_or_default();
        let name = |row: u32| rows[row as usize].account.as_bytes();
        let found = self.accounts_found.find(&self.by_account, name, account);
        found.map_or(&[], |group| self.by_account.rows(group))
    }

    /// Whether a row of `grants` names an account.
    pub fn has_grants(&self, account: &[u8]) -> bool {
        !self.grants_of(account).is_empty()
    }

    /// Rows of `grants` of each account that has any, in file order.
    pub fn grants_by_account(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.by_account.len() as u32).map(|account| self.by_account.rows(account))
    }

    /// The distinct data subjects of every controller, by controller, then subject.
    pub fn population(&self) -> Vec<u64> {
        let count = self.directory.controllers.as_deref().map_or(0, <[_]>::len);
        let mut pairs: Vec<u64> = (0..self.objects.len() as u32)
            .filter(|row| !self.objects.names(*row).1.is_empty())
            .filter_map(|row| {
                let controller = u64::from(self.controller(row)?);
                Some(controller << 32 | u64::from(self.subject(row)))
            })
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut population = vec![0; count];
        for pair in pairs {
            population[(pair >> 32) as usize] += 1;
        }
        population
    }

    /// How many data subjects stand in no controller's population: no row of theirs has a unit with a controller.
    pub fn unplaced(&self) -> u64 {
        let mut placed = vec![None; self.subjects.len()];
        for row in 0..self.objects.len() as u32 {
            if !self.objects.names(row).1.is_empty()
                && let Some(known) = placed.get_mut(self.subject(row) as usize)
            {
                *known = Some(known.unwrap_or(false) || self.controller(row).is_some());
            }
        }
        placed.iter().filter(|known| **known == Some(false)).count() as u64
    }
}

/// The place in the tree of a row's unit.
fn place(objects: &Objects, spans: &[(u32, u32)], row: u32) -> u32 {
    let unit = objects.unit(row);
    unit.map_or(NONE, |unit| spans[unit as usize].0)
}

/// Rows by the places of their units, those of a place in file order.
fn by_place(objects: &Objects, spans: &[(u32, u32)]) -> Vec<u32> {
    let all = 0..objects.len() as u32;
    let mut keyed: Vec<u64> = all
        .map(|row| u64::from(place(objects, spans, row)) << 32 | u64::from(row))
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|key| key as u32).collect()
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
