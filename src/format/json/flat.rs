//! Lists of keys with values, as OpenTelemetry writes attributes, laid out as members of the object around them.
//!
//! `{"attributes":[{"key":"url.path","value":{"stringValue":"/a"}}]}` reads as `{"url.path":"/a"}`. What the names mean is
//! left to whoever reads the object.

use super::scan::{Bad, Scanner, Value};

/// An object that held such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Flat {
    /// The object without lists.
    Object(Vec<u8>),
    /// It tells of what the application itself asked of others, or did inside.
    OtherLog,
}

/// A key, and what stands under it.
type Pair<'a> = (&'a [u8], Value<'a>);

/// The object laid out; `None` where it has no such list.
pub(in super::super) fn flat(object: &[u8]) -> Option<Flat> {
    memchr::memmem::find(object, b"\"key\"")?;
    let (mut out, mut laid_out) = (b"{".to_vec(), false);
    let (mut span, mut kind) = (false, None);
    let mut scan = Scanner::new(object);
    let read = scan.members(|scan, key| {
        let value = scan.value()?;
        match key {
            b"startTimeUnixNano" => span = true,
            b"kind" => kind = Some(value),
            _ => {}
        }
        match pairs(value) {
            Some(pairs) => {
                laid_out = true;
                pairs.into_iter().for_each(|pair| push(pair, &mut out));
            }
            None => push((key, value), &mut out),
        }
        Ok(())
    });
    read.and_then(|()| scan.finish()).ok()?;
    let server = kind.is_none_or(|kind| {
        matches!(
            kind,
            Value::Number(b"2") | Value::Text(b"2" | b"SPAN_KIND_SERVER")
        )
    });
    match laid_out {
        false => None,
        true if span && !server => Some(Flat::OtherLog),
        true => {
            out.push(b'}');
            Some(Flat::Object(out))
        }
    }
}

/// The pairs of a list in which nothing else stands.
fn pairs(list: Value<'_>) -> Option<Vec<Pair<'_>>> {
    let Value::Composite(list @ [b'[', ..]) = list else {
        return None;
    };
    let mut pairs = Vec::new();
    let read = Scanner::new(list).items(|scan| {
        let (mut key, mut held) = (None, None);
        scan.members(|scan, name| {
            let value = scan.value()?;
            match (name, value) {
                (b"key", Value::Text(text)) => key = Some(text),
                (b"value", value) => held = Some(value),
                _ => return Err(Bad::Syntax),
            }
            Ok(())
        })?;
        // A value that is not there is none.
        pairs.push((key.ok_or(Bad::Syntax)?, held.map_or(Value::Word, bare)));
        Ok(())
    });
    (read.is_ok() && !pairs.is_empty()).then_some(pairs)
}

/// A value without the object that says of which kind it is; of a list with one value that one.
fn bare(value: Value<'_>) -> Value<'_> {
    let mut value = value;
    // A list's value says its own kind, and so does what stands in it.
    for _ in 0..4 {
        let inner = match value {
            Value::Composite(object @ [b'{', ..]) => only_member(object),
            Value::Composite(list @ [b'[', ..]) => only_item(list),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value
}

fn only_member(object: &[u8]) -> Option<Value<'_>> {
    let mut found = Vec::new();
    let read = Scanner::new(object).members(|scan, key| {
        found.push((key, scan.value()?));
        Ok(())
    });
    read.ok()?;
    match found[..] {
        [(key, value)] if key.ends_with(b"Value") || key == b"values" => Some(value),
        _ => None,
    }
}

fn only_item(list: &[u8]) -> Option<Value<'_>> {
    let mut found = Vec::new();
    let read = Scanner::new(list).items(|scan| {
        found.push(scan.value()?);
        Ok(())
    });
    read.ok()?;
    match found[..] {
        [value] => Some(value),
        _ => None,
    }
}

fn push((key, value): Pair<'_>, out: &mut Vec<u8>) {
    if out.len() > 1 {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
    match value {
        Value::Text(text) => {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        }
        Value::Number(raw) | Value::Composite(raw) => out.extend_from_slice(raw),
        Value::Word => out.extend_from_slice(b"null"),
    }
}
