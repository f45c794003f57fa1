//! Requests that are told in lists of keys and values, in answers of log stores, and on two lines that share an ID.

use super::*;

/// One record of OpenTelemetry, with its attributes as a list.
fn attributes(a: &Asked) -> Value {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let number =
        |key: &str, value: usize| json!({"key": key, "value": {"intValue": value.to_string()}});
    let mut all = vec![
        text("http.request.method", a.method),
        text("url.path", &a.path),
        number("http.response.status_code", a.status.into()),
        number("http.response.body.size", a.bytes),
        text("client.address", &a.client),
        text("user_agent.original", a.agent),
    ];
    if !a.query.is_empty() {
        all.push(text("url.query", &a.query));
    }
    all.extend(a.user.as_ref().map(|user| text("enduser.id", user)));
    Value::Array(all)
}

fn nanoseconds(a: &Asked) -> String {
    (a.at * 1_000_000).to_string()
}

/// An exporter writes a batch a line, with several scopes in it; what the application asked of others is no request of its
/// clients.
#[test]
fn batches_of_open_telemetry() {
    let all = asked();
    let batches = |one: &dyn Fn(&Asked) -> Vec<Value>, outer: &str, scopes: &str, records: &str| {
        let line = |chunk: &[Asked]| {
            let half = chunk.len() / 2;
            let scope = |part: &[Asked]| {
                let list: Vec<Value> = part.iter().flat_map(one).collect();
                format!(
                    "{{\"scope\":{{\"name\":\"web\"}},\"{records}\":{},\"schemaUrl\":\"https://opentelemetry.io/schemas/1.24.0\"}}",
                    Value::Array(list)
                )
            };
            let host =
                json!({"attributes": [{"key": "host.name", "value": {"stringValue": "web1"}}]});
            format!(
                "{{\"{outer}\":[{{\"resource\":{host},\"{scopes}\":[{},{}],\"schemaUrl\":\"x\"}}]}}\n",
                scope(&chunk[..half]),
                scope(&chunk[half..])
            )
        };
        all.chunks(7).map(line).collect::<String>()
    };
    let record = |a: &Asked| {
        vec![
            json!({"timeUnixNano": nanoseconds(a), "severityText": "INFO", "body": {"stringValue": "request"}, "attributes": attributes(a), "traceId": a.id}),
        ]
    };
    let span = |a: &Asked| {
        let served = json!({"traceId": a.id, "spanId": "00f067aa0ba902b7", "name": "GET", "kind": 2, "startTimeUnixNano": nanoseconds(a), "endTimeUnixNano": nanoseconds(a), "attributes": attributes(a)});
        let mut asked = served.clone();
        asked["kind"] = json!(3);
        vec![served, asked]
    };
    holds(&log(
        "otlp-logs",
        "logs.json",
        "tcumpsba",
        batches(&record, "resourceLogs", "scopeLogs", "logRecords"),
    ));
    let spans = log(
        "otlp-spans",
        "spans.json",
        "",
        batches(&span, "resourceSpans", "scopeSpans", "spans"),
    );
    let (case, path, input) = proposed(&spans);
    assert_eq!(input["parsed"], REQUESTS, "{input:#}\n{case}");
    assert_eq!(
        input["rejected_by_reason"]["other_log"], REQUESTS,
        "{input:#}"
    );
    for (asked, record) in asked().iter().zip(records(&case, &path)) {
        assert_eq!(record["path"], asked.path, "{record}");
        assert_eq!(record["status"], asked.status, "{record}");
        assert_eq!(record["ts"], asked.iso(), "{record}");
    }
}

/// What Loki answers holds the lines of several streams, as a server wrote them.
#[test]
fn what_loki_answers() {
    let all = asked();
    let stream = |(number, part): (usize, &[Asked])| {
        let values: Vec<Value> = part
            .iter()
            .map(|a| json!([nanoseconds(a), a.combined()]))
            .collect();
        format!(
            "{{\"stream\":{{\"app\":\"web{number}\"}},\"values\":{}}}",
            Value::Array(values)
        )
    };
    let streams: Vec<String> = all.chunks(50).enumerate().map(stream).collect();
    let content = format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"streams\",\"result\":[{}],\"stats\":{{\"summary\":{{\"bytesProcessedPerSecond\":1}}}}}}}}\n",
        streams.join(",")
    );
    holds(&log("loki", "answer.json", "Scumpsba", content));
}

