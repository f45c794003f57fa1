//! The ledger's rows: a controller's entry of `findings.json` with its name and the lines behind its figures.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::held::ByCertainty;
use super::words::FEW;

/// Stands for a count that is withheld because it would tell one below five.
const WITHHELD: i64 = -1;

/// Stands for a count that nobody knows, because no table says who is protected.
const UNKNOWN: i64 = -2;

/// A count of protected persons as the script gets it; below five it gets none.
pub(super) fn few(count: &Value) -> Value {
    match count.as_u64() {
        None => json!(UNKNOWN),
        Some(n) if n < FEW => Value::Null,
        Some(n) => json!(n),
    }
}

/// The rows. `names` are those of `controllers.csv`, in its order, which is that of `findings.json`.
pub(super) fn controllers(
    findings: &Value,
    names: &[String],
    lines: &HashMap<&str, ByCertainty<'_>>,
) -> Vec<Value> {
    let rows = findings["controllers"].as_array().into_iter().flatten();
    let mut all: Vec<Value> = rows
        .zip(names)
        .map(|(row, name)| {
            let id = row["controller"].as_str().unwrap_or_default();
            let mut page = json!({ "id": id, "name": name });
            for (ours, theirs) in COLUMNS {
                page[ours] = row[theirs].clone();
            }
            page["protected"] = few(&row["protected_min"]);
            page["lines"] = lines.get(id).map_or_else(|| json!({}), ByCertainty::json);
            page
        })
        .collect();
    withhold(&mut all);
    all
}

const COLUMNS: [(&str, &str); 17] = [
    ("status", "status"),
    ("reasons", "reasons"),
    ("min", "subjects_min"),
    ("max", "subjects_max"),
    ("u1", "subjects_u1"),
    ("u2", "subjects_u2"),
    ("confirmed", "subjects_confirmed"),
    ("probable", "subjects_probable"),
    ("possible", "subjects_possible"),
    ("children", "children_min"),
    ("population", "population"),
    ("accounts", "accounts"),
    ("accesses", "accesses"),
    ("first", "first_seen"),
    ("last", "last_seen"),
    ("categories", "data_categories"),
    ("routes", "routes"),
];

/// Where a single controller's count is not told, the case's sum less all others would tell it: the smallest other one
/// is withheld too.
fn withhold(rows: &mut [Value]) {
    let told = |row: &Value| row["protected"].as_u64();
    let few = |row: &&Value| row["protected"].is_null();
    if rows.iter().filter(few).count() != 1 {
        return;
    }
    let others = rows.iter_mut().filter(|row| told(row).is_some());
    if let Some(row) = others.min_by_key(|row| told(row)) {
        row["protected"] = json!(WITHHELD);
    }
}
