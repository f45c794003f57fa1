//! `inspect`: sources told apart, fields counted, routes found by likeness, questions answered with their reasons.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::answer::{fresh, root, run, succeed, synth, text};

/// Lines of a combined log: account, target, status, bytes; one a minute from midnight on.
fn combined<'l>(lines: impl IntoIterator<Item = (&'l str, String, u16, u64)>) -> String {
    let mut log = String::new();
    for (minute, (account, target, status, bytes)) in lines.into_iter().enumerate() {
        let (day, hour, minute) = (1 + minute / 1440, minute / 60 % 24, minute % 60);
        writeln!(
            log,
            "192.0.2.{} - {account} [{day:02}/Mar/2021:{hour:02}:{minute:02}:00 +0000] \"{target} HTTP/1.1\" {status} {bytes} \"-\" \"app/1.0\"",
            1 + minute % 9
        )
        .expect("a string");
    }
    log
}

fn get(path: &str) -> String {
    format!("GET {path}")
}

fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("the log can be written");
    path
}

fn inspected(args: &[&str]) -> Value {
    let mut all = vec!["inspect", "--json"];
    all.extend(args);
    serde_json::from_str(&succeed(&all)).expect("JSON")
}

fn routes(value: &Value) -> Vec<String> {
    let routes = value["routes"].as_array().expect("routes");
    let bearing = routes.iter().filter(|route| route["bears_ids"] == true);
    bearing
        .map(|route| route["path"].as_str().expect("a path").to_owned())
        .collect()
}

fn route<'v>(value: &'v Value, path: &str) -> &'v Value {
    let routes = value["routes"].as_array().expect("routes");
    routes
        .iter()
        .find(|route| route["path"] == path)
        .unwrap_or_else(|| panic!("no {path} in {routes:#?}"))
}

fn reasons(value: &Value, question: usize) -> Vec<(String, String)> {
    let findings = value["questions"][question]["findings"]
        .as_array()
        .expect("findings");
    let word = |finding: &Value, key: &str| finding[key].as_str().expect("a word").to_owned();
    findings
        .iter()
        .map(|f| (word(f, "reason"), word(f, "verdict")))
        .collect()
}

fn has(found: &[(String, String)], reason: &str, verdict: &str) -> bool {
    found.iter().any(|(r, v)| r == reason && v == verdict)
}

#[test]
fn other_peoples_routes_become_templates() {
    let folder = fresh("inspect-routes");
    let uuid = |n: usize| format!("{n:08x}-aaaa-4bbb-8ccc-0123456789ab");
    let mut lines = Vec::new();
    for n in 0..60 {
        lines.push((
            "anna",
            get(&format!("/students/{}/guardians", 100 + n)),
            200,
            300,
        ));
        lines.push((
            "anna",
            get(&format!("/api/orgs/{}/people?page={}", uuid(n % 3), n % 4)),
            200,
            900,
        ));
        lines.push((
            "bo",
            get(&format!(
                "/wiki/Article_{}",
                "abcdefghij".repeat(2).split_at(n % 10).1.to_owned() + &"x".repeat(n)
            )),
            200,
            500,
        ));
        lines.push((
            "bo",
            get(&format!("/files/q{n}x7Kd9fLmZ2pQw8/download")),
            200,
            5000,
        ));
        lines.push(("bo", get("/students/search"), 200, 40));
        lines.push(("-", get(&format!("/wp-{}.php", "y".repeat(n + 1))), 404, 10));
        lines.push(("-", get("/static/app.31f0.js"), 200, 10));
        lines.push(("-", get("/api/v2/health"), 200, 10));
    }
    let log = file(&folder, "access.log", &combined(lines));
    let found = inspected(&[text(&log)]);
    let mut bearing = routes(&found);
    bearing.sort();
    assert_eq!(
        bearing,
        [
            "/api/orgs/{org}/people",
            "/files/{file}/download",
            "/students/{student}/guardians",
            "/wiki/{wiki}"
        ]
    );
    let people = route(&found, "/api/orgs/{org}/people");
    assert_eq!(people["variables"][0]["kind"], "uuid");
    assert_eq!(people["variables"][0]["different"], 3);
    assert_eq!(people["variables"][1]["is_paging"], true);
    let students = route(&found, "/students/{student}/guardians");
    assert_eq!(students["requests"], 60);
    assert_eq!(
        students["variables"][0]["density"], 1.0,
        "dense integers are guessable"
    );
    route(&found, "/students/search");
    let all = found["routes"].to_string();
    assert!(!all.contains("wp-"), "what was never answered is no route");
}

