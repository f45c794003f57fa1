//! The directory looked up plainly: an object's rows, an account's grants, a session's account, a container's page.
//!
//! Written after CASE.md and not after `scope`, which it is there to check: maps by name, every rule in one line.

use std::collections::{HashMap, HashSet};

use crate::case::{Case, Grant, Member, ObjectRow, SessionRow};
use crate::report::{AccessRow, AccessTable};
use crate::route::Page;
use crate::words::Stamp;

/// An object's ID, and how it came to be named.
pub(super) type Named<'n> = (&'n str, By<'n>);

/// How an object came to be named.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'n> {
    /// By a request, in the route's variable or parameter of this name.
    Variable(&'n str),
    /// By a page on which it stood.
    Page,
}

/// The tables by name.
pub(super) struct Plain<'c> {
    pub case: &'c Case,
    objects: HashMap<&'c str, Vec<ObjectRow<'c>>>,
    grants: HashMap<&'c str, Vec<&'c Grant>>,
    sessions: HashMap<&'c str, Vec<&'c SessionRow>>,
    members: HashMap<&'c str, Vec<&'c Member>>,
}

impl<'c> Plain<'c> {
    /// Sorts the tables by name. Without a table of accesses nothing is asked of them.
    pub(super) fn of(case: &'c Case, table: Option<&AccessTable>) -> Plain<'c> {
        let directory = &case.directory;
        let mut plain = Plain {
            case,
            objects: HashMap::new(),
            grants: HashMap::new(),
            sessions: HashMap::new(),
            members: HashMap::new(),
        };
        if table.is_none() {
            return plain;
        }
        for row in directory.objects.iter().flat_map(|objects| objects.iter()) {
            plain.objects.entry(row.object).or_default().push(row);
        }
        for grant in directory.grants.iter().flatten() {
            plain.grants.entry(&grant.account).or_default().push(grant);
        }
        for row in directory.sessions.iter().flatten() {
            plain.sessions.entry(&row.session).or_default().push(row);
        }
        for member in directory.members.iter().flatten() {
            plain
                .members
                .entry(&member.container)
                .or_default()
                .push(member);
        }
        plain
    }

    /// Whose a session was then; what is no session stays as the log names it.
    pub(super) fn account(&self, named: &[u8], at: Stamp) -> Option<&'c str> {
        let rows = self.sessions.get(std::str::from_utf8(named).ok()?)?;
        let row = rows.iter().find(|row| row.valid.holds(at))?;
        Some(&row.account)
    }

