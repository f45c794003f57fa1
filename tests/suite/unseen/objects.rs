//! Objects of JSON as frameworks, shippers and stores write them, and tokens in their fields.

use super::*;

/// Objects of frameworks and shippers: fields under names of their own, the line as it came beside its parts.
#[test]
fn json_of_frameworks_and_shippers() {
    each_is_whole(&[
        (
            "logback",
            "access.json",
            objects(|a| {
                json!({"@timestamp": a.iso(), "message": a.combined(), "method": "GET", "status_code": a.status,
                "requested_url": format!("GET {} HTTP/1.1", a.target()), "remote_host": a.client})
            }),
        ),
        (
            "logstash",
            "access.json",
            objects(|a| {
                json!({"@timestamp": a.iso(), "clientip": a.client, "auth": a.user(), "timestamp": a.clf(),
                "verb": "GET", "request": a.target(), "response": a.status.to_string(), "bytes": a.bytes.to_string(),
                "message": a.combined()})
            }),
        ),
        (
            "fluentd",
            "access.json",
            objects(|a| {
                json!({"remote": a.client, "user": a.user(), "method": "GET", "path": a.target(),
                "code": a.status.to_string(), "size": a.bytes.to_string(), "time": a.clf()})
            }),
        ),
        (
            "traefik",
            "access.json",
            objects(|a| {
                json!({"ClientHost": a.client, "ClientUsername": a.user(), "DownstreamContentSize": a.bytes,
                "DownstreamStatus": a.status, "RequestMethod": "GET", "RequestPath": a.target(), "StartUTC": a.iso(),
                "time": a.iso()})
            }),
        ),
        (
            "pino",
            "access.json",
            objects(|a| {
                json!({"time": a.epoch() * 1000, "req": {"method": "GET", "url": a.target(), "remoteAddress": a.client,
                "user": a.account}, "res": {"statusCode": a.status}})
            }),
        ),
        (
            "envoy",
            "access.json",
            objects(|a| {
                json!({"start_time": a.iso(), "req_method": "GET", "req_path": a.target(), "status_code": a.status,
                "bytes_tx": a.bytes, "client_ip": a.client, "jwt_sub": a.account})
            }),
        ),
        (
            "otel",
            "access.json",
            objects(|a| {
                json!({"timestamp": a.iso(), "attributes": {"http.request.method": "GET", "url.path": a.path,
                "url.query": a.query, "http.response.status_code": a.status, "client.address": a.client,
                "enduser.id": a.account, "http.response.body.size": a.bytes}})
            }),
        ),
        (
            "phrase",
            "access.json",
            objects(|a| {
                json!({"time": a.iso(), "client_ip": a.client, "user": a.account, "method": "GET", "uri": a.target(),
                "status": format!("{} OK", a.status), "bytes": format!("{}.0", a.bytes)})
            }),
        ),
        (
            "dashes",
            "access.json",
            objects(|a| {
                json!({"time": a.iso(), "remoteAddr": a.client, "user": a.account.as_deref().unwrap_or("--"),
                "method": "GET", "url": a.target(), "status": a.status})
            }),
        ),
    ]);
}

/// Lists in an object, as programs answer them.
#[test]
fn lists_in_an_object() {
    let events: Vec<Value> = asked()
        .iter()
        .map(|a| json!({"timestamp": a.epoch() * 1000, "message": a.combined(), "ingestionTime": a.epoch() * 1000 + 9}))
        .collect();
    let hits: Vec<Value> = asked()
        .iter()
        .map(|a| {
            json!({"_index": "web", "_id": a.second.to_string(), "_source": {"@timestamp": a.iso(), "source": {"ip": a.client},
                "http": {"request": {"method": "GET"}, "response": {"status_code": a.status, "body": {"bytes": a.bytes}}},
                "url": {"original": a.target()}, "user": a.account.as_ref().map_or(json!({}), |name| json!({"name": name}))}})
        })
        .collect();
    let search = json!({"took": 5, "timed_out": false, "hits": {"total": {"value": REQUESTS}, "hits": hits}});
    each_is_whole(&[
        (
            "events",
            "events.json",
            serde_json::to_string_pretty(&json!({"events": events})).expect("JSON"),
        ),
        ("search", "search.json", search.to_string()),
    ]);
}

/// A claim of the token that a log holds names the account, and the case says so.
#[test]
fn tokens_are_looked_into() {
    let encode = |value: Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let token = |name: &String| {
        format!(
            "Bearer {}.{}.c2ln",
            encode(json!({"alg": "none"})),
            encode(json!({"sub": name}))
        )
    };
    let content = objects(|a| {
        json!({"time": a.iso(), "remote_addr": a.client, "request": format!("GET {} HTTP/1.1", a.target()), "status": a.status,
            "body_bytes_sent": a.bytes, "http_authorization": a.account.as_ref().map_or(String::new(), token)})
    });
    is_whole("token", "access.log", content.as_bytes());
    let (case, ..) = proposed("token", "access.log", content.as_bytes());
    assert!(
        case.contains("account = \"jwt:sub@http_authorization\""),
        "{case}"
    );
}
