//! Envoy's default text, `envoy`, and what Istio makes of it, `istio`: one reader, as the columns tell them apart.
//!
//! ```text
//! [TIME] "METHOD PATH PROTOCOL" STATUS FLAGS ... RECEIVED SENT MILLISECONDS UPSTREAM-TIME
//!     "FORWARDED" "AGENT" "REQUEST-ID" "AUTHORITY" "UPSTREAM" [CLUSTER FROM LOCAL REMOTE SNI ROUTE]
//! ```
//! Between the flags and the bytes Istio has reasons, by version two or three of them. Nothing is escaped, so
//! what the client chose, its agent and the list of addresses, is cut out from both sides. Envoy
//! does not say who connected: the client is then the first of the list, which is the client's own
//! word. Two sidecars log the same request, with the same ID.

use super::listed::{Cells, Cursor, Layout, plain};
use super::text::{self, Escapes, present};
use super::{Problem, Record, client, request, time};

const COLUMNS: &[&str] = &[
    "start_time",
    "request",
    "response_code",
    "response_flags",
    "bytes_received",
    "bytes_sent",
    "duration",
    "upstream_service_time",
    "x_forwarded_for",
    "user_agent",
    "request_id",
    "authority",
    "upstream_host",
    "upstream_cluster",
    "upstream_local_address",
    "downstream_local_address",
    "downstream_remote_address",
    "requested_server_name",
    "route_name",
    "response_code_details",
    "connection_termination_details",
    "upstream_transport_failure_reason",
];

const HEADERS: &[(&str, &str)] = &[
    ("X-Forwarded-For", "x_forwarded_for"),
    ("User-Agent", "user_agent"),
    ("X-Request-Id", "request_id"),
    (":authority", "authority"),
    ("Host", "authority"),
];

pub(super) const ENVOY: Layout = Layout {
    name: "envoy",
    columns: COLUMNS,
    user: None,
    headers: HEADERS,
    cookies: &[],
    decode: plain,
    read,
};

pub(super) const ISTIO: Layout = Layout {
    name: "istio",
    ..ENVOY
};

const STATUS: usize = 2;
const SENT: usize = 5;
const DURATION: usize = 6;
const FORWARDED: usize = 8;
const AGENT: usize = 9;
const REQUEST_ID: usize = 10;
const AUTHORITY: usize = 11;
const UPSTREAM: usize = 12;
const REMOTE: usize = 16;
const REASONS: usize = 19;

fn read<'a>(
    line: &'a [u8],
    _: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let mut cursor = Cursor(line);
    let stamp = cursor.bracketed().ok_or(Problem::Shape)?;
    let body = cursor.0.strip_prefix(b" \"").ok_or(Problem::Shape)?;
    let end = request::end(body).ok_or(Problem::Cut)?;
    let line = &body[..end];
    let mut cursor = Cursor(&body[end + 1..]);
    cells.push(stamp);
    cells.push(line);
    cells.push(cursor.word());
    cells.push(cursor.word());
    let stamp = time::rfc3339(stamp).ok_or(Problem::Time)?;
    take_numbers(&mut cursor, cells)?;
    take_quoted(cursor.0.trim_ascii_start(), cells).ok_or(Problem::Cut)?;

    let mut record = Record {
        time: Some(stamp),
        status: text::status(cells.get(STATUS))?,
        bytes: text::bytes(cells.get(SENT))?,
        duration_ms: text::milliseconds(cells.get(DURATION), 1.0),
        ..Record::default()
    };
    put_request(line, &mut record);
    let text = |place| present(cells.get(place)).map(Into::into);
    record.user_agent = text(AGENT);
    record.request_id = text(REQUEST_ID);
    record.host = text(AUTHORITY);
    if let Some(remote) = present(cells.get(REMOTE)) {
        client::put_with_port(remote, &mut record);
    }
    client::put_forwarded(text(FORWARDED), &mut record);
    Ok(record)
}

/// A connection has no method and no path: `- - -`.
fn put_request<'a>(line: &'a [u8], record: &mut Record<'a>) {
    let line = line.strip_suffix(b" -").unwrap_or(line);
    match line.strip_prefix(b"- ") {
        Some(path) => record.target = present(path).map(Into::into),
        None => request::put(line, Escapes::None, record),
    }
}

/// The reasons, and the four numbers that stand before the first of the quoted columns: the place is
/// told by them, as the number of reasons is not the same in all versions.
fn take_numbers<'a>(cursor: &mut Cursor<'a>, cells: &mut Cells<'a>) -> Result<(), Problem> {
    let mut reasons: [&[u8]; 3] = [b""; 3];
    for found in 0..=reasons.len() {
        let mut ahead = Cursor(cursor.0);
        let numbers: [&[u8]; 4] = std::array::from_fn(|_| ahead.word());
        if numbers.iter().all(|word| is_number(word)) && ahead.0.starts_with(b" \"") {
            cells.put(REASONS, reasons[0]);
            // Two reasons are those of old versions: the mixer's word and the last of the three.
            let last = if found == 2 {
                [b"", reasons[1]]
            } else {
                [reasons[1], reasons[2]]
            };
            last.into_iter().for_each(|reason| cells.push(reason));
            cells.put(SENT - 1, numbers[0]);
            numbers[1..].iter().for_each(|number| cells.push(number));
            cursor.0 = ahead.0;
            return Ok(());
        }
        if ahead.is_at_end() {
            return Err(Problem::Cut);
        }
        if let Some(reason) = reasons.get_mut(found) {
            *reason = cursor.field();
        }
    }
    Err(Problem::Shape)
}

fn is_number(word: &[u8]) -> bool {
    word == b"-" || text::digits_of::<u64>(word).is_some()
}

/// The five quoted columns and the words behind them, from both ends: authority, ID and the upstream's
/// name can hold no quote, agent and list can.
fn take_quoted<'a>(rest: &'a [u8], cells: &mut Cells<'a>) -> Option<()> {
    const BETWEEN: &[u8] = b"\" \"";
    let body = rest.strip_prefix(b"\"")?;
    let end = memchr::memrchr(b'"', body)?;
    let mut quoted = &body[..end];
    let mut last_three: [&[u8]; 3] = [b""; 3];
    for slot in last_three.iter_mut().rev() {
        let at = memchr::memmem::rfind(quoted, BETWEEN)?;
        *slot = &quoted[at + BETWEEN.len()..];
        quoted = &quoted[..at];
    }
    let at = memchr::memmem::find(quoted, BETWEEN)?;
    cells.put(FORWARDED, &quoted[..at]);
    cells.push(&quoted[at + BETWEEN.len()..]);
    last_three.into_iter().for_each(|cell| cells.push(cell));
    let mut cursor = Cursor(&body[end + 1..]);
    let mut place = UPSTREAM + 1;
    while !cursor.is_at_end() && place < REASONS {
        cells.put(place, cursor.word());
        place += 1;
    }
    Some(())
}
