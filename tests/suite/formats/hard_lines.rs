//! Common and combined lines that have broken other programs, each with what it must be; and which
//! bytes are taken for which format.

use breachscope::format::Format;
use chrono_tz::Tz;

use super::{check, named, read};

#[test]
fn what_stands_before_the_time() {
    check(
        &named("combined"),
        &[
            // A dash too few, an empty user, a user of several words.
            (
                r#"1.1.1.1 - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=1.1.1.1 method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"1.1.1.1 - "" [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=1.1.1.1 method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"1.1.1.1 - Ann Lee [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=1.1.1.1 user=Ann Lee method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            // A user's name that pretends to be a time; the real one has the request behind it.
            (
                r#"1.1.1.1 - x [01/Jan/2001:00:00:00 +0000] [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                r"time=2021-01-08T10:00:00Z client=1.1.1.1 user=x [01/Jan/2001:00:00:00 +0000] method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            // Lists of clients, ports, IPv6, sockets.
            (
                r#"1.1.1.1, 2.2.2.2, 3.3.3.3 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=1.1.1.1 user=bob method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"[2001:DB8:0::1]:443 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=2001:db8::1 port=443 user=bob method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"fe80::1%3 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=fe80::1 user=bob method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"::ffff:10.0.0.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=::ffff:10.0.0.1 method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"10.0.0.1:5443 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=10.0.0.1 port=5443 method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            (
                r#"unix: - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z method=GET target=/ protocol=HTTP/1.1 status=200 bytes=5",
            ),
            // A virtual host that looks like a client, before a client that is no address.
            (
                r#"10.0.0.9 localhost - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=localhost user=bob method=GET target=/ protocol=HTTP/1.1 host=10.0.0.9 status=200 bytes=5",
            ),
            (
                r#"10.0.0.9 localhost - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=localhost method=GET target=/ protocol=HTTP/1.1 host=10.0.0.9 status=200 bytes=5",
            ),
            // What stands before a virtual host.
            (
                r#"www.example.org:443 10.0.0.1 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=10.0.0.1 user=bob method=GET target=/ protocol=HTTP/1.1 host=www.example.org status=200 bytes=5",
            ),
            (
                r#"www.example.org localhost - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "(shape)",
            ),
            (
                r#"www.example.org:80 localhost - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "time=2021-01-08T10:00:00Z client=localhost method=GET target=/ protocol=HTTP/1.1 host=www.example.org status=200 bytes=5",
            ),
        ],
    );
}

#[test]
fn requests() {
    let line = |rest: &str| format!("1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] {rest}");
    let table = [
        (r#""" 400 0 "" """#, "status=400 bytes=0"),
        (r#""-" 408 - "-" "-""#, "status=408"),
        (r#"- 408 - - -"#, "status=408"),
        (
            r#""GET /a?q="x" y HTTP/1.1" 200 5"#,
            r#"method=GET target=/a?q=\"x\" y protocol=HTTP/1.1 status=200 bytes=5"#,
        ),
        (
            r#""GET /a\" 200 5 HTTP/1.1" 404 7"#,
            r#"method=GET target=/a\" 200 5 protocol=HTTP/1.1 status=404 bytes=7"#,
        ),
        (
            r#""GET /a\\" 404 7"#,
            r#"method=GET target=/a\\ status=404 bytes=7"#,
        ),
        (
            r#""GET /a\" 404 7"#,
            r#"method=GET target=/a\\ status=404 bytes=7"#,
        ),
        (
            r#""GET /a\x22b\x5Cc%22 HTTP/1.1" 200 5"#,
            r#"method=GET target=/a\"b\\c%22 protocol=HTTP/1.1 status=200 bytes=5"#,
        ),
        (
            r#""\x16\x03\x01" 400 150 "-" "-""#,
            r"target=\x16\x03\x01 status=400 bytes=150",
        ),
        (
            r#""GET / HTTP/1.1" - 5"#,
            "method=GET target=/ protocol=HTTP/1.1 bytes=5",
        ),
        (
            r#""GET / HTTP/1.1" 499 -"#,
            "method=GET target=/ protocol=HTTP/1.1 status=499",
        ),
        (
            r#""GET http://h:80/x HTTP/1.1" 200 5"#,
            "method=GET target=http://h:80/x protocol=HTTP/1.1 status=200 bytes=5",
        ),
        (
            r#""GET  /two  HTTP/1.1" 200 5"#,
            "method=GET target=/two protocol=HTTP/1.1 status=200 bytes=5",
        ),
    ];
    for (rest, wanted) in table {
        let wanted = format!("time=2021-01-08T10:00:00Z client=1.1.1.1 {wanted}");
        assert_eq!(
            read(&named("combined"), line(rest).as_bytes()),
            wanted,
            "{rest}"
        );
    }
}

#[test]
fn what_stands_behind_the_bytes() {
    let line = |rest: &str| {
        format!(r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/2.0" 200 5{rest}"#)
    };
    let table = [
        (r#" "-" "cut Moz"#, " agent=cut Moz"),
        (
            r#" "http://r/" "a\"b" 0.123"#,
            r#" referer=http://r/ agent=a\"b"#,
        ),
        (r#" - -"#, ""),
        (
            r#" "-" "ua" 462 0.050 [up] [] 10.0.0.1:80 9 0.049 200 752178adb17130b291aefd8c386279e7"#,
            " agent=ua id=752178adb17130b291aefd8c386279e7",
        ),
        ("  \t\r", ""),
    ];
    for (rest, wanted) in table {
        let start = "time=2021-01-08T10:00:00Z client=1.1.1.1 method=GET target=/ protocol=HTTP/2.0 status=200 bytes=5";
        assert_eq!(
            read(&named("combined"), line(rest).as_bytes()),
            format!("{start}{wanted}"),
            "{rest}"
        );
    }
}

#[test]
fn lines_that_are_none() {
    check(
        &named("combined"),
        &[
            ("", "(empty)"),
            ("\0\0\0 \t\r", "(empty)"),
            ("\u{feff}", "(empty)"),
            ("hello", "(shape)"),
            ("[08/Jan/2021:10:00:00 +0000]", "(shape)"),
            (
                r#"1.1.1.1 - - [31/Feb/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
                "(time)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00] "GET / HTTP/1.1" 200 5"#,
                "(time)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" OK 5"#,
                "(status)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 2000 5"#,
                "(status)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5k"#,
                "(bytes)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200"#,
                "(cut)",
            ),
            (
                r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HT"#,
                "(cut)",
            ),
            (
                r#"2025/01/03 16:41:26 [error] 31#31: *3 open() "/x" failed, request: "GET / HTTP/1.1""#,
                "(shape)",
            ),
        ],
    );
}

#[test]
fn nuls_marks_and_carriage_returns_change_nothing() {
    let plain = r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#;
    let wanted = read(&named("common"), plain.as_bytes());
    for (before, after) in [("", "\r"), ("\u{feff}", ""), ("\0\0\0", "\0"), ("  ", "  ")] {
        assert_eq!(
            read(
                &named("common"),
                format!("{before}{plain}{after}").as_bytes()
            ),
            wanted
        );
    }
}

#[test]
fn detection_and_names() {
    let detect =
        |head: &str| Format::detect(head.as_bytes(), &[], Tz::UTC).map(|f| f.name().to_owned());
    let common = r#"1.1.1.1 - - [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#;
    assert_eq!(detect(common).as_deref(), Ok("common"));
    assert_eq!(
        detect(&format!("\n\njunk\n{common} \"-\" \"-\"\n{common} \"-\"")).as_deref(),
        Ok("combined")
    );
    assert_eq!(
        detect("\u{feff}{\"time\":1611741600,\"status\":200}\r\n").as_deref(),
        Ok("json")
    );
    assert_eq!(
        detect("#Fields: date time c-ip\n2021-01-08 10:00:00 1.2.3.4\n").as_deref(),
        Ok("w3c")
    );
    let message = |head| detect(head).expect_err("no format").message;
    assert!(message("garbage\n\u{1}x").contains("`garbage`"));
    assert!(message("\n \n").contains("no line"));
    let named = |name| {
        Format::named(name, &[], Tz::UTC)
            .expect_err("no format")
            .message
    };
    assert!(named("combind").contains("did you mean `combined`?"));
    assert!(named("citrix").contains("does not read it yet"));
}
