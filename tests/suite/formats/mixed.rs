//! Contents in which the way of writing changes: by a server's update in the middle of a file, or
//! because several writers share it.

use breachscope::case::FormatSpec;
use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;

const COMBINED: &str =
    r#"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a/1 HTTP/1.1" 200 129 "-" "app/1""#;
const COMMON: &str = r#"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a/1 HTTP/1.1" 200 129"#;
const VHOST: &str = r#"www.example.org:443 192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a/1 HTTP/1.1" 200 129 "-" "app/1""#;
const JSON: &str = r#"{"time":"2026-11-23T02:51:57+01:00","remote_addr":"192.0.2.7","remote_user":"anna","request":"GET /a/1 HTTP/1.1","status":200,"body_bytes_sent":129}"#;
const FIELDS: &str = "#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status sc-bytes";
const W3C: &str = "2026-11-23 01:51:57 192.0.2.7 anna GET /a/1 200 129";
const SYSLOG: &str = r#"<190>Nov 23 02:51:57 web-1 nginx: 192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a/1 HTTP/1.1" 200 129 "-" "app/1""#;
const DOCKER: &str = r#"{"log":"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] \"GET /a/1 HTTP/1.1\" 200 129\n","stream":"stdout","time":"2026-11-23T01:51:57.5Z"}"#;

/// Who asked for what and got what, of each line; the format is recognised by the whole.
fn read(content: &[&str]) -> Vec<String> {
    let format =
        Format::detect(content.join("\n").as_bytes(), &[], Tz::UTC).expect("a known format");
    let mut state = State::default();
    let line = |line: &&str| match format.parse(&mut state, line.as_bytes(), 0) {
        Line::Record(record) => {
            let text = |field: Option<&[u8]>| field.unwrap_or(b"?").escape_ascii().to_string();
            format!(
                "{} {} {} {} {:?} {:?}",
                record.time.map(|time| time.to_string()).unwrap_or_default(),
                text(record.client.as_deref()),
                text(record.account.as_deref()),
                text(record.target.as_deref()),
                record.status,
                record.bytes
            )
        }
        other => format!("{other:?}"),
    };
    content.iter().map(line).collect()
}

const SAME: &str = "2026-11-23T01:51:57Z 192.0.2.7 anna /a/1 Some(200) Some(129)";

#[test]
fn a_change_in_the_middle_of_a_file_loses_nothing() {
    let every = [COMBINED, COMMON, VHOST, JSON, W3C, SYSLOG, DOCKER];
    for first in every {
        for second in every {
            let content = [FIELDS, first, first, first, second, second, first];
            let found = read(&content);
            assert_eq!(found[0], "Directive", "{first} then {second}");
            assert!(
                found[1..].iter().all(|line| line == SAME),
                "{first} then {second}: {found:#?}"
            );
        }
    }
}

#[test]
fn what_is_none_of_the_known_formats_is_a_problem_of_the_most_frequent() {
    let stray = "2026/11/23 02:52:11 [error] 7#7: *1 upstream closed, client: 192.0.2.7";
    let found = read(&[
        COMBINED,
        COMBINED,
        stray,
        r#"{"level":"info","msg":"started"}"#,
        COMBINED,
    ]);
    assert_eq!(found[2], "Problem(Shape)");
    assert_eq!(found[3], "Problem(Shape)");
    assert_eq!(found[4], SAME);
}

/// A format that was named is the only one: the case says what its lines are.
#[test]
fn a_named_format_stays_itself() {
    let format = Format::named("combined", &[], Tz::UTC).expect("a known format");
    let read = format.parse(&mut State::default(), JSON.as_bytes(), 0);
    assert!(matches!(read, Line::Problem(_)), "{read:?}");
}

/// A responder writes what wrote the log, or what lies around its lines.
#[test]
fn the_name_of_a_writer_or_a_wrapping_will_do() {
    for (name, line) in [
        ("nginx", COMBINED),
        ("apache", VHOST),
        ("caddy", JSON),
        ("elastic", JSON),
        ("gcp", JSON),
    ] {
        let format = Format::named(name, &[], Tz::UTC).expect("a known name");
        let read = format.parse(&mut State::default(), line.as_bytes(), 0);
        assert!(matches!(read, Line::Record(_)), "{name}: {read:?}");
    }
    for wrapping in ["docker", "cri", "syslog", "journald", "compose"] {
        let spec = FormatSpec {
            name: Some(wrapping.to_owned()),
            ..FormatSpec::default()
        };
        let format = Format::from_spec(&spec, Tz::UTC).expect("a known name");
        assert!(format.is_none(), "{wrapping} is told by its lines");
    }
}
