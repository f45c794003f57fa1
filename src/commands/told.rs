//! What a command says with `--json`: one object, its schema first, its keys in English in every language.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Ending;
use crate::report::{Finished, Output, Staging};

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

/// Checks that what a flag names lies in no folder that holds one of the answer's logs, nor below one.
pub(super) fn away_from_logs(flag: &str, out: &Path, answer: &Finished) -> Result<(), Ending> {
    match answer.log_near(out) {
        None => Ok(()),
        Some(log) => Err(Ending::Usage(format!(
            "{flag} {}: lies in the folder of the log {}; evidence is never written near: name a place elsewhere",
            out.display(),
            log.display()
        ))),
    }
}

/// Says what runs that were killed left beside the place of a new one. It may be another machine's, so it stays.
pub(super) fn left_behind(staging: &Staging) {
    for left in staging.left_by_others() {
        // With stderr gone there is nobody left to tell.
        let _ = writeln!(
            std::io::stderr(),
            "breachscope: {} was left by a run that was killed, and may hold personal data: remove it unless a run on another \
             machine still works on it",
            left.display()
        );
    }
}

/// Files that were written.
pub(super) fn files(outputs: &[Output]) -> Value {
    let file = |one: &Output| json!({ "file": one.file, "bytes": one.bytes, "sha256": one.sha256 });
    outputs.iter().map(file).collect()
}
