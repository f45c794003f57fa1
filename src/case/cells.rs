//! The columns that a directory table may have, and its cells as typed values.
//!
//! A column that is neither known nor marked as the user's own is refused: misspelt, an optional
//! column would be passed over and widen or narrow everybody's scope without a word.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::problem::{CaseProblem, Complaint, Complaints, quoted, suggest};
use super::spreadsheet;
use super::table::{Row, Spot, Table};
use super::times::{TIME_REMEDY, instant};
use crate::words::{Stamp, Validity};

/// A table's columns.
pub(super) struct Layout {
    /// Columns that must be there, each with what it is for.
    pub(super) required: &'static [(&'static str, &'static str)],
    /// Columns that may be there.
    pub(super) optional: &'static [&'static str],
    /// Columns among them that this version reads past.
    pub(super) unused: &'static [&'static str],
}

/// A table whose columns are known.
pub(super) struct Sheet {
    table: Table,
    zone: Tz,
}

/// A column of a sheet, found once and then used in each row.
#[derive(Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    at: Option<usize>,
}

impl Sheet {
    /// Holds the header against the layout.
    ///
    /// # Errors
    /// Every column that is unknown, double or missing.
    pub(super) fn new(table: Table, layout: &Layout, zone: Tz) -> Result<Sheet, CaseProblem> {
        let mut complaints = Complaints::default();
        let required = layout.required.iter().map(|(name, _)| *name);
        let required: Vec<&str> = required.collect();
        let known = || required.iter().chain(layout.optional).copied();
        if !required
            .iter()
            .any(|name| table.columns.iter().any(|c| c == name))
            && let Some(line) = table.header_below(&required)
        {
            let what =
                format!("the first row is no header; the columns' names stand on line {line}");
            let remedy = "take out what stands above them".to_owned();
            complaints.add(|| table.complain_header(None, what, remedy));
            return complaints.or(Sheet { table, zone });
        }
        for (index, name) in table.columns.iter().enumerate() {
            // A spreadsheet writes columns that are there and empty.
            if name.is_empty() {
                continue;
            }
            if table.columns[..index].contains(name) {
                let what = format!("the column {} stands twice", quoted(name));
                complaints
                    .add(|| table.complain_header(None, what, "keep one of the two".to_owned()));
            } else if !known().any(|k| k == name) && !is_own(name) {
                complaints.add(|| unknown(&table, name, known().collect()));
            }
        }
        for (name, purpose) in layout.required {
            if !table.columns.iter().any(|c| c == name) {
                let what = format!("the column {} is missing", quoted(name));
                complaints.add(|| table.complain_header(None, what, format!("add it: {purpose}")));
            }
        }
        complaints.or(Sheet { table, zone })
    }

    /// Whether the table has the column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.table.columns.iter().any(|c| c == name)
    }

    /// A column of the layout.
    pub(super) fn column(&self, name: &'static str) -> Column {
        let at = self.table.columns.iter().position(|c| c == name);
        Column { name, at }
    }

    /// The columns `from` and `until`, or others with that meaning.
    pub(super) fn span(&self, from: &'static str, until: &'static str) -> (Column, Column) {
        (self.column(from), self.column(until))
    }

    /// Every row as a value; rows for which `make` returns `None` have been complained about.
    ///
    /// # Errors
    /// Every complaint about the table's rows.
    pub(super) fn rows<T>(
        &self,
        mut make: impl FnMut(&mut Cells<'_>) -> Option<T>,
    ) -> Result<Vec<T>, CaseProblem> {
        let mut complaints = Complaints::default();
        let mut made = Vec::new();
        // Only a saving of copies: where that much room is not to be had, the list grows as it goes.
        let _ = made.try_reserve(self.table.most_rows());
        let columns = 0..self.table.columns.len();
        let (nameless, named): (Vec<usize>, Vec<usize>) =
            columns.partition(|at| self.table.columns[*at].is_empty());
        let blank =
            |row: &Row<'_>, of: &[usize]| of.iter().all(|at| row.cell(*at).trim().is_empty());
        self.table.each(&mut complaints, |row, complaints| {
            if !blank(row, &nameless) {
                complaints.add(|| self.nameless(row));
            // A spreadsheet writes rows that are there and empty; most rows have their first cell.
            } else if !blank(row, &named) {
                made.extend(make(&mut Cells {
                    sheet: self,
                    row,
                    complaints,
                }));
            }
        });
        complaints.or(made)
    }

    fn nameless(&self, row: &Row<'_>) -> Complaint {
        let what = "a cell of a column without a name is not empty".to_owned();
        let remedy = "give the column a name (x_… or note… for one of your own), or empty it";
        self.table.complain(row.spot, None, what, remedy)
    }

    /// A complaint that an ID is not among the known ones.
    pub(super) fn unknown_id(
        &self,
        spot: Spot,
        column: &'static str,
        id: &str,
        known: &HashMap<String, u32>,
    ) -> Complaint {
        let kind = if column == "controller" {
            "controller"
        } else {
            "unit"
        };
        let what = format!("{} is no known {kind}", quoted(id));
        let remedy = suggest(id, known.keys().map(String::as_str), || {
            format!("add it to the table of {kind}s or correct it")
        });
        self.table.complain(spot, Some(column), what, remedy)
    }

    /// A number that the rows do not exceed.
    pub(super) fn most_rows(&self) -> usize {
        self.table.most_rows()
    }

    /// The table, for complaints that come after its rows were read, and for its digest.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }
}

