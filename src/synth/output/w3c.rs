//! W3C extended lines, as IIS writes them: a header that names the columns, UTC, `+` for blanks.

use chrono::{DateTime, Utc};

use super::layout::Carrier;
use super::{Entry, HOST, session_token};
use crate::synth::rng::Draws;

/// A W3C layout; the order of columns may change when the server starts anew.
pub(super) struct W3cLayout {
    carrier: Carrier,
    orders: [Vec<Column>; 2],
    crlf: bool,
    auto: bool,
}

#[derive(Clone, Copy)]
enum Column {
    Date,
    Time,
    Server,
    Method,
    Stem,
    Query,
    Port,
    User,
    Client,
    Agent,
    Cookie,
    Host,
    Status,
    Substatus,
    Bytes,
    Taken,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Column::Date => "date",
            Column::Time => "time",
            Column::Server => "s-ip",
            Column::Method => "cs-method",
            Column::Stem => "cs-uri-stem",
            Column::Query => "cs-uri-query",
            Column::Port => "s-port",
            Column::User => "cs-username",
            Column::Client => "c-ip",
            Column::Agent => "cs(User-Agent)",
            Column::Cookie => "cs(Cookie)",
            Column::Host => "cs-host",
            Column::Status => "sc-status",
            Column::Substatus => "sc-substatus",
            Column::Bytes => "sc-bytes",
            Column::Taken => "time-taken",
        }
    }
}

impl W3cLayout {
    pub(super) fn new(carrier: Carrier, bytes: bool, draws: &mut Draws) -> W3cLayout {
        let mut first = vec![
            Column::Date,
            Column::Time,
            Column::Server,
            Column::Method,
            Column::Stem,
            Column::Query,
            Column::Port,
            Column::User,
            Column::Client,
            Column::Agent,
        ];
        first.extend((carrier == Carrier::Cookie).then_some(Column::Cookie));
        first.extend([Column::Status, Column::Substatus]);
        first.extend(bytes.then_some(Column::Bytes));
        first.push(Column::Taken);
        let mut second = first.clone();
        if draws.chance(400) {
            // After an update: a column more, the client's address in another place.
            second.retain(|column| !matches!(column, Column::Client));
            second.insert(2, Column::Client);
            second.push(Column::Host);
        }
        let (crlf, auto) = (draws.chance(700), draws.chance(250));
        W3cLayout {
            carrier,
            orders: [first, second],
            crlf,
            auto,
        }
    }

    pub(super) fn case_keys(&self) -> String {
        format!("format = \"{}\"\n", if self.auto { "auto" } else { "w3c" })
    }

    pub(super) fn line_end(&self) -> &'static str {
        if self.crlf { "\r\n" } else { "\n" }
    }

    pub(super) fn header(&self, nth: usize, at: i64) -> Vec<String> {
        let names: Vec<&str> = self.orders[nth % 2]
            .iter()
            .map(|column| column.name())
            .collect();
        vec![
            "#Software: Microsoft Internet Information Services 10.0".to_owned(),
            "#Version: 1.0".to_owned(),
            stamp(at).format("#Date: %Y-%m-%d %H:%M:%S").to_string(),
            format!("#Fields: {}", names.join(" ")),
        ]
    }

    pub(super) fn line(&self, entry: &Entry, nth: usize) -> String {
        let mut line = String::with_capacity(220);
        for column in &self.orders[nth % 2] {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&self.value(*column, entry));
        }
        line
    }

    fn value(&self, column: Column, entry: &Entry) -> String {
        let dash = || "-".to_owned();
        let (stem, query) = match entry.target.split_once('?') {
            Some((stem, query)) => (stem, Some(query)),
            None => (entry.target.as_str(), None),
        };
        match column {
            Column::Date => stamp(entry.at).format("%Y-%m-%d").to_string(),
            Column::Time => stamp(entry.at).format("%H:%M:%S").to_string(),
            Column::Server => "10.0.0.5".to_owned(),
            Column::Method => entry.method.to_owned(),
            Column::Stem => stem.to_owned(),
            Column::Query => query.map_or_else(dash, str::to_owned),
            Column::Port => "443".to_owned(),
            Column::User => match entry.account {
                Some(name) if self.carrier == Carrier::User => name.to_owned(),
                _ => dash(),
            },
            Column::Client => entry.client.to_string(),
            Column::Agent => entry.agent.replace(' ', "+"),
            Column::Cookie => match entry.session {
                Some(session) => {
                    format!("lang=sv;+{}={}", Carrier::COOKIE, session_token(session))
                }
                None => dash(),
            },
            Column::Host => HOST.to_owned(),
            Column::Status => entry.status.to_string(),
            Column::Substatus => "0".to_owned(),
            Column::Bytes => entry.bytes.to_string(),
            Column::Taken => entry.took_ms.to_string(),
        }
    }
}

fn stamp(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}
