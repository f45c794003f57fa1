//! Logs that nobody has seen, from raw lines to an answer: `init` proposes a case, untouched it is scanned, and what was
//! read is what was written. How each line is written stands here, and knows nothing of how it is read.

#[path = "unseen/objects.rs"]
mod objects;
#[path = "unseen/told.rs"]
mod told;

use std::fs;
use std::path::PathBuf;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::answer::{check_manifest, fresh, json as read_json, run, succeed, table, text};

/// Requests of each log.
const REQUESTS: usize = 240;

/// One request, as it was.
struct Asked {
    /// Seconds since 2024-03-12T06:00:00Z, below an hour.
    second: usize,
    client: String,
    account: Option<String>,
    path: String,
    query: String,
    status: u16,
    bytes: usize,
}

impl Asked {
    fn target(&self) -> String {
        match self.query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, self.query),
        }
    }

    fn user(&self) -> &str {
        self.account.as_deref().unwrap_or("-")
    }

    fn clock(&self) -> String {
        format!("06:{:02}:{:02}", self.second / 60, self.second % 60)
    }

    fn iso(&self) -> String {
        format!("2024-03-12T{}Z", self.clock())
    }

    fn epoch(&self) -> usize {
        1_710_223_200 + self.second
    }

    fn clf(&self) -> String {
        format!("12/Mar/2024:{} +0000", self.clock())
    }

    fn combined(&self) -> String {
        format!(
            r#"{} - {} [{}] "GET {} HTTP/1.1" {} {} "-" "Mozilla/5.0 (X11)""#,
            self.client,
            self.user(),
            self.clf(),
            self.target(),
            self.status,
            self.bytes
        )
    }
}

/// Twelve accounts that ask for pupils' cards and documents, and a probe that signs in nowhere.
fn asked() -> Vec<Asked> {
    let one = |i: usize| {
        let who = i % 12;
        let probe = i % 7 == 3;
        let document = i % 5 == 1;
        let (path, query) = match (probe, document) {
            (true, _) => ("/healthz".to_owned(), String::new()),
            (false, true) => (
                "/rest/dokument/hamta".to_owned(),
                format!("docId=0f8fad5b-d9cb-469f-a165-70867728{:04x}", 900 + i),
            ),
            (false, false) => (
                format!("/rest/elever/{}/kort", 10_400 + i * 3),
                String::new(),
            ),
        };
        Asked {
            second: i * 9,
            client: format!("10.1.0.{}", who + 1),
            account: (!probe).then(|| format!("namn{who}@skola.example")),
            path,
            query,
            status: if i % 11 == 5 { 403 } else { 200 },
            bytes: 380 + i * 37,
        }
    };
    (0..REQUESTS).map(one).collect()
}

fn lines(one: impl Fn(&Asked) -> String) -> String {
    asked().iter().map(|asked| one(asked) + "\n").collect()
}

/// What `init` proposes for a log, and what a scan of that makes: the case, and the one input of the manifest.
fn proposed(name: &str, file: &str, content: &[u8]) -> (String, Value, PathBuf) {
    let folder = fresh(&format!("unseen-{name}"));
    fs::create_dir(folder.join("logs")).expect("a folder");
    fs::write(folder.join("logs").join(file), content).expect("a log");
    let (case, out) = (folder.join("case.toml"), folder.join("answer"));
    let init = run(&[
        "init",
        "--yes",
        text(&folder.join("logs")),
        "--out",
        text(&case),
    ]);
    assert!(init.status.success(), "{name}: init: {init:?}");
    let shown = fs::read_to_string(&case).expect("the case");
    let scan = run(&["scan", text(&case), "--out", text(&out), "--quiet"]);
    assert!(scan.status.success(), "{name}: {scan:?}\n{shown}");
    check_manifest(&out);
    let manifest = read_json(&out.join("manifest.json"));
    (shown, manifest["inputs"][0].clone(), out)
}

/// Every request is read, is of a route where it names an ID, and has its account.
fn is_whole(name: &str, file: &str, content: &[u8]) {
    let (case, input, _) = proposed(name, file, content);
    let all = asked();
    let routed = all.iter().filter(|one| one.path != "/healthz").count();
    let named = all.iter().filter(|one| one.account.is_some()).count();
    let shown = format!("{name}: {input:#}\n{case}");
    assert_eq!(input["parsed"], REQUESTS, "{shown}");
    assert_eq!(input["rejected"], 0, "{shown}");
    assert_eq!(input["routed"], routed, "{shown}");
    assert_eq!(input["with_account"], named, "{shown}");
}

