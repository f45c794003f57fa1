//! What each column of a `#Fields` line tells, and the record that a line's cells make.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::super::account::{self, same_header};
use super::super::text::{self, digits_of, present};
use super::super::{Problem, Record, Text, client, request, target, time};
use super::split::Cells;
use crate::case::AccountKey;
use crate::words::Stamp;

/// The columns that are in force.
#[derive(Debug)]
pub(super) struct Columns {
    kinds: Vec<Kind>,
    account: Account,
    /// CloudFront: durations in seconds and percent-encoded headers, where IIS has milliseconds and `+`.
    cloudfront: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Date,
    Time,
    LocalDate,
    LocalTime,
    Client,
    ClientPort,
    Forwarded,
    User,
    Method,
    Stem,
    Uri,
    Query,
    Protocol,
    Host,
    Status,
    Bytes,
    Referer,
    Agent,
    RequestId,
    TimeTaken,
    Other,
}

const KINDS: usize = Kind::Other as usize + 1;

#[derive(Debug)]
enum Account {
    User,
    /// The column at this place; whether it is a header, whose blanks are written otherwise.
    Column(usize, bool),
    Cookie(usize, String),
    Query(String),
    /// This header has no such column.
    Nowhere,
}

impl Columns {
    /// Reads the names behind `#Fields:`.
    pub(super) fn read(names: &[u8], key: Option<&AccountKey>) -> Columns {
        let words = names
            .split(|b| text::is_filler(*b))
            .filter(|name| !name.is_empty());
        let names: Vec<&[u8]> = words.collect();
        let mut kinds: Vec<Kind> = Vec::with_capacity(names.len());
        for name in &names {
            // A name that comes twice: the first column counts.
            let kind = kind(name);
            kinds.push(if kinds.contains(&kind) {
                Kind::Other
            } else {
                kind
            });
        }
        let cloudfront = names.iter().any(|name| name.starts_with(b"x-edge-"));
        // Behind CloudFront the Host header names the distribution, this one what was asked.
        let asked = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(b"x-host-header"));
        if let Some(asked) = asked {
            kinds
                .iter_mut()
                .filter(|kind| **kind == Kind::Host)
                .for_each(|k| *k = Kind::Other);
            kinds[asked] = Kind::Host;
        }
        Columns {
            account: Account::find(key, &names),
            kinds,
            cloudfront,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The record that the cells make; there are as many as columns.
    pub(super) fn record<'a>(
        &self,
        cells: Cells<'a>,
        date: Option<&[u8; 10]>,
        zone: Tz,
    ) -> Result<Record<'a>, Problem> {
        let mut found: [&[u8]; KINDS] = [b""; KINDS];
        let mut account: &[u8] = b"";
        let wanted = match self.account {
            Account::Column(place, _) | Account::Cookie(place, _) => place,
            _ => usize::MAX,
        };
        for (place, (cell, kind)) in cells.zip(&self.kinds).enumerate() {
            found[*kind as usize] = cell;
            if place == wanted {
                account = cell;
            }
        }
        let mut record = self.fields(&found)?;
        record.time = stamp(&found, date, zone)?;
        record.account = self.account(account, &record);
        record.nameless = match self.account {
            Account::User => !self.kinds.contains(&Kind::User),
            Account::Nowhere => true,
            _ => false,
        };
        Ok(record)
    }

    fn fields<'a>(&self, found: &[&'a [u8]; KINDS]) -> Result<Record<'a>, Problem> {
        let cell = |kind: Kind| present(found[kind as usize]);
        let plain = |kind| cell(kind).map(Cow::Borrowed);
        let mut record = Record {
            user: cell(Kind::User).map(undoubled),
            method: plain(Kind::Method),
            target: target_of(cell(Kind::Stem), cell(Kind::Query)).or_else(|| plain(Kind::Uri)),
            protocol: plain(Kind::Protocol),
            host: plain(Kind::Host),
            status: text::status(found[Kind::Status as usize])?,
            bytes: text::bytes(found[Kind::Bytes as usize])?,
            referer: cell(Kind::Referer).map(|text| self.header(text)),
            user_agent: cell(Kind::Agent).map(|text| self.header(text)),
            request_id: plain(Kind::RequestId),
            ..Record::default()
        };
        let unit = if self.cloudfront { 1000.0 } else { 1.0 };
        record.duration_ms = text::milliseconds(found[Kind::TimeTaken as usize], unit);
        record.client_port = digits_of(found[Kind::ClientPort as usize]);
        client::put(found[Kind::Client as usize], &mut record);
        let forwarded = cell(Kind::Forwarded).map(|list| self.header(list));
        client::put_forwarded(forwarded, &mut record);
        Ok(record)
    }

    fn account<'a>(&self, cell: &'a [u8], record: &Record<'a>) -> Option<Text<'a>> {
        match &self.account {
            Account::User => record.user.clone(),
            Account::Column(_, false) => present(cell).map(undoubled),
            Account::Column(_, true) => present(cell).map(|text| self.header(text)),
            Account::Cookie(_, name) => account::cookie(&self.header(present(cell)?), name),
            Account::Query(name) => account::query(record, name),
            Account::Nowhere => None,
        }
    }

    /// A request header's value: the blanks that the log had to write otherwise are put back.
    fn header<'a>(&self, cell: &'a [u8]) -> Text<'a> {
        if self.cloudfront {
            let once = target::decode(cell);
            // Older files are encoded twice: %2520 for a blank.
            let twice = memchr::memmem::find(cell, b"%25").is_some();
            return if twice {
                Cow::Owned(target::decode(&once).into_owned())
            } else {
                once
            };
        }
        if memchr::memchr(b'+', cell).is_none() {
            return undoubled(cell);
        }
        let blank = |b: &u8| if *b == b'+' { b' ' } else { *b };
        Cow::Owned(undoubled(cell).iter().map(blank).collect())
    }
}

