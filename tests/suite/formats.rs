//! Reading lines: other programs' readings of real lines, hard lines one by one, and properties.

#[path = "formats/accounts.rs"]
mod accounts;
#[path = "formats/amazon.rs"]
mod amazon;
#[path = "formats/corpus.rs"]
pub mod corpus;
#[path = "formats/hard_lines.rs"]
mod hard_lines;
#[path = "formats/identity.rs"]
mod identity;
#[path = "formats/lean.rs"]
mod lean;
mod mixed;
#[path = "formats/patterns.rs"]
mod patterns;
#[path = "formats/properties.rs"]
mod properties;
#[path = "formats/proxies.rs"]
mod proxies;
#[path = "formats/recognised.rs"]
mod recognised;
#[path = "formats/structured.rs"]
mod structured;
#[path = "formats/tables.rs"]
mod tables;
#[path = "formats/targets.rs"]
mod targets;
#[path = "formats/times.rs"]
mod times;
#[path = "formats/vendors.rs"]
mod vendors;
#[path = "formats/written.rs"]
mod written;

use breachscope::format::{Format, Line, Record, State, Text};
use chrono_tz::Tz;

/// The format of that name, for stamps without an offset in UTC.
fn named(name: &str) -> Format {
    Format::named(name, &[], Tz::UTC).expect("a format that this version reads")
}

/// The format of that pattern.
fn pattern(text: &str) -> Format {
    Format::pattern(text, Tz::UTC).expect("a pattern that holds")
}

/// What a line on its own turns out to be, in the short form of [`shown`].
fn read(format: &Format, line: &[u8]) -> String {
    shown(&format.parse(&mut State::default(), line, 0))
}

/// A line in one string, for tables of expected answers: the fields that it has, in a fixed order.
fn shown(line: &Line<'_>) -> String {
    match line {
        Line::Record(record) => shown_record(record),
        Line::Empty => "(empty)".into(),
        Line::Directive => "(directive)".into(),
        Line::Part => "(part)".into(),
        Line::Problem(problem) => format!("({})", problem.word()),
    }
}

fn shown_record(record: &Record<'_>) -> String {
    let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.escape_ascii().to_string());
    let fields = [
        ("time", record.time.map(|time| time.to_string())),
        ("client", text(&record.client)),
        ("port", record.client_port.map(|port| port.to_string())),
        ("user", text(&record.user)),
        (
            "account",
            text(&record.account).filter(|_| record.account != record.user),
        ),
        ("method", text(&record.method)),
        ("target", text(&record.target)),
        ("protocol", text(&record.protocol)),
        ("host", text(&record.host)),
        ("status", record.status.map(|status| status.to_string())),
        ("bytes", record.bytes.map(|bytes| bytes.to_string())),
        ("referer", text(&record.referer)),
        ("agent", text(&record.user_agent)),
        ("id", text(&record.request_id)),
        ("ms", record.duration_ms.map(|ms| format!("{ms:.3}"))),
    ];
    let present = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    present.collect::<Vec<_>>().join(" ")
}

/// Holds a table of lines against the answers that stand beside them; tells all that differ.
fn check(format: &Format, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(line, expected)| read(format, line.as_bytes()) != *expected)
        .map(|(line, expected)| {
            format!(
                "line     {line}\nexpected {expected}\nread     {}\n",
                read(format, line.as_bytes())
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who asked for what, by every request of a content whose format is recognised.
pub fn accounts_and_targets(content: &str) -> Vec<String> {
    let format = Format::detect(content.as_bytes(), &[], Tz::UTC).expect("a known format");
    let (mut state, mut found) = (State::default(), Vec::new());
    for (at, line) in breachscope::source::lines(content.as_bytes()) {
        if let Line::Record(record) = format.parse(&mut state, line, at as u64) {
            let text = |text: &Option<Text<'_>>| {
                String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned()
            };
            found.push(format!(
                "{} {}",
                text(&record.account),
                text(&record.target)
            ));
        }
    }
    found
}