/// A row's cells.
pub(super) struct Cells<'r> {
    sheet: &'r Sheet,
    row: &'r Row<'r>,
    complaints: &'r mut Complaints,
}

impl<'r> Cells<'r> {
    /// The cell as it is; empty where the table lacks the column.
    pub(super) fn text(&self, column: Column) -> &'r str {
        column.at.map_or("", |at| self.row.cell(at))
    }

    /// An ID: not empty, and written as a log would write it.
    pub(super) fn id(&mut self, column: Column) -> Option<&'r str> {
        let text = self.text(column);
        if text.is_empty() {
            self.complain(column, "is empty", |_| "every row needs it".to_owned());
            return None;
        }
        self.id_or_empty(column)
    }

    /// An ID, or nothing.
    pub(super) fn id_or_empty(&mut self, column: Column) -> Option<&'r str> {
        let text = self.text(column);
        if let Some((what, remedy)) = spreadsheet::spoilt(text) {
            let what = format!("{} {what}", quoted(text));
            self.complain(column, &what, |_| remedy.to_owned());
            return None;
        }
        if plain(text) {
            return Some(text);
        }
        if text.trim().len() < text.len() || text.contains(char::is_control) {
            let what = format!(
                "{} has white space at an end or a control character in it",
                quoted(text)
            );
            self.complain(column, &what, |_| {
                "take it out; IDs are compared as they are written".to_owned()
            });
            return None;
        }
        Some(text)
    }

    /// `true`, `1`, `yes` or `false`, `0`, `no` in any case, and what spreadsheets write for them; empty is `false`.
    pub(super) fn truth(&mut self, column: Column) -> Option<bool> {
        let text = self.text(column).trim();
        if text.is_empty() {
            return Some(false);
        }
        if let Some(said) = spreadsheet::truth(text) {
            return Some(said);
        }
        let what = format!("{} is neither true nor false", quoted(text));
        self.complain(column, &what, |_| {
            "write true or false, 1 or 0, yes or no".to_owned()
        });
        None
    }

    /// The time from one column to another, open where a cell is empty.
    pub(super) fn validity(&mut self, (from, until): (Column, Column)) -> Option<Validity> {
        let valid = Validity {
            from: self.stamp(from)?,
            until: self.end(until)?,
        };
        if let (Some(start), Some(end)) = (valid.from, valid.until)
            && start >= end
        {
            let what = format!("{start} is not before {} ({end})", until.name);
            self.complain(from, &what, |_| {
                format!("exchange or correct them; {} is exclusive", until.name)
            });
            return None;
        }
        Some(valid)
    }

    /// Complains that an ID is not among the known ones.
    pub(super) fn unknown(&mut self, column: Column, id: &str, known: &HashMap<String, u32>) {
        let (sheet, spot) = (self.sheet, self.row.spot);
        self.complaints
            .add(|| sheet.unknown_id(spot, column.name, id, known));
    }

    /// Complains about a cell of this row.
    pub(super) fn complain(
        &mut self,
        column: Column,
        what: &str,
        remedy: impl FnOnce(&Table) -> String,
    ) {
        let table = &self.sheet.table;
        let spot = self.row.spot;
        let words = || table.complain(spot, Some(column.name), what.to_owned(), remedy(table));
        self.complaints.add(words);
    }

    /// Where the row begins.
    pub(super) fn spot(&self) -> Spot {
        self.row.spot
    }

    /// As [`Cells::stamp`]; a day in the far future is no end.
    fn end(&mut self, column: Column) -> Option<Option<Stamp>> {
        let day = spreadsheet::without_end(self.text(column).trim());
        match day.and_then(|day| instant(&day, self.sheet.zone)) {
            Some(_) => Some(None),
            None => self.stamp(column),
        }
    }

    fn stamp(&mut self, column: Column) -> Option<Option<Stamp>> {
        let text = self.text(column).trim();
        if text.is_empty() {
            return Some(None);
        }
        let stamp = instant(text, self.sheet.zone);
        if stamp.is_none() {
            let what = format!("{} is no time", quoted(text));
            self.complain(column, &what, |_| TIME_REMEDY.to_owned());
        }
        stamp.map(Some)
    }
}

/// Whether a text holds nothing but visible ASCII characters, as nearly every ID does: then it needs no closer look.
fn plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a column is marked as the user's own.
pub(super) fn is_own(name: &str) -> bool {
    name.starts_with("x_") || name.starts_with("note")
}

fn unknown(table: &Table, name: &str, known: Vec<&str>) -> Complaint {
    let what = format!("unknown column {}", quoted(name));
    let remedy = suggest(name, known.iter().copied(), || {
        format!(
            "the columns are {}; begin the name of a column of your own with x_ or note",
            known.join(", ")
        )
    });
    table.complain_header(None, what, remedy)
}
