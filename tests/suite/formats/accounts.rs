//! The case's `account` key in every format: where it is found, and where it cannot be.

use breachscope::case::{AccountKey, FormatSpec};
use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;

use super::{named, pattern};

fn key(text: &str) -> AccountKey {
    match text.split_once(':') {
        Some(("cookie", name)) => AccountKey::Cookie(name.into()),
        Some(("header", name)) => AccountKey::Header(name.into()),
        Some(("query", name)) => AccountKey::Query(name.into()),
        _ => AccountKey::Field(text.into()),
    }
}

/// The account that the last of the lines names.
fn account(format: &Format, name: &str, lines: &[&str]) -> Option<String> {
    let format = format
        .clone()
        .bind_account(Some(&key(name)))
        .expect("a key that it has");
    let mut state = State::default();
    let mut account = None;
    for line in lines {
        if let Line::Record(record) = format.parse(&mut state, line.as_bytes(), 0) {
            account = record
                .account
                .map(|account| account.escape_ascii().to_string());
        }
    }
    account
}

fn check(format: &Format, lines: &[&str], table: &[(&str, Option<&str>)]) {
    for (key, wanted) in table {
        assert_eq!(account(format, key, lines).as_deref(), *wanted, "{key}");
    }
}

fn complaint(format: Format, name: &str) -> String {
    format
        .bind_account(Some(&key(name)))
        .expect_err("a key that it cannot have")
        .message
}

#[test]
fn in_combined() {
    let line =
        r#"1.1.1.1 idn bob [08/Jan/2021:10:00:00 +0000] "GET /a?u=x%20y&u=z&v= HTTP/1.1" 200 5"#;
    check(
        &named("combined"),
        &[line],
        &[
            ("remote_user", Some("bob")),
            ("ident", Some("idn")),
            ("query:u", Some("x y")),
            ("query:v", None),
            ("query:w", None),
        ],
    );
    assert!(complaint(named("combined"), "cookie:sid").contains("remote_user"));
    assert!(complaint(named("common"), "header:X-User").contains("`pattern`"));
    assert!(complaint(named("common"), "nobody").contains("field `nobody`"));
}

