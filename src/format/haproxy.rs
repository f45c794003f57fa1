//! HAProxy's HTTP log: `haproxy`, with or without captured headers, its `https` variant and its `clf` one.
//!
//! ```text
//! CLIENT:PORT [TIME] FRONTEND BACKEND/SERVER TR/TW/TC/TR/TA STATUS BYTES COOKIE COOKIE FLAGS
//!     N/N/N/N/N N/N {REQUEST|HEADERS} {RESPONSE|HEADERS} "METHOD TARGET PROTOCOL"
//! ```
//! The time has no zone and is read in the source's. The bytes count the answer's head. What the
//! client sent is written with `#HH` for what would be mistaken. Captured headers have no names: they are
//! `capture.request.N` and `capture.response.N`, from 0. A single block of them is taken for the
//! request's. A request that is cut at the line's limit is kept as far as it goes. Connections (the
//! TCP log) and errors of the handshake are rejected as such.

use std::borrow::Cow;

use super::clf::Clf;
use super::listed::{Cells, Cursor, Layout};
use super::text::{self, Escapes, digits_of, hex, present, unquoted};
use super::{Problem, Record, Text, client, request, time};

pub(super) const HAPROXY: Layout = Layout {
    name: "haproxy",
    columns: &[
        "client",
        "accept_date",
        "frontend_name",
        "backend_name",
        "server_name",
        "timers",
        "status_code",
        "bytes_read",
        "captured_request_cookie",
        "captured_response_cookie",
        "termination_state",
        "connections",
        "queues",
        "http_request",
        "unique_id",
        "ssl",
        "capture.request.0",
        "capture.request.1",
        "capture.request.2",
        "capture.request.3",
        "capture.request.4",
        "capture.request.5",
        "capture.request.6",
        "capture.request.7",
        "capture.request.8",
        "capture.request.9",
        "capture.request.10",
        "capture.request.11",
        "capture.response.0",
        "capture.response.1",
        "capture.response.2",
        "capture.response.3",
        "capture.response.4",
        "capture.response.5",
        "capture.response.6",
        "capture.response.7",
        "capture.response.8",
        "capture.response.9",
        "capture.response.10",
        "capture.response.11",
    ],
    user: None,
    headers: &[],
    cookies: &["captured_request_cookie", "captured_response_cookie"],
    decode,
    read,
};

const REQUEST: usize = 13;
const CAPTURED: usize = 16;
/// Headers of either kind for which there are names.
const MOST_CAPTURED: usize = 12;

fn read<'a>(
    line: &'a [u8],
    zone: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let mut cursor = Cursor(line);
    let client = cursor.word();
    let Some(stamp) = cursor.bracketed() else {
        return common_log(line, cells);
    };
    let stamp = time::clf_local(stamp, zone).or_else(|| time::clf(stamp));
    let stamp = stamp.ok_or(Problem::Shape)?;
    let frontend = cursor.word();
    let backend = cursor.word();
    let timers = cursor.word();
    if timers.split(|b| *b == b'/').count() != 5 {
        return Err(without_request(frontend, backend, timers));
    }
    let slash = memchr::memchr(b'/', backend).ok_or(Problem::Shape)?;
    let status = cursor.word();
    let bytes = cursor.word();
    for cell in [
        client,
        b"",
        frontend,
        &backend[..slash],
        &backend[slash + 1..],
        timers,
        status,
    ] {
        cells.push(cell);
    }
    cells.push(bytes);
    for _ in 0..5 {
        cells.push(cursor.word());
    }
    let queues = cells.get(REQUEST - 1);
    if memchr::memchr(b'/', queues).is_none() {
        return Err(if cursor.is_at_end() {
            Problem::Cut
        } else {
            Problem::Shape
        });
    }
    take_captured(&mut cursor, cells);
    let request = take_request(&mut cursor, cells)?;
    let mut record = Record {
        time: Some(stamp),
        status: code(status)?,
        bytes: text::bytes(bytes.strip_prefix(b"+").unwrap_or(bytes))?,
        head_counted: true,
        duration_ms: timers.rsplit(|b| *b == b'/').next().and_then(total),
        ..Record::default()
    };
    client::put_with_port(client, &mut record);
    put_request(request, &mut record);
    record.request_id = present(cells.get(REQUEST + 1)).map(decode);
    // HAProxy cuts requests at a length, and the closing quotation mark with them.
    record.cut = request.is_empty() || line.trim_ascii_end().ends_with(request);
    Ok(record)
}

/// Why a line that begins as all do has no five timers.
fn without_request(frontend: &[u8], backend: &[u8], timers: &[u8]) -> Problem {
    let is_timers = |word: &[u8]| {
        let part =
            |part: &[u8]| digits_of::<u64>(part.strip_prefix(b"+").unwrap_or(part)).is_some();
        word.split(|b| *b == b'/').all(|p| p == b"-1" || part(p))
    };
    let is_connection = timers.split(|b| *b == b'/').count() == 3 && is_timers(timers);
    let is_error = memchr::memchr(b'/', frontend).is_some() && frontend.ends_with(b":");
    if is_connection || is_error {
        Problem::NoRequest
    } else if backend.is_empty() || timers.is_empty() {
        Problem::Cut
    } else {
        Problem::Shape
    }
}

