//! `findings.json` read for the page: an account's entry is let go but for what the page tells of it while the next is
//! read, since the entries of thousands of accounts take far more memory than the file.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::accounts::{LONG, TOLD, rank};

/// The file's value; entries of accounts without what is only told of the [`TOLD`] gravest.
///
/// # Errors
/// The bytes are no JSON.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let bad =
        |e: serde_json::Error| format!("findings.json is no JSON: {e}; make the answer again");
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let findings = reader.deserialize_map(Findings).map_err(bad)?;
    reader.end().map_err(bad)?;
    Ok(findings)
}

struct Findings;

impl<'de> Visitor<'de> for Findings {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = match key.as_str() {
                "accounts" => entries.next_value_seed(Accounts)?,
                _ => entries.next_value()?,
            };
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

struct Accounts;

impl<'de> DeserializeSeed<'de> for Accounts {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Accounts {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all: Vec<Value> = Vec::new();
        // The gravest so far, and where they stand.
        let mut told: BTreeSet<(usize, usize)> = BTreeSet::new();
        while let Some(mut entry) = entries.next_element::<Value>()? {
            leave_out(&mut entry, &["requests_beyond_scope"]);
            told.insert((rank(entry["verdict"].as_str()), all.len()));
            all.push(entry);
            if told.len() > TOLD
                && let Some((_, lighter)) = told.pop_last()
            {
                leave_out(&mut all[lighter], &LONG);
            }
        }
        Ok(Value::Array(all))
    }
}

fn leave_out(entry: &mut Value, keys: &[&str]) {
    if let Some(entry) = entry.as_object_mut() {
        // What stays stands in its order, and takes no more room than it needs.
        entry.retain(|key, _| !keys.contains(&key.as_str()));
        *entry = std::mem::take(entry).into_iter().collect();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_gravest_keep_what_is_long() {
        let grave = rank(Some("overreach")) < rank(None);
        assert!(grave);
        let entry = |verdict: Option<&str>, n: usize| json!({ "account": n, "verdict": verdict, "signals": [n], "requests_beyond_scope": {}, "score": 1 });
        let mut entries: Vec<Value> = (0..TOLD + 9).map(|n| entry(None, n)).collect();
        entries.push(entry(Some("overreach"), TOLD + 9));
        let bytes = json!({ "schema": 1, "accounts": entries, "joint": [] }).to_string();
        let read = read(bytes.as_bytes()).unwrap();
        let keys: Vec<&String> = read.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["schema", "accounts", "joint"]);
        let rows = read["accounts"].as_array().unwrap();
        let long = rows.iter().filter(|row| row.get("signals").is_some());
        let long: Vec<u64> = long.filter_map(|row| row["account"].as_u64()).collect();
        let expected: Vec<u64> = (0..TOLD as u64 - 1).chain([TOLD as u64 + 9]).collect();
        assert_eq!(long, expected);
        assert_eq!(
            rows[TOLD + 3],
            json!({ "account": TOLD + 3, "verdict": null, "score": 1 })
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bytes in ["", "[]", "{\"accounts\": 3}", "{} {}", "{\"a\":"] {
            let said = read(bytes.as_bytes()).unwrap_err();
            assert!(said.starts_with("findings.json is no JSON"), "{said}");
        }
    }
}
