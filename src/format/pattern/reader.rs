//! One line held against a compiled pattern.

use std::borrow::Cow;

use super::meaning::{KINDS, Means, Variable};
use super::{Account, End, Part, Pattern};
use crate::format::json::names_somebody;
use crate::format::text::{self, Escapes, digits_of, field, present, unquoted};
use crate::format::time::{self, strftime};
use crate::format::{Problem, Record, account, client, request};
use crate::words::Stamp;

/// The values of a line's fields by what they mean.
struct Found<'a> {
    values: [Option<&'a [u8]>; KINDS],
    ranks: [u8; KINDS],
    clock: strftime::Parts,
    has_clock: bool,
    account: Option<&'a [u8]>,
    escapes: Escapes,
}

pub(super) fn read<'a>(pattern: &Pattern, line: &'a [u8]) -> Result<Record<'a>, Problem> {
    let read = |lists| record(pattern, &split(pattern, line, lists, |_, _| ())?);
    // A lone value may end in a comma, too.
    read(true).or_else(|problem| match holds_list(line) {
        true => read(false),
        false => Err(problem),
    })
}

/// Whether a line has what stands between the values of a list.
fn holds_list(line: &[u8]) -> bool {
    memchr::memmem::find(line, b", ").is_some()
}

/// Every variable that says something, as the pattern writes it.
pub(super) fn fields(pattern: &Pattern, line: &[u8]) -> Vec<(String, Vec<u8>)> {
    let read = |lists| {
        let mut values = Vec::new();
        let all = split(pattern, line, lists, |variable, value| {
            if let Some(value) = field(unquoted(value), pattern.escapes) {
                values.push((variable.written.clone(), value.into_owned()));
            }
        });
        all.is_ok().then_some(values)
    };
    read(true).or_else(|| read(false)).unwrap_or_default()
}

/// Cuts a line, and shows each variable's value to `see` as it is found. `lists` = a value without quotes may go on
/// behind a comma and a blank.
fn split<'a>(
    pattern: &Pattern,
    line: &'a [u8],
    lists: bool,
    mut see: impl FnMut(&Variable, &'a [u8]),
) -> Result<Found<'a>, Problem> {
    let mut found = Found {
        values: [None; KINDS],
        ranks: [u8::MAX; KINDS],
        clock: strftime::Parts::default(),
        has_clock: false,
        account: None,
        // Hardly any line has an escape; one look spares one for each field.
        escapes: match memchr::memchr(b'\\', line) {
            Some(_) => pattern.escapes,
            None => Escapes::None,
        },
    };
    let account = match pattern.account {
        Account::Part(place) | Account::Cookie(place, _) => Some(place),
        _ => None,
    };
    let mut rest = line;
    for (place, part) in pattern.parts.iter().enumerate() {
        rest = match part {
            Part::Literal(text) => match rest.strip_prefix(text.as_slice()) {
                Some(rest) => rest,
                None if is_lost_tail(text, rest, pattern.parts.len() - place) => return Ok(found),
                None => return Err(found.mismatch(text.starts_with(rest))),
            },
            Part::Clock(clock) => found.read_clock(clock, rest)?,
            Part::Field(variable, end) => {
                let len = end
                    .find(rest, found.escapes)
                    .ok_or_else(|| found.mismatch(true))?;
                let len = match end {
                    End::Text(text) if lists && variable.may_be_list() => list(rest, len, text),
                    End::Line | End::LastText(_) if pattern.holds_mark(&rest[..len]) => {
                        return Err(Problem::Ambiguous);
                    }
                    _ => len,
                };
                let (value, rest) = rest.split_at(len);
                // Columns may be filled up with blanks.
                let value = match end.is_quote() {
                    true => value,
                    false => value.trim_ascii(),
                };
                found.put(variable, value);
                see(variable, value);
                if account == Some(place) {
                    found.account = Some(value);
                }
                rest
            }
        };
    }
    if rest.is_empty() {
        Ok(found)
    } else {
        Err(Problem::Shape)
    }
}

impl Pattern {
    /// Whether a last value has one more mark between columns than the pattern.
    fn holds_mark(&self, value: &[u8]) -> bool {
        let mark = self.mark.as_ref();
        mark.is_some_and(|mark| memchr::memmem::find(value, mark).is_some())
    }
}

