//! The directory as it stands in its rows: who may see what at an instant, what stood on a page, whose an object is.
//!
//! Plain maps and loops over the rows of grants, units, objects and members, by the letter of the rules for scope; the
//! other road has an index and shortcuts of its own.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::names::Names;
use super::reading::{Slice, Who};
use crate::case::{Case, Check, Grant, ObjectRow, Objects, Unit};
use crate::words::{Reason, Stamp};

/// How a thing stands to whoever asked, at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A grant covers it.
    Inside,
    /// None does.
    Beyond,
    /// Nobody can say, for this reason.
    Unclear(Reason),
}

/// A thing that a request or a page names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    /// The directory's, by the first of its rows.
    Known(u32),
    /// An ID that the directory does not know: its number among the requested ones.
    Asked(u32),
    /// The same, on a page: the row of `members`.
    Listed(u32),
}

/// What is known of an answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Perhaps nothing.
    None,
    /// It had bytes.
    Some,
    /// It had more than the case says that an empty one has.
    Measured,
}

/// The tables by their keys.
pub(super) struct Rights<'c> {
    pub(super) case: &'c Case,
    units: &'c [Unit],
    pub(super) objects: &'c Objects,
    grants: HashMap<&'c [u8], Vec<&'c Grant>>,
    rows: HashMap<&'c [u8], Vec<u32>>,
    members: HashMap<&'c [u8], Vec<u32>>,
    /// Rows of objects by their unit.
    in_unit: HashMap<u32, Vec<u32>>,
    below: HashMap<u32, Vec<u32>>,
    unit_ids: HashMap<&'c [u8], u32>,
    subjects: Names,
    subject_of: Vec<u32>,
    /// Subjects of which some row says that they are protected.
    guarded: HashSet<u32>,
    /// Whether any row of the table of objects says so.
    pub(super) marks_protected: bool,
    closed_kinds: BTreeSet<&'c str>,
    /// Kinds that routes ask for as containers and never as objects.
    list_kinds: BTreeSet<&'c str>,
    /// From when on the tables are out of date, and why.
    pub(super) as_of: Option<(Stamp, String)>,
    /// What the table of accounts says of each.
    pub(super) holders: HashMap<&'c [u8], &'c crate::case::AccountRow>,
}

static NO_OBJECTS: Objects = Objects::none();

impl<'c> Rights<'c> {
    pub(super) fn of(case: &'c Case, span: Option<(Stamp, Stamp)>) -> Rights<'c> {
        let directory = &case.directory;
        let objects = directory.objects.as_ref().unwrap_or(&NO_OBJECTS);
        let units = directory.units.as_deref().unwrap_or_default();
        let mut rights = Rights {
            case,
            units,
            objects,
            grants: HashMap::new(),
            rows: HashMap::new(),
            members: HashMap::new(),
            in_unit: HashMap::new(),
            below: HashMap::new(),
            unit_ids: units
                .iter()
                .zip(0..)
                .map(|(unit, at)| (unit.id.as_bytes(), at))
                .collect(),
            subjects: Names::default(),
            subject_of: Vec::with_capacity(objects.len()),
            guarded: HashSet::new(),
            marks_protected: false,
            closed_kinds: closed_kinds(case),
            list_kinds: list_kinds(case),
            as_of: super::age::as_of(&case.directory, span),
            holders: HashMap::new(),
        };
        for grant in directory.grants.iter().flatten() {
            rights
                .grants
                .entry(grant.account.as_bytes())
                .or_default()
                .push(grant);
        }
        for (at, row) in objects.iter().enumerate() {
            rights.object(at as u32, row);
        }
        for (at, member) in directory.members.iter().flatten().enumerate() {
            rights
                .members
                .entry(member.container.as_bytes())
                .or_default()
                .push(at as u32);
        }
        for (at, unit) in units.iter().enumerate() {
            if let Some(parent) = unit.parent {
                rights.below.entry(parent).or_default().push(at as u32);
            }
        }
        for row in directory.accounts.iter().flatten() {
            rights.holders.insert(row.account.as_bytes(), row);
        }
        rights
    }

    fn object(&mut self, at: u32, row: ObjectRow<'c>) {
        self.rows.entry(row.object.as_bytes()).or_default().push(at);
        if let Some(unit) = row.unit {
            self.in_unit.entry(unit).or_default().push(at);
        }
        let subject = match row.subject {
            "" => self
                .subjects
                .number(format!("object:{}", row.object).as_bytes()),
            subject => self.subjects.number(subject.as_bytes()),
        };
        self.subject_of.push(subject);
        if row.protected {
            self.guarded.insert(subject);
            self.marks_protected = true;
        }
    }

    /// All rows of an object.
    pub(super) fn rows(&self, id: &[u8]) -> &[u32] {
        self.rows.get(id).map_or(&[], |rows| rows)
    }

    /// The thing behind a requested ID.
    pub(super) fn thing(&self, id: &[u8], asked: u32) -> Thing {
        self.rows(id)
            .first()
            .map_or(Thing::Asked(asked), |row| Thing::Known(*row))
    }

    /// All rows of a thing.
    pub(super) fn rows_of(&self, thing: Thing) -> &[u32] {
        match thing {
            Thing::Known(row) => self.rows(self.objects.names(row).0.as_bytes()),
            Thing::Asked(_) | Thing::Listed(_) => &[],
        }
    }

    pub(super) fn subject(&self, row: u32) -> u32 {
        self.subject_of[row as usize]
    }

    /// A subject's ID as the table writes it.
    pub(super) fn subject_name(&self, subject: u32) -> String {
        String::from_utf8_lossy(self.subjects.name(subject)).into_owned()
    }

    pub(super) fn subjects_named(&self, id: &[u8]) -> Option<u32> {
        self.subjects.known(id)
    }

    pub(super) fn is_guarded(&self, subject: u32) -> bool {
        self.guarded.contains(&subject)
    }

    /// The controller of a row, through its unit.
    pub(super) fn controller(&self, row: u32) -> Option<u32> {
        self.units.get(self.objects.unit(row)? as usize)?.controller
    }

    /// How many controllers there are.
    pub(super) fn controllers(&self) -> usize {
        self.case.directory.controllers.as_ref().map_or(0, Vec::len)
    }

    pub(super) fn controller_id(&self, controller: u32) -> String {
        let all = self
            .case
            .directory
            .controllers
            .as_deref()
            .unwrap_or_default();
        all.get(controller as usize)
            .map_or(String::new(), |one| one.id.clone())
    }

    /// A unit and those above it, from below upwards.
    pub(super) fn upwards(&self, unit: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(unit), |unit| self.units.get(*unit as usize)?.parent)
    }

