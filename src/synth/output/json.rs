//! JSON lines under names that only a field map tells: nested, flat, or with dots in the keys.

use chrono::{DateTime, Utc};

use super::Entry;
use super::layout::Carrier;
use crate::synth::rng::Draws;

/// A JSON layout.
pub(super) struct JsonLayout {
    carrier: Carrier,
    bytes: bool,
    names: &'static Names,
    clock: Clock,
    /// Numbers stand in quotes.
    quoted: bool,
    /// What stands for nobody: `null`, `""`, `"-"`, or no key at all.
    nobody: Option<&'static str>,
}

/// Paths as the field map writes them.
struct Names {
    time: &'static str,
    account: &'static str,
    asked: Asked,
    status: &'static str,
    bytes: &'static str,
    client: &'static str,
    agent: &'static str,
    /// Dots in paths are objects inside objects, or just part of the key.
    nested: bool,
}

enum Asked {
    Parts {
        method: &'static str,
        target: &'static str,
    },
    Line {
        request: &'static str,
    },
}

#[derive(Clone, Copy)]
enum Clock {
    Rfc3339,
    Seconds,
    Millis,
    Micros,
    Nanos,
}

const NAMES: [Names; 4] = [
    Names {
        time: "ts",
        account: "user.id",
        asked: Asked::Parts {
            method: "request.method",
            target: "request.uri",
        },
        status: "status",
        bytes: "size",
        client: "request.remote_ip",
        agent: "request.agent",
        nested: true,
    },
    Names {
        time: "when",
        account: "login",
        asked: Asked::Line { request: "req" },
        status: "code",
        bytes: "sent",
        client: "addr",
        agent: "ua",
        nested: false,
    },
    Names {
        time: "@timestamp",
        account: "user.name",
        asked: Asked::Parts {
            method: "http.request.method",
            target: "url.original",
        },
        status: "http.response.status_code",
        bytes: "http.response.body.bytes",
        client: "client.ip",
        agent: "user_agent.original",
        nested: false,
    },
    Names {
        time: "event.at",
        account: "event.actor",
        asked: Asked::Parts {
            method: "event.verb",
            target: "event.url",
        },
        status: "event.result",
        bytes: "event.length",
        client: "event.source",
        agent: "event.program",
        nested: true,
    },
];

impl JsonLayout {
    pub(super) fn new(carrier: Carrier, bytes: bool, draws: &mut Draws) -> JsonLayout {
        JsonLayout {
            carrier,
            bytes,
            names: &NAMES[draws.index(NAMES.len())],
            clock: draws.one_of([
                Clock::Rfc3339,
                Clock::Rfc3339,
                Clock::Seconds,
                Clock::Millis,
                Clock::Micros,
                Clock::Nanos,
            ]),
            quoted: draws.chance(300),
            nobody: draws.one_of([Some("null"), Some("\"\""), Some("\"-\""), None]),
        }
    }

    pub(super) fn case_keys(&self) -> String {
        let names = self.names;
        let mut map = vec![("time", names.time)];
        if self.carrier == Carrier::User {
            map.push(("account", names.account));
        }
        match names.asked {
            Asked::Parts { method, target } => map.extend([("method", method), ("target", target)]),
            Asked::Line { request } => map.push(("request", request)),
        }
        map.push(("status", names.status));
        if self.bytes {
            map.push(("bytes", names.bytes));
        }
        map.push(("client", names.client));
        let map: Vec<String> = map
            .iter()
            .map(|(ours, theirs)| format!("{ours} = \"{theirs}\""))
            .collect();
        format!("fields = {{ {} }}\n", map.join(", "))
    }

    pub(super) fn line(&self, entry: &Entry) -> String {
        let names = self.names;
        let mut pairs = vec![(names.time, self.time(entry.at))];
        let account = entry.account.filter(|_| self.carrier == Carrier::User);
        match (account, self.nobody) {
            (Some(name), _) => pairs.push((names.account, text(name))),
            (None, Some(nobody)) => pairs.push((names.account, nobody.to_owned())),
            (None, None) => {}
        }
        pairs.push((names.client, text(&entry.client.to_string())));
        match names.asked {
            Asked::Parts { method, target } => {
                pairs.push((method, text(entry.method)));
                pairs.push((target, text(&entry.target)));
            }
            Asked::Line { request } => {
                let line = format!("{} {} HTTP/2.0", entry.method, entry.target);
                pairs.push((request, text(&line)));
            }
        }
        pairs.push((names.agent, text(entry.agent)));
        pairs.push((names.status, self.number(entry.status.into())));
        if self.bytes {
            pairs.push((names.bytes, self.number(entry.bytes)));
        }
        if names.nested {
            nest(&pairs)
        } else {
            flat(&pairs)
        }
    }

    fn number(&self, number: u64) -> String {
        if self.quoted {
            format!("\"{number}\"")
        } else {
            number.to_string()
        }
    }

    fn time(&self, at: i64) -> String {
        let number = match self.clock {
            Clock::Rfc3339 => {
                let utc = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
                return text(&utc.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
            }
            Clock::Seconds => format!("{}.{:03}", at.div_euclid(1000), at.rem_euclid(1000)),
            Clock::Millis => at.to_string(),
            Clock::Micros => (at * 1_000).to_string(),
            Clock::Nanos => (at * 1_000_000).to_string(),
        };
        if self.quoted {
            format!("\"{number}\"")
        } else {
            number
        }
    }
}

fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn flat(pairs: &[(&str, String)]) -> String {
    let members: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}:{value}", text(key)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Objects inside objects: members that share the first word of their path stand together.
fn nest(pairs: &[(&str, String)]) -> String {
    let mut members: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (path, value) in pairs {
        let Some((head, _)) = path.split_once('.') else {
            members.push(format!("{}:{value}", text(path)));
            continue;
        };
        if done.contains(&head) {
            continue;
        }
        done.push(head);
        let inner: Vec<(&str, String)> = pairs
            .iter()
            .filter_map(|(path, value)| {
                let (first, rest) = path.split_once('.')?;
                (first == head).then(|| (rest, value.clone()))
            })
            .collect();
        members.push(format!("{}:{}", text(head), nest(&inner)));
    }
    format!("{{{}}}", members.join(","))
}
