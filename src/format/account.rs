//! Picking one cookie or one query parameter out of a field, for the case's `account` key.

use std::borrow::Cow;

use super::target::Target;
use super::{Record, Text};

/// The value of a cookie in a `Cookie` header, without quotes around it.
pub(super) fn cookie<'a>(header: &Text<'a>, name: &str) -> Option<Text<'a>> {
    match header {
        Cow::Borrowed(header) => cookie_in(header, name).map(Cow::Borrowed),
        Cow::Owned(header) => cookie_in(header, name).map(|value| Cow::Owned(value.to_vec())),
    }
}

fn cookie_in<'a>(header: &'a [u8], name: &str) -> Option<&'a [u8]> {
    header.split(|&b| b == b';').find_map(|pair| {
        let pair = pair.trim_ascii();
        let value = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        super::text::present(super::text::unquoted(value))
    })
}

/// The value of a query parameter of the record's target.
pub(super) fn query<'a>(record: &Record<'a>, name: &str) -> Option<Text<'a>> {
    let value = match record.target.as_ref()? {
        Cow::Borrowed(target) => first_parameter(target, name),
        Cow::Owned(target) => {
            first_parameter(target, name).map(|value| Cow::Owned(value.into_owned()))
        }
    };
    value.filter(|value| !value.is_empty())
}

fn first_parameter<'a>(target: &'a [u8], name: &str) -> Option<Text<'a>> {
    let (_, value) = Target::read(target)
        .parameters()
        .find(|(key, _)| **key == *name.as_bytes())?;
    Some(value)
}

/// Whether two names are the same header: without regard to case, `-` and `_` alike, as servers
/// turn one into the other.
pub(super) fn same_header(a: &[u8], b: &[u8]) -> bool {
    let plain = |b: &u8| {
        if *b == b'_' {
            b'-'
        } else {
            b.to_ascii_lowercase()
        }
    };
    a.iter().map(plain).eq(b.iter().map(plain))
}
