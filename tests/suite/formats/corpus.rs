//! The shared corpus: lines of other projects' tests, with the values that those programs read.
//!
//! It is not part of the repository; where it is absent the tests say so and pass.

use std::fs;
use std::path::PathBuf;

use breachscope::format::{Format, Line, Record, State, Text};
use breachscope::words::SECOND;
use serde_json::Value;

use super::{named, pattern};

/// A file of the corpus, or `None` with a word to whoever reads the tests' output.
#[expect(clippy::print_stdout, reason = "a skipped test must say so")]
pub fn corpus(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus")
        .join(path);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: the corpus file {path} is not here");
    None
}

fn lines(path: &str) -> Option<Vec<Vec<u8>>> {
    let bytes = fs::read(corpus(path)?).expect("a corpus file can be read");
    let body = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    Some(body.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect())
}

/// Where the other program is wrong: it takes the port for a ninth group of an IPv6 address.
const NOT_SO: [&str; 1] = ["aws_alb/vrl__parse_aws_alb_log:11: client_ip: "];

/// Holds a log against its expected records: `(lines that have one, lines that are equal)`.
fn compare(
    stem: &str,
    format: impl Fn(&Value) -> Format,
    encode: fn(&str) -> Vec<u8>,
) -> Option<(usize, usize)> {
    let log = lines(&format!("{stem}.log"))?;
    let expected = lines(&format!("{stem}.norm.jsonl"))?;
    let mut differences = Vec::new();
    for line in &expected {
        let wanted: Value = serde_json::from_slice(line).expect("the corpus is JSON");
        let number = wanted["line"].as_u64().expect("a line number") as usize;
        let format = format(&wanted);
        let read = format.parse(&mut State::default(), &log[number - 1], 0);
        if let Some(difference) = difference(&read, &wanted, encode) {
            differences.push(format!("{stem}:{number}: {difference}"));
        }
    }
    let not_so = |difference: &String| NOT_SO.iter().any(|known| difference.starts_with(known));
    assert!(differences.iter().all(not_so), "{}", differences.join("\n"));
    Some((expected.len(), expected.len() - differences.len()))
}

fn difference(read: &Line<'_>, wanted: &Value, encode: fn(&str) -> Vec<u8>) -> Option<String> {
    let rejected = wanted.get("parse").is_some_and(|parse| parse == "reject");
    match read {
        Line::Record(_) if rejected => Some("a record, where the other program rejects".into()),
        Line::Record(record) => {
            let fields = wanted.as_object().expect("an object");
            fields.iter().find_map(|(key, value)| {
                let read = field(record, key)?;
                (read != wanted_field(key, value, encode))
                    .then(|| format!("{key}: expected {value}, read {}", read.escape_ascii()))
            })
        }
        _ if rejected => None,
        other => Some(format!("{other:?}")),
    }
}

/// What the record says under the corpus's key; `None` for keys that are no field.
fn field(record: &Record<'_>, key: &str) -> Option<Vec<u8>> {
    let text = |text: &Option<Text<'_>>| text.as_deref().unwrap_or_default().to_vec();
    let target = text(&record.target);
    let split = target
        .iter()
        .position(|b| *b == b'?')
        .unwrap_or(target.len());
    Some(match key {
        // A stamp without a zone was read in UTC.
        "ts" | "ts_local" => record.time.map_or(vec![], |time| {
            time.0.div_euclid(SECOND).to_string().into_bytes()
        }),
        "client_ip" => text(&record.client),
        "client_port" => record.client_port.unwrap_or(0).to_string().into_bytes(),
        "user" => text(&record.user),
        "method" => text(&record.method),
        "url" => target,
        "path" => without_host(&target[..split]).to_vec(),
        "query" => target[(split + 1).min(target.len())..].to_vec(),
        "host" => text(&record.host),
        "request_line" => [&record.method, &record.target, &record.protocol]
            .into_iter()
            .flatten()
            .map(|part| part.to_vec())
            .collect::<Vec<_>>()
            .join(&b' '),
        "status" => record.status.unwrap_or(0).to_string().into_bytes(),
        "bytes" | "bytes_out" => record.bytes.unwrap_or(0).to_string().into_bytes(),
        "referer" => text(&record.referer),
        "user_agent" => text(&record.user_agent),
        "request_id" => text(&record.request_id),
        _ => return None,
    })
}

/// The path of a target in its absolute form.
fn without_host(target: &[u8]) -> &[u8] {
    let text = str::from_utf8(target).unwrap_or_default();
    match text
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
    {
        Some(path) => path.as_bytes(),
        None => target,
    }
}

fn wanted_field(key: &str, value: &Value, encode: fn(&str) -> Vec<u8>) -> Vec<u8> {
    match (key, value) {
        ("ts_local", Value::String(time)) => {
            let time = chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M:%S%.f");
            let time = time.expect("a time without a zone").and_utc();
            time.timestamp().to_string().into_bytes()
        }
        ("ts", Value::String(time)) => {
            let time = chrono::DateTime::parse_from_rfc3339(time).expect("the corpus has RFC 3339");
            time.timestamp().to_string().into_bytes()
        }
        // Some projects count the question mark in.
        ("query", Value::String(query)) => encode(query.strip_prefix('?').unwrap_or(query)),
        // The other program leaves the log's `\xHH` as they are; a record has what was meant.
        ("request_line", Value::String(line)) => without_escapes(line),
        (_, Value::String(text)) => encode(text),
        (_, number) => number.to_string().into_bytes(),
    }
}

fn without_escapes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    out
}

