//! The lines that uvicorn writes to the console: `uvicorn`.
//!
//! ```text
//! INFO:     CLIENT:PORT - "METHOD TARGET PROTOCOL" STATUS PHRASE
//! ```
//! They have no time: it is the one of what is wrapped around them (a container's log, syslog with a year), and a
//! line without that cannot be placed. They have no size either.

use super::listed::{Cells, Cursor, Layout, plain};
use super::text::{self, Escapes};
use super::{Problem, Record, client, request};

pub(super) const UVICORN: Layout = Layout {
    name: "uvicorn",
    columns: &["client", "request", "status"],
    user: None,
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
    let rest = line.strip_prefix(b"INFO:").unwrap_or(line);
    let mut cursor = Cursor(rest);
    let client = cursor.word();
    let mut record = Record::default();
    client::put_with_port(client, &mut record);
    let body = cursor.0.strip_prefix(b" - \"").ok_or(Problem::Shape)?;
    // Other programs write such lines with a time in front, which this reader would lose.
    if record.client_port.is_none() {
        return Err(Problem::Shape);
    }
    let end = request::end(body).ok_or(Problem::Cut)?;
    let status = Cursor(&body[end + 1..]).word();
    if status.is_empty() {
        return Err(Problem::Cut);
    }
    request::put(&body[..end], Escapes::None, &mut record);
    record.status = text::status(status)?;
    [client, &body[..end], status]
        .into_iter()
        .for_each(|cell| cells.push(cell));
    Ok(record)
}
