//! W3C and JSON lines that have broken other programs, each with what it must be.

use breachscope::format::{Format, State};
use chrono_tz::Tz;

use super::{check, named, read};

fn w3c(lines: &[&str]) -> Vec<String> {
    let (format, mut state) = (named("w3c"), State::default());
    let read = lines
        .iter()
        .map(|line| super::shown(&format.parse(&mut state, line.as_bytes(), 0)));
    read.filter(|shown| shown != "(directive)").collect()
}

#[test]
fn headers_of_w3c() {
    let read = w3c(&[
        "2021-01-08 10:00:00 GET /before",
        "#Software: Microsoft Internet Information Services 10.0",
        "#Date: 2021-01-08 10:00:00",
        "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-bytes time-taken",
        r"2021-01-08 10:00:00 GET /a x=a+b DOM\ann fe80::1%3 Mozilla/5.0+(X+11) - 200 5 31",
        r"2021-01-08 10:00:00 GET /a? - - 1.2.3.4 - http://r/?a+b 200 5 31",
        "2021-01-08 10:00:00 GET /a -  1.2.3.4 - - 200 5 31",
        "2021-01-08 10:00:00 GET /a -",
        "\0\0#Fields: time c-ip sc-status sc-status cs(Cookie)",
        "10:00:01   1.2.3.4\t404 500 -",
        "10:00:61 1.2.3.4 404 500 -",
        r#"10:00:02 1.2.3.4 200 0 "a=""b c"" d""#,
    ]);
    let wanted = [
        "(no_header)",
        r"time=2021-01-08T10:00:00Z client=fe80::1 user=DOM\\ann method=GET target=/a?x=a+b status=200 bytes=5 agent=Mozilla/5.0 (X 11) ms=31.000",
        "time=2021-01-08T10:00:00Z client=1.2.3.4 method=GET target=/a%3F status=200 bytes=5 referer=http://r/?a b ms=31.000",
        "time=2021-01-08T10:00:00Z client=1.2.3.4 method=GET target=/a status=200 bytes=5 ms=31.000",
        "(columns)",
        "time=2021-01-08T10:00:01Z client=1.2.3.4 status=404",
        "(time)",
        "time=2021-01-08T10:00:02Z client=1.2.3.4 status=200",
    ];
    assert_eq!(read, wanted);
}

/// A file with one `#Date` that goes on over midnight: the day moves on where the time falls by half a
/// day, and what could be of either day is a problem.
#[test]
fn days_of_w3c() {
    let times = [
        ("10:00:00", "2021-02-27T10:00:00Z"),
        ("09:59:58", "2021-02-27T09:59:58Z"),
        ("23:59:59", "2021-02-27T23:59:59Z"),
        ("00:00:01", "2021-02-28T00:00:01Z"),
        // Late by some seconds, or early by a day.
        ("23:59:59", "(time)"),
        ("00:00:02", "2021-02-28T00:00:02Z"),
        ("22:30:00", "2021-02-28T22:30:00Z"),
        ("00:30:00", "2021-03-01T00:30:00Z"),
        ("00:29:00", "2021-03-01T00:29:00Z"),
        ("noon", "(time)"),
    ];
    let start = ["#Date: 2021-02-27 09:00:00", "#Fields: time c-ip sc-status"];
    let mut lines: Vec<String> = start.map(str::to_owned).to_vec();
    lines.extend(times.map(|(time, _)| format!("{time} 1.2.3.4 200")));
    let wanted = |(_, at): &(&str, &str)| match at.starts_with('(') {
        true => (*at).to_owned(),
        false => format!("time={at} client=1.2.3.4 status=200"),
    };
    let whole: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(w3c(&whole), times.iter().map(wanted).collect::<Vec<_>>());
    // A chunk may begin at any line.
    let format = named("w3c");
    for (number, time) in times.iter().enumerate() {
        let mut state = State::default();
        let before = lines[..number + 2].join("\n") + "\n";
        format.advance(&mut state, before.as_bytes(), 0);
        let line = lines[number + 2].as_bytes();
        assert_eq!(
            super::shown(&format.parse(&mut state, line, 0)),
            wanted(time),
            "{number}"
        );
    }
    // A new date begins anew, and a column of dates needs none.
    let read = w3c(&[
        "#Fields: time",
        "10:00:00",
        "#Date: 2021-02-27 23:00:00",
        "01:00:00",
        "#Date: 2021-02-27 23:00:00",
        "23:00:01",
        "#Fields: date time",
        "2021-01-01 23:00:00",
        "2021-01-01 01:00:00",
    ]);
    let wanted = [
        "(time)",
        "time=2021-02-28T01:00:00Z",
        "time=2021-02-27T23:00:01Z",
        "time=2021-01-01T23:00:00Z",
        "time=2021-01-01T01:00:00Z",
    ];
    assert_eq!(read, wanted);
}

