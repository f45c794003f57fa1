//! The content as one JSON document: numbers are numbers, times are texts in UTC, what is empty or unknown is `null`.

use serde_json::{Map, Value, json};

use crate::report::content::{Content, Kind, Sheet};

/// The schema that the document names.
const SCHEMA: &str = "breachscope.report/1";

/// The document's bytes.
///
/// # Errors
/// It cannot be encoded.
pub(super) fn bytes(content: &Content) -> Result<Vec<u8>, String> {
    let findings = &content.findings;
    let figures = content.figures.iter().map(|figure| {
        let value = typed(&figure.value, Kind::Hidden);
        (figure.name.to_owned(), value)
    });
    let tables = content.sheets.iter().map(|sheet| {
        let table = json!({ "file": sheet.source, "rows": rows(sheet) });
        (sheet.name.to_owned(), table)
    });
    let document = json!({
        "schema": SCHEMA,
        "language": content.words.language.code(),
        "case": findings["case"],
        "window": findings["window"],
        "made_by": { "name": "breachscope", "version": content.build() },
        "manifest_sha256": content.manifest_sha256,
        "figures": figures.collect::<Map<String, Value>>(),
        "tables": tables.collect::<Map<String, Value>>(),
    });
    let mut bytes = serde_json::to_vec_pretty(&document)
        .map_err(|e| format!("the report cannot be encoded: {e}"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn rows(sheet: &Sheet) -> Vec<Value> {
    let row = |row: &Vec<String>| -> Value {
        let cells = sheet.columns.iter().zip(row);
        let cells = cells.map(|(column, cell)| (column.name.clone(), typed(cell, column.kind)));
        Value::Object(cells.collect())
    };
    sheet.rows.iter().map(row).collect()
}

/// A cell as its column's type; one that does not read so stays text.
fn typed(cell: &str, kind: Kind) -> Value {
    let number = || -> Option<Value> {
        let whole = cell.parse::<u64>().ok().map(Value::from);
        whole.or_else(|| {
            Some(Value::from(
                cell.parse::<f64>().ok().filter(|n| n.is_finite())?,
            ))
        })
    };
    let read = match kind {
        _ if cell.is_empty() => Some(Value::Null),
        Kind::Text | Kind::Time => None,
        Kind::Count | Kind::Hidden | Kind::Number => number(),
        Kind::Flag => cell.parse::<bool>().ok().map(Value::from),
    };
    read.unwrap_or_else(|| Value::from(cell))
}
