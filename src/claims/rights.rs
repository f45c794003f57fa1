//! The directory as it stands in its rows: who may see what at an instant, what stood on a page, whose an object is.
//!
//! Plain maps and loops over the rows of grants, units, objects and members, by the letter of the rules for scope; the
//! other road has an index and shortcuts of its own.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::names::Names;
use super::reading::Who;
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
    /// The same of an ID that things of several kinds share.
    OfKind(u32),
    /// An ID that the directory does not know: its number among the requested ones.
    Asked(u32),
    /// The same, on a list: the first row of `members` that names it.
    Listed(u32),
}

/// The tables by their keys.
pub(super) struct Rights<'c> {
    pub(super) case: &'c Case,
    units: &'c [Unit],
    pub(super) objects: &'c Objects,
    grants: HashMap<&'c [u8], Vec<&'c Grant>>,
    rows: HashMap<&'c [u8], Vec<u32>>,
    pub(super) members: HashMap<&'c [u8], Vec<u32>>,
    /// The first row of `members` that names what `objects` does not know.
    listed: HashMap<&'c [u8], u32>,
    /// Rows of things that share an ID with things of another kind, by the first of them.
    pub(super) of_kind: HashMap<u32, Vec<u32>>,
    /// Rows of objects by their unit.
    pub(super) in_unit: HashMap<u32, Vec<u32>>,
    pub(super) below: HashMap<u32, Vec<u32>>,
    pub(super) unit_ids: HashMap<&'c [u8], u32>,
    subjects: Names,
    subject_of: Vec<u32>,
    /// Subjects of which some row says that they are protected.
    guarded: HashSet<u32>,
    /// Whether any row of the table of objects says so.
    pub(super) marks_protected: bool,
    pub(super) closed_kinds: BTreeSet<&'c str>,
    /// Names of the variables and parameters that routes have their IDs in.
    variables: BTreeSet<&'c str>,
    /// Kinds that routes ask for as containers and never as objects.
    pub(super) list_kinds: BTreeSet<&'c str>,
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
            listed: HashMap::new(),
            of_kind: HashMap::new(),
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
            variables: variables(case),
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
        rights.of_kind = rights.kinds();
        for (at, member) in directory.members.iter().flatten().enumerate() {
            rights
                .members
                .entry(member.container.as_bytes())
                .or_default()
                .push(at as u32);
            let object = member.object.as_bytes();
            if !rights.rows.contains_key(object) {
                rights.listed.entry(object).or_insert(at as u32);
            }
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

    /// What some list names and no row of the table of objects knows.
    pub(super) fn listed(&self, id: &[u8]) -> Option<Thing> {
        self.listed.get(id).copied().map(Thing::Listed)
    }

    /// The thing behind an ID that a request names by a route's variable.
    pub(super) fn thing(&self, id: &[u8], asked: u32, variable: Option<&str>) -> Thing {
        let rows = self.rows(id);
        let kind = |row: &u32| self.objects.row(*row).kind;
        let own = rows.iter().find(|row| Some(kind(row)) == variable);
        let other = || rows.iter().find(|row| !self.variables.contains(kind(row)));
        match (rows.first(), own.or_else(other)) {
            (None, _) => self.listed(id).unwrap_or(Thing::Asked(asked)),
            (Some(_), Some(row)) if self.of_kind.contains_key(row) => Thing::OfKind(*row),
            (Some(first), _) => Thing::Known(*first),
        }
    }

    /// The things that share an ID with things of another kind that routes ask for: their rows by the first of them.
    fn kinds(&self) -> HashMap<u32, Vec<u32>> {
        let mut of_kind = HashMap::new();
        let kind = |row: u32| self.objects.row(row).kind;
        let several = |rows: &&Vec<u32>| rows.iter().any(|row| kind(*row) != kind(rows[0]));
        for rows in self.rows.values().filter(several) {
            let mut kinds: HashMap<Option<&str>, Vec<u32>> = HashMap::new();
            for row in rows {
                let kind = self.variables.get(kind(*row)).copied();
                kinds.entry(kind).or_default().push(*row);
            }
            if kinds.len() > 1 {
                of_kind.extend(kinds.into_values().map(|rows| (rows[0], rows)));
            }
        }
        of_kind
    }

    /// The thing that a list names: where several kinds share the ID, the one that is no list, if there is one such.
    pub(super) fn on_list(&self, object: &[u8]) -> Option<Thing> {
        let rows = self.rows(object);
        let list = |row: &&u32| self.list_kinds.contains(self.objects.row(**row).kind);
        let mut firsts = rows
            .iter()
            .filter(|row| self.of_kind.contains_key(row) && !list(row));
        match (firsts.next(), firsts.next()) {
            (Some(only), None) => Some(Thing::OfKind(*only)),
            _ => rows.first().map(|row| Thing::Known(*row)),
        }
    }

    /// All rows of a thing.
    pub(super) fn rows_of(&self, thing: Thing) -> &[u32] {
        match thing {
            Thing::Known(row) => self.rows(self.objects.names(row).0.as_bytes()),
            Thing::OfKind(row) => self.of_kind.get(&row).map_or(&[], |rows| rows),
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

    /// Whether several people use an account, by the table of accounts.
    pub(super) fn is_shared(&self, account: &[u8]) -> bool {
        let row = self.holders.get(account);
        row.is_some_and(|row| row.kind == "shared")
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
            // Which units lie below those that it was granted, no table says.
            Who::Account(_) if !nothing && !self.case.directory.units_told => {
                return Standing::Unclear(Reason::NoGrants);
            }
            _ => {}
        }
        if rows.is_empty() || self.is_of_later(rows, at) {
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

    /// Whether no row has begun at an instant: where the thing stood until then the table does not say.
    fn is_of_later(&self, rows: &[u32], at: Stamp) -> bool {
        let begun = |row: &u32| {
            let valid = self.objects.valid(*row);
            valid.holds(at) || valid.until.is_some_and(|until| until <= at)
        };
        !rows.iter().any(begun)
    }

    /// The rows that say whose a thing is at an instant: those that hold then; none where all begin later; else all that
    /// there are where they name several owners; else the one that ended last.
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
        if self.is_of_later(rows, at) {
            return Vec::new();
        }
        if !self.agree(rows) {
            return rows.to_vec();
        }
        self.another_time(rows, at).into_iter().collect()
    }

    /// Of rows of which none holds at an instant: the one that ended last, or the first.
    pub(super) fn another_time(&self, rows: &[u32], at: Stamp) -> Option<u32> {
        let ended = |row: &u32| self.objects.valid(*row).until.filter(|until| *until <= at);
        let ends = rows.iter().copied().filter(|row| ended(row).is_some());
        let last = ends.max_by_key(|row| ended(row));
        last.or(rows.first().copied())
    }

    /// Distinct data subjects that may be a controller's, or of all: of whom no unit tells, each may be anybody's.
    pub(super) fn population(&self, controller: Option<u32>) -> HashSet<u32> {
        let rows = 0..self.objects.len() as u32;
        let own = rows.filter(|row| match (self.controller(*row), controller) {
            (None, _) | (_, None) => true,
            (Some(has), Some(want)) => has == want,
        });
        let named = own.filter(|row| !self.objects.names(*row).1.is_empty());
        named.map(|row| self.subject(row)).collect()
    }
}

fn variables(case: &Case) -> BTreeSet<&str> {
    let routes = case.routes.iter();
    let names = routes.flat_map(|route| route.object.iter().chain(&route.container));
    names.map(String::as_str).collect()
}

/// Kinds that routes ask for as containers and never as objects.
fn list_kinds(case: &Case) -> BTreeSet<&str> {
    let routes = case.routes.iter();
    let names = routes.filter_map(|route| route.container.as_deref());
    let object = |name: &&str| {
        case.routes
            .iter()
            .any(|route| route.object.as_deref() == Some(*name))
    };
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
