//! Where the account of a W3C line stands, which depends on the header above it.

use std::borrow::Cow;

use super::super::Text;
use super::super::account::same_header;
use super::super::text::present;
use crate::case::AccountKey;

/// Where it stands.
#[derive(Debug)]
pub(super) enum Account {
    User,
    /// The column at this place; whether it is a header, whose blanks are written otherwise.
    Column(usize, bool),
    Cookie(usize, String),
    /// A header among those that one column holds, each on a line of its own.
    Header(usize, String),
    Query(String),
    /// This header has no such column.
    Nowhere,
}

impl Account {
    /// The column that it is in.
    pub(super) fn place(&self) -> Option<usize> {
        match self {
            Account::Column(place, _) | Account::Cookie(place, _) | Account::Header(place, _) => {
                Some(*place)
            }
            Account::User | Account::Query(_) | Account::Nowhere => None,
        }
    }

    /// Its place under a header of these names.
    pub(super) fn find(key: Option<&AccountKey>, names: &[&[u8]]) -> Account {
        let place = |wanted: &dyn Fn(&[u8]) -> bool| names.iter().position(|name| wanted(name));
        let called = |key: &str| place(&|name| name.eq_ignore_ascii_case(key.as_bytes()));
        let header = |key: &str| {
            place(&|name| header_name(name).is_some_and(|name| same_header(name, key.as_bytes())))
        };
        let found = match key {
            None => Some(Account::User),
            // The name that other formats have for it; no server writes a column called so.
            Some(AccountKey::Field(name)) if name == "remote_user" => Some(Account::User),
            Some(AccountKey::Field(name)) => called(name)
                .map(|place| Account::Column(place, header_name(names[place]).is_some())),
            Some(AccountKey::Header(name)) => header(name)
                .or_else(|| called(name))
                .or_else(|| called(&format!("cs-{name}")))
                .map(|place| Account::Column(place, true))
                .or_else(|| called("cs-headers").map(|place| Account::Header(place, name.clone()))),
            Some(AccountKey::Cookie(name)) => header("Cookie")
                .or_else(|| called("cs-cookie"))
                .map(|place| Account::Cookie(place, name.clone())),
            Some(AccountKey::Query(name)) => Some(Account::Query(name.clone())),
            Some(AccountKey::Claim(..)) => None,
        };
        found.unwrap_or(Account::Nowhere)
    }
}

/// `User-Agent` of `cs(User-Agent)` or `sc(...)`.
pub(super) fn header_name(column: &[u8]) -> Option<&[u8]> {
    let lower = [
        column.first()?.to_ascii_lowercase(),
        column.get(1)?.to_ascii_lowercase(),
    ];
    let known = matches!(&lower, b"cs" | b"sc" | b"rs");
    column[2..]
        .strip_prefix(b"(")
        .filter(|_| known)?
        .strip_suffix(b")")
}

/// A header's value among `Name:value` lines.
pub(super) fn header_in<'a>(headers: &Text<'a>, name: &str) -> Option<Text<'a>> {
    let value = |line: &[u8]| {
        let colon = memchr::memchr(b':', line)?;
        let is_it = same_header(line[..colon].trim_ascii(), name.as_bytes());
        let value = present(line[colon + 1..].trim_ascii()).filter(|_| is_it)?;
        Some(Cow::Owned(value.to_vec()))
    };
    headers.split(|b| *b == b'\n').find_map(value)
}