impl Account {
    fn find(key: Option<&AccountKey>, names: &[&[u8]]) -> Account {
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
                .map(|place| Account::Column(place, true)),
            Some(AccountKey::Cookie(name)) => {
                header("Cookie").map(|place| Account::Cookie(place, name.clone()))
            }
            Some(AccountKey::Query(name)) => Some(Account::Query(name.clone())),
            Some(AccountKey::Claim(..)) => None,
        };
        found.unwrap_or(Account::Nowhere)
    }
}

/// `User-Agent` of `cs(User-Agent)` or `sc(...)`.
fn header_name(column: &[u8]) -> Option<&[u8]> {
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

fn kind(name: &[u8]) -> Kind {
    match name.to_ascii_lowercase().as_slice() {
        b"date" => Kind::Date,
        b"time" => Kind::Time,
        b"date-local" => Kind::LocalDate,
        b"time-local" => Kind::LocalTime,
        b"c-ip" => Kind::Client,
        b"x-forwarded-for" | b"cs(x-forwarded-for)" => Kind::Forwarded,
        b"c-port" => Kind::ClientPort,
        b"cs-username" => Kind::User,
        b"cs-method" => Kind::Method,
        b"cs-uri-stem" => Kind::Stem,
        b"cs-uri" => Kind::Uri,
        b"cs-uri-query" => Kind::Query,
        b"cs-version" | b"cs-protocol-version" => Kind::Protocol,
        b"cs-host" | b"cs(host)" => Kind::Host,
        b"sc-status" => Kind::Status,
        b"sc-bytes" => Kind::Bytes,
        b"cs(referer)" | b"cs(referrer)" => Kind::Referer,
        b"cs(user-agent)" => Kind::Agent,
        b"x-edge-request-id" | b"cs(x-request-id)" | b"sc(x-request-id)" => Kind::RequestId,
        b"time-taken" => Kind::TimeTaken,
        _ => Kind::Other,
    }
}

/// Date and time from their columns; the date else from `#Date`; no stamp without a time.
fn stamp(
    found: &[&[u8]; KINDS],
    date: Option<&[u8; 10]>,
    zone: Tz,
) -> Result<Option<Stamp>, Problem> {
    let cell = |kind: Kind| present(found[kind as usize]);
    let (day, clock, zone) = match (cell(Kind::Time), cell(Kind::LocalTime)) {
        (Some(clock), _) => (cell(Kind::Date), clock, Tz::UTC),
        (None, Some(clock)) => (cell(Kind::LocalDate), clock, zone),
        (None, None) => return Ok(None),
    };
    let day = day
        .or_else(|| date.map(<[u8; 10]>::as_slice))
        .ok_or(Problem::Time)?;
    let mut joined = [b' '; 40];
    let end = day.len() + 1 + clock.len();
    let whole = joined.get_mut(..end).ok_or(Problem::Time)?;
    whole[..day.len()].copy_from_slice(day);
    whole[day.len() + 1..].copy_from_slice(clock);
    time::local(whole, zone).map(Some).ok_or(Problem::Time)
}

/// Stem and query as one target. IIS logs the stem decoded, so a `?` or `#` in it separates nothing
/// and is written as the client must have.
fn target_of<'a>(stem: Option<&'a [u8]>, query: Option<&'a [u8]>) -> Option<Text<'a>> {
    let mut stem = Cow::Borrowed(stem?);
    if memchr::memchr2(b'?', b'#', &stem).is_some() {
        let encoded = stem.iter().flat_map(|byte| match byte {
            b'?' => b"%3F",
            b'#' => b"%23",
            byte => std::slice::from_ref(byte),
        });
        stem = Cow::Owned(encoded.copied().collect());
    }
    match query {
        Some(query) => Some(request::with_query(&stem, query)),
        None => Some(stem),
    }
}

/// A cell with doubled quotes made single, as Advanced Logging writes them.
fn undoubled(cell: &[u8]) -> Text<'_> {
    if memchr::memmem::find(cell, b"\"\"").is_none() {
        return Cow::Borrowed(cell);
    }
    let mut out = Vec::with_capacity(cell.len());
    let mut after_quote = false;
    for &byte in cell {
        after_quote = byte == b'"' && !after_quote;
        if byte != b'"' || after_quote {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}
