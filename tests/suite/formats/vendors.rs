//! JSON of well-known writers, one object each, with nothing but `format = "json"`.

use breachscope::case::AccountKey;
use breachscope::format::{Line, State};

use super::{check, named};

#[test]
fn gateways_and_balancers() {
    check(
        &named("json"),
        &[
            // Envoy and Istio.
            (
                r#"{"start_time":"2021-01-27T10:00:00.123Z","method":"GET","path":"/a?b=1","protocol":"HTTP/1.1","response_code":200,"bytes_sent":7,"duration":5,"x_forwarded_for":"9.9.9.9","user_agent":"ua","request_id":"r1","authority":"h","downstream_remote_address":"[2001:db8::1]:99","upstream_host":"10.0.0.1:80"}"#,
                "time=2021-01-27T10:00:00.123Z client=2001:db8::1 port=99 method=GET target=/a?b=1 protocol=HTTP/1.1 host=h status=200 bytes=7 agent=ua id=r1",
            ),
            // API Gateway: the path, and only the template.
            (
                r#"{"requestId":"r1","ip":"1.2.3.4","caller":"-","user":"-","requestTime":"27/Jan/2021:10:00:00 +0000","httpMethod":"GET","resourcePath":"/pets/{petId}","path":"/pets/7","status":"200","protocol":"HTTP/1.1","responseLength":"5"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/pets/7 protocol=HTTP/1.1 status=200 bytes=5 id=r1",
            ),
            (
                r#"{"requestId":"r1","ip":"1.2.3.4","requestTime":"27/Jan/2021:10:00:00 +0000","httpMethod":"GET","resourcePath":"/pets/{petId}","status":"200","responseLength":"5"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/pets/{petId} status=200 bytes=5 id=r1",
            ),
            (
                r#"{"requestId":"r1","ip":"1.2.3.4","requestTime":"27/Jan/2021:10:00:00 +0000","routeKey":"GET /pets/{petId}","status":"200"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/pets/{petId} status=200 id=r1",
            ),
            // Google: unit behind the seconds, sizes as texts, nginx below a payload.
            (
                r#"{"insertId":"i1","timestamp":"2021-01-27T10:00:00.000001Z","httpRequest":{"remoteIp":"1.2.3.4:99","requestUrl":"https://h/a","responseSize":"7","status":200,"requestMethod":"GET","userAgent":"ua","latency":"0.5s"},"trace":"projects/p/traces/t"}"#,
                "time=2021-01-27T10:00:00.000001Z client=1.2.3.4 port=99 method=GET target=https://h/a status=200 bytes=7 agent=ua ms=500.000",
            ),
            (
                r#"{"timestamp":"2021-01-27T10:00:00Z","resource":{"type":"k8s_container"},"jsonPayload":{"remote_addr":"1.2.3.4","remote_user":"ann","request":"GET /a HTTP/1.1","status":"200","body_bytes_sent":"7"}}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 user=ann method=GET target=/a protocol=HTTP/1.1 status=200 bytes=7",
            ),
            // Cloudflare: time as a number in a text, in seconds and as RFC 3339.
            (
                r#"{"EdgeStartTimestamp":"1611741600","ClientIP":"1.2.3.4","ClientRequestMethod":"GET","ClientRequestURI":"/a?b","EdgeResponseStatus":200,"EdgeResponseBytes":7,"RayID":"r1","ParentRayID":"00"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/a?b status=200 bytes=7 id=r1",
            ),
            // AWS WAF: no status, headers as a list.
            (
                r#"{"timestamp":1611741600123,"action":"ALLOW","httpRequest":{"clientIp":"1.2.3.4","uri":"/a","args":"b=1","httpVersion":"HTTP/2.0","httpMethod":"GET","requestId":"r1","headers":[{"name":"Host","value":"h"}]}}"#,
                "time=2021-01-27T10:00:00.123Z client=1.2.3.4 method=GET target=/a?b=1 protocol=HTTP/2.0 id=r1",
            ),
            // Kong.
            (
                r#"{"started_at":1611741600123,"client_ip":"1.2.3.4","request":{"method":"GET","uri":"/a?b=1","url":"http://h:8000/a","headers":{"host":"h","user-agent":"ua"},"size":"9","id":"k1"},"response":{"status":200,"size":"7"},"latencies":{"request":12},"authenticated_entity":{"id":"e1","consumer_id":"c1"},"consumer":{"username":"ann"}}"#,
                "time=2021-01-27T10:00:00.123Z client=1.2.3.4 user=c1 method=GET target=/a?b=1 status=200 bytes=7 agent=ua id=k1 ms=12.000",
            ),
        ],
    );
}

