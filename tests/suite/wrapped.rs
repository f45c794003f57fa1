//! What shippers and stores put around lines must not change one record, in whatever order it lies.

use serde_json::json;

use crate::answer::{check_manifest, fresh, scan, table};
use crate::damage::{Log, Variant, case_with, check_variants, each, each_line, lines, logs, said};

fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

fn before(prefix: &str, line: &[u8]) -> Vec<u8> {
    [prefix.as_bytes(), line].concat()
}

fn text(line: &[u8]) -> String {
    String::from_utf8(bare(line).to_vec()).expect("the captured logs are UTF-8")
}

fn row(value: serde_json::Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

fn docker(line: &[u8]) -> Vec<u8> {
    let log = text(line) + "\n";
    row(json!({ "log": log, "stream": "stdout", "time": "2026-11-23T01:00:00.5Z" }))
}

fn syslog(line: &[u8]) -> Vec<u8> {
    before("<190>Nov 23 02:51:57 web-1 nginx: ", line)
}

fn rfc5424(line: &[u8]) -> Vec<u8> {
    let data = "[origin ip=\"::1\"][meta sequenceId=\"7\" x=\"a\\]b\"]";
    before(
        &format!("<190>1 2026-11-23T02:51:57.1+01:00 web-1 nginx 12 - {data} "),
        line,
    )
}

fn cri(line: &[u8]) -> Vec<u8> {
    before("2026-11-23T02:51:57.123456789+01:00 stdout F ", line)
}

fn compose(line: &[u8]) -> Vec<u8> {
    before("\x1b[36mweb-1  | \x1b[0m", line)
}

fn journald(line: &[u8]) -> Vec<u8> {
    row(
        json!({ "__REALTIME_TIMESTAMP": "1795398717000000", "_HOSTNAME": "web-1", "MESSAGE": text(line) }),
    )
}

/// As journald writes a message that is no UTF-8.
fn journald_bytes(line: &[u8]) -> Vec<u8> {
    row(json!({ "MESSAGE": bare(line), "PRIORITY": "6" }))
}

fn elastic(line: &[u8]) -> Vec<u8> {
    row(
        json!({ "_index": "web", "_source": { "@timestamp": "2026-11-23T01:00:00Z", "message": text(line) } }),
    )
}

/// Some lines cut where long ones are, with a line of the other stream between the pieces.
fn cut_by_cri(at: usize, line: &[u8]) -> Vec<u8> {
    let stamp = "2026-11-23T02:51:57.123456789+01:00";
    if at % 50 != 7 {
        return cri(line);
    }
    let (first, rest) = line.split_at(20);
    let (second, third) = rest.split_at(20);
    let part = |stream: &str, text: &[u8]| {
        [
            before(&format!("{stamp} {stream} P "), text),
            b"\n".to_vec(),
        ]
        .concat()
    };
    [
        part("stdout", first),
        part("stderr", b"something"),
        part("stdout", second),
        before(&format!("{stamp} stderr F "), b"else\n"),
        before(&format!("{stamp} stdout F "), third),
    ]
    .concat()
}

/// Some lines made long, and cut where docker cuts: at 16 KiB.
fn cut_by_docker(at: usize, line: &[u8]) -> Vec<u8> {
    let line = text(line) + "\n";
    let Some(query) = line.find(" HTTP/1.1\"").filter(|_| at % 50 == 7) else {
        return docker(line.as_bytes());
    };
    let mark = if line[..query].contains('?') {
        '&'
    } else {
        '?'
    };
    let padding = format!("{mark}pad={}", "x".repeat(20_000));
    let long = [&line[..query], &padding, &line[query..]].concat();
    let (first, rest) = long.split_at(16 << 10);
    let part = json!({ "log": first, "stream": "stdout", "time": "2026-11-23T01:00:00Z" });
    [row(part), docker(rest.as_bytes())].concat()
}

/// Cut lines whose rest never came: at the end of the content, and where another process took over.
fn abandoned(content: &[u8]) -> Vec<u8> {
    let wrapped: Vec<Vec<u8>> = lines(content).map(cri).collect();
    let part = before(
        "2026-11-23T02:51:57.1+01:00 stderr P ",
        b"/api/v2/addressbooks/1/contacts/2 \n",
    );
    [part.clone(), wrapped.concat(), part].concat()
}

fn wrappings(logs: &[Log]) -> Vec<Variant> {
    let all = |change: &dyn Fn(&[u8]) -> Vec<u8>| each_line(logs, |_, line| change(line));
    let ended = |line: Vec<u8>| [bare(&line), b"\n"].concat();
    vec![
        ("syslog RFC 3164", all(&syslog), &[]),
        ("syslog RFC 5424", all(&rfc5424), &[]),
        ("docker", all(&docker), &[]),
        ("CRI", all(&cri), &[]),
        ("compose with colours", all(&compose), &[]),
        ("journald", all(&journald), &[]),
        ("journald bytes", all(&journald_bytes), &[]),
        ("Elastic export", all(&elastic), &[]),
        (
            "docker in syslog",
            all(&|line| ended(syslog(&docker(line)))),
            &[],
        ),
        ("syslog in docker", all(&|line| docker(&syslog(line))), &[]),
        (
            "syslog in CRI in journald",
            all(&|line| journald(&cri(&syslog(line)))),
            &[],
        ),
        (
            "docker in compose in syslog",
            all(&|line| ended(syslog(&compose(&docker(line))))),
            &[],
        ),
        (
            "CRI, cut lines, two streams",
            each_line(logs, cut_by_cri),
            &[("shape", 172)],
        ),
        ("docker, cut lines", each_line(logs, cut_by_docker), &[]),
    ]
}

#[test]
fn no_wrapping_changes_a_record_of_text() {
    check_variants("wrapped-nginx", "nginx", "case.toml", "shape", wrappings);
}

#[test]
fn no_wrapping_changes_a_record_of_json() {
    check_variants("wrapped-json", "json", "case-json.toml", "json", wrappings);
}

/// A part without its rest is a request that nobody can read: told, located, and a doubt in every bound.
#[test]
fn a_part_without_its_rest_is_told() {
    let folder = fresh("wrapped-abandoned");
    let logs = logs("nginx");
    let clean = folder.join("clean");
    case_with(&clean, &logs);
    scan(&clean.join("case.toml"), &folder.join("clean-answer"), &[]);
    case_with(&folder, &each(&logs, abandoned));
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &[]);
    check_manifest(&out);
    assert_eq!(
        said(&out, "subjects.csv"),
        said(&folder.join("clean-answer"), "subjects.csv")
    );
    let rejects = table(&out.join("rejects.csv"));
    assert_eq!(rejects.len(), 6, "one at each end of three logs");
    for (at, row) in rejects.iter().enumerate() {
        assert_eq!(row["reason"], "cut", "{row:?}");
        assert_eq!(row["line"] == "1", at % 2 == 0, "{row:?}");
        assert!(row["excerpt"].contains("stderr P /api"), "{row:?}");
    }
    for row in table(&out.join("controllers.csv")) {
        assert!(row["reasons"].contains("UNPARSED"), "{row:?}");
    }
}

