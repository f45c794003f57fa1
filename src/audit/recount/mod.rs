//! Figures counted again from the cited rows and the directory, and held against the tables.
//!
//! From the rows come `subjects.csv` and `accounts.csv`, from those `controllers.csv`, from all of them the totals of
//! `findings.json`: each step is one loop over rows with sets, and shares no code with `impact`.

mod accounts;
mod bounds;
mod controllers;
mod findings;
mod hours;
mod ladder;
mod subjects;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(super) use hours::check as check_hours;

use super::Audit;
use super::directory::Plain;
use super::folder::Folder;
use super::lines::{Said, Seen};
use super::reread::Raw;
use crate::report::{AccessRow, AccessTable, Row};
use crate::words::Stamp;

/// A cited row with what its line says, where the line was read.
struct Cited<'t> {
    row: AccessRow<'t>,
    said: Option<&'t Said>,
}

impl Cited<'_> {
    /// When, as exactly as is known.
    fn time(&self) -> Stamp {
        let known = self.said.map(|said| said.time);
        known.unwrap_or(Stamp(self.row.time.saturating_mul(1000)))
    }

    /// The request, told apart from all others.
    fn request(&self) -> (&str, i64) {
        (self.row.file, self.row.offset)
    }
}

/// Everything that figures are counted from.
struct Basis<'t> {
    cited: Vec<Cited<'t>>,
    plain: &'t Plain<'t>,
    /// Whether every disclosed row counts: under an inferred scope, or with a directory out of date, some only widen the
    /// upper bound, and which ones is the scan's judgement.
    exact: bool,
}

impl Basis<'_> {
    /// Whether some table says who is protected, and who is a child.
    fn says(&self) -> (bool, bool) {
        let directory = &self.plain.case.directory;
        (directory.objects_say_protected, directory.objects_say_child)
    }
}

/// What must stand for something that no table says of anybody: nothing, or what an older build wrote.
fn marked(says: bool, stands: &str, say: impl ToString) -> String {
    match says {
        true => say.to_string(),
        false if matches!(stands, "0" | "false") => stands.to_owned(),
        false => String::new(),
    }
}

/// Counts again and compares.
pub(super) fn check(
    audit: &mut Audit,
    (table, seen): (&AccessTable, &Seen),
    (plain, raws): (&Plain<'_>, &[Raw]),
    (folder, found): (&Folder, &Value),
) {
    let numbers: BTreeMap<&str, usize> = raws.iter().map(|raw| &*raw.name).zip(0..).collect();
    let cited = table.rows().map(|row| {
        let number = numbers.get(row.file).copied().unwrap_or(usize::MAX);
        let offset = u64::try_from(row.offset).unwrap_or(u64::MAX);
        let said = seen.get(&(number, offset));
        Cited { row, said }
    });
    let doubts = found["doubts"].as_array().into_iter().flatten();
    let mut stale = doubts.filter(|doubt| {
        let widens = doubt["widens"].as_str().unwrap_or_default();
        doubt["reason"] == "NO_DIRECTORY" && widens.contains("population")
    });
    let basis = Basis {
        cited: cited.collect(),
        plain,
        exact: plain.case.directory.grants.is_some()
            && plain.case.directory.units_told
            && stale.next().is_none(),
    };
    let tallies = subjects::tallies(&basis);
    let subjects = folder.rows(audit, "subjects.csv").unwrap_or_default();
    let accounts = folder.rows(audit, "accounts.csv").unwrap_or_default();
    let controllers = folder.rows(audit, "controllers.csv").unwrap_or_default();
    subjects::check(audit, &basis, &tallies, &subjects);
    accounts::check(audit, &basis, &accounts);
    controllers::check(audit, (&basis, &tallies), &subjects, &controllers);
    let rows = folder.rows(audit, "bounds.csv").unwrap_or_default();
    bounds::check(audit, &controllers, &rows);
    if let Some(rungs) = folder.rows(audit, "ladder.csv") {
        ladder::check(audit, &basis, &rungs, found);
    }
    let tables = findings::Tables {
        subjects: &subjects,
        accounts: &accounts,
        controllers: &controllers,
    };
    findings::check(audit, (&basis, &tallies), &tables, found);
    timeline::check(
        audit,
        &basis,
        &accounts,
        &folder.json_lines("timeline.jsonl"),
    );
}

/// A cell; empty where the table has no such column.
fn cell_of<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// What a cell joins with `;`.
fn parts(cell: &str) -> BTreeSet<&str> {
    cell.split(';').filter(|part| !part.is_empty()).collect()
}

/// The same of several names, of which one may hold a `;`.
fn split<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<&'n str> {
    names.into_iter().flat_map(parts).collect()
}

fn listed(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(";")
}

/// How sure a word is.
fn rank(certainty: &str) -> u8 {
    match certainty {
        "confirmed" => 3,
        "probable" => 2,
        "possible" => 1,
        _ => 0,
    }
}
