//! Totals, controllers and accounts of `findings.json` against the tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::subjects::{Key, Tally};
use super::{Basis, cell_of, marked, rank};
use crate::audit::Audit;
use crate::report::{Row, cell};

const FILE: &str = "findings.json";

/// The tables.
pub(super) struct Tables<'r> {
    pub subjects: &'r [Row],
    pub accounts: &'r [Row],
    pub controllers: &'r [Row],
}

/// Compares the file.
pub(super) fn check(
    audit: &mut Audit,
    (basis, tallies): (&Basis<'_>, &BTreeMap<Key, Tally<'_>>),
    tables: &Tables<'_>,
    found: &Value,
) {
    let case = basis.plain.case;
    audit.same(
        FILE,
        ("case", "id"),
        &found["case"]["id"],
        Value::from(&*case.id),
    );
    audit.same(
        FILE,
        ("case", "title"),
        &found["case"]["title"],
        Value::from(&*case.title),
    );
    totals(audit, (basis, tallies), tables, &found["totals"]);
    let same = [
        "status",
        "subjects_min",
        "subjects_max",
        "subjects_u1",
        "subjects_u2",
        "subjects_confirmed",
        "subjects_probable",
        "subjects_possible",
        "children_min",
        "protected_min",
        "population",
        "accounts",
        "accesses",
        "first_seen",
        "last_seen",
        "reasons",
        "data_categories",
        "routes",
    ];
    // Where no table says who is one, the table has a minimum of 0, and nobody can tell here.
    let says = basis.says();
    let unsaid = [("children_min", says.1), ("protected_min", says.0)];
    let unsaid: Vec<&str> = unsaid
        .into_iter()
        .filter(|(_, says)| !says)
        .map(|(name, _)| name)
        .collect();
    for entry in found["controllers"].as_array().into_iter().flatten() {
        for name in unsaid
            .iter()
            .filter(|name| !matches!(&*plainly(&entry[**name]), "" | "0"))
        {
            let place = format!("controllers, controller {}", plainly(&entry["controller"]));
            audit.finds(
                FILE,
                (&place, *name),
                &entry[*name],
                "no table says who is one",
            );
        }
    }
    let same = same.into_iter().filter(|name| !unsaid.contains(name));
    let columns: Vec<(&str, &str)> = same.map(|name| (name, name)).collect();
    each(
        audit,
        ("controllers", "controller"),
        tables.controllers,
        &columns,
        found,
    );
    let same = [
        "verdict",
        "scope",
        "kind",
        "accesses",
        "attempts",
        "objects_beyond_scope",
        "subjects_confirmed",
        "subjects_probable",
        "subjects_undecided",
        "first_seen",
        "last_seen",
    ];
    let mut columns: Vec<(&str, &str)> = same.iter().map(|name| (*name, *name)).collect();
    columns.push(("undecided", "undecided_accesses"));
    columns.extend([
        ("role", "roles"),
        ("controller", "belongs_to"),
        ("reasons", "reasons"),
    ]);
    each(
        audit,
        ("accounts", "account"),
        tables.accounts,
        &columns,
        found,
    );
    scores(audit, tables.accounts, found);
    requests(audit, basis, found);
}

/// Each account's score and the signals that fired, which stand in both.
fn scores(audit: &mut Audit, rows: &[Row], found: &Value) {
    let entries = found["accounts"].as_array().into_iter().flatten();
    for (entry, row) in entries.zip(rows) {
        let place = format!("accounts, account {}", cell_of(row, "account"));
        let cell = cell_of(row, "score");
        if !alike(&entry["score"], cell) {
            audit.finds(FILE, (&place, "score"), &entry["score"], cell);
        }
        let signals = entry["signals"].as_array().into_iter().flatten();
        let fired = signals.filter(|signal| signal["fired"] == true);
        let fired: Vec<(&str, &Value)> = fired
            .map(|one| (one["signal"].as_str().unwrap_or_default(), &one["figure"]))
            .collect();
        let cell = cell_of(row, "signals");
        let listed: Vec<(&str, &str)> = cell
            .split(';')
            .filter_map(|one| one.split_once('='))
            .collect();
        let same = |((a, figure), (b, cell)): (&(&str, &Value), &(&str, &str))| {
            a == b && alike(figure, cell)
        };
        if fired.len() != listed.len() || !fired.iter().zip(&listed).all(same) {
            let stands = fired
                .iter()
                .map(|(name, figure)| format!("{name}={figure}"));
            let stands = stands.collect::<Vec<_>>().join(";");
            audit.finds(FILE, (&place, "signals"), stands, cell);
        }
    }
}

