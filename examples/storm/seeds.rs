//! Lines to damage, of every format: written for this from the formats' documentation.

/// What [`ALL`]'s lines of `pattern` are written by.
pub const PATTERN: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time $request_id"#;

/// Whether a line of a format must stand before all others of a file.
pub fn is_header(format: &str, line: &str) -> bool {
    line.starts_with('#') || (format.ends_with("sv") && line.starts_with("time"))
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
    ("csv", CSV),
    ("tsv", TSV),
    ("alb", ALB),
    ("elb", ELB),
    ("cloudfront", CLOUDFRONT),
    ("s3", S3),
    ("haproxy", HAPROXY),
    ("envoy", ENVOY),
    ("istio", ENVOY),
    ("traefik", TRAEFIK),
    ("squid", SQUID),
    ("uvicorn", UVICORN),
    ("uwsgi", UWSGI),
    ("logfmt", LOGFMT),
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

const CSV: &[&str] = &[
    "time,client_ip,user,method,url,status,bytes,user_agent",
    r#"2026-11-23T01:51:57Z,192.0.2.7,anna,GET,/api/books/10,200,129,"app ""one"", x""#,
    r#"2026-11-23 01:51:57,192.0.2.7,NULL,GET,"/a,b",404,,"two"#,
    r#"lines""#,
    "1795398717,2001:db8::7,,POST,/a,500,0,-",
];

const TSV: &[&str] = &[
    "time\tclient_ip\tuser\tmethod\turl\tstatus\tbytes",
    "2026-11-23T01:51:57Z\t192.0.2.7\tanna\tGET\t/api/books/10\t200\t129",
    "2026-11-23T01:51:57Z\t192.0.2.7\t\"a\tb\"\tGET\t/a\t200\t",
];

const ALB: &[&str] = &[
    r#"https 2026-11-23T01:51:57.186641Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET https://example.org:443/api/books/10 HTTP/2.0" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/t/7 "Root=1-58337364-23a8c76965a2ef7629b185e3" "example.org" "-" 0 2026-11-23T01:51:57.185000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-""#,
    r#"http 2026-11-23T01:51:57.186641Z app/lb/50dc6c495c0c9188 192.0.2.7:2817 - -1 -1 -1 400 - 0 0 "- http://example.org:80- -" "-" - - - "-" "-" "-" - 2026-11-23T01:51:57.185000Z "-" "-" "-" "-" "-" "-" "-""#,
];

const ELB: &[&str] = &[
    r#"2026-11-23T01:51:57.945958Z lb 192.0.2.7:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://example.org:80/api/books/10 HTTP/1.1" "curl/8" - -"#,
    r#"2026-11-23T01:51:57.945958Z lb 192.0.2.7:2817 - -1 -1 -1 503 0 0 0 "GET http://example.org:80/ HTTP/1.1""#,
];

const CLOUDFRONT: &[&str] = &[
    "2026-11-23\t01:51:57\tARN56-C1\t2390282\t192.0.2.7\tGET\td111.cloudfront.net\t/api/books/10\t200\t-\tMozilla/5.0%20(x)\ta=b\t-\tHit\tid==\texample.org\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE\tHit\tHTTP/2.0\t-\t-",
];

const S3: &[&str] = &[
    r#"79a5 bucket [23/Nov/2026:01:51:57 +0000] 192.0.2.7 arn:aws:iam::1:user/anna 3E57427F3EXAMPLE REST.GET.OBJECT books/10.json "GET /bucket/books/10.json?x=1 HTTP/1.1" 200 - 113 113 7 6 "-" "S3Console/0.4" - id SigV4 ECDHE AuthHeader bucket.s3.amazonaws.com TLSv1.2 - -"#,
    r#"79a5 bucket [23/Nov/2026:01:51:57 +0000] - 79a5 3E57 BATCH.DELETE.OBJECT a+b%20c - 204 - - 12 - - - - -"#,
];

const HAPROXY: &[&str] = &[
    r#"192.0.2.7:33317 [23/Nov/2026:02:51:57.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu|anna} {} "GET /api/books/10 HTTP/1.1""#,
    r#"2001:db8::7:58430 [23/Nov/2026:02:51:57.655] http-in~ http-in/<NOSRV> -1/-1/-1/-1/+0 400 +187 - - PR-- 1/1/0/0/3 0/0 "<BADREQ>""#,
];

const ENVOY: &[&str] = &[
    r#"[2026-11-23T01:51:57.123Z] "GET /api/books/10 HTTP/1.1" 200 - 0 154 226 100 "10.0.35.28" "curl/8" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "example.org" "tcp://10.0.2.1:80""#,
    r#"[2026-11-23T01:51:57.123Z] "- - -" 0 UF,URX - "-" 0 0 12 - "-" "-" "-" "-" "10.0.0.1:80" outbound|80||x.y - 10.0.0.2:443 192.0.2.7:3456 - -"#,
];

const TRAEFIK: &[&str] = &[
    r#"192.0.2.7 - anna [23/Nov/2026:01:51:57 +0000] "GET /api/books/10 HTTP/2.0" 200 129 "-" "curl/8" 12 "web@docker" "http://10.0.0.1:80" 5ms"#,
    r#"192.0.2.7 - - [23/Nov/2026:01:51:57 +0000] "GET / HTTP/1.1" - - "-" "-" 13 "-" "-" 0ms"#,
];

const SQUID: &[&str] = &[
    "1795398717.123    109 192.0.2.7 TCP_MISS/200 2750 GET http://example.org/api/books/10 anna HIER_DIRECT/10.0.0.1 text/html",
];

const LOGFMT: &[&str] = &[
    r#"2026-11-23T01:51:57.123Z INFO method=GET path=/api/books/10/contacts/14?a=b%20c status=200 bytes=129 user=anna remote=192.0.2.7 agent="app \"x\" 1""#,
    r#"at=info method=GET path="/api/books/10?page=2" host=example.org request_id=4a5 fwd="192.0.2.9, 10.0.0.1" dyno=web.1 service=12ms status=404 bytes=0"#,
    r#"time="2026-11-23T01:51:57+01:00" level=info msg="a = b" method=HEAD target=/a status=- x= =y"#,
    "time:23/Nov/2026:02:51:57 +0100\thost:192.0.2.7\tuser:anna\treq:GET /api/books/10 HTTP/1.1\tstatus:200\tsize:129\tua:app/1 (x)\tvhost:example.org",
    r#"<190>Nov 23 01:51:57 lb1 logger: client_ip="192.0.2.7",http_method="GET",http_uri="/a?b=1,c=2",http_status="200",time="2026-11-23T01:51:57Z""#,
    r"CEF:0|V|P|1|TR|Access|1|src=192.0.2.7 suser=anna b requestMethod=GET request=/a?b\=1 outcome=200 rt=1795398717123 requestClientApplication=app/1 (x)",
    "LEEF:2.0|V|P|1|Access|\tdevTime=2026-11-23T01:51:57Z\tsrc=192.0.2.7\tusrName=anna\tmethod=GET\turl=/a?b=1\tresponseCode=200",
];

const UWSGI: &[&str] = &[
    "[pid: 31|app: 0|req: 1/1] 192.0.2.7 (anna) {42 vars in 731 bytes} [Mon Nov 23 01:51:57 2026] GET /api/books/10?page=2 => generated 129 bytes in 12 msecs (HTTP/1.1 200) 4 headers in 161 bytes (1 switches on core 0)",
    "[pid: 31|app: 0|req: 2/2] 2001:db8::7 () {40 vars in 700 bytes} [Mon Nov 23 01:51:58 2026] POST / => generated 0 bytes in 90 micros (HTTP/2.0 304) 2 headers in 61 bytes (0 switches on core 1)",
];

const UVICORN: &[&str] = &[
    r#"2026-11-23T01:51:57.5Z stdout F INFO:     192.0.2.7:50000 - "GET /api/books/10 HTTP/1.1" 200 OK"#,
    r#"INFO:     192.0.2.7:50000 - "GET /a HTTP/1.1" 200"#,
];
