//! Objects of gateways, networks of delivery, frameworks and shippers.

use super::*;

/// Each names its fields in its own way, and has others of the same kind beside them.
#[test]
fn objects_of_gateways_and_frameworks() {
    each_holds(&[
        log(
            "traefik",
            "access.json",
            "tcumpsb",
            objects(
                |a| json!({"ClientHost": a.client, "ClientUsername": a.user(), "DownstreamContentSize": a.bytes, "DownstreamStatus": a.status, "RequestMethod": a.method, "RequestPath": a.target(), "StartUTC": a.iso(), "time": a.when("%Y-%m-%dT%H:%M:%S+01:00", 1)}),
            ),
        ),
        log(
            "gateway",
            "agw.json",
            "tcumPsbi",
            objects(
                |a| json!({"requestId": a.id, "ip": a.client, "requestTimeEpoch": a.at.to_string(), "requestTime": a.clf(), "httpMethod": a.method, "routeKey": "GET /{proxy+}", "path": a.path, "status": a.status.to_string(), "responseLength": a.bytes.to_string(), "sub": a.user()}),
            ),
        ),
        log(
            "cloudfront",
            "cf.json",
            "Scmpsbai",
            objects(
                |a| json!({"date": a.when("%Y-%m-%d", 0), "time": a.when("%H:%M:%S", 0), "sc-bytes": a.bytes.to_string(), "c-ip": a.client, "cs-method": a.method, "cs-uri-stem": a.path, "cs-uri-query": a.query(), "sc-status": a.status.to_string(), "cs(User-Agent)": a.agent.replace(' ', "%20"), "request_id": a.id}),
            ),
        ),
        log(
            "akamai",
            "ds2.json",
            "tcmpsbai",
            objects(
                |a| json!({"reqId": a.id, "reqTimeSec": format!("{}.{:03}", a.seconds(), a.at % 1000), "bytes": a.bytes.to_string(), "cliIP": a.client, "statusCode": a.status.to_string(), "proto": "HTTPS", "reqHost": "skola.example", "reqMethod": a.method, "reqPath": a.path.trim_start_matches('/'), "queryStr": a.query(), "UA": a.agent.replace(' ', "%20"), "totalBytes": (a.bytes + 400).to_string()}),
            ),
        ),
        log(
            "azure-records",
            "agw.json",
            "ScmPsba",
            objects(|a| {
                let query = format!("{}&SERVER-STATUS=200", a.query);
                json!({"timeStamp": a.when("%Y-%m-%dT%H:%M:%S+00:00", 0), "category": "ApplicationGatewayAccessLog", "properties": {"clientIP": a.client, "httpMethod": a.method, "originalRequestUriWithArgs": a.target(), "requestUri": a.path, "requestQuery": query, "userAgent": a.agent, "httpStatus": a.status, "sentBytes": a.bytes}})
            }),
        ),
        log(
            "pino",
            "app.json",
            "tcmpsbai",
            objects(
                |a| json!({"level": 30, "time": a.at, "req": {"id": a.id, "method": a.method, "url": a.target(), "headers": {"host": "skola.example", "user-agent": a.agent}, "remoteAddress": a.client}, "res": {"statusCode": a.status, "headers": {"content-length": a.bytes.to_string()}}, "msg": "request completed"}),
            ),
        ),
        log(
            "waf",
            "waf.json",
            "tcmpai",
            objects(
                |a| json!({"timestamp": a.at, "action": "ALLOW", "httpRequest": {"clientIp": a.client, "headers": [{"name": "Host", "value": "skola.example"}, {"name": "User-Agent", "value": a.agent}], "uri": a.path, "args": a.query, "httpMethod": a.method, "requestId": a.id}}),
            ),
        ),
        log(
            "tyk",
            "tyk.json",
            "tcumpsa",
            objects(
                |a| json!({"method": a.method, "path": a.path, "raw_path": a.target(), "content_length": 0, "user_agent": a.agent, "response_code": a.status, "timestamp": a.iso(), "ip_address": a.client, "alias": a.user.as_deref().unwrap_or("")}),
            ),
        ),
        log(
            "tracing",
            "app.json",
            "tmps",
            objects(
                |a| json!({"timestamp": a.iso(), "level": "INFO", "fields": {"message": "finished processing request", "status": a.status}, "target": "tower_http::trace::on_response", "span": {"method": a.method, "uri": a.target(), "name": "request"}}),
            ),
        ),
        log(
            "span",
            "traces.json",
            "tcumps",
            objects(
                |a| json!({"name": "GET", "startTimeUnixNano": a.at * 1_000_000, "attributes": {"http.method": a.method, "http.target": a.target(), "http.status_code": a.status, "http.client_ip": a.client, "enduser.id": a.user}}),
            ),
        ),
    ]);
}