/// A writer that died in the middle of a line takes nobody else's request along.
#[test]
fn a_line_behind_an_unfinished_one_is_its_own() {
    let whole = |user: &str, id: u32| {
        format!("10.0.0.1 - {user} [23/Nov/2026:02:51:57 +0100] \"GET /c/{id} HTTP/1.1\" 200 129\n")
    };
    let entry =
        |log: &str| json!({ "log": log, "stream": "stdout", "time": "2026-11-23T01:00:00Z" });
    let docker = [
        entry(&whole("bo", 1)),
        entry("10.0.0.1 - bo [23/Nov/2026"),
        entry(&whole("eva", 2)),
    ];
    let docker: String = docker.iter().map(|entry| format!("{entry}\n")).collect();
    let stamp = "2026-11-23T01:00:00.1Z stdout";
    let cri = format!(
        "{stamp} F {}{stamp} P 10.0.0.1 - bo [2\n{stamp} F {}",
        whole("bo", 1),
        whole("eva", 2)
    );
    for content in [docker, cri] {
        let found = crate::formats::accounts_and_targets(&content);
        assert_eq!(found, ["bo /c/1", "eva /c/2"], "{content}");
    }
}

/// A request is cut anywhere, also at a blank, which belongs to it.
#[test]
fn a_blank_at_a_cut_stays() {
    let stamp = "2026-11-23T01:00:00.1Z stdout";
    let content = format!(
        "{stamp} P 10.0.0.1 - bo [23/Nov/2026:02:51:57 +0100] \"GET /c/1 \n{stamp} F HTTP/1.1\" 200 129\n\
         {stamp} P 10.0.0.1 - \n{stamp} F bo [23/Nov/2026:02:51:57 +0100] \"GET /c/2 HTTP/1.1\" 200 129\n"
    );
    assert_eq!(
        crate::formats::accounts_and_targets(&content),
        ["bo /c/1", "bo /c/2"]
    );
}

/// The message of a record is no envelope around another one.
#[test]
fn records_with_a_message_are_read_in_every_wrapping() {
    let record = json!({
        "level": "info", "ts": 1795398717.5, "msg": "handled request", "message": "x", "user_id": "bo",
        "request": { "remote_ip": "10.0.0.1", "method": "GET", "uri": "/c/1", "proto": "HTTP/2.0" }, "status": 200, "size": 9,
    });
    let line = row(record);
    for wrapped in [
        docker(&line),
        cri(&line),
        compose(&line),
        syslog(&line),
        rfc5424(&line),
        journald(&line),
        elastic(&line),
    ] {
        let content = String::from_utf8(wrapped).expect("UTF-8").repeat(3);
        assert_eq!(
            crate::formats::accounts_and_targets(&content),
            ["bo /c/1"; 3],
            "{content}"
        );
    }
}

/// A prefix that nobody knows must not turn into somebody's name.
#[test]
fn an_unknown_prefix_is_no_account() {
    let line = "10.0.0.1 - al [23/Nov/2026:02:51:57 +0100] \"GET /c/1 HTTP/1.1\" 200 129";
    let named = line.replace("10.0.0.1", "localhost");
    let format = breachscope::format::Format::named("combined", &[], chrono_tz::Tz::UTC)
        .expect("a known format");
    for content in [
        format!("Mar  8 05:00:00 web1 nginx {line}"),
        format!("web1 nginx 12 {line}"),
        format!("05:00:00 web1 nginx: {line}"),
        format!("12\t{line}"),
        format!("2021-03-08T05:00:00Z {named}"),
        format!("Mar  8 05:00:00 web1 nginx {named}"),
    ] {
        let read = format.parse(&mut Default::default(), content.as_bytes(), 0);
        if let breachscope::format::Line::Record(record) = read {
            assert_eq!(record.account.as_deref(), Some(&b"al"[..]), "{content}");
            assert_ne!(
                record.client.as_deref(),
                Some(&b"2021-03-08T05:00:00Z"[..]),
                "{content}"
            );
        }
    }
}