/// `{a|b}` and `{c|d}` before the request's quote.
fn take_captured<'a>(cursor: &mut Cursor<'a>, cells: &mut Cells<'a>) {
    for block in 0..2 {
        let Some(body) = cursor.0.trim_ascii_start().strip_prefix(b"{") else {
            return;
        };
        let Some(close) = memchr::memchr(b'}', body) else {
            return;
        };
        let first = CAPTURED + block * MOST_CAPTURED;
        let values = body[..close].split(|b| *b == b'|').take(MOST_CAPTURED);
        for (slot, value) in values.enumerate() {
            cells.put(first + slot, value);
        }
        cursor.0 = &body[close + 1..];
    }
}

/// The request, and what stands behind it: a unique ID, the columns of the `https` log.
fn take_request<'a>(cursor: &mut Cursor<'a>, cells: &mut Cells<'a>) -> Result<&'a [u8], Problem> {
    let rest = cursor.0.trim_ascii_start();
    if rest.is_empty() {
        return Err(Problem::Cut);
    }
    let body = rest.strip_prefix(b"\"").ok_or(Problem::Shape)?;
    let end = memchr::memrchr(b'"', body).unwrap_or(body.len());
    let (request, behind) = body.split_at(end);
    cells.put(REQUEST, request);
    let mut behind = Cursor(behind.strip_prefix(b"\"").unwrap_or(behind));
    while !behind.is_at_end() {
        let word = behind.word();
        let is_ssl = memchr::memchr(b'/', word).is_some();
        cells.put(REQUEST + 1 + usize::from(is_ssl), word);
    }
    Ok(request)
}

fn put_request<'a>(line: &'a [u8], record: &mut Record<'a>) {
    if line == b"<BADREQ>" {
        return;
    }
    if memchr::memchr(b'#', line).is_none() {
        return request::put(line, Escapes::None, record);
    }
    request::put_text(decode(line), record);
}

/// A status of which -1 says that there is none.
fn code(status: &[u8]) -> Result<Option<u16>, Problem> {
    match status {
        b"-1" => Ok(None),
        b"" => Err(Problem::Cut),
        status => text::status(status),
    }
}

/// The last of the timers; a plus says that it went on.
fn total(timer: &[u8]) -> Option<f64> {
    text::milliseconds(timer.strip_prefix(b"+").unwrap_or(timer), 1.0)
}

/// `#HH` for a byte, as captured values and requests have it.
fn decode(value: &[u8]) -> Text<'_> {
    if memchr::memchr(b'#', value).is_none() {
        return value.into();
    }
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let meant = match value.get(at..at + 3) {
            Some(&[b'#', high, low]) => hex(high, low),
            _ => None,
        };
        out.push(meant.unwrap_or(byte));
        at += if meant.is_some() { 3 } else { 1 };
    }
    out.into()
}

/// `option httplog clf`: a common log's line whose further columns are port, part of the second, the two
/// names in quotes, and numbers.
fn common_log<'a>(line: &'a [u8], cells: &mut Cells<'a>) -> Result<Record<'a>, Problem> {
    let (mut record, rest) = Clf::combined().with_rest(line)?;
    let mut cursor = Cursor(rest);
    let port = cursor.word();
    let millis = cursor.word();
    let names: [&[u8]; 3] = std::array::from_fn(|_| cursor.word());
    let is_quoted = |word: &&[u8]| word.len() >= 2 && unquoted(word).len() == word.len() - 2;
    let millis = digits_of::<u16>(millis).filter(|ms| *ms < 1000);
    let (Some(port), Some(millis), true) = (digits_of(port), millis, names.iter().all(is_quoted))
    else {
        return Err(Problem::Shape);
    };
    record.client_port = Some(port);
    record.time = record
        .time
        .map(|time| time.shifted(i64::from(millis) * 1_000_000));
    record.head_counted = true;
    cells.put(2, unquoted(names[0]));
    cells.push(unquoted(names[1]));
    cells.push(unquoted(names[2]));
    // Four timers, then the total.
    (0..4).for_each(|_| _ = cursor.word());
    record.duration_ms = total(cursor.word());
    cells.put(10, unquoted(cursor.word()));
    // Six counts of connections and queues, one more for retries.
    (0..7).for_each(|_| _ = cursor.word());
    cells.put(8, unquoted(cursor.field()));
    cells.put(9, unquoted(cursor.field()));
    let mut slot = 0;
    while !cursor.is_at_end() && slot < MOST_CAPTURED {
        cells.put(CAPTURED + slot, cursor.field());
        slot += 1;
    }
    // What a common log calls the user is always a dash here.
    record.user = None;
    for text in [&mut record.method, &mut record.target] {
        if let Some(escaped) = text.take() {
            let plain = match decode(&escaped) {
                Cow::Owned(plain) => Some(plain),
                Cow::Borrowed(_) => None,
            };
            *text = Some(plain.map_or(escaped, Cow::Owned));
        }
    }
    Ok(record)
}