#[test]
fn in_patterns() {
    let nginx = pattern(
        r#"$remote_user "$http_cookie" "$request_uri" $cookie_own $http_x_user $arg_key $jwt_sub"#,
    );
    let line = r#"bob "sid=\x22s1\x22; t=2; sid=3" "/a?q=5" own hdr arg sub"#;
    check(
        &nginx,
        &[line],
        &[
            ("remote_user", Some("bob")),
            ("$remote_user", Some("bob")),
            ("cookie:sid", Some("s1")),
            ("cookie:t", Some("2")),
            ("cookie:T", None),
            ("cookie:own", Some("own")),
            ("header:X-User", Some("hdr")),
            ("http_x_user", Some("hdr")),
            ("query:key", Some("arg")),
            ("query:q", Some("5")),
            ("jwt_sub", Some("sub")),
        ],
    );
    assert!(complaint(nginx, "nobody").contains("$jwt_sub"));
    let apache = pattern(r#"%u %{sid}C %{X-Account}o "%{Cookie}i" %{UID}e"#);
    let line = r#"- s9 acc "sid=no; b=7" u-1"#;
    check(
        &apache,
        &[line],
        &[
            ("remote_user", None),
            ("cookie:sid", Some("s9")),
            ("cookie:b", Some("7")),
            ("header:x-account", Some("acc")),
            ("%{X-Account}o", Some("acc")),
            ("UID", Some("u-1")),
        ],
    );
    assert!(!pattern("%h %t").carries_account());
    assert!(pattern("%h %u").carries_account());
    let bound = pattern("%h %{sid}C")
        .bind_account(Some(&key("cookie:sid")))
        .expect("it has one");
    assert!(bound.carries_account());
}

#[test]
fn in_w3c() {
    let lines = [
        "#Fields: date time cs-username cs(Cookie) cs(X-User) X-Forwarded-For cs-uri-stem cs-uri-query sc-status",
        r"2021-01-08 10:00:00 DOM\u sid=s1;+t=2 a+b 9.9.9.9 /a k=v%2B 200",
    ];
    check(
        &named("w3c"),
        &lines,
        &[
            ("cs-username", Some(r"DOM\\u")),
            ("remote_user", Some(r"DOM\\u")),
            ("cookie:sid", Some("s1")),
            ("cookie:t", Some("2")),
            ("header:X-User", Some("a b")),
            ("cs(x-user)", Some("a b")),
            ("header:X-Forwarded-For", Some("9.9.9.9")),
            ("query:k", Some("v+")),
            ("no-such-column", None),
        ],
    );
}

#[test]
fn in_columns_of_a_fixed_order() {
    let haproxy = r##"1.2.3.4:5 [09/Dec/2013:12:59:46.633] fe be/s 0/1/2/3/4 200 5 sid=a#22b SRV=s1 ---- 1/1/1/1/0 0/0 {h|ann#7Cx|} {r0} "GET /a?u=q HTTP/1.1""##;
    check(
        &named("haproxy"),
        &[haproxy],
        &[
            ("capture.request.1", Some("ann|x")),
            ("capture.request.2", None),
            ("capture.request.11", None),
            ("capture.response.0", Some("r0")),
            ("cookie:sid", Some("a\\\"b")),
            ("cookie:SRV", Some("s1")),
            ("query:u", Some("q")),
        ],
    );
    let common = r#"1.2.3.4 - - [09/Dec/2013:12:59:46 +0000] "GET /a HTTP/1.1" 200 5 "" "" 5 633 "fe" "be" "s" 0 1 2 3 4 "----" 1 1 1 1 0 0 0 "sid=x" "" "h0" "ann""#;
    check(
        &named("haproxy"),
        &[common],
        &[
            ("capture.request.1", Some("ann")),
            ("cookie:sid", Some("x")),
            ("server_name", Some("s")),
        ],
    );
    let s3 = r#"own b [06/Feb/2014:00:00:38 +0000] 1.2.3.4 ann 3E57 REST.GET.OBJECT k "GET /k?u=v HTTP/1.1" 200 - 5 5 7 - "-" "ua" -"#;
    check(
        &named("s3"),
        &[s3],
        &[
            ("remote_user", Some("ann")),
            ("requester", Some("ann")),
            ("bucket_owner", Some("own")),
            ("header:user-agent", Some("ua")),
            ("query:u", Some("v")),
        ],
    );
    let delivery = "2019-12-04\t21:02:31\tLAX1\t392\t1.2.3.4\tGET\td\t/i\t200\t-\tua\tu=v\tsid=s1;%20t=2\tHit\tid";
    check(
        &named("cloudfront"),
        &[delivery],
        &[
            ("cookie:t", Some("2")),
            ("query:u", Some("v")),
            ("cs(Cookie)", Some("sid=s1; t=2")),
        ],
    );
    let list = [(
        "columns".to_owned(),
        "timestamp cs-headers cs-cookie".to_owned(),
    )];
    check(
        &Format::named("cloudfront-realtime", &list, Tz::UTC).expect("columns that there are"),
        &["1611741600.5\tHost:h%0AX-User:%20ann%0A\tsid=s1"],
        &[
            ("header:x-user", Some("ann")),
            ("header:y", None),
            ("cookie:sid", Some("s1")),
        ],
    );
    let envoy =
        r#"[2021-01-27T10:00:00Z] "GET /?u=v HTTP/2" 200 - 0 5 1 - "9.9.9.9" "ua" "id" "h" "up""#;
    check(
        &named("istio"),
        &[envoy],
        &[
            ("header:x-forwarded-for", Some("9.9.9.9")),
            ("authority", Some("h")),
            ("query:u", Some("v")),
        ],
    );
    let traefik = r#"1.2.3.4 - ann [08/Jan/2021:10:00:00 +0000] "GET /?u=v HTTP/2.0" 200 5 "-" "ua" 12 "r" "s" 3ms"#;
    check(
        &named("traefik"),
        &[traefik],
        &[
            ("remote_user", Some("ann")),
            ("RouterName", Some("r")),
            ("query:u", Some("v")),
        ],
    );
}

#[test]
fn where_no_column_names_one() {
    for name in ["alb", "elb", "cloudfront", "envoy", "istio", "haproxy"] {
        assert!(!named(name).carries_account(), "{name}");
        let bound = named(name)
            .bind_account(Some(&key("query:u")))
            .expect("a query");
        assert!(bound.carries_account(), "{name}");
        let message = complaint(named(name), "remote_user");
        assert!(
            message.contains("names an account") && message.contains("query:NAME"),
            "{message}"
        );
    }
    assert!(named("s3").carries_account() && named("traefik").carries_account());
    assert!(complaint(named("alb"), "trace_ids").contains("did you mean `trace_id`?"));
    assert!(complaint(named("alb"), "cookie:sid").contains("cookie:sid"));
    assert!(complaint(named("cloudfront"), "header:X-User").contains("cs(Cookie)"));
    assert!(complaint(named("haproxy"), "header:X-User").contains("capture.request.0"));
}

/// Without a column for the user a W3C line has no place for an account, whatever the next header says.
#[test]
fn nameless_lines_of_w3c() {
    let nameless = |format: &Format, fields: &str, line: &str| {
        let mut state = State::default();
        format.parse(&mut state, fields.as_bytes(), 0);
        match format.parse(&mut state, line.as_bytes(), 0) {
            Line::Record(record) => record.nameless,
            other => panic!("{other:?}"),
        }
    };
    let (with, without) = ("#Fields: c-ip cs-username", "#Fields: c-ip cs(Cookie)");
    assert!(!nameless(&named("w3c"), with, "1.2.3.4 -"));
    assert!(nameless(&named("w3c"), without, "1.2.3.4 sid=1"));
    let by = |name| {
        named("w3c")
            .bind_account(Some(&key(name)))
            .expect("any key")
    };
    assert!(nameless(&by("cookie:sid"), with, "1.2.3.4 ann"));
    assert!(!nameless(&by("cookie:sid"), without, "1.2.3.4 -"));
}

#[test]
fn fields_by_name() {
    let fields = |format: &Format, lines: &[&str]| {
        let (mut state, (last, before)) = (State::default(), lines.split_last().expect("a line"));
        for line in before {
            format.parse(&mut state, line.as_bytes(), 0);
        }
        let fields = format.fields(&state, last.as_bytes());
        let shown = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.escape_ascii()));
        shown.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        fields(
            &pattern("$remote_addr ${x_user} [$time_local] \"$http_cookie\" -"),
            &[r#"1.1.1.1 ann [08/Jan/2021:10:00:00 +0000] "a=\x22" -"#]
        ),
        r#"$remote_addr=1.1.1.1 ${x_user}=ann $time_local=08/Jan/2021:10:00:00 +0000 $http_cookie=a=\""#
    );
    assert_eq!(
        fields(
            &named("w3c"),
            &[
                "#Fields: c-ip cs(X-User) x-own sc-status",
                "1.1.1.1 a+b v+w -"
            ]
        ),
        "c-ip=1.1.1.1 cs(X-User)=a b x-own=v+w"
    );
    let traefik = r#"1.2.3.4 - ann [08/Jan/2021:10:00:00 +0000] "GET / HTTP/2.0" 200 5 "-" "ua" 12 "r" "-" 3ms"#;
    assert_eq!(
        fields(&named("traefik"), &[traefik]),
        "ClientUsername=ann RequestUserAgentHeader=ua RequestCount=12 RouterName=r Duration=3ms"
    );
}

