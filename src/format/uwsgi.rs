//! The lines that uWSGI writes of requests: `uwsgi`.
//!
//! ```text
//! [pid: N|app: N|req: N/N] CLIENT (USER) {N vars in N bytes} [DAY MON DD HH:MM:SS YYYY] METHOD TARGET => generated N
//! bytes in N msecs (PROTOCOL STATUS) ...
//! ```
//! The time has no zone. Bytes are those of the body.

use super::listed::{Cells, Layout, plain};
use super::text::{self, digits_of, present};
use super::{Problem, Record, client, time};

pub(super) const UWSGI: Layout = Layout {
    name: "uwsgi",
    columns: &[
        "client", "user", "time", "method", "target", "bytes", "msecs", "protocol", "status",
    ],
    user: Some("user"),
    headers: &[],
    cookies: &[],
    decode: plain,
    read,
};

/// What stands between what was asked for and how it was answered.
const ANSWERED: &[u8] = b" => generated ";

fn read<'a>(
    line: &'a [u8],
    zone: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    // Other lines of the server may stand before it.
    let rest = line.strip_prefix(b"[pid: ").ok_or(Problem::Shape)?;
    let (_, rest) = split(rest, b"] ").ok_or(Problem::Cut)?;
    let (who, rest) = split(rest, b" (").ok_or(Problem::Cut)?;
    // A user's name may hold anything; the counts behind it are the server's.
    let (user, rest) = split(rest, b") {").ok_or(Problem::Cut)?;
    let (_, rest) = split(rest, b"} [").ok_or(Problem::Cut)?;
    let (stamp, rest) = split(rest, b"] ").ok_or(Problem::Cut)?;
    // The target is the client's to choose, so the last such words count.
    let answered = memchr::memmem::rfind(rest, ANSWERED).ok_or(Problem::Cut)?;
    let (asked, rest) = (&rest[..answered], &rest[answered + ANSWERED.len()..]);
    let (method, target) = split(asked, b" ").ok_or(Problem::Shape)?;
    let (bytes, rest) = split(rest, b" bytes in ").ok_or(Problem::Cut)?;
    let (taken, rest) = split(rest, b" ").ok_or(Problem::Cut)?;
    let (unit, rest) = split(rest, b" (").ok_or(Problem::Cut)?;
    let (last, _) = split(rest, b")").ok_or(Problem::Cut)?;
    let (protocol, status) = split(last, b" ").ok_or(Problem::Shape)?;
    let all = [
        who, user, stamp, method, target, bytes, taken, protocol, status,
    ];
    all.into_iter().for_each(|cell| cells.push(cell));
    let text = |cell: &'a [u8]| present(cell).map(Into::into);
    let unit = if unit == b"micros" { 0.001 } else { 1.0 };
    let mut record = Record {
        time: Some(time::any(stamp, zone).ok_or(Problem::Time)?),
        method: text(method),
        target: text(target),
        user: text(user),
        protocol: text(protocol),
        status: Some(digits_of(status).ok_or(Problem::Status)?),
        bytes: text::bytes(bytes)?,
        duration_ms: text::milliseconds(taken, unit),
        ..Record::default()
    };
    client::put(who, &mut record);
    Ok(record)
}

/// What stands before the first such text, and what behind it.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}
