//! Lines of Amazon's balancers, storage and delivery, with the traps of each.

use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;

use super::{check, named, read, shown};

/// An application balancer's line with this request, and what may be told of it before the request.
fn alb(request: &str) -> String {
    format!(
        r#"https 2021-03-16T20:20:00.135052Z app/lb/a32a 10.2.1.4:50599 10.1.5.4:80 0.001 0.052 0.000 200 200 589 2084 "{request}" "a\x22b (x)" E T arn:aws:x "Root=1-6051-31f3" "some.example" "arn:c" 0 2021-03-16T20:20:00.081000Z "waf,forward" "-" "-" "10.1.5.4:80" "200" "-" "-" TID_1 "new" x"#
    )
}

#[test]
fn application_balancers() {
    let start = "time=2021-03-16T20:20:00.135052Z client=10.2.1.4 port=50599";
    let end = r#"status=200 bytes=2084 agent=a\"b (x) id=Root=1-6051-31f3 ms=53.000"#;
    let table = [
        (
            "GET https://h.example:443/a?b=1 HTTP/1.1",
            "method=GET target=https://h.example:443/a?b=1 protocol=HTTP/1.1 host=some.example",
        ),
        (
            "GET https://h.example:443/a b/c HTTP/1.1",
            "method=GET target=https://h.example:443/a b/c protocol=HTTP/1.1 host=some.example",
        ),
        (
            "- http://h.example:80- -",
            "target=http://h.example:80- host=some.example",
        ),
        (
            "- http://h.example:80-/ ",
            "target=http://h.example:80-/ host=some.example",
        ),
        ("- - - ", "host=some.example"),
        ("- - -", "host=some.example"),
    ];
    for (request, wanted) in table {
        let line = alb(request);
        assert_eq!(
            read(&named("alb"), line.as_bytes()),
            format!("{start} {wanted} {end}")
        );
    }
    let v6 = alb("GET https://h:443/ HTTP/2.0").replace("10.2.1.4:50599", "2001:db8::1:50599");
    assert!(read(&named("alb"), v6.as_bytes()).contains("client=2001:db8::1 port=50599 "));
    let unanswered = alb("GET https://h:443/ HTTP/2.0")
        .replace("10.1.5.4:80 0.001 0.052 0.000 200 200", "- -1 -1 -1 460 -");
    let shown = read(&named("alb"), unanswered.as_bytes());
    assert!(
        shown.contains(" status=460 ") && !shown.contains("ms="),
        "{shown}"
    );
}

#[test]
fn what_is_no_line_of_a_balancer() {
    let network = "tls 2.0 2018-12-20T02:59:40 net/lb/c6e7 g3d4 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:x - E T - lb.example - - - 2018-12-20T02:59:30";
    let connection = r#"2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 E 4.036 "CN=x" NotBefore=2;NotAfter=3 FEF2 Success TID_3"#;
    let whole = alb("GET https://h:443/ HTTP/1.1");
    let cut = |at: &str| whole[..whole.find(at).expect("a part of it")].to_owned();
    check(
        &named("alb"),
        &[
            (network, "(no_request)"),
            (connection, "(no_request)"),
            ("http nonsense", "(shape)"),
            (
                "https 2021-03-16T20:20:00.135052Z app/lb/a32a 10.2.1.4:50599 x y",
                "(shape)",
            ),
            (&cut("589"), "(cut)"),
            (&cut("\"GET"), "(cut)"),
            (&cut("0.052"), "(cut)"),
            (
                &whole.replace("2021-03-16T20:20:00.1", "2021-13-16T20:20:00.1"),
                "(time)",
            ),
            (&whole.replace(" 2084 ", " 2k "), "(bytes)"),
        ],
    );
    check(
        &named("elb"),
        &[
            (network, "(no_request)"),
            (connection, "(no_request)"),
            ("x", "(shape)"),
        ],
    );
}

