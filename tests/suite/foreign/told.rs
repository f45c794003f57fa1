//! What is not read is told, with what to do; what is no request is none; and no line of a table is taken for another's.

use super::*;

/// What `init` says of a log that it proposes no case for.
fn refused(name: &str, content: &str) -> String {
    let folder = fresh(&format!("foreign-refused-{name}"));
    fs::create_dir(folder.join("logs")).expect("a folder");
    fs::write(folder.join("logs/some.log"), content).expect("a log");
    let case = folder.join("case.toml");
    let init = init(&folder, &case);
    assert_eq!(init.status.code(), Some(1), "{name}: {init:?}");
    assert!(!case.exists(), "{name}");
    String::from_utf8_lossy(&init.stderr)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Logs that are known and not read: each message names a way out.
#[test]
fn a_refusal_names_a_way_out() {
    let untimed = lines(|a| format!("{} {} {} - 4.1 ms", a.method, a.path, a.status));
    // A server says first what it is and where it listens.
    let console = lines(|a| {
        format!(
            "INFO:     {}:4711 - \"{} {} HTTP/1.1\" {} OK",
            a.client, a.method, a.path, a.status
        )
    });
    let console = format!(
        "INFO:     Started server process [4711]\nINFO:     Uvicorn running on http://127.0.0.1:8000\n{console}"
    );
    let tornado = lines(|a| {
        format!(
            "[I {} web:2271] {} {} {} ({}) 0.89ms",
            a.when("%y%m%d %H:%M:%S", 0),
            a.status,
            a.method,
            a.target(),
            a.client
        )
    });
    for (name, content, way_out) in [
        ("untimed", untimed, "without saying when"),
        ("console", console, "without saying when"),
        ("tornado", tornado, "%{%y%m%d %H:%M:%S}t"),
    ] {
        let said = refused(name, &content);
        assert!(said.contains(way_out), "{name}: {said}");
    }
}

/// Where no row tells the day from the month, nothing is guessed; the case may say it.
#[test]
fn day_and_month_are_not_guessed() {
    let rows = |letters: &'static str| {
        let early = |a: &Asked| {
            format!(
                "{},{},{},{},{}",
                DateTime::<Utc>::from_timestamp_millis(a.at - 9 * 86_400_000)
                    .expect("a time")
                    .format(letters),
                a.client,
                a.method,
                a.target(),
                a.status
            )
        };
        format!("timestamp,client_ip,method,url,status\n{}", lines(early))
    };
    let content = rows("%d/%m/%Y %H:%M:%S");
    let said = refused("either", &content);
    assert!(said.contains("time_format"), "{said}");
    let path = fresh("foreign-told-time").join("export.csv");
    fs::write(&path, &content).expect("a table");
    let told = [
        "time=timestamp",
        "target=url",
        "client=client_ip",
        "status=status",
        "time_format=%d/%m/%Y %H:%M:%S",
    ];
    let mut args = vec!["records", text(&path), "--format", "csv"];
    args.extend(told.iter().flat_map(|field| ["--field", *field]));
    let printed = String::from_utf8(run(&args).stdout).expect("UTF-8");
    let first: Value = serde_json::from_str(printed.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["ts"], "2024-11-05T08:00:00Z");
}

/// A line in a cell lends its request to nobody: what stands before it in the row is no address.
#[test]
fn a_row_is_no_line_of_a_server() {
    let rows = lines(|a| {
        format!(
            "\"{}\",\"web1\",\"{}\"",
            a.iso(),
            a.combined().replace('"', "\"\"")
        )
    });
    let path = fresh("foreign-rows").join("some.log");
    fs::write(&path, rows).expect("a log");
    let printed = run(&["records", text(&path), "--format", "combined"]);
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    assert!(!printed.contains("client_ip"), "{printed}");
}

/// A connection beside requests is none, and a file whose name is a number has a source with a name.
#[test]
fn connections_are_no_requests() {
    let content = objects(|a| {
        json!({"timestamp": a.when("%Y-%m-%dT%H:%M:%S%.6f+0100", 1), "event_type": "http", "src_ip": a.client, "dest_ip": "10.0.0.5", "http": {"url": a.target(), "http_user_agent": a.agent, "http_method": a.method, "status": a.status, "length": a.bytes}})
            .to_string()
            .parse()
            .expect("JSON")
    });
    let flow = json!({"timestamp": "2024-11-14T09:00:00.000000+0100", "event_type": "flow", "src_ip": "198.51.100.20", "dest_ip": "10.0.0.5"});
    let log = log(
        "flows",
        "000000",
        "tcmpsba",
        format!("{content}{flow}\n{flow}\n"),
    );
    let (case, path, input) = proposed(&log);
    assert!(case.contains("name = \"log\""), "{case}");
    assert_eq!(input["parsed"], REQUESTS, "{input:#}");
    assert_eq!(input["rejected_by_reason"]["no_request"], 2, "{input:#}");
    for (asked, record) in asked().iter().zip(records(&case, &path)) {
        assert_eq!(record["method"], asked.method, "{record}");
        assert_eq!(record["client_ip"], asked.client, "{record}");
        assert_eq!(record["user_agent"], asked.agent, "{record}");
    }
}