#[test]
fn ids_in_bodies_are_not_in_these_logs() {
    let folder = fresh("inspect-graphql");
    let lines = (0..80).map(|n| {
        (
            if n % 2 == 0 { "anna" } else { "bo" },
            "POST /graphql".to_owned(),
            200,
            300 + n,
        )
    });
    let log = file(&folder, "access.log", &combined(lines));
    let found = inspected(&[text(&log)]);
    assert_eq!(found["questions"][0]["verdict"], "cannot be answered");
    assert!(has(&reasons(&found, 0), "NO_OBJECT", "cannot be answered"));
    let asked = found["questions_per_route"].as_array().expect("routes");
    assert_eq!(asked[0]["route"], "/graphql");
    assert_eq!(asked[0]["verdict"], "cannot be answered");
    let wishes = found["ask_the_vendor"].to_string();
    assert!(
        wishes.contains("the application's own log of /graphql"),
        "{wishes}"
    );
}

#[test]
fn what_is_missing_is_told_with_its_figure() {
    let folder = fresh("inspect-missing");
    let lines = (0..200).map(|n| ("-", get(&format!("/contacts/{n}")), 200, 100));
    let log =
        combined(lines) + "garbage\n" + "192.0.2.1 - - [01/Mar/2021:00:00:09 +0000] \"GET /conta";
    let path = file(&folder, "access.log", &log);
    let found = inspected(&[text(&path)]);
    let source = &found["sources"][0];
    assert_eq!(source["account"], Value::Null);
    assert_eq!(source["records_with"]["account"], 0);
    assert_eq!(
        source["records_with"]["bytes"],
        source["records_counted_once"]
    );
    assert_eq!(source["files"][0]["last_line_unended"], true);
    assert_eq!(source["rejected"], 2);
    assert_eq!(source["files"][0]["first_rejects"][0]["line"], 201);
    let first = reasons(&found, 0);
    assert!(has(&first, "NO_ACCOUNT", "cannot be answered"), "{first:?}");
    assert!(has(&first, "NO_DIRECTORY", "only in part"), "{first:?}");
    assert!(has(&first, "UNPARSED", "only in part"), "{first:?}");
    let wishes = found["ask_the_vendor"].as_array().expect("wishes");
    assert_eq!(
        wishes[0]["reason"], "BEFORE_START",
        "what is overwritten comes first"
    );
}

#[test]
fn request_ids_that_come_again_and_numbers_that_are_missing_are_told() {
    let folder = fresh("inspect-repeated");
    let line = |n: u64| {
        format!(
            "{{\"time\":\"2021-03-01T10:{:02}:00Z\",\"remote_addr\":\"192.0.2.1\",\"request\":\"GET /contacts/{n} HTTP/1.1\",\"status\":200,\"bytes\":{},\"request_id\":\"r{}\"}}\n",
            n % 60,
            100 + n,
            n / 2
        )
    };
    let path = file(&folder, "api.log", &(0..50).map(line).collect::<String>());
    let found = inspected(&[text(&path)]);
    let source = &found["sources"][0];
    assert_eq!(source["format"], "json");
    assert_eq!(source["repeated_request_ids"], 25);
    assert_eq!(source["records_with"]["request_id"], 50);
}

