//! Every value of an object with its dotted path: slow, to show a person what a line holds.

use super::scan::{Bad, Scanner, Value};
use crate::format::text::{Escapes, unescape};

/// So many are given; no writer has more that anybody would want to read.
const MOST: usize = 200;
/// Objects in one another that are looked into.
const DEEPEST: usize = 8;

/// Paths and texts, in the order of the line; empty for what is no object.
pub(in super::super) fn leaves(object: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let read = collect(&mut Scanner::new(object), "", 0, &mut all);
    if read.is_err() {
        all.clear();
    }
    all
}

/// The paths alone, in words for a sentence.
pub(in super::super) fn keys(object: &[u8]) -> Vec<String> {
    leaves(object).into_iter().map(|(path, _)| path).collect()
}

fn collect(
    scan: &mut Scanner<'_>,
    path: &str,
    depth: usize,
    all: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Bad> {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match scan.peek()? {
        b'{' if depth < DEEPEST => scan.members(|scan, key| {
            let key = unescape(key, Escapes::Json);
            collect(scan, &below(&String::from_utf8_lossy(&key)), depth + 1, all)
        }),
        b'[' if depth < DEEPEST => {
            let mut index = 0usize;
            scan.items(|scan| {
                index += 1;
                collect(scan, &below(&(index - 1).to_string()), depth + 1, all)
            })
        }
        _ => {
            let text = match scan.value()? {
                Value::Word => None,
                Value::Composite(raw) => Some(raw.to_vec()),
                value => value.text().map(|text| text.into_owned()),
            };
            if let Some(text) = text.filter(|_| all.len() < MOST && !path.is_empty()) {
                all.push((path.to_owned(), text));
            }
            Ok(())
        }
    }
}