#[test]
fn in_json() {
    let line = r#"{"status":200,"uri":"/a?k=v","user":{"id":7},"sub":"x","cookies":{"sid":"s1"},"http_x_user":"direct","headers":[{"name":"X-Account","value":"h1"},{"name":"Y","value":["y1","y2"]}]}"#;
    check(
        &named("json"),
        &[line],
        &[
            ("user.id", Some("7")),
            ("sub", Some("x")),
            ("cookie:sid", Some("s1")),
            ("header:X-User", Some("direct")),
            ("header:x-account", Some("h1")),
            ("header:y", Some("y1")),
            ("header:z", None),
            ("query:k", Some("v")),
            ("nobody", None),
        ],
    );
    let line =
        r#"{"status":200,"request":{"headers":{"Cookie":["a=1; sid=s2"],"x-account":["h2"]}}}"#;
    check(
        &named("json"),
        &[line],
        &[("cookie:sid", Some("s2")), ("header:X-Account", Some("h2"))],
    );
    let spec = FormatSpec {
        fields: [("time", "t"), ("path", "p"), ("user", "who.name")]
            .map(|(key, path)| (key.to_owned(), path.to_owned()))
            .to_vec(),
        ..FormatSpec::default()
    };
    let format = Format::from_spec(&spec, Tz::UTC)
        .expect("it holds")
        .expect("no detection");
    let line = r#"{"t":1611741600,"p":"/a","who":{"name":"ann","id":3}}"#;
    check(
        &format,
        &[line],
        &[("user", Some("ann")), ("who.id", Some("3"))],
    );
}

#[test]
fn without_a_key_it_is_the_user() {
    let line = br#"1.1.1.1 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#;
    let format = named("combined")
        .bind_account(None)
        .expect("nothing to refuse");
    let Line::Record(record) = format.parse(&mut State::default(), line, 0) else {
        panic!("a record")
    };
    assert_eq!(record.account.as_deref(), Some(&b"bob"[..]));
}

#[test]
fn what_a_source_asks_for() {
    let spec = |name: Option<&str>, pattern: Option<&str>| FormatSpec {
        name: name.map(str::to_owned),
        pattern: pattern.map(str::to_owned),
        fields: Vec::new(),
    };
    let from = |spec: &FormatSpec| {
        Format::from_spec(spec, Tz::UTC).map(|format| format.map(|f| f.name().to_owned()))
    };
    assert_eq!(from(&spec(None, None)), Ok(None));
    assert_eq!(from(&spec(Some("auto"), None)), Ok(None));
    assert_eq!(from(&spec(Some("w3c"), None)), Ok(Some("w3c".into())));
    assert_eq!(from(&spec(None, Some("%h"))), Ok(Some("pattern".into())));
    assert!(from(&spec(Some("w3c"), Some("%h"))).is_err());
    let mut both = spec(Some("combined"), None);
    both.fields.push(("time".into(), "t".into()));
    assert!(
        from(&both)
            .expect_err("fields are JSON's")
            .message
            .contains("`fields`")
    );
}