/// How long a value is of which the first `len` bytes end where `text` begins, if it is the first of several.
fn list(rest: &[u8], len: usize, text: &memchr::memmem::Finder<'_>) -> usize {
    if text.needle().first() != Some(&b' ') {
        return len;
    }
    let (mut from, mut end) = (0, len);
    while rest[from..end].strip_suffix(b",").is_some_and(is_listed) {
        let behind = end + 1;
        let Some(next) = text.find(&rest[behind..]) else {
            break;
        };
        let last = &rest[behind..behind + next];
        if !is_listed(last.strip_suffix(b",").unwrap_or(last)) {
            break;
        }
        (from, end) = (behind, behind + next);
    }
    end
}

/// Whether a value is one that proxies and servers put into lists: an address, a number, nothing.
fn is_listed(value: &[u8]) -> bool {
    let of_address = |b: &u8| b.is_ascii_hexdigit() || b".:[]%".contains(b);
    matches!(value, b"unknown" | b"-") || !value.is_empty() && value.iter().all(of_address)
}

impl<'a> Found<'a> {
    fn put(&mut self, variable: &Variable, value: &'a [u8]) {
        let slot = variable.means as usize;
        if present(value).is_some() && variable.rank < self.ranks[slot] {
            self.values[slot] = Some(value);
            self.ranks[slot] = variable.rank;
        }
    }

    /// A dash stands where the directive's condition did not hold.
    fn read_clock(
        &mut self,
        clock: &strftime::Strftime,
        rest: &'a [u8],
    ) -> Result<&'a [u8], Problem> {
        let rest = rest.trim_ascii_start();
        if let Some(after) = clock.read(&mut self.clock, rest) {
            self.has_clock = true;
            return Ok(after);
        }
        rest.strip_prefix(b"-").ok_or(Problem::Time)
    }

    /// Why the line does not match where it ran out (or not) before the pattern did. Only a line
    /// that had its time before is taken for one of this format.
    fn mismatch(&self, ran_out: bool) -> Problem {
        let times = [Means::ClfTime, Means::IsoTime, Means::EpochTime];
        let is_ours = self.has_clock || times.iter().any(|means| self.get(*means).is_some());
        if ran_out && is_ours {
            Problem::Cut
        } else {
            Problem::Shape
        }
    }

    fn get(&self, means: Means) -> Option<&'a [u8]> {
        self.values[means as usize]
    }
}

/// Whether the literal is missing for a known reason: the line's end cut the last quoted field
/// short, or the last field is empty and trimming the line took the blank before it.
fn is_lost_tail(literal: &[u8], rest: &[u8], parts_left: usize) -> bool {
    let is_blank = literal.iter().all(u8::is_ascii_whitespace);
    rest.is_empty()
        && match parts_left {
            1 => literal.starts_with(b"\""),
            2 => is_blank,
            _ => false,
        }
}

impl End {
    /// Whether the field stands in quotes.
    fn is_quote(&self) -> bool {
        matches!(self, End::Quote(_) | End::LastQuote(_) | End::Request)
    }

    /// How long the field is that begins `rest`.
    fn find(&self, rest: &[u8], escapes: Escapes) -> Option<usize> {
        match self {
            End::Line => Some(rest.len()),
            End::Text(text) => text.find(rest),
            End::LastText(text) => rest.strip_suffix(text.as_slice()).map(<[u8]>::len),
            End::Quote(text) => closing(rest, escapes, |from| from.starts_with(text)),
            End::LastQuote(text) => {
                let close = closing(rest, escapes, |from| from == text.as_slice());
                Some(close.unwrap_or(rest.len()))
            }
            End::Request => request::end(rest),
            End::BeforeTime(text, behind) => {
                let is_time = |at: &usize| {
                    let stamp = &rest[at + text.needle().len()..];
                    let near = &stamp[..stamp.len().min(time::LONGEST)];
                    memchr::memchr(b']', near).is_some_and(|close| {
                        stamp[close..].starts_with(behind) && time::clf(&stamp[..close]).is_some()
                    })
                };
                text.find_iter(rest)
                    .find(is_time)
                    .or_else(|| text.find(rest))
            }
            End::Before(byte) => memchr::memchr(*byte, rest),
        }
    }
}