#[test]
fn clocks_rotation_and_copies_are_told() {
    let folder = fresh("inspect-rotation");
    let lines = |from: usize| {
        let all: Vec<_> = (0..400)
            .map(|n| ("anna", get(&format!("/contacts/{}", n % 50)), 200, 100))
            .collect();
        combined(all)
            .lines()
            .skip(from)
            .take(100)
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    file(&folder, "access.log.4", &lines(0));
    file(&folder, "access.log.2", &(lines(100) + &lines(0)));
    file(&folder, "access.log.1", &lines(200));
    file(&folder, "access.log", &lines(200));
    let found = inspected(&[text(&folder)]);
    assert_eq!(found["sources"].as_array().map(Vec::len), Some(1));
    let source = &found["sources"][0];
    assert_eq!(source["missing_rotated_files"], serde_json::json!([3]));
    assert_eq!(source["clock_jumps"], 1);
    assert_eq!(source["records"], 400, "a copy counts once");
    assert_eq!(
        source["records_counted_once"], 300,
        "an overlap counts once too"
    );
    let place = source["first_clock_jump"]["file"].as_str().expect("a file");
    assert!(place.ends_with("access.log.2"), "{place}");
    let copies = source["files"].as_array().expect("files").iter();
    assert_eq!(
        copies
            .filter(|file| !file["same_content_as"].is_null())
            .count(),
        1
    );
}

/// A folder of five formats gives five sources; what is no log is said, not guessed.
#[test]
fn five_formats_in_a_folder_are_five_sources() {
    let folder = fresh("inspect-five");
    let mut all = folder.join("logs");
    fs::create_dir_all(&all).expect("a folder");
    for (format, ours) in [
        ("combined", "a.log"),
        ("w3c", "b.log"),
        ("json", "c.log"),
        ("nginx", "d.log"),
        ("apache", "e.log"),
    ] {
        let case = folder.join(format);
        synth(&case, &format!("--seed 1 --format {format} --lines 8000"));
        let mut logs: Vec<_> = fs::read_dir(case.join("logs"))
            .expect("logs")
            .map(|e| e.expect("an entry").path())
            .collect();
        logs.sort();
        fs::copy(&logs[logs.len() / 2], all.join(ours)).expect("a copy");
    }
    file(
        &all,
        "readme.txt",
        "These are our logs.\nWe hope that they help.\n",
    );
    let found = inspected(&[text(&all)]);
    let formats: Vec<_> = found["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .map(|s| s["format"].as_str().expect("a name"))
        .collect();
    assert_eq!(formats, ["combined", "w3c", "json", "pattern", "pattern"]);
    assert_eq!(found["not_read"].as_array().map(Vec::len), Some(1));
    all.pop();
    for source in found["sources"].as_array().expect("sources") {
        let n = |key: &str| source[key].as_u64().expect("a number");
        assert_eq!(
            n("lines"),
            n("records") + n("rejected") + n("empty") + n("directives"),
            "{source}"
        );
        assert_eq!(
            source["records_with"]["time"],
            source["records_counted_once"]
        );
        assert_eq!(
            source["records_with"]["status"],
            source["records_counted_once"]
        );
        assert_ne!(source["account"], Value::Null, "{source}");
    }
}

#[test]
fn the_captured_case_is_inspected_with_its_case_and_without() {
    let case = root().join("testdata/capture/case");
    let found = inspected(&["--case", text(&case.join("case.toml"))]);
    assert_eq!(found["routes"].as_array().map(Vec::len), Some(4));
    let contact = &found["routes"][0];
    assert_eq!(
        (&contact["name"], &contact["given"]),
        (&"contact".into(), &true.into())
    );
    assert_eq!(contact["requests"], 5329);
    assert_eq!(contact["with_account"], contact["requests"]);
    let first = reasons(&found, 0);
    assert!(
        !first
            .iter()
            .any(|(reason, _)| reason == "NO_GRANTS" || reason == "NO_DIRECTORY"),
        "{first:?}"
    );
    assert_eq!(found["questions"][0]["verdict"], "can be answered");
    let ruled_out = reasons(&found, 3);
    assert!(
        has(&ruled_out, "GAP", "only in part"),
        "short holes go unnoticed: {ruled_out:?}"
    );
    let bare = inspected(&[text(&case.join("logs/nginx"))]);
    assert_eq!(bare["sources"][0]["account"]["place"], "remote_user");
    let path = "/api/v2/addressbooks/{addressbook}/contacts/{contact}";
    assert_eq!(
        route(&bare, path)["requests"],
        contact["requests"],
        "found is what is given"
    );
}

/// The text fits a terminal and names nobody.
#[test]
fn the_text_fits_80_columns_and_names_nobody() {
    let logs = root().join("testdata/capture/case/logs/nginx");
    let screen = succeed(&["inspect", text(&logs)]);
    for line in screen.lines().filter(|line| line.contains(' ')) {
        let words = line.trim().split(' ').count();
        assert!(line.chars().count() <= 80 || words == 1, "{line}");
    }
    for secret in ["l0071", "p0532", "=1983", "/1983", "127.0.0."] {
        assert!(!screen.contains(secret), "{secret} is shown");
    }
    let json = succeed(&["inspect", "--json", text(&logs)]);
    assert!(!json.contains("l0071") && !json.contains("p0532"));
}

#[test]
fn nothing_readable_is_an_error() {
    let folder = fresh("inspect-nothing");
    let path = file(&folder, "notes.txt", "one\ntwo\n");
    let output = run(&["inspect", text(&path)]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("nothing could be read") && stderr.contains("--format"),
        "{stderr}"
    );
    assert_eq!(run(&["inspect"]).status.code(), Some(2));
}

/// A real log of other people's: it is not part of the repository.
#[test]
fn a_real_log_is_inspected() {
    let Some(log) = crate::formats::corpus::corpus("real/elastic-examples-apache.log") else {
        return;
    };
    let found = inspected(&[text(&log)]);
    let source = &found["sources"][0];
    assert_eq!(
        (&source["format"], &source["records"]),
        (&"combined".into(), &10_000.into())
    );
    assert_eq!(source["account"], Value::Null, "nobody signs in to a blog");
    let bearing = routes(&found);
    assert!(
        bearing.contains(&"/blog/tags/{tag}".to_owned()),
        "{bearing:?}"
    );
    assert!(
        !bearing.iter().any(|path| path.ends_with(".css")),
        "{bearing:?}"
    );
}

/// The same bytes whatever the number of threads.
#[test]
fn threads_change_nothing() {
    let logs = root().join("testdata/capture/case/logs");
    let one = succeed(&["inspect", "--json", "--threads", "1", text(&logs)]);
    let four = succeed(&["inspect", "--json", "--threads", "4", text(&logs)]);
    assert_eq!(one, four);
}

/// Byte counts that differ from request to request for one path are byte counts all the same.
#[test]
fn combined_is_combined_whatever_the_sizes() {
    let folder = fresh("inspect-sizes");
    let line = |bytes: u64| {
        format!(
            "192.0.2.7 - - [01/Mar/2021:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 {bytes} \"-\" \"curl/8\"\n"
        )
    };
    let log = file(&folder, "access.log", &[100, 200, 300].map(line).concat());
    let value = inspected(&[text(&log)]);
    assert_eq!(value["sources"][0]["format"], "combined", "{value:#}");
    let a = &value["routes"][0];
    assert_eq!(a["with_bytes"], 3, "{value:#}");
}

/// A person's name in a path is nobody's business, in the text as in the JSON.
#[test]
fn names_in_paths_are_masked() {
    let folder = fresh("inspect-names");
    let mut lines = Vec::new();
    for n in 0..90 {
        lines.push(("anna", get(&format!("/api/card/{}", 1000 + n)), 200, 500));
        lines.push(("anna", get("/help/start"), 200, 40));
    }
    lines.push(("anna", get("/klass/larss-elever/lista"), 200, 70));
    lines.push(("bo", get("/hem/Olga"), 200, 70));
    let log = file(&folder, "access.log", &combined(lines));
    for json in [&["inspect", "--json"][..], &["inspect"][..]] {
        let shown = succeed(&[json, &[text(&log)][..]].concat());
        assert!(!shown.contains("larss"), "{shown}");
        assert!(!shown.contains("Olga"), "{shown}");
        assert!(shown.contains("/api/card/{card}"), "{shown}");
        assert!(shown.contains("/help/start"), "{shown}");
    }
}
