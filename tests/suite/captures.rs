//! Logs that real servers wrote on this machine's own network, held against what the client asked and was answered.
//!
//! `captures/logs/NAME.log` is what the server wrote; `NAME.answers` what its client was answered: the request's number,
//! the status, the bytes of the body; `asked.jsonl` what was asked, the same of every server. Servers that took a request
//! for none have no line for it.

#[path = "captures/damaged.rs"]
mod damaged;
#[path = "captures/patterns.rs"]
mod patterns;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::answer::{check_manifest, fresh, json as read_json, root, run, text};

/// What the client asked for.
struct Asked {
    method: String,
    target: String,
    user: Option<String>,
    agent: Option<String>,
    client: String,
    forwarded: bool,
}

fn captured(file: &str) -> String {
    let path = root().join("tests/suite/captures/logs").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn asked() -> BTreeMap<u64, Asked> {
    let one = |line: &str| {
        let one: Value = serde_json::from_str(line).expect("JSON");
        let text = |key: &str| one[key].as_str().map(str::to_owned);
        let asked = Asked {
            method: text("method").expect("a method"),
            target: text("target").expect("a target"),
            user: text("user"),
            agent: text("agent").filter(|agent| agent != "-"),
            client: text("client").expect("a client"),
            forwarded: one.get("forwarded").is_some(),
        };
        (one["n"].as_u64().expect("a number"), asked)
    };
    captured("asked.jsonl").lines().map(one).collect()
}

/// Status and bytes of each answer, by the request's number.
fn answers(name: &str) -> BTreeMap<u64, (u64, u64)> {
    let one = |line: &str| {
        let numbers: Vec<u64> = line
            .split(' ')
            .map(|number| number.parse().expect("a number"))
            .collect();
        (numbers[0], (numbers[1], numbers[2]))
    };
    captured(&format!("{name}.answers"))
        .lines()
        .map(one)
        .collect()
}

/// A capture, what `init` proposes for it and what a scan counts.
struct Capture {
    case: String,
    log: PathBuf,
    input: Value,
}

fn proposed(name: &str) -> Capture {
    let folder = fresh(&format!("captures-{name}"));
    fs::create_dir(folder.join("logs")).expect("a folder");
    let log = folder.join("logs/some.log");
    fs::write(&log, captured(&format!("{name}.log"))).expect("a log");
    let (case, out) = (folder.join("case.toml"), folder.join("answer"));
    let logs = folder.join("logs");
    let init = run(&["init", "--yes", text(&logs), "--out", text(&case)]);
    assert!(init.status.success(), "{name}: {init:?}");
    let shown = fs::read_to_string(&case).expect("the case");
    let scan = run(&["scan", text(&case), "--out", text(&out), "--quiet"]);
    assert!(scan.status.success(), "{name}: {scan:?}\n{shown}");
    check_manifest(&out);
    let verify = run(&["verify", text(&out), "--case", text(&case)]);
    assert!(verify.status.success(), "{name}: {verify:?}\n{shown}");
    let manifest = read_json(&out.join("manifest.json"));
    Capture {
        case: shown,
        log,
        input: manifest["inputs"][0].clone(),
    }
}

/// What `records` prints, by the number of the request, read as the case says or as `how` does.
fn read(capture: &Capture, how: &[&str]) -> BTreeMap<u64, Value> {
    let case: toml::Table = toml::from_str(&capture.case).expect("TOML");
    let source = &case["source"][0];
    let mut args = vec!["records".to_owned(), text(&capture.log).to_owned()];
    for key in ["format", "pattern", "account"] {
        let said = source.get(key).and_then(toml::Value::as_str);
        if let Some(said) = said.filter(|_| how.is_empty()) {
            args.extend([format!("--{key}"), said.to_owned()]);
        }
    }
    let fields = source.get("fields").and_then(toml::Value::as_table);
    for (ours, theirs) in fields.into_iter().flatten().filter(|_| how.is_empty()) {
        let theirs = theirs.as_str().expect("a text");
        args.extend(["--field".to_owned(), format!("{ours}={theirs}")]);
    }
    args.extend(how.iter().map(|arg| (*arg).to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let printed = String::from_utf8(run(&args).stdout).expect("UTF-8");
    let mut all = BTreeMap::new();
    for line in printed.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        if let Some(number) = record["url"].as_str().and_then(number) {
            assert!(all.insert(number, record).is_none(), "twice: {line}");
        }
    }
    all
}

/// The number of a request, which stands in its target.
fn number(target: &str) -> Option<u64> {
    let (_, rest) = target.split_once("ontacts/")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u64>().ok()?.checked_sub(1000)
}

/// Every request that the log holds is read, and of each what `tells` says: `m`ethod, `t`arget or `p`ath, `s`tatus, `b`ytes,
/// `a`gent, `u`ser or account, `c`lient; `C` = the client where nobody forwarded the request.
fn holds(name: &str, tells: &str, how: &[&str]) -> Capture {
    let capture = proposed(name);
    let (asked, answers) = (asked(), answers(name));
    let content = captured(&format!("{name}.log"));
    let mut read = read(&capture, how);
    let shown = |what: &str| format!("{name}: {what}\n{}", capture.case);
    for (number, (status, bytes)) in answers {
        if !content.contains(&format!("ontacts/{}", 1000 + number)) {
            continue;
        }
        let asked = &asked[&number];
        let record = read
            .remove(&number)
            .unwrap_or_else(|| panic!("{}", shown(&format!("{number} is not read"))));
        for field in tells.chars() {
            let bare = |key: &str| record[key].as_str().map(str::to_owned);
            let (had, wanted) = match field {
                'm' => (bare("method"), Some(asked.method.clone())),
                't' => {
                    let target = bare("url").map(|url| match url.strip_prefix("http://") {
                        Some(rest) => rest[rest.find('/').unwrap_or(0)..].to_owned(),
                        None => url,
                    });
                    (target, Some(asked.target.clone()))
                }
                // Whoever writes the path alone writes it without escapes.
                'p' if asked.target.contains('%') || !asked.target.is_ascii() => continue,
                'p' => {
                    let path = asked.target.split('?').next().map(str::to_owned);
                    (bare("path"), path)
                }
                's' => (Some(record["status"].to_string()), Some(status.to_string())),
                'b' if bytes > 0 => (Some(record["bytes"].to_string()), Some(bytes.to_string())),
                'a' if asked.agent.as_deref().is_some_and(|a| a.contains('\t')) => continue,
                'a' => (bare("user_agent"), asked.agent.clone()),
                'u' => (bare("account").or_else(|| bare("user")), asked.user.clone()),
                'c' => (bare("client_ip"), Some(asked.client.clone())),
                'C' if !asked.forwarded => (bare("client_ip"), Some(asked.client.clone())),
                _ => continue,
            };
            assert_eq!(had, wanted, "{}", shown(&format!("{field} of {record}")));
        }
    }
    assert!(read.is_empty(), "{}", shown(&format!("strange: {read:?}")));
    capture
}

/// nginx's escapes are undone wherever its format string puts a value: the account of a domain has a backslash.
#[test]
fn what_nginx_escapes_in_pairs_and_cells() {
    holds("nginx-ltsv", "mtsbauc", &[]);
    holds("nginx-pairs", "mtsbauc", &[]);
    holds(
        "nginx-tabs",
        "mtsbac",
        &[
            "--pattern",
            "$time_iso8601\t$remote_addr\t$remote_user\t$request_method\t$request_uri\t$status\t$body_bytes_sent\t$http_user_agent\t$http_x_request_id",
        ],
    );
    let tabs = holds("nginx-tabs", "mtsbac", &[]);
    assert!(tabs.case.contains("$http_user_agent"), "{}", tabs.case);
}

/// What Apache writes of the remote host is the client, not what the client says of proxies.
#[test]
fn apache_in_labelled_cells() {
    holds("apache-ltsv", "mtsbauc", &[]);
}

/// A list of proxies without quotes is one value, as long as it is.
#[test]
fn a_list_without_quotes_is_one_column() {
    let pattern = r#"%t %{X-Forwarded-For}i %h %u "%r" %>s %b %D %{X-User}i "%{User-Agent}i" %{sid}C %X %I %O %k %L %P %{tid}P"#;
    holds("apache-lists", "mtsbac", &["--pattern", pattern]);
}

/// The quoted column behind the referer is the agent, in whatever way clients call themselves.
#[test]
fn the_agent_behind_the_referer() {
    for name in ["nginx-main", "apache-vhosts"] {
        let capture = holds(name, "mtsauc", &[]);
        let proposed =
            capture.case.contains("$http_user_agent") || capture.case.contains("format =");
        assert!(proposed, "{}", capture.case);
    }
}

/// HAProxy's own escapes in its common variant; and a captured header that names the account.
#[test]
fn haproxy_escapes_and_captures() {
    holds("haproxy-clf", "mtsc", &[]);
    let capture = holds("haproxy-captures", "mtsc", &[]);
    assert!(
        capture.case.contains("capture.request.1"),
        "{}",
        capture.case
    );
}

/// Hypercorn writes the protocol's number alone, and Werkzeug colours what it refuses.
#[test]
fn consoles_of_frameworks() {
    // The one writes no query, the other takes escapes out of it.
    holds("hypercorn", "mpsbc", &[]);
    holds("flask", "mpsc", &[]);
}

/// Fastify and Rails tell a request on several lines.
#[test]
fn requests_on_several_lines() {
    let fastify = holds("fastify", "mtsc", &[]);
    let incoming = captured("fastify.log").matches("incoming request").count();
    assert_eq!(fastify.input["parsed"], incoming, "{:#}", fastify.input);
    assert_eq!(fastify.input["rejected"], 0, "{:#}", fastify.input);
    holds(
        "rails-user",
        "mtsCu",
        &["--format", "rails", "--account", "tag.1"],
    );
    for name in ["rails-plain", "rails-user"] {
        let capture = holds(name, "mtsC", &[]);
        let tagged = capture.case.contains("account = \"tag.1\"");
        assert_eq!(tagged, name == "rails-user", "{}", capture.case);
        let started = captured(&format!("{name}.log")).matches("Started ").count() as u64;
        let parsed = capture.input["parsed"].as_u64().expect("a count");
        assert_eq!(parsed, started, "{:#}", capture.input);
        // Ruby's logger lost the first lines of two whose targets are no ASCII; their last lines tell that they were.
        let cut = &capture.input["rejected_by_reason"]["cut"];
        assert_eq!(cut, 2, "{:#}", capture.input);
        for record in read(&capture, &[]).values() {
            let offset = record["offset"].as_u64().expect("an offset") as usize;
            let content = captured(&format!("{name}.log"));
            let line = content[offset..].lines().next().expect("a line");
            let target = record["url"].as_str().expect("a target");
            assert!(line.contains("Started ") && line.contains(target), "{line}");
        }
    }
}
