//! Text lines of web servers: combined, common, and nginx or Apache patterns of a case's own.
//!
//! A pattern is a list of pieces; the same list writes the lines and spells the pattern for the
//! case file, so the two cannot drift apart.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Stockholm;

use super::layout::Carrier;
use super::{Entry, HOST, session_token};
use crate::synth::rng::Draws;
use crate::synth::settings::LogFormat;

/// A text format.
pub(super) struct TextLayout {
    format: LogFormat,
    carrier: Carrier,
    pieces: Vec<Piece>,
    /// Stamps carry the offset of Stockholm, or of UTC.
    local: bool,
    /// Nothing sent is written `-` and not `0`.
    dash: bool,
    /// The case says `auto`.
    auto: bool,
}

/// Literal text, then a field under the name that the pattern gives it.
struct Piece {
    before: &'static str,
    name: String,
    field: Field,
}

#[derive(Clone, Copy)]
enum Field {
    Client,
    Nothing,
    User,
    Session,
    Cookies,
    Header,
    LocalTime,
    BracketTime,
    IsoTime,
    Request,
    Status,
    Bytes,
    Referer,
    Agent,
    Seconds,
    Micros,
    Host,
}

impl TextLayout {
    pub(super) fn new(
        format: LogFormat,
        carrier: Carrier,
        bytes: bool,
        draws: &mut Draws,
    ) -> TextLayout {
        let variant = draws.chance(500);
        let pieces = match format {
            LogFormat::Nginx => nginx(carrier, bytes, variant),
            LogFormat::Apache => apache(carrier, bytes, variant),
            _ => clf(format == LogFormat::Combined),
        };
        TextLayout {
            format,
            carrier,
            pieces,
            local: draws.chance(600),
            dash: match format {
                LogFormat::Nginx => false,
                LogFormat::Apache => !variant,
                _ => draws.chance(500),
            },
            auto: draws.chance(250),
        }
    }

    pub(super) fn case_keys(&self) -> String {
        match self.format {
            LogFormat::Nginx | LogFormat::Apache => {
                let spell = |piece: &Piece| format!("{}{}", piece.before, piece.name);
                let pattern: String = self.pieces.iter().map(spell).collect();
                let tail = if self.opens_quote() { "\"" } else { "" };
                format!("pattern = '{pattern}{tail}'\n")
            }
            _ if self.auto => "format = \"auto\"\n".to_owned(),
            format => format!("format = \"{format}\"\n"),
        }
    }

    /// Whether the last field stands in quotes that only the end of the line closes.
    fn opens_quote(&self) -> bool {
        self.pieces
            .last()
            .is_some_and(|piece| piece.before.ends_with('"'))
    }

    pub(super) fn line(&self, entry: &Entry) -> String {
        let mut line = String::with_capacity(200);
        for piece in &self.pieces {
            line.push_str(piece.before);
            line.push_str(&self.value(piece.field, entry));
        }
        if self.opens_quote() {
            line.push('"');
        }
        line
    }

    /// A TLS hello on the plain port.
    pub(super) fn noise(&self, at: i64) -> String {
        let entry = Entry {
            at,
            client: crate::synth::clients::outside(66),
            account: None,
            session: None,
            method: "",
            target: String::new(),
            status: 400,
            bytes: 157,
            referer: None,
            agent: "-",
            took_ms: 0,
        };
        self.line(&entry)
    }

    fn value(&self, field: Field, entry: &Entry) -> String {
        let dash = || "-".to_owned();
        let account = |carrier: Carrier| match entry.account {
            Some(name) if self.carrier == carrier => name.to_owned(),
            _ => dash(),
        };
        match field {
            Field::Client => entry.client.to_string(),
            Field::Nothing => dash(),
            Field::User => account(Carrier::User),
            Field::Header => account(Carrier::Header),
            Field::Session => entry.session.map_or_else(dash, session_token),
            Field::Cookies => match entry.session {
                Some(session) => format!("lang=sv; {}={}", Carrier::COOKIE, session_token(session)),
                None => dash(),
            },
            Field::LocalTime => self.time(entry.at, "%d/%b/%Y:%H:%M:%S %z"),
            Field::BracketTime => self.time(entry.at, "[%d/%b/%Y:%H:%M:%S %z]"),
            Field::IsoTime => self.time(entry.at, "%Y-%m-%dT%H:%M:%S%:z"),
            Field::Request if entry.method.is_empty() => "\\x16\\x03\\x01\\x02".to_owned(),
            Field::Request => format!("{} {} HTTP/1.1", entry.method, entry.target),
            Field::Status => entry.status.to_string(),
            Field::Bytes if self.dash && entry.bytes == 0 => dash(),
            Field::Bytes => entry.bytes.to_string(),
            Field::Referer => entry.referer.unwrap_or("-").to_owned(),
            Field::Agent => entry.agent.to_owned(),
            Field::Seconds => format!("{}.{:03}", entry.took_ms / 1000, entry.took_ms % 1000),
            Field::Micros => (entry.took_ms * 1000 + 7).to_string(),
            Field::Host => HOST.to_owned(),
        }
    }

