//! JSON files of a pack, and the texts that are made from `notification.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Check;
use super::table::{is_count, is_digest, is_reason, is_time};
use crate::pack::notice;
use crate::pack::owners::Reader;

impl Check<'_> {
    /// A file of text or JSON.
    pub(super) fn texts(
        &mut self,
        path: &str,
        name: &str,
        reader: Reader,
        files: &BTreeMap<String, Vec<u8>>,
    ) {
        let text_of = |name: &str| files.get(name).map(|bytes| String::from_utf8_lossy(bytes));
        let text = text_of(name).unwrap_or_default();
        let own = match name.ends_with(".json") {
            true => Some(text.clone()),
            false => text_of("notification.json"),
        };
        let value = own.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        match (name, value) {
            ("notification.md", Some(value)) => {
                self.made(path, reader, &text, &notice::markdown(&value))
            }
            ("README.txt", Some(value)) => self.made(path, reader, &text, &notice::readme(&value)),
            ("README.txt", None) if reader == Reader::Regulator => {
                for (line, number) in text.lines().zip(1..) {
                    self.strange_words(path, number, reader, line);
                }
            }
            // A key that stands in it twice, or anything else that reading passes over, shows here.
            (_, Some(value)) if name.ends_with(".json") && written(&value, &text) => {
                let keys = notice::known_keys();
                self.value((path, &text), (name, ""), reader, &value, &keys);
            }
            _ => {
                if name.ends_with(".json") {
                    self.tell(path, 0, "is not as it was written".to_owned());
                }
                self.plain(path, reader, &text);
            }
        }
    }

    /// A text that must be what is made of `notification.json`, which is looked through itself.
    fn made(&mut self, path: &str, reader: Reader, text: &str, expected: &str) {
        let mut expected = expected.lines();
        for (line, number) in text.lines().zip(1..) {
            if expected.next() != Some(line) {
                self.strange(path, number, reader, line);
            }
        }
    }

    fn value(
        &mut self,
        (path, text): (&str, &str),
        (file, key): (&str, &str),
        reader: Reader,
        value: &Value,
        keys: &BTreeSet<String>,
    ) {
        let wide = file != "notification.json";
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(_) if wide || notice::is_figure(key) => {}
            Value::Number(number) => {
                let number = number.to_string();
                let line = line_of(text, &number);
                self.strange(path, line, reader, &number);
            }
            Value::String(one) if wide => {
                let line = line_of(text, one);
                self.strange_words(path, line, reader, one);
            }
            Value::String(one) if self.passes(key, one) => {}
            Value::String(one) if key == "case" && *one == self.case.id => {
                let line = line_of(text, one);
                self.strange_words(path, line, reader, one);
            }
            Value::String(one) => {
                let line = line_of(text, one);
                self.strange(path, line, reader, one);
            }
            Value::Array(all) => {
                for one in all {
                    self.value((path, text), (file, key), reader, one, keys);
                }
            }
            Value::Object(all) => {
                for (key, one) in all {
                    if !wide && !keys.contains(key) {
                        let line = line_of(text, key);
                        self.strange(path, line, reader, key);
                    }
                    self.value((path, text), (file, key), reader, one, keys);
                }
            }
        }
    }

    /// Whether a text under a key of `notification.json` has the shape of what stands there.
    fn passes(&self, key: &str, text: &str) -> bool {
        match key {
            "reasons" => is_reason(text),
            "routes" => self.words.routes.contains(text),
            "data_categories" => self.words.categories.contains(text.trim_end_matches('?')),
            "count" => is_count(text),
            "first_seen" | "last_seen" => is_time(text),
            "controller" | "name" | "id" | "case" => false,
            _ => notice::is_fixed(text) || is_digest(text),
        }
    }
}

/// Whether a text is the value as this program writes it.
fn written(value: &Value, text: &str) -> bool {
    format!("{value:#}\n") == text
}

/// The first line that holds a text, for the finding.
fn line_of(text: &str, wanted: &str) -> u64 {
    let found = text
        .lines()
        .zip(1..)
        .find(|(line, _)| line.contains(wanted));
    found.map_or(0, |(_, number)| number)
}
