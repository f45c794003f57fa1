//! The lines that Rails itself writes: `rails`.
//!
//! ```text
//! I, [STAMP #PID]  INFO -- : [ID] [TAG] Started GET "/a?b=c" for CLIENT at STAMP
//! I, [STAMP #PID]  INFO -- : [ID] [TAG] Completed 200 OK in 5ms (...)
//! ```
//! What stands before the tags depends on the logger and may be missing. A request is told by its first line and answered
//! by its last, which `halves.rs` joins by the first tag, or by the process where there is none. Lines between the two
//! are about the request. Tags are `tag.N`, from 0; of `name=value` the value.

use std::sync::Arc;

use chrono_tz::Tz;

use super::listed::{Cells, Cursor, Layout, Listed};
use super::text::{self, Escapes, present};
use super::{FormatProblem, LineFormat, Problem, Record, State, Text, client, time};
use crate::case::AccountKey;
use crate::words::{SECOND, Stamp};

const RAILS: Layout = Layout {
    name: "rails",
    columns: &[
        "client",
        "pid",
        "started",
        "completed",
        "tag.0",
        "tag.1",
        "tag.2",
        "tag.3",
        "tag.4",
        "tag.5",
        "tag.6",
        "tag.7",
    ],
    user: None,
    headers: &[],
    cookies: &[],
    decode: value,
    read,
};

const TAGS: usize = 4;
const MOST_TAGS: usize = 8;

/// How lines begin that tell of a request between its first and its last.
const BETWEEN: [&[u8]; 13] = [
    b"Processing by ",
    b"Parameters: {",
    b"Rendering ",
    b"Rendered ",
    b"Redirected to ",
    b"Sent file ",
    b"Sent data ",
    b"Streamed ",
    b"Filter chain halted as ",
    b"Unpermitted parameter",
    b"Read fragment ",
    b"Write fragment ",
    b"CACHE ",
];

/// What is raised before any of the application's code runs, and no last line comes; and how Rails answers it.
const RAISED: [(&[u8], u16); 4] = [
    (b"ActionController::RoutingError (", 404),
    (b"ActionController::BadRequest (", 400),
    (b"ActionDispatch::Http::MimeNegotiation::InvalidType (", 406),
    (b"ActionController::UnknownHttpMethod (", 405),
];

/// A line without what its logger puts before it.
struct Message<'a> {
    /// What the logger's own stamp says below an hour, and its fraction.
    fine: Option<(&'a [u8], &'a [u8])>,
    pid: &'a [u8],
    tags: [&'a [u8]; MOST_TAGS],
    text: &'a [u8],
}

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct Rails(Arc<dyn LineFormat>);

impl Rails {
    pub(super) fn new(zone: Tz) -> Rails {
        Rails(Arc::new(Listed::new(&RAILS, zone)))
    }
}

impl LineFormat for Rails {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        self.0
            .bind(key)
            .map(|bound| Arc::new(Rails(bound)) as Arc<dyn LineFormat>)
    }

    fn carries_account(&self) -> bool {
        self.0.carries_account()
    }

    fn read<'a>(&self, state: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        self.0.read(state, line)
    }

    fn keeps_to_itself(&self) -> bool {
        true
    }

    fn directive(&self, _: &mut State, line: &[u8]) -> bool {
        is_between(line)
    }

    fn fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        self.0.fields(state, line)
    }
}

/// Whether a line is about a request that another one begins.
fn is_between(line: &[u8]) -> bool {
    let message = message(line);
    let text = message.text.trim_ascii();
    BETWEEN.iter().any(|begin| text.starts_with(begin))
        || text.is_empty() && !message.pid.is_empty()
}

fn read<'a>(
    line: &'a [u8],
    _: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let message = message(line);
    let mut record = if let Some(rest) = message.text.strip_prefix(b"Started ") {
        started(rest, &message, cells)?
    } else if let Some(rest) = message.text.strip_prefix(b"Completed ") {
        cells.put(3, rest);
        Record {
            status: text::status(Cursor(rest).word())?,
            duration_ms: memchr::memmem::find(rest, b" in ")
                .and_then(|at| Cursor(&rest[at + 4..]).word().strip_suffix(b"ms"))
                .and_then(|number| text::milliseconds(number, 1.0)),
            ..Record::default()
        }
    } else {
        let raised = RAISED
            .iter()
            .find(|(error, _)| message.text.starts_with(error));
        Record {
            status: Some(raised.ok_or(Problem::Shape)?.1),
            ..Record::default()
        }
    };
    if record.status.is_none() && record.target.is_none() {
        return Err(Problem::Shape);
    }
    for (place, tag) in message.tags.iter().enumerate() {
        cells.put(TAGS + place, tag);
    }
    cells.put(1, message.pid);
    let id = match message.tags[0] {
        b"" => message.pid,
        tag => tag,
    };
    record.request_id = Some(id.into());
    Ok(record)
}

