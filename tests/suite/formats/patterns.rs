//! Lines of nginx `log_format` and Apache `LogFormat` strings, and strings that do not hold.

use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;

use super::{check, pattern};

#[test]
fn patterns_of_nginx() {
    check(
        &pattern(
            "log_format main escape=default '$remote_addr:$remote_port - $account [$time_local] '\n    '\"$request_method $scheme://$host$request_uri\" $status $body_bytes_sent $request_time ${request_id}';",
        ),
        &[
            (
                r#"::1:5000 - u7 [08/Jan/2021:10:00:00 +0000] "GET https://h.example/a?b=1" 200 5 0.250 abc"#,
                "time=2021-01-08T10:00:00Z client=::1 port=5000 user=u7 method=GET target=/a?b=1 host=h.example status=200 bytes=5 id=abc ms=250.000",
            ),
            (
                r#"10.0.0.1:5000 - - [08/Jan/2021:10:00:00 +0000] "GET https://h.example/" 499 0 - -"#,
                "time=2021-01-08T10:00:00Z client=10.0.0.1 port=5000 method=GET target=/ host=h.example status=499 bytes=0",
            ),
            (
                r#"10.0.0.1:5000 - - [08/Jan/2021:10:00:00 +0000] "GET https://h.example/" 499 0 0.1"#,
                "(cut)",
            ),
            (
                r#"10.0.0.1:5000 - - [08/Jan/2021:10:00:00 +0000] "GET https://h.exam"#,
                "(cut)",
            ),
            (
                r#"10.0.0.1:5000 - - [yesterday] "GET https://h.example/" 499 0 - -"#,
                "(time)",
            ),
            ("nonsense", "(shape)"),
        ],
    );
    check(
        &pattern("$msec $http_x_forwarded_for $uri$is_args$args $bytes_sent"),
        &[
            (
                "1611741600.123 1.2.3.4,5.6.7.8 /a?b 9",
                "time=2021-01-27T10:00:00.123Z client=1.2.3.4 target=/a?b bytes=9",
            ),
            (
                "1611741600.123 - /a 9",
                "time=2021-01-27T10:00:00.123Z target=/a bytes=9",
            ),
        ],
    );
    check(
        &pattern(r#"$remote_addr [$time_iso8601] "$request" $status "$http_user_agent""#),
        &[
            (
                r#"1.2.3.4 [2021-01-27T10:00:00+00:00] "GET /?q="x" y HTTP/1.1" 200 "ua"#,
                r#"time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/?q=\"x\" y protocol=HTTP/1.1 status=200 agent=ua"#,
            ),
            (
                r#"1.2.3.4 [2021-01-27T10:00:00+00:00] "GET / HTTP/1.1" 200 "ua" "more""#,
                r#"time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/ protocol=HTTP/1.1 status=200 agent=ua\" \"more"#,
            ),
            (
                r#"1.2.3.4 [2021-01-27T10:00:00+00:00] "GET / HTTP/1.1" 200 "ua" more"#,
                r#"time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/ protocol=HTTP/1.1 status=200 agent=ua\" more"#,
            ),
        ],
    );
}

#[test]
fn users_that_pretend_to_be_a_time() {
    let rest = "[08/Jan/2021:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"";
    for user in [
        "[",
        "a [b",
        "x [01/Jan/2001:00:00:00 +0000]",
        "[01/Jan/2001:00:00:00 +0000] - -",
    ] {
        let line = format!("1.2.3.4 - {user} {rest}");
        let wanted = format!(
            "time=2021-01-08T10:00:00Z client=1.2.3.4 user={user} method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5"
        );
        for format in [pattern(super::written::COMBINED), super::named("combined")] {
            assert_eq!(super::read(&format, line.as_bytes()), wanted);
        }
    }
}

#[test]
fn patterns_of_apache() {
    let apache = |text: &str| Format::pattern(text, Tz::Europe__Stockholm).expect("a pattern");
    check(
        &apache(
            r#"LogFormat "%{X-Forwarded-For}i %h %u %{%d/%b/%Y %T}t.%{msec_frac}t \"%r\" %s %>s %B %D" mine"#,
        ),
        &[
            (
                r#"1.1.1.1 10.0.0.1 bob 08/Jan/2021 10:00:00.250 "GET / HTTP/1.1" 301 200 5 1500"#,
                "time=2021-01-08T09:00:00.250Z client=10.0.0.1 user=bob method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5 ms=1.500",
            ),
            (
                r#"1.1.1.1 - "" 08/Jan/2021 10:00:00.250 "-" 408 - - -"#,
                "time=2021-01-08T09:00:00.250Z client=1.1.1.1 status=408",
            ),
        ],
    );
    check(
        &apache("%>{%Y-%m-%dT%H:%M:%S}t.%>{usec_frac}t%>{%z}t %m %U%q"),
        &[(
            "2019-05-06T12:09:43.123456-0400 GET /a?b",
            "time=2019-05-06T16:09:43.123456Z method=GET target=/a?b",
        )],
    );
    check(
        &apache("%{usec}t %a %!200,304{Referer}i"),
        &[(
            "1611741600123456 ::1 -",
            "time=2021-01-27T10:00:00.123456Z client=::1",
        )],
    );
}

#[test]
fn variables_of_a_setup_are_no_slips() {
    for own in [
        "$uid",
        "$url",
        "$user_uid",
        "$tenant",
        "$requests",
        "$req_id",
        "$session",
        "$jwt_claim_sub",
        "$http_x_user",
        "$http_hosts",
        "$cookie_status",
        "$upstream_status",
        "$remote_ip",
        "${staus}",
        "$server_addr",
        "$request_length",
        "$account",
    ] {
        let format = Format::pattern(&format!("$remote_addr {own}"), Tz::UTC);
        assert!(format.is_ok(), "{own}: {format:?}");
    }
}

#[test]
fn what_proxies_hosts_and_heads_add() {
    let record = |text: &str, line: &'static str| {
        let read = pattern(text).parse(&mut State::default(), line.as_bytes(), 0);
        match read {
            Line::Record(record) => record,
            other => panic!("{other:?}"),
        }
    };
    let read = record(
        "$hostname $remote_addr \"$http_x_forwarded_for\" $bytes_sent",
        r#"web-1 10.0.0.1 "9.9.9.9, 8.8.8.8" 532"#,
    );
    assert_eq!(read.node.as_deref(), Some(&b"web-1"[..]));
    assert_eq!(read.client.as_deref(), Some(&b"10.0.0.1"[..]));
    assert_eq!(read.forwarded.as_deref(), Some(&b"9.9.9.9, 8.8.8.8"[..]));
    assert!(read.head_counted && read.bytes == Some(532));
    let read = record("%{X-Forwarded-For}i %O %b", "9.9.9.9 532 100");
    assert_eq!(read.client.as_deref(), Some(&b"9.9.9.9"[..]));
    assert!(!read.head_counted && read.bytes == Some(100));
    // Apache's dash says that there was no body; the head is no content.
    let read = record("%h %O %b", "9.9.9.9 532 -");
    assert!(!read.head_counted && read.bytes.is_none());
}

#[test]
fn patterns_that_do_not_hold() {
    let table = [
        ("no variable here", "has no variable"),
        ("", "has no variable"),
        (
            "$remote_addr$status",
            "$remote_addr is followed directly by $status",
        ),
        ("%h%>s", "%h is followed directly by %>s"),
        ("%h %y", "`%y` begins with no directive"),
        ("%{%Q}t %h", "`%Q`"),
        ("$remote_addr $reqest", "did you mean `$request`?"),
        ("$remote_adr $request", "did you mean `$remote_addr`?"),
        (
            "$request $http_user_agnet",
            "did you mean `$http_user_agent`?",
        ),
        ("$request $staus", "write it `${staus}`"),
    ];
    for (text, words) in table {
        let problem = Format::pattern(text, Tz::UTC).expect_err(text);
        assert!(problem.message.contains(words), "{text}: {problem}");
    }
}
