//! What holds for any bytes: no panic, chunks agree with lines, and JSON is what serde_json says it is.

use std::sync::LazyLock;

use breachscope::case::AccountKey;
use breachscope::format::{Format, Line, Problem, State};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{named, pattern, read};

/// Every reader, with the keys that make it do most.
fn readers() -> Vec<Format> {
    let patterns = [
        super::written::COMBINED,
        "escape=json {\"t\":\"$time_iso8601\",\"a\":\"$http_cookie\",\"r\":\"$request\"}",
        "$msec $remote_addr:$remote_port $scheme://$host$uri$is_args$args",
        r#"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" %{%Y-%m-%d %H:%M:%S}t.%{usec_frac}t %200{%z}t"#,
    ];
    let names = [
        "combined",
        "common",
        "w3c",
        "json",
        "csv",
        "tsv",
        "alb",
        "elb",
        "s3",
        "cloudfront",
        "haproxy",
        "istio",
        "traefik",
        "squid",
        "uwsgi",
        "uvicorn",
        "logfmt",
        "rails",
    ];
    let mut readers: Vec<Format> = names.map(named).to_vec();
    readers.extend(patterns.map(pattern));
    // Of two lines that share an ID.
    let halves =
        b"Started GET \"/a\" for ::1 at 2024-03-12 07:30:02 +0000\nCompleted 200 OK in 5ms\n";
    readers.push(named("rails").for_content(halves));
    let keys = [
        AccountKey::Cookie("sid".into()),
        AccountKey::Header("x".into()),
        AccountKey::Query("u".into()),
    ];
    let bound: Vec<Format> = readers
        .iter()
        .flat_map(|reader| {
            keys.iter()
                .filter_map(|key| reader.clone().bind_account(Some(key)).ok())
        })
        .collect();
    readers.extend(bound);
    readers
}

/// Compiled once: that takes longer than to read a line.
static READERS: LazyLock<Vec<Format>> = LazyLock::new(readers);

/// Lines made of what the readers look for.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "1.2.3.4",
        "::1",
        "[::1]:5",
        "a, ",
        " ",
        " - ",
        "-",
        "[",
        "]",
        "[08/Jan/2021:10:00:00 +0000]",
        "\"",
        "\\",
        "\\\"",
        "\\x",
        "\\x2",
        "\\u",
        "\\ud83d",
        "GET /a?u=1&sid=2 HTTP/1.1",
        "\" 200 5",
        " 200 ",
        "{",
        "}",
        "{\"",
        "\":",
        ",\"",
        "\"status\":200",
        "\"headers\":[{\"name\":\"x\"",
        "\"cookies\":{\"sid\":",
        "#Fields: date",
        "#Date: 2021",
        "#",
        " time",
        " c-ip cs-uri-stem",
        "#Fields: time c-ip",
        "23:59:59 1.2.3.4",
        "00:00:01 1.2.3.4",
        "13:00:00 1.2.3.4",
        "2021-01-08 10:00:00",
        "\t",
        "+",
        "%",
        "\0",
        "\u{feff}",
        "\r",
        "1611741600.5",
        "é",
        "unix:",
        "sid=",
        ";",
        "1e5",
        "0",
        "https 2021-01-08T10:00:00.5Z lb ",
        "2021-01-08T10:00:00.5Z lb 1.2.3.4:5 - -1 -1 -1 200 - 0 5 \"",
        "a b [08/Jan/2021:10:00:00 +0000] - - 1 REST.GET.OBJECT k \"GET /a HTTP/1.1\" 200 - 5 5 7 - ",
        "2019-12-04\t21:02:31\tA\t3\t1.2.3.4\tGET\th\t/a\t200\t-\tm\t",
        "1.2.3.4:5 [08/Jan/2021:10:00:00.000] fe be/s 0/0/0/0/+1 200 5 - - - 1/1 0/0 ",
        "{a|b} ",
        "#",
        "#7",
        "[2021-01-08T10:00:00.5Z] \"GET /a HTTP/2\" 200 - ",
        "0 5 1 - \"",
        "\" \"",
        "1.2.3.4 - - [08/Jan/2021:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\" ",
        "12 \"r\" \"s\" 5ms",
        "5 600 \"f\" \"b\" \"s\" ",
        "XFF=\"",
        "1286536309.586 921 1.2.3.4 TCP_MISS/200 507 GET http://h/a - DIRECT/1.2.3.4 ",
        "INFO: 1.2.3.4:5 - \"",
        "I, [2021-01-08T10:00:00.123456 #7]  INFO -- : [x] ",
        "Started GET \"/a\" for 1.2.3.4 at 2021-01-08 10:00:00 +0000",
        "Started ",
        "Completed 200 OK in 5ms",
        "[x=y] ",
        "{\"attributes\":[{\"key\":\"url.path\",\"value\":{\"stringValue\":\"/a\"}}",
        "[\"1611741600000000000\",\"",
        "\u{1b}[33m",
        ".",
    ]);
    let bytes = prop::collection::vec(any::<u8>(), 0..80);
    let pieces = prop::collection::vec(piece, 0..30).prop_map(|parts| parts.concat().into_bytes());
    prop_oneof![1 => bytes, 3 => pieces]
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "status", "uri", "user", "user.id", "id", "a", "headers", "é", "x\"y",
    ])
    .prop_map(str::to_owned)
}

