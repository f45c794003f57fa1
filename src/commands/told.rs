//! What a command says with `--json`: one object, its schema first, its keys in English in every language.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::Ending;
use crate::report::Output;

/// An object of a schema.
pub(super) fn object(schema: &str, facts: Value) -> Value {
    let mut told = Map::new();
    told.insert("schema".to_owned(), json!(schema));
    if let Value::Object(facts) = facts {
        told.extend(facts);
    }
    Value::Object(told)
}

/// Prints it.
pub(super) fn print(schema: &str, facts: Value) -> Result<(), Ending> {
    let told = object(schema, facts);
    Ok(writeln!(std::io::stdout().lock(), "{told:#}")?)
}

/// Files that were written.
pub(super) fn files(outputs: &[Output]) -> Value {
    let file = |one: &Output| json!({ "file": one.file, "bytes": one.bytes, "sha256": one.sha256 });
    outputs.iter().map(file).collect()
}