fn utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// apachelogs reads bytes as Latin-1.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin-1"))
        .collect()
}

#[test]
fn common() {
    if let Some(counts) = compare("common/vrl__parse_common_log", |_| named("common"), utf8) {
        assert_eq!(counts, (6, 6));
    }
}

#[test]
fn nginx_combined() {
    let stem = "nginx_combined/vrl__parse_nginx_log";
    if let Some(counts) = compare(stem, |_| named("combined"), utf8) {
        assert_eq!(counts, (15, 15));
    }
}

#[test]
fn apache_of_two_projects() {
    if let Some(counts) = compare("apache/vrl__parse_apache_log", |_| named("combined"), utf8) {
        assert_eq!(counts, (7, 7));
    }
    if let Some(counts) = compare("apache/logstash__httpd_spec", |_| named("combined"), utf8) {
        assert_eq!(counts, (3, 3));
    }
}

#[test]
fn apache_with_a_format_for_each_line() {
    let format = |wanted: &Value| pattern(wanted["log_format"].as_str().expect("a format"));
    if let Some(counts) = compare("apache_custom/apachelogs__test_parse", format, latin1) {
        assert_eq!(counts, (13, 13));
    }
}

/// A log by the format that is recognised from its lines, which is `name`, and by that name; every line that has
/// no expected record must be told as `others` says.
fn by_name_and_recognised(
    stem: &str,
    name: &str,
    counts: (usize, usize),
    others: &[(usize, &str)],
) {
    let Some(log) = lines(&format!("{stem}.log")) else {
        return;
    };
    let recognised = Format::detect(&log.join(&b'\n'), &[], chrono_tz::Tz::UTC).expect("a format");
    assert_eq!(recognised.name(), name, "{stem}");
    for format in [recognised, named(name)] {
        assert_eq!(
            compare(stem, |_| format.clone(), utf8),
            Some(counts),
            "{stem}"
        );
        for (number, wanted) in others {
            assert_eq!(
                super::read(&format, &log[number - 1]),
                *wanted,
                "{stem}:{number}"
            );
        }
    }
}

#[test]
fn balancers_of_amazon() {
    by_name_and_recognised("aws_alb/vrl__parse_aws_alb_log", "alb", (11, 10), &[]);
    by_name_and_recognised("aws_alb/logstash__elb_spec", "elb", (4, 4), &[]);
}

#[test]
fn storage_and_delivery_of_amazon() {
    by_name_and_recognised("aws_s3/logstash__s3_spec", "s3", (3, 3), &[]);
    let stem = "aws_cloudfront/logstash__cloudfront_spec_noheader";
    by_name_and_recognised(stem, "cloudfront", (2, 2), &[]);
}

#[test]
fn haproxy_in_syslog() {
    let others = [(8, "(no_request)")];
    by_name_and_recognised("haproxy/logstash__haproxy_spec", "haproxy", (7, 7), &others);
}

/// Two that were asked, and one answer: without a tag nobody can say whose it is, so both are told as lost.
#[test]
fn rails_in_several_lines() {
    if let Some(log) = lines("rails/logstash__rails3_spec.log") {
        let format = Format::detect(&log.join(&b'\n'), &[], chrono_tz::Tz::UTC).expect("Rails");
        assert_eq!(format.name(), "rails");
        let (mut state, mut lost) = (State::default(), 0);
        for line in &log {
            let read = format.parse(&mut state, line, 0);
            assert!(!matches!(read, Line::Record(_)), "{read:?}");
            lost += format.lost(&mut state).len();
        }
        lost += format.lost_at_end(&mut state).len();
        assert_eq!(lost, 2);
    }
}

/// A reader written another way, for lines that have no trap in them.
fn plainly(line: &str) -> Option<[&str; 8]> {
    let quotes: Vec<&str> = line.split('"').collect();
    let [head, request, numbers, referer, " ", agent, ""] = quotes[..] else {
        return None;
    };
    let head: Vec<&str> = head.split(' ').collect();
    let [client, _, user, _, "+0000]", ""] = head[..] else {
        return None;
    };
    let [method, target, _] = request.split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let [status, bytes] = numbers.trim().split(' ').collect::<Vec<_>>()[..] else {
        return None;
    };
    let plain = [client, user, method, target, status, bytes, referer, agent];
    (!line.contains('\\')).then_some(plain)
}

#[test]
fn ten_thousand_real_lines() {
    let Some(lines) = lines("real/elastic-examples-apache.log") else {
        return;
    };
    for format in [named("combined"), pattern(super::written::COMBINED)] {
        let (mut records, mut held) = (0, 0);
        for line in &lines {
            let read = format.parse(&mut State::default(), line, 0);
            let Line::Record(record) = read else {
                panic!("{read:?}: {}", line.escape_ascii())
            };
            assert!(record.time.is_some() && record.client.is_some() && record.status.is_some());
            records += 1;
            let Some(plain) = plainly(str::from_utf8(line).unwrap_or_default()) else {
                continue;
            };
            let keys = [
                "client_ip",
                "user",
                "method",
                "url",
                "status",
                "bytes",
                "referer",
                "user_agent",
            ];
            for (key, wanted) in keys.into_iter().zip(plain) {
                let absent = if matches!(key, "bytes") { "0" } else { "" };
                let wanted = if wanted == "-" { absent } else { wanted };
                assert_eq!(
                    field(&record, key),
                    Some(wanted.as_bytes().to_vec()),
                    "{key}"
                );
            }
            held += 1;
        }
        assert_eq!(records, 10_000);
        assert!(
            held > 9_900,
            "the plain reader must have something to say: {held}"
        );
    }
}
