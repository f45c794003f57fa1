//! Amazon's load balancers: `alb` (application) and `elb` (classic).
//!
//! Neither has a column for an account. Their time is when the answer was made (for a WebSocket, when it was
//! closed), and their bytes count the answer's head too. The trace is the request's ID; the one of the
//! connection, which later versions add, is the same for many requests and is a column only. Network
//! balancers and connection logs write into the same folders: no request is in them, and the reject says so.

use super::listed::{Cells, Cursor, Layout};
use super::text::{self, Escapes, field, present, unescape};
use super::{Problem, Record, Text, client, request, target, time};

pub(super) const ALB: Layout = Layout {
    name: "alb",
    columns: &[
        "type",
        "time",
        "elb",
        "client:port",
        "target:port",
        "request_processing_time",
        "target_processing_time",
        "response_processing_time",
        "elb_status_code",
        "target_status_code",
        "received_bytes",
        "sent_bytes",
        "request",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
        "target_group_arn",
        "trace_id",
        "domain_name",
        "chosen_cert_arn",
        "matched_rule_priority",
        "request_creation_time",
        "actions_executed",
        "redirect_url",
        "error_reason",
        "target:port_list",
        "target_status_code_list",
        "classification",
        "classification_reason",
        "conn_trace_id",
        "transformed_host",
        "transformed_uri",
        "request_transform_status",
    ],
    user: None,
    headers: &[
        ("User-Agent", "user_agent"),
        ("X-Amzn-Trace-Id", "trace_id"),
    ],
    cookies: &[],
    decode,
    read: alb,
};

pub(super) const ELB: Layout = Layout {
    name: "elb",
    columns: &[
        "time",
        "elb",
        "client:port",
        "backend:port",
        "request_processing_time",
        "backend_processing_time",
        "response_processing_time",
        "elb_status_code",
        "backend_status_code",
        "received_bytes",
        "sent_bytes",
        "request",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
    ],
    user: None,
    headers: &[("User-Agent", "user_agent")],
    cookies: &[],
    decode,
    read: elb,
};

/// Columns of an `elb` line; an `alb` line has its type in front of them.
const TIME: usize = 0;
const CLIENT: usize = 2;
const DURATIONS: std::ops::Range<usize> = 4..7;
const STATUS: usize = 7;
const TARGET_STATUS: usize = 8;
const SENT: usize = 10;
const REQUEST: usize = 11;
const AGENT: usize = 12;
/// Columns that only `alb` has, counted from its type.
const TRACE: usize = 17;
const DOMAIN: usize = 18;

fn alb<'a>(line: &'a [u8], _: chrono_tz::Tz, cells: &mut Cells<'a>) -> Result<Record<'a>, Problem> {
    let mut cursor = Cursor(line);
    let kind = cursor.word();
    match kind {
        b"http" | b"https" | b"h2" | b"grpc" | b"grpcs" | b"ws" | b"wss" => {}
        _ if is_connection(line) => return Err(Problem::NoRequest),
        _ => return Err(Problem::Shape),
    }
    cells.push(kind);
    let mut record = common(&mut cursor, 1, cells)?;
    record.request_id = field(cells.get(TRACE), Escapes::Log);
    record.host = field(cells.get(DOMAIN), Escapes::Log).or(record.host);
    Ok(record)
}

fn elb<'a>(line: &'a [u8], _: chrono_tz::Tz, cells: &mut Cells<'a>) -> Result<Record<'a>, Problem> {
    common(&mut Cursor(line), 0, cells).map_err(|problem| match problem {
        Problem::Shape if is_connection(line) => Problem::NoRequest,
        other => other,
    })
}

/// What both have in common, from the column `first` on.
fn common<'a>(
    cursor: &mut Cursor<'a>,
    first: usize,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    for _ in 0..REQUEST {
        cells.push(cursor.word());
    }
    let cell = |place: usize| cells.get(place + first);
    let has_shape = memchr::memchr(b':', cell(CLIENT)).is_some()
        && [STATUS, TARGET_STATUS].map(cell).into_iter().all(is_status)
        && DURATIONS.map(cell).all(is_duration);
    // Amazon's clock always says when.
    let stamp = time::rfc3339(cell(TIME));
    if !has_shape {
        let is_cut =
            stamp.is_some() && cursor.is_at_end() && DURATIONS.map(cell).all(is_duration_or_none);
        return Err(if is_cut { Problem::Cut } else { Problem::Shape });
    }
    let mut record = Record {
        time: Some(stamp.ok_or(Problem::Time)?),
        status: text::status(cell(STATUS))?,
        bytes: text::bytes(cell(SENT))?,
        duration_ms: duration(DURATIONS.map(cell)),
        head_counted: true,
        ..Record::default()
    };
    client::put_with_port(cell(CLIENT), &mut record);
    if cursor.is_at_end() {
        return Err(Problem::Cut);
    }
    while !cursor.is_at_end() {
        cells.push(cursor.field());
    }
    put_request(cells.get(first + REQUEST), &mut record);
    record.user_agent = field(cells.get(first + AGENT), Escapes::Log);
    Ok(record)
}

/// The request line, whose parts are a dash each where a balancer could not read them: `- http://h:80- -`.
fn put_request<'a>(line: &'a [u8], record: &mut Record<'a>) {
    let line = line.trim_ascii();
    let line = line.strip_suffix(b" -").unwrap_or(line);
    match line.strip_prefix(b"- ") {
        Some(rest) => record.target = field(rest.trim_ascii(), Escapes::Log),
        None => request::put(line, Escapes::Log, record),
    }
    record.host = record.target.as_ref().and_then(host);
}

fn host<'a>(of: &Text<'a>) -> Option<Text<'a>> {
    match of {
        Text::Borrowed(of) => target::Target::read(of)
            .host()
            .and_then(present)
            .map(Text::Borrowed),
        Text::Owned(of) => {
            let host = target::Target::read(of).host().and_then(present)?;
            Some(Text::Owned(host.to_vec()))
        }
    }
}

/// The three durations together; none of them is known when one is not.
fn duration<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Option<f64> {
    let mut sum = 0.0;
    for part in parts {
        sum += text::milliseconds(part, 1000.0)?;
    }
    Some(sum)
}

fn is_status(cell: &[u8]) -> bool {
    cell == b"-" || cell.len() == 3 && cell.iter().all(u8::is_ascii_digit)
}

fn is_duration(cell: &[u8]) -> bool {
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    !cell.is_empty() && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

fn is_duration_or_none(cell: &[u8]) -> bool {
    cell.is_empty() || is_duration(cell)
}

/// Whether the line tells of a connection: `tls 2.0 TIME net/...` of a network balancer, or an
/// application balancer's `TIME CLIENT PORT LISTENER-PORT ...`.
fn is_connection(line: &[u8]) -> bool {
    let mut cursor = Cursor(line);
    let words: [&[u8]; 4] = std::array::from_fn(|_| cursor.word());
    let is_port = |word: &[u8]| text::digits_of::<u16>(word).is_some();
    match words {
        [b"tls" | b"tcp" | b"udp", version, stamp, _] => {
            memchr::memchr(b'.', version).is_some() && time::local(stamp, chrono_tz::UTC).is_some()
        }
        [stamp, who, port, listener] => {
            time::rfc3339(stamp).is_some()
                && client::is_address(who)
                && is_port(port)
                && is_port(listener)
        }
    }
}

fn decode(value: &[u8]) -> Text<'_> {
    unescape(value, Escapes::Log)
}