fn each_is_whole(table: &[(&str, &str, String)]) {
    for (name, file, content) in table {
        is_whole(name, file, content.as_bytes());
    }
}

fn objects(one: impl Fn(&Asked) -> Value) -> String {
    lines(|asked| one(asked).to_string())
}

/// Captures of the network name two sides: whoever answers is no client, and what was sent to it is no answer's size.
#[test]
fn captures_of_the_network() {
    let zeek = objects(|a| {
        json!({"ts": a.epoch(), "id.orig_h": a.client, "id.resp_h": "10.9.9.9", "method": "GET", "uri": a.target(),
            "request_body_len": 7, "response_body_len": a.bytes, "status_code": a.status, "username": a.account})
    });
    let other = objects(|a| {
        json!({"when": a.iso(), "dest_addr": "10.9.9.9", "origin": {"addr": a.client}, "verb": "GET", "resource": a.target(),
            "reqLen": 7, "respLen": a.bytes, "outcome": a.status, "usr": a.account})
    });
    for (name, content) in [("zeek", zeek), ("sides", other)] {
        is_whole(name, "http.log", content.as_bytes());
        let (case, _, out) = proposed(name, "http.log", content.as_bytes());
        let log = out
            .parent()
            .expect("the case's folder")
            .join("logs/http.log");
        let mut args = vec!["records".to_owned(), text(&log).to_owned()];
        if let Some(fields) = case
            .lines()
            .find_map(|line| line.strip_prefix("fields = { "))
        {
            args.extend(["--format".to_owned(), "json".to_owned()]);
            for pair in fields.trim_end_matches(" }").split(", ") {
                let pair = pair.replace(" = ", "=").replace('"', "");
                args.extend(["--field".to_owned(), pair]);
            }
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        for (line, one) in succeed(&args).lines().zip(asked()) {
            let read: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(read["client_ip"], one.client, "{line}\n{case}");
            assert_eq!(read["bytes"], one.bytes, "{line}\n{case}");
            assert_eq!(read["status"], one.status, "{line}\n{case}");
        }
    }
}

/// Text whose columns stand in an order of the server's own.
#[test]
fn text_in_an_order_of_its_own() {
    each_is_whole(&[
        (
            "tabs",
            "access.log",
            lines(|a| {
                let query = if a.query.is_empty() { "-" } else { &a.query };
                format!(
                    "{}\t{}\t{}\tGET\t{}\t{query}\t{}\t{}",
                    a.iso(),
                    a.client,
                    a.user(),
                    a.path,
                    a.status,
                    a.bytes
                )
            }),
        ),
        (
            "epoch",
            "access.log",
            lines(|a| {
                format!(
                    "{}.250 {} {} GET \"{}\" {} {}",
                    a.epoch(),
                    a.client,
                    a.user(),
                    a.target(),
                    a.status,
                    a.bytes
                )
            }),
        ),
        (
            "morgan",
            "access.log",
            lines(|a| {
                format!(
                    "{} {} {} GET {} HTTP/1.1 {} {} - 4.734 ms",
                    a.iso(),
                    a.client,
                    a.user(),
                    a.target(),
                    a.status,
                    a.bytes
                )
            }),
        ),
        (
            "header",
            "access.log",
            lines(|a| format!("{} \"{}\"", a.combined().replace(a.user(), "-"), a.user())),
        ),
        (
            "unit",
            "access.log",
            lines(|a| {
                a.combined().replace(
                    &format!(" {} \"-\"", a.bytes),
                    &format!(" {}B \"-\"", a.bytes),
                )
            }),
        ),
        (
            "labels",
            "proxy.log",
            lines(|a| {
                let browser = "Mozilla/5.0 (X11)";
                format!(
                    "[{}] - {2} {2} - GET https skola.example \"{1}\" [Client {3}] [Length {4}] [Gzip -] [Sent-to 10.9.9.9:80] \"{browser}\" \"{5}\"",
                    a.clf(),
                    a.target(),
                    a.status,
                    a.client,
                    a.bytes,
                    a.user()
                )
            }),
        ),
        (
            "searched",
            "found.txt",
            lines(|a| format!("access.log.3.gz:{}", a.combined())),
        ),
        (
            "numbered",
            "found.txt",
            lines(|a| format!("access.log:{}:{}", a.second + 1, a.combined())),
        ),
        (
            "grafana",
            "export.txt",
            lines(|a| format!("{}\t{}", a.iso(), a.combined())),
        ),
    ]);
}

/// A case that is proposed for several ways of writing in one file reads all of them.
#[test]
fn several_ways_of_writing_in_one_file() {
    let object = |a: &Asked| {
        json!({"time": a.iso(), "client_ip": a.client, "user_id": a.account, "method": "GET", "url": a.target(),
            "status": a.status, "bytes": a.bytes})
        .to_string()
    };
    let all = asked();
    let half = REQUESTS / 2;
    let turns: String = all
        .iter()
        .enumerate()
        .map(|(at, a)| if at % 2 == 0 { object(a) } else { a.combined() } + "\n")
        .collect();
    let then: String = all
        .iter()
        .enumerate()
        .map(|(at, a)| if at < half { a.combined() } else { object(a) } + "\n")
        .collect();
    each_is_whole(&[("turns", "access.log", turns), ("then", "access.log", then)]);
}

/// Tables of stores and of applications.
#[test]
fn tables_of_stores_and_applications() {
    let rows = |header: &str, one: &dyn Fn(&Asked) -> String| format!("{header}\n{}", lines(one));
    each_is_whole(&[
        (
            "kibana",
            "export.csv",
            rows(
                "\"@timestamp\",\"source.ip\",\"user.name\",\"http.request.method\",\"url.original\",\"http.response.status_code\",\"http.response.body.bytes\"",
                &|a| {
                    let grouped = format!("{},{:03}", a.bytes / 1000, a.bytes % 1000);
                    let bytes = if a.bytes < 1000 {
                        a.bytes.to_string()
                    } else {
                        grouped
                    };
                    format!(
                        "\"Mar 12, 2024 @ {}.000\",{},{},GET,\"{}\",{},\"{bytes}\"",
                        a.clock(),
                        a.client,
                        a.user(),
                        a.target(),
                        a.status
                    )
                },
            ),
        ),
        (
            "azure",
            "query.csv",
            rows(
                "\"TimeGenerated [UTC]\",CsMethod,CsUriStem,CsUriQuery,CIp,CsUsername,ScStatus,ScBytes",
                &|a| {
                    let clock = a.clock().trim_start_matches('0').to_owned();
                    format!(
                        "\"3/12/2024, {clock}.125 AM\",GET,{},{},{},{},{},{}",
                        a.path,
                        a.query,
                        a.client,
                        a.account.as_deref().unwrap_or(""),
                        a.status,
                        a.bytes
                    )
                },
            ),
        ),
        (
            "own",
            "dump.csv",
            rows(
                "\u{feff}Tidpunkt;Användare;IP;Metod;Sökväg;Status;Storlek",
                &|a| {
                    format!(
                        "2024-03-12 {};{};{};GET;{};{};{}",
                        a.clock(),
                        a.account.as_deref().unwrap_or(""),
                        a.client,
                        a.target(),
                        a.status,
                        a.bytes
                    )
                },
            ),
        ),
        (
            "application",
            "dump.csv",
            rows(
                "id,created_at,user_id,ip_address,http_method,request_path,query_string,response_status,response_bytes",
                &|a| {
                    format!(
                        "{},2024-03-12 {}+00,{},{},GET,{},{},{},{}",
                        a.second,
                        a.clock(),
                        a.account.as_deref().unwrap_or(""),
                        a.client,
                        a.path,
                        a.query,
                        a.status,
                        a.bytes
                    )
                },
            ),
        ),
    ]);
}

/// Pairs of a key and a value, with whatever stands before them.
#[test]
fn pairs_of_key_and_value() {
    let quoted = |text: &str| {
        if text.contains('=') {
            format!("\"{text}\"")
        } else {
            text.to_owned()
        }
    };
    each_is_whole(&[
        (
            "lograge",
            "production.log",
            lines(|a| {
                format!(
                    "I, [2024-03-12T{}.250000 #4321]  INFO -- : [9f] method=GET path={} format=json status={} duration=4.20 remote_ip={} user_id={} bytes={}",
                    a.clock(),
                    a.target(),
                    a.status,
                    a.client,
                    a.user(),
                    a.bytes
                )
            }),
        ),
        (
            "logfmt",
            "access.log",
            lines(|a| {
                format!(
                    "time={} level=info msg=\"request handled\" method=GET path={} status={} bytes={} remote={} user={} duration=3.1ms",
                    a.iso(),
                    quoted(&a.target()),
                    a.status,
                    a.bytes,
                    a.client,
                    a.user()
                )
            }),
        ),
        (
            "log4j",
            "access.log",
            lines(|a| {
                format!(
                    "2024-03-12 {},250 INFO  [exec-3] AccessLogger - ip={} user={} method=GET uri={} status={} size={}",
                    a.clock(),
                    a.client,
                    a.user(),
                    a.target(),
                    a.status,
                    a.bytes
                )
            }),
        ),
    ]);
}