/// Any JSON value, with keys that the reader wants among them.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(lines in prop::collection::vec(hostile(), 1..4)) {
        for reader in READERS.iter() {
            let mut state = State::default();
            for line in &lines {
                let _ = reader.fields(&state, line);
                let _ = reader.parse(&mut state, line, 0);
            }
        }
        let _ = Format::detect(&lines.join(&b'\n'), &[], Tz::UTC);
    }

    #[test]
    fn no_text_makes_the_compiler_panic(text in r#"[%${}<>!,"' \\a-zA-Z0-9_^\[\]]{0,60}"#, line in hostile()) {
        if let Ok(format) = Format::pattern(&text, Tz::UTC) {
            let _ = format.parse(&mut State::default(), &line, 0);
        }
    }

    #[test]
    fn chunks_carry_what_lines_carry(lines in prop::collection::vec(hostile(), 0..12)) {
        let lines: Vec<Vec<u8>> = lines.into_iter().map(|mut l| { l.retain(|b| *b != b'\n'); l }).collect();
        let mut chunk = lines.join(&b'\n');
        chunk.push(b'\n');
        let probe = b"2021-01-08 10:00:00 1.2.3.4";
        let reader = named("w3c");
        let (mut by_line, mut by_chunk) = (State::default(), State::default());
        for line in &lines {
            let _ = reader.parse(&mut by_line, line, 0);
        }
        reader.advance(&mut by_chunk, &chunk, 0);
        prop_assert_eq!(format!("{by_line:?}"), format!("{by_chunk:?}"));
        let timed = b"11:00:00 1.2.3.4";
        prop_assert_eq!(reader.parse(&mut by_line, timed, 0), reader.parse(&mut by_chunk, timed, 0));
        prop_assert_eq!(reader.parse(&mut by_line, probe, 0), reader.parse(&mut by_chunk, probe, 0));
    }

    #[test]
    fn what_serde_json_writes_is_read(extra in value(), status in 100u16..600, uri in ".{1,30}", user in "[^-].{0,9}") {
        let line = json!({"x": extra, "status": status, "uri": uri, "remote_user": user}).to_string();
        let reader = named("json");
        let Line::Record(record) = reader.parse(&mut State::default(), line.as_bytes(), 0) else {
            return Err(TestCaseError::fail(format!("{line}: {}", read(&reader, line.as_bytes()))));
        };
        prop_assert_eq!(record.status, Some(status));
        prop_assert_eq!(record.user.as_deref(), Some(user.as_bytes()));
        if uri != "-" {
            prop_assert_eq!(record.target.as_deref(), Some(uri.as_bytes()));
        }
    }

    /// A line that one byte was changed in: what serde_json takes is taken, and what it refuses
    /// is refused, but for the tolerated: `\x` escapes, raw control characters in strings, and values that are not there.
    #[test]
    fn what_serde_json_refuses_is_refused(extra in value(), place in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let mut line = json!({"status": 200, "x": extra}).to_string().into_bytes();
        let place = place.index(line.len());
        line[place] = byte;
        let text = String::from_utf8_lossy(&line).into_owned();
        prop_assume!(!text.contains("\\x") && !text.contains("\\X") && !text.contains("\\u"));
        let taken = !matches!(
            named("json").parse(&mut State::default(), text.as_bytes(), 0),
            Line::Problem(Problem::Json | Problem::Cut) | Line::Empty
        );
        let missing = [":-,", ":-}", ":,", ":}"].iter().any(|hole| text.contains(hole));
        prop_assume!(!missing);
        let theirs = serde_json::from_str::<Value>(&text);
        // What fits no float they refuse before they have seen the rest.
        prop_assume!(theirs.as_ref().err().is_none_or(|e| !e.to_string().contains("out of range")));
        prop_assert_eq!(taken, theirs.is_ok_and(|v| v.is_object()), "{}", text);
    }
}