/// Rows of a table against the entries of a list, which stand in the same order.
fn each(
    audit: &mut Audit,
    (list, name): (&str, &str),
    rows: &[Row],
    columns: &[(&str, &str)],
    found: &Value,
) {
    let entries = found[list].as_array().map_or(&[][..], Vec::as_slice);
    audit.same(FILE, (list, "entries"), entries.len(), rows.len());
    for (entry, row) in entries.iter().zip(rows) {
        let place = format!("{list}, {} {}", name, cell_of(row, name));
        for (column, key) in columns.iter().chain([&(name, name)]) {
            audit.same(
                FILE,
                (&place, key),
                plainly(&entry[key]),
                cell_of(row, column),
            );
        }
    }
}

/// A value as a cell writes it.
fn plainly(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => cell(text),
        // A cell joins what a list has.
        Value::Array(list) => {
            let words = list.iter().map(|one| one.as_str().unwrap_or_default());
            cell(&words.collect::<Vec<_>>().join(";"))
        }
        other => other.to_string(),
    }
}

fn totals(
    audit: &mut Audit,
    (basis, tallies): (&Basis<'_>, &BTreeMap<Key, Tally<'_>>),
    tables: &Tables<'_>,
    found: &Value,
) {
    let mut surest: BTreeMap<&str, u8> = BTreeMap::new();
    for row in tables.subjects {
        let best = surest.entry(cell_of(row, "subject")).or_default();
        *best = (*best).max(rank(cell_of(row, "certainty")));
    }
    let subjects = |sure: &str| surest.values().filter(|best| **best == rank(sure)).count();
    let status = |word: &str| {
        let rows = tables.controllers.iter();
        rows.filter(|row| cell_of(row, "status") == word).count()
    };
    let figures = vec![
        ("subjects_min", subjects("confirmed")),
        ("subjects_confirmed", subjects("confirmed")),
        ("subjects_probable", subjects("probable")),
        ("subjects_possible", subjects("possible")),
        ("controllers_confirmed", status("confirmed")),
        (
            "controllers_cannot_be_excluded",
            status("cannot_be_excluded"),
        ),
        ("controllers_excluded", status("excluded")),
    ];
    if basis.exact {
        let distinct = |which: fn(&Tally<'_>) -> bool| {
            let own = tallies.iter().filter(|(_, tally)| which(tally));
            own.map(|((subject, _), _)| subject)
                .collect::<BTreeSet<_>>()
                .len()
        };
        let says = basis.says();
        for (key, says, say) in [
            ("children_min", says.1, distinct(|tally| tally.child.1)),
            ("protected_min", says.0, distinct(|tally| tally.protected.1)),
        ] {
            let stands = plainly(&found[key]);
            let say = marked(says, &stands, say);
            audit.same(FILE, ("totals", key), stands, say);
        }
    }
    for (key, say) in &figures {
        audit.same(FILE, ("totals", key), &found[key], say);
    }
    let marked: u64 = if basis.exact { 2 } else { 0 };
    audit.counted("totals", figures.len() as u64 + marked);
}

/// Whether a figure is the one of a cell, however its hundredths are rounded; JSON has no infinite ones.
fn alike(figure: &Value, cell: &str) -> bool {
    match (figure.as_f64(), cell.parse::<f64>()) {
        (Some(figure), Ok(cell)) => (figure - cell).abs() < 0.011,
        (None, Ok(cell)) => !cell.is_finite(),
        (figure, Err(_)) => figure.is_none() && cell.is_empty(),
    }
}

/// The requests that each account's entry counts and lists.
fn requests(audit: &mut Audit, basis: &Basis<'_>, found: &Value) {
    let mut own: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for cited in &basis.cited {
        let references = own.entry(cited.row.account).or_default();
        references.insert(cited.row.reference());
    }
    for entry in found["accounts"].as_array().into_iter().flatten() {
        let account = entry["account"].as_str().unwrap_or_default();
        let none = BTreeSet::new();
        let references = own.get(account).unwrap_or(&none);
        let place = format!("accounts, account {}", cell(account));
        let requests = &entry["requests_beyond_scope"];
        audit.same(
            FILE,
            (&place, "requests_beyond_scope"),
            &requests["count"],
            references.len(),
        );
        let undecided = &entry["requests_undecided"]["count"];
        audit.same(
            FILE,
            (&place, "requests_undecided"),
            undecided.as_u64().unwrap_or(0),
            entry["undecided_accesses"].as_u64().unwrap_or(0),
        );
        for reference in requests["first"].as_array().into_iter().flatten() {
            let reference = reference.as_str().unwrap_or_default();
            if !references.contains(reference) {
                let say = "no row of accesses.parquet cites it for this account";
                audit.finds(FILE, (&place, "requests_beyond_scope"), reference, say);
            }
        }
    }
}
