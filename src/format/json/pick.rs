//! One cookie or header out of what a line says of all of them.
//!
//! Writers have an object (`{"Cookie": "..."}`, values also as arrays), a list of
//! `{"name": ..., "value": ...}`, or for cookies the header as one string.

use super::scan::{Bad, Scanner, Value};
use crate::format::text::{Escapes, present, unescape};
use crate::format::{Text, account};

/// The cookie of that name.
pub(in super::super) fn cookie<'a>(cookies: Value<'a>, name: &str) -> Option<Text<'a>> {
    match cookies {
        Value::Composite(raw) => entry(raw, &|key| key == name.as_bytes()),
        header => account::cookie(&header.text()?, name),
    }
}

/// The header of that name, without regard to case.
pub(in super::super) fn header<'a>(headers: Value<'a>, name: &str) -> Option<Text<'a>> {
    match headers {
        Value::Composite(raw) => entry(raw, &|key| account::same_header(key, name.as_bytes())),
        _ => None,
    }
}

/// The value of the entry whose name is wanted. The text was checked when it was read first.
fn entry<'a>(raw: &'a [u8], wanted: &dyn Fn(&[u8]) -> bool) -> Option<Text<'a>> {
    let mut picked = None;
    let mut scan = Scanner::new(raw);
    let read = if raw.starts_with(b"{") {
        scan.members(|scan, key| {
            let value = scan.value()?;
            if wanted(&unescape(key, Escapes::Json)) {
                picked = Some(value);
            }
            Ok(())
        })
    } else {
        scan.items(|scan| {
            if let Some(value) = named(scan.value()?, wanted)? {
                picked = Some(value);
            }
            Ok(())
        })
    };
    read.ok()?;
    let text = first_text(picked?)?;
    present(&text).is_some().then_some(text)
}

/// The value of `{"name": NAME, "value": VALUE}`, if the name is wanted.
fn named<'a>(item: Value<'a>, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Option<Value<'a>>, Bad> {
    let Value::Composite(raw) = item else {
        return Ok(None);
    };
    if !raw.starts_with(b"{") {
        return Ok(None);
    }
    let (mut matches, mut value) = (false, None);
    Scanner::new(raw).members(|scan, key| {
        let found = scan.value()?;
        if key.eq_ignore_ascii_case(b"name") || key.eq_ignore_ascii_case(b"key") {
            matches = found.text().is_some_and(|name| wanted(&name));
        } else if key.eq_ignore_ascii_case(b"value") {
            value = Some(found);
        }
        Ok(())
    })?;
    Ok(value.filter(|_| matches))
}

/// The text of a value, or of the first of an array of them.
pub(in super::super) fn first_text(value: Value<'_>) -> Option<Text<'_>> {
    first(value)?.text()
}

/// The value itself, or the first of an array of them.
fn first(value: Value<'_>) -> Option<Value<'_>> {
    let Value::Composite(raw) = value else {
        return Some(value);
    };
    if !raw.starts_with(b"[") {
        return None;
    }
    let mut head = None;
    let read = Scanner::new(raw).items(|scan| {
        let item = scan.value()?;
        head.get_or_insert(item);
        Ok(())
    });
    read.ok().and(head)
}
