//! Logs of systems that the authors never saw: `init` proposes a case, a scan counts every line, and what is read of each
//! line is what was asked, field by field. How each line is written stands here, and knows nothing of how it is read.

#[path = "foreign/joined.rs"]
mod joined;
#[path = "foreign/objects.rs"]
mod objects;
#[path = "foreign/tables.rs"]
mod tables;
#[path = "foreign/texts.rs"]
mod texts;
#[path = "foreign/told.rs"]
mod told;

use std::fs;
use std::path::Path;
use std::process::Output;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::answer::{check_manifest, fresh, json as read_json, run, text};

/// Requests of each log.
const REQUESTS: usize = 180;

/// One request, as it was.
struct Asked {
    number: usize,
    /// Milliseconds since 1970.
    at: i64,
    client: String,
    user: Option<String>,
    method: &'static str,
    path: String,
    query: String,
    status: u16,
    bytes: usize,
    agent: &'static str,
    id: String,
}

impl Asked {
    fn target(&self) -> String {
        match self.query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, self.query),
        }
    }

    fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("-")
    }

    fn query(&self) -> &str {
        if self.query.is_empty() {
            "-"
        } else {
            &self.query
        }
    }

    /// When, by strftime letters, on a clock so many hours ahead.
    fn when(&self, letters: &str, hours: i64) -> String {
        let at = DateTime::<Utc>::from_timestamp_millis(self.at + hours * 3_600_000);
        at.expect("a time").format(letters).to_string()
    }

    fn seconds(&self) -> i64 {
        self.at / 1000
    }

    fn iso(&self) -> String {
        self.when("%Y-%m-%dT%H:%M:%S%.3fZ", 0)
    }

    fn clf(&self) -> String {
        self.when("%d/%b/%Y:%H:%M:%S +0100", 1)
    }

    fn combined(&self) -> String {
        format!(
            "{} - {} [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\"",
            self.client,
            self.user(),
            self.clf(),
            self.method,
            self.target(),
            self.status,
            self.bytes,
            self.agent
        )
    }
}

/// Pupils' cards, class lists in pages and documents by query, and a probe that signs in nowhere; over four days, so that
/// every day of the month tells which number is the day.
fn asked() -> Vec<Asked> {
    let one = |number: usize| {
        let (who, probe) = (number * 7 % 11, number % 9 == 4);
        let (method, path, query) = match (probe, number % 5) {
            (true, _) => ("GET", "/healthz".to_owned(), String::new()),
            (_, 0 | 2) => (
                "GET",
                format!("/v2/elever/{}/kort", 30_100 + number * 7),
                String::new(),
            ),
            (_, 1) => (
                "GET",
                format!("/v2/klasser/{}/elever", 410 + who),
                format!("page={}&size=25", number % 4 + 1),
            ),
            (_, 3) => (
                "GET",
                "/dokument/hamta".to_owned(),
                format!(
                    "docId=6f8fad5b-d9cb-469f-a165-{:012x}&inline=1",
                    4_000 + number * 13
                ),
            ),
            _ => (
                "POST",
                format!("/v2/elever/{}/kort", 30_100 + number * 3),
                String::new(),
            ),
        };
        Asked {
            number,
            at: 1_731_571_200_137 + number as i64 * 1_921_003,
            client: match number % 4 {
                0 => format!("2001:db8::4:{who}"),
                _ => format!("198.51.100.{}", who + 20),
            },
            user: (!probe).then(|| format!("elev{who:02}@skola.example")),
            method,
            path,
            query,
            status: [200, 200, 200, 403, 200, 304][number % 6],
            bytes: if number % 6 == 5 {
                0
            } else {
                411 + number * 173
            },
            agent: [
                "Mozilla/5.0 (X11; Linux x86_64)",
                "SkolApp/4.2 (Android 14)",
            ][number % 2],
            id: format!("{:032x}", 0x9a3f_0000_0000_0001_u128 * (number as u128 + 3)),
        }
    };
    (0..REQUESTS).map(one).collect()
}

fn lines(one: impl Fn(&Asked) -> String) -> String {
    asked().iter().map(|asked| one(asked) + "\n").collect()
}

fn objects(one: impl Fn(&Asked) -> Value) -> String {
    lines(|asked| one(asked).to_string())
}

