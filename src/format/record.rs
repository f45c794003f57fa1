//! What one line says: the record that every format ends in, and the reasons for which a line is none.
//!
//! Fields are borrowed from the line wherever the log wrote them plainly. What a route or an
//! account is belongs to later rooms.

use std::borrow::Cow;

use crate::words::Stamp;

/// Bytes as the client or server meant them: escapes of the log format undone, percent-encoding kept.
pub type Text<'a> = Cow<'a, [u8]>;

/// One request as a line tells it. A field is absent where the log has none or says `-`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// When, in UTC.
    pub time: Option<Stamp>,
    /// The client's address as the log gives it, without port, brackets or zone.
    pub client: Option<Text<'a>>,
    /// The client's port.
    pub client_port: Option<u16>,
    /// The user that the format itself names (`$remote_user`, `%u`, `cs-username`, a JSON `user`).
    pub user: Option<Text<'a>>,
    /// What the case's `account` key picked out of this line, before sessions and aliases.
    pub account: Option<Text<'a>>,
    /// Request method.
    pub method: Option<Text<'a>>,
    /// Request target, undecoded: path and query, or the absolute form.
    pub target: Option<Text<'a>>,
    /// `HTTP/1.1` and the like.
    pub protocol: Option<Text<'a>>,
    /// Host that was asked.
    pub host: Option<Text<'a>>,
    /// Answer's status.
    pub status: Option<u16>,
    /// Bytes of the answer as the log counts them.
    pub bytes: Option<u64>,
    /// `Referer`.
    pub referer: Option<Text<'a>>,
    /// `User-Agent`.
    pub user_agent: Option<Text<'a>>,
    /// The request's own ID.
    pub request_id: Option<Text<'a>>,
    /// How long the answer took, in milliseconds.
    pub duration_ms: Option<f64>,
}

/// What a line turned out to be.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every line is a record, and a box would be an allocation for each"
)]
pub enum Line<'a> {
    /// A request.
    Record(Record<'a>),
    /// Nothing but white space (or NULs that a crash left behind).
    Empty,
    /// A line about the log, such as `#Fields:`.
    Directive,
    /// A line that could not be read; counted and kept in `rejects.csv`.
    Problem(Problem),
}

/// Why a line could not be read. The words are stable: they stand in `rejects.csv` and the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// It does not have the shape of its format.
    Shape,
    /// Its time cannot be read.
    Time,
    /// It carries no time at all.
    NoTime,
    /// Its status is no number.
    Status,
    /// Its byte count is no number.
    Bytes,
    /// It is not valid JSON.
    Json,
    /// It has more or fewer columns than its header says.
    Columns,
    /// It stands before any header that would name its columns.
    NoHeader,
    /// It ends before its fields do.
    Cut,
    /// It is longer than the limit; its first bytes are kept.
    TooLong,
}

impl Problem {
    /// Every problem, in the order of tables.
    pub const ALL: [Problem; 10] = [
        Problem::Shape,
        Problem::Time,
        Problem::NoTime,
        Problem::Status,
        Problem::Bytes,
        Problem::Json,
        Problem::Columns,
        Problem::NoHeader,
        Problem::Cut,
        Problem::TooLong,
    ];

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Problem::Shape => "shape",
            Problem::Time => "time",
            Problem::NoTime => "no_time",
            Problem::Status => "status",
            Problem::Bytes => "bytes",
            Problem::Json => "json",
            Problem::Columns => "columns",
            Problem::NoHeader => "no_header",
            Problem::Cut => "cut",
            Problem::TooLong => "too_long",
        }
    }
}