    fn time(&self, at: i64, form: &str) -> String {
        let utc = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
        match self.local {
            true => utc.with_timezone(&Stockholm).format(form).to_string(),
            false => utc.format(form).to_string(),
        }
    }
}

fn piece(before: &'static str, name: &str, field: Field) -> Piece {
    Piece {
        before,
        name: name.to_owned(),
        field,
    }
}

fn clf(combined: bool) -> Vec<Piece> {
    let mut pieces = vec![
        piece("", "", Field::Client),
        piece(" ", "", Field::Nothing),
        piece(" ", "", Field::User),
        piece(" [", "", Field::LocalTime),
        piece("] \"", "", Field::Request),
        piece("\" ", "", Field::Status),
        piece(" ", "", Field::Bytes),
    ];
    if combined {
        pieces.push(piece(" \"", "", Field::Referer));
        pieces.push(piece("\" \"", "", Field::Agent));
    }
    pieces
}

fn nginx(carrier: Carrier, bytes: bool, iso: bool) -> Vec<Piece> {
    let (name, field) = match carrier {
        Carrier::Cookie if iso => ("$http_cookie", Field::Cookies),
        Carrier::Cookie => ("$cookie_sid", Field::Session),
        Carrier::Header => ("$http_x_account", Field::Header),
        Carrier::User | Carrier::Query => ("$remote_user", Field::User),
    };
    let sent = |before| piece(before, "$body_bytes_sent", Field::Bytes);
    let mut pieces = Vec::new();
    if iso {
        pieces.push(piece("", "$time_iso8601", Field::IsoTime));
        pieces.push(piece(" ", "$status", Field::Status));
        pieces.extend(bytes.then(|| sent(" ")));
        pieces.push(piece(" ", "$remote_addr", Field::Client));
        pieces.push(piece(" ", "$host", Field::Host));
        pieces.push(piece(" \"", "$request", Field::Request));
        pieces.push(piece("\" rt=", "$request_time", Field::Seconds));
        pieces.push(piece(" account=\"", name, field));
    } else {
        pieces.push(piece("", "$remote_addr", Field::Client));
        pieces.push(piece(" - ", name, field));
        pieces.push(piece(" [", "$time_local", Field::LocalTime));
        pieces.push(piece("] \"", "$request", Field::Request));
        pieces.push(piece("\" ", "$status", Field::Status));
        pieces.extend(bytes.then(|| sent(" ")));
        pieces.push(piece(" \"", "$http_referer", Field::Referer));
        pieces.push(piece("\" \"", "$http_user_agent", Field::Agent));
    }
    pieces
}

fn apache(carrier: Carrier, bytes: bool, host: bool) -> Vec<Piece> {
    let (name, field) = match carrier {
        Carrier::Cookie if host => ("%{Cookie}i", Field::Cookies),
        Carrier::Cookie => ("%{sid}C", Field::Session),
        Carrier::Header => ("%{X-Account}i", Field::Header),
        Carrier::User | Carrier::Query => ("%u", Field::User),
    };
    let mut pieces = Vec::new();
    if host {
        pieces.push(piece("", "%v", Field::Host));
        pieces.push(piece(" ", "%a", Field::Client));
        pieces.push(piece(" \"", name, field));
        // Apache writes the brackets itself: `%t` stands for them and the stamp.
        pieces.push(piece("\" ", "%t", Field::BracketTime));
    } else {
        pieces.push(piece("", "%h", Field::Client));
        pieces.push(piece(" ", "%l", Field::Nothing));
        pieces.push(piece(" ", name, field));
        pieces.push(piece(" ", "%t", Field::BracketTime));
    }
    pieces.push(piece(" \"", "%r", Field::Request));
    pieces.push(piece("\" ", "%>s", Field::Status));
    pieces.extend(bytes.then(|| piece(" ", if host { "%B" } else { "%b" }, Field::Bytes)));
    pieces.push(piece(" ", "%D", Field::Micros));
    pieces.push(piece(" \"", "%{User-Agent}i", Field::Agent));
    pieces
}