/// A log, and what it tells: `t`ime to the millisecond, `S`econds or `M`inutes only, `c`lient, `u`ser, `m`ethod, `p`ath and
/// query, `P`ath alone, `s`tatus, `b`ytes, `a`gent, request `i`d.
struct Log<'a> {
    name: &'a str,
    file: &'a str,
    tells: &'a str,
    content: String,
}

fn log<'a>(name: &'a str, file: &'a str, tells: &'a str, content: String) -> Log<'a> {
    Log {
        name,
        file,
        tells,
        content,
    }
}

/// Has `init` propose a case for the logs of a folder.
fn init(folder: &Path, case: &Path) -> Output {
    run(&[
        "init",
        "--yes",
        text(&folder.join("logs")),
        "--out",
        text(case),
    ])
}

/// The case that `init` proposes for a log, the log's path, and the one input of the manifest that a scan of it makes.
fn proposed(log: &Log<'_>) -> (String, String, Value) {
    let folder = fresh(&format!("foreign-{}", log.name));
    fs::create_dir(folder.join("logs")).expect("a folder");
    let path = folder.join("logs").join(log.file);
    fs::write(&path, &log.content).expect("a log");
    let (case, out) = (folder.join("case.toml"), folder.join("answer"));
    let init = init(&folder, &case);
    assert!(init.status.success(), "{}: {init:?}", log.name);
    let shown = fs::read_to_string(&case).expect("the case");
    let scan = run(&["scan", text(&case), "--out", text(&out), "--quiet"]);
    assert!(scan.status.success(), "{}: {scan:?}\n{shown}", log.name);
    check_manifest(&out);
    let manifest = read_json(&out.join("manifest.json"));
    (shown, text(&path).to_owned(), manifest["inputs"][0].clone())
}

/// What `records` prints of a log when it is read as the case says.
fn records(case: &str, path: &str) -> Vec<Value> {
    let case: toml::Table = toml::from_str(case).expect("TOML");
    let source = &case["source"][0];
    let mut args = vec!["records".to_owned(), path.to_owned()];
    for key in ["format", "pattern", "account"] {
        if let Some(said) = source.get(key).and_then(toml::Value::as_str) {
            args.extend([format!("--{key}"), said.to_owned()]);
        }
    }
    let fields = source.get("fields").and_then(toml::Value::as_table);
    for (ours, theirs) in fields.into_iter().flatten() {
        let theirs = theirs.as_str().expect("a text");
        args.extend(["--field".to_owned(), format!("{ours}={theirs}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let printed = run(&args);
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    let read = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    read.filter(|record: &Value| record.get("problem").is_none())
        .collect()
}

/// Every request is read, and every field that the log has is what was asked.
fn holds(log: &Log<'_>) {
    let (case, path, input) = proposed(log);
    let shown = format!("{}: {input:#}\n{case}", log.name);
    assert_eq!(input["parsed"], REQUESTS, "{shown}");
    assert_eq!(input["rejected"], 0, "{shown}");
    let read = records(&case, &path);
    assert_eq!(read.len(), REQUESTS, "{shown}");
    let own = !case.contains("\naccount = ");
    for (asked, record) in asked().iter().zip(&read) {
        for field in log.tells.chars() {
            let (key, wanted) = match field {
                't' => ("ts", json!(asked.iso())),
                'S' => ("ts", json!(asked.when("%Y-%m-%dT%H:%M:%SZ", 0))),
                'M' => ("ts", json!(asked.when("%Y-%m-%dT%H:%M:00Z", 0))),
                'c' => ("client_ip", json!(asked.client)),
                'u' => (if own { "user" } else { "account" }, json!(asked.user)),
                'm' => ("method", json!(asked.method)),
                'p' | 'P' => ("path", json!(asked.path)),
                's' => ("status", json!(asked.status)),
                'b' => ("bytes", json!(asked.bytes)),
                'a' => ("user_agent", json!(asked.agent)),
                'i' => ("request_id", json!(asked.id)),
                other => panic!("{other}"),
            };
            let had = record.get(key).unwrap_or(&Value::Null);
            let none = field == 'b' && asked.bytes == 0 && had.is_null();
            assert!(
                none || *had == wanted,
                "{key}: {wanted} in {record}\n{shown}"
            );
            let query = record["query"].as_str().unwrap_or_default();
            assert!(
                field != 'p' || query == asked.query,
                "query of {record}\n{shown}"
            );
        }
    }
}

fn each_holds(logs: &[Log<'_>]) {
    logs.iter().for_each(holds);
}
