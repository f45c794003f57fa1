//! What one line says: the record that every format ends in, and the reasons for which a line is none.
//!
//! Fields are borrowed from the line wherever the log wrote them plainly. What a route or an
//! account is belongs to later rooms.

use serde::{Deserialize, Serialize};

use std::borrow::Cow;

use super::{client, text};
use crate::words::Stamp;

/// Bytes as the client or server meant them: escapes of the log format undone, percent-encoding kept.
pub type Text<'a> = Cow<'a, [u8]>;

/// One request as a line tells it. A field is absent where the log has none or says `-`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// When, in UTC.
    pub time: Option<Stamp>,
    /// The client's address as the log gives it, without port, brackets or zone; behind proxies that
    /// the case trusts, the address that they vouch for.
    pub client: Option<Text<'a>>,
    /// `X-Forwarded-For`, as the log writes it.
    pub forwarded: Option<Text<'a>>,
    /// Whether the client's own column holds that list, so that the peer is not logged.
    pub client_is_list: bool,
    /// The client's port.
    pub client_port: Option<u16>,
    /// The user that the format itself names (`$remote_user`, `%u`, `cs-username`, a JSON `user`).
    pub user: Option<Text<'a>>,
    /// What the case's `account` key picked out of this line, before sessions and aliases.
    pub account: Option<Text<'a>>,
    /// Whether a token stands where the account should, and cannot be decoded.
    pub bad_token: bool,
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
    /// Whether these bytes count the answer's head too, so that its body was smaller by an unknown size.
    pub head_counted: bool,
    /// `Referer`.
    pub referer: Option<Text<'a>>,
    /// `User-Agent`.
    pub user_agent: Option<Text<'a>>,
    /// The request's own ID.
    pub request_id: Option<Text<'a>>,
    /// How long the answer took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// Who wrote the line, where it says so: a host, a container, a balancer.
    pub node: Option<Text<'a>>,
    /// The writer's own number of the line, which counts up by one.
    pub sequence: Option<u64>,
    /// Whether lines written this way have no place for an account at all.
    pub nameless: bool,
    /// Whether the line ends within the target: the last it names may be a part of something else, and more may stand behind.
    pub cut: bool,
}

/// The first line of what goes over several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Began {
    /// Its offset in the content.
    pub at: u64,
    /// How many lines before the last one it stands; other lines may stand between.
    pub lines_back: u64,
    /// Lines that are parts of it, without the last.
    pub parts: u64,
    /// How long that first line is, where it alone is what has to be shown: what stands behind it is of others too.
    pub alone: Option<u64>,
}

impl Began {
    /// How many bytes have to be shown, where the last line stands `at` and is so long.
    pub fn span(&self, at: u64, length: u64) -> u64 {
        let all = length.saturating_add(at.saturating_sub(self.at));
        self.alone.unwrap_or(all)
    }
}

impl<'a> Record<'a> {
    /// Whether nobody could take this for anything but a request.
    pub(super) fn is_telling(&self) -> bool {
        self.time.is_some()
            && self.method.is_some()
            && self.target.is_some()
            && self.status.is_some()
    }

    /// Whether something was answered, and the line does not tell what was asked for.
    pub fn hides_its_target(&self) -> bool {
        const READING: [&[u8]; 6] = [b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"REPORT"];
        let method = self.method.as_deref();
        let nothing = |target: &[u8]| matches!(target, b"" | b"-" | b"*");
        let content = match self.status {
            Some(200 | 203 | 206) => self.bytes != Some(0),
            status => status == Some(304),
        };
        // Other lines of a program have a method of their own.
        method.is_some_and(|method| READING.contains(&method))
            && self.target.as_deref().is_none_or(nothing)
            && content
    }

    /// Whether bytes of its line were overwritten, so that what was read is nobody's word: zeros inside, which no server
    /// writes and which may stand between the halves of two requests; or no name of whoever asked. Taken as it is, the
    /// latter would be an address of its own that saw something beyond every scope. A list of proxies is the client's to
    /// write, so it is left alone.
    pub(super) fn is_overwritten(&self, line: &[u8]) -> bool {
        let names_nobody = self.account.is_none()
            && !self.nameless
            && self.forwarded.is_none()
            && self.client.as_deref().is_some_and(client::is_damaged);
        names_nobody || memchr::memchr(0, text::trim(line)).is_some()
    }

    /// The same, holding its own bytes.
    pub(super) fn into_owned(self) -> Record<'static> {
        let own = |text: Option<Text<'a>>| text.map(|text| Cow::Owned(text.into_owned()));
        Record {
            time: self.time,
            client: own(self.client),
            forwarded: own(self.forwarded),
            client_is_list: self.client_is_list,
            client_port: self.client_port,
            user: own(self.user),
            account: own(self.account),
            bad_token: self.bad_token,
            method: own(self.method),
            target: own(self.target),
            protocol: own(self.protocol),
            host: own(self.host),
            status: self.status,
            bytes: self.bytes,
            head_counted: self.head_counted,
            referer: own(self.referer),
            user_agent: own(self.user_agent),
            request_id: own(self.request_id),
            duration_ms: self.duration_ms,
            node: own(self.node),
            sequence: self.sequence,
            nameless: self.nameless,
            cut: self.cut,
        }
    }
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
    /// A part of a request that a later line completes, or that [`Format::lost`](super::Format::lost)
    /// will tell of.
    Part,
    /// A line that could not be read; counted and kept in `rejects.csv`.
    Problem(Problem),
}

impl Line<'_> {
    /// The same, holding its own bytes.
    pub(super) fn into_owned(self) -> Line<'static> {
        match self {
            Line::Record(record) => Line::Record(record.into_owned()),
            Line::Empty => Line::Empty,
            Line::Directive => Line::Directive,
            Line::Part => Line::Part,
            Line::Problem(problem) => Line::Problem(problem),
        }
    }
}

/// Why a line could not be read. The words are stable: they stand in `rejects.csv` and the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// It tells of a connection or an error, and no request is in it.
    NoRequest,
    /// It is a line of another log (a firewall's, a probe's) that was written to the same place.
    OtherLog,
    /// It reads in more than one way, and which one is meant is the client's to choose.
    Ambiguous,
}

impl Problem {
    /// Every problem, in the order of tables.
    pub const ALL: [Problem; 13] = [
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
        Problem::NoRequest,
        Problem::OtherLog,
        Problem::Ambiguous,
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
            Problem::NoRequest => "no_request",
            Problem::OtherLog => "other_log",
            Problem::Ambiguous => "ambiguous",
        }
    }
}