#[test]
fn classic_balancers() {
    let line = |rest: &str| {
        format!(
            "2015-05-13T23:39:43.945958Z lb 192.168.131.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 {rest}"
        )
    };
    let start = "time=2015-05-13T23:39:43.945958Z client=192.168.131.39 port=2817";
    let table = [
        (
            r#"200 200 0 57 "GET https://h.example:443/a HTTP/1.1" "curl" E T"#,
            "method=GET target=https://h.example:443/a protocol=HTTP/1.1 host=h.example status=200 bytes=57 agent=curl ms=2.471",
        ),
        (r#"- - 82 305 "- - - " "-" - -"#, "bytes=305 ms=2.471"),
        (
            r#"400 - 0 0 "GET http://h:80/a HTTP/1.1""#,
            "method=GET target=http://h:80/a protocol=HTTP/1.1 host=h status=400 bytes=0 ms=2.471",
        ),
    ];
    for (rest, wanted) in table {
        assert_eq!(
            read(&named("elb"), line(rest).as_bytes()),
            format!("{start} {wanted}")
        );
    }
}

#[test]
fn storage() {
    let start = "79a5 bucket [06/Feb/2014:00:00:38 +0000]";
    let table = [
        (
            r#"192.0.2.3 arn:aws:iam::1:user/ann 3E57 REST.GET.OBJECT a%2Bb.html "GET /bucket/a%2Bb.html?x HTTP/1.1" 200 - 113 113 7 5 "http://r/" "S3 "Console" 0.4" - hid SigV2 E AuthHeader bucket.s3.example TLSv1.2 - - more columns"#,
            r#"client=192.0.2.3 user=arn:aws:iam::1:user/ann method=GET target=/bucket/a%2Bb.html?x protocol=HTTP/1.1 host=bucket.s3.example status=200 bytes=113 referer=http://r/ agent=S3 \"Console\" 0.4 id=3E57 ms=7.000"#,
        ),
        (
            r#"- svc:s3 8B58 BATCH.DELETE.OBJECT some/key - 204 - - 47 - - - - - hid SigV4 E AuthHeader - TLSv1.2"#,
            "user=svc:s3 status=204 id=8B58",
        ),
        (
            r#"192.0.2.3 - 3E57 REST.GET.OBJECT k "-" 200 - 5 5 7 5 "-" "-" -"#,
            "client=192.0.2.3 status=200 bytes=5 id=3E57 ms=7.000",
        ),
        (
            r#"2001:DB8::1 79a5 3E57 WEBSITE.GET.OBJECT k "GET /k" 200 - 5 5 7 -"#,
            "client=2001:db8::1 user=79a5 method=GET target=/k status=200 bytes=5 id=3E57 ms=7.000",
        ),
    ];
    for (rest, wanted) in table {
        let line = format!("{start} {rest}");
        assert_eq!(
            read(&named("s3"), line.as_bytes()),
            format!("time=2014-02-06T00:00:38Z {wanted}"),
            "{rest}"
        );
    }
    check(
        &named("s3"),
        &[
            (
                "79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 a 3E57 REST.GET.OBJECT",
                "(cut)",
            ),
            (
                r#"79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 a 3E57 REST.GET.OBJECT k "GET /k HT"#,
                "(cut)",
            ),
            (
                "79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 a",
                "(cut)",
            ),
            (
                "79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 a b c d e",
                "(shape)",
            ),
            (
                r#"79a5 bucket [06/Foo/2014:00:00:38 +0000] 192.0.2.3 a 3E57 REST.GET.OBJECT k "GET /k" 200 - 5 5 7 -"#,
                "(time)",
            ),
            ("x", "(shape)"),
        ],
    );
}

const DELIVERY: &str = "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/i%20x.html\t200\t-\tMozilla/5.0%2520(Win)\ta=b\tsid%3D1;%20t=2\tHit\tSOX4==\texample.org\thttps\t23\t0.036\t1.1.1.1,%202.2.2.2\t-\t-\tHit\tHTTP/2.0\t-\t-\t11040";

#[test]
fn delivery_without_its_header() {
    let wanted = "time=2019-12-04T21:02:31Z client=192.0.2.100 port=11040 method=GET target=/i%20x.html?a=b protocol=HTTP/2.0 host=example.org status=200 bytes=392 agent=Mozilla/5.0 (Win) id=SOX4== ms=36.000";
    let tabs: Vec<&str> = DELIVERY.split('\t').collect();
    check(
        &named("cloudfront"),
        &[
            (DELIVERY, wanted),
            (&format!("{DELIVERY}\t-\t-\t-\t-\t-\t-\tnew\tnewer"), wanted),
            ("#Version: 1.0", "(directive)"),
            (
                &tabs[..14].join("\t"),
                "time=2019-12-04T21:02:31Z client=192.0.2.100 method=GET target=/i%20x.html?a=b status=200 bytes=392 agent=Mozilla/5.0 (Win)",
            ),
            (&tabs[..12].join("\t"), "(columns)"),
            (&tabs[..9].join("\t"), "(shape)"),
            (&DELIVERY.replace('\t', " "), "(shape)"),
            (&DELIVERY.replace("21:02:31", "21:02:61"), "(time)"),
        ],
    );
    let Line::Record(record) =
        named("cloudfront").parse(&mut State::default(), DELIVERY.as_bytes(), 0)
    else {
        panic!("a record")
    };
    assert_eq!(record.forwarded.as_deref(), Some(&b"1.1.1.1, 2.2.2.2"[..]));
    assert!(record.head_counted && record.nameless);
}

#[test]
fn delivery_with_rows_that_lack_columns_at_the_end() {
    let header = "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes x-edge-request-id x-last";
    let table = [
        (
            "2019-12-04\t21:02:31\t1.1.1.1\tGET\t/a\tb\t200\t5\tid\tl",
            true,
        ),
        (
            "2019-12-04\t21:02:31\t1.1.1.1\tGET\t/a\tb\t200\t5\tid",
            true,
        ),
        // The last cell may be half of what was counted.
        ("2019-12-04\t21:02:31\t1.1.1.1\tGET\t/a\tb\t200\t5", false),
        (
            "2019-12-04\t21:02:31\t1.1.1.1\tGET\t/a\tb\t200\t5\tid\tl\tm",
            false,
        ),
        // Blanks are no tabs: which of the columns is missing cannot be told.
        ("2019-12-04 21:02:31 1.1.1.1 GET /a b 200 5 id", false),
    ];
    for (line, is_read) in table {
        let (format, mut state) = (named("w3c"), State::default());
        format.parse(&mut state, header.as_bytes(), 0);
        let shown = shown(&format.parse(&mut state, line.as_bytes(), 0));
        if is_read {
            assert!(
                shown.contains("target=/a?b status=200 bytes=5"),
                "{line}: {shown}"
            );
        } else {
            assert_eq!(shown, "(columns)", "{line}");
        }
    }
}

#[test]
fn delivery_in_real_time() {
    let format = |list: &str| {
        Format::named(
            "cloudfront-realtime",
            &[("columns".into(), list.into())],
            Tz::UTC,
        )
    };
    let list = "timestamp c-ip sc-status sc-bytes cs-method cs-host cs-uri-stem time-taken cs-user-agent cs-cookie cs-uri-query cs-headers";
    let reader = format(list).expect("columns that there are");
    let line = "1611741600.123\t1.2.3.4\t200\t99\tGET\th\t/a?b=1\t0.5\tMozilla%20(X)\tsid=1\tb=1\tHost:h%0AX-User:ann%0A";
    check(
        &reader,
        &[
            (
                line,
                "time=2021-01-27T10:00:00.123Z client=1.2.3.4 method=GET target=/a?b=1 host=h status=200 bytes=99 agent=Mozilla (X) ms=500.000",
            ),
            (
                &line.replace("/a?b=1", "/a"),
                "time=2021-01-27T10:00:00.123Z client=1.2.3.4 method=GET target=/a?b=1 host=h status=200 bytes=99 agent=Mozilla (X) ms=500.000",
            ),
            (&format!("{line}\tone more"), "(columns)"),
            ("1611741600.123\t1.2.3.4", "(columns)"),
            (&line.replace("1611741600.123", "now"), "(time)"),
        ],
    );
    let message = |list| format(list).expect_err("it does not hold").message;
    assert!(message("timestamp c-ipp").contains("did you mean `c-ip`?"));
    assert!(message("c-ip").contains("at least timestamp"));
    let none = Format::named("cloudfront-realtime", &[], Tz::UTC).expect_err("no columns");
    assert!(none.message.contains("fields = { columns = "), "{none}");
}