/// What nginx leaves empty where a number would stand without quotes is a value that is not there.
#[test]
fn values_that_are_not_there() {
    let holed = |hole: &'static str| {
        lines(move |a| {
            let taken = if a.number % 7 == 0 {
                hole.to_owned()
            } else {
                format!("0.{}", 100 + a.number)
            };
            format!(
                "{{\"time\":\"{}\",\"remote_addr\":\"{}\",\"remote_user\":\"{}\",\"request_method\":\"{}\",\"request_uri\":\"{}\",\"status\":{},\"body_bytes_sent\":{},\"upstream_response_time\":{taken}}}",
                a.iso(),
                a.client,
                a.user(),
                a.method,
                a.target(),
                a.status,
                a.bytes
            )
        })
    };
    each_holds(&[
        log("dash", "access.json", "tcumpsb", holed("-")),
        log("empty", "access.json", "tcumpsb", holed("")),
    ]);
}

/// Objects behind what a shipper or a logger puts before them.
#[test]
fn objects_at_the_end_of_a_line() {
    let object = |a: &Asked| json!({"remote_ip": a.client, "user": a.user, "method": a.method, "uri": a.target(), "status": a.status, "bytes": a.bytes});
    each_holds(&[
        log(
            "fluentd",
            "out.log",
            "Scumpsb",
            lines(|a| {
                format!(
                    "{}\tnginx.access\t{}",
                    a.when("%Y-%m-%dT%H:%M:%S+01:00", 1),
                    object(a)
                )
            }),
        ),
        log(
            "kafka",
            "dump.txt",
            "tcumpsb",
            lines(|a| format!("CreateTime:{}\tkey{}\t{}", a.at, a.number, object(a))),
        ),
        log(
            "console",
            "caddy.log",
            "tcumpsb",
            lines(|a| {
                format!(
                    "{}\tINFO\thttp.log.access\thandled request\t{}",
                    a.when("%Y/%m/%d %H:%M:%S%.3f", 0),
                    object(a)
                )
            }),
        ),
        log(
            "laravel",
            "laravel.log",
            "Scumpsb",
            lines(|a| {
                format!(
                    "[{}] production.INFO: request {}",
                    a.when("%Y-%m-%d %H:%M:%S", 0),
                    object(a)
                )
            }),
        ),
        log(
            "haproxy",
            "haproxy.log",
            "tcumpsb",
            lines(|a| {
                let mut object = object(a);
                object["time"] = json!(a.when("%d/%b/%Y:%H:%M:%S%.3f", 0));
                format!(
                    "{} lb1 haproxy[2211]: {object}",
                    a.when("%Y-%m-%dT%H:%M:%S+00:00", 0)
                )
            }),
        ),
        log(
            "payload",
            "kcat.json",
            "tcumpsb",
            objects(|a| {
                let mut object = object(a);
                object["time"] = json!(a.iso());
                json!({"topic": "access", "ts": a.at, "payload": object.to_string()})
            }),
        ),
    ]);
}

/// Batches of lines in one object, as CloudWatch hands them on.
#[test]
fn batches_of_log_events() {
    let all = asked();
    let batch = |some: &[Asked]| {
        let events: Vec<Value> = some
            .iter()
            .map(
                |a| json!({"id": a.number.to_string(), "timestamp": a.at, "message": a.combined()}),
            )
            .collect();
        json!({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "/web/access", "logStream": "s", "subscriptionFilters": ["all"], "logEvents": events}).to_string() + "\n"
    };
    holds(&log(
        "stream",
        "stream.json",
        "Scumpsba",
        all.chunks(20).map(batch).collect(),
    ));
}
