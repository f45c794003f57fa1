//! Lines of HAProxy, Envoy, Istio, Traefik and the servers that write nearly common lines, with the traps of each.

use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;

use super::{check, named, read};

#[test]
fn haproxy() {
    let line = |rest: &str| {
        format!("10.1.2.3:5000 [09/Dec/2013:12:59:46.633] fe~ be/srv 0/1/2/3/+99 {rest}")
    };
    let start = "time=2013-12-09T12:59:46.633Z client=10.1.2.3 port=5000";
    let table = [
        (
            r#"200 +532 - - ---- 1/1/1/1/0 0/0 {a b|c#7Bd} {|e} "GET /a#22b HTTP/1.1""#,
            r#"method=GET target=/a\"b protocol=HTTP/1.1 status=200 bytes=532 ms=99.000"#,
        ),
        (
            r#"-1 0 - - CR-- 1/1/1/1/0 0/0 "<BADREQ>""#,
            "bytes=0 ms=99.000",
        ),
        (
            r#"200 5 - - ---- 1/1/1/1/+2 0/0 "GET /cut"#,
            "method=GET target=/cut status=200 bytes=5 ms=99.000",
        ),
        (
            r#"200 5 - - ---- 1/1/1/1/0 0/0 "POST /a HTTP/2.0" 0A01-7"#,
            "method=POST target=/a protocol=HTTP/2.0 status=200 bytes=5 id=0A01-7 ms=99.000",
        ),
        (
            r#"200 5 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/2.0" 0/0000000000000000/0/0/0 h.example/TLSv1.3/TLS_AES"#,
            "method=GET target=/a protocol=HTTP/2.0 status=200 bytes=5 ms=99.000",
        ),
    ];
    for (rest, wanted) in table {
        assert_eq!(
            read(&named("haproxy"), line(rest).as_bytes()),
            format!("{start} {wanted}"),
            "{rest}"
        );
    }
    check(
        &named("haproxy"),
        &[
            (
                r#"2001:db8::1:58430 [09/Dec/2013:12:59:46.633] fe be/<NOSRV> -1/-1/-1/-1/-1 503 0 - - SC-- 1/1/1/1/0 0/0 "GET / HTTP/1.1""#,
                "time=2013-12-09T12:59:46.633Z client=2001:db8::1 port=58430 method=GET target=/ protocol=HTTP/1.1 status=503 bytes=0",
            ),
            (
                "10.1.2.3:5000 [09/Dec/2013:12:59:46.633] fe be/srv 1/2/3 212 -- 1/1/1/1/0 0/0",
                "(no_request)",
            ),
            (
                "10.1.2.3:5000 [09/Dec/2013:12:59:46.633] fe/1: SSL handshake failure",
                "(no_request)",
            ),
            (
                "10.1.2.3:5000 [09/Dec/2013:12:59:46.633] fe be/srv 0/1/2/3/4 200 5 - -",
                "(cut)",
            ),
            (
                "10.1.2.3:5000 [09/Dec/2013:12:59:46.633] fe be/srv 0/1/2/3/4 200 5 - - ---- 1/1/1/1/0 0/0",
                "(cut)",
            ),
            (
                "10.1.2.3:5000 [yesterday] fe be/srv 0/1/2/3/4 200",
                "(shape)",
            ),
            ("Server be/srv is DOWN, reason: Layer4 timeout", "(shape)"),
            (
                r#"10.1.2.3 - - [09/Dec/2013:12:59:46 +0100] "GET /a HTTP/1.1" 200 5 "" "" 5000 633 "fe" "be" "srv" 0 1 2 3 99 "----" 1 1 1 1 0 0 0 "sid=1" "" "ann""#,
                "time=2013-12-09T11:59:46.633Z client=10.1.2.3 port=5000 method=GET target=/a protocol=HTTP/1.1 status=200 bytes=5 ms=99.000",
            ),
        ],
    );
}

#[test]
fn a_time_without_a_zone_is_read_in_the_one_of_the_source() {
    let format = Format::named("haproxy", &[], Tz::Europe__Stockholm).expect("it is read");
    let line = |hour| {
        format!(
            r#"10.1.2.3:5000 [28/Mar/2021:{hour}:30:00.000] fe be/srv 0/1/2/3/4 200 5 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1""#
        )
    };
    assert!(read(&format, line("03").as_bytes()).starts_with("time=2021-03-28T01:30:00Z "));
    // An hour that the clocks skipped.
    assert_eq!(read(&format, line("02").as_bytes()), "(shape)");
}

