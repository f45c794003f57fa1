//! Chooses how this case's lines are written, and says it to the case file.

use super::Entry;
use super::json::JsonLayout;
use super::text::TextLayout;
use super::w3c::W3cLayout;
use crate::synth::rng::{Draws, Topic};
use crate::synth::settings::LogFormat;

/// Where a line says who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::synth) enum Carrier {
    /// The format's own user field.
    User,
    /// A session cookie, which `sessions.csv` resolves.
    Cookie,
    /// A header that the platform's gateway sets.
    Header,
    /// A query parameter.
    Query,
}

impl Carrier {
    /// Name of the cookie.
    pub(super) const COOKIE: &'static str = "sid";
    /// Name of the header.
    pub(super) const HEADER: &'static str = "X-Account";
    /// Name of the query parameter.
    pub(in crate::synth) const QUERY: &'static str = "acct";

    pub(in crate::synth) fn word(self) -> &'static str {
        match self {
            Carrier::User => "user field",
            Carrier::Cookie => "session cookie",
            Carrier::Header => "header",
            Carrier::Query => "query parameter",
        }
    }
}

/// How lines are written.
pub(in crate::synth) struct Layout {
    pub(in crate::synth) format: LogFormat,
    pub(in crate::synth) carrier: Carrier,
    /// Whether lines carry a byte count.
    pub(in crate::synth) bytes: bool,
    kind: Kind,
}

enum Kind {
    Text(TextLayout),
    W3c(W3cLayout),
    Json(JsonLayout),
}

impl Layout {
    /// The seed's layout of a format.
    pub(in crate::synth) fn choose(seed: u64, format: LogFormat, no_bytes: bool) -> Layout {
        let mut draws = Draws::new(seed, Topic::Layout, 1, 0);
        let carrier = match format {
            LogFormat::Combined | LogFormat::Common | LogFormat::Json => {
                draws.one_of([Carrier::User, Carrier::User, Carrier::User, Carrier::Query])
            }
            LogFormat::W3c => draws.one_of([Carrier::User, Carrier::User, Carrier::Cookie]),
            LogFormat::Nginx | LogFormat::Apache => draws.one_of([
                Carrier::User,
                Carrier::Cookie,
                Carrier::Header,
                Carrier::Query,
            ]),
        };
        let fixed = matches!(format, LogFormat::Combined | LogFormat::Common);
        let bytes = (fixed || !draws.chance(200)) && !no_bytes;
        let kind = match format {
            LogFormat::W3c => Kind::W3c(W3cLayout::new(carrier, bytes, &mut draws)),
            LogFormat::Json => Kind::Json(JsonLayout::new(carrier, bytes, &mut draws)),
            _ => Kind::Text(TextLayout::new(format, carrier, bytes, &mut draws)),
        };
        Layout {
            format,
            carrier,
            bytes,
            kind,
        }
    }

    /// Whether the log can show a target in its absolute form.
    pub(in crate::synth) fn shows_host(&self) -> bool {
        !matches!(self.kind, Kind::W3c(_))
    }

    /// Whether the server writes 499 and 206 with how much was sent.
    pub(in crate::synth) fn tells_cuts(&self) -> bool {
        self.bytes && matches!(self.format, LogFormat::Nginx | LogFormat::Json)
    }

    /// The lines about the log that a new file (the `nth`) begins with.
    pub(super) fn header(&self, nth: usize, at: i64) -> Vec<String> {
        match &self.kind {
            Kind::W3c(layout) => layout.header(nth, at),
            _ => Vec::new(),
        }
    }

    /// The line of a request in the `nth` file, with its end.
    pub(super) fn line(&self, entry: &Entry, nth: usize) -> String {
        let (mut line, end) = match &self.kind {
            Kind::Text(layout) => (layout.line(entry), "\n"),
            Kind::Json(layout) => (layout.line(entry), "\n"),
            Kind::W3c(layout) => (layout.line(entry, nth), layout.line_end()),
        };
        line.push_str(end);
        line
    }

    /// What a broken line looks like here; never one that the format could hold.
    pub(super) fn garbage(&self, draws: &mut Draws) -> String {
        let text = match &self.kind {
            Kind::Json(_) => draws.one_of([
                "{\"time\":\"2021-09",
                "upstream timed out",
                "{\"status\":200,,}",
                "level=warn msg=\"buffer full\"",
            ]),
            _ => draws.one_of([
                "upstream timed out",
                "10.20.3.4 - -",
                "kernel: oom",
                "\u{fffd}\u{fffd} ... \u{fffd}",
            ]),
        };
        format!("{text}{}", self.line_end())
    }

    /// A scanner's bytes where a request should stand: a record, though of nothing.
    pub(super) fn noise(&self, at: i64) -> Option<String> {
        match &self.kind {
            Kind::Text(layout) => Some(layout.noise(at) + "\n"),
            _ => None,
        }
    }

    pub(super) fn line_end(&self) -> &'static str {
        match &self.kind {
            Kind::W3c(layout) => layout.line_end(),
            _ => "\n",
        }
    }

    /// The keys of `[[source]]` that say how lines are written.
    pub(super) fn case_keys(&self) -> String {
        let account = match self.carrier {
            Carrier::User => None,
            Carrier::Cookie => Some(format!("cookie:{}", Carrier::COOKIE)),
            Carrier::Header => Some(format!("header:{}", Carrier::HEADER)),
            Carrier::Query => Some(format!("query:{}", Carrier::QUERY)),
        };
        let (format, user) = match &self.kind {
            Kind::Text(layout) => (layout.case_keys(), Some("remote_user")),
            Kind::W3c(layout) => (layout.case_keys(), Some("cs-username")),
            Kind::Json(layout) => (layout.case_keys(), None),
        };
        match account.or(user.map(str::to_owned)) {
            Some(account) => format!("{format}account = \"{account}\"\n"),
            None => format,
        }
    }
}
