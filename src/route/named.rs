//! What a request's parameters say under a name that the case gives: plainly, as one of a list, or inside of JSON.
//!
//! `ids` stands for `ids[]` and `ids[0]` too. `variables.id` is what `id` holds in the JSON that a parameter `variables`
//! carries, as GraphQL's requests by GET do. Which name is asked for is the case's to say.

use std::borrow::Cow;

use serde_json::Value;

use crate::format::target::Target;

/// How deep JSON is looked into.
const DEPTH: usize = 4;

/// Values of a parameter in the order of the request, each time that it stands there.
pub(super) fn values<'t>(
    target: &'t Target<'t>,
    name: &str,
    ignore_case: bool,
) -> Vec<Cow<'t, [u8]>> {
    let mut values = Vec::new();
    for (key, value) in target.parameters() {
        if is_same(&key, name.as_bytes(), ignore_case) {
            values.push(value);
        } else if let Some(way) = below(&key, name)
            && let Ok(json) = serde_json::from_slice::<Value>(&value)
        {
            scalars(&json, way, &mut values);
        }
    }
    values
}

/// Whether a request carries a parameter with a value.
pub(super) fn carries(target: &Target<'_>, (name, value): (&str, &str), ignore_case: bool) -> bool {
    let value = value.as_bytes();
    let is = |have: &Cow<'_, [u8]>| match ignore_case {
        true => have.eq_ignore_ascii_case(value),
        false => **have == *value,
    };
    values(target, name, ignore_case).iter().any(is)
}

/// `ids`, and the ways in which frameworks write a repeated `ids`: `ids[]`, `ids[0]`.
fn is_same(key: &[u8], name: &[u8], ignore_case: bool) -> bool {
    let Some((own, rest)) = key.split_at_checked(name.len()) else {
        return false;
    };
    let same = own == name || ignore_case && own.eq_ignore_ascii_case(name);
    same && match rest {
        [] => true,
        [b'[', index @ .., b']'] => index.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// The way from a parameter's JSON to what a name means: `id` for `variables.id` in `variables`.
fn below<'n>(key: &[u8], name: &'n str) -> Option<&'n str> {
    let key = std::str::from_utf8(key).ok()?;
    name.strip_prefix(key)?.strip_prefix('.')
}

/// Texts and numbers at the end of a way through objects; lists on the way are taken item by item.
fn scalars(json: &Value, way: &str, found: &mut Vec<Cow<'_, [u8]>>) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| scalars(item, way, found)),
        Value::String(text) if way.is_empty() => {
            found.push(Cow::Owned(text.clone().into_bytes()));
        }
        Value::Number(number) if way.is_empty() => {
            found.push(Cow::Owned(number.to_string().into_bytes()));
        }
        Value::Object(fields) => {
            let (key, rest) = way.split_once('.').unwrap_or((way, ""));
            if let Some(below) = fields.get(key) {
                scalars(below, rest, found);
            }
        }
        _ => {}
    }
}

/// What the JSON of a parameter holds: the way to each text and number, as a case names it, and the value. Nothing of what
/// is no object.
pub fn flat(name: &str, value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    if value.first() == Some(&b'{')
        && let Ok(json) = serde_json::from_slice::<Value>(value)
    {
        leaves(name.to_owned(), &json, DEPTH, &mut found);
    }
    found
}

fn leaves(way: String, json: &Value, depth: usize, found: &mut Vec<(String, Vec<u8>)>) {
    match json {
        Value::Object(fields) if depth > 0 => {
            for (key, below) in fields {
                leaves(format!("{way}.{key}"), below, depth - 1, found);
            }
        }
        Value::Array(items) if depth > 0 => {
            for item in items {
                leaves(way.clone(), item, depth - 1, found);
            }
        }
        Value::String(text) => found.push((way, text.clone().into_bytes())),
        Value::Number(number) => found.push((way, number.to_string().into_bytes())),
        _ => {}
    }
}

/// A value that names several: joined by commas, else by another mark between pieces that all look alike, else as a list
/// of JSON.
pub(super) fn split(value: Cow<'_, [u8]>) -> Vec<Cow<'_, [u8]>> {
    if let [b'[', .., b']'] = &*value
        && let Ok(json @ Value::Array(_)) = serde_json::from_slice::<Value>(&value)
    {
        let mut found = Vec::new();
        scalars(&json, "", &mut found);
        return found;
    }
    let mark = *b",;| "
        .iter()
        .find(|mark| value.contains(mark))
        .unwrap_or(&b',');
    let pieces = || value.split(|b| *b == mark).map(<[u8]>::trim_ascii);
    if !value.contains(&mark) || mark != b',' && !are_alike(pieces()) {
        return vec![value];
    }
    pieces().map(|id| Cow::Owned(id.to_vec())).collect()
}

fn are_alike<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> bool {
    let mut pieces = pieces.filter(|piece| !piece.is_empty());
    let Some(first) = pieces.next() else {
        return false;
    };
    pieces.all(|piece| crate::format::target::alike(piece, first))
}