/// A framework's logger tells what was asked on one line and how it was answered on another; both have the request's ID,
/// and those of others stand between.
#[test]
fn what_was_asked_and_how_it_was_answered() {
    let asks = |a: &Asked| {
        json!({"level": 30, "time": a.at, "pid": 7, "reqId": a.id, "req": {"method": a.method, "url": a.target(), "remoteAddress": a.client}, "user": a.user(), "msg": "incoming request"}).to_string()
    };
    let answers = |a: &Asked| {
        json!({"level": 30, "time": a.at + 40, "pid": 7, "reqId": a.id, "res": {"statusCode": a.status}, "responseTime": 4.1, "msg": "request completed"}).to_string()
    };
    let content = interleaved(asks, answers);
    let (case, path, input) = proposed(&log("halves", "app.json", "", content.clone()));
    assert_eq!(input["parsed"], REQUESTS, "{input:#}\n{case}");
    assert_eq!(input["directives"], REQUESTS, "{input:#}\n{case}");
    assert_eq!(input["rejected"], 0, "{input:#}\n{case}");
    let mut read = records(&case, &path);
    assert_eq!(read.len(), REQUESTS);
    read.sort_by_key(|record| record["ts"].to_string());
    for (asked, record) in asked().iter().zip(&read) {
        assert_eq!(record["ts"], asked.iso(), "{record}");
        assert_eq!(record["path"], asked.path, "{record}");
        assert_eq!(record["status"], asked.status, "{record}");
        assert_eq!(record["client_ip"], asked.client, "{record}");
        // The line to look at is the one that says what was asked.
        let offset = record["offset"].as_u64().expect("an offset") as usize;
        let line = content[offset..].lines().next().expect("a line");
        assert!(
            line.contains("incoming request") && line.contains(&asked.id),
            "{line}"
        );
    }
}

/// Every line of what was asked, and each answer three lines later.
fn interleaved(asks: impl Fn(&Asked) -> String, answers: impl Fn(&Asked) -> String) -> String {
    let all = asked();
    let mut content = String::new();
    for at in 0..all.len() + 3 {
        if let Some(one) = all.get(at) {
            content += &(asks(one) + "\n");
        }
        if let Some(one) = at.checked_sub(3).map(|at| &all[at]) {
            content += &(answers(one) + "\n");
        }
    }
    content
}

/// Where two wait under one ID nobody can say which answer is whose; what was never answered is told too, and the next
/// request under that ID is read again.
#[test]
fn an_id_that_two_requests_have_joins_nothing() {
    let start = |id: &str, path: &str, second: usize| {
        format!(
            "I, [2024-03-12T07:30:{second:02}.000000 #7]  INFO -- : [{id}] Started GET \"{path}\" for 10.0.0.1 at 2024-03-12 07:30:{second:02} +0000\n"
        )
    };
    let end = |id: &str, status: u16| {
        format!(
            "I, [2024-03-12T07:30:00.000000 #7]  INFO -- : [{id}] Completed {status} OK in 5ms (Views: 0.1ms)\n"
        )
    };
    let content = [
        start("a1", "/cards/1", 1),
        end("a1", 200),
        // Both under one ID, which the client chose.
        start("b2", "/cards/2", 2),
        start("b2", "/cards/3", 2),
        end("b2", 200),
        end("b2", 403),
        // Under way when the log ends.
        start("c3", "/cards/4", 3),
        start("b2", "/cards/5", 4),
        end("b2", 304),
        // Asked for before the log begins.
        end("d4", 200),
    ]
    .concat();
    let path = fresh("foreign-halves-one-id").join("rails.log");
    fs::write(&path, content).expect("a log");
    let printed = String::from_utf8(run(&["records", text(&path)]).stdout).expect("UTF-8");
    let read: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let told: Vec<(Option<&str>, Option<u64>, Option<&str>)> = read
        .iter()
        .map(|one| {
            (
                one["path"].as_str(),
                one["status"].as_u64(),
                one["problem"].as_str(),
            )
        })
        .collect();
    let lost = (None, None, Some("cut"));
    assert_eq!(
        told,
        [
            (Some("/cards/1"), Some(200), None),
            lost,
            lost,
            (Some("/cards/5"), Some(304), None),
            lost,
            lost,
        ],
        "{printed}"
    );
}

/// Rails without tags: one process at a time.
#[test]
fn rails_without_tags() {
    let content = lines(|a| {
        format!(
            "Started {} \"{}\" for {} at {}\nProcessing by CardsController#show as JSON\n  Parameters: {{\"id\"=>\"7\"}}\nRedirected to http://skola.example/v2/elever/1/kort\nCompleted {} OK in 12ms (Views: 1.7ms | ActiveRecord: 91.0ms)\n\n",
            a.method,
            a.target(),
            a.client,
            a.when("%Y-%m-%d %H:%M:%S +0100", 1),
            a.status
        )
    });
    holds(&log("rails", "production.log", "Scmps", content));
}