/// `GET "/a?b=c" for CLIENT at STAMP`
fn started<'a>(
    rest: &'a [u8],
    message: &Message<'a>,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    let open = memchr::memmem::find(rest, b" \"").ok_or(Problem::Shape)?;
    // A target's own quotes are escaped, and what a client may write stands before this.
    let close = memchr::memmem::rfind(rest, b"\" for ").ok_or(Problem::Cut)?;
    if close < open + 2 {
        return Err(Problem::Shape);
    }
    let at = memchr::memmem::rfind(rest, b" at ").filter(|at| *at > close);
    let at = at.ok_or(Problem::Cut)?;
    let (client, stamp) = (&rest[close + 6..at], &rest[at + 4..]);
    cells.put(0, client);
    cells.put(2, rest);
    let mut record = Record {
        time: Some(finer(stamp_of(stamp).ok_or(Problem::Time)?, message)),
        ..Record::default()
    };
    client::put(client, &mut record);
    record.method = Some(rest[..open].into());
    record.target = text::field(&rest[open + 2..close], Escapes::Log);
    Ok(record)
}

/// `2024-03-12 07:30:02 +0100`
fn stamp_of(text: &[u8]) -> Option<Stamp> {
    let (clock, zone) = text.split_at_checked(19)?;
    let zone = match zone.trim_ascii() {
        b"UTC" => &b"Z"[..],
        zone => zone,
    };
    time::rfc3339(&[clock, zone].concat())
}

/// The stamp with the fraction of the logger's own, which may be on another clock by whole minutes.
fn finer(stamp: Stamp, message: &Message<'_>) -> Stamp {
    let fraction = message.fine.and_then(|(seconds, digits)| {
        let seconds: i64 = text::digits_of::<u32>(seconds)?.into();
        let same = stamp.0.div_euclid(SECOND).rem_euclid(60) == seconds;
        let digits = digits.get(..6)?;
        let micros: i64 = text::digits_of::<u32>(digits)?.into();
        same.then_some(micros * 1000)
    });
    Stamp(stamp.0.saturating_add(fraction.unwrap_or(0)))
}

/// `I, [2024-03-12T07:30:02.123456 #4711]  INFO -- : [TAG] [TAG] TEXT`
fn message(line: &[u8]) -> Message<'_> {
    let mut message = Message {
        fine: None,
        pid: b"",
        tags: [b""; MOST_TAGS],
        text: line,
    };
    let begins = line.len() > 40 && line[1..].starts_with(b", [") && line[0].is_ascii_uppercase();
    if begins
        && let Some(close) = memchr::memchr(b']', &line[..line.len().min(80)])
        && let Some(behind) = memchr::memmem::find(&line[close..], b" -- ")
        && let Some(colon) = memchr::memmem::find(&line[close + behind..], b": ")
        && let Some(hash) = memchr::memchr(b'#', &line[..close])
    {
        let stamp = line[4..hash].trim_ascii();
        message.pid = &line[hash..close];
        message.fine = stamp.get(17..19).zip(stamp.get(20..26));
        message.text = &line[close + behind + colon + 2..];
    }
    let mut place = 0;
    while place < MOST_TAGS
        && let Some(body) = message.text.strip_prefix(b"[")
        && let Some(close) = memchr::memchr(b']', body)
        && matches!(body.get(close + 1), None | Some(b' '))
    {
        message.tags[place] = &body[..close];
        message.text = body.get(close + 2..).unwrap_or_default();
        place += 1;
    }
    message
}

/// A tag's value without its name.
fn value(tag: &[u8]) -> Text<'_> {
    let named = memchr::memchr(b'=', tag).filter(|at| {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        *at > 0 && tag[..*at].iter().all(plain)
    });
    let value = named.map_or(tag, |at| &tag[at + 1..]);
    present(value).unwrap_or_default().into()
}
