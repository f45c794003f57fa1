//! What each column of a `#Fields` line tells, and the record that a line's cells make.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::super::account;
use super::super::lean::{Lately, Lean};
use super::super::text::{self, digits_of, present};
use super::super::{Problem, Record, Text, client, request, target, time};
use super::account::{Account, header_in, header_name};
use super::clock::Clock;
use super::lean::Places;
use super::split::Cells;
use crate::case::AccountKey;
use crate::words::Stamp;

/// The columns that are in force.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    pub(super) account: Account,
    /// CloudFront: durations in seconds and percent-encoded headers, where IIS has milliseconds and `+`.
    pub(super) cloudfront: bool,
    /// Where a short line is read from.
    places: Option<Places>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Time,
    LocalDate,
    LocalTime,
    /// Seconds since the epoch.
    Epoch,
    Client,
    Forwarded,
    ClientPort,
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
    Node,
    Other,
}

/// Without these a record may say something else than the line did.
const NEEDED: [Kind; 10] = [
    Kind::Date,
    Kind::Time,
    Kind::Client,
    Kind::User,
    Kind::Method,
    Kind::Stem,
    Kind::Uri,
    Kind::Query,
    Kind::Status,
    Kind::Bytes,
];

const KINDS: usize = Kind::Other as usize + 1;

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
        let cloudfront = names
            .iter()
            .any(|name| name.starts_with(b"x-edge-") || *name == b"timestamp");
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
        let mut columns = Columns {
            account: Account::find(key, &names),
            names: names.into_iter().map(<[u8]>::to_vec).collect(),
            kinds,
            cloudfront,
            places: None,
        };
        columns.places = Places::of(&columns);
        columns
    }

    /// Reads a plainly written line the short way, or leaves it to [`Columns::record`].
    pub(super) fn lean<'a>(&self, line: &'a [u8], lately: &'a mut Lately) -> Option<Lean<'a>> {
        self.places.as_ref()?.read(line, self.is_nameless(), lately)
    }

    /// Where the first column of a kind stands.
    pub(super) fn place(&self, kind: Kind) -> Option<usize> {
        self.kinds.iter().position(|one| *one == kind)
    }

    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// How many columns a line must at least have: all that a record is made of, and one more, as the
    /// last cell of a short line may be cut.
    pub(super) fn least(&self) -> usize {
        let needed = self.kinds.iter().rposition(|kind| NEEDED.contains(kind));
        needed
            .max(self.account.place())
            .map_or(usize::MAX, |last| last + 2)
    }

    /// Whether lines have a time and no date.
    pub(super) fn needs_date(&self) -> bool {
        let has = |kind| self.kinds.contains(&kind);
        has(Kind::Time) && !has(Kind::Date)
            || !has(Kind::Time) && has(Kind::LocalTime) && !has(Kind::LocalDate)
    }

    /// The cell that has the time of day.
    pub(super) fn clock<'a>(&self, cells: Cells<'a>) -> &'a [u8] {
        let kind = if self.kinds.contains(&Kind::Time) {
            Kind::Time
        } else {
            Kind::LocalTime
        };
        let mut both = cells.zip(&self.kinds);
        both.find(|(_, of)| **of == kind)
            .map_or(b"", |(cell, _)| cell)
    }

    /// Whether there is no column from which the account could come.
    pub(super) fn is_nameless(&self) -> bool {
        match self.account {
            Account::User => !self.kinds.contains(&Kind::User),
            Account::Nowhere => true,
            _ => false,
        }
    }

    /// Every column that says something, by its name.
    pub(super) fn named(&self, cells: Cells<'_>) -> Vec<(String, Vec<u8>)> {
        let both = self.names.iter().zip(cells);
        let said = both.filter_map(|(name, cell)| Some((name, present(cell)?)));
        said.map(|(name, cell)| {
            let value = match header_name(name) {
                Some(_) => self.header(cell),
                None => undoubled(cell),
            };
            (
                String::from_utf8_lossy(name).into_owned(),
                value.into_owned(),
            )
        })
        .collect()
    }

    /// The record that the cells make; there may be fewer of them than columns.
    pub(super) fn record<'a>(
        &self,
        cells: Cells<'a>,
        clock: &Clock,
        zone: Tz,
    ) -> Result<Record<'a>, Problem> {
        let mut found: [&[u8]; KINDS] = [b""; KINDS];
        let mut account: &[u8] = b"";
        let wanted = self.account.place().unwrap_or(usize::MAX);
        for (place, (cell, kind)) in cells.zip(&self.kinds).enumerate() {
            found[*kind as usize] = cell;
            if place == wanted {
                account = cell;
            }
        }
        let mut record = self.fields(&found)?;
        record.nameless = self.is_nameless();
        record.time = stamp(&found, clock, zone)?;
        record.account = self.account(account, &record);
        Ok(record)
    }

    fn fields<'a>(&self, found: &[&'a [u8]; KINDS]) -> Result<Record<'a>, Problem> {
        let cell = |kind: Kind| present(found[kind as usize]);
        let plain = |kind| cell(kind).map(Cow::Borrowed);
        let mut record = Record {
            user: cell(Kind::User).map(undoubled),
            method: plain(Kind::Method),
            target: self
                .target_of(cell(Kind::Stem), cell(Kind::Query))
                .or_else(|| plain(Kind::Uri)),
            protocol: plain(Kind::Protocol),
            host: plain(Kind::Host),
            status: text::status(found[Kind::Status as usize])?,
            bytes: text::bytes(found[Kind::Bytes as usize])?,
            referer: cell(Kind::Referer).map(|text| self.header(text)),
            user_agent: cell(Kind::Agent).map(|text| self.header(text)),
            request_id: plain(Kind::RequestId),
            node: plain(Kind::Node),
            ..Record::default()
        };
        let unit = if self.cloudfront { 1000.0 } else { 1.0 };
        record.duration_ms = text::milliseconds(found[Kind::TimeTaken as usize], unit);
        record.client_port = digits_of(found[Kind::ClientPort as usize]);
        // Both IIS and CloudFront count what they sent, head and all.
        record.head_counted = record.bytes.is_some();
        client::put(found[Kind::Client as usize], &mut record);
        let forwarded = cell(Kind::Forwarded).map(|list| self.header(list));
        client::put_forwarded(forwarded, &mut record);
        Ok(record)
    }

    /// Stem and query as one target. IIS logs the stem decoded, so a `?` or `#` in it separates nothing
    /// and is written as the client must have; CloudFront's real-time logs write the query there too.
    fn target_of<'a>(&self, stem: Option<&'a [u8]>, query: Option<&'a [u8]>) -> Option<Text<'a>> {
        let stem = stem?;
        let has_query = memchr::memchr(b'?', stem).is_some();
        if self.cloudfront && has_query {
            return Some(Cow::Borrowed(stem));
        }
        let stem = if has_query || memchr::memchr(b'#', stem).is_some() {
            let encoded = stem.iter().flat_map(|byte| match byte {
                b'?' => b"%3F",
                b'#' => b"%23",
                byte => std::slice::from_ref(byte),
            });
            Cow::Owned(encoded.copied().collect())
        } else {
            Cow::Borrowed(stem)
        };
        match query {
            Some(query) => Some(request::with_query(&stem, query)),
            None => Some(stem),
        }
    }

    fn account<'a>(&self, cell: &'a [u8], record: &Record<'a>) -> Option<Text<'a>> {
        match &self.account {
            Account::User => record.user.clone(),
            Account::Column(_, false) => present(cell).map(undoubled),
            Account::Column(_, true) => present(cell).map(|text| self.header(text)),
            Account::Cookie(_, name) => account::cookie(&self.header(present(cell)?), name),
            Account::Header(_, name) => header_in(&self.header(present(cell)?), name),
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

fn kind(name: &[u8]) -> Kind {
    match name.to_ascii_lowercase().as_slice() {
        b"date" => Kind::Date,
        b"time" => Kind::Time,
        b"date-local" => Kind::LocalDate,
        b"time-local" => Kind::LocalTime,
        b"timestamp" => Kind::Epoch,
        b"c-ip" => Kind::Client,
        b"x-forwarded-for" | b"cs(x-forwarded-for)" => Kind::Forwarded,
        b"s-computername" => Kind::Node,
        b"c-port" => Kind::ClientPort,
        b"cs-username" => Kind::User,
        b"cs-method" => Kind::Method,
        b"cs-uri-stem" => Kind::Stem,
        b"cs-uri" => Kind::Uri,
        b"cs-uri-query" => Kind::Query,
        b"cs-version" | b"cs-protocol-version" => Kind::Protocol,
        b"cs-host" | b"cs(host)" => Kind::Host,
        b"sc-status" => Kind::Status,
        // WebLogic's extended log calls it so.
        b"sc-bytes" | b"bytes" => Kind::Bytes,
        b"cs(referer)" | b"cs(referrer)" | b"cs-referer" => Kind::Referer,
        b"cs(user-agent)" | b"cs-user-agent" => Kind::Agent,
        b"x-edge-request-id" | b"cs(x-request-id)" | b"sc(x-request-id)" => Kind::RequestId,
        b"time-taken" => Kind::TimeTaken,
        _ => Kind::Other,
    }
}

/// Date and time from their columns; the date else from the clock; no stamp without a time.
fn stamp(found: &[&[u8]; KINDS], clock: &Clock, zone: Tz) -> Result<Option<Stamp>, Problem> {
    let cell = |kind: Kind| present(found[kind as usize]);
    let (day, time_of_day, zone) = match (cell(Kind::Time), cell(Kind::LocalTime)) {
        (Some(time_of_day), _) => (cell(Kind::Date), time_of_day, Tz::UTC),
        (None, Some(time_of_day)) => (cell(Kind::LocalDate), time_of_day, zone),
        (None, None) => {
            let epoch = cell(Kind::Epoch).map(|text| time::epoch(text).ok_or(Problem::Time));
            return epoch.transpose();
        }
    };
    let read = |day: &[u8]| {
        let mut joined = [b' '; 40];
        let end = day.len() + 1 + time_of_day.len();
        let whole = joined.get_mut(..end)?;
        whole[..day.len()].copy_from_slice(day);
        whole[day.len() + 1..].copy_from_slice(time_of_day);
        time::local(whole, zone)
    };
    let stamp = match day {
        Some(day) => read(day),
        None => clock.date().and_then(|day| read(day)),
    };
    stamp.map(Some).ok_or(Problem::Time)
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