#[test]
fn envoy_and_istio() {
    let start = r#"[2021-01-27T10:00:00.123Z] "GET /a?b=1 HTTP/2" 200 -"#;
    let client = |line: &str, name: &str| {
        let read = read(&named(name), line.as_bytes());
        let from = read.find("client=").map_or("", |at| &read[at..]);
        from.split(' ').next().unwrap_or_default().to_owned()
    };
    let plain = format!(
        r#"{start} 10 2048 15 14 "1.1.1.1, 2.2.2.2" "Agent "x" y" "id-1" "h.example" "10.0.0.9:80""#
    );
    let wanted = r#"time=2021-01-27T10:00:00.123Z client=1.1.1.1 method=GET target=/a?b=1 protocol=HTTP/2 host=h.example status=200 bytes=2048 agent=Agent \"x\" y id=id-1 ms=15.000"#;
    assert_eq!(read(&named("envoy"), plain.as_bytes()), wanted);
    let behind = "outbound|80||h.svc [fd00::2]:5000 10.0.0.2:80 [2001:db8::7]:40000 outbound_.80_._.h default";
    let reasons = [r#" via_upstream - "-""#, r#" "-" "TLS_error: |x|""#, ""];
    for reasons in reasons {
        let line = plain.replacen(" - 10 ", &format!(" -{reasons} 10 "), 1);
        let line = format!("{line} {behind}");
        let wanted = wanted.replace("client=1.1.1.1", "client=2001:db8::7 port=40000");
        for name in ["istio", "envoy"] {
            assert_eq!(read(&named(name), line.as_bytes()), wanted, "{line}");
        }
    }
    // The list and the agent are the client's to choose; what they feign stays in them.
    let feigned = plain.replace("Agent \"x\" y", r#"a" "id-2" "other" "9.9.9.9:1"#);
    let shown = read(&named("envoy"), feigned.as_bytes());
    assert!(
        shown.contains("id=id-1") && shown.contains("host=h.example"),
        "{shown}"
    );
    assert_eq!(client(&plain.replace("1.1.1.1, 2.2.2.2", "-"), "envoy"), "");
    let Line::Record(record) = named("envoy").parse(&mut State::default(), plain.as_bytes(), 0)
    else {
        panic!("a record")
    };
    assert_eq!(record.forwarded.as_deref(), Some(&b"1.1.1.1, 2.2.2.2"[..]));
    check(
        &named("istio"),
        &[
            (
                r#"[2021-01-27T10:00:00.123Z] "- - -" 0 UH - - "-" 0 0 0 - "-" "-" "-" "-" "-" Pass - 10.0.0.2:443 10.0.0.7:40000 - -"#,
                "time=2021-01-27T10:00:00.123Z client=10.0.0.7 port=40000 status=0 bytes=0 ms=0.000",
            ),
            (&plain[..plain.find("\"1.1").expect("there")], "(cut)"),
            (&plain[..plain.find("10 2048").expect("there")], "(cut)"),
            (&plain[..plain.find(" \"h.ex").expect("there")], "(cut)"),
            (&plain.replace("2021-01", "2021-17"), "(time)"),
            ("[2021-01-27T10:00:00.123Z] warning envoy", "(shape)"),
        ],
    );
}

#[test]
fn traefik() {
    check(
        &named("traefik"),
        &[
            (
                r#"1.2.3.4 - ann [08/Jan/2021:10:00:00 +0000] "GET /a HTTP/2.0" 200 5 "-" "ua x" 12 "api@docker" "http://10.0.0.2:80" 37ms"#,
                "time=2021-01-08T10:00:00Z client=1.2.3.4 user=ann method=GET target=/a protocol=HTTP/2.0 status=200 bytes=5 agent=ua x ms=37.000",
            ),
            (
                r#"1.2.3.4 - - [08/Jan/2021:10:00:00 +0000] "GET /a HTTP/2.0" - - "-" "-" 12 "-" "-" 0ms"#,
                "time=2021-01-08T10:00:00Z client=1.2.3.4 method=GET target=/a protocol=HTTP/2.0 ms=0.000",
            ),
            (
                r#"1.2.3.4 - - [08/Jan/2021:10:00:00 +0000] "GET /a HTTP/2.0" 200 5 "-" "-" 12 "-""#,
                "(cut)",
            ),
            (
                r#"1.2.3.4 - - [08/Jan/2021:10:00:00 +0000] "GET /a HTTP/2.0" 200 5 "-" "-" 12 "-" "-" 0.3"#,
                "(shape)",
            ),
        ],
    );
}

#[test]
fn squid() {
    let line = "1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://h.example/a?b ann DIRECT/10.0.0.1 text/html";
    check(
        &named("squid"),
        &[
            (
                line,
                "time=2010-10-08T11:11:49.586Z client=192.168.0.68 user=ann method=POST target=http://h.example/a?b status=200 bytes=507 ms=921.000",
            ),
            (
                "1286536309.586 0 10.0.0.1 NONE/000 0 NONE error:transaction-end-before-headers - HIER_NONE/- -",
                "time=2010-10-08T11:11:49.586Z client=10.0.0.1 target=error:transaction-end-before-headers status=0 bytes=0 ms=0.000",
            ),
            (&line[..60], "(cut)"),
            (
                "1286536309.586 921 1.2.3.4 x 507 POST http://h - D/1 t",
                "(shape)",
            ),
            (
                "1286536309 921 1.2.3.4 T/200 507 POST http://h - D/1 t",
                "(shape)",
            ),
        ],
    );
}

#[test]
fn uvicorn_has_the_time_of_its_container() {
    let plain = r#"INFO:     10.0.0.1:55330 - "GET /a?b HTTP/1.1" 200 OK"#;
    let tail = "client=10.0.0.1 port=55330 method=GET target=/a?b protocol=HTTP/1.1 status=200";
    let docker = format!(
        r#"{{"log":"{}\n","stream":"stdout","time":"2021-01-27T10:00:00.5Z"}}"#,
        plain.replace('"', "\\\"")
    );
    let dated = format!("time=2021-01-27T10:00:00.500Z {tail}");
    check(
        &named("uvicorn"),
        &[
            (plain, tail),
            (&docker, &dated),
            (&plain[..plain.len() - 7], "(cut)"),
            ("INFO:     Application startup complete.", "(shape)"),
        ],
    );
    let found = Format::detect(docker.as_bytes(), &[], Tz::UTC).expect("a format");
    assert_eq!(
        (found.name(), read(&found, docker.as_bytes())),
        ("uvicorn", dated)
    );
}

#[test]
fn nearly_common_lines() {
    let tail = "method=GET target=/a%u00e9?x protocol=HTTP/1.1 status=200 bytes=5";
    for end in [
        "",
        r#" 12"#,
        r#" ms:12 XFF="9.9.9.9, 1.1.1.1""#,
        r#" 0.012 "session" 7ms"#,
    ] {
        let line = format!(
            r#"0:0:0:0:0:0:0:1 - - [08/Jan/2021:10:00:00 +0000] "GET /a%u00e9?x HTTP/1.1" 200 5{end}"#
        );
        let wanted = format!("time=2021-01-08T10:00:00Z client=::1 {tail}");
        assert_eq!(read(&named("tomcat"), line.as_bytes()), wanted, "{end}");
    }
    let line =
        br#"1.2.3.4 - - [08/Jan/2021:10:00:00 +0000] "GET / " 200 5 "-" "ua" ms:12 XFF="9.9.9.9""#;
    let Line::Record(record) = named("gunicorn").parse(&mut State::default(), line, 0) else {
        panic!("a record")
    };
    assert_eq!(record.target.as_deref(), Some(&b"/"[..]));
    assert_eq!(record.forwarded.as_deref(), Some(&b"9.9.9.9"[..]));
}

/// Traefik escapes nothing, so a client can write a second answer into the line: neither is taken.
#[test]
fn traefik_that_says_two_things() {
    let tail = r#""-" "x" 1 "r@docker" "http://1.1.1.1" 1ms"#;
    let line = |middle: &str| {
        format!("10.0.0.7 - al [08/Mar/2021:05:10:00 +0000] \"GET /c/121{middle} {tail}")
    };
    let clean = line(" HTTP/1.1\" 200 900");
    let forged = [
        line(" HTTP/1.1\" 200 900 [08/Mar/2021:05:20:00 +0000] \"GET /x HTTP/1.1\" 404 19"),
        line("?\" 404 0 \"x HTTP/1.1\" 200 900"),
    ];
    assert!(super::read(&named("traefik"), clean.as_bytes()).contains("target=/c/121 "));
    let content = [&clean, &forged[0], &forged[1], &forged[1]].map(|line| format!("{line}\n"));
    let content = content.concat();
    let detected = breachscope::format::Format::detect(content.as_bytes(), &[], chrono_tz::Tz::UTC)
        .expect("recognised");
    for line in &forged {
        assert_eq!(
            super::read(&named("traefik"), line.as_bytes()),
            "(ambiguous)"
        );
        // Nor is it read by another of the ways that a line may turn out to be written in.
        assert_eq!(super::read(&detected, line.as_bytes()), "(ambiguous)");
    }
}
