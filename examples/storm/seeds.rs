//! Lines to damage, of every format: written for this from the formats' documentation.

/// What [`ALL`]'s lines of `pattern` are written by.
pub const PATTERN: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time $request_id"#;

/// Whether a line of a format must stand before all others of a file.
pub fn is_header(format: &str, line: &str) -> bool {
    line.starts_with('#') || (format.ends_with("sv") && line.contains("time"))
}

/// Parsers and their lines.
pub const ALL: &[(&str, &[&str])] = &[
    ("combined", COMBINED),
    ("common", COMBINED),
    (
        "pattern",
        &[
            r#"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /api/books/10/contacts/14 HTTP/1.1" 200 129 "-" "app/1 (\x22x\x22)" rt=0.012 fc794a95e8c4dfd0ca82402d88b4228a"#,
        ],
    ),
    ("w3c", W3C),
    ("json", JSON),
    ("auto", WRAPPED),
];

const COMBINED: &[&str] = &[
    r#"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /api/books/10/contacts/14?x=%20y HTTP/1.1" 200 129 "https://example.org/" "app/1 (\x22x\x22)""#,
    r#"www.example.org:443 2001:db8::7 - - [23/Nov/2026:02:51:57 +0100] "GET / HTTP/2.0" 304 - "-" "curl/8""#,
    r#"10.0.0.1, 192.0.2.9 - - [23/Nov/2026:02:51:57.123 +0000] "\x16\x03\x01" 400 0"#,
    r#"192.0.2.7 - - [23/Nov/2026:02:51:57 +0100] "-" 408 -"#,
];

const W3C: &[&str] = &[
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) cs(Cookie) sc-status sc-bytes time-taken",
    "2026-11-23 01:51:57 192.0.2.1 GET /api/books/10/contacts/14 page=2&q=a+b DOM\\anna 192.0.2.7 app/1+(x) sid=a%3Db 200 129 12",
    r#"2026-11-23 01:51:57 192.0.2.1 GET /a - - fe80::1%3 "app ""one"" x" - 404 - -"#,
    "#Fields: date time c-ip cs-method cs-uri sc-status",
    "2026-11-23 01:51:57 192.0.2.7 GET /api/books/10 200",
    "#Date: 2026-11-23 00:00:00",
];

const JSON: &[&str] = &[
    r#"{"time":"2026-11-23T01:51:57.123Z","remote_addr":"192.0.2.7","remote_user":"anna","request":"GET /api/books/10/contacts/14?a=b HTTP/1.1","status":"200","body_bytes_sent":"129","http_user_agent":"app \"x\" \u00e4"}"#,
    r#"{"level":"info","ts":1795398717.123456,"request":{"remote_ip":"192.0.2.7","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"GET","host":"example.org","uri":"/api/books/10","headers":{"User-Agent":["app/1"],"Cookie":["sid=a; b=c"]}},"user_id":"","duration":0.012,"size":129,"status":200}"#,
    r#"{"_source":{"@timestamp":"2026-11-23T01:51:57Z","http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":129}}},"url":{"original":"/api/books/10?page=2"},"user":{"name":"anna"}}}"#,
    r#"{"EdgeStartTimestamp":1795398717123456789,"ClientIP":"192.0.2.7","ClientRequestMethod":"GET","ClientRequestURI":"/api/books/10","EdgeResponseStatus":200,"EdgeResponseBytes":129,"RayID":"4a5"}"#,
];

const WRAPPED: &[&str] = &[
    r#"2026-11-23T01:51:57.123456789Z stdout P 192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /api"#,
    r#"2026-11-23T01:51:57.123456789Z stderr F warning: something"#,
    r#"2026-11-23T01:51:57.123456789Z stdout F /books/10 HTTP/1.1" 200 129 "-" "curl/8""#,
    r#"{"log":"192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] \"GET /api/books/10 HTTP/1.1\" 200 129 \"-\" \"curl/8\"\n","stream":"stdout","time":"2026-11-23T01:51:57.5Z"}"#,
    r#"{"MESSAGE":[49,46,49],"__REALTIME_TIMESTAMP":"1795398717000000","_HOSTNAME":"web-1"}"#,
    r#"<190>1 2026-11-23T02:51:57.1+01:00 web-1 nginx 12 - [meta sequenceId="7"] 192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a HTTP/1.1" 200 129"#,
    r#"<190>Nov 23 02:51:57 web-1 nginx: 192.0.2.7 - anna [23/Nov/2026:02:51:57 +0100] "GET /a HTTP/1.1" 200 129"#,
    "\x1b[36mweb-1  | \x1b[0m192.0.2.7 - - [23/Nov/2026:02:51:57 +0100] \"GET /a HTTP/1.1\" 200 129",
];
