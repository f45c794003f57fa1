//! A journal of runs: JSON lines, each with the SHA-256 of the line before it, so that none can be changed, left out or
//! put between without every later one telling.
//!
//! Only bytes; the clock, and where a journal lies, are the command's. What is cut off at the end nothing in the file can
//! tell: keep the last line's digest elsewhere.

use serde_json::{Map, Value, json};

use super::sha256;

/// What stands for the line before the first.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A journal that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// How many entries it has.
    pub entries: u64,
    /// SHA-256 of the last line, without its end.
    pub head: String,
}

/// Checks a journal.
///
/// # Errors
/// Every line that does not follow from the one before it: its number, and what is wrong with it.
pub fn check(journal: &[u8]) -> Result<Chain, Vec<(u64, String)>> {
    let mut faults = Vec::new();
    let mut chain = Chain {
        entries: 0,
        head: NOTHING.to_owned(),
    };
    for line in journal.split_inclusive(|byte| *byte == b'\n') {
        chain.entries += 1;
        let number = chain.entries;
        let Some(bare) = line.strip_suffix(b"\n") else {
            faults.push((
                number,
                "it has no end: something stopped while it was written".to_owned(),
            ));
            break;
        };
        let entry: Value = serde_json::from_slice(bare).unwrap_or_default();
        if entry["seq"].as_u64() != Some(number) {
            let stands = &entry["seq"];
            faults.push((
                number,
                format!("its sequence number is {stands} and not {number}"),
            ));
        }
        if entry["previous"] != *chain.head {
            faults.push((
                number,
                "it does not name the SHA-256 of the line before it: that one was changed, left out or put in".to_owned(),
            ));
        }
        chain.head = sha256(bare);
    }
    match faults.is_empty() {
        true => Ok(chain),
        false => Err(faults),
    }
}

/// The line that follows a journal, with its end; `facts` stand behind its number and the digest before it.
pub fn next(chain: &Chain, facts: Map<String, Value>) -> Vec<u8> {
    let mut entry = Map::new();
    entry.insert("schema".to_owned(), json!("breachscope.journal/1"));
    entry.insert("seq".to_owned(), json!(chain.entries + 1));
    entry.insert("previous".to_owned(), json!(chain.head));
    entry.extend(facts);
    let mut line = Value::Object(entry).to_string().into_bytes();
    line.push(b'\n');
    line
}
