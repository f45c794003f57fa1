//! The client's address in one spelling: no port, brackets, zone or quotes.
//!
//! A list of addresses (`X-Forwarded-For`) stands for its first, the one that the first proxy
//! claims to have seen. That is the client's word where no proxy is trusted; which proxies are is
//! for the case to say, and `forwarded.rs` then reads the list again.

use std::borrow::Cow;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::text::{digits_of, present, unquoted};
use super::{Record, Text};

/// Whether the text is an address, with or without port and brackets, or a list that begins with one.
pub(super) fn is_address(text: &[u8]) -> bool {
    let text = text.strip_suffix(b",").unwrap_or(text);
    let (host, _) = split_port(text);
    is_v4(host) || parse_v6(host).is_some()
}

/// Puts address and port into the record. `unix:` is no address. Anything else that is none, such
/// as `localhost` or a resolved name, is kept as written; so is an IPv4 address mapped into IPv6,
/// because the two may be told apart on purpose.
pub(super) fn put<'a>(field: &'a [u8], record: &mut Record<'a>) {
    let field = unquoted(field);
    let comma = memchr::memchr(b',', field);
    let first = comma.map_or(field, |comma| &field[..comma]).trim_ascii();
    if comma.is_some() {
        record.forwarded = Some(Cow::Borrowed(field));
        record.client_is_list = true;
    }
    if first.starts_with(b"unix:") {
        return;
    }
    let (host, port) = split_port(behind_a_file(first));
    record.client = present(host).map(canonical);
    if port.is_some() {
        record.client_port = port;
    }
}

/// The address behind the name of the file (and the line's number) that a search puts before what it found:
/// `access.log.3.gz:10.0.0.1`, `access.log:17:10.0.0.1`.
fn behind_a_file(text: &[u8]) -> &[u8] {
    let Some(first) = memchr::memchr(b':', text) else {
        return text;
    };
    let rest = &text[first + 1..];
    let behind = |at: usize| {
        let rest = &rest[at..];
        is_v4(split_port(rest).0).then_some(rest)
    };
    let number = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let behind_number = || {
        let colon = number > 0 && rest.get(number) == Some(&b':');
        colon.then(|| behind(number + 1)).flatten()
    };
    let file = !is_v4(&text[..first]) && parse_v6(text).is_none();
    let found = file.then(|| behind(0).or_else(behind_number)).flatten();
    found.unwrap_or(text)
}

/// [`put`] for writers that always add the port, also to an IPv6 address without brackets, so that
/// the last colon is the port's.
pub(super) fn put_with_port<'a>(field: &'a [u8], record: &mut Record<'a>) {
    let (host, port) = match memchr::memrchr(b':', field) {
        Some(colon) => (&field[..colon], digits_of(&field[colon + 1..])),
        None => (field, None),
    };
    if port.is_some() && parse_v6(host).is_some() {
        record.client = present(host).map(canonical);
        record.client_port = port;
    } else {
        put(field, record);
    }
}

/// Puts the list of those for whom a request was forwarded; where the log names no client beside it,
/// it names the client too.
pub(super) fn put_forwarded<'a>(list: Option<Text<'a>>, record: &mut Record<'a>) {
    let Some(list) = list else { return };
    if record.client_is_list {
        return;
    }
    if record.client.is_none() {
        put_text(list.clone(), record);
        record.client_is_list = record.client.is_some();
    }
    record.forwarded = Some(list);
}

/// [`put`] for a text that may be the record's own.
pub(super) fn put_text<'a>(field: Text<'a>, record: &mut Record<'a>) {
    match field {
        Cow::Borrowed(field) => put(field, record),
        Cow::Owned(field) => {
            let mut own = Record::default();
            put(&field, &mut own);
            record.client = own.client.map(|client| Cow::Owned(client.into_owned()));
            record.client_port = own.client_port.or(record.client_port);
            if own.client_is_list {
                record.forwarded = own.forwarded.map(|list| Cow::Owned(list.into_owned()));
                record.client_is_list = true;
            }
        }
    }
}

/// Splits `host:port`, `[v6]:port` and `[v6]`. An IPv6 address without brackets has no port: where
/// one would begin cannot be told.
pub(super) fn split_port(text: &[u8]) -> (&[u8], Option<u16>) {
    if let Some(rest) = text.strip_prefix(b"[") {
        let Some(close) = memchr::memchr(b']', rest) else {
            return (text, None);
        };
        let port = rest[close + 1..].strip_prefix(b":").and_then(digits_of);
        return (&rest[..close], port);
    }
    match memchr::memchr(b':', text) {
        Some(colon) if memchr::memrchr(b':', text) == Some(colon) => {
            match digits_of(&text[colon + 1..]) {
                Some(port) => (&text[..colon], Some(port)),
                None => (text, None),
            }
        }
        _ => (text, None),
    }
}

/// An IPv6 address in its one spelling and without its zone; anything else as written.
pub(super) fn canonical(host: &[u8]) -> Text<'_> {
    if memchr::memchr(b':', host).is_none() {
        return Cow::Borrowed(host);
    }
    let plain = memchr::memchr(b'%', host).map_or(host, |zone| &host[..zone]);
    let Some(address) = parse_v6(host) else {
        return Cow::Borrowed(host);
    };
    let mut buffer = [0u8; 64];
    let mut left = &mut buffer[..];
    if write!(left, "{address}").is_err() {
        return Cow::Borrowed(plain);
    }
    let written = 64 - left.len();
    if &buffer[..written] == plain {
        Cow::Borrowed(plain)
    } else {
        Cow::Owned(buffer[..written].to_vec())
    }
}

fn is_v4(host: &[u8]) -> bool {
    std::str::from_utf8(host).is_ok_and(|host| host.parse::<Ipv4Addr>().is_ok())
}

/// The address without its zone, if it is one.
fn parse_v6(host: &[u8]) -> Option<Ipv6Addr> {
    let plain = memchr::memchr(b'%', host).map_or(host, |zone| &host[..zone]);
    std::str::from_utf8(plain).ok()?.parse().ok()
}

/// No server writes an address or a host's name with such bytes.
pub(super) fn is_damaged(client: &[u8]) -> bool {
    client.iter().any(u8::is_ascii_control) || std::str::from_utf8(client).is_err()
}
