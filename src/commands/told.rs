//! What a command says with `--json`: one object, its schema first, its keys in English in every language.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::Ending;
use crate::report::{Finished, Output};

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

/// Holds all of an answer against its manifest, and says which files are not there to be held.
pub(super) fn held(answer: &Finished) -> Result<(), Ending> {
    let absent = answer.check_all().map_err(Ending::Failed)?;
    if !absent.is_empty() {
        // With stderr gone there is nobody left to tell.
        let _ = writeln!(
            std::io::stderr(),
            "breachscope: not held against manifest.json, because they are not in the folder: {}",
            absent.join(", ")
        );
    }
    Ok(())
}

/// Files that were written.
pub(super) fn files(outputs: &[Output]) -> Value {
    let file = |one: &Output| json!({ "file": one.file, "bytes": one.bytes, "sha256": one.sha256 });
    outputs.iter().map(file).collect()
}
