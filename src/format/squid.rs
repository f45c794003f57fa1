//! Squid's native log: `squid`.
//!
//! ```text
//! SECONDS.MILLIS DURATION CLIENT RESULT/STATUS BYTES METHOD URL USER HIERARCHY/PEER TYPE
//! ```
//! The time is when the answer was sent to its end, the bytes count its head. A `CONNECT` names a host and a port
//! only: what went through it is not in the log.

use super::listed::{Cells, Cursor, Layout, plain};
use super::text::{self, digits_of, present};
use super::{Problem, Record, client, time};

pub(super) const SQUID: Layout = Layout {
    name: "squid",
    columns: &[
        "time",
        "duration",
        "client",
        "result",
        "status",
        "bytes",
        "method",
        "url",
        "user",
        "hierarchy",
        "content_type",
    ],
    user: Some("user"),
    headers: &[],
    cookies: &[],
    decode: plain,
    read,
};

fn read<'a>(
    line: &'a [u8],
    _: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let mut cursor = Cursor(line);
    let [written, duration, client]: [&[u8]; 3] = std::array::from_fn(|_| cursor.word());
    let is_stamp = memchr::memchr(b'.', written).is_some_and(|point| point + 4 == written.len());
    let stamp = time::epoch(written)
        .filter(|_| is_stamp)
        .ok_or(Problem::Shape)?;
    let result = cursor.word();
    let [bytes, method, url, user, hierarchy, kind]: [&[u8]; 6] =
        std::array::from_fn(|_| cursor.word());
    let slash = memchr::memchr(b'/', result);
    if hierarchy.is_empty() {
        let is_cut = result.is_empty() || slash.is_some();
        return Err(if is_cut { Problem::Cut } else { Problem::Shape });
    }
    let slash = slash.filter(|_| {
        digits_of::<i64>(duration).is_some() && memchr::memchr(b'/', hierarchy).is_some()
    });
    let slash = slash.ok_or(Problem::Shape)?;
    let status = &result[slash + 1..];
    let all = [
        written,
        duration,
        client,
        &result[..slash],
        status,
        bytes,
        method,
        url,
        user,
        hierarchy,
        kind,
    ];
    all.into_iter().for_each(|cell| cells.push(cell));
    let text = |cell: &'a [u8]| present(cell).map(Into::into);
    let mut record = Record {
        time: Some(stamp),
        method: text(method).filter(|_| method != b"NONE"),
        target: text(url),
        user: text(user),
        status: text::status(status)?,
        bytes: text::bytes(bytes)?,
        head_counted: true,
        duration_ms: text::milliseconds(duration, 1.0),
        ..Record::default()
    };
    client::put(client, &mut record);
    Ok(record)
}