#[test]
fn azure() {
    check(
        &named("json"),
        &[
            (
                r#"{"timeStamp":"2021-01-27T10:00:00+00:00","category":"ApplicationGatewayAccessLog","properties":{"clientIP":"1.2.3.4","clientPort":99,"httpMethod":"GET","requestUri":"/a","requestQuery":"b=1","userAgent":"ua","httpStatus":200,"httpVersion":"HTTP/1.1","sentBytes":7,"timeTaken":0.5,"host":"h","transactionId":"t1"}}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 port=99 method=GET target=/a?b=1 protocol=HTTP/1.1 host=h status=200 bytes=7 agent=ua id=t1 ms=500.000",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00.1234567Z","category":"FrontDoorAccessLog","properties":{"clientIp":"1.2.3.4","httpMethod":"GET","requestUri":"https://h:443/a","httpStatusCode":"200","httpVersion":"2.0.0.0","responseBytes":"7","trackingReference":"t1"}}"#,
                "time=2021-01-27T10:00:00.123456700Z client=1.2.3.4 method=GET target=https://h:443/a protocol=2.0.0.0 status=200 bytes=7 id=t1",
            ),
            (
                r#"{"time":"1/27/2021 10:00:00 PM","category":"AppServiceHTTPLogs","properties":{"CIp":"1.2.3.4","CsMethod":"GET","CsUriStem":"/a","CsUriQuery":"b=1","CsUsername":"ann","ScStatus":"200","ScBytes":"7","CsHost":"h"}}"#,
                "time=2021-01-27T22:00:00Z client=1.2.3.4 user=ann method=GET target=/a?b=1 host=h status=200 bytes=7",
            ),
            // The same with its properties as a text.
            (
                r#"{"time":"2021-01-27T10:00:00Z","category":"AppServiceHTTPLogs","properties":"{\"CIp\":\"1.2.3.4\",\"CsMethod\":\"GET\",\"CsUriStem\":\"/a\",\"ScStatus\":200}"}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/a status=200",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00Z","category":"AppServiceAuditLogs","properties":"{\"CIp\":\"1.2.3.4\",\"CsUriStem\":\"/a\"}"}"#,
                "(other_log)",
            ),
            // The other logs of the same place.
            (
                r#"{"timeStamp":"2021-01-27T10:00:00Z","category":"ApplicationGatewayFirewallLog","properties":{"clientIp":"1.2.3.4","requestUri":"/a","action":"Blocked"}}"#,
                "(other_log)",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00Z","category":"FrontDoorHealthProbeLog","properties":{"httpStatusCode":"200"}}"#,
                "(other_log)",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00Z","category":"AppServiceConsoleLogs","resultDescription":"GET /a"}"#,
                "(other_log)",
            ),
            // A category of nobody's.
            (
                r#"{"time":"2021-01-27T10:00:00Z","category":"http","method":"GET","path":"/a","status":200}"#,
                "time=2021-01-27T10:00:00Z method=GET target=/a status=200",
            ),
        ],
    );
}

