//! `findings.json` read back with one account's entry in memory at a time: where a missing check lets everybody overreach,
//! the entries of all take many times what the rest of an answer does.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The file.
pub(super) const FILE: &str = "findings.json";

/// Bytes that are read at a time.
const BLOCK: usize = 256 << 10;

/// What is done with an account's entry: kept as it is given back, or let go.
pub(super) type Each<'e> = &'e mut dyn FnMut(Value) -> Option<Value>;

/// The file's value, `accounts` with those entries that `each` gives back.
///
/// # Errors
/// A sentence: it cannot be read or is no JSON.
pub(super) fn read(from: impl Read, each: Each<'_>) -> Result<Value, String> {
    let mut from = BufReader::with_capacity(BLOCK, from);
    let mut reader = serde_json::Deserializer::from_reader(&mut from);
    let read = reader
        .deserialize_map(Findings(each))
        .and_then(|findings| reader.end().map(|()| findings));
    drop(reader);
    // Whether it is the file that it was says more than where it is no JSON any more.
    let rest = io::copy(&mut from, &mut io::sink());
    rest.map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData => e.to_string(),
        _ => format!("{FILE} cannot be read: {e}"),
    })?;
    read.map_err(|e| format!("{FILE} is no JSON: {e}; make the answer again"))
}

struct Findings<'e>(Each<'e>);

impl<'de> Visitor<'de> for Findings<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = match key.as_str() {
                "accounts" => entries.next_value_seed(Accounts(&mut *self.0))?,
                _ => entries.next_value()?,
            };
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

struct Accounts<'e>(Each<'e>);

impl<'de> DeserializeSeed<'de> for Accounts<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Accounts<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(entry) = entries.next_element::<Value>()? {
            kept.extend((self.0)(entry));
        }
        Ok(Value::Array(kept))
    }
}

/// An entry without some of its keys; what stays stands in its order, and takes no more room than it needs.
pub(super) fn without(mut entry: Value, keys: &[&str]) -> Value {
    if let Some(entry) = entry.as_object_mut() {
        entry.retain(|key, _| !keys.contains(&key.as_str()));
        *entry = std::mem::take(entry).into_iter().collect();
    }
    entry
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_come_one_by_one_and_only_some_stay() {
        let text = r#"{"schema": 1, "accounts": [{"account": "a", "n": 1}, {"account": "b", "n": 2}], "joint": []}"#;
        let mut seen = Vec::new();
        let read = read(text.as_bytes(), &mut |entry| {
            seen.push(entry["account"].clone());
            (entry["n"] == 2).then(|| without(entry, &["n"]))
        });
        assert_eq!(seen, ["a", "b"]);
        let expected = json!({ "schema": 1, "accounts": [{ "account": "b" }], "joint": [] });
        assert_eq!(read.unwrap().to_string(), expected.to_string());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", r#"{"accounts": 3}"#, "{} {}", r#"{"a":"#] {
            let said = read(text.as_bytes(), &mut Some).unwrap_err();
            assert!(said.starts_with("findings.json is no JSON"), "{said}");
        }
    }
}