#[test]
fn cloudfront_with_its_header() {
    let read = w3c(&[
        "#Version: 1.0",
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-request-id x-host-header time-taken",
        "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/i%20x.html\t200\t-\tMozilla/5.0%20(Win)\ta=b\t-\tSOX4==\texample.org\t0.036",
        "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/i.html\t000\t-\tMozilla/5.0%2520(Win)\t-\t-\tSOX4==\texample.org\t0.036",
    ]);
    let wanted = [
        "time=2019-12-04T21:02:31Z client=192.0.2.100 method=GET target=/i%20x.html?a=b host=example.org status=200 bytes=392 agent=Mozilla/5.0 (Win) id=SOX4== ms=36.000",
        "time=2019-12-04T21:02:31Z client=192.0.2.100 method=GET target=/i.html host=example.org status=0 bytes=392 agent=Mozilla/5.0 (Win) id=SOX4== ms=36.000",
    ];
    assert_eq!(read, wanted);
}

#[test]
fn json_of_well_known_writers() {
    check(
        &named("json"),
        &[
            // Caddy, Traefik, Cloudflare, Google.
            (
                r#"{"level":"info","ts":1611741600.123,"request":{"remote_ip":"::1","remote_port":"5","method":"GET","uri":"/a?b","host":"h","proto":"HTTP/2.0","headers":{"User-Agent":["ua"]}},"user_id":"","size":5,"status":0}"#,
                "time=2021-01-27T10:00:00.123Z client=::1 port=5 method=GET target=/a?b protocol=HTTP/2.0 host=h status=0 bytes=5 agent=ua",
            ),
            (
                r#"{"ClientHost":"1.2.3.4","ClientUsername":"-","DownstreamStatus":200,"Duration":1500000,"RequestMethod":"GET","RequestPath":"/a","StartUTC":"2021-01-27T10:00:00.5Z","time":"2021-01-27T10:00:01Z"}"#,
                "time=2021-01-27T10:00:00.500Z client=1.2.3.4 method=GET target=/a status=200 ms=1.500",
            ),
            (
                r#"{"EdgeStartTimestamp":1611741600000000000,"ClientIP":"1.2.3.4","ClientRequestURI":"/a?b","ClientRequestPath":"/a","EdgeResponseStatus":"304","RayID":"r1"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 target=/a?b status=304 id=r1",
            ),
            (
                r#"{"timestamp":"2021-01-27T10:00:00Z","httpRequest":{"remoteIp":"1.2.3.4:99","requestUrl":"http://h/a","responseSize":"7","status":200,"requestMethod":"GET"}}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 port=99 method=GET target=http://h/a status=200 bytes=7",
            ),
            // Elastic's schema, nested and with dots in the keys.
            (
                r#"{"@timestamp":"2021-01-27T10:00:00Z","url":{"path":"/a","query":"b"},"http.request.method":"GET","user":{"name":"ann"}}"#,
                "time=2021-01-27T10:00:00Z user=ann method=GET target=/a?b",
            ),
            // nginx: escapes that are no JSON, raw bytes, slashes that PHP escapes.
            (
                r#"{"time_local":"27/Jan/2021:10:00:00 +0000","request":"GET \/a\x22\u00e9 HTTP\/1.1","status":"200","bytes_sent":-1}"#,
                r#"time=2021-01-27T10:00:00Z method=GET target=/a\"\xc3\xa9 protocol=HTTP/1.1 status=200"#,
            ),
            (r#"{"status":200} x"#, "(json)"),
            (r#"{"status":200"#, "(cut)"),
            (r#"{"status":020}"#, "(json)"),
            (r#"{"status":"abc"}"#, "(status)"),
            (r#"{"status":200,"bytes":1.5}"#, "(bytes)"),
            (r#"{"status":200,"time":"now"}"#, "(time)"),
            (
                r#"{"msg":"started","time":"2021-01-27T10:00:00Z"}"#,
                "(shape)",
            ),
            (r#"[1]"#, "(json)"),
        ],
    );
    let deep = format!(
        "{{\"status\":200,\"x\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(read(&named("json"), deep.as_bytes()), "(json)");
}

#[test]
fn json_by_a_field_map() {
    let map = |pairs: &[(&str, &str)]| {
        let fields: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        Format::named("json", &fields, Tz::Europe__Stockholm)
    };
    let format = map(&[
        ("time", "t"),
        ("request", "r.line"),
        ("account", "u.0.id"),
        ("duration_s", "d"),
    ]);
    check(
        &format.expect("a map that holds"),
        &[
            (
                r#"{"t":"2021-01-27 11:00:00.5","r":{"line":"GET /a HTTP/1.1"},"u":[{"id":17}],"d":"0.5","status":9}"#,
                "time=2021-01-27T10:00:00.500Z account=17 method=GET target=/a protocol=HTTP/1.1 ms=500.000",
            ),
            (
                r#"{"t":"1611741600","r.line":"POST /b"}"#,
                "time=2021-01-27T10:00:00Z method=POST target=/b",
            ),
            (
                r#"{"r.line":"GET /dotted","r":{"line":"GET /nested"}}"#,
                "method=GET target=/nested",
            ),
        ],
    );
    let problem = |pairs| map(pairs).expect_err("a map that does not hold").message;
    assert!(problem(&[("tiem", "t")]).contains("did you mean `time`?"));
    assert!(problem(&[("time", "t")]).contains("`target`"));
    assert!(problem(&[("time", "")]).contains("names no path"));
}

/// A name that says two things: which one a reader takes is its own choice, so neither is taken.
#[test]
fn json_that_says_two_things() {
    let line = |more: &str| {
        format!(
            r#"{{"time":"2021-01-27T10:00:00Z","remote_addr":"1.2.3.4","remote_user":"al","request_method":"GET","request_uri":"/a","status":200,"body_bytes_sent":7,"x":1{more}}}"#
        )
    };
    let told = |line: &str| read(&named("json"), line.as_bytes());
    let clean = told(&line(""));
    assert!(clean.contains("user=al"), "{clean}");
    for more in [
        r#","remote_user":"al""#,
        r#","status":"200""#,
        r#","x":2"#,
        r#","http_user_agent":"a","http_user_agent":"a""#,
    ] {
        assert!(told(&line(more)).starts_with(&clean), "{more}");
    }
    for more in [
        r#","remote_user":"bo""#,
        r#","remote\u005fuser":"bo""#,
        r#","remote_user":"-""#,
        r#","remote_user":null"#,
        r#","remote_user":null,"user":"bo""#,
        r#","time":"2020-01-27T10:00:00Z""#,
        r#","remote_addr":"1.2.3.5""#,
        r#","request_uri":"/b""#,
        r#","request_method":"PUT""#,
        r#","status":404"#,
        r#","body_bytes_sent":8"#,
    ] {
        assert!(
            told(&line(more)).contains("(ambiguous)"),
            "{more}: {}",
            told(&line(more))
        );
    }
    // Before the writer's own, and an empty one before it too.
    for before in [r#"{"remote_user":"bo","#, r#"{"remote_user":"-","#] {
        let line = line("").replacen('{', before, 1);
        assert!(told(&line).contains("(ambiguous)"), "{line}");
    }
    // An envelope says its own time.
    let inside = format!(
        r#"{{"@timestamp":"2021-01-27T10:00:05Z","_source":{}}}"#,
        line("")
    );
    assert!(!told(&inside).contains("(ambiguous)"), "{inside}");
}
