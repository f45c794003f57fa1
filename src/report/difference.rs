//! The difference between two answers: controllers, accounts, data subjects that came, went or changed. Data subjects
//! are counted; who they are stands in the two `subjects.csv`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::finished::{Finished, Row, rows};
use super::{Answer, FolderProblem, tables};

/// The tables of the other answer, read before the long work starts.
#[derive(Debug)]
pub struct Other {
    findings: String,
    case: Value,
    controllers: Vec<Row>,
    accounts: Vec<Row>,
    subjects: Vec<Row>,
}

impl Other {
    /// Reads the other answer.
    ///
    /// # Errors
    /// A sentence: it was changed.
    pub fn of(other: &Finished) -> Result<Other, String> {
        Ok(Other {
            findings: other.digest("findings.json"),
            case: other.findings(&mut |_| None)?["case"].take(),
            controllers: other.rows("controllers.csv")?,
            accounts: other.rows("accounts.csv")?,
            subjects: other.rows("subjects.csv")?,
        })
    }
}

/// Columns of a controller that are compared.
const CONTROLLER: [&str; 9] = [
    "status",
    "reasons",
    "subjects_min",
    "subjects_max",
    "subjects_probable",
    "subjects_possible",
    "children_min",
    "protected_min",
    "data_categories",
];
/// Columns of an account that are compared.
const ACCOUNT: [&str; 5] = [
    "verdict",
    "scope",
    "objects_beyond_scope",
    "subjects_confirmed",
    "subjects_probable",
];
/// Columns of a data subject that are compared.
const SUBJECT: [&str; 4] = ["certainty", "protected", "child", "account_ids"];

/// `comparison.json`.
pub(super) fn json(answer: &Answer<'_>, other: &Other) -> Result<Vec<u8>, FolderProblem> {
    let own = |bytes: Vec<u8>| rows(&bytes).unwrap_or_default();
    let controllers = changes(
        &other.controllers,
        &own(tables::controllers(answer)?),
        "controller",
        &CONTROLLER,
    );
    let accounts = changes(
        &other.accounts,
        &own(tables::accounts(answer)?),
        "account",
        &ACCOUNT,
    );
    let pairs = |rows: &[Row]| -> BTreeMap<(String, String), [String; 4]> {
        let cell = |row: &Row, key: &str| row.get(key).cloned().unwrap_or_default();
        let both = |row: &Row| (cell(row, "subject"), cell(row, "controller"));
        rows.iter()
            .map(|row| (both(row), SUBJECT.map(|column| cell(row, column))))
            .collect()
    };
    let (before, now) = (
        pairs(&other.subjects),
        pairs(&own(tables::subjects(answer)?)),
    );
    let both = now.iter().filter(|(key, _)| before.contains_key(*key));
    let changed = both.clone().filter(|(key, own)| before[*key] != **own);
    let changed = changed.count();
    let value = json!({
        "schema": "breachscope.comparison/1",
        "other": { "findings_sha256": other.findings, "case": other.case },
        "controllers": controllers,
        "accounts": accounts,
        "subjects": {
            "in_both": both.count(),
            "changed": changed,
            "only_here": now.keys().filter(|key| !before.contains_key(*key)).count(),
            "only_there": before.keys().filter(|key| !now.contains_key(*key)).count(),
            "basis": "rows of the two subjects.csv, by subject and controller",
        },
    });
    let mut bytes = serde_json::to_vec_pretty(&value)
        .map_err(|e| FolderProblem::encoding("comparison.json", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Rows that differ, by their key: each column that differs, there and here.
fn changes(there: &[Row], here: &[Row], key: &str, columns: &[&str]) -> Vec<Value> {
    let by_key = |rows: &[Row]| -> BTreeMap<String, Row> {
        rows.iter()
            .filter_map(|row| Some((row.get(key)?.clone(), row.clone())))
            .collect()
    };
    let (there, here) = (by_key(there), by_key(here));
    let keys: BTreeSet<&String> = there.keys().chain(here.keys()).collect();
    let mut changes = Vec::new();
    for id in keys {
        let (before, now) = (there.get(id), here.get(id));
        let cell = |row: Option<&Row>, column: &str| row.and_then(|row| row.get(column).cloned());
        let differing = columns
            .iter()
            .filter(|column| cell(before, column) != cell(now, column));
        let differing: serde_json::Map<String, Value> = differing
            .map(|column| {
                (
                    (*column).to_owned(),
                    json!({ "there": cell(before, column), "here": cell(now, column) }),
                )
            })
            .collect();
        if !differing.is_empty() {
            changes.push(json!({ key: id, "changed": differing }));
        }
    }
    changes
}