    /// Grants of an account.
    pub(super) fn grants(&self, account: &[u8]) -> &[&'c Grant] {
        self.grants.get(account).map_or(&[], |grants| grants)
    }

    /// Every account with its grants.
    pub(super) fn granted(&self) -> impl Iterator<Item = (&'c [u8], &[&'c Grant])> {
        self.grants
            .iter()
            .map(|(account, grants)| (*account, grants.as_slice()))
    }

    /// Whether a grant covers a row at an instant, but for checks that a route lacks.
    pub(super) fn covers(&self, grant: &Grant, row: u32, at: Stamp, lacking: &[Check]) -> bool {
        let object = self.objects.row(row);
        let lacks = |check: Check| lacking.contains(&check);
        let below = |unit: u32| self.upwards(unit).any(|one| one == grant.unit);
        let form = grant.form.as_deref().is_none_or(|form| form == object.form);
        let guarded = object.protected && self.case.directory.grants_say_protected;
        grant.valid.holds(at)
            && (lacks(Check::Unit) || object.unit.is_some_and(below))
            && (lacks(Check::Form) || form)
            && (lacks(Check::Protected) || grant.protected || !guarded)
    }

    /// Whether an account's grants cover a thing: by any of its rows that hold then.
    pub(super) fn may_see(&self, account: &[u8], rows: &[u32], at: Stamp) -> bool {
        let grants = self.grants(account);
        let holds = |row: &&u32| self.objects.valid(**row).holds(at);
        let mut valid = rows.iter().filter(holds);
        valid.any(|row| grants.iter().any(|grant| self.covers(grant, *row, at, &[])))
    }

    /// Whether nothing is in somebody's scope at all.
    pub(super) fn sees_nothing(&self, who: Who<'_>) -> bool {
        match who {
            Who::Anonymous(_) => true,
            Who::Unattributed(_) => false,
            Who::Account(name) => {
                let listed = self.case.directory.grants.is_some();
                listed && self.case.unlisted_beyond && self.grants(name).is_empty()
            }
        }
    }

    /// Whether the tables are out of date at an instant.
    pub(super) fn is_stale(&self, at: Stamp) -> bool {
        self.as_of.as_ref().is_some_and(|(as_of, _)| at >= *as_of)
    }

    /// How a thing stands to whoever asks for it.
    pub(super) fn standing(&self, who: Who<'_>, thing: Thing, at: Stamp) -> Standing {
        let rows = self.rows_of(thing);
        let nothing = self.sees_nothing(who);
        match who {
            Who::Unattributed(_) => return Standing::Unclear(Reason::NoAccount),
            // Without the table nobody's scope is known; it is not inferred here.
            Who::Account(name) if !nothing && self.grants(name).is_empty() => {
                return Standing::Unclear(Reason::NoGrants);
            }
            Who::Account(name) if self.may_see(name, rows, at) => return Standing::Inside,
            _ => {}
        }
        if rows.is_empty() {
            return match nothing {
                true => Standing::Beyond,
                false => Standing::Unclear(Reason::NoDirectory),
            };
        }
        let held = rows.iter().any(|row| self.objects.valid(*row).holds(at));
        // Nobody may see what no row holds then; whose it is, is certain only where all rows agree.
        match held || self.agree(rows) {
            true => Standing::Beyond,
            false => Standing::Unclear(Reason::Ambiguous),
        }
    }

    /// Whether rows agree on the data subject and the controller.
    fn agree(&self, rows: &[u32]) -> bool {
        let owner = |row: &u32| (self.subject(*row), self.controller(*row));
        let first = rows.first().map(owner);
        rows.iter().all(|row| Some(owner(row)) == first)
    }

    /// The rows that say whose a thing is at an instant: those that hold then; else all that there are where they name
    /// several owners; else the one that ended last, or the first.
    pub(super) fn rows_at(&self, thing: Thing, at: Stamp) -> Vec<u32> {
        let rows = self.rows_of(thing);
        let valid: Vec<u32> = rows
            .iter()
            .copied()
            .filter(|row| self.objects.valid(*row).holds(at))
            .collect();
        if !valid.is_empty() {
            return valid;
        }
        if !self.agree(rows) {
            return rows.to_vec();
        }
        self.another_time(rows, at).into_iter().collect()
    }

    /// Of rows of which none holds at an instant: the one that ended last, or the first.
    fn another_time(&self, rows: &[u32], at: Stamp) -> Option<u32> {
        let ended = |row: &u32| self.objects.valid(*row).until.filter(|until| *until <= at);
        let ends = rows.iter().copied().filter(|row| ended(row).is_some());
        let last = ends.max_by_key(|row| ended(row));
        last.or(rows.first().copied())
    }

    /// Members that `members` names for a container.
    pub(super) fn recipients(&self, container: &[u8]) -> &[u32] {
        self.members.get(container).map_or(&[], |rows| rows)
    }

    /// What stood on a page, and whether it is known that exactly this did. `None`: the directory does not know the
    /// container. `content`: the answer is known to have held something.
    pub(super) fn page(
        &self,
        id: &[u8],
        slice: Slice,
        at: Stamp,
        content: Content,
    ) -> Option<(Vec<Thing>, bool)> {
        let members = self.recipients(id);
        if members.is_empty() {
            let mut things = self.under(self.unit_behind(id, at)?, at)?;
            things.retain(|thing| !self.holds_others(*thing, id));
            return Some((things, false));
        }
        let all = self.case.directory.members.as_deref().unwrap_or_default();
        let thing = |row: &u32| {
            let object = all[*row as usize].object.as_bytes();
            self.rows(object)
                .first()
                .map_or(Thing::Listed(*row), |row| Thing::Known(*row))
        };
        let holds = |row: &&u32| all[**row as usize].valid.holds(at);
        let then = once(members.iter().filter(holds).map(thing));
        let ever = || once(members.iter().map(thing));
        let shown: Vec<Thing> = match slice {
            _ if then.is_empty() => return Some((ever(), false)),
            Slice::Unreadable => return Some((then, false)),
            Slice::All => then,
            Slice::Part(skip, take) => {
                let all = then.iter().copied();
                let shown: Vec<Thing> = all.skip(skip as usize).take(take as usize).collect();
                match (shown.is_empty(), content) {
                    // Content where the table knows of nobody: it was not this table that was read out.
                    (true, Content::Measured) => return Some((ever(), false)),
                    // The same, or the body of an empty page.
                    (true, Content::Some) => return Some((then, false)),
                    _ => shown,
                }
            }
        };
        Some((shown, true))
    }

    /// What lists that stand on a page hold, and lists in these.
    pub(super) fn within(&self, page: &[Thing], at: Stamp) -> Vec<Thing> {
        let mut seen: HashSet<Thing> = page.iter().copied().collect();
        let mut open: Vec<Thing> = page.to_vec();
        let mut within = Vec::new();
        while let Some(thing) = open.pop() {
            let id = self.id(thing);
            if !self.about_nobody(thing) || self.recipients(id).is_empty() {
                continue;
            }
            let inner = self.page(id, Slice::All, at, Content::None);
            // Whom the table names at no time it names here too, as nobody then.
            let inner = inner.filter(|(_, known)| *known).unwrap_or_default().0;
            for one in inner {
                if seen.insert(one) {
                    within.push(one);
                    open.push(one);
                }
            }
        }
        within
    }

    fn id(&self, thing: Thing) -> &'c [u8] {
        let members = self.case.directory.members.as_deref().unwrap_or_default();
        match thing {
            Thing::Known(row) => self.objects.names(row).0.as_bytes(),
            Thing::Listed(row) => members[row as usize].object.as_bytes(),
            Thing::Asked(_) => &[],
        }
    }

    /// Whether the table of objects names no subject of a thing.
    fn about_nobody(&self, thing: Thing) -> bool {
        let mut rows = self.rows_of(thing).iter();
        rows.all(|row| self.objects.names(*row).1.is_empty())
    }

    /// Whether a thing of a unit is the container of this ID, or another that tells of nobody and holds others.
    fn holds_others(&self, thing: Thing, container: &[u8]) -> bool {
        let kind = |row: &u32| self.list_kinds.contains(self.objects.row(*row).kind);
        let id = self.id(thing);
        self.about_nobody(thing)
            && (id == container
                || !self.recipients(id).is_empty()
                || self.rows_of(thing).iter().all(kind))
    }

    /// The unit that a container belongs to as an object, or is itself.
    fn unit_behind(&self, id: &[u8], at: Stamp) -> Option<u32> {
        let all = self.rows(id);
        let holds = |row: &u32| self.objects.valid(*row).holds(at);
        let mut rows: Vec<u32> = all.iter().copied().filter(holds).collect();
        if rows.is_empty() {
            rows.extend(self.another_time(all, at));
        }
        let contains = |row: &&u32| !self.closed_kinds.contains(self.objects.row(**row).kind);
        let unit = rows
            .iter()
            .find(contains)
            .and_then(|row| self.objects.unit(*row));
        unit.or_else(|| self.unit_ids.get(id).copied())
    }

    /// Things of a unit and those below; those of any time where none holds then.
    fn under(&self, unit: u32, at: Stamp) -> Option<Vec<Thing>> {
        let mut rows = Vec::new();
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            rows.extend(self.in_unit.get(&unit).into_iter().flatten().copied());
            open.extend(self.below.get(&unit).into_iter().flatten().copied());
        }
        let holds = |row: &u32| self.objects.valid(*row).holds(at);
        let known = rows.iter().any(holds);
        rows.retain(|row| !known || holds(row));
        let firsts = rows
            .iter()
            .filter_map(|row| self.rows(self.objects.names(*row).0.as_bytes()).first());
        let firsts: BTreeSet<u32> = firsts.copied().collect();
        Some(firsts.into_iter().map(Thing::Known).collect())
    }

    /// Distinct data subjects of a controller, or of all.
    pub(super) fn population(&self, controller: Option<u32>) -> HashSet<u32> {
        let rows = 0..self.objects.len() as u32;
        let own = rows.filter(|row| match (self.controller(*row), controller) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(has), Some(want)) => has == want,
        });
        let named = own.filter(|row| !self.objects.names(*row).1.is_empty());
        named.map(|row| self.subject(row)).collect()
    }
}

/// Each thing once, where it stands first.
fn once(things: impl Iterator<Item = Thing>) -> Vec<Thing> {
    let mut seen = HashSet::new();
    things.filter(|thing| seen.insert(*thing)).collect()
}

/// Kinds that routes ask for as containers and never as objects.
fn list_kinds(case: &Case) -> BTreeSet<&str> {
    let routes = case.routes.iter();
    let names = routes.filter_map(|route| route.container.as_deref());
    let object = |name: &&str| case.routes.iter().any(|route| route.object.as_deref() == Some(*name));
    names.filter(|name| !object(name)).collect()
}

/// Kinds that routes ask for as objects and never as containers: a contact is no address book of the same number.
fn closed_kinds(case: &Case) -> BTreeSet<&str> {
    let objects = case
        .routes
        .iter()
        .filter_map(|route| route.object.as_deref());
    let containers: BTreeSet<&str> = case
        .routes
        .iter()
        .filter_map(|route| route.container.as_deref())
        .collect();
    objects.filter(|kind| !containers.contains(kind)).collect()
}
