//! The answer's CSV files as tables, cell by cell, but without rows of protected persons and with small counts of them
//! hidden. `rejects.csv` and `accesses.parquet` are left where they are: they hold raw excerpts and protected persons.

use std::collections::HashSet;

use super::hidden::{few, hide};
use super::{Column, Kind, Sheet};
use crate::report::html::Source;

/// Reads and copies.
///
/// # Errors
/// A sentence: a file is missing, was changed, or is no table.
pub(super) fn sheets(source: &Source<'_>) -> Result<Vec<Sheet>, String> {
    let mut controllers = copy(source, "controllers", "controllers.csv")?;
    hide_column(&mut controllers, "protected_min");
    let accounts = copy(source, "accounts", "accounts.csv")?;
    let mut subjects = copy(source, "subjects", "subjects.csv")?;
    leave_out_protected(&mut subjects);
    let bounds = copy(source, "bounds", "bounds.csv")?;
    let mut ladder = copy(source, "ladder", "ladder.csv")?;
    hide_rungs(&mut ladder);
    let coverage = copy(source, "coverage", "coverage.csv")?;
    Ok(vec![
        controllers,
        accounts,
        subjects,
        bounds,
        ladder,
        coverage,
    ])
}

fn copy(source: &Source<'_>, name: &'static str, file: &'static str) -> Result<Sheet, String> {
    let bytes = (source.read)(file)?;
    let bad = |e: csv::Error| format!("{file} is no table: {e}; make the answer again");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let column = |head: &str| Column {
        name: head.to_owned(),
        kind: kind(name, head),
    };
    let columns = reader.headers().map_err(bad)?.iter().map(column).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(record.map_err(bad)?.iter().map(str::to_owned).collect());
    }
    Ok(Sheet {
        name,
        source: file,
        columns,
        rows,
    })
}

/// What a column of the contract holds. Where a table names things that another one counts, the table decides.
fn kind(table: &str, column: &str) -> Kind {
    match column {
        "protected" | "protected_ever" if table == "subjects" => Kind::Flag,
        "child" => Kind::Flag,
        "protected" | "protected_min" | "accounts_with_protected" => Kind::Hidden,
        "first_seen" | "last_seen" | "hour" => Kind::Time,
        "score" | "log_coverage" => Kind::Number,
        "subjects_min"
        | "subjects_max"
        | "subjects_u1"
        | "subjects_u2"
        | "subjects_confirmed"
        | "subjects_probable"
        | "subjects_possible"
        | "children_min"
        | "children"
        | "population"
        | "accounts"
        | "accesses"
        | "attempts"
        | "objects_beyond_scope"
        | "controllers"
        | "client_addresses"
        | "user_agents"
        | "undecided"
        | "subjects_undecided"
        | "subjects"
        | "lines"
        | "expected_low"
        | "expected_high"
        | "lines_alone"
        | "accounts_with_children" => Kind::Count,
        other if other.starts_with("requests: ") => Kind::Count,
        _ => Kind::Text,
    }
}

fn at(sheet: &Sheet, column: &str) -> Option<usize> {
    sheet.columns.iter().position(|one| one.name == column)
}

fn hide_column(sheet: &mut Sheet, column: &str) {
    if let Some(at) = at(sheet, column) {
        hide(&mut sheet.rows, at);
    }
}

/// A person who is protected in one row, or in some row of the tables, is so in all.
fn leave_out_protected(sheet: &mut Sheet) {
    let (Some(subject), Some(protected)) = (at(sheet, "subject"), at(sheet, "protected")) else {
        // A table without these columns cannot say who is protected.
        sheet.rows.clear();
        return;
    };
    let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_default();
    let ever = at(sheet, "protected_ever");
    // Where no table says who is protected, all cells are empty.
    let unsaid = sheet.rows.iter().all(|row| cell(row, protected).is_empty());
    let says = |row: &Vec<String>| {
        !unsaid && cell(row, protected) != "false" || ever.is_some_and(|at| cell(row, at) == "true")
    };
    let named: HashSet<String> = sheet
        .rows
        .iter()
        .filter(|row| says(row))
        .map(|row| cell(row, subject))
        .collect();
    sheet
        .rows
        .retain(|row| !named.contains(&cell(row, subject)));
}

/// A rung's controllers add up, so each rung is hidden by itself; how many accounts reach protected persons is told only
/// where how many these persons are is told.
fn hide_rungs(sheet: &mut Sheet) {
    let (Some(rung), Some(controller), Some(protected)) = (
        at(sheet, "rung"),
        at(sheet, "controller"),
        at(sheet, "protected"),
    ) else {
        return;
    };
    let accounts = at(sheet, "accounts_with_protected");
    let rows = sheet.rows.as_mut_slice();
    for own in rows.chunk_by_mut(|one, next| one.get(rung) == next.get(rung)) {
        let whole = own
            .iter()
            .take_while(|row| row.get(controller).is_some_and(String::is_empty))
            .count();
        let (whole, parts) = own.split_at_mut(whole);
        for row in whole.iter_mut() {
            hide(std::slice::from_mut(row), protected);
        }
        hide(parts, protected);
        for row in whole.iter_mut().chain(parts) {
            let told = row
                .get(protected)
                .is_some_and(|cell| cell.parse::<u64>().is_ok());
            if let Some(cell) = accounts.and_then(|at| row.get_mut(at))
                && let Ok(count) = cell.parse::<u64>()
            {
                *cell = few(if told { count } else { 0 });
            }
        }
    }
}