fn closing(rest: &[u8], escapes: Escapes, is_end: impl Fn(&[u8]) -> bool) -> Option<usize> {
    memchr::memchr_iter(b'"', rest).find(|&quote| {
        is_end(&rest[quote..]) && (escapes == Escapes::None || !text::is_escaped(rest, quote))
    })
}

fn record<'a>(pattern: &Pattern, found: &Found<'a>) -> Result<Record<'a>, Problem> {
    let text = |means| {
        found
            .get(means)
            .and_then(|value| field(value, found.escapes))
    };
    let mut record = Record {
        time: stamp(pattern, found)?,
        ..Record::default()
    };
    put_client(found, &mut record);
    record.user = found
        .get(Means::User)
        .and_then(|user| field(unquoted(user), found.escapes))
        .filter(|user| names_somebody(user));
    if let Some(line) = found.get(Means::Request) {
        request::put(line, found.escapes, &mut record);
    }
    record.method = record.method.or_else(|| text(Means::Method));
    record.target = record.target.or_else(|| target(found));
    record.protocol = record.protocol.or_else(|| text(Means::Protocol));
    record.host = text(Means::Host);
    record.status = text::status(found.get(Means::Status).unwrap_or_default())?;
    record.bytes = text::bytes(found.get(Means::Bytes).unwrap_or_default())?;
    if record.bytes.is_none() && !pattern.has(Means::Bytes) {
        record.bytes = text::bytes(found.get(Means::AllBytes).unwrap_or_default())?;
        record.head_counted = record.bytes.is_some();
    }
    record.node = text(Means::Node);
    record.referer = text(Means::Referer);
    record.user_agent = text(Means::Agent);
    record.request_id = text(Means::RequestId);
    record.duration_ms = duration(found);
    record.account = match &pattern.account {
        Account::User => record.user.clone(),
        Account::Part(_) => found
            .account
            .and_then(|value| field(unquoted(value), found.escapes)),
        Account::Cookie(_, name) => found
            .account
            .and_then(|header| field(header, found.escapes))
            .and_then(|header| account::cookie(&header, name)),
        Account::Query(name) => account::query(&record, name),
    };
    record.account = record.account.filter(|name| names_somebody(name));
    Ok(record)
}

/// The finest stamp that the line has.
fn stamp(pattern: &Pattern, found: &Found<'_>) -> Result<Option<Stamp>, Problem> {
    let stamp = if let Some(text) = found.get(Means::EpochTime) {
        time::epoch(text)
    } else if let Some(text) = found.get(Means::IsoTime) {
        time::rfc3339(text)
    } else if let Some(text) = found.get(Means::ClfTime) {
        time::clf(text)
    } else if found.has_clock {
        // Pieces that name a day but no hour are no instant, and no error either.
        return Ok(found.clock.stamp(pattern.zone));
    } else {
        return Ok(None);
    };
    stamp.map(Some).ok_or(Problem::Time)
}

fn put_client<'a>(found: &Found<'a>, record: &mut Record<'a>) {
    record.client_port = found.get(Means::ClientPort).and_then(digits_of);
    if let Some(both) = found.get(Means::ClientAndPort) {
        let colon = memchr::memrchr(b':', both).unwrap_or(both.len());
        client::put(&both[..colon], record);
        record.client_port = both.get(colon + 1..).and_then(digits_of);
    } else if let Some(client) = found.get(Means::Client) {
        client::put(client, record);
    }
    client::put_forwarded(
        found
            .get(Means::Forwarded)
            .and_then(|list| field(list, found.escapes)),
        record,
    );
}

fn target<'a>(found: &Found<'a>) -> Option<Cow<'a, [u8]>> {
    if let Some(target) = found.get(Means::Target) {
        return field(target, found.escapes);
    }
    let path = field(found.get(Means::Path)?, found.escapes)?;
    let Some(query) = found
        .get(Means::Query)
        .and_then(|query| field(query, found.escapes))
    else {
        return Some(path);
    };
    Some(request::with_query(&path, &query))
}

fn duration(found: &Found<'_>) -> Option<f64> {
    let units = [
        (Means::Microseconds, 0.001),
        (Means::Milliseconds, 1.0),
        (Means::Seconds, 1000.0),
    ];
    units
        .iter()
        .find_map(|(means, unit)| text::milliseconds(found.get(*means)?, *unit))
}
