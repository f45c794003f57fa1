//! The tree of units: parents by index, controllers inherited, circles refused.
//!
//! Without a `units` table every unit that grants or objects name stands on its own.

use std::collections::{BTreeSet, HashMap};

use super::cells::{Cells, Column, Layout, Sheet};
use super::problem::{CaseProblem, Complaint, Complaints, quoted};
use super::rows::{controller_index, unique};
use super::table::Spot;
use super::{Controller, Unit};

/// Columns of `units`.
pub(super) const LAYOUT: Layout = Layout {
    required: &[
        ("unit", "the unit's ID"),
        ("parent", "the unit above it, empty at the top"),
        (
            "controller",
            "the controller, empty where the parent's counts",
        ),
        ("name", "the unit's name"),
        ("kind", "the kind of unit, such as city, school or class"),
    ],
    optional: &["form"],
    unused: &["name"],
};

/// Units by ID.
#[derive(Clone, Default)]
pub(super) struct Units {
    rows: Vec<Unit>,
    index: HashMap<String, u32>,
    given: bool,
}

/// A row while names are still names.
struct Draft {
    id: String,
    parent: String,
    controller: String,
    kind: String,
    form: String,
    spot: Spot,
}

impl Units {
    /// Reads the table. Without a table of controllers, those that units name are taken for it.
    ///
    /// # Errors
    /// Every complaint about its rows: double IDs, unknown parents or controllers, circles.
    pub(super) fn read(
        sheet: &Sheet,
        controllers: &mut Option<Vec<Controller>>,
    ) -> Result<Units, CaseProblem> {
        let drafts = drafts(sheet)?;
        if controllers.is_none() {
            *controllers = named(&drafts);
        }
        let known = controller_index(controllers.as_deref().unwrap_or_default());
        let index: HashMap<String, u32> = (0u32..)
            .zip(&drafts)
            .map(|(i, d)| (d.id.clone(), i))
            .collect();
        let mut complaints = Complaints::default();
        let mut find = |draft: &Draft, column, id: &str, among: &HashMap<String, u32>| {
            let found = among.get(id).copied();
            if found.is_none() && !id.is_empty() {
                complaints.add(|| sheet.unknown_id(draft.spot, column, id, among));
            }
            found
        };
        let mut rows = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            rows.push(Unit {
                id: draft.id.clone(),
                parent: find(draft, "parent", &draft.parent, &index),
                controller: find(draft, "controller", &draft.controller, &known),
                kind: draft.kind.clone(),
                form: draft.form.clone(),
            });
        }
        for circle in inherit(&mut rows) {
            complaints.add(|| circle_complaint(sheet, &drafts, &circle));
        }
        let given = true;
        complaints.or(Units { rows, index, given })
    }

    /// The unit that a cell names. Without a table, a new name is a new unit.
    pub(super) fn find(&mut self, cells: &mut Cells<'_>, column: Column, id: &str) -> Option<u32> {
        if let Some(found) = self.index.get(id) {
            return Some(*found);
        }
        if self.given {
            cells.unknown(column, id, &self.index);
            return None;
        }
        let new = u32::try_from(self.rows.len()).ok()?;
        self.index.insert(id.to_owned(), new);
        self.rows.push(Unit {
            id: id.to_owned(),
            parent: None,
            controller: None,
            kind: String::new(),
            form: String::new(),
        });
        Some(new)
    }

    /// A unit's school form; empty where none is said.
    pub(super) fn form(&self, unit: u32) -> &str {
        self.rows.get(unit as usize).map_or("", |unit| &unit.form)
    }

    /// Another one for tables that are read at the same time; `None` where each table may add units of its own.
    pub(super) fn beside(&self) -> Option<Units> {
        self.given.then(|| self.clone())
    }

    /// The units; `None` where neither a table nor another one names any.
    pub(super) fn into_rows(self) -> Option<Vec<Unit>> {
        (self.given || !self.rows.is_empty()).then_some(self.rows)
    }
}

fn drafts(sheet: &Sheet) -> Result<Vec<Draft>, CaseProblem> {
    let (unit, parent) = (sheet.column("unit"), sheet.column("parent"));
    let (controller, kind) = (sheet.column("controller"), sheet.column("kind"));
    let form = sheet.column("form");
    let mut seen = HashMap::new();
    sheet.rows(|cells| {
        Some(Draft {
            id: unique(cells, unit, &mut seen)?,
            parent: cells.id_or_empty(parent)?.to_owned(),
            controller: cells.id_or_empty(controller)?.to_owned(),
            kind: cells.text(kind).to_owned(),
            form: cells.id_or_empty(form)?.to_owned(),
            spot: cells.spot(),
        })
    })
}

/// The controllers that units name, by ID; `None` where they name none.
fn named(drafts: &[Draft]) -> Option<Vec<Controller>> {
    let ids: BTreeSet<&String> = drafts.iter().map(|d| &d.controller).collect();
    let controllers: Vec<Controller> = ids
        .into_iter()
        .filter(|id| !id.is_empty())
        .map(|id| Controller {
            id: id.clone(),
            name: id.clone(),
        })
        .collect();
    (!controllers.is_empty()).then_some(controllers)
}

/// Gives each unit its parent's controller where it has none, and returns the circles of parents.
fn inherit(rows: &mut [Unit]) -> Vec<Vec<usize>> {
    let mut done = vec![false; rows.len()];
    let mut step = vec![usize::MAX; rows.len()];
    let mut circles = Vec::new();
    for start in 0..rows.len() {
        let mut path: Vec<usize> = Vec::new();
        let mut next = Some(start);
        while let Some(at) = next.filter(|at| !done[*at]) {
            // A unit that is not done but already stepped on is on this very path.
            if step[at] != usize::MAX {
                circles.push(path[step[at]..].to_vec());
                break;
            }
            step[at] = path.len();
            path.push(at);
            next = rows[at].parent.map(|parent| parent as usize);
        }
        for at in path.into_iter().rev() {
            let above = rows[at]
                .parent
                .and_then(|parent| rows[parent as usize].controller);
            rows[at].controller = rows[at].controller.or(above);
            done[at] = true;
        }
    }
    circles
}

fn circle_complaint(sheet: &Sheet, drafts: &[Draft], circle: &[usize]) -> Complaint {
    let first = circle[0];
    let names: Vec<&str> = circle
        .iter()
        .chain([&first])
        .map(|at| drafts[*at].id.as_str())
        .collect();
    let what = format!(
        "{} stands above itself: {}",
        quoted(names[0]),
        quoted(&names.join(" < "))
    );
    sheet.table().complain(
        drafts[first].spot,
        Some("parent"),
        what,
        "correct one of these parents",
    )
}
