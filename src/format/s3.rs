//! Amazon S3's server access logs: `s3`.
//!
//! Columns were added at the end over the years, and Amazon says that more will be. The requester is the
//! account. Lines without a request (a deletion that is a part of another one, an expiry) say `-` for it and name
//! only the key: they ask for nothing. A user agent is written as it was sent, so it is found from
//! the right, where no column has a quote.

use super::listed::{Cells, Cursor, Layout, plain};
use super::text::{self, Escapes, field, present};
use super::{Problem, Record, client, request, time};

pub(super) const S3: Layout = Layout {
    name: "s3",
    columns: &[
        "bucket_owner",
        "bucket",
        "time",
        "remote_ip",
        "requester",
        "request_id",
        "operation",
        "key",
        "request_uri",
        "http_status",
        "error_code",
        "bytes_sent",
        "object_size",
        "total_time",
        "turn_around_time",
        "referer",
        "user_agent",
        "version_id",
        "host_id",
        "signature_version",
        "cipher_suite",
        "authentication_type",
        "host_header",
        "tls_version",
        "access_point_arn",
        "acl_required",
        "source_region",
    ],
    user: Some("requester"),
    headers: &[
        ("Host", "host_header"),
        ("Referer", "referer"),
        ("User-Agent", "user_agent"),
    ],
    cookies: &[],
    decode: plain,
    read,
};

const CLIENT: usize = 3;
const REQUESTER: usize = 4;
const REQUEST_ID: usize = 5;
const STATUS: usize = 9;
const BYTES: usize = 11;
const TOTAL_TIME: usize = 13;
const REFERER: usize = 15;
const AGENT: usize = 16;
const HOST: usize = 22;

fn read<'a>(
    line: &'a [u8],
    _: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let mut cursor = Cursor(line);
    cells.push(cursor.word());
    cells.push(cursor.word());
    let stamp = cursor.bracketed().ok_or(Problem::Shape)?;
    cells.push(stamp);
    // Client, requester, request ID, operation, key.
    for _ in 0..5 {
        cells.push(cursor.word());
    }
    let is_operation = memchr::memchr(b'.', cells.get(6)).is_some();
    let stamp = time::clf(stamp).ok_or(Problem::Time);
    if !is_operation {
        let is_cut = stamp.is_ok() && cursor.is_at_end();
        return Err(if is_cut { Problem::Cut } else { Problem::Shape });
    }
    let line = take_request(&mut cursor)?;
    cells.push(line);
    for _ in STATUS..REFERER {
        cells.push(cursor.word());
    }
    take_tail(cursor.0.trim_ascii_start(), cells);
    if cells.get(BYTES).is_empty() {
        return Err(Problem::Cut);
    }
    let mut record = Record {
        time: Some(stamp?),
        status: text::status(cells.get(STATUS))?,
        bytes: text::bytes(cells.get(BYTES))?,
        duration_ms: text::milliseconds(cells.get(TOTAL_TIME), 1.0),
        ..Record::default()
    };
    client::put(cells.get(CLIENT), &mut record);
    request::put(line, Escapes::None, &mut record);
    let text = |place| present(cells.get(place)).map(Into::into);
    record.user = text(REQUESTER);
    record.request_id = text(REQUEST_ID);
    record.referer = text(REFERER);
    record.user_agent = field(cells.get(AGENT), Escapes::None);
    record.host = text(HOST);
    Ok(record)
}

/// The request without its quotes; a dash that stands for none has no quotes either.
fn take_request<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], Problem> {
    let rest = cursor.0.trim_ascii_start();
    let Some(body) = rest.strip_prefix(b"\"") else {
        let word = cursor.word();
        return match word {
            b"-" => Ok(word),
            b"" => Err(Problem::Cut),
            _ => Err(Problem::Shape),
        };
    };
    let end = request::end(body).ok_or(Problem::Cut)?;
    cursor.0 = &body[end + 1..];
    Ok(&body[..end])
}

/// Referer, user agent, and the columns behind them.
fn take_tail<'a>(rest: &'a [u8], cells: &mut Cells<'a>) {
    let between = |text: &[u8]| memchr::memmem::find(text, b"\" \"");
    let quoted = rest.strip_prefix(b"\"").and_then(|body| {
        let end = memchr::memrchr(b'"', body)?;
        let middle = between(&body[..end])?;
        Some((&body[..middle], &body[middle + 3..end], &body[end + 1..]))
    });
    let mut cursor = Cursor(rest);
    match quoted {
        Some((referer, agent, behind)) => {
            cells.push(referer);
            cells.push(agent);
            cursor = Cursor(behind);
        }
        None => {
            cells.push(cursor.field());
            cells.push(cursor.field());
        }
    }
    while !cursor.is_at_end() {
        cells.push(cursor.word());
    }
}