#[test]
fn schemas_and_loggers() {
    check(
        &named("json"),
        &[
            // A store's document, nested and dotted.
            (
                r#"{"_index":"i","_id":"x","_score":1.0,"_source":{"@timestamp":"2021-01-27T10:00:00.000Z","http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":7}}},"url":{"original":"/a?b=1"},"source":{"ip":"1.2.3.4"},"user":{"name":"ann"},"user_agent":{"original":"ua"}}}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 user=ann method=GET target=/a?b=1 status=200 bytes=7 agent=ua",
            ),
            (
                r#"{"_source":{"@timestamp":"2021-01-27T10:00:00.000Z","http.request.method":"GET","http.response.status_code":200,"url.path":"/a","client.ip":"1.2.3.4"}}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/a status=200",
            ),
            // What tells by itself keeps its own words.
            (
                r#"{"time":"2021-01-27T10:00:00Z","method":"GET","path":"/a","status":200,"result":{"status":"fine","path":"/b"},"attributes":{"user":"x"}}"#,
                "time=2021-01-27T10:00:00Z method=GET target=/a status=200",
            ),
            // OpenTelemetry's attributes as a map.
            (
                r#"{"time":"2021-01-27T10:00:00Z","attributes":{"http.method":"GET","http.target":"/a","http.status_code":200,"enduser.id":"ann","http.route":"/{x}"}}"#,
                "time=2021-01-27T10:00:00Z user=ann method=GET target=/a status=200",
            ),
            // Rails.
            (
                r#"{"method":"GET","path":"/a","format":"html","controller":"C","action":"show","status":200,"duration":5.5,"view":1.1,"@timestamp":"2021-01-27T10:00:00.000Z","remote_ip":"1.2.3.4","user_id":17}"#,
                "time=2021-01-27T10:00:00Z client=1.2.3.4 user=17 method=GET target=/a status=200",
            ),
            // Frameworks' own names for routes.
            (
                r#"{"time":"2021-01-27T10:00:00Z","method":"GET","http.route":"/a/:id/<x>","status":200}"#,
                "time=2021-01-27T10:00:00Z method=GET target=/a/{id}/{x} status=200",
            ),
            // A list where one account should stand: its first; an object: none.
            (
                r#"{"time":"2021-01-27T10:00:00Z","method":"GET","path":"/a","user":["ann","bo"]}"#,
                "time=2021-01-27T10:00:00Z user=ann method=GET target=/a",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00Z","method":"GET","path":"/a","user":{"x":"ann"},"username":"bo"}"#,
                "time=2021-01-27T10:00:00Z user=bo method=GET target=/a",
            ),
            (
                r#"{"time":"2021-01-27T10:00:00Z","method":"GET","path":"/a","user":[]}"#,
                "time=2021-01-27T10:00:00Z method=GET target=/a",
            ),
        ],
    );
}

#[test]
fn what_a_line_offers() {
    let line = br#"{"a":{"b":[1,"x"],"c":null},"d.e":"\u0041","f":true,"g":""}"#;
    let fields = named("json").fields(&State::default(), line);
    assert!(
        fields.is_empty(),
        "no request, so no field of one: {fields:?}"
    );
    let line = br#"{"status":200,"a":{"b":[1,"x"],"c":null},"d.e":"\u0041","f":true,"g":""}"#;
    let fields = named("json").fields(&State::default(), line);
    let shown: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
        .collect();
    assert_eq!(shown, ["status=200", "a.b.0=1", "a.b.1=x", "d.e=A", "g="]);
    for name in ["a.b.1", "d.e"] {
        let key = AccountKey::Field(name.to_owned());
        let format = named("json")
            .bind_account(Some(&key))
            .expect("any key holds");
        let Line::Record(record) = format.parse(&mut State::default(), line, 0) else {
            panic!("a record")
        };
        assert!(record.account.is_some(), "{name}");
    }
}

#[test]
fn writers_and_numbers_of_lines() {
    let fields: Vec<(String, String)> = [
        ("time", "t"),
        ("path", "p"),
        ("sequence", "n"),
        ("node", "w"),
        ("forwarded", "f"),
    ]
    .map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()))
    .to_vec();
    let format = breachscope::format::Format::named("json", &fields, chrono_tz::Tz::UTC)
        .expect("a map that holds");
    let line = br#"{"t":1611741600,"p":"/a","n":41,"w":"web1","f":"9.9.9.9, 8.8.8.8"}"#;
    let Line::Record(record) = format.parse(&mut State::default(), line, 0) else {
        panic!("a record")
    };
    assert_eq!(record.sequence, Some(41));
    assert_eq!(record.node.as_deref(), Some(&b"web1"[..]));
    assert_eq!(record.forwarded.as_deref(), Some(&b"9.9.9.9, 8.8.8.8"[..]));
    let line = br#"{"status":200,"kubernetes":{"pod":{"name":"pod-1"}},"log":{"offset":17}}"#;
    let Line::Record(record) = named("json").parse(&mut State::default(), line, 0) else {
        panic!("a record")
    };
    assert_eq!(record.node.as_deref(), Some(&b"pod-1"[..]));
    assert_eq!(record.sequence, None);
}