    /// How a row of `accesses.parquet` came to name its object.
    pub(super) fn by(&self, row: &AccessRow<'_>) -> By<'c> {
        let route = self
            .case
            .routes
            .iter()
            .find(|route| route.name == row.route);
        match (row.container, route) {
            (None, Some(route)) => By::Variable(route.object.as_deref().unwrap_or_default()),
            _ => By::Page,
        }
    }

    /// The kind of the object of a row of `accesses.parquet`, by the first of its rows.
    pub(super) fn kind(&self, row: &AccessRow<'_>) -> Option<&'c str> {
        let rows = self.object((row.object?, self.by(row)));
        rows.first().map(|row| row.kind)
    }

    /// The rows of the object that a request names by its ID, or that a page lists. Where things of several kinds share
    /// the ID these are the rows of the kind that is called as the route's variable; else those of no kind that another
    /// route asks for. A page lists what is no container, where that is one kind.
    fn object(&self, (object, by): Named<'_>) -> Vec<ObjectRow<'c>> {
        let rows = self.objects.get(object).map_or(&[][..], Vec::as_slice);
        if rows.len() < 2 {
            return rows.to_vec();
        }
        let routes = || self.case.routes.iter();
        let asked = |kind: &str| {
            routes().any(|route| {
                [&route.object, &route.container]
                    .iter()
                    .any(|name| name.as_deref() == Some(kind))
            })
        };
        let list =
            |kind: &str| asked(kind) && routes().all(|route| route.object.as_deref() != Some(kind));
        let some = |wanted: &dyn Fn(&str) -> bool| -> Vec<ObjectRow<'c>> {
            rows.iter()
                .filter(|row| wanted(row.kind))
                .copied()
                .collect()
        };
        let all = || rows.to_vec();
        match by {
            By::Variable(name) => {
                let own = some(&|kind| kind == name);
                let others = some(&|kind| !asked(kind));
                let meant = [own, others].into_iter().find(|rows| !rows.is_empty());
                meant.unwrap_or_else(all)
            }
            By::Page => {
                let objects = some(&|kind| !list(kind));
                let kinds: HashSet<&str> = objects.iter().map(|row| row.kind).collect();
                let asked: HashSet<Option<&str>> = kinds
                    .into_iter()
                    .map(|kind| Some(kind).filter(|kind| asked(kind)))
                    .collect();
                match asked.len() {
                    1 => objects,
                    _ => all(),
                }
            }
        }
    }

    /// The rows that say whose an object is at an instant: those valid then, else the last that was valid before.
    pub(super) fn rows_at(&self, object: Named<'_>, at: Stamp) -> Vec<ObjectRow<'c>> {
        let rows = self.object(object);
        let valid: Vec<_> = rows.iter().filter(|row| row.valid.holds(at)).collect();
        if !valid.is_empty() {
            return valid.into_iter().copied().collect();
        }
        let mut last: Option<(Stamp, ObjectRow<'c>)> = None;
        for row in &rows {
            if let Some(until) = row.valid.until
                && until <= at
                && last.is_none_or(|(before, _)| before <= until)
            {
                last = Some((until, *row));
            }
        }
        last.map(|(_, row)| row).into_iter().collect()
    }

    /// ID of the controller of a row's unit.
    pub(super) fn controller(&self, row: &ObjectRow<'_>) -> Option<&'c str> {
        let directory = &self.case.directory;
        let unit = directory.units.as_deref()?.get(row.unit? as usize)?;
        let controller = directory
            .controllers
            .as_deref()?
            .get(unit.controller? as usize)?;
        Some(&controller.id)
    }

    /// Whether `grants` knows an account.
    pub(super) fn has_grants(&self, account: &str) -> bool {
        self.grants.contains_key(account)
    }

    /// The grant by which an account may see an object at an instant, by any of its rows that holds then; an error where
    /// no row that names a unit holds then, so that the grants say neither.
    pub(super) fn granted(
        &self,
        account: &str,
        object: Named<'_>,
        at: Stamp,
    ) -> Result<Option<&'c Grant>, ()> {
        let rows = self.object(object);
        let valid = || rows.iter().filter(|row| row.valid.holds(at));
        if valid().all(|row| row.unit.is_none()) {
            return Err(());
        }
        let grants = self.grants.get(account).map_or(&[][..], Vec::as_slice);
        let sees = |grant: &&&Grant| valid().any(|row| self.covers(grant, row, at));
        Ok(grants.iter().find(sees).copied())
    }

    /// CASE.md §2, "In scope".
    fn covers(&self, grant: &Grant, row: &ObjectRow<'_>, at: Stamp) -> bool {
        let matters = self.case.directory.grants_say_protected;
        grant.valid.holds(at)
            && row
                .unit
                .is_some_and(|unit| self.lies_under(unit, grant.unit))
            && grant.form.as_deref().is_none_or(|form| form == row.form)
            && (!row.protected || grant.protected || !matters)
    }

    fn lies_under(&self, unit: u32, above: u32) -> bool {
        let units = self.case.directory.units.as_deref().unwrap_or_default();
        let mut next = Some(unit);
        while let Some(here) = next {
            if here == above {
                return true;
            }
            next = units.get(here as usize).and_then(|unit| unit.parent);
        }
        false
    }

    /// Whether an object stood on a container's page at an instant; `None` where the members do not tell.
    pub(super) fn on_page(
        &self,
        (container, page): (&str, Page),
        object: &str,
        at: Stamp,
    ) -> Option<bool> {
        let members = self.members.get(container)?;
        let mut seen = HashSet::new();
        let then = members.iter().filter(|member| member.valid.holds(at));
        // Who has several rows stands on the list once.
        let then = then.filter(|member| seen.insert(member.object.as_str()));
        let (skip, take) = match page {
            Page::All => (0, u32::MAX),
            Page::Slice { skip, take } => (skip, take),
            Page::Unreadable => return None,
        };
        let mut on_page = then.skip(skip as usize).take(take as usize);
        Some(on_page.any(|member| member.object == object))
    }
}
